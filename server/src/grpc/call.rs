//! A call that was let in: who makes it, until when it may take, and what is asked. And a version as
//! the caller sees it.

use std::ops::Deref;
use std::sync::Arc;

use terning_engine::cube::{Cube, dimension};
use terning_engine::query::{Limits, View};
use tokio::time::Instant;
use tonic::{Code, Request, Status};

use super::{Api, request, status};
use crate::access::{Caller, Who};
use crate::audit::{Entry, Log, Visit};
use crate::metrics::Counted;
use crate::versions::{Cache, Version};

/// Whoever makes a call, and what the access log is told of it.
#[derive(Clone)]
pub(super) struct Asker {
    /// Whose eyes the call has.
    pub caller: Caller,
    /// What becomes the call's lines.
    pub visit: Arc<Visit>,
}

impl Deref for Asker {
    type Target = Caller;

    fn deref(&self) -> &Caller {
        &self.caller
    }
}

/// A call that was let in.
pub(super) struct Call<T> {
    /// Whose eyes it has.
    pub caller: Asker,
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
    /// What becomes the lines of the call in the access log.
    pub visit: Arc<Visit>,
    /// The answers that were given.
    pub cache: Arc<Cache>,
    /// How large an answer may become.
    pub limits: Limits,
    /// What is counted.
    pub counted: Counted,
}

impl Api {
    /// Lets a call in that shows nothing that is logged.
    pub(super) fn admit<T>(&self, request: Request<T>) -> Result<Call<T>, Status> {
        Ok(self.admit_who(request)?.1)
    }

    /// Lets a call in, and says who makes it.
    pub(super) fn admit_who<T>(&self, request: Request<T>) -> Result<(Who, Call<T>), Status> {
        // Calls come through the entrance, which says who makes them.
        let who = request.extensions().get::<Who>().cloned().ok_or_else(status::internal)?;
        let deadline = self.work.deadline(request.metadata());
        let visit = Arc::new(Visit::new(Log::NONE, Entry::default()));
        let caller = Asker { caller: who.caller.clone(), visit };
        Ok((who, Call { caller, deadline, message: request.into_inner() }))
    }

    /// A version as a caller sees it.
    pub(super) async fn sight(
        &self,
        caller: &Asker,
        deadline: Instant,
        version: &str,
    ) -> Result<Sight, Status> {
        let version = self.version(caller, deadline, version).await?;
        caller.visit.note(|entry| entry.version = version.name.to_string());
        request::current().tell_version(&version.name);
        let views = match version.known_views(&caller.caller) {
            Some(known) => Some(known),
            None => {
                let (seen, eyes) = (Arc::clone(&version), caller.caller.clone());
                let found = tokio::task::spawn_blocking(move || seen.views(&eyes)).await;
                found.map_err(|_| status::internal())?
            }
        };
        let views = views.ok_or_else(|| {
            let message = "versionen kender ikke adgangsbevisets rolle, eller ved ikke, hvilke små tal \
                           der skal skjules";
            let hint = "genopbyg med terning-server rebuild, eller få et nyt adgangsbevis";
            status::plain(Code::PermissionDenied, "UNKNOWN_ROLE", message, hint)
        })?;
        let (visit, cache) = (Arc::clone(&caller.visit), Arc::clone(&self.cache));
        let limits = self.work.limits().clone();
        let counted = self.work.counted().clone();
        let caller = caller.caller.clone();
        Ok(Sight { version, views, caller, visit, cache, limits, counted })
    }
}

impl Sight {
    /// Says of the request that it is about a cube, if there is one of the name.
    pub(super) fn tell_cube(&self, name: &str) {
        let _ = self.find_cube(name);
    }

    /// The cube of a name that a question was about; `None` where there is no such cube.
    pub(super) fn cube_named(&self, name: &str) -> Option<&Cube> {
        let wanted = dimension::fold(name);
        let mut cubes = self.views.iter().map(View::cube);
        cubes.find(|cube| dimension::fold(&cube.name) == wanted)
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
