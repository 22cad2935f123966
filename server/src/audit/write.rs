//! Writes the log: groups of lines, each group with one sync.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use rustix::fs::{FlockOperation, flock};

use super::chain::Link;
use super::entry::Entry;
use super::files::{self, LogFile};
use super::head::{Head, LATE};
use super::key::{self, Key};
use super::recover::{reason, recover};
use crate::disk::{Access, Disk, DiskFile};

/// How long a service that is ending is waited for before another may write.
const HANDOVER: Duration = Duration::from_secs(15);
/// How often it is looked whether it has ended.
const LOOK: Duration = Duration::from_millis(50);
/// Letters of a day in a time.
const DAY: usize = 10;

/// The one who writes a log.
pub(super) struct Writer {
    disk: Disk,
    folder: PathBuf,
    head: Head,
    key: Key,
    /// The last line that is certain.
    end: Link,
    file: Option<Open>,
    /// Bytes from which a new file is begun.
    largest: u64,
    /// What is to be said before anything else.
    notes: Vec<Entry>,
    /// Given up when it is closed.
    _lock: File,
}

/// The file that is being written.
struct Open {
    file: DiskFile,
    path: PathBuf,
    /// Its bytes that are certain.
    bytes: u64,
    /// The day on which it was begun.
    day: String,
}

impl Open {
    /// That the file has its name, and what was written to it: what goes on in a file that somebody
    /// has removed or cut is lost.
    fn check(&self) -> io::Result<()> {
        let bytes = fs::symlink_metadata(&self.path)?.len();
        match bytes == self.bytes {
            true => Ok(()),
            false => Err(io::Error::other("adgangsloggens fil er ændret af en anden")),
        }
    }
}

impl Writer {
    /// Goes on with the log of a data folder, or begins one.
    ///
    /// # Errors
    /// Another service writes it, it cannot be written, or its key is missing.
    pub fn open(disk: Disk, data: &Path, largest: u64) -> anyhow::Result<(Writer, Key)> {
        let folder = files::folder(data);
        disk.make_folder(&folder)?;
        let lock = lock(&folder)?;
        let has_lines = !files::all(&folder)?.is_empty();
        let key = match Key::read(data)? {
            Some(key) => key,
            None if has_lines => bail!(
                "nøglen {} mangler; læg den tilbage fra en sikkerhedskopi, eller flyt mappen {} væk",
                key::file(data).display(),
                folder.display()
            ),
            None => begin(&disk, data, &folder)?,
        };
        let recovered = recover(&disk, &folder, &key)
            .with_context(|| format!("adgangsloggen i {} kan ikke fortsættes", folder.display()))?;
        for note in &recovered.notes {
            tracing::warn!(reason = note.reason, count = note.count, "adgangsloggen var ikke hel");
        }
        let head = Head::new(disk.clone(), &folder, key.clone());
        let (end, mut notes) = (recovered.end, recovered.notes);
        notes.push(Entry {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            ..Entry::note(reason::STARTED, 0)
        });
        let own = key.clone();
        let mut writer =
            Writer { disk, folder, head, key: own, end, file: None, largest, notes, _lock: lock };
        writer.write(&[])?;
        writer.head.settle(true)?;
        Ok((writer, key))
    }

    /// The number that the next line of a call will have.
    pub fn next(&self) -> u64 {
        self.end.seq + 1 + self.notes.len() as u64
    }

    /// Writes a group of lines. All of them are on the disk then.
    ///
    /// # Errors
    /// None of them is written.
    pub fn write(&mut self, entries: &[Entry]) -> io::Result<()> {
        let written = self.try_write(entries);
        if written.is_err() {
            self.give_up(entries.len() as u64);
        }
        written
    }

