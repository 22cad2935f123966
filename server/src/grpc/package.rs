//! Makes a data package and sends its files in parts.

use std::io;
use std::sync::Arc;

use terning_engine::query::Cancel;
use terning_proto::v1;
use tokio_stream::StreamExt;
use tonic::{Code, Status};

use super::call::Call;
use super::logged::unlogged;
use super::work::Outlet;
use super::{Api, Parts, request, status};
use crate::audit::{Entry, Question, Visit};
use crate::package::{Failed, Kind, Order, Part, Shown, Witness};
use crate::versions::Version;

impl Api {
    pub(super) async fn answer_package(
        &self,
        call: Call<v1::PackageRequest>,
    ) -> Result<Parts<v1::PackageResponse>, Status> {
        let Call { caller, deadline, message: request } = call;
        let visit = Arc::clone(&caller.visit);
        let Some(kind) = Kind::find(&request.kind) else {
            let message = format!("datapakken '{}' findes ikke", request.kind);
            return Err(status::unknown(message, Kind::names().map(str::to_owned).collect()));
        };
        let version = self.version(&caller, deadline, &request.version).await?;
        let kommune = request.kommune;
        let wanted = kommune.clone();
        request::current().tell_version(&version.name);
        tell(&visit, kind, &version);
        let eyes = caller.caller.clone();
        let order = move |_: &Cancel| Ok(Order::new(&version, &eyes, kind, &wanted));
        let order = self.work.run(&caller, deadline, order).await?;
        let order = order.ok_or_else(|| no_package(kind, &kommune))?;
        visit.note(|entry| {
            let question = entry.question.get_or_insert_default();
            question.filters = vec![Entry::free(&format!("kommune={kommune}"))];
        });
        // Whom a part shows is logged while the package is made, and so the call before that.
        visit.begin().await.map_err(unlogged)?;
        let witness = witness(visit);
        let versions = Arc::clone(&self.versions);
        let limits = self.work.limits().clone();
        let job = move |outlet: Outlet<Part>, cancel: &Cancel| {
            let put = move |part| outlet.put(part).map_err(io::Error::other);
            order.make(versions.data(), Arc::new(put), witness, (&limits, cancel))
        };
        let parts = self.work.stream(&caller, job, failed).await?;
        Ok(Box::pin(parts.map(|part| part.map(response))))
    }
}

/// Tells the access log which package is asked for.
fn tell(visit: &Visit, kind: Kind, version: &Version) {
    visit.note(|entry| {
        entry.version = version.name.to_string();
        entry.personal = kind.is_personal();
        entry.question = Some(Question { of: kind.name().to_owned(), ..Question::default() });
    });
}

/// Logs whom a package shows.
fn witness(visit: Arc<Visit>) -> Witness {
    Arc::new(move |shown| {
        let logged = match shown {
            Shown::Citizens(citizens) => visit.shows_now(citizens),
            Shown::Unknown => visit.shows_unknown_now(),
        };
        logged.map_err(|_| Failed::new("pakken kan ikke skrives i adgangsloggen"))
    })
}

fn response(part: Part) -> v1::PackageResponse {
    v1::PackageResponse { file: part.file, content: part.content }
}

fn no_package(kind: Kind, kommune: &str) -> Status {
    let message = match kommune {
        "" => format!("datapakken '{}' er for én kommune ad gangen", kind.name()),
        _ => format!("der er ingen datapakke '{}' for kommunen '{kommune}'", kind.name()),
    };
    let hint = "giv din egen kommunes nummer med --kommune, for eksempel --kommune 153";
    status::plain(Code::NotFound, "NO_PACKAGE", &message, hint)
}

fn failed(error: Failed) -> Status {
    match error {
        Failed::Refused(error) => status::of_query(*error),
        Failed::Reason(reason) => {
            tracing::error!(reason, "datapakken blev ikke færdig");
            status::plain(Code::Internal, "PACKAGE", &reason, "se i serverens log")
        }
    }
}
