//! The names of hierarchies and members, as answers carry them and questions may use them.

use crate::cube::{Cube, Dimension};

use super::bound::{HierarchyRef, Member};
use super::cellset::OwnMember;

/// Where names are found: in a cube, and in the question that defines measures of its own.
#[derive(Clone, Copy)]
pub struct Names<'a> {
    cube: &'a Cube,
    own: &'a [OwnMember],
}

impl<'a> Names<'a> {
    /// The names of a cube, and of the measures that a question defines.
    #[must_use]
    pub fn new(cube: &'a Cube, own: &'a [OwnMember]) -> Names<'a> {
        Names { cube, own }
    }

    /// The name of a calculated member, and what people read of it.
    fn calculated(self, number: usize) -> (&'a str, &'a str) {
        match self.cube.calculated.get(number) {
            Some(measure) => (&measure.name, &measure.name),
            None => self.own(number).map_or(("", ""), |own| (&own.name, &own.caption)),
        }
    }

    /// A calculated member that the question defines.
    fn own(self, number: usize) -> Option<&'a OwnMember> {
        self.own.get(number.checked_sub(self.cube.calculated.len())?)
    }

    /// The member that a calculated member is said to stand below.
    fn parent(self, number: usize) -> Option<Member> {
        self.own(number)?.parent
    }
}

impl<'a> From<&'a Cube> for Names<'a> {
    fn from(cube: &'a Cube) -> Names<'a> {
        Names { cube, own: &[] }
    }
}

/// The name of the measures' dimension.
pub const MEASURES: &str = "Measures";
/// The name of the level that measures stand on.
pub const MEASURES_LEVEL: &str = "MeasuresLevel";
/// The name of the level that an All member stands on.
pub const ALL_LEVEL: &str = "(All)";

/// The unique name of a member, by key: `[Tid].[Kvartal].&[2020K1]`, and in a hierarchy of several
/// levels `[Tid].[Kalender].[Kvartal].&[2020K1]`; `[Tid].[Kalender].[I alt]`, `[Measures].[Antal]`.
/// Where keys alone do not tell members apart, those of the ancestors stand before, from the top level
/// down: `[Time].[Time].[Year].&[1997].&[Q1]`, and of the level alone `[Time].[Quarter].&[1997]&[Q1]`.
#[must_use]
pub fn unique_name<'a>(
    names: impl Into<Names<'a>>,
    hierarchy: HierarchyRef,
    member: Member,
) -> String {
    let names @ Names { cube, .. } = names.into();
    let mut name = hierarchy_name(cube, hierarchy);
    match (hierarchy, member) {
        (HierarchyRef::Of { dimension, hierarchy }, Member::Of { field, id }) => {
            let dimension = &cube.dimensions[dimension];
            let column = &dimension.fields[field];
            if dimension.hierarchies[hierarchy].levels.len() > 1 {
                let whole = lineage(dimension, hierarchy, field, id);
                let (top, own) = (whole.clone().next().unwrap_or((field, id)), (field, id));
                let steps = whole.filter(|&step| column.composite || step == own);
                let first = if column.composite { top.0 } else { field };
                push_step(&mut name, &dimension.fields[first].name);
                steps.for_each(|(field, id)| push_key(&mut name, dimension, field, id));
            } else {
                push_keys(&mut name, dimension, field, id);
            }
        }
        (_, Member::Calculated(number)) => {
            let own = (names.parent(number), names.calculated(number).0);
            return unique_name_of(cube, hierarchy, own);
        }
        _ => push_step(&mut name, caption(names, hierarchy, member)),
    }
    name
}

/// The unique name of a member of a hierarchy that a question defines, below a member or at the top:
/// `[Tid].[Kalender].[År].&[2024].[Første halvår]`.
#[must_use]
pub(super) fn unique_name_of(
    cube: &Cube,
    hierarchy: HierarchyRef,
    (parent, name): (Option<Member>, &str),
) -> String {
    let mut unique = match parent {
        Some(parent) => unique_name(cube, hierarchy, parent),
        None => hierarchy_name(cube, hierarchy),
    };
    push_step(&mut unique, name);
    unique
}

/// The unique name of a hierarchy: `[Tid].[Kalender]`; `[Measures]`.
#[must_use]
pub fn hierarchy_name(cube: &Cube, hierarchy: HierarchyRef) -> String {
    let mut name = String::with_capacity(48);
    match hierarchy {
        HierarchyRef::Measures => push_bracketed(&mut name, MEASURES),
        HierarchyRef::Of { dimension, hierarchy } => {
            let dimension = &cube.dimensions[dimension];
            push_bracketed(&mut name, &dimension.name);
            push_step(&mut name, &dimension.hierarchies[hierarchy].name);
        }
    }
    name
}

