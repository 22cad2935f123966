//! `terning package`: writes the files of a data package into a folder.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, IsTerminal, Write};
use std::path::{Component, Path, PathBuf};
use std::time::{Duration, Instant};

use terning_proto::v1;
use tonic::Streaming;

use crate::args::{Common, Package};
use crate::cause;
use crate::client::Client;
use crate::error::Error;
use crate::output::number;

pub(super) async fn run(client: &mut Client, common: &Common, args: Package) -> Result<(), Error> {
    let folder = common.output.as_deref();
    let folder =
        folder.ok_or_else(|| Error::new("giv mappen, som pakken skal skrives i, med -o"))?;
    let mut parts = client.package(args.kind, args.kommune.unwrap_or_default()).await?;
    let mut files = Files { folder: empty(folder)?, open: HashMap::new() };
    let mut progress = Progress::begin(io::stderr().is_terminal(), &mut io::stderr())?;
    let taken = take(&mut parts, &mut files, &mut progress).await;
    progress.end(&mut io::stderr())?;
    taken?;
    files.finish()
}

/// Takes all parts.
async fn take(
    parts: &mut Streaming<v1::PackageResponse>,
    files: &mut Files,
    progress: &mut Progress,
) -> Result<(), Error> {
    while let Some(part) = parts.message().await? {
        files.add(&part)?;
        progress.add(&part, &mut io::stderr())?;
    }
    Ok(())
}

/// A folder that is made, or is empty.
fn empty(folder: &Path) -> Result<PathBuf, Error> {
    let shown = folder.display();
    fs::create_dir_all(folder).map_err(|error| {
        Error::new(format!("mappen {shown} kan ikke laves: {}", cause::of_io(&error)))
    })?;
    if fs::read_dir(folder)?.next().is_some() {
        return Err(Error::new(format!("mappen {shown} er ikke tom; vælg en anden")));
    }
    Ok(folder.to_owned())
}

/// The files of a package that are being written.
struct Files {
    folder: PathBuf,
    open: HashMap<String, File>,
}

impl Files {
    fn add(&mut self, part: &v1::PackageResponse) -> Result<(), Error> {
        if !self.open.contains_key(&part.file) {
            let path = inside(&self.folder, &part.file)?;
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)?;
            }
            self.open.insert(part.file.clone(), private(&path)?);
        }
        if let Some(file) = self.open.get_mut(&part.file) {
            file.write_all(&part.content)?;
        }
        Ok(())
    }

    /// Waits until all is on the disk.
    fn finish(self) -> Result<(), Error> {
        for file in self.open.values() {
            file.sync_all()?;
        }
        Ok(())
    }
}

/// What has come so far, in one line that is written over, for who waits at a terminal.
struct Progress {
    shown: bool,
    bytes: u64,
    last: Option<Instant>,
}

/// How often the line is written at most.
const EVERY: Duration = Duration::from_millis(200);

impl Progress {
    fn begin(shown: bool, to: &mut dyn Write) -> io::Result<Progress> {
        if shown {
            write!(to, "serveren laver pakken …")?;
            to.flush()?;
        }
        Ok(Progress { shown, bytes: 0, last: None })
    }

    fn add(&mut self, part: &v1::PackageResponse, to: &mut dyn Write) -> io::Result<()> {
        self.bytes += part.content.len() as u64;
        if !self.shown || self.last.is_some_and(|last| last.elapsed() < EVERY) {
            return Ok(());
        }
        self.last = Some(Instant::now());
        let megabytes = number::danish(self.bytes as f64 / 1e6, 1);
        let file: String = part.file.chars().filter(|letter| !letter.is_control()).collect();
        write!(to, "\r\x1b[Kmodtager {file} ({megabytes} MB i alt)")?;
        to.flush()
    }

    /// Wipes the line.
    fn end(&self, to: &mut dyn Write) -> io::Result<()> {
        if self.shown { write!(to, "\r\x1b[K") } else { Ok(()) }
    }
}

/// A new file that only its owner can read: most packages tell of persons.
fn private(path: &Path) -> Result<File, Error> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    Ok(options.open(path)?)
}

/// Where a file of the package lies. A name that leads out of the folder is refused.
fn inside(folder: &Path, name: &str) -> Result<PathBuf, Error> {
    let relative = Path::new(name);
    let mut steps = relative.components();
    if name.is_empty() || !steps.all(|step| matches!(step, Component::Normal(_))) {
        return Err(Error::new("serveren sendte et filnavn, der fører ud af mappen"));
    }
    Ok(folder.join(relative))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_waits_sees_what_has_come() {
        let part =
            |bytes| v1::PackageResponse { file: "a.csv".to_owned(), content: vec![0; bytes] };
        let written = |shown| {
            let mut out = Vec::new();
            let mut progress = Progress::begin(shown, &mut out).unwrap();
            for bytes in [1_250_000, 1] {
                progress.add(&part(bytes), &mut out).unwrap();
            }
            progress.end(&mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        let line = "\r\x1b[Kmodtager a.csv (1,2 MB i alt)";
        assert_eq!(written(true), format!("serveren laver pakken …{line}\r\x1b[K"));
        assert_eq!(written(false), "");
    }

    #[test]
    fn a_file_name_stays_inside_the_folder() {
        let folder = Path::new("/pakke");
        assert_eq!(inside(folder, "a/b.csv").unwrap(), Path::new("/pakke/a/b.csv"));
        for wrong in ["", "/etc/passwd", "../b.csv", "a/../../b.csv", "."] {
            assert!(inside(folder, wrong).is_err(), "{wrong}");
        }
    }
}
