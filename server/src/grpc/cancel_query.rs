//! Ends a query that waits or runs.

use terning_proto::v1;
use tonic::Status;

use super::call::Call;
use super::{Api, status};

impl Api {
    /// What a caller may not see is not there.
    pub(super) fn answer_cancel_query(
        &self,
        call: &Call<v1::CancelQueryRequest>,
    ) -> Result<v1::CancelQueryResponse, Status> {
        let id = &call.message.id;
        let found = self.queries_of(&call.caller).find(|query| query.request.id == *id);
        let Some(query) = found else {
            let message = format!("der er intet spørgsmål '{id}', som venter eller besvares");
            return Err(status::unknown(message, Vec::new()));
        };
        tracing::info!(query = %id, call = %query.request.call, "spørgsmålet afbrydes");
        query.end();
        Ok(v1::CancelQueryResponse {})
    }
}
