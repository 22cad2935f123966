//! What a call goes through before anything of its message is read: whoever is not let in has sent a
//! head, and no more of it is looked at.

use std::sync::{Arc, Mutex};

use tonic::Status;
use tonic::body::Body;
use tonic::codegen::http::request::Parts;
use tonic::codegen::http::{HeaderValue, Request};
use tonic::transport::server::{TcpConnectInfo, TlsConnectInfo};

use super::arriving::{Growing, arriving, no_room};
use super::by_size::{is_health, largest};
use super::status;
use super::work::Room;
use crate::access::{Gate, Refusal, Who};

/// Bytes of messages that wait or are worked on, all together; of one caller half of that.
const ROOM: usize = 256 << 20;

/// Lets calls in.
#[derive(Clone)]
pub struct Entrance {
    gate: Gate,
    room: Arc<Room>,
}

impl Entrance {
    /// The entrance behind which a gate is.
    #[must_use]
    pub fn new(gate: Gate) -> Entrance {
        Entrance { gate, room: Arc::new(Room::new(ROOM)) }
    }

    /// Lets a call in, which then knows who makes it; with the room of its message, to be held until
    /// the call is answered.
    ///
    /// # Errors
    /// The gate does not let it in, or there is no room for a message.
    pub(super) fn admit(&self, asked: Request<Body>) -> Result<(Request<Body>, Growing), Status> {
        let (mut head, body) = asked.into_parts();
        let largest = largest(head.uri.path());
        let room = match is_health(head.uri.path()) {
            true => Growing::default(),
            false => {
                let who = who(&self.gate, &head)?;
                // What is compressed is as large as it may be, until it is known.
                let bytes = if is_compressed(&head) { largest } else { 0 };
                let held = self.room.take_now(&who.caller, bytes).ok_or_else(no_room)?;
                head.extensions.insert(who);
                Arc::new(Mutex::new(Some(held)))
            }
        };
        let body = arriving(body, largest, Arc::clone(&room));
        Ok((Request::from_parts(head, body), room))
    }
}

fn is_compressed(head: &Parts) -> bool {
    head.headers.get("grpc-encoding").is_some_and(|encoding| encoding != "identity")
}

/// Whose eyes a call has: what its token says, else the certificate of its connection, and without
/// both everybody's of this machine, unless the configuration asks for more.
fn who(gate: &Gate, head: &Parts) -> Result<Who, Status> {
    let said = head.headers.get("authorization").map(HeaderValue::as_bytes);
    let connection = head.extensions.get::<TlsConnectInfo<TcpConnectInfo>>();
    let certificates = connection.and_then(TlsConnectInfo::peer_certs);
    let certificate = certificates.as_ref().and_then(|chain| chain.first());
    gate.who(said, certificate).map_err(|refusal| match refusal {
        Refusal::Fault => status::internal(),
        refusal => status::unauthenticated(&refusal.to_string()),
    })
}
