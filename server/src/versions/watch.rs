//! Picks up a new version while the service runs.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tokio::sync::mpsc::{self, Receiver, Sender};

use super::{Version, Versions};

/// How often the data folder is looked at: a new version is to be asked within two seconds.
const EVERY: Duration = Duration::from_millis(500);

/// How much lower the priority is of what is opened while another version answers: a tenth of the
/// processor's time where all of it is asked for, and all that is left where it is not.
const BESIDE: i32 = 10;

/// Looks for a new version for ever, and tells of each that became active. Questions that are
/// being answered end on the version they began with.
///
/// One thread opens them all: what the one before has given back is used for the next, where threads
/// that take turns would each keep as much for themselves.
pub async fn watch(versions: Arc<Versions>, mut became_active: impl AsyncFnMut(Arc<Version>)) {
    loop {
        let mut active = look(Arc::clone(&versions));
        while let Some(version) = active.recv().await {
            became_active(version).await;
        }
        // The thread could not begin, or has ended by a fault: it is begun again.
        tokio::time::sleep(EVERY).await;
    }
}

/// Begins a thread that looks until nobody listens.
fn look(versions: Arc<Versions>) -> Receiver<Arc<Version>> {
    let (told, active) = mpsc::channel(1);
    let looking = move || look_again(&versions, &told);
    if let Err(error) = thread::Builder::new().name("versions".to_owned()).spawn(looking) {
        tracing::error!(%error, "nye versioner kan ikke findes");
    }
    active
}

fn look_again(versions: &Versions, told: &Sender<Arc<Version>>) {
    let mut gives_way = false;
    while !told.is_closed() {
        if !gives_way && versions.active().is_some() {
            give_way();
            gives_way = true;
        }
        if let Some(version) = versions.refresh()
            && told.blocking_send(version).is_err()
        {
            return;
        }
        thread::sleep(EVERY);
    }
}

/// Lowers the priority of this thread, which Linux keeps for each of its own. It never rises again.
/// Where it cannot be lowered all are equal.
fn give_way() {
    let _ = rustix::process::nice(BESIDE);
}

#[cfg(test)]
mod tests {
    use rustix::process::getpriority_process;

    use super::*;

    #[test]
    fn a_thread_gives_way_by_itself() {
        let before = getpriority_process(None).unwrap();
        let lowered = thread::spawn(|| {
            give_way();
            getpriority_process(None).unwrap()
        });
        assert_eq!(lowered.join().unwrap(), (before + BESIDE).min(19));
        assert_eq!(getpriority_process(None).unwrap(), before);
    }
}
