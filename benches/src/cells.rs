//! An answer as lines of member keys and a value, for comparing it with others' answers.

use std::io::Write;

use anyhow::Result;
use terning_engine::cube::Cube;
use terning_engine::query::CellSet;
use terning_engine::query::bound::{HierarchyRef, Member};

/// What stands for an All member.
const ALL: &str = "*";

/// Writes every cell that is not empty: its members' keys, columns first, and its value.
///
/// # Errors
/// The writer fails.
pub fn write(cube: &Cube, answer: &CellSet, out: &mut dyn Write) -> Result<()> {
    let mut header = String::new();
    for axis in &answer.axes {
        for name in axis.columns.iter().filter_map(|&column| hierarchy(cube, column)) {
            header.push_str(name);
            header.push(';');
        }
    }
    writeln!(out, "{header}value")?;
    for (&ordinal, value) in answer.ordinals.iter().zip(&answer.values) {
        let mut rest = ordinal as usize;
        for axis in &answer.axes {
            let position = axis.position(rest % axis.count);
            rest /= axis.count;
            for (&column, &member) in axis.columns.iter().zip(position) {
                if hierarchy(cube, column).is_some() {
                    write!(out, "{};", key(cube, column, member))?;
                }
            }
        }
        writeln!(out, "{value}")?;
    }
    Ok(())
}

fn hierarchy(cube: &Cube, column: HierarchyRef) -> Option<&str> {
    match column {
        HierarchyRef::Measures => None,
        HierarchyRef::Of { dimension, hierarchy } => {
            Some(&cube.dimensions[dimension].hierarchies[hierarchy].name)
        }
    }
}

fn key(cube: &Cube, column: HierarchyRef, member: Member) -> &str {
    match (column, member) {
        (HierarchyRef::Of { dimension, .. }, Member::Of { field, id }) => {
            cube.dimensions[dimension].fields[field].keys.get(id as usize)
        }
        _ => ALL,
    }
}
