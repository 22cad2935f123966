//! Lists the cubes of a version.

use terning_engine::cube::Cube;
use terning_engine::query::View;
use terning_proto::v1;
use tonic::Status;

use super::call::Call;
use super::{Api, convert};

impl Api {
    pub(super) async fn answer_list_cubes(
        &self,
        call: Call<v1::ListCubesRequest>,
    ) -> Result<v1::ListCubesResponse, Status> {
        let sight = self.sight(&call.caller, call.deadline, &call.message.version).await?;
        Ok(v1::ListCubesResponse {
            version: Some(convert::version(&sight.version, None)),
            cubes: sight.views.iter().filter(|view| !view.cube().hidden).map(cube_info).collect(),
        })
    }
}

fn cube_info(view: &View) -> v1::CubeInfo {
    let cube = view.cube();
    v1::CubeInfo {
        name: cube.name.clone(),
        description: cube.description.clone(),
        measures: measure_names(cube),
        dimensions: view.dimensions().map(|(_, dimension)| dimension.name.clone()).collect(),
    }
}

/// The measures that are listed, stored ones first.
fn measure_names(cube: &Cube) -> Vec<String> {
    let stored = cube.listed_measures().map(|found| &cube.measure(found).name);
    let calculated = cube.calculated.iter().filter(|measure| measure.visible);
    stored.chain(calculated.map(|measure| &measure.name)).cloned().collect()
}
