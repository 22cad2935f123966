//! What can stand where the cursor is: a pure function of the text and the names that there are.

use super::command::is_one_line;
use super::names::{CubeNames, DimensionNames, Names, Sought, same};
use super::text::{Kind, Token, tokens};

/// Candidates that are offered at a time.
pub(super) const OFFERED: usize = 100;

/// Words that a query is made of.
const WORDS: [&str; 18] = [
    "SELECT",
    "EXPLAIN",
    "DRILLTHROUGH",
    "FROM",
    "WHERE",
    "WITH",
    "MEMBER",
    "SET",
    "AS",
    "ON",
    "COLUMNS",
    "ROWS",
    "NON EMPTY",
    "AND",
    "OR",
    "NOT",
    "CASE",
    "Measures",
];

/// The names before the cursor, and the part of one that is being written.
struct Written<'a> {
    /// The steps before it: `[Tid].[År].` has two.
    path: Vec<String>,
    /// The word before the whole name (`FROM`).
    before: &'a str,
    /// What is written of it, without its bracket.
    partial: String,
    /// Where it starts.
    start: usize,
    /// Whether it is a key, with `&` before it.
    key: bool,
    /// Whether it is in brackets.
    bracketed: bool,
}

/// What can stand at a place of a text: where the part that it replaces starts, and the candidates.
/// Members are looked up by the function given.
pub(super) fn complete(
    names: &Names,
    members: &mut dyn FnMut(&Sought<'_>) -> Vec<String>,
    text: &str,
    at: usize,
) -> (usize, Vec<String>) {
    if text.starts_with('.') && is_one_line(text) {
        return complete_command(names, text, at);
    }
    let (before, after) = text.split_at_checked(at).unwrap_or((text, ""));
    let Some(written) = written(before) else { return (at, Vec::new()) };
    let mut found = if same(written.before, "FROM") && written.path.is_empty() {
        named(&written, names.cubes.iter().map(|cube| cube.name.as_str()))
    } else {
        let cubes = cubes_of(names, before, after);
        cubes.iter().flat_map(|cube| in_cube(names, cube, members, &written)).collect()
    };
    let mut seen = std::collections::HashSet::new();
    found.retain(|one| seen.insert(one.clone()));
    found.truncate(OFFERED);
    (written.start, found)
}

/// After `.describe` a cube, after `.functions` a function.
fn complete_command(names: &Names, text: &str, at: usize) -> (usize, Vec<String>) {
    let Some((command, rest)) = text[..at].split_once(' ') else { return (at, Vec::new()) };
    let known: Vec<&String> = match command {
        ".describe" => names.cubes.iter().map(|cube| &cube.name).collect(),
        ".functions" => names.calls.iter().chain(&names.steps).collect(),
        _ => Vec::new(),
    };
    let begins = known.into_iter().filter(|name| begins_with(name, rest));
    (command.len() + 1, begins.cloned().collect())
}

/// The cube that a text is about, or all of them where it does not say yet. What is being written may
/// still lack its closing bracket, so what stands behind the cursor is read by itself.
fn cubes_of<'a>(names: &'a Names, before: &str, after: &str) -> Vec<&'a CubeNames> {
    let cube = [after, before].iter().find_map(|text| names.cube(&asked_cube(text)?));
    cube.map_or_else(|| names.cubes.iter().collect(), |cube| vec![cube])
}

/// The name behind the last `FROM` of a text.
fn asked_cube(text: &str) -> Option<String> {
    let tokens = tokens(text);
    let mut pairs = tokens.windows(2);
    let is_from = |token: Token| token.kind == Kind::Word && same(token.of(text), "FROM");
    pairs.rfind(|pair| is_from(pair[0])).map(|pair| name_of(pair[1], text))
}

/// What is being written at the end of a text; nothing in a text in quotes or a comment.
fn written(text: &str) -> Option<Written<'_>> {
    let tokens = tokens(text);
    let mut rest = tokens.as_slice();
    let last = rest.last().copied();
    if last.is_some_and(|last| !last.closed && last.kind != Kind::Bracketed) {
        return None;
    }
    // Behind a whole name stands a point or a space before anything else.
    if last
        .is_some_and(|last| last.closed && last.kind == Kind::Bracketed && last.end == text.len())
    {
        return None;
    }
    let part = last.filter(|last| {
        let word = last.kind == Kind::Word && last.end == text.len();
        word || (last.kind == Kind::Bracketed && !last.closed)
    });
    if part.is_some() {
        rest = &rest[..rest.len() - 1];
    }
    let mut start = part.map_or(text.len(), |part| part.start);
    let key = rest.last().filter(|last| last.kind == Kind::Ampersand);
    if let Some(key) = key {
        start = key.start;
        rest = &rest[..rest.len() - 1];
    }
    let (path, before) = steps(rest, text);
    Some(Written {
        path,
        before: before.map_or("", |word| word.of(text)),
        partial: part.map(|part| name_of(part, text)).unwrap_or_default(),
        start,
        key: key.is_some(),
        bracketed: part.is_some_and(|part| part.kind == Kind::Bracketed),
    })
}

