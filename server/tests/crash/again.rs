//! A version made again, and one made of tables, cut off between any two operations.

use std::fs;
use std::path::Path;

use terning_server::disk::Disk as RealDisk;
use terning_server::rebuild::{Shares, TablesRebuild, rebuild_again, rebuild_of_tables};
use terning_server::versions::VersionName;

use crate::replay::done;
use crate::world::{World, name};

#[test]
fn a_version_that_is_made_again_and_cut_off_leaves_the_old_one_or_the_new() {
    let world = World::new();
    let from = world.build(RealDisk::real()).unwrap();
    let allowed = [Some("2024-01.1"), Some("2024-01.2")];
    let again = done("made again", &world, &allowed, |disk| {
        let made = rebuild_again(&disk, &world.data(), from, &|_| ()).unwrap();
        assert!(made.same && made.in_use);
    });
    assert_eq!(again.end(), name("2024-01.2"));
    again.cut_off();
}

const SCHEMA: &str = include_str!("shop.toml");

/// An order of a version of a small shop's tables.
fn order(folder: &Path, data: &Path, sold: &str, disk: RealDisk) -> TablesRebuild {
    let (schema, tables) = (folder.join("shop.toml"), folder.to_owned());
    fs::write(&schema, SCHEMA).unwrap();
    fs::write(tables.join("products.csv"), "id,name\n1,Ost\n2,Rugbrød\n").unwrap();
    fs::write(tables.join("sales.csv"), format!("product,amount\n1,2.5\n2,{sold}\n")).unwrap();
    let suspicious = Shares::default();
    TablesRebuild { schema, tables, data: data.to_owned(), disk, suspicious }
}

#[test]
fn a_version_of_tables_that_is_cut_off_leaves_the_old_one_or_the_new() {
    let (world, folder) = (World::new(), tempfile::tempdir().unwrap());
    let build = |sold, disk| {
        rebuild_of_tables(&order(folder.path(), &world.data(), sold, disk), &|_| ()).unwrap().name
    };
    let one = build("3", RealDisk::real());
    let two = VersionName { serial: one.serial + 1, ..one };
    let names = [one, two].map(|name| name.to_string());
    let allowed = [Some(names[0].as_str()), Some(names[1].as_str())];
    let again = done("of tables", &world, &allowed, |disk| {
        assert_eq!(build("4", disk), two);
    });
    assert_eq!(again.end(), two);
    again.cut_off();
}
