//! A bound question → the MDX text that asks the same.
//!
//! Conditions on fields that no axis shows become `WHERE`; those on fields that an axis shows become
//! an inner `SELECT`, since a hierarchy may stand in one of axes and `WHERE` only.

use std::fmt::Write;

use super::bound::{Axis, Bound, Condition, Factor, HierarchyRef, Member, Part};
use super::names::{hierarchy_name, unique_name};
use super::view::View;
use crate::cube::Cube;

/// Said first where MDX cannot leave out what a pivot with totals leaves out.
const TOTALS_DIFFER: &str = "/* Pivoten udelader desuden celler, hvor et ydre felt er I alt og et \
                             indre felt af samme dimension ikke er det. */\n";

/// The MDX text of a question. An axis without fields is left out: it has one position and no
/// members, which MDX cannot write.
#[must_use]
pub fn mdx(view: &View, bound: &Bound) -> String {
    let writer = Writer { cube: view.cube(), bound };
    let mut text = String::with_capacity(256);
    if writer.totals_differ() {
        text.push_str(TOTALS_DIFFER);
    }
    text.push_str("SELECT");
    let shown = bound.axes.iter().filter(|axis| !axis.factors.is_empty());
    for (number, axis) in shown.enumerate() {
        let comma = if number > 0 { "," } else { "" };
        let non_empty = if axis.non_empty { "NON EMPTY " } else { "" };
        let name = ["COLUMNS", "ROWS"].get(number).map_or(number.to_string(), ToString::to_string);
        let _ = write!(text, "{comma}\n  {non_empty}{} ON {name}", writer.axis(axis));
    }
    let _ = write!(text, "\nFROM {}", writer.source());
    let slicer = writer.slicer();
    if !slicer.is_empty() {
        let _ = write!(text, "\nWHERE {slicer}");
    }
    text
}

struct Writer<'a> {
    cube: &'a Cube,
    bound: &'a Bound,
}

