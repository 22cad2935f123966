//! The snapshot format: the kept file of the format is opened and asked, those of earlier formats are
//! refused, and a damaged file is an error or the same answers, never a panic and never another
//! answer.
//!
//! `UPDATE_FORMATS=1` writes the file of the format anew: only as long as it is not released.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use terning_engine::cube::Cube;
use terning_engine::snapshot::FORMAT;
use terning_oracle::CellSet;
use terning_tests::engine::{Engine, ask, open};
use terning_tests::random::Random;
use terning_tests::words;

/// Single bits that are flipped.
const FLIPS: usize = 1500;
/// Lengths that a file is cut to.
const CUTS: usize = 200;
/// Pairs of 64-byte blocks that change places.
const SWAPS: usize = 200;
/// A file that is kept may be this large.
const LARGEST: usize = 400_000;

/// The hand-made deliveries of the questions, as one file.
static BYTES: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("queries/data");
    Engine::load(&data, None).unwrap().snapshot()
});

/// Questions that together read every dimension, and most columns.
fn answers(cubes: &[Arc<Cube>]) -> Result<Vec<CellSet>, String> {
    let mut answers = Vec::new();
    for cube in cubes.iter().filter(|cube| !cube.hidden) {
        let mut line =
            format!("terning pivot --cube '{}' --columns Tid.Kvartal --totals", cube.name);
        for measure in cube.measures() {
            line += &format!(" --measure '{}'", cube.measure(measure).name);
        }
        for dimension in cube.dimensions.iter().filter(|dimension| !dimension.is_time) {
            let field = &dimension.fields.last().ok_or("a dimension without fields")?.name;
            let asked = format!("{line} --rows '{}.{field}'", dimension.name);
            let pivot = words::read(&asked).map_err(|error| error.to_string())?;
            answers.push(ask(cubes, &pivot).map_err(|error| error.to_string())?);
        }
    }
    Ok(answers)
}

/// Whether a damaged file is noticed; one that is not must answer as before.
fn is_noticed(bytes: Vec<u8>, sound: &[CellSet], what: &str) -> bool {
    let opened = catch_unwind(AssertUnwindSafe(|| match open(bytes) {
        Err(error) => {
            assert!(!error.to_string().is_empty());
            None
        }
        Ok(cubes) => Some(answers(&cubes)),
    }));
    match opened.unwrap_or_else(|_| panic!("{what}: a panic")) {
        None => true,
        Some(found) => {
            assert_eq!(found.as_deref(), Ok(sound), "{what}: another answer");
            false
        }
    }
}

#[test]
fn a_snapshot_that_is_read_back_answers_as_before_and_is_written_the_same() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("queries/data");
    let engine = Engine::load(&data, None).unwrap();
    let cubes = open(BYTES.clone()).unwrap();
    assert_eq!(answers(&cubes), answers(&engine.cubes));
    let again = Engine { cubes, ..engine };
    assert!(again.snapshot() == *BYTES, "written again it is the same");
}

#[test]
fn a_flipped_bit_is_noticed_or_changes_nothing() {
    let sound = answers(&open(BYTES.clone()).unwrap()).unwrap();
    let mut random = Random(3);
    let mut unnoticed = 0;
    for round in 0..FLIPS {
        // The beginning holds the most meaning in the fewest bytes.
        let range = if round % 5 == 0 { 1024 } else { BYTES.len() };
        let (at, bit) = (random.below(range), random.below(8));
        let mut bytes = BYTES.clone();
        bytes[at] ^= 1 << bit;
        unnoticed += usize::from(!is_noticed(bytes, &sound, &format!("bit {bit} of byte {at}")));
    }
    // Only the padding between sections has no checksum.
    assert!(unnoticed < FLIPS / 4, "{unnoticed} of {FLIPS} are not noticed");
}

