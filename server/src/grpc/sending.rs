//! A whole answer on its way. The transport would take it in one piece, long before the client has it:
//! here it is given in slices, as the client has room for them, so that it is held no longer than it
//! counts, and is given up where nobody takes any of it, as an answer in parts is.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

use http_body::{Body as Frames, Frame};
use tokio_stream::Stream;
use tonic::Status;
use tonic::body::Body;
use tonic::codegen::{Bytes, http};

use super::work::{Outgoing, Reserved};

/// Bytes of a slice.
const SLICE: usize = 64 << 10;

/// What is left of an answer.
struct Sending(Outgoing<Frame<Bytes>>);

/// An answer that is held by its room until it is taken, if it has some.
pub(super) async fn sending(
    answer: http::Response<Body>,
    room: Option<Reserved>,
) -> http::Response<Body> {
    let Some(room) = room else { return answer };
    let (head, body) = answer.into_parts();
    match slices(body).await {
        Ok(slices) => http::Response::from_parts(head, Body::new(Sending(room.outgoing(slices)))),
        Err(refusal) => refusal.into_http(),
    }
}

/// A body in slices, and what stands behind it.
async fn slices(mut body: Body) -> Result<Vec<Frame<Bytes>>, Status> {
    let mut slices = Vec::new();
    while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        match frame?.into_data() {
            Ok(mut bytes) => {
                while bytes.len() > SLICE {
                    slices.push(Frame::data(bytes.split_to(SLICE)));
                }
                slices.push(Frame::data(bytes));
            }
            Err(behind) => slices.push(behind),
        }
    }
    Ok(slices)
}

impl Frames for Sending {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        Pin::new(&mut self.0).poll_next(context)
    }
}
