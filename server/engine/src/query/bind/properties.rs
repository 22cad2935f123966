//! What `DIMENSION PROPERTIES` and `CELL PROPERTIES` ask for.

use super::context::Context;
use super::resolve::{self, Entity};
use super::{ErrorKind, QueryError, candidates};
use crate::cube::dimension::same;
use crate::query::bound::{Asked, Axis, HierarchyRef};
use crate::query::functions::properties;
use crate::query::parse::{AxisClause, Name, PropertyPath};

/// The properties of cells that tools ask for. Those without a meaning here are empty.
const OF_CELLS: [&str; 20] = [
    "ACTION_TYPE",
    "ALIGNMENT",
    "BACK_COLOR",
    "CELL_EVALUATION_LIST",
    "CELL_ORDINAL",
    "CONTENTS",
    "FONT_FLAGS",
    "FONT_NAME",
    "FONT_SIZE",
    "FORE_COLOR",
    "FORMATTED_VALUE",
    "FORMAT_STRING",
    "LANGUAGE",
    "MIME_TYPE",
    "NON_EMPTY_BEHAVIOR",
    "SCOPE_ISOLATION",
    "SOLVE_ORDER",
    "STYLE",
    "UPDATEABLE",
    "VALUE",
];

/// The properties of cells that are asked for, as they were written.
pub(super) fn of_cells(
    context: Context<'_>,
    paths: &[PropertyPath],
) -> Result<Vec<String>, QueryError> {
    let of = |path: &PropertyPath| {
        let written = &context.text[path.span.range()];
        let name = path.names.last().map(|name| context.name(*name)).unwrap_or_default();
        match OF_CELLS.iter().any(|own| own.eq_ignore_ascii_case(&name)) {
            true => Ok(written.to_owned()),
            false => Err(context
                .unknown(format!("celler har ingen egenskab '{name}'"), path.span)
                .hint("skriv for eksempel VALUE, FORMATTED_VALUE eller FORMAT_STRING")
                .candidates(candidates::nearest(&name, OF_CELLS.into_iter()))),
        }
    };
    paths.iter().map(of).collect()
}

/// The properties of members that an axis asks for.
pub(super) fn of_axis(
    context: Context<'_>,
    clause: &AxisClause,
    axis: &Axis,
) -> Result<Vec<Asked>, QueryError> {
    clause.properties.iter().map(|path| asked(context, path, axis)).collect()
}

fn asked(context: Context<'_>, path: &PropertyPath, axis: &Axis) -> Result<Asked, QueryError> {
    let written = context.text[path.span.range()].to_owned();
    let [above @ .., last] = &path.names[..] else {
        return Err(context.invalid("her skal stå en egenskab", path.span));
    };
    let name = context.name(*last).into_owned();
    let (mut hierarchies, mut level): (Vec<HierarchyRef>, _) = (Vec::new(), None);
    if above.is_empty() {
        hierarchies.extend(axis.factors.iter().flat_map(|factor| factor.columns.iter().copied()));
    } else {
        match place(context, above)? {
            Entity::Level(hierarchy, field) => {
                hierarchies.push(hierarchy);
                level = Some(field);
            }
            Entity::Hierarchy(hierarchy) => hierarchies.push(hierarchy),
            Entity::Dimension(dimension) => {
                let own = 0..context.dimension(dimension).hierarchies.len();
                hierarchies.extend(own.map(|hierarchy| HierarchyRef::Of { dimension, hierarchy }));
            }
            Entity::Member(..) => {
                let message = "en egenskab skrives efter et niveau, ikke efter et medlem";
                return Err(context.invalid(message, path.span));
            }
        }
    }
    check_known(context, &name, &hierarchies, path)?;
    let of = (!above.is_empty()).then_some(hierarchies);
    Ok(Asked { written, name, of, level })
}

/// An error where members of some hierarchies have no property of a name.
fn check_known(
    context: Context<'_>,
    name: &str,
    hierarchies: &[HierarchyRef],
    path: &PropertyPath,
) -> Result<(), QueryError> {
    let dimensions = hierarchies.iter().filter_map(|own| match own {
        HierarchyRef::Of { dimension, .. } => Some(&context.cube.dimensions[*dimension]),
        HierarchyRef::Measures => None,
    });
    let fields = dimensions.flat_map(|shape| &shape.fields).map(|field| field.name.as_str());
    let mut known: Vec<&str> = fields.collect();
    if properties::is_intrinsic(name) || known.iter().any(|own| same(own, name.trim())) {
        return Ok(());
    }
    known.sort_unstable();
    known.dedup();
    for own in properties::intrinsic() {
        known.push(own);
    }
    let error = QueryError::new(ErrorKind::Unknown, format!("der er ingen egenskab '{name}' her"))
        .hint(
            "skriv en af skemaets egenskaber, et felt af dimensionen eller et navn som MEMBER_KEY",
        )
        .candidates(candidates::nearest(name, known.into_iter()));
    Err(error.at(context.text, path.span.range()))
}

/// What stands before a property. Tools write a level twice: `[H].[L].[L]MEMBER_CAPTION`.
fn place(context: Context<'_>, names: &[Name]) -> Result<Entity, QueryError> {
    if let [rest @ .., one, two] = names
        && !rest.is_empty()
        && same(&context.name(*one), &context.name(*two))
        && let Ok(level @ Entity::Level(..)) = resolve::path(context, &names[..names.len() - 1])
    {
        return Ok(level);
    }
    resolve::path(context, names)
}
