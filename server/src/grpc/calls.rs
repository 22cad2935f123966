//! What is done to every call, whatever it asks: it gets an id that stands in each line of the log
//! which is written for it, and in the head of its answer; it is let in, or refused before its message
//! is read; its outcome and its time are counted.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use prost::Message;
use prost_types::FileDescriptorSet;
use tonic::Code;
use tonic::body::Body;
use tonic::codegen::http::{self, HeaderMap, HeaderValue};
use tower::{Layer, Service};
use tracing::Instrument;

use super::entrance::Entrance;
use super::request::{self, Request};
use super::sending::sending;
use crate::metrics::Counted;

/// The name of a call that the service does not have: what callers write is no name.
const OTHER: &str = "other";

/// Knows every call by its path.
#[derive(Clone)]
pub struct Calls {
    names: Arc<HashMap<String, Arc<str>>>,
    entrance: Entrance,
    counted: Counted,
}

/// A service whose calls are known.
#[derive(Clone)]
pub struct Known<S> {
    inner: S,
    calls: Calls,
}

impl Calls {
    /// The calls of the service, which come through an entrance.
    ///
    /// # Errors
    /// The compiled-in definition of the service is not one.
    pub fn new(entrance: Entrance, counted: Counted) -> Result<Calls, prost::DecodeError> {
        let definition = FileDescriptorSet::decode(terning_proto::DESCRIPTORS)?;
        let mut names = HashMap::new();
        for file in definition.file {
            for service in &file.service {
                for method in &service.method {
                    let path = format!("/{}.{}/{}", file.package(), service.name(), method.name());
                    names.insert(path, Arc::from(method.name()));
                }
            }
        }
        Ok(Calls { names: Arc::new(names), entrance, counted })
    }

    /// The name of the call of a path.
    #[must_use]
    pub fn name(&self, path: &str) -> Arc<str> {
        self.names.get(path).map_or_else(|| Arc::from(OTHER), Arc::clone)
    }
}

impl<S> Layer<S> for Calls {
    type Service = Known<S>;

    fn layer(&self, inner: S) -> Known<S> {
        Known { inner, calls: self.clone() }
    }
}

impl<S> Service<http::Request<Body>> for Known<S>
where
    S: Service<http::Request<Body>, Response = http::Response<Body>>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, asked: http::Request<Body>) -> Self::Future {
        let about = Arc::new(Request::new(self.calls.name(asked.uri().path())));
        let span = tracing::info_span!("kald", id = %about.id, call = %about.call);
        let admit = || span.in_scope(|| self.calls.entrance.admit(asked));
        let admitted = request::within_now(Arc::clone(&about), admit);
        let admitted = admitted.map(|(asked, room)| (self.inner.call(asked), room));
        let id = HeaderValue::from_str(&about.id);
        let (counted, own, began) =
            (self.calls.counted.clone(), Arc::clone(&about.call), Instant::now());
        let asked = Arc::clone(&about);
        let answer = async move {
            let answer = match admitted {
                Ok((answer, _room)) => answer.await?,
                Err(refusal) => refusal.into_http(),
            };
            let mut answer = sending(answer, asked.reserved()).await;
            counted.call(&own, outcome(answer.headers()), began.elapsed());
            if let Ok(id) = id {
                answer.headers_mut().insert(request::HEADER, id);
            }
            Ok(answer)
        };
        Box::pin(request::within(about, answer).instrument(span))
    }
}

/// What an answer begins with: a refusal stands in its head, else it is one.
fn outcome(head: &HeaderMap) -> Code {
    head.get("grpc-status").map_or(Code::Ok, |status| Code::from_bytes(status.as_bytes()))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::access::{Access, Gate};

    #[test]
    fn calls_are_known_by_their_paths_and_others_are_one() {
        let gate = Gate::new(Path::new(""), Access::Local);
        let calls = Calls::new(Entrance::new(gate), Counted::default()).unwrap();
        assert_eq!(&*calls.name("/terning.v1.QueryService/RunReport"), "RunReport");
        assert_eq!(&*calls.name("/terning.v1.QueryService/0101501234"), OTHER);
        assert!(calls.names.len() > 10);
    }
}
