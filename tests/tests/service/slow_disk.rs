//! A disk that does not say that it has a line of the access log until it may: who is turned away does
//! not wait for it, and everybody else does.

use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use terning_server::audit::{self, Outcome, Wanted};
use terning_server::config::{Access, Load, Settings};
use terning_server::disk::{Access as OfFile, Disk, OpenFile, Operations, RealDisk};

use crate::access::built;
use crate::harness::Server;
use crate::load::{LONG, SHORT, wait_for};

/// Longer than anything takes that waits for no disk.
const NEVER: Duration = Duration::from_secs(120);
/// How long it is watched that something waits.
const WATCHED: Duration = Duration::from_secs(1);

/// Whether the disk keeps silent.
#[derive(Clone, Debug, Default)]
struct Slow(Arc<(Mutex<bool>, Condvar)>);

struct SlowFile(Box<dyn OpenFile>, Slow);

impl Slow {
    fn becomes(&self, is_slow: bool) {
        *self.0.0.lock().unwrap() = is_slow;
        self.0.1.notify_all();
    }

    /// Waits until the disk speaks.
    fn wait(&self) {
        let is_slow = self.0.0.lock().unwrap();
        drop(self.0.1.wait_while(is_slow, |is_slow| *is_slow).unwrap());
    }
}

/// Speaks again however a test ends, so that the server can.
struct Silence<'a>(&'a Slow);

impl Drop for Silence<'_> {
    fn drop(&mut self) {
        self.0.becomes(false);
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
        self.1.wait();
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
    let slow = Slow::default();
    let disk = Disk::new(Arc::new(slow.clone()));
    let server =
        Server::with_settings(data.path(), Settings { load, disk, ..Access::Local.into() });
    let ask = |words: &'static [&'static str]| {
        let (tell, told) = mpsc::channel();
        let server = &server;
        (move || drop(tell.send(server.refusal(words))), told)
    };
    thread::scope(|scope| {
        let running = scope.spawn(|| server.refusal(&["mdx", LONG]));
        let found = wait_for(&server, 1, &[]);
        slow.becomes(true);
        let silence = Silence(&slow);
        let (asks, told) = ask(&["mdx", SHORT]);
        scope.spawn(asks);
        let said = told.recv_timeout(NEVER).expect("it does not wait for the disk");
        assert!(said.contains("for mange spørgsmål venter"), "{said}");
        // A refusal for another reason waits, or this test would see nothing.
        let (asks, told) = ask(&["package", "--kind=intet", "--kommune=153"]);
        scope.spawn(asks);
        assert!(told.recv_timeout(WATCHED).is_err(), "it did not wait for the disk");
        drop(silence);
        let said = told.recv_timeout(NEVER).unwrap();
        assert!(said.contains("findes ikke"), "{said}");
        server.answer(&["cancel", found[0]["id"].as_str().unwrap()]);
        running.join().unwrap();
    });
    drop(server);
    let logged = audit::search(data.path(), &Wanted::default()).unwrap().found;
    let reasons = logged.iter().filter(|one| one.entry.outcome == Some(Outcome::Refused));
    let reasons: Vec<&str> = reasons.map(|one| one.entry.reason.as_str()).collect();
    assert!(reasons.contains(&"BUSY") && reasons.contains(&"UNKNOWN_NAME"), "{reasons:?}");
}
