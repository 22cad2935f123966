//! Every beginning of the operations of a rebuild, an activation and a removal, with what was not
//! synced kept, lost, torn, zeroed or in any order: there is a whole version, old or new.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;

use sha2::{Digest, Sha256};
use terning_server::disk::Disk as RealDisk;
use terning_server::versions::{self, VersionName};

use crate::model::{Disk, Loss, Tree, lay};
use crate::program::Serving;
use crate::record::{Fault, Operation, Record};
use crate::world::{AllKnown, World, answering, build_in, data, leftovers, name};

/// Disorders of each crash point in an ordinary and in a long run.
const SEEDS: u64 = 2;
const MANY_SEEDS: u64 = 40;
/// States on which the real server is started, and states on which a version is built.
const STARTED: usize = 5;
const BUILT_ON: usize = 5;

pub fn losses() -> Vec<Loss> {
    let seeds = if crate::is_long() { MANY_SEEDS } else { SEEDS };
    let mut losses =
        vec![Loss::Kept, Loss::Lost, Loss::Emptied, Loss::Zeroed, Loss::Torn, Loss::Nameless];
    losses.extend((1..=seeds).flat_map(|seed| [Loss::Sectors(seed), Loss::Shuffled(seed)]));
    losses
}

/// Something that was done, to be cut off anywhere.
pub struct Done<'a> {
    what: &'a str,
    before: Disk,
    operations: Vec<Operation>,
    /// All versions there were before or after.
    known: AllKnown,
    /// What may answer on the way.
    allowed: Vec<Option<VersionName>>,
    /// What must answer at the end.
    end: VersionName,
}

#[derive(Debug, Default)]
struct Counts {
    points: usize,
    states: usize,
    old: usize,
    new: usize,
}

/// Does something in a world and records it.
pub fn done<'a>(
    what: &'a str,
    world: &World,
    allowed: &[Option<&str>],
    act: impl FnOnce(RealDisk),
) -> Done<'a> {
    let (root, before) = (world.root(), world.known_if_any());
    let disk = Disk::of(&root);
    let record = Record::new(&root, Fault::Nothing);
    act(record.disk());
    let mut known = world.known();
    known.extend(before);
    let operations = record.operations().clone();
    let allowed = allowed.iter().map(|version| version.map(name)).collect();
    let end = versions::current(&world.data()).unwrap();
    Done { what, before: disk, operations, known, allowed, end }
}

impl World {
    fn known_if_any(&self) -> AllKnown {
        if self.data().is_dir() { self.known() } else { AllKnown::new() }
    }
}

impl Done<'_> {
    /// What must answer at the end.
    pub fn end(&self) -> VersionName {
        self.end
    }

    /// Cuts it off everywhere; hands on the states that differ.
    pub fn cut_off(&self) -> Vec<(Tree, Option<VersionName>)> {
        let mut disk = self.before.clone();
        let (mut seen, mut states, mut counts) = (BTreeSet::new(), Vec::new(), Counts::default());
        for point in 0..=self.operations.len() {
            if point > 0 {
                disk.apply(&self.operations[point - 1]);
            }
            for loss in losses() {
                counts.points += 1;
                let tree = disk.after(loss);
                let is_end = point == self.operations.len();
                if !seen.insert((is_end, fingerprint(&tree))) {
                    continue;
                }
                let what = format!("{}, point {point}, {loss:?}", self.what);
                let answers = self.check(&tree, is_end, &what);
                counts.states += 1;
                counts.new += usize::from(answers == Some(self.end));
                counts.old += usize::from(answers != Some(self.end));
                states.push((tree, answers));
            }
        }
        println!("{}: {} operations, {counts:?}", self.what, self.operations.len());
        assert!(counts.new > 0 && counts.old > 0, "{counts:?}");
        states
    }

    fn check(&self, tree: &Tree, is_end: bool, what: &str) -> Option<VersionName> {
        let root = tempfile::tempdir().unwrap();
        lay(tree, root.path());
        let answers = match data(root.path()).is_dir() {
            true => answering(&data(root.path()), &self.known, what),
            false => None,
        };
        assert!(self.allowed.contains(&answers), "{what}: {answers:?} answers");
        assert!(!is_end || answers == Some(self.end), "{what}: what was done is lost");
        answers
    }
}

fn fingerprint(tree: &Tree) -> Vec<u8> {
    let mut digest = Sha256::new();
    for (path, content) in tree {
        digest.update(format!("{path:?} {:?} ", content.as_ref().map(Vec::len)));
        digest.update(content.as_deref().unwrap_or_default());
    }
    digest.finalize().to_vec()
}

/// Some of many, spread evenly.
fn spread<T>(all: &[T], some: usize) -> impl Iterator<Item = &T> {
    all.iter().step_by((all.len() / some).max(1))
}

