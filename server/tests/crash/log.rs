//! The access log cut off between any two operations: what a call was answered on is there, and the
//! log is whole.

use std::fs;
use std::path::Path;

use terning_server::audit::{Entry, Log, Outcome, Settings, Visit, verify};
use terning_server::disk::Disk as RealDisk;

use crate::model::{Disk, Loss, lay};
use crate::program::Serving;
use crate::record::{Fault, Operation, Record};
use crate::replay::losses;
use crate::world::World;

/// Calls that are logged, in files so small that some are begun on the way.
const CALLS: usize = 14;
const LARGEST: u64 = 1500;

fn open(disk: RealDisk, data: &Path) -> Log {
    Log::open(disk, data, Settings { largest: LARGEST, ..Settings::default() }).unwrap()
}

/// Logs a call and waits until it may be answered.
fn call(log: &Log, number: usize) {
    let entry = Entry {
        call: "Query".to_owned(),
        role: "kommune".to_owned(),
        kommune: kommune(number),
        personal: true,
        ..Entry::default()
    };
    let visit = Visit::new(log.clone(), entry);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    assert!(runtime.block_on(visit.end(Outcome::Answered, "")).is_ok());
}

fn kommune(number: usize) -> String {
    (101 + number).to_string()
}

/// All that a log says.
fn text(data: &Path) -> String {
    let files = fs::read_dir(data.join("audit")).unwrap().map(|entry| entry.unwrap().path());
    let lines = files.filter(|path| path.extension().is_some_and(|kind| kind == "jsonl"));
    lines.map(|path| fs::read_to_string(path).unwrap()).collect()
}

/// Logs calls on a recorded disk, in a data folder that may have a log: the disk before, what was done,
/// and after how many operations each call could be answered.
fn logged(root: &Path, is_first: bool) -> (Disk, Vec<Operation>, Vec<usize>) {
    let data = root.join("data");
    if !is_first {
        open(RealDisk::real(), &data).close();
    }
    let before = Disk::of(root);
    let record = Record::new(root, Fault::Nothing);
    let log = open(record.disk(), &data);
    let mut answered = Vec::new();
    for number in 0..CALLS {
        call(&log, number);
        answered.push(record.operations().len());
    }
    log.close();
    let operations = record.operations().clone();
    (before, operations, answered)
}

#[test]
fn a_log_that_is_cut_off_has_every_call_that_was_answered() {
    for is_first in [true, false] {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("data")).unwrap();
        let (mut disk, operations, answered) = logged(root.path(), is_first);
        let mut points = 0;
        for point in 0..=operations.len() {
            if point > 0 {
                disk.apply(&operations[point - 1]);
            }
            for loss in losses() {
                check(&disk, &answered, point, loss);
                points += 1;
            }
        }
        let what = if is_first { "first" } else { "later" };
        println!("access log, {what} opening: {} operations, {points} points", operations.len());
    }
}

/// States of a log on which the real server is started.
const STARTED: usize = 6;

#[test]
fn a_server_goes_on_with_a_log_that_is_cut_off() {
    let world = World::new();
    world.build(RealDisk::real()).unwrap();
    let figures = Serving::start(&world.data()).figures();
    fs::remove_dir_all(world.data().join("audit")).unwrap();
    fs::remove_file(world.data().join("audit.key")).unwrap();
    let (mut disk, operations, answered) = logged(&world.root(), true);
    let step = operations.len() / STARTED;
    for point in 1..=operations.len() {
        disk.apply(&operations[point - 1]);
        if !point.is_multiple_of(step) {
            continue;
        }
        let root = tempfile::tempdir().unwrap();
        lay(&disk.after(Loss::Sectors(point as u64)), root.path());
        let data = root.path().join("data");
        let serving = Serving::start(&data);
        assert_eq!(serving.figures(), figures);
        serving.kill();
        check_log(&data, &answered, point, &format!("point {point}"));
    }
}

fn check(disk: &Disk, answered: &[usize], point: usize, loss: Loss) {
    let what = format!("point {point}, {loss:?}");
    let root = tempfile::tempdir().unwrap();
    lay(&disk.after(loss), root.path());
    let data = root.path().join("data");
    let log = open(RealDisk::real(), &data);
    call(&log, CALLS);
    log.close();
    check_log(&data, answered, point, &what);
    assert!(text(&data).contains(&line(CALLS)), "{what}: the call afterwards is lost");
}

/// That a log is whole, and has every call that was answered until a point.
fn check_log(data: &Path, answered: &[usize], point: usize, what: &str) {
    let found = verify(data, false).unwrap();
    assert!(found.is_whole(), "{what}: {:?}", found.remarks);
    let text = text(data);
    for number in 0..answered.iter().filter(|at| **at <= point).count() {
        assert!(text.contains(&line(number)), "{what}: call {number} is lost");
    }
}

/// What stands in the line of a call.
fn line(number: usize) -> String {
    format!("\"kommune\":\"{}\"", kommune(number))
}