    fn try_write(&mut self, entries: &[Entry]) -> io::Result<()> {
        if self.is_late() {
            self.head.settle(true)?;
        }
        let time = jiff::Timestamp::now();
        let time = format!("{time:.3}");
        let (mut end, mut text) = (self.end.clone(), String::new());
        let notes = std::mem::take(&mut self.notes);
        let mut hung = notes.iter().chain(entries).map(|entry| end.hang(&self.key, &time, entry));
        let hung = hung.try_for_each(|line| line.map(|line| text.push_str(&line)));
        self.notes = notes;
        hung?;
        self.begin_file(&time[..DAY])?;
        let Some(open) = &mut self.file else { return Err(io::Error::other("ingen fil")) };
        open.check()?;
        open.file.write_all(text.as_bytes())?;
        open.file.sync()?;
        open.bytes += text.len() as u64;
        self.head.put(&end);
        self.end = end;
        self.notes.clear();
        Ok(())
    }

    /// Begins a new file where there is none, or it is full, or its day is over.
    fn begin_file(&mut self, day: &str) -> io::Result<()> {
        let goes_on = |open: &Open| open.bytes < self.largest && open.day == day;
        if self.file.as_ref().is_some_and(goes_on) {
            return Ok(());
        }
        self.file = None;
        let path = LogFile::of(&self.folder, self.end.seq + 1).path;
        let file = self.disk.create(&path, Access::Own)?;
        self.disk.sync_folder(&self.folder)?;
        self.file = Some(Open { file, path, bytes: 0, day: day.to_owned() });
        Ok(())
    }

    /// Takes back what was written of lines whose calls are not answered, and begins a new file with
    /// the next ones: of a file whose sync failed nothing more can be learned.
    fn give_up(&mut self, lines: u64) {
        let mut left = String::new();
        if let Some(mut open) = self.file.take()
            && let Err(error) = open.file.cut(open.bytes).and_then(|()| open.file.sync())
        {
            tracing::error!(%error, "linjer i adgangsloggen, som ingen fik svar på, bliver stående");
            left = open.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        }
        match self.notes.iter_mut().find(|note| note.reason == reason::UNWRITTEN) {
            Some(note) => {
                note.count = Some(note.count.unwrap_or_default() + lines);
                // A file that is begun in its place has the name of the next one, and is begun anew.
                if note.file.is_empty() {
                    note.file = left;
                }
            }
            None => {
                self.notes.push(Entry { file: left, ..Entry::note(reason::UNWRITTEN, lines) });
            }
        }
    }

    /// Since when the head is behind the log.
    pub fn behind_since(&self) -> Option<Instant> {
        self.head.behind_since()
    }

    /// Whether the head is behind for so long that no call may be answered: what it does not tell of
    /// could be cut off without a trace.
    pub fn is_late(&self) -> bool {
        self.behind_since().is_some_and(|since| since.elapsed() > LATE)
    }

    /// Writes the head where it was behind for long, or `now`.
    pub fn settle(&mut self, now: bool) {
        if let Err(error) = self.head.settle(now) {
            tracing::error!(%error, "adgangsloggens hoved kan ikke gemmes");
        }
    }
}

/// Begins a log: the key of a data folder that had none. Its head is there before the key has a name,
/// so that a key without a log is that of a log that is gone.
fn begin(disk: &Disk, data: &Path, folder: &Path) -> anyhow::Result<Key> {
    Key::make(disk, data, |key| {
        let mut head = Head::new(disk.clone(), folder, key.clone());
        head.put(&Link::default());
        head.settle(true)
    })
}

/// The right to write a log: one service has it at a time.
fn lock(folder: &Path) -> anyhow::Result<File> {
    let path = files::lock(folder);
    let mut options = OpenOptions::new();
    let file = options.write(true).create(true).truncate(false).mode(0o600).open(&path);
    let file = file.with_context(|| format!("{} kan ikke skrives", path.display()))?;
    let began = Instant::now();
    while flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
        if began.elapsed() > HANDOVER {
            bail!("en anden server skriver adgangsloggen i {}; stop den først", folder.display());
        }
        std::thread::sleep(LOOK);
    }
    Ok(file)
}

/// Whether a service writes a log at this moment.
pub(super) fn is_written(folder: &Path) -> bool {
    let file = File::open(files::lock(folder));
    file.is_ok_and(|file| flock(&file, FlockOperation::NonBlockingLockShared).is_err())
}
