//! A disk that does what it is told, writes down what that was, and fails where it should.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

use terning_server::disk::{Access, Disk, OpenFile, Operations, RealDisk};

/// An operation, with paths below the folder of the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    CreateFolder(PathBuf),
    Create(PathBuf),
    Append(PathBuf),
    /// At the end of the file.
    Write(PathBuf, Vec<u8>),
    Cut(PathBuf, u64),
    Sync(PathBuf),
    Rename(PathBuf, PathBuf),
    RemoveFile(PathBuf),
    RemoveFolder(PathBuf),
    SyncFolder(PathBuf),
}

/// What goes wrong, at the operation of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    Nothing,
    /// From there on the disk is full.
    Full(usize),
    /// The bytes written there are taken half, and then the disk is full.
    Short(usize),
    /// The disk does not say that it has what was written.
    Sync(usize),
}

/// A record of operations.
#[derive(Debug)]
pub struct Record {
    root: PathBuf,
    fault: Fault,
    operations: Mutex<Vec<Operation>>,
    /// Whether the fault came.
    hit: Mutex<bool>,
}

/// What becomes of an operation.
enum Then {
    Done,
    Half,
    Fails(io::Error),
}

/// The errors of a full and of a broken disk, as Linux numbers them.
const ENOSPC: i32 = 28;
const EIO: i32 = 5;

impl Record {
    pub fn new(root: &Path, fault: Fault) -> Arc<Record> {
        let operations = Mutex::default();
        Arc::new(Record { root: root.to_owned(), fault, operations, hit: Mutex::new(false) })
    }

    /// The disk that is recorded.
    pub fn disk(self: &Arc<Record>) -> Disk {
        Disk::new(Arc::new(Recorded(Arc::clone(self))))
    }

    pub fn operations(&self) -> MutexGuard<'_, Vec<Operation>> {
        self.operations.lock().unwrap()
    }

    pub fn was_hit(&self) -> bool {
        *self.hit.lock().unwrap()
    }

    fn below(&self, path: &Path) -> PathBuf {
        path.strip_prefix(&self.root).unwrap().to_owned()
    }

    fn next(&self, operation: Operation) -> Then {
        use Operation::{Append, Create, CreateFolder, Sync, SyncFolder, Write};
        let mut operations = self.operations();
        let at = operations.len();
        let writes = matches!(operation, Write(..));
        let takes_space = matches!(operation, CreateFolder(_) | Create(_) | Append(_)) || writes;
        let syncs = matches!(operation, Sync(_) | SyncFolder(_));
        let fails = |number| Then::Fails(io::Error::from_raw_os_error(number));
        let then = match self.fault {
            Fault::Full(from) if at >= from && takes_space => fails(ENOSPC),
            Fault::Short(half) if at == half && writes => Then::Half,
            Fault::Short(half) if at > half && takes_space && self.was_hit() => fails(ENOSPC),
            Fault::Sync(number) if at == number && syncs => fails(EIO),
            _ => Then::Done,
        };
        operations.push(operation);
        *self.hit.lock().unwrap() |= !matches!(then, Then::Done);
        then
    }

    fn step(&self, operation: Operation) -> io::Result<()> {
        match self.next(operation) {
            Then::Fails(error) => Err(error),
            Then::Done | Then::Half => Ok(()),
        }
    }

    fn opened(self: &Arc<Record>, path: &Path, file: Box<dyn OpenFile>) -> Box<dyn OpenFile> {
        Box::new(File { record: Arc::clone(self), path: self.below(path), file })
    }
}

#[derive(Debug)]
struct Recorded(Arc<Record>);

impl Operations for Recorded {
    fn create_folder(&self, path: &Path) -> io::Result<()> {
        self.0.step(Operation::CreateFolder(self.0.below(path)))?;
        RealDisk.create_folder(path)
    }

    fn create(&self, path: &Path, access: Access) -> io::Result<Box<dyn OpenFile>> {
        self.0.step(Operation::Create(self.0.below(path)))?;
        Ok(self.0.opened(path, RealDisk.create(path, access)?))
    }

    fn append(&self, path: &Path) -> io::Result<Box<dyn OpenFile>> {
        self.0.step(Operation::Append(self.0.below(path)))?;
        Ok(self.0.opened(path, RealDisk.append(path)?))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.0.step(Operation::Rename(self.0.below(from), self.0.below(to)))?;
        RealDisk.rename(from, to)
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        self.0.step(Operation::RemoveFile(self.0.below(path)))?;
        RealDisk.remove_file(path)
    }

    fn remove_folder(&self, path: &Path) -> io::Result<()> {
        self.0.step(Operation::RemoveFolder(self.0.below(path)))?;
        RealDisk.remove_folder(path)
    }

    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        self.0.step(Operation::SyncFolder(self.0.below(path)))
    }
}

struct File {
    record: Arc<Record>,
    path: PathBuf,
    file: Box<dyn OpenFile>,
}

impl Write for File {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = match self.record.next(Operation::Write(self.path.clone(), bytes.to_vec())) {
            Then::Fails(error) => return Err(error),
            Then::Half => &bytes[..bytes.len() / 2],
            Then::Done => bytes,
        };
        self.file.write_all(taken)?;
        Ok(taken.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl OpenFile for File {
    fn sync(&mut self) -> io::Result<()> {
        self.record.step(Operation::Sync(self.path.clone()))
    }

    fn cut(&mut self, bytes: u64) -> io::Result<()> {
        self.record.step(Operation::Cut(self.path.clone(), bytes))?;
        self.file.cut(bytes)
    }
}