impl Writer<'_> {
    // Axes.

    fn axis(&self, axis: &Axis) -> String {
        let mut rest = &axis.factors[..];
        let mut product = Vec::new();
        while let Some(first) = rest.first() {
            let run = self.nested_run(rest);
            product.push(if run > 1 { self.nested(&rest[..run]) } else { self.factor(first) });
            rest = &rest[run..];
        }
        product.join(" * ")
    }

    fn factor(&self, factor: &Factor) -> String {
        match &factor.parts[..] {
            [Part::Level { field }] => self.level(factor.columns[0], *field),
            parts if parts.iter().all(is_empty) => self.nothing(&factor.columns),
            parts => format!("{{{}}}", self.parts(&factor.columns, parts).join(", ")),
        }
    }

    /// A set without tuples over some hierarchies.
    fn nothing(&self, columns: &[HierarchyRef]) -> String {
        let name = |column: &HierarchyRef| hierarchy_name(self.cube, *column);
        let sets = columns.iter().map(|column| format!("Head({}.Members, 0)", name(column)));
        sets.collect::<Vec<_>>().join(" * ")
    }

    fn parts(&self, columns: &[HierarchyRef], parts: &[Part]) -> Vec<String> {
        let mut texts = Vec::new();
        for part in parts {
            match part {
                Part::Level { field } => texts.push(self.level(columns[0], *field)),
                Part::Tuples(tuples) => {
                    let tuples = tuples.chunks_exact(columns.len().max(1));
                    texts.extend(tuples.map(|tuple| self.tuple(columns, tuple)));
                }
            }
        }
        texts
    }

    fn tuple(&self, columns: &[HierarchyRef], tuple: &[Member]) -> String {
        let name =
            |(column, member): (&HierarchyRef, &Member)| unique_name(self.cube, *column, *member);
        let names: Vec<String> = columns.iter().zip(tuple).map(name).collect();
        match &names[..] {
            [only] => only.clone(),
            _ => format!("({})", names.join(", ")),
        }
    }

    fn level(&self, hierarchy: HierarchyRef, field: usize) -> String {
        let name = hierarchy_name(self.cube, hierarchy);
        match hierarchy {
            HierarchyRef::Measures => format!("{name}.Members"),
            HierarchyRef::Of { dimension, .. } => {
                let level = &self.cube.dimensions[dimension].fields[field].name;
                format!("{name}.[{}].Members", level.replace(']', "]]"))
            }
        }
    }

    // Totals of a pivot.

    /// How many factors from the first one on are fields of its dimension with totals.
    fn nested_run(&self, factors: &[Factor]) -> usize {
        let Some(dimension) =
            factors.first().and_then(total_of).filter(|_| self.bound.nested_totals)
        else {
            return 1;
        };
        factors.iter().take_while(|factor| total_of(factor) == Some(dimension)).count()
    }

    /// Fields of one dimension: an inner All under every outer member, and under the outer All
    /// alone.
    fn nested(&self, factors: &[Factor]) -> String {
        let Some((first, inner)) = factors.split_first().filter(|(_, inner)| !inner.is_empty())
        else {
            return factors.first().map_or(String::new(), |factor| self.factor(factor));
        };
        let (total, members) = first.parts.split_last().unwrap_or((&Part::Level { field: 0 }, &[]));
        let members = Factor { columns: first.columns.clone(), parts: members.to_vec() };
        let totals: Vec<String> = factors
            .iter()
            .flat_map(|factor| self.parts(&factor.columns, std::slice::from_ref(total)))
            .collect();
        format!("{{{} * {}, ({})}}", self.factor(&members), self.nested(inner), totals.join(", "))
    }

    /// Whether fields of one dimension with totals do not stand side by side.
    fn totals_differ(&self) -> bool {
        let mut seen = Vec::new();
        let mut last = None;
        for axis in &self.bound.axes {
            for dimension in axis.factors.iter().map(total_of) {
                if dimension != last && seen.contains(&dimension) {
                    return self.bound.nested_totals;
                }
                last = dimension;
                seen.extend([dimension].iter().filter(|dimension| dimension.is_some()));
            }
            last = None;
        }
        false
    }

    // Conditions.

    /// The cube, narrowed by the conditions on what the axes show.
    fn source(&self) -> String {
        let cube = format!("[{}]", self.cube.name.replace(']', "]]"));
        self.conditions(true).into_iter().fold(cube, |source, condition| {
            format!("(SELECT {condition} ON COLUMNS FROM {source})")
        })
    }

    /// The conditions on what the axes do not show, and the measure unless an axis has measures.
    fn slicer(&self) -> String {
        let mut sets = self.conditions(false);
        if !self.is_shown(HierarchyRef::Measures) {
            sets.push(unique_name(self.cube, HierarchyRef::Measures, self.bound.measure));
        }
        match &sets[..] {
            [] => String::new(),
            _ => format!("({})", sets.join(", ")),
        }
    }

    /// The sets of the conditions on fields that the axes show, or do not show. A further condition
    /// on a field counts as shown: WHERE can hold one.
    fn conditions(&self, shown: bool) -> Vec<String> {
        let conditions = &self.bound.conditions;
        let is_shown = |position: usize, one: &Condition| {
            let same =
                |other: &Condition| (other.dimension, other.field) == (one.dimension, one.field);
            self.is_shown(hierarchy(one)) || conditions[..position].iter().any(same)
        };
        let chosen = conditions.iter().enumerate();
        let chosen = chosen.filter(|&(position, one)| is_shown(position, one) == shown);
        chosen.map(|(_, condition)| self.condition(condition)).collect()
    }

    fn is_shown(&self, hierarchy: HierarchyRef) -> bool {
        let factors = self.bound.axes.iter().flat_map(|axis| &axis.factors);
        factors.flat_map(|factor| &factor.columns).any(|column| *column == hierarchy)
    }

    fn condition(&self, condition: &Condition) -> String {
        let (column, field) = (hierarchy(condition), condition.field);
        let members = condition.members.iter().map(|&id| Member::Of { field, id }).collect();
        let members = self.parts(&[column], &[Part::Tuples(members)]).join(", ");
        match (condition.except, condition.members.len()) {
            (true, _) => format!("Except({}, {{{members}}})", self.level(column, field)),
            (false, 0) => format!("Head({}, 0)", self.level(column, field)),
            (false, 1) => members,
            (false, _) => format!("{{{members}}}"),
        }
    }
}

fn is_empty(part: &Part) -> bool {
    matches!(part, Part::Tuples(tuples) if tuples.is_empty())
}

/// The dimension of a field that ends with its All member.
fn total_of(factor: &Factor) -> Option<usize> {
    match (&factor.columns[..], factor.parts.last()?) {
        ([HierarchyRef::Of { dimension, .. }], Part::Tuples(last)) if last[..] == [Member::All] => {
            Some(*dimension)
        }
        _ => None,
    }
}

