//! Files that are damaged while nobody looks: found and named when they are opened, and the version
//! before answers; or nothing has changed.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::{Arc, Barrier};
use std::thread;

use terning_engine::load::Accept;
use terning_server::disk::Disk;
use terning_server::rebuild::{REPORT, Rebuild, rebuild};
use terning_server::versions::{
    self, CUBES, MANIFEST, Manifest, State, VersionName, Versions, read_raw, version_folder,
};

use crate::random::Random;
use crate::world::{World, name};

/// Damaged files in an ordinary run.
const DAMAGES: usize = 1500;

/// What is done to a file.
#[derive(Clone, Copy, Debug)]
enum Damage {
    Flip,
    Flips,
    Cut,
    Longer,
    Swap,
    Zero,
    Section,
    Other,
}

const DAMAGE: [Damage; 8] = [
    Damage::Flip,
    Damage::Flips,
    Damage::Cut,
    Damage::Longer,
    Damage::Swap,
    Damage::Zero,
    Damage::Section,
    Damage::Other,
];

fn damaged(sound: &[u8], other: &[u8], damage: Damage, chance: &mut Random) -> Vec<u8> {
    let mut bytes = sound.to_vec();
    let length = bytes.len();
    match damage {
        Damage::Flip => bytes[chance.below(length)] ^= 1 << chance.below(8),
        Damage::Flips => {
            for _ in 0..=chance.below(20) {
                bytes[chance.below(length)] ^= 1 << chance.below(8);
            }
        }
        Damage::Cut => bytes.truncate(chance.below(length)),
        Damage::Longer => bytes.extend(vec![chance.draw() as u8; 1 + chance.below(600)]),
        Damage::Swap => {
            let block = *chance.one(&[1, 8, 64, 512]);
            let blocks = length / block;
            if blocks > 1 {
                let (one, two) = (chance.below(blocks) * block, chance.below(blocks) * block);
                (0..block).for_each(|at| bytes.swap(one + at, two + at));
            }
        }
        Damage::Zero => {
            let begin = chance.below(length);
            bytes[begin..(begin + 512).min(length)].fill(0);
        }
        // A part of the file of another version in the place of its own.
        Damage::Section => {
            let begin = chance.below(length.min(other.len()));
            let end = begin + 1 + chance.below((length.min(other.len()) - begin).min(4096));
            let end = end.min(length.min(other.len()));
            bytes[begin..end].copy_from_slice(&other[begin..end]);
        }
        Damage::Other => bytes = other.to_vec(),
    }
    bytes
}

/// Two versions; the newer is asked.
fn two_versions() -> World {
    let world = World::new();
    world.build(Disk::real()).unwrap();
    world.second_month();
    world.build(Disk::real()).unwrap();
    world
}

#[test]
fn a_damaged_version_is_named_and_the_one_before_answers() {
    let world = two_versions();
    let (old, new) = (name("2024-01.1"), name("2024-02.1"));
    let (known, chance) = (world.known(), &mut Random(1));
    let given = std::env::var("TERNING_DAMAGES").ok().and_then(|text| text.parse().ok());
    let (mut found, mut same) = (0, 0);
    for round in 0..given.unwrap_or(DAMAGES) {
        let file = if chance.below(10) < 7 { CUBES } else { MANIFEST };
        let path = version_folder(&world.data(), new).join(file);
        let sound = fs::read(&path).unwrap();
        let other = fs::read(version_folder(&world.data(), old).join(file)).unwrap();
        let damage = *chance.one(&DAMAGE);
        let bytes = damaged(&sound, &other, damage, chance);
        let what = format!("round {round}: {file}, {damage:?}");
        put(&path, &bytes);
        let versions = Versions::new(&world.data());
        let active = versions.refresh().unwrap();
        if bytes == sound {
            same += 1;
            assert_eq!(active.name, new, "{what}");
        } else {
            found += 1;
            assert_eq!(active.name, old, "{what}: not noticed");
            let manifest = Manifest { built_at: String::new(), ..active.manifest.clone() };
            assert!(manifest == known[&old].manifest, "{what}");
            let listed = versions.list().remove(0);
            let said = listed.manifest.unwrap_err();
            assert!(listed.name == new && said.contains(file), "{what}: {said}");
            let refused = versions.get("2024-02.1").err().unwrap().to_string();
            assert!(refused.contains("2024-02.1") && refused.contains(file), "{what}: {refused}");
        }
        put(&path, &sound);
    }
    println!("{found} damaged files found and named, {same} were the same as before");
}

