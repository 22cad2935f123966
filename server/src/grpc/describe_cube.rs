//! Describes one cube: dimensions, fields, hierarchies, measures.

use terning_engine::cube::{Cube, Dimension, Field, Hierarchy};
use terning_engine::query::bound::{HierarchyRef, Member};
use terning_engine::query::{View, names};
use terning_proto::v1;
use tonic::Status;

use super::call::Call;
use super::{Api, convert};

impl Api {
    pub(super) async fn answer_describe_cube(
        &self,
        call: Call<v1::DescribeCubeRequest>,
    ) -> Result<v1::DescribeCubeResponse, Status> {
        let sight = self.sight(&call.caller, call.deadline, &call.message.version).await?;
        let view = sight.find_cube(&call.message.cube)?;
        let cube = view.cube();
        let dimensions = view.dimensions();
        Ok(v1::DescribeCubeResponse {
            version: Some(convert::version(&sight.version, Some(cube))),
            name: cube.name.clone(),
            description: cube.description.clone(),
            dimensions: dimensions.map(|(at, one)| dimension_info(view, at, one)).collect(),
            measures: measure_infos(cube),
        })
    }
}

fn dimension_info(view: &View, position: usize, dimension: &Dimension) -> v1::DimensionInfo {
    // Levels of two hierarchies can share a name, which means the first of them.
    let fields = dimension.fields.iter().enumerate();
    let own_hierarchies = dimension.fields.len()..dimension.hierarchies.len();
    let listed = own_hierarchies.filter(|&at| !dimension.hierarchies[at].hidden);
    v1::DimensionInfo {
        name: dimension.name.clone(),
        description: dimension.description.clone(),
        fields: fields
            .filter(|(at, field)| dimension.find_field(&field.name) == Some(*at))
            .map(|(at, field)| field_info(view, position, at, field))
            .collect(),
        hierarchies: listed.map(|at| hierarchy_info(view, position, at)).collect(),
    }
}

fn field_info(view: &View, dimension: usize, position: usize, field: &Field) -> v1::FieldInfo {
    let hierarchy = &view.cube().dimensions[dimension].hierarchies[position];
    v1::FieldInfo {
        name: field.name.clone(),
        description: field.description.clone(),
        members: view.member_count(dimension, position) as u32,
        personal: field.personal,
        hierarchy: (!hierarchy.hidden).then(|| hierarchy_info(view, dimension, position)),
    }
}

fn hierarchy_info(view: &View, dimension: usize, position: usize) -> v1::HierarchyInfo {
    let (cube, fields) = (view.cube(), &view.cube().dimensions[dimension].fields);
    let hierarchy = &cube.dimensions[dimension].hierarchies[position];
    let mut levels: Vec<String> =
        hierarchy.levels.iter().map(|&level| fields[level].name.clone()).collect();
    levels.dedup();
    let is_partial = hierarchy.levels.iter().any(|&level| fields[level].partial);
    let parent_child = hierarchy.levels.len() > levels.len();
    let own = HierarchyRef::Of { dimension, hierarchy: position };
    let all_member = match hierarchy.has_all {
        true => names::unique_name(cube, own, Member::All),
        false => String::new(),
    };
    v1::HierarchyInfo {
        name: hierarchy.name.clone(),
        caption: hierarchy.caption.clone(),
        has_all: hierarchy.has_all,
        default_member: default_member(view, own, hierarchy, &all_member),
        all_member,
        ragged: is_partial && !parent_child,
        parent_child,
        levels,
    }
}

/// The unique name of the member that is meant where none is named; nothing where it is one that may
/// not be seen.
fn default_member(view: &View, own: HierarchyRef, hierarchy: &Hierarchy, all: &str) -> String {
    let HierarchyRef::Of { dimension, .. } = own else { return String::new() };
    match hierarchy.default {
        None => all.to_owned(),
        Some((field, id)) if view.has_member(dimension, field, id) => {
            names::unique_name(view.cube(), own, Member::Of { field, id })
        }
        Some(_) => String::new(),
    }
}

fn measure_infos(cube: &Cube) -> Vec<v1::MeasureInfo> {
    let stored = cube.listed_measures().map(|found| cube.measure(found));
    let stored = stored.map(|measure| v1::MeasureInfo {
        name: measure.name.clone(),
        description: measure.description.clone(),
        unit: measure.unit.clone(),
        decimals: measure.decimals.into(),
        formula: String::new(),
        format: measure.format.clone(),
        caption: measure.caption.clone(),
    });
    let calculated = cube.calculated.iter().filter(|measure| measure.visible);
    let calculated = calculated.map(|measure| v1::MeasureInfo {
        name: measure.name.clone(),
        description: measure.description.clone(),
        unit: measure.unit.clone(),
        decimals: measure.decimals.into(),
        formula: measure.formula.clone(),
        format: measure.format.clone(),
        caption: measure.caption.clone(),
    });
    stored.chain(calculated).collect()
}
