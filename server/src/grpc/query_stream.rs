//! Answers a question in parts, however large.

use terning_engine::query::Cancel;
use terning_proto::v1;
use tonic::Status;

use super::call::Call;
use super::query::{ask, asked};
use super::{Api, Parts, convert};

impl Api {
    pub(super) async fn answer_query_stream(
        &self,
        call: Call<v1::QueryStreamRequest>,
    ) -> Result<Parts<v1::QueryStreamResponse>, Status> {
        let question = asked(call.message.question)?;
        let sight = self.sight(&call.caller, call.deadline, &question.version).await?;
        let job = move |cancel: &Cancel| {
            let answered = ask(&sight, &question, cancel)?;
            let parts = convert::parts(convert::cell_set(&sight, &answered, question.formatted));
            let parts = parts.into_iter().map(|part| v1::QueryStreamResponse { part: Some(part) });
            Ok(parts.collect())
        };
        Ok(Box::pin(self.work.parts(&call.caller, call.deadline, job).await?))
    }
}
