//! A disk that takes its time to say that it has a line of the access log: who is turned away does not
//! wait for it, and everybody else does.

use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use terning_server::audit::{self, Outcome, Wanted};
use terning_server::config::{Access, Load, Settings};
use terning_server::disk::{Access as OfFile, Disk, OpenFile, Operations, RealDisk};

use crate::access::built;
use crate::harness::Server;
use crate::load::{LONG, SHORT, wait_for};

/// How long the disk takes.
const SLOWLY: Duration = Duration::from_secs(4);

#[derive(Clone, Debug, Default)]
struct Slow(Arc<AtomicBool>);

struct SlowFile(Box<dyn OpenFile>, Slow);

impl Slow {
    fn becomes(&self, is_slow: bool) {
        self.0.store(is_slow, Ordering::SeqCst);
    }
}

impl Write for SlowFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl OpenFile for SlowFile {
    fn sync(&mut self) -> io::Result<()> {
        if self.1.0.load(Ordering::SeqCst) {
            thread::sleep(SLOWLY);
        }
        self.0.sync()
    }

    fn cut(&mut self, bytes: u64) -> io::Result<()> {
        self.0.cut(bytes)
    }
}

impl Operations for Slow {
    fn create_folder(&self, path: &Path) -> io::Result<()> {
        RealDisk.create_folder(path)
    }

    fn create(&self, path: &Path, access: OfFile) -> io::Result<Box<dyn OpenFile>> {
        Ok(Box::new(SlowFile(RealDisk.create(path, access)?, self.clone())))
    }

    fn append(&self, path: &Path) -> io::Result<Box<dyn OpenFile>> {
        Ok(Box::new(SlowFile(RealDisk.append(path)?, self.clone())))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        RealDisk.rename(from, to)
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        RealDisk.remove_file(path)
    }

    fn remove_folder(&self, path: &Path) -> io::Result<()> {
        RealDisk.remove_folder(path)
    }

    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        RealDisk.sync_folder(path)
    }
}

#[test]
fn who_is_turned_away_does_not_wait_for_the_disk_and_is_logged() {
    let data = built();
    let load = Load { places: 1, places_each: 1, queue: 0, queue_each: 0, ..Load::default() };
    let (slow, settings) = (Slow::default(), Settings { load, ..Access::Local.into() });
    let server = Server::start_on(Disk::new(Arc::new(slow.clone())), data.path(), settings);
    server.wait_until_ready();
    let took = |words: &[&str]| {
        let began = Instant::now();
        let said = server.refusal(words);
        (said, began.elapsed())
    };
    thread::scope(|scope| {
        let running = scope.spawn(|| server.refusal(&["mdx", LONG]));
        let found = wait_for(&server, 1, &[]);
        slow.becomes(true);
        let (said, turned_away) = took(&["mdx", SHORT]);
        assert!(said.contains("for mange spørgsmål venter"), "{said}");
        assert!(turned_away < SLOWLY / 2, "it waited for the disk: {turned_away:?}");
        // A refusal for another reason waits, or this test would see nothing.
        let (said, refused) = took(&["package", "--kind=intet", "--kommune=153"]);
        assert!(said.contains("findes ikke"), "{said}");
        assert!(refused >= SLOWLY, "it did not wait for the disk: {refused:?}");
        slow.becomes(false);
        server.answer(&["cancel", found[0]["id"].as_str().unwrap()]);
        running.join().unwrap();
    });
    drop(server);
    let logged = audit::search(data.path(), &Wanted::default()).unwrap().found;
    let reasons = logged.iter().filter(|one| one.entry.outcome == Some(Outcome::Refused));
    let reasons: Vec<&str> = reasons.map(|one| one.entry.reason.as_str()).collect();
    assert!(reasons.contains(&"BUSY") && reasons.contains(&"UNKNOWN_NAME"), "{reasons:?}");
}