/// The hierarchy of a condition's field.
fn hierarchy(condition: &Condition) -> HierarchyRef {
    HierarchyRef::Of { dimension: condition.dimension, hierarchy: condition.field }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::bind::fixture::{shown, view};
    use crate::query::{Pivot, bind, parse};

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|&text| text.to_owned()).collect()
    }

    fn pivot_of(filters: &[&str], columns: &[&str], rows: &[&str], totals: bool) -> Pivot {
        let (filters, columns, rows) = (texts(filters), texts(columns), texts(rows));
        Pivot { cube: "Voksne".to_owned(), filters, columns, rows, totals, ..Pivot::default() }
    }

    #[test]
    fn the_text_asks_the_same_as_the_pivot() {
        let view = view();
        for (filters, columns, rows) in [
            (&[][..], &[][..], &["Køn.Køn"][..]),
            (&["Tid.År=2020"], &["Tid.Kvartal"], &["Ydelse VH.Ydelseskode"]),
            (
                &["Tid.År=2020", "Harmonisering VH.DST Handling<>Ukendt"],
                &["Handle kommune.Kommunenummer=153,155", "Tid.Kvartal"],
                &["Ydelse VH.Ydelseskode<>1.8.1", "Opholdssted.Opholdssted"],
            ),
            (&["Køn.Køn=Mand", "Køn.Køn<>Kvinde", "Tid.Måned=2020-01"], &[], &["Tid.År<>2019"]),
            (&["Borger.Personnummer<>6101011234"], &["Borger.Personnummer"], &["Køn.Køn"]),
        ] {
            let bound = bind::pivot(&view, &pivot_of(filters, columns, rows, false)).unwrap();
            let text = mdx(&view, &bound);
            let again = bind::mdx(&view, &parse::mdx(&text).unwrap()).unwrap();
            assert_eq!(sorted(&shown(&view, &again)), sorted(&shown(&view, &bound)), "{text}");
        }
    }

    /// The order of conditions means nothing, nor whether few are named or all but few.
    fn sorted(shown: &str) -> Vec<String> {
        let (shown, measure) = shown.split_once(" # ").unwrap();
        let shown = shown.replace("Køn.Køn ≠ Kvinde", "Køn.Køn = Mand");
        let shown = shown.replace("Tid.År ≠ 2019", "Tid.År = 2020");
        let mut parts: Vec<String> = shown.split(" ? ").map(str::to_owned).collect();
        parts[1..].sort();
        parts.push(measure.to_owned());
        parts
    }

    #[test]
    fn the_text_is_easy_to_read() {
        let view = view();
        let filters = ["Tid.År=2020", "Køn.Køn<>Mand"];
        let asked =
            pivot_of(&filters, &["Tid.Kvartal=2020K1,2020K2"], &["Ydelse VH.Kategori"], false);
        let text = mdx(&view, &bind::pivot(&view, &asked).unwrap());
        let expected = "SELECT
  NON EMPTY [Tid].[Kvartal].[Kvartal].Members * {[Measures].[Antal Unikke Borgere]} ON COLUMNS,
  NON EMPTY [Ydelse VH].[Kategori].[Kategori].Members ON ROWS
FROM (SELECT {[Tid].[Kvartal].&[2020K1], [Tid].[Kvartal].&[2020K2]} ON COLUMNS FROM [Voksne])
WHERE ([Tid].[År].&[2020], Except([Køn].[Køn].[Køn].Members, {[Køn].[Køn].&[Mand]}))";
        assert_eq!(text, expected);
    }

    #[test]
    fn an_inner_total_stands_under_each_outer_member_and_under_the_outer_total_alone() {
        let view = view();
        let rows = ["Handle kommune.Region", "Handle kommune.Kommune"];
        let bound = bind::pivot(&view, &pivot_of(&[], &[], &rows, true)).unwrap();
        let text = mdx(&view, &bound);
        let again = bind::mdx(&view, &parse::mdx(&text).unwrap()).unwrap();
        let expected = "!Antal Unikke Borgere / !Hovedstaden+Brøndby|Hovedstaden+Dragør|\
                        Hovedstaden+Gentofte|Hovedstaden+I alt|Sjælland+Greve|Sjælland+I alt|\
                        I alt+I alt # Antal Unikke Borgere";
        assert_eq!(shown(&view, &again), expected, "{text}");
        assert!(!text.contains("/*"));
    }

    #[test]
    fn totals_that_mdx_cannot_leave_out_are_told() {
        let view = view();
        let asked = pivot_of(&[], &["Tid.År"], &["Køn.Køn", "Tid.Kvartal"], true);
        let text = mdx(&view, &bind::pivot(&view, &asked).unwrap());
        assert!(text.starts_with(TOTALS_DIFFER));
        assert!(parse::mdx(&text).is_ok());
    }

    #[test]
    fn questions_in_mdx_are_shown_too() {
        let view = view();
        for text in [
            "SELECT FROM [Voksne] WHERE ([Measures].[Antal Ydelser])",
            "SELECT {[Tid].[Kalender].[I alt], [Tid].[Kalender].[2020].[2020K1]} ON 0, \
             {([Køn].[Mand], [Borger].[Alle]), ([Køn].[Kvinde], [Borger].[All])} ON 1, \
             [Opholdssted].[Opholdssted].[østerly [afd. 2]]] ON 2 FROM Voksne",
            "SELECT FROM [Voksne] WHERE Head([Køn].[Køn].[Køn].Members, 0)",
        ] {
            let bound = bind::mdx(&view, &parse::mdx(text).unwrap()).unwrap();
            let again = mdx(&view, &bound);
            assert_eq!(bind::mdx(&view, &parse::mdx(&again).unwrap()).unwrap(), bound, "{again}");
        }
    }
}