/// The unique name of a level, by its field; `None` is the level of the All member.
#[must_use]
pub(super) fn level_unique_name(
    cube: &Cube,
    hierarchy: HierarchyRef,
    field: Option<usize>,
) -> String {
    let mut name = hierarchy_name(cube, hierarchy);
    push_step(&mut name, name_of_level(cube, hierarchy, field));
    name
}

/// The name of a level, by its field; `None` is the level of the All member.
pub(super) fn name_of_level(cube: &Cube, hierarchy: HierarchyRef, field: Option<usize>) -> &str {
    match (hierarchy, field) {
        (HierarchyRef::Measures, _) => MEASURES_LEVEL,
        (HierarchyRef::Of { dimension, .. }, Some(field)) => {
            &cube.dimensions[dimension].fields[field].name
        }
        (_, None) => ALL_LEVEL,
    }
}

/// The unique name of a dimension; `None` is that of the measures.
#[must_use]
pub(super) fn dimension_name(cube: &Cube, dimension: Option<usize>) -> String {
    let mut name = String::new();
    push_bracketed(&mut name, dimension.map_or(MEASURES, |one| &cube.dimensions[one].name));
    name
}

/// What people read of a member.
#[must_use]
pub fn caption<'a>(
    names: impl Into<Names<'a>>,
    hierarchy: HierarchyRef,
    member: Member,
) -> &'a str {
    let names @ Names { cube, .. } = names.into();
    match (hierarchy, member) {
        (_, Member::Calculated(number)) => names.calculated(number).1,
        (_, Member::Measure(measure)) => &cube.measure(measure).name,
        (HierarchyRef::Of { dimension, .. }, Member::Of { field, id }) => {
            cube.dimensions[dimension].fields[field].captions.get(id as usize)
        }
        (HierarchyRef::Of { dimension, hierarchy }, _) => cube.all_caption(dimension, hierarchy),
        _ => &cube.all,
    }
}

/// The name of the level that a member stands on.
#[must_use]
pub fn level_name<'a>(
    names: impl Into<Names<'a>>,
    hierarchy: HierarchyRef,
    member: Member,
) -> &'a str {
    let names @ Names { cube, .. } = names.into();
    match (hierarchy, member) {
        (HierarchyRef::Measures, _) | (_, Member::Measure(_)) => MEASURES_LEVEL,
        (HierarchyRef::Of { dimension, hierarchy }, Member::Calculated(number)) => {
            let dimension = &cube.dimensions[dimension];
            let levels = &dimension.hierarchies[hierarchy].levels;
            let own = match names.parent(number) {
                Some(Member::Of { field, .. }) => {
                    let above = levels.iter().position(|&level| level == field);
                    above.and_then(|above| levels.get(above + 1)).or(levels.last())
                }
                _ => levels.first(),
            };
            own.map_or(ALL_LEVEL, |&field| &dimension.fields[field].name)
        }
        (HierarchyRef::Of { dimension, .. }, Member::Of { field, .. }) => {
            &cube.dimensions[dimension].fields[field].name
        }
        _ => ALL_LEVEL,
    }
}

/// The captions from the top level down to a member, without the All member.
#[must_use]
pub fn path<'a>(
    names: impl Into<Names<'a>>,
    hierarchy: HierarchyRef,
    member: Member,
) -> Vec<String> {
    let names @ Names { cube, .. } = names.into();
    match (hierarchy, member) {
        (HierarchyRef::Of { dimension, hierarchy }, Member::Of { field, id }) => {
            let dimension = &cube.dimensions[dimension];
            let caption =
                |(field, id): (usize, u32)| dimension.fields[field].captions.get(id as usize);
            lineage(dimension, hierarchy, field, id).map(caption).map(str::to_owned).collect()
        }
        (_, Member::All) => Vec::new(),
        (_, Member::Calculated(number)) => {
            let above = names.parent(number).map(|parent| path(names, hierarchy, parent));
            let own = caption(names, hierarchy, member).to_owned();
            above.unwrap_or_default().into_iter().chain([own]).collect()
        }
        _ => vec![caption(names, hierarchy, member).to_owned()],
    }
}

