//! `terning package`: writes the files of a data package into a folder.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Component, Path, PathBuf};

use terning_proto::v1;

use crate::args::{Common, Package};
use crate::client::Client;
use crate::error::Error;

pub(super) async fn run(client: &mut Client, common: &Common, args: Package) -> Result<(), Error> {
    let folder = common.output.as_deref();
    let folder =
        folder.ok_or_else(|| Error::new("giv mappen, som pakken skal skrives i, med -o"))?;
    let mut parts = client.package(args.kind, args.kommune.unwrap_or_default()).await?;
    let mut files = Files { folder: empty(folder)?, open: HashMap::new() };
    while let Some(part) = parts.message().await? {
        files.add(&part)?;
    }
    files.finish()
}

/// A folder that is made, or is empty.
fn empty(folder: &Path) -> Result<PathBuf, Error> {
    let shown = folder.display();
    fs::create_dir_all(folder)
        .map_err(|error| Error::new(format!("mappen {shown} kan ikke laves: {error}")))?;
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
    fn a_file_name_stays_inside_the_folder() {
        let folder = Path::new("/pakke");
        assert_eq!(inside(folder, "a/b.csv").unwrap(), Path::new("/pakke/a/b.csv"));
        for wrong in ["", "/etc/passwd", "../b.csv", "a/../../b.csv", "."] {
            assert!(inside(folder, wrong).is_err(), "{wrong}");
        }
    }
}
