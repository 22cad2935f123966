//! A disk that is full, takes half, or does not say that it has what was written: the rebuild ends
//! with what, where and what to do; the old version answers; nothing is left lying about.

use std::process::Command;

use terning_server::disk::Disk;
use terning_server::versions;

use crate::program::rebuild;
use crate::record::{Fault, Operation, Record};
use crate::world::{World, answering, build_in, copy, data, leftovers};

/// Faults in an ordinary run; a long one has every one.
const SOME: usize = 24;
/// After every so many a version is built on what is left.
const BUILT_ON: usize = 8;

/// Every fault that some operations can have.
fn faults(operations: &[Operation]) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (at, operation) in operations.iter().enumerate() {
        match operation {
            Operation::Write(..) => faults.extend([Fault::Full(at), Fault::Short(at)]),
            Operation::CreateFolder(_) | Operation::Create(_) | Operation::Append(_) => {
                faults.push(Fault::Full(at));
            }
            Operation::Sync(_) | Operation::SyncFolder(_) => faults.push(Fault::Sync(at)),
            _ => {}
        }
    }
    faults
}

#[test]
fn a_rebuild_on_a_failing_disk_says_so_and_changes_nothing() {
    let world = World::new();
    world.build(Disk::real()).unwrap();
    let before = tempfile::tempdir().unwrap();
    copy(&world.root(), before.path());
    world.second_month();
    let record = Record::new(&world.root(), Fault::Nothing);
    let new = world.build(record.disk()).unwrap();
    let (known, all) = (world.known(), faults(&record.operations()));
    let some = if crate::is_long() { all.len() } else { SOME };
    let step = (all.len() / some).max(1);
    let (mut tried, mut hit) = (0, 0);
    // The last of all is about the name of CURRENT.
    for fault in all.iter().step_by(step).chain(all.last()) {
        let root = tempfile::tempdir().unwrap();
        copy(before.path(), root.path());
        let record = Record::new(root.path(), *fault);
        let ended = build_in(&world.deliveries(), &data(root.path()), record.disk());
        tried += 1;
        if record.was_hit() {
            hit += 1;
            let said = format!("{:#}", ended.unwrap_err());
            let reason = match fault {
                Fault::Sync(_) => "disken melder fejl",
                _ => "disken er fuld",
            };
            assert!(said.contains(reason) && said.contains("prøv"), "{fault:?}: {said}");
            assert!(said.contains("/data"), "{fault:?}: {said}");
        }
        let answers = answering(&data(root.path()), &known, &format!("{fault:?}")).unwrap();
        let is_last = Some(fault) == all.last();
        assert!(answers != new || is_last || !record.was_hit(), "{fault:?}: {answers} answers");
        assert!(leftovers(root.path()).is_empty(), "{fault:?}: {:?}", leftovers(root.path()));
        if tried % BUILT_ON == 0 {
            build_in(&world.deliveries(), &data(root.path()), Disk::real()).unwrap();
        }
    }
    println!("{} faults there are, {tried} tried, {hit} hit", all.len());
    assert!(hit * 10 > tried * 8, "{hit} of {tried}");
}

#[test]
fn a_program_that_may_not_write_ends_with_one_and_what_to_do() {
    let world = World::new();
    world.build(Disk::real()).unwrap();
    let limited = rebuild(&world.deliveries(), &world.data());
    let mut shell = Command::new("sh");
    shell.args(["-c", "trap '' XFSZ; ulimit -f 24; exec \"$0\" \"$@\""]);
    shell.arg(limited.get_program()).args(limited.get_args());
    let ended = shell.output().unwrap();
    let said = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(1), "{said}");
    assert!(said.contains("cubes.terning kan ikke skrives"), "{said}");
    assert!(said.contains("større, end systemet tillader; hæv grænsen"), "{said}");
    assert!(said.contains("der svares fortsat med version 2024-01.1"), "{said}");
    assert!(leftovers(&world.data()).is_empty());
    let ended = rebuild(&world.deliveries(), &world.data()).output().unwrap();
    assert!(ended.status.success());
    assert_eq!(versions::current(&world.data()).unwrap().to_string(), "2024-01.2");
}