/// Fields and members from the top level of a hierarchy down to a member.
pub(super) fn lineage(
    dimension: &Dimension,
    hierarchy: usize,
    field: usize,
    id: u32,
) -> impl Iterator<Item = (usize, u32)> + Clone {
    let levels = &dimension.hierarchies[hierarchy].levels;
    let above = levels.iter().copied().take_while(move |&level| level != field);
    let ancestor = move |level| Some((level, dimension.ancestor(field, id, level)?));
    above.filter_map(ancestor).chain([(field, id)])
}

/// The key of a member in the hierarchy of its level alone, behind those of its ancestors where the key
/// is unique below its parent only: `.&[2023]&[K1]`.
fn push_keys(name: &mut String, dimension: &Dimension, field: usize, id: u32) {
    let above = dimension.levelled(field).filter(|_| dimension.fields[field].composite);
    let above = above.into_iter().flat_map(|own| lineage(dimension, own, field, id));
    let above = above.filter(|&(one, _)| one != field);
    name.push('.');
    for (field, id) in above.chain([(field, id)]) {
        name.push('&');
        push_bracketed(name, dimension.fields[field].keys.get(id as usize));
    }
}

fn push_key(name: &mut String, dimension: &Dimension, field: usize, id: u32) {
    name.push_str(".&");
    push_bracketed(name, dimension.fields[field].keys.get(id as usize));
}

fn push_step(name: &mut String, step: &str) {
    name.push('.');
    push_bracketed(name, step);
}

fn push_bracketed(name: &mut String, text: &str) {
    name.push('[');
    for (position, piece) in text.split(']').enumerate() {
        if position > 0 {
            name.push_str("]]");
        }
        name.push_str(piece);
    }
    name.push(']');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cube::MeasureRef;
    use crate::query::bind::fixture::view;

    #[test]
    fn members_have_names_by_key_and_paths_of_captions() {
        let view = view();
        let cube = view.cube();
        let of = |dimension, hierarchy| HierarchyRef::Of { dimension, hierarchy };
        let member = |field, id| Member::Of { field, id };
        for (hierarchy, member, unique, level, path) in [
            (of(0, 1), member(1, 4), "[Tid].[Kvartal].&[2020K1]", "Kvartal", "2020K1"),
            (
                of(0, 3),
                member(1, 4),
                "[Tid].[Kalender].[Kvartal].&[2020K1]",
                "Kvartal",
                "2020/2020K1",
            ),
            (of(0, 3), Member::All, "[Tid].[Kalender].[I alt]", "(All)", ""),
            (of(1, 2), member(2, 1), "[Handle kommune].[Kommune].&[155]", "Kommune", "Dragør"),
            (
                of(1, 3),
                member(2, 3),
                "[Handle kommune].[Geografi].[Kommune].&[253]",
                "Kommune",
                "Sjælland/Greve",
            ),
            (
                of(7, 1),
                member(1, 3),
                "[Opholdssted].[Opholdssted].&[s4]",
                "Opholdssted",
                "Østerly [afd. 2]",
            ),
            (
                HierarchyRef::Measures,
                Member::Measure(MeasureRef { group: 0, measure: 1 }),
                "[Measures].[Antal Ydelser]",
                "MeasuresLevel",
                "Antal Ydelser",
            ),
        ] {
            assert_eq!(unique_name(cube, hierarchy, member), unique);
            assert_eq!(level_name(cube, hierarchy, member), level);
            assert_eq!(super::path(cube, hierarchy, member).join("/"), path);
        }
    }

    #[test]
    fn a_calculated_member_is_named_below_its_parent() {
        let view = view();
        let own = |parent| {
            [OwnMember { name: "Øst".to_owned(), parent, caption: "Øst for".to_owned() }]
        };
        let geography = HierarchyRef::Of { dimension: 1, hierarchy: 3 };
        let member = Member::Calculated(view.cube().calculated.len());
        let top = "[Handle kommune].[Geografi]";
        for (parent, unique, level, path) in [
            (None, format!("{top}.[Øst]"), "Region", "Øst for"),
            (
                Some(Member::Of { field: 0, id: 0 }),
                format!("{top}.[Region].&[1084].[Øst]"),
                "Kommune",
                "Hovedstaden/Øst for",
            ),
        ] {
            let own = own(parent);
            let names = Names::new(view.cube(), &own);
            assert_eq!(unique_name(names, geography, member), unique);
            assert_eq!(level_name(names, geography, member), level);
            assert_eq!(super::path(names, geography, member).join("/"), path);
        }
    }

    #[test]
    fn closing_brackets_are_doubled() {
        let mut name = String::new();
        push_bracketed(&mut name, "a]b[c]");
        assert_eq!(name, "[a]]b[c]]]");
    }
}
