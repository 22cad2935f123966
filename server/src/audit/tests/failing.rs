//! A log whose disk fails.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::*;
use crate::disk::{Access, OpenFile, Operations, RealDisk};

/// What a disk does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Health {
    Well,
    /// Of what is written half is taken, and no file can be made.
    Full,
    /// It takes what is written, but does not say that it has it, and cuts nothing.
    Broken,
    /// Nothing can be given another name.
    Nameless,
    /// It takes its time to say that it has what was written.
    Slow,
}

/// How long a slow disk takes.
const SLOWLY: Duration = Duration::from_millis(700);

/// A disk that fails when it is told to.
#[derive(Clone, Debug)]
struct Failing(Arc<Mutex<Health>>);

impl Failing {
    /// One that is well, and a log on it.
    fn with_log(data: &Path) -> (Failing, Log) {
        let failing = Failing(Arc::new(Mutex::new(Health::Well)));
        let disk = Disk::new(Arc::new(failing.clone()));
        (failing, Log::open(disk, data, Settings::default()).unwrap())
    }

    fn becomes(&self, health: Health) {
        *self.0.lock().unwrap() = health;
    }

    fn is(&self, health: Health) -> bool {
        *self.0.lock().unwrap() == health
    }

    fn fails_if(&self, health: Health, kind: io::ErrorKind) -> io::Result<()> {
        if self.is(health) { Err(kind.into()) } else { Ok(()) }
    }
}

struct FailingFile(Box<dyn OpenFile>, Failing);

impl Write for FailingFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.1.is(Health::Full) {
            true if bytes.len() < 2 => Err(io::ErrorKind::StorageFull.into()),
            true => self.0.write(&bytes[..bytes.len() / 2]),
            false => self.0.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl OpenFile for FailingFile {
    fn sync(&mut self) -> io::Result<()> {
        if self.1.is(Health::Slow) {
            std::thread::sleep(SLOWLY);
        }
        self.1.fails_if(Health::Broken, io::ErrorKind::Other)?;
        self.0.sync()
    }

    fn cut(&mut self, bytes: u64) -> io::Result<()> {
        self.1.fails_if(Health::Broken, io::ErrorKind::Other)?;
        self.0.cut(bytes)
    }
}

impl Operations for Failing {
    fn create_folder(&self, path: &Path) -> io::Result<()> {
        RealDisk.create_folder(path)
    }

    fn create(&self, path: &Path, access: Access) -> io::Result<Box<dyn OpenFile>> {
        self.fails_if(Health::Full, io::ErrorKind::StorageFull)?;
        Ok(Box::new(FailingFile(RealDisk.create(path, access)?, self.clone())))
    }

