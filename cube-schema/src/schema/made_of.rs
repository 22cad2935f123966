//! `made_of`: that what a formula is said to be made of is what its text takes.
//!
//! A formula is not bound before there is a cube. Here its text is read for the names in brackets
//! that it holds: every part must be taken, with the members that its filters name and the set that it
//! is aggregated over, and nothing else may be, but for what is only asked whether it is empty.

use super::{CalculatedMeasure, NamedSet, Place, Problems};

/// Between a question whether something is empty, and its end.
const IS_EMPTY: &str = "isempty(";

/// That the parts of a formula are those of its text.
pub(super) fn check(
    measure: &CalculatedMeasure,
    sets: &[NamedSet],
    place: &Place,
    problems: &mut Problems<'_>,
) {
    if measure.made_of.is_empty() {
        return;
    }
    let taken = Taken::read(&measure.formula);
    let who = format!("målet '{}' (made_of)", measure.name);
    let parts = measure.made_of.iter();
    let said: Vec<String> = parts.clone().map(|part| folded(&part.measure)).collect();
    let filters = parts.flat_map(|part| &part.filters);
    let values: Vec<String> = filters.flat_map(|filter| values(filter)).collect();
    for name in said.iter().filter(|name| !taken.names.contains(name)) {
        problems.add(place, format!("{who}: formlen bruger ikke '{name}'"));
    }
    for value in values.iter().filter(|value| !taken.names.contains(value)) {
        problems.add(place, format!("{who}: formlen bruger ikke medlemmet '{value}'"));
    }
    for name in taken.measures.iter().filter(|name| !said.contains(name)) {
        problems.add(place, format!("{who} nævner ikke '{name}', som formlen bruger"));
    }
    for key in taken.keys.iter().filter(|key| !values.contains(key)) {
        problems.add(place, format!("{who} nævner ikke medlemmet '{key}', som formlen bruger"));
    }
    let over: Vec<String> =
        measure.made_of.iter().filter_map(|part| part.over.as_deref()).map(folded).collect();
    let sets: Vec<String> = sets.iter().map(|set| folded(&set.name)).collect();
    for name in over.iter().filter(|name| !sets.contains(name) || !taken.names.contains(name)) {
        problems.add(place, format!("{who}: formlen bruger ikke mængden '{name}'"));
    }
    for name in sets.iter().filter(|name| taken.names.contains(name) && !over.contains(name)) {
        problems
            .add(place, format!("{who} nævner ikke mængden '{name}', som formlen bruger (over)"));
    }
}

/// What a formula's text takes, in small letters.
#[derive(Debug, Default)]
struct Taken {
    /// All names in brackets.
    names: Vec<String>,
    /// Those behind `[Measures].`, but for questions whether they are empty.
    measures: Vec<String>,
    /// Those behind `&`.
    keys: Vec<String>,
}

impl Taken {
    fn read(formula: &str) -> Taken {
        let mut taken = Taken::default();
        let mut before = String::new();
        let mut rest = formula;
        while let Some(start) = rest.find('[') {
            before += &folded(&rest[..start]).replace(char::is_whitespace, "");
            let Some((name, behind)) = name(&rest[start + 1..]) else { return taken };
            if before.ends_with('&') {
                taken.keys.push(name.clone());
            } else if let Some(asked) = before.strip_suffix("[measures].")
                && !asked.ends_with(IS_EMPTY)
            {
                taken.measures.push(name.clone());
            }
            before += &format!("[{name}]");
            taken.names.push(name);
            rest = behind;
        }
        taken
    }
}

/// The name up to its bracket, doubled brackets being one, and what stands behind it.
fn name(text: &str) -> Option<(String, &str)> {
    let mut from = 0;
    loop {
        let end = from + text[from..].find(']')?;
        if !text[end + 1..].starts_with(']') {
            return Some((folded(&text[..end].replace("]]", "]")), &text[end + 1..]));
        }
        from = end + 2;
    }
}

/// The values of a condition such as `Ydelse VH.Ydelseskode=1.8.1,1.8.2`.
fn values(filter: &str) -> Vec<String> {
    let list = filter.split_once('=').map_or("", |(_, list)| list);
    let mut quoted = false;
    let split = |letter: char| {
        quoted ^= letter == '"';
        letter == ',' && !quoted
    };
    list.split(split).map(|value| folded(value.trim().trim_matches('"'))).collect()
}

fn folded(text: &str) -> String {
    text.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::super::Schema;

    const VH: &str = include_str!("../domains/vh/vh.toml");

    #[test]
    fn a_formula_takes_what_it_is_said_to_be_made_of_and_nothing_else() {
        for (good, bad, message) in [
            // What is said, against the formula.
            (
                "filters = [\"Ydelse VH.Ydelseskode=1.8.1,1.12.0.1\"]",
                "filters = [\"Ydelse VH.Ydelseskode=1.8.1,1.8.2\"]",
                "formlen bruger ikke medlemmet '1.8.2'",
            ),
            (
                "filters = [\"Ydelse VH.Ydelseskode=1.8.1,1.12.0.1\"]",
                "filters = [\"Ydelse VH.Ydelseskode=1.8.1\"]",
                "nævner ikke medlemmet '1.12.0.1'",
            ),
            (
                "{ measure = \"Udgifter, alle ydelser\", over",
                "{ measure = \"Udgifter, støtte i eget hjem\", over",
                "formlen bruger ikke 'udgifter, støtte i eget hjem'",
            ),
            (
                "over = \"Kommuner til N4\"",
                "over = \"Kommuner til N5\"",
                "formlen bruger ikke mængden 'kommuner til n5'",
            ),
            // The formula, against what is said.
            (
                "Aggregate([Kommuner til N4], [Measures].[Befolkning 18-64])",
                "Aggregate([Kommuner til N5], [Measures].[Befolkning 18-64])",
                "nævner ikke mængden 'kommuner til n5'",
            ),
            (
                "formula = \"[Measures].[Udgifter]\"",
                "formula = \"[Measures].[Udgifter] - [Measures].[Lønsum]\"",
                "nævner ikke 'lønsum'",
            ),
            (
                "[Ydelse VH].[Ydelseskode].&[1.12.0.2])\"",
                "[Ydelse VH].[Ydelseskode].&[1.4])\"",
                "nævner ikke medlemmet '1.4'",
            ),
        ] {
            assert!(VH.contains(good), "{good}");
            let said = Schema::parse(&VH.replacen(good, bad, 1)).unwrap_err().to_string();
            assert!(said.contains(message), "{message}: {said}");
        }
    }

    #[test]
    fn what_is_only_asked_whether_it_is_empty_is_no_part() {
        let guarded =
            "formula = \"IIF(IsEmpty( [Measures].[Lønsum]), NULL, [Measures].[Udgifter])\"";
        let schema = VH.replacen("formula = \"[Measures].[Udgifter]\"", guarded, 1);
        assert!(schema.contains(guarded));
        assert_eq!(Schema::parse(&schema).err(), None);
    }
}