/// The steps of a name that ends with a dot, and the token before it.
fn steps<'a>(mut rest: &'a [Token], text: &str) -> (Vec<String>, Option<&'a Token>) {
    let mut path = Vec::new();
    while let [before @ .., name, dot] = rest
        && dot.kind == Kind::Dot
        && matches!(name.kind, Kind::Bracketed | Kind::Word)
    {
        path.push(name_of(*name, text));
        rest = before;
    }
    path.reverse();
    (path, rest.last())
}

/// The name that a token is, without its brackets.
fn name_of(token: Token, text: &str) -> String {
    let name = token.of(text);
    let Some(inner) = name.strip_prefix('[') else { return name.to_owned() };
    let inner = if token.closed { inner.strip_suffix(']').unwrap_or(inner) } else { inner };
    inner.replace("]]", "]")
}

fn in_cube(
    names: &Names,
    cube: &CubeNames,
    members: &mut dyn FnMut(&Sought<'_>) -> Vec<String>,
    written: &Written<'_>,
) -> Vec<String> {
    let path: Vec<&str> = written.path.iter().map(String::as_str).collect();
    let Some((&first, below)) = path.split_first() else { return beginnings(names, cube, written) };
    if same(first, "Measures") {
        let measures = cube.measures.iter().map(String::as_str);
        let mut found = if below.is_empty() { named(written, measures) } else { Vec::new() };
        found.extend(words(written, &names.steps));
        return found;
    }
    match cube.dimension(first) {
        Some(dimension) => {
            let mut found = in_dimension(cube, dimension, below, members, written);
            if !below.is_empty() {
                found.extend(words(written, &names.steps));
            }
            found
        }
        None => words(written, &names.steps),
    }
}

/// What a name or an expression can begin with.
fn beginnings(names: &Names, cube: &CubeNames, written: &Written<'_>) -> Vec<String> {
    let dimensions = cube.dimensions.iter().map(|dimension| dimension.name.as_str());
    let mut found = words(written, &WORDS);
    found.extend(words(written, &names.calls));
    found.extend(named(written, dimensions.chain(["Measures"])));
    found
}

fn in_dimension(
    cube: &CubeNames,
    dimension: &DimensionNames,
    below: &[&str],
    members: &mut dyn FnMut(&Sought<'_>) -> Vec<String>,
    written: &Written<'_>,
) -> Vec<String> {
    let Some((&hierarchy, below)) = below.split_first() else {
        return named(written, dimension.hierarchies.iter().map(|(name, _)| name.as_str()));
    };
    let levels = dimension.levels(hierarchy).unwrap_or_default();
    let mut found = Vec::new();
    let field = match below.first() {
        Some(&level) => levels.iter().find(|one| same(one, level)),
        None if levels.len() > 1 => {
            found = named(written, levels.iter().map(String::as_str));
            levels.first()
        }
        None => levels.first(),
    };
    let personal = |field: &String| dimension.personal.contains(field);
    if let Some(field) = field.filter(|field| !personal(field)) {
        let (cube, dimension, prefix) = (&cube.name, &dimension.name, &written.partial);
        let sign = if written.key { "&[" } else { "[" };
        let begins = |one: &String| {
            one.strip_prefix(sign).is_some_and(|name| begins_with(name, &prefix.replace(']', "]]")))
        };
        let found_members = members(&Sought { cube, dimension, field, prefix });
        found.extend(found_members.into_iter().filter(begins));
    }
    found
}

/// Names that begin as what is written, in brackets.
fn named<'a>(written: &Written<'_>, names: impl Iterator<Item = &'a str>) -> Vec<String> {
    if written.key {
        return Vec::new();
    }
    names.filter(|name| begins_with(name, &written.partial)).map(bracketed).collect()
}

/// Words that begin as what is written; in brackets there are none.
fn words(written: &Written<'_>, words: &[impl AsRef<str>]) -> Vec<String> {
    if written.bracketed || written.key || written.partial.is_empty() && written.path.is_empty() {
        return Vec::new();
    }
    let begins = |word: &&str| begins_with(word, &written.partial);
    words.iter().map(AsRef::as_ref).filter(begins).map(str::to_owned).collect()
}

fn begins_with(name: &str, prefix: &str) -> bool {
    name.to_lowercase().starts_with(&prefix.to_lowercase())
}

/// A name in brackets.
pub(super) fn bracketed(name: &str) -> String {
    format!("[{}]", name.replace(']', "]]"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names {
        let hierarchy = |name: &str, levels: &[&str]| {
            (name.to_owned(), levels.iter().map(|&level| level.to_owned()).collect())
        };
        let dimension = |name: &str, hierarchies, personal: &[&str]| DimensionNames {
            name: name.to_owned(),
            hierarchies,
            personal: personal.iter().map(|&one| one.to_owned()).collect(),
        };
        let time = vec![
            hierarchy("År", &["År"]),
            hierarchy("Kvartal", &["Kvartal"]),
            hierarchy("Kalender", &["År", "Kvartal"]),
        ];
        let place = vec![hierarchy("Kommune", &["Kommune"])];
        let cube = |name: &str, dimensions| CubeNames {
            name: name.to_owned(),
            dimensions,
            measures: vec!["Borgere".to_owned(), "Ydelser".to_owned()],
        };
        let citizen = vec![hierarchy("Personnummer", &["Personnummer"])];
        Names {
            cubes: vec![
                cube("Ting", vec![dimension("Tid", time, &[])]),
                cube("Ting [2]", vec![dimension("Handle kommune", place, &[])]),
                cube("Borgere", vec![dimension("Borger", citizen, &["Personnummer"])]),
            ],
            calls: vec!["TopCount".to_owned(), "Head".to_owned()],
            steps: vec!["Members".to_owned(), "Parent".to_owned()],
        }
    }

    /// What is offered at the `|` of a text, with the text that it would replace.
    fn offered(text: &str) -> (String, Vec<String>) {
        let at = text.find('|').unwrap();
        let text = text.replace('|', "");
        let mut members = |sought: &Sought<'_>| {
            vec![format!("[{}…{}]", sought.prefix, sought.field), "&[2]".to_owned()]
        };
        let (start, found) = complete(&names(), &mut members, &text, at);
        (text[start..at].to_owned(), found)
    }

    #[test]
    fn names_are_offered_where_they_can_stand() {
        for (text, replaced, expected) in [
            ("SELECT FROM [ti|", "[ti", &["[Ting]", "[Ting [2]]]"][..]),
            ("SELECT FROM |", "", &["[Ting]", "[Ting [2]]]", "[Borgere]"]),
            ("sel|", "sel", &["SELECT"]),
            ("SELECT [han|", "[han", &["[Handle kommune]"]),
            ("SELECT [han| FROM [Ting]", "[han", &[]),
            ("SELECT Ti|", "Ti", &["[Tid]"]),
            ("SELECT [Tid].[k|", "[k", &["[Kvartal]", "[Kalender]"]),
            ("SELECT tid.k|", "k", &["[Kvartal]", "[Kalender]"]),
            ("SELECT [Measures].[b| FROM [Ting]", "[b", &["[Borgere]"]),
            ("SELECT [Tid].[År].[20|", "[20", &["[20…År]"]),
            ("SELECT [Tid].[År].&[2|", "&[2", &["&[2]"]),
            ("SELECT [Tid].[År].&|", "&", &["&[2]"]),
            ("SELECT [Tid].[Kalender].[Kvartal].[2|", "[2", &["[2…Kvartal]"]),
            ("SELECT [Tid].[Kalender].[k|", "[k", &["[Kvartal]", "[k…År]"]),
            ("SELECT [Tid].[År].mem|", "mem", &["[mem…År]", "Members"]),
            ("SELECT [Borger].[Personnummer].[0|", "[0", &[]),
            ("SELECT 'sel|", "", &[]),
            ("SELECT -- fr|", "", &[]),
            (".describe ti|", "ti", &["Ting", "Ting [2]"]),
            (".cu|", "", &[]),
            (".functions he|", "he", &["Head"]),
            ("SELECT {top| FROM [Ting]", "top", &["TopCount"]),
            ("SELECT [Tid].p|", "p", &["Parent"]),
            ("SELECT [Tid].t|", "t", &[]),
            ("SELECT [Measures]|", "", &[]),
            ("SELECT [Tid].[År]|", "", &[]),
        ] {
            assert_eq!(
                offered(text),
                (replaced.to_owned(), expected.iter().map(|&one| one.to_owned()).collect()),
                "{text}"
            );
        }
    }

    #[test]
    fn any_place_of_any_text_can_be_asked() {
        let text = "WITH SET [a]]b] AS '{[Tid].[År].&[2020]}' /* æ */ SELECT {[Tid].å.} -- ø\n FROM [Ting];";
        for at in (0..=text.len()).filter(|&at| text.is_char_boundary(at)) {
            let (start, _) = complete(&names(), &mut |_| Vec::new(), text, at);
            assert!(start <= at);
        }
    }

    #[test]
    fn a_question_behind_explain_is_completed_as_a_question() {
        let plain = offered("SELECT [Tid].[K| ON 0 FROM [Ting]");
        assert!(!plain.1.is_empty());
        assert_eq!(offered(".explain SELECT [Tid].[K| ON 0 FROM [Ting]"), plain);
    }
}
