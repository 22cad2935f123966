//! Lists the versions that can be asked, newest first.

use std::sync::Arc;

use terning_proto::v1;
use tonic::Status;

use super::call::Call;
use super::{Api, status};
use crate::versions::Listed;

impl Api {
    pub(super) async fn answer_list_versions(
        &self,
        call: Call<v1::ListVersionsRequest>,
    ) -> Result<v1::ListVersionsResponse, Status> {
        if self.versions.active().is_some() {
            self.sight(&call.caller, "").await?;
        }
        let versions = Arc::clone(&self.versions);
        let listed = tokio::task::spawn_blocking(move || versions.list()).await;
        let listed = listed.map_err(|_| status::internal())?;
        Ok(v1::ListVersionsResponse { versions: listed.into_iter().map(version_info).collect() })
    }
}

fn version_info(listed: Listed) -> v1::VersionInfo {
    let name = listed.name.to_string();
    match listed.manifest {
        Ok(manifest) => v1::VersionInfo {
            name,
            as_of: manifest.as_of,
            built_at: manifest.built_at,
            active: listed.active,
            problem: String::new(),
        },
        Err(problem) => v1::VersionInfo { name, problem, ..v1::VersionInfo::default() },
    }
}
