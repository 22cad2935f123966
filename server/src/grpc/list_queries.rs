//! Lists the queries that wait or run: all of them for whoever runs the service, else one's own.

use std::sync::Arc;

use terning_proto::v1;

use super::Api;
use super::call::Call;
use super::work::Query;
use crate::access::Caller;

impl Api {
    pub(super) fn answer_list_queries(
        &self,
        call: &Call<v1::ListQueriesRequest>,
    ) -> v1::ListQueriesResponse {
        let queries = self.queries_of(&call.caller).map(|query| info(&query)).collect();
        v1::ListQueriesResponse { queries }
    }

    /// The queries that a caller may see and end.
    pub(super) fn queries_of(&self, caller: &Caller) -> impl Iterator<Item = Arc<Query>> {
        let (sees_all, caller) = (caller.is_operator(), caller.clone());
        let queries = self.work.queries().into_iter();
        queries.filter(move |query| sees_all || query.caller == caller)
    }
}

fn info(query: &Query) -> v1::QueryInfo {
    let since = jiff::Timestamp::try_from(query.since).unwrap_or_default();
    v1::QueryInfo {
        id: query.request.id.clone(),
        call: query.request.call.to_string(),
        caller: name(&query.caller),
        cube: query.request.cube().to_owned(),
        version: query.request.version().to_owned(),
        since: since.to_string(),
        state: match (query.runs(), query.cancel().check().is_err()) {
            (_, true) => v1::QueryState::Ending,
            (true, false) => v1::QueryState::Running,
            (false, false) => v1::QueryState::Waiting,
        }
        .into(),
    }
}

/// A caller as it is listed.
fn name(caller: &Caller) -> String {
    match caller {
        Caller::Local => "lokal".to_owned(),
        Caller::Bearer { role, parameter } => format!("{role} {parameter}").trim().to_owned(),
    }
}
