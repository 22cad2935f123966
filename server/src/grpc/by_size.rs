//! The service with the size that the messages of each call may have.

use std::convert::Infallible;
use std::task::{Context, Poll};

use terning_proto::v1::query_service_server::QueryServiceServer;
use tonic::body::Body;
use tonic::codec::CompressionEncoding;
use tonic::codegen::http::{Request, Response};
use tonic::server::NamedService;
use tower::Service;

use super::Api;

/// Bytes of the largest message of a call that may be given a file: an export of StatBank with all
/// municipalities, services and quarters.
const WITH_FILE: usize = 16 << 20;
/// Bytes of the largest other message: the longest question, and what stands around it.
const QUESTION: usize = (1 << 20) + (64 << 10);
/// Bytes of the largest question whether the service can answer, which everybody may ask.
pub const HEALTH: usize = 4 << 10;
/// The call that may be given a file.
const RUN_REPORT: &str = "/terning.v1.QueryService/RunReport";
/// What the paths of questions about the service's health begin with.
const OF_HEALTH: &str = "/grpc.health.v1.Health/";

/// Bytes of the largest message of the call of a path.
#[must_use]
pub fn largest(path: &str) -> usize {
    match path {
        RUN_REPORT => WITH_FILE,
        path if is_health(path) => HEALTH,
        _ => QUESTION,
    }
}

/// Whether a path is of a question whether the service can answer: whoever watches over it has no
/// token.
#[must_use]
pub fn is_health(path: &str) -> bool {
    path.starts_with(OF_HEALTH)
}

/// The service; a message that is larger than its call may have is refused before it is read.
#[derive(Clone)]
pub struct BySize {
    questions: QueryServiceServer<Api>,
    with_files: QueryServiceServer<Api>,
}

impl BySize {
    /// The service of an implementation.
    #[must_use]
    pub fn new(api: Api) -> BySize {
        let server = QueryServiceServer::new(api)
            .accept_compressed(CompressionEncoding::Gzip)
            .send_compressed(CompressionEncoding::Gzip);
        BySize {
            questions: server.clone().max_decoding_message_size(QUESTION),
            with_files: server.max_decoding_message_size(WITH_FILE),
        }
    }
}

impl NamedService for BySize {
    const NAME: &'static str = <QueryServiceServer<Api> as NamedService>::NAME;
}

impl Service<Request<Body>> for BySize {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = <QueryServiceServer<Api> as Service<Request<Body>>>::Future;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, asked: Request<Body>) -> Self::Future {
        match asked.uri().path() {
            RUN_REPORT => self.with_files.call(asked),
            _ => self.questions.call(asked),
        }
    }
}