/// Builds a version on some states: it succeeds, and nothing is left lying about.
fn build_on(states: &[(Tree, Option<VersionName>)], deliveries: &Path) {
    for (tree, _) in spread(states, BUILT_ON) {
        let root = tempfile::tempdir().unwrap();
        lay(tree, root.path());
        let data = data(root.path());
        let built = build_in(deliveries, &data, RealDisk::real()).unwrap();
        assert_eq!(versions::current(&data), Some(built));
        assert_eq!(leftovers(&data), Vec::<std::path::PathBuf>::new());
    }
}

#[test]
fn a_rebuild_that_is_cut_off_leaves_the_old_version_or_the_new_one() {
    let world = World::new();
    let first = done("first rebuild", &world, &[None, Some("2024-01.1")], |disk| {
        world.build(disk).unwrap();
    });
    build_on(&first.cut_off(), &world.deliveries());
    let old = Serving::start(&world.data()).figures();

    world.second_month();
    let allowed = [Some("2024-01.1"), Some("2024-02.1")];
    let second = done("second rebuild", &world, &allowed, |disk| {
        world.build(disk).unwrap();
    });
    let new = Serving::start(&world.data()).figures();
    assert_ne!(old, new);
    let states = second.cut_off();
    build_on(&states, &world.deliveries());
    for (tree, answers) in spread(&states, STARTED).chain(states.last()) {
        let root = tempfile::tempdir().unwrap();
        lay(tree, root.path());
        let serving = Serving::start(&data(root.path()));
        let expected = if *answers == Some(second.end) { &new } else { &old };
        assert_eq!(&serving.figures(), expected);
        let said = serving.ask(&["cubes", "--format=json"]).unwrap();
        assert!(said.contains(&answers.unwrap().to_string()), "{said}");
    }
}

#[test]
fn an_activation_and_a_removal_that_are_cut_off_leave_whole_versions() {
    let world = World::new();
    let one = world.build(RealDisk::real()).unwrap();
    world.second_month();
    let two = world.build(RealDisk::real()).unwrap();
    let allowed = [Some("2024-01.1"), Some("2024-02.1")];
    let back = done("activation", &world, &allowed, |disk| {
        versions::activate(&disk, &world.data(), one).unwrap();
    });
    assert_eq!(back.end, one);
    back.cut_off();

    versions::activate(&RealDisk::real(), &world.data(), two).unwrap();
    let three = world.build(RealDisk::real()).unwrap();
    let (before, known) = (Disk::of(&world.root()), world.known());
    let record = Record::new(&world.root(), Fault::Nothing);
    let gone = versions::keep_newest(&record.disk(), &world.data(), 1).unwrap();
    assert_eq!(gone.versions, [one]);
    check_removal(&before, &known, &record.operations(), three);
}

/// A removal has one answer all the way.
fn check_removal(before: &Disk, known: &AllKnown, operations: &[Operation], active: VersionName) {
    let (mut disk, mut states) = (before.clone(), 0);
    for point in 0..=operations.len() {
        if point > 0 {
            disk.apply(&operations[point - 1]);
        }
        for loss in losses() {
            let root = tempfile::tempdir().unwrap();
            lay(&disk.after(loss), root.path());
            let what = format!("removal, point {point}, {loss:?}");
            assert_eq!(answering(&data(root.path()), known, &what), Some(active), "{what}");
            states += 1;
        }
    }
    println!("removal: {} operations, {states} states", operations.len());
}

#[test]
fn what_is_appended_and_synced_is_there_after_a_power_cut() {
    let root = tempfile::tempdir().unwrap();
    let record = Record::new(root.path(), Fault::Nothing);
    let path = root.path().join("log");
    let disk = record.disk();
    let mut file = disk.append(&path).unwrap();
    disk.sync_folder(root.path()).unwrap();
    let mut sure = vec![(record.operations().len(), 0)];
    let mut all: Vec<u8> = Vec::new();
    for number in 0..20 {
        let line = format!("{{\"line\":{number},\"text\":\"{}\"}}\n", "x".repeat(number * 40));
        file.write_all(line.as_bytes()).unwrap();
        all.extend(line.as_bytes());
        if number % 3 == 2 {
            file.sync().unwrap();
            sure.push((record.operations().len(), all.len()));
        }
    }
    let empty = tempfile::tempdir().unwrap();
    let (mut disk, operations) = (Disk::of(empty.path()), record.operations());
    for point in 1..=operations.len() {
        disk.apply(&operations[point - 1]);
        let synced = sure.iter().rev().find(|(at, _)| *at <= point).map(|(_, bytes)| *bytes);
        for loss in losses() {
            let tree = disk.after(loss);
            if let Some(synced) = synced {
                let found = tree[Path::new("log")].as_ref().unwrap();
                assert!(found[..synced] == all[..synced], "point {point}, {loss:?}");
            }
        }
    }
}
