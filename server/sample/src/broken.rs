//! Files that the intake refuses whole. Each comes beside a sound one, so that no municipality is
//! without data.

use crate::country::Country;
use crate::day::Month;
use crate::delivery::{Delivery, checksum, name};
use crate::stock::Stock;
use crate::systems::Part;
use crate::world::World;

/// Makes a sound delivery wrong in one way.
type Break = fn(&mut Delivery, Month);

/// Every way to be refused.
const WAYS: [Break; 9] = [
    wrong_checksum,
    wrong_row_count,
    without_manifest,
    without_data,
    truncated,
    missing_column,
    unknown_municipality,
    other_than_name,
    other_than_folder,
];

/// Serial number of refused files: after all others.
const SERIAL: u32 = 3;

/// The refused files of a month: one per way, and in the last month one from a month that has not been.
pub fn deliveries(world: &World, month: Month) -> Vec<Delivery> {
    let sources: Vec<usize> = suited(world).collect();
    let at = |way: usize| sources[(way * 7 + world.later(month) as usize) % sources.len()];
    let mut broken: Vec<Delivery> =
        (0..WAYS.len()).map(|way| spoilt(world, at(way), month, WAYS[way])).collect();
    if month == world.last() {
        broken.push(from_the_future(world, at(WAYS.len()), month));
    }
    broken
}

/// Sources with one system and a header.
fn suited(world: &World) -> impl Iterator<Item = usize> {
    let sources = world.sources.iter().enumerate();
    sources
        .filter(|(_, source)| {
            source.part == Part::All
                && source.style.header
                && !source.style.windows
                && !source.style.xml
                && !source.changes
        })
        .map(|(at, _)| at)
}

fn spoilt(world: &World, source: usize, month: Month, way: Break) -> Delivery {
    let mut delivery = small(world, source, month, &world.country);
    way(&mut delivery, month);
    delivery
}

/// A delivery of the first hundred records.
fn small(world: &World, source: usize, month: Month, country: &Country) -> Delivery {
    let mut stock = Stock::new(world, source, month);
    stock.lines.truncate(100);
    Delivery::new(&stock, country, SERIAL)
}

fn wrong_checksum(delivery: &mut Delivery, _: Month) {
    if let Some(manifest) = &mut delivery.manifest {
        manifest.sha256 = checksum(b"another file");
    }
}

fn wrong_row_count(delivery: &mut Delivery, _: Month) {
    if let Some(manifest) = &mut delivery.manifest {
        manifest.antal_raekker += 3;
    }
}

fn without_manifest(delivery: &mut Delivery, _: Month) {
    delivery.manifest = None;
}

fn without_data(delivery: &mut Delivery, _: Month) {
    delivery.data = None;
}

/// The transfer broke off: the manifest is that of the whole file.
fn truncated(delivery: &mut Delivery, _: Month) {
    if let Some(data) = &mut delivery.data {
        data.truncate(data.len() * 2 / 3);
    }
}

fn missing_column(delivery: &mut Delivery, _: Month) {
    let Some(data) = &mut delivery.data else {
        return;
    };
    let end = data.iter().position(|byte| *byte == b'\n').unwrap_or(0);
    let header = String::from_utf8_lossy(&data[..end]).replace("Slutdato", "Ophoer");
    data.splice(..end, header.into_bytes());
    if let Some(manifest) = &mut delivery.manifest {
        manifest.sha256 = checksum(data);
    }
}

fn unknown_municipality(delivery: &mut Delivery, month: Month) {
    delivery.name = name("999", "team", month, 1);
    if let Some(manifest) = &mut delivery.manifest {
        manifest.be("999", "team", 1);
    }
}

fn other_than_name(delivery: &mut Delivery, _: Month) {
    if let Some(manifest) = &mut delivery.manifest {
        manifest.be("101", "andet", SERIAL);
    }
}

fn other_than_folder(delivery: &mut Delivery, month: Month) {
    if let Some(manifest) = &mut delivery.manifest {
        manifest.maaned = month.plus(-1).text();
    }
}

/// A month later than the time it was received: sound in all else, in a folder of its own.
fn from_the_future(world: &World, source: usize, month: Month) -> Delivery {
    let mut delivery = small(world, source, month.plus(1), &world.country);
    if let Some(manifest) = &mut delivery.manifest {
        manifest.modtaget = format!("{}-28T09:30:00+01:00", month.text());
    }
    delivery
}