/// Puts a file in the place of another, as a map of the old one must stay whole.
fn put(path: &Path, bytes: &[u8]) {
    let temporary = path.with_extension("put");
    fs::write(&temporary, bytes).unwrap();
    fs::rename(temporary, path).unwrap();
}

#[test]
fn a_damaged_current_is_read_from_its_copy() {
    let world = two_versions();
    let new = name("2024-02.1");
    versions::activate(&Disk::real(), &world.data(), name("2024-01.1")).unwrap();
    let sound = fs::read(versions::current_file(&world.data())).unwrap();
    let mut chance = Random(2);
    for round in 0..400 {
        let other = format!("{new}\n");
        let damage = *chance.one(&DAMAGE[..DAMAGE.len() - 2]);
        let bytes = damaged(&sound, other.as_bytes(), damage, &mut chance);
        put(&versions::current_file(&world.data()), &bytes);
        let active = Versions::new(&world.data()).refresh().unwrap();
        assert_eq!(active.name.to_string(), "2024-01.1", "round {round}: {damage:?} {bytes:?}");
    }
    // A server that runs keeps to what it answers with, though both are lost.
    put(&versions::current_file(&world.data()), &sound);
    let running = Versions::new(&world.data());
    assert_eq!(running.refresh().unwrap().name.to_string(), "2024-01.1");
    put(&versions::current_file(&world.data()), b"x");
    put(&world.data().join("CURRENT.copy"), b"x");
    assert!(running.refresh().is_none());
    assert_eq!(running.active().unwrap().name.to_string(), "2024-01.1");
}

#[test]
fn a_damaged_raw_file_is_noticed_and_stored_anew_by_the_next_rebuild() {
    let world = two_versions();
    let inputs = world.data().join("inputs");
    let names: Vec<String> = fs::read_dir(&inputs)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let mut chance = Random(3);
    for round in 0..400 {
        let sha256 = chance.one(&names);
        let path = inputs.join(sha256);
        let sound = fs::read(&path).unwrap();
        let other = fs::read(inputs.join(chance.one(&names))).unwrap();
        let bytes = damaged(&sound, &other, *chance.one(&DAMAGE), &mut chance);
        put(&path, &bytes);
        let read = read_raw(&world.data(), sha256);
        assert_eq!(read.is_ok(), bytes == sound, "round {round}");
        put(&path, &sound);
    }
    for sha256 in &names {
        put(&inputs.join(sha256), b"damaged");
    }
    world.build(Disk::real()).unwrap();
    for sha256 in &names {
        assert!(read_raw(&world.data(), sha256).is_ok(), "{sha256}");
    }
}

/// Clients that ask for the same at a time.
const CLIENTS: usize = 16;

