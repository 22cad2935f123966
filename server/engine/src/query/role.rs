//! A role of the schema and whose eyes it is → what is seen of each cube.

use std::sync::Arc;

use cube_schema::schema::{FieldName, Role, Sight};

use super::View;
use crate::cube::Cube;

/// What a role sees of some cubes: a view of each that exists for it, in their order. `parameter`
/// is the value that rows are chosen by.
#[must_use]
pub fn views(cubes: &[Arc<Cube>], role: &Role, parameter: &str) -> Vec<View> {
    let sight = |cube: &Arc<Cube>| role.cubes.iter().find(|sight| sight.cube == cube.name);
    cubes.iter().filter_map(|cube| Some(view(cube, sight(cube)?, parameter))).collect()
}

/// Whether a value of a role's parameter is the key of a member that rows of a cube are chosen by.
#[must_use]
pub fn has_member(cube: &Cube, role: &Role, parameter: &str) -> bool {
    let sights = role.cubes.iter().filter(|sight| sight.cube == cube.name);
    let mut rows = sights.flat_map(|sight| [&sight.rows, &sight.records]).flatten();
    rows.any(|rows| keys(cube, rows, parameter).is_some_and(|(_, keys)| !keys.is_empty()))
}

fn view(cube: &Arc<Cube>, sight: &Sight, parameter: &str) -> View {
    let hidden = sight.hidden.iter().filter_map(|name| cube.find_dimension(name));
    let hidden: Vec<usize> = hidden.collect();
    let of = |rows: &Option<FieldName>| {
        let view = match rows {
            Some(rows) => narrowed(cube, rows, parameter),
            None => View::everything(Arc::clone(cube)),
        };
        let view = view.without(hidden.clone());
        if sight.deliveries { view } else { view.without_deliveries() }
    };
    let view = of(&sight.rows);
    if sight.records.is_some() { view.with_records(&of(&sight.records)) } else { view }
}

/// The rows of a member. A dimension that the cube does not have, or a member that nothing has, is
/// seen nowhere.
fn narrowed(cube: &Arc<Cube>, rows: &FieldName, parameter: &str) -> View {
    let (dimension, keys) = keys(cube, rows, parameter).unwrap_or_default();
    View::of_keys(Arc::clone(cube), dimension, &keys)
}

/// The keys of a dimension whose member has a key.
fn keys(cube: &Cube, rows: &FieldName, wanted: &str) -> Option<(usize, Vec<u32>)> {
    let dimension = cube.find_dimension(&rows.dimension)?;
    let shape = &cube.dimensions[dimension];
    let field = &shape.fields[shape.find_field(&rows.field)?];
    let members = field.with_key(wanted).filter(|&id| field.keys.get(id as usize) == wanted);
    let keys = members.flat_map(|member| field.keys_of_member.get(member as usize));
    Some((dimension, keys.copied().collect()))
}