    fn append(&self, path: &Path) -> io::Result<Box<dyn OpenFile>> {
        Ok(Box::new(FailingFile(RealDisk.append(path)?, self.clone())))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.fails_if(Health::Nameless, io::ErrorKind::PermissionDenied)?;
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

/// Waits until something holds; fails after a time.
fn until(holds: impl Fn() -> bool) {
    let until = Instant::now() + Duration::from_secs(30);
    while !holds() {
        assert!(Instant::now() < until, "it has not come");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn while_the_disk_is_full_nothing_is_logged_and_afterwards_the_log_is_whole() {
    let data = tempfile::tempdir().unwrap();
    let (disk, log) = Failing::with_log(data.path());
    call(&log, "101", &[CPR]).unwrap();
    disk.becomes(Health::Full);
    for _ in 0..3 {
        assert_eq!(call(&log, "147", &[CPR]), Err(Unlogged));
    }
    disk.becomes(Health::Well);
    call(&log, "151", &[CPR]).unwrap();
    log.close();
    let found = verify(data.path(), false).unwrap();
    assert!(found.is_whole(), "{found:?}");
    assert!(found.remarks[0].text.starts_with("3 linjer kunne ikke skrives"), "{found:?}");
    let found = search(data.path(), &Wanted::default()).unwrap().found;
    let told: Vec<&str> = found.iter().map(|one| one.entry.kommune.as_str()).collect();
    assert_eq!(told, ["101", "151"]);
}

#[test]
fn while_the_last_lines_could_not_be_written_nobody_is_answered() {
    let data = tempfile::tempdir().unwrap();
    let (disk, log) = Failing::with_log(data.path());
    let benchmark = || {
        let told = Entry { cube: "Benchmark".to_owned(), personal: false, ..entry("Query", "153") };
        block(Visit::new(log.clone(), told).end(Outcome::Answered, ""))
    };
    assert_eq!(benchmark(), Ok(()));
    call(&log, "101", &[CPR]).unwrap();
    disk.becomes(Health::Full);
    assert_eq!(call(&log, "147", &[CPR]), Err(Unlogged));
    assert!(log.fails() && log.unwritten() == 1);
    assert_eq!(benchmark(), Err(Unlogged));
    assert_eq!(log.unwritten(), 2);
    disk.becomes(Health::Well);
    // It is tried again without being asked: readiness is what sends the next question here.
    until(|| !log.fails());
    assert_eq!(benchmark(), Ok(()));
    log.close();
    assert_eq!(benchmark(), Err(Unlogged));
    let found = verify(data.path(), false).unwrap();
    assert!(found.is_whole() && found.remarks[0].text.starts_with("2 linjer"), "{found:?}");
}

#[test]
fn where_the_head_cannot_be_written_nobody_is_answered_after_some_seconds() {
    let data = tempfile::tempdir().unwrap();
    let (disk, log) = Failing::with_log(data.path());
    call(&log, "101", &[CPR]).unwrap();
    until(|| log.head_behind().is_zero());
    disk.becomes(Health::Nameless);
    call(&log, "147", &[CPR]).unwrap();
    assert!(!log.fails(), "what it does not tell of yet is little");
    until(|| log.fails());
    assert!(log.head_behind() > head::LATE);
    assert_eq!(call(&log, "151", &[CPR]), Err(Unlogged));
    disk.becomes(Health::Well);
    until(|| !log.fails());
    call(&log, "153", &[CPR]).unwrap();
    until(|| log.head_behind().is_zero());
    log.close();
    let found = verify(data.path(), false).unwrap();
    assert!(found.is_whole(), "{found:?}");
    let found = search(data.path(), &Wanted::default()).unwrap().found;
    let told: Vec<&str> = found.iter().map(|one| one.entry.kommune.as_str()).collect();
    assert_eq!(told, ["101", "147", "153"]);
}

#[test]
fn lines_that_nobody_was_answered_on_and_that_could_not_be_cut_are_no_damage() {
    let data = tempfile::tempdir().unwrap();
    let (disk, log) = Failing::with_log(data.path());
    call(&log, "101", &[CPR]).unwrap();
    disk.becomes(Health::Broken);
    assert_eq!(call(&log, "147", &[CPR]), Err(Unlogged));
    disk.becomes(Health::Well);
    call(&log, "151", &[CPR]).unwrap();
    log.close();
    let found = verify(data.path(), false).unwrap();
    assert!(found.is_whole(), "{found:?}");
    assert!(
        found.remarks.iter().any(|one| one.text.contains("ingen fik svar på dem")),
        "{found:?}"
    );
    // What stands before them is held against the head and the chain as ever.
    let first = files(data.path()).remove(0);
    let all = lines(&first);
    assert_eq!(all.len(), 3, "the start, 101, and 147");
    fs::write(&first, [&all[..1], &all[2..]].concat().concat()).unwrap();
    assert!(!damage(data.path()).is_empty());
}

#[test]
fn a_call_that_is_turned_away_does_not_wait_for_the_disk() {
    let data = tempfile::tempdir().unwrap();
    let (disk, log) = Failing::with_log(data.path());
    disk.becomes(Health::Slow);
    let timed = |wait: &dyn Fn(&Visit)| {
        let visit = Visit::new(log.clone(), entry("Query", "153"));
        visit.asks(CPR);
        let began = Instant::now();
        wait(&visit);
        began.elapsed()
    };
    let refused = timed(&|visit| block(visit.turn_away("BUSY")).unwrap());
    let answered = timed(&|visit| block(visit.end(Outcome::Refused, "UNKNOWN_NAME")).unwrap());
    assert!(refused < SLOWLY / 2 && answered >= SLOWLY, "{refused:?}, {answered:?}");
    disk.becomes(Health::Well);
    log.close();
    let found = search(data.path(), &Wanted::default()).unwrap().found;
    let told: Vec<&str> = found.iter().map(|one| one.entry.reason.as_str()).collect();
    assert_eq!(told, ["BUSY", "UNKNOWN_NAME"]);
}
