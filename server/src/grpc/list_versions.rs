//! Lists the versions that can be asked, newest first.

use std::sync::Arc;

use terning_engine::query::View;
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
        // What a version takes grows with everybody's records.
        let mut sees_all = false;
        if self.versions.active().is_some() {
            let sight = self.sight(&call.caller, call.deadline, "").await?;
            sees_all = sight.views.iter().all(View::is_whole);
        }
        let versions = Arc::clone(&self.versions);
        let listed = tokio::task::spawn_blocking(move || versions.list()).await;
        let listed = listed.map_err(|_| status::internal())?;
        Ok(v1::ListVersionsResponse {
            versions: listed.into_iter().map(|one| version_info(one, sees_all)).collect(),
        })
    }
}

/// What callers are told. Why a version waits is for operators: it tells of single municipalities.
fn version_info(listed: Listed, sees_all: bool) -> v1::VersionInfo {
    let (name, state) = (listed.name.to_string(), of_state(&listed.state) as i32);
    match listed.manifest {
        Ok(manifest) => v1::VersionInfo {
            name,
            as_of: manifest.as_of.clone(),
            built_at: manifest.built_at.clone(),
            active: listed.state == State::Active,
            problem: String::new(),
            state,
            bytes: if sees_all { listed.bytes } else { 0 },
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
