//! Answers a question in parts, however large.

use terning_engine::query::Cancel;
use terning_proto::v1;
use tonic::{Request, Status};

use super::query::{ask, asked};
use super::{Api, Parts, convert, work};

impl Api {
    pub(super) async fn answer_query_stream(
        &self,
        request: Request<v1::QueryStreamRequest>,
    ) -> Result<Parts<v1::QueryStreamResponse>, Status> {
        let deadline = work::deadline(request.metadata());
        let question = asked(request.into_inner().question)?;
        let version = self.version(&question.version).await?;
        let job = move |cancel: &Cancel| {
            let answered = ask(&version, &question, cancel)?;
            Ok(convert::parts(convert::cell_set(&version, &answered)))
        };
        let parts = self.work.run(deadline, job).await?;
        let parts = parts.into_iter().map(|part| Ok(v1::QueryStreamResponse { part: Some(part) }));
        Ok(Box::pin(tokio_stream::iter(parts)))
    }
}
