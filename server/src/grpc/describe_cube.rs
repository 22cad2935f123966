//! Describes one cube: dimensions, fields, hierarchies, measures.

use terning_engine::cube::{Cube, Dimension, Field};
use terning_engine::query::View;
use terning_proto::v1;
use tonic::Status;

use super::call::Call;
use super::{Api, convert};

impl Api {
    pub(super) async fn answer_describe_cube(
        &self,
        call: Call<v1::DescribeCubeRequest>,
    ) -> Result<v1::DescribeCubeResponse, Status> {
        let sight = self.sight(&call.caller, &call.message.version).await?;
        let view = sight.find_cube(&call.message.cube)?;
        let cube = view.cube();
        let dimensions = view.dimensions();
        Ok(v1::DescribeCubeResponse {
            version: Some(convert::version(&sight.version)),
            name: cube.name.clone(),
            description: cube.description.clone(),
            dimensions: dimensions.map(|(at, one)| dimension_info(view, at, one)).collect(),
            measures: measure_infos(cube),
        })
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
    v1::FieldInfo {
        name: field.name.clone(),
        description: field.description.clone(),
        members: view.member_count(dimension, position) as u32,
        personal: field.personal,
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
