//! A log whose disk fails.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::*;
use crate::disk::{Access, OpenFile, Operations, RealDisk};

/// A disk that fails when it is told to.
#[derive(Debug, Default)]
struct Failing(Arc<AtomicBool>);

struct FailingFile(Box<dyn OpenFile>, Arc<AtomicBool>);

impl Write for FailingFile {
    /// Of what is written when the disk is full, half is.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.1.load(Ordering::Relaxed) {
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
        self.0.sync()
    }

    fn cut(&mut self, bytes: u64) -> io::Result<()> {
        self.0.cut(bytes)
    }
}

impl Operations for Failing {
    fn create_folder(&self, path: &Path) -> io::Result<()> {
        RealDisk.create_folder(path)
    }

    fn create(&self, path: &Path, access: Access) -> io::Result<Box<dyn OpenFile>> {
        if self.0.load(Ordering::Relaxed) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        Ok(Box::new(FailingFile(RealDisk.create(path, access)?, Arc::clone(&self.0))))
    }

    fn append(&self, path: &Path) -> io::Result<Box<dyn OpenFile>> {
        Ok(Box::new(FailingFile(RealDisk.append(path)?, Arc::clone(&self.0))))
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
fn while_the_disk_is_full_nothing_is_logged_and_afterwards_the_log_is_whole() {
    let data = tempfile::tempdir().unwrap();
    let full = Arc::new(AtomicBool::new(false));
    let disk = Disk::new(Arc::new(Failing(Arc::clone(&full))));
    let log = Log::open(disk, data.path(), Settings::default()).unwrap();
    call(&log, "101", &[CPR]).unwrap();
    full.store(true, Ordering::Relaxed);
    for _ in 0..3 {
        assert_eq!(call(&log, "147", &[CPR]), Err(Unlogged));
    }
    full.store(false, Ordering::Relaxed);
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
    let full = Arc::new(AtomicBool::new(false));
    let disk = Disk::new(Arc::new(Failing(Arc::clone(&full))));
    let log = Log::open(disk, data.path(), Settings::default()).unwrap();
    let benchmark = || {
        let told = Entry { cube: "Benchmark".to_owned(), personal: false, ..entry("Query", "153") };
        block(Visit::new(log.clone(), told).end(Outcome::Answered, ""))
    };
    assert_eq!(benchmark(), Ok(()));
    call(&log, "101", &[CPR]).unwrap();
    full.store(true, Ordering::Relaxed);
    assert_eq!(call(&log, "147", &[CPR]), Err(Unlogged));
    assert!(log.fails() && log.unwritten() == 1);
    assert_eq!(benchmark(), Err(Unlogged));
    assert_eq!(log.unwritten(), 2);
    full.store(false, Ordering::Relaxed);
    // It is tried again without being asked: readiness is what sends the next question here.
    let until = Instant::now() + Duration::from_secs(30);
    while log.fails() && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!((log.fails(), benchmark()), (false, Ok(())));
    log.close();
    assert_eq!(benchmark(), Err(Unlogged));
    let found = verify(data.path(), false).unwrap();
    assert!(found.is_whole() && found.remarks[0].text.starts_with("2 linjer"), "{found:?}");
}
