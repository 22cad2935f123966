//! The key of tokens cut off while it is made: it is whole or not there, and is made then.

use std::path::Path;

use terning_server::access::Key;
use terning_server::disk::Disk as RealDisk;

use crate::model::{Disk, lay};
use crate::record::{Fault, Record};
use crate::replay::losses;

/// What the key of a data folder is for those who sign and check by it.
fn bytes(data: &Path) -> Option<Vec<u8>> {
    Key::read(data).unwrap()?;
    Some(std::fs::read(data.join("token.key")).unwrap())
}

#[test]
fn a_key_that_is_cut_off_is_whole_or_is_made_anew() {
    let root = tempfile::tempdir().unwrap();
    let data = root.path().join("data");
    std::fs::create_dir(&data).unwrap();
    let mut disk = Disk::of(root.path());
    let record = Record::new(root.path(), Fault::Nothing);
    Key::read_or_make(&record.disk(), &data).unwrap();
    let made = bytes(&data).unwrap();
    let operations = record.operations().clone();
    for point in 0..=operations.len() {
        if point > 0 {
            disk.apply(&operations[point - 1]);
        }
        for loss in losses() {
            let root = tempfile::tempdir().unwrap();
            lay(&disk.after(loss), root.path());
            let data = root.path().join("data");
            let found = bytes(&data);
            let is_made = found.as_ref() == Some(&made);
            assert!(is_made || found.is_none(), "point {point}, {loss:?}");
            assert!(is_made || point < operations.len(), "{loss:?}: what was done is lost");
            Key::read_or_make(&RealDisk::real(), &data).unwrap();
            assert_eq!(std::fs::read_dir(&data).unwrap().count(), 1, "point {point}, {loss:?}");
        }
    }
    assert!(operations.len() >= 5, "{operations:?}");
}
