//! Files that are damaged while nobody looks: found and named when they are opened, and the version
//! before answers; or nothing has changed.

use std::fs;
use std::path::Path;

use terning_server::disk::Disk;
use terning_server::versions::{
    self, CUBES, MANIFEST, Manifest, Versions, read_raw, version_folder,
};

use crate::model::Chance;
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

fn damaged(sound: &[u8], other: &[u8], damage: Damage, chance: &mut Chance) -> Vec<u8> {
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
            let block = [1, 8, 64, 512][chance.below(4)];
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
    let (known, chance) = (world.known(), &mut Chance(1));
    let given = std::env::var("TERNING_DAMAGES").ok().and_then(|text| text.parse().ok());
    let (mut found, mut same) = (0, 0);
    for round in 0..given.unwrap_or(DAMAGES) {
        let file = if chance.below(10) < 7 { CUBES } else { MANIFEST };
        let path = version_folder(&world.data(), new).join(file);
        let sound = fs::read(&path).unwrap();
        let other = fs::read(version_folder(&world.data(), old).join(file)).unwrap();
        let damage = DAMAGE[chance.below(DAMAGE.len())];
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
    let mut chance = Chance(2);
    for round in 0..400 {
        let other = format!("{new}\n");
        let damage = DAMAGE[chance.below(DAMAGE.len() - 2)];
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
    let mut chance = Chance(3);
    for round in 0..400 {
        let sha256 = &names[chance.below(names.len())];
        let path = inputs.join(sha256);
        let sound = fs::read(&path).unwrap();
        let other = fs::read(inputs.join(&names[chance.below(names.len())])).unwrap();
        let bytes = damaged(&sound, &other, DAMAGE[chance.below(DAMAGE.len())], &mut chance);
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
