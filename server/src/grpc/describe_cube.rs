//! Describes one cube: dimensions, fields, hierarchies, measures.

use terning_engine::cube::{Cube, Dimension, Field, dimension};
use terning_engine::query::View;
use terning_proto::v1;
use tonic::Status;

use super::{Api, convert, status};
use crate::versions::Version;

impl Api {
    pub(super) async fn answer_describe_cube(
        &self,
        request: v1::DescribeCubeRequest,
    ) -> Result<v1::DescribeCubeResponse, Status> {
        let version = self.version(&request.version).await?;
        let view = find_cube(&version, &request.cube)?;
        let cube = view.cube();
        let dimensions = cube.dimensions.iter().enumerate();
        Ok(v1::DescribeCubeResponse {
            version: Some(convert::version(&version)),
            name: cube.name.clone(),
            description: cube.description.clone(),
            dimensions: dimensions.map(|(at, one)| dimension_info(&view, at, one)).collect(),
            measures: measure_infos(cube),
        })
    }
}

/// The cube of a name, upper and lower case being equal.
pub(super) fn find_cube(version: &Version, name: &str) -> Result<View, Status> {
    let mut views = version.views();
    let wanted = dimension::fold(name);
    match views.iter().position(|view| dimension::fold(&view.cube().name) == wanted) {
        Some(found) => Ok(views.swap_remove(found)),
        None => {
            let known = views.iter().map(|view| view.cube().name.clone()).collect();
            Err(status::unknown(format!("kuben '{name}' findes ikke"), known))
        }
    }
}

fn dimension_info(view: &View, position: usize, dimension: &Dimension) -> v1::DimensionInfo {
    let fields = dimension.fields.iter().enumerate();
    let own_hierarchies = dimension.hierarchies.iter().skip(dimension.fields.len());
    v1::DimensionInfo {
        name: dimension.name.clone(),
        description: dimension.description.clone(),
        fields: fields.map(|(at, field)| field_info(view, position, at, field)).collect(),
        hierarchies: own_hierarchies
            .map(|hierarchy| v1::HierarchyInfo {
                name: hierarchy.name.clone(),
                levels: hierarchy
                    .levels
                    .iter()
                    .map(|&level| dimension.fields[level].name.clone())
                    .collect(),
            })
            .collect(),
    }
}

fn field_info(view: &View, dimension: usize, position: usize, field: &Field) -> v1::FieldInfo {
    let seen = |member: &u32| view.has_member(dimension, position, *member);
    v1::FieldInfo {
        name: field.name.clone(),
        description: field.description.clone(),
        members: (0..field.len() as u32).filter(seen).count() as u32,
        personal: field.personal,
    }
}

fn measure_infos(cube: &Cube) -> Vec<v1::MeasureInfo> {
    let stored = cube.measures().map(|found| cube.measure(found));
    let stored = stored.map(|measure| v1::MeasureInfo {
        name: measure.name.clone(),
        description: measure.description.clone(),
        unit: measure.unit.clone(),
        decimals: measure.decimals.into(),
        formula: String::new(),
    });
    let calculated = cube.calculated.iter().filter(|measure| measure.visible);
    let calculated = calculated.map(|measure| v1::MeasureInfo {
        name: measure.name.clone(),
        description: measure.description.clone(),
        unit: measure.unit.clone(),
        decimals: measure.decimals.into(),
        formula: measure.formula.clone(),
    });
    stored.chain(calculated).collect()
}