/// Flips a bit of a section and makes both checksums right again, as a clumsy or ill-willed
/// program would: what is behind the checksums must hold by itself.
fn flipped_with_right_checksums(random: &mut Random) -> (Vec<u8>, String) {
    let mut bytes = BYTES.clone();
    let number = |bytes: &[u8], at: usize, length: usize| {
        bytes[at..at + length].iter().rev().fold(0, |sum, byte| sum << 8 | usize::from(*byte))
    };
    let sections = number(&bytes, 12, 4);
    // The first section is the metadata, of which every other is drawn.
    let section = if random.percent(50) { 0 } else { random.below(sections) };
    let entry = 32 + 24 * section;
    let (offset, length) = (number(&bytes, entry, 8), number(&bytes, entry + 8, 8));
    if length == 0 {
        return (bytes, "nothing".to_owned());
    }
    let (at, bit) = (offset + random.below(length), random.below(8));
    bytes[at] ^= 1 << bit;
    let sum = crc32fast::hash(&bytes[offset..offset + length]).to_le_bytes();
    bytes[entry + 16..entry + 20].copy_from_slice(&sum);
    let sum = crc32fast::hash(&bytes[32..32 + 24 * sections]).to_le_bytes();
    bytes[24..28].copy_from_slice(&sum);
    (bytes, format!("section {section}, byte {}, bit {bit}", at - offset))
}

#[test]
fn what_no_checksum_notices_is_an_error_or_an_answer_but_no_panic() {
    let mut random = Random(6);
    let mut errors = 0;
    for _ in 0..FLIPS {
        let (bytes, what) = flipped_with_right_checksums(&mut random);
        let opened = catch_unwind(AssertUnwindSafe(|| match open(bytes) {
            Ok(cubes) => answers(&cubes).is_err(),
            Err(_) => true,
        }));
        errors += usize::from(opened.unwrap_or_else(|_| panic!("{what}: a panic")));
    }
    assert!(errors > FLIPS / 10, "only {errors} of {FLIPS} are errors: are checksums read at all?");
}

#[test]
fn a_file_that_is_cut_or_longer_is_noticed() {
    let mut random = Random(4);
    let lengths = (0..CUTS).map(|_| random.below(BYTES.len()));
    for length in [0, 1, 8, 31, 32, 64, BYTES.len() - 1].into_iter().chain(lengths) {
        assert!(is_noticed(BYTES[..length].to_vec(), &[], &format!("cut to {length}")));
    }
    assert!(is_noticed([BYTES.as_slice(), &[0]].concat(), &[], "a byte more"));
}

#[test]
fn blocks_that_change_places_are_noticed() {
    let sound = answers(&open(BYTES.clone()).unwrap()).unwrap();
    let mut random = Random(5);
    let blocks = BYTES.len() / 64;
    for _ in 0..SWAPS {
        let (one, other) = (random.below(blocks) * 64, random.below(blocks) * 64);
        let mut bytes = BYTES.clone();
        for byte in 0..64 {
            bytes.swap(one + byte, other + byte);
        }
        is_noticed(bytes, &sound, &format!("blocks at {one} and {other}"));
    }
}

#[test]
fn what_is_no_snapshot_is_refused() {
    for bytes in [&b""[..], b"PK\x03\x04", b"TERNING1", &[0; 4096], "Ydelsesid;CPR\n".as_bytes()] {
        assert!(open(bytes.to_vec()).is_err());
    }
    let mut newer = BYTES.clone();
    newer[8] = newer[8].wrapping_add(1);
    let error = open(newer).err().unwrap().to_string();
    assert!(error.contains(&format!("format {}", FORMAT + 1)), "{error}");
    assert!(error.contains("rebuild"), "{error}");
}

fn kept(format: u32) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("formats/v{format}.terning"))
}

#[test]
fn the_kept_file_of_the_format_is_opened_and_asked() {
    if std::env::var_os("UPDATE_FORMATS").is_some() {
        assert!(BYTES.len() < LARGEST, "{} bytes are too many to keep", BYTES.len());
        fs::write(kept(FORMAT), &*BYTES).unwrap();
    }
    let cubes = open(fs::read(kept(FORMAT)).unwrap()).unwrap_or_else(|error| panic!("{error}"));
    // The first question of queries/01-borgere.md.
    let words = "terning pivot --cube 'Voksne Handicappede' --filter Tid.År=2024 \
                 --measure 'Antal Unikke Borgere' --measure 'Antal Ydelser'";
    let answer = ask(&cubes, &words::read(words).unwrap()).unwrap();
    assert_eq!(answer.cells, [[Some(40.0), Some(56.0)]]);
}

#[test]
fn a_file_of_an_earlier_format_is_refused_with_what_to_do() {
    for format in 1..FORMAT {
        let error = open(fs::read(kept(format)).unwrap()).err().unwrap().to_string();
        assert!(error.contains(&format!("format {format}")), "{error}");
        assert!(error.contains("rebuild"), "{error}");
    }
}
