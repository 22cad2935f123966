//! A call that was let in: who makes it, until when it may take, and what is asked. And a version as
//! the caller sees it.

use std::sync::Arc;

use terning_engine::cube::dimension;
use terning_engine::query::{Limits, View};
use tokio::time::Instant;
use tonic::metadata::MetadataValue;
use tonic::{Code, Request, Status};

use super::{Api, request, status};
use crate::access::{Caller, Gate, Refusal};
use crate::versions::{Cache, Version};

/// A call that was let in.
pub(super) struct Call<T> {
    /// Whose eyes it has.
    pub caller: Caller,
    /// When the answer must be there.
    pub deadline: Instant,
    /// What is asked.
    pub message: T,
}

/// A version as a caller sees it.
#[derive(Clone)]
pub(super) struct Sight {
    /// The version. Of its cubes only what the views show may reach the caller.
    pub version: Arc<Version>,
    /// The cubes that exist for the caller.
    pub views: Arc<[View]>,
    /// Whose eyes they are.
    pub caller: Caller,
    /// The answers that were given.
    pub cache: Arc<Cache>,
    /// How large an answer may become.
    pub limits: Limits,
}

impl Api {
    /// Lets a call in.
    pub(super) fn admit<T>(&self, request: Request<T>) -> Result<Call<T>, Status> {
        let caller = caller(&self.gate, &request)?;
        let deadline = self.work.deadline(request.metadata());
        Ok(Call { caller, deadline, message: request.into_inner() })
    }

    /// A version as a caller sees it.
    pub(super) async fn sight(&self, caller: &Caller, version: &str) -> Result<Sight, Status> {
        let version = self.version(version).await?;
        request::current().tell_version(&version.name);
        let (seen, eyes) = (Arc::clone(&version), caller.clone());
        let views = tokio::task::spawn_blocking(move || seen.views(&eyes)).await;
        let views = views.map_err(|_| status::internal())?;
        let views = views.ok_or_else(|| {
            let message = "versionen kender ikke adgangsbevisets rolle, eller ved ikke, hvilke små tal \
                           der skal skjules";
            let hint = "genopbyg med terning-server rebuild, eller få et nyt adgangsbevis";
            status::plain(Code::PermissionDenied, "UNKNOWN_ROLE", message, hint)
        })?;
        let (caller, cache) = (caller.clone(), Arc::clone(&self.cache));
        let limits = self.work.limits().clone();
        Ok(Sight { version, views, caller, cache, limits })
    }
}

/// Whose eyes a request has: what its token says, else the certificate of its connection, and
/// without both everybody's of this machine, unless the configuration asks for more.
///
/// # Errors
/// The gate does not let it in.
pub fn caller<T>(gate: &Gate, request: &Request<T>) -> Result<Caller, Status> {
    let said = request.metadata().get("authorization").map(MetadataValue::as_bytes);
    let certificates = request.peer_certs();
    let certificate = certificates.as_ref().and_then(|chain| chain.first());
    gate.caller(said, certificate).map_err(|refusal| match refusal {
        Refusal::Fault => status::internal(),
        refusal => status::unauthenticated(&refusal.to_string()),
    })
}

impl Sight {
    /// Says of the request that it is about a cube, if there is one of the name.
    pub(super) fn tell_cube(&self, name: &str) {
        let _ = self.find_cube(name);
    }

    /// The cube of a name, upper and lower case being equal.
    pub(super) fn find_cube(&self, name: &str) -> Result<&View, Status> {
        let wanted = dimension::fold(name);
        let mut shown = self.views.iter().filter(|view| !view.cube().hidden);
        let known = shown.clone().map(|view| view.cube().name.clone());
        let found = shown.find(|view| dimension::fold(&view.cube().name) == wanted);
        found.inspect(|view| request::current().tell_cube(&view.cube().name)).ok_or_else(|| {
            let known = known.collect();
            status::unknown(format!("kuben '{name}' findes ikke"), known)
        })
    }
}
