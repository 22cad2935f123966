//! The cubes of the shop, from its tables by its schema alone.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use cube_schema::schema::Schema;
use terning_engine::cube::Cube;
use terning_engine::tables::{Findings, build_cubes};
use terning_server::tables::TableFolder;

/// Builds the cubes, and tells what was found in the tables.
pub fn cubes(folder: &Path) -> (Vec<Arc<Cube>>, Findings) {
    let text = fs::read_to_string(folder.join("shop.toml")).unwrap();
    of_schema(folder, &text)
}

/// The same, shown in a language.
pub fn cubes_in(folder: &Path, language: &str) -> Vec<Arc<Cube>> {
    let text = fs::read_to_string(folder.join("shop.toml")).unwrap();
    let named = "name = \"shop\"\n";
    assert_eq!(text.matches(named).count(), 1);
    let text = text.replace(named, &format!("{named}language = \"{language}\"\n"));
    of_schema(folder, &text).0
}

fn of_schema(folder: &Path, text: &str) -> (Vec<Arc<Cube>>, Findings) {
    let schema = Schema::parse(text).unwrap_or_else(|error| panic!("{error}"));
    let tables = TableFolder::open(&folder.join("tables")).unwrap();
    let mut cubes = Vec::new();
    let built = build_cubes(&schema, text, &tables, &|_| (), |cube| cubes.push(Arc::new(cube)));
    let findings = built.unwrap_or_else(|error| panic!("{error}"));
    (cubes, findings)
}
