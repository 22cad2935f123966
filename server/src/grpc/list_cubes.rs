//! Lists the cubes of a version.

use terning_engine::cube::Cube;
use terning_proto::v1;
use tonic::Status;

use super::{Api, convert};

impl Api {
    pub(super) async fn answer_list_cubes(
        &self,
        request: v1::ListCubesRequest,
    ) -> Result<v1::ListCubesResponse, Status> {
        let version = self.version(&request.version).await?;
        Ok(v1::ListCubesResponse {
            version: Some(convert::version(&version)),
            cubes: version.views().iter().map(|view| cube_info(view.cube())).collect(),
        })
    }
}

fn cube_info(cube: &Cube) -> v1::CubeInfo {
    v1::CubeInfo {
        name: cube.name.clone(),
        description: cube.description.clone(),
        measures: cube.listed_measures().map(|found| cube.measure(found).name.clone()).collect(),
        dimensions: cube.dimensions.iter().map(|dimension| dimension.name.clone()).collect(),
    }
}
