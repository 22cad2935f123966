//! Answers a question in parts, however large.

use terning_engine::query::Cancel;
use terning_proto::v1;
use tonic::Status;

use super::call::Call;
use super::query::{ask, asked};
use super::{Api, Parts, convert, status};

impl Api {
    pub(super) async fn answer_query_stream(
        &self,
        call: Call<v1::QueryStreamRequest>,
    ) -> Result<Parts<v1::QueryStreamResponse>, Status> {
        let question = asked(call.message.question)?;
        let sight = self.sight(&call.caller, call.deadline, &question.version).await?;
        let job = move |cancel: &Cancel| {
            let answered = ask(&sight, &question, cancel)?;
            let parts = convert::parts(&sight, &answered, question.formatted, cancel);
            let parts = parts.map_err(status::of_query)?.into_iter();
            Ok(parts.map(|part| v1::QueryStreamResponse { part: Some(part) }).collect())
        };
        Ok(Box::pin(self.work.parts(&call.caller, call.deadline, job).await?))
    }
}
