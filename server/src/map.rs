//! Maps a snapshot into memory: the only unsafe code of the project.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;

use memmap2::Mmap;
use terning_engine::cube::array::Owner;

/// Maps a file of a published version.
///
/// # Errors
/// The file cannot be opened or mapped.
pub fn map(path: &Path) -> io::Result<Owner> {
    let file = File::open(path)?;
    // SAFETY: a map is sound as long as nobody changes or shortens the file under it. Files of a
    // version are written under another name, flushed, and renamed into place; this program never
    // opens one for writing again, and the folder of versions may not be written by other users
    // (checked when it is opened). A removed file stays readable through its map.
    #[allow(unsafe_code)]
    let map = unsafe { Mmap::map(&file)? };
    Ok(Arc::new(map))
}
