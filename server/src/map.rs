//! Maps a snapshot into memory: the only unsafe code of the project.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;

use memmap2::{Mmap, UncheckedAdvice};

/// Maps a file of a published version.
///
/// # Errors
/// The file cannot be opened or mapped.
pub fn map(path: &Path) -> io::Result<Arc<Mmap>> {
    let file = File::open(path)?;
    // SAFETY: a map is sound as long as nobody changes or shortens the file under it. Files of a
    // version are written under another name, flushed, and renamed into place; this program never
    // opens one for writing again, and the folder of versions may not be written by other users
    // (checked when it is opened). A removed file stays readable through its map.
    #[allow(unsafe_code)]
    let map = unsafe { Mmap::map(&file)? };
    Ok(Arc::new(map))
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