#[test]
fn a_version_that_many_ask_for_is_opened_once() {
    let world = two_versions();
    let (versions, all) = (Versions::new(&world.data()), Barrier::new(CLIENTS));
    versions.refresh().unwrap();
    let opened: Vec<_> = thread::scope(|scope| {
        let ask = || {
            all.wait();
            versions.get("2024-01.1").unwrap()
        };
        let asked: Vec<_> = (0..CLIENTS).map(|_| scope.spawn(ask)).collect();
        asked.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert!(opened.iter().all(|one| Arc::ptr_eq(one, &opened[0])));
}

fn state(versions: &Versions, name: VersionName) -> State {
    versions.list().into_iter().find(|listed| listed.name == name).unwrap().state
}

#[test]
fn damage_is_listed_whoever_finds_it_and_until_the_file_is_right_again() {
    let world = two_versions();
    let (old, new) = (name("2024-01.1"), name("2024-02.1"));
    let versions = Versions::new(&world.data());
    versions.refresh().unwrap();
    let path = version_folder(&world.data(), old).join(CUBES);
    let sound = fs::read(&path).unwrap();
    put(&path, &sound[..sound.len() / 2]);
    assert!(versions.get("2024-01.1").is_err());
    assert!(matches!(state(&versions, old), State::Damaged(_)));
    put(&path, &sound);
    assert_eq!(state(&versions, old), State::Kept);
    assert!(versions.get("2024-01.1").is_ok());
    // The one that should answer does so again without a restart.
    let path = version_folder(&world.data(), new).join(CUBES);
    let sound = fs::read(&path).unwrap();
    put(&path, &sound[..sound.len() / 2]);
    let running = Versions::new(&world.data());
    assert_eq!(running.refresh().unwrap().name, old);
    assert!(running.refresh().is_none(), "it is still damaged");
    put(&path, &sound);
    assert_eq!(running.refresh().unwrap().name, new);
}

#[test]
fn what_answers_in_the_place_of_a_damaged_version_is_not_removed() {
    let world = two_versions();
    let (old, new) = (name("2024-01.1"), name("2024-02.1"));
    // It does not tell any more what it was compared with either.
    put(&version_folder(&world.data(), new).join(MANIFEST), b"damaged");
    let refused = versions::remove(&Disk::real(), &world.data(), &[old]).unwrap_err().to_string();
    assert!(refused.contains("den svarer, fordi 2024-02.1 ikke kan læses"), "{refused}");
    let removed = versions::keep_newest(&Disk::real(), &world.data(), 1).unwrap();
    assert_eq!(removed.versions, []);
    assert_eq!(Versions::new(&world.data()).refresh().unwrap().name, old);
}

#[test]
fn a_version_that_cannot_be_compared_with_the_one_before_waits_for_an_operator() {
    for file in [REPORT, CUBES, MANIFEST] {
        let world = World::new();
        let old = world.build(Disk::real()).unwrap();
        put(&version_folder(&world.data(), old).join(file), b"damaged");
        world.second_month();
        let order = Rebuild::new(world.deliveries(), world.data());
        let outcome = rebuild(&Rebuild { accept: Accept::All, ..order }, &|_| ()).unwrap();
        let reasons = &outcome.report().awaiting;
        assert_eq!((outcome.exit_code(), reasons.len()), (3, 1), "{file}");
        let why = format!("kan ikke sammenlignes med version {old}: ");
        assert!(reasons[0].starts_with(&why) && reasons[0].contains(file), "{reasons:?}");
        assert_eq!(versions::current(&world.data()), Some(old), "{file}");
    }
}

#[test]
fn what_other_users_may_change_is_not_opened() {
    let world = two_versions();
    let (old, new) = (name("2024-01.1"), name("2024-02.1"));
    let folder = version_folder(&world.data(), new);
    let open = |path: &Path| fs::set_permissions(path, fs::Permissions::from_mode(0o722)).unwrap();
    let shut = |path: &Path| fs::set_permissions(path, fs::Permissions::from_mode(0o700)).unwrap();
    for path in [&folder.join(CUBES), &folder] {
        open(path);
        let refused =
            versions::activate(&Disk::real(), &world.data(), new).unwrap_err().to_string();
        assert!(refused.contains("andre brugere kan ændre den; kør chmod"), "{refused}");
        assert_eq!(Versions::new(&world.data()).refresh().unwrap().name, old);
        shut(path);
    }
    for path in [world.data().join("versions"), world.data()] {
        open(&path);
        assert!(Versions::new(&world.data()).refresh().is_none(), "{}", path.display());
        let refused = versions::check_folder(&world.data()).unwrap_err().to_string();
        assert!(refused.contains(&format!("kør chmod go-w {}", path.display())), "{refused}");
        shut(&path);
    }
    assert_eq!(Versions::new(&world.data()).refresh().unwrap().name, new);
}
