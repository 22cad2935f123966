//! Lists the versions that can be asked, newest first.

use std::sync::Arc;

use terning_proto::v1;
use tonic::Status;

use super::call::Call;
use super::{Api, status};
use crate::versions::{Listed, State};

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
        let tells_bytes = call.caller.is_operator();
        let versions = listed.into_iter().map(|listed| version_info(listed, tells_bytes));
        Ok(v1::ListVersionsResponse { versions: versions.collect() })
    }
}

/// What callers are told. Why a version waits is for operators, and so is how large it is: both tell of
/// what single municipalities have delivered.
fn version_info(listed: Listed, tells_bytes: bool) -> v1::VersionInfo {
    let (name, state) = (listed.name.to_string(), of_state(&listed.state) as i32);
    match listed.manifest {
        Ok(manifest) => v1::VersionInfo {
            name,
            as_of: manifest.as_of,
            built_at: manifest.built_at,
            active: listed.state == State::Active,
            problem: String::new(),
            state,
            bytes: if tells_bytes { listed.bytes } else { 0 },
        },
        Err(problem) => v1::VersionInfo { name, problem, state, ..v1::VersionInfo::default() },
    }
}

fn of_state(state: &State) -> v1::VersionState {
    match state {
        State::Active => v1::VersionState::Active,
        State::Kept => v1::VersionState::Kept,
        State::Aside(_) => v1::VersionState::Aside,
        State::Awaiting(_) => v1::VersionState::Awaiting,
        State::Damaged(_) => v1::VersionState::Damaged,
    }
}
