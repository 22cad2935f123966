//! Maps a snapshot into memory: the only unsafe code of the project.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::Arc;

use memmap2::{Mmap, UncheckedAdvice};

/// The file, the folder of its version, the folder of versions, and the data folder.
const PLACES: usize = 4;

/// Maps a file of a version.
///
/// # Errors
/// The file cannot be opened or mapped, or other users may change it. The sentence names no folder, for
/// users may read it.
pub fn map(path: &Path) -> io::Result<Arc<Mmap>> {
    check_own(path)?;
    let file = File::open(path)?;
    // SAFETY: a map is sound as long as nobody changes or shortens the file under it. Files of a
    // version are written under another name, flushed, and renamed into place; this program never
    // opens one for writing again. Other users may write neither the file nor a folder that it lies in,
    // so they cannot change it or put one of theirs in its place (checked above, each time it is opened).
    // Its own user may: who puts a file back is told to rename it into place. A removed file stays
    // readable through its map.
    #[allow(unsafe_code)]
    let map = unsafe { Mmap::map(&file)? };
    Ok(Arc::new(map))
}

/// That other users may change neither a file of a version nor the folders that it lies in.
fn check_own(path: &Path) -> io::Result<()> {
    for place in path.ancestors().take(PLACES) {
        if fs::metadata(place)?.mode() & 0o022 != 0 {
            let problem = "andre brugere kan ændre den; kør chmod -R go-w på datamappen";
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, problem));
        }
    }
    Ok(())
}

/// Gives back the memory of pages that were only read to check them. What questions read comes
/// back by itself.
pub fn release(map: &Mmap) {
    // SAFETY: the map is of a file and is only read, so a page that is dropped is read from the
    // file again with the same bytes.
    #[allow(unsafe_code)]
    let released = unsafe { map.unchecked_advise(UncheckedAdvice::DontNeed) };
    if let Err(error) = released {
        tracing::debug!(%error, "the pages of a snapshot stay in memory");
    }
}
