//! Text → schema, and what of it cannot be read: all of it at once, in Danish, each with its line.

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue, Deserializer, Error, ValueDeserializer};

use super::problem::line_of;
use super::{
    CalculatedMeasure, Cube, Dimension, DimensionUse, Hierarchy, Measure, MeasureGroup, NamedSet,
    Problem, Provenance, Role, Schema, SchemaError, Table,
};

/// A value of the file, with its place.
type Value<'a> = Spanned<DeValue<'a>>;

/// Reads a schema file of which the promises are not checked yet.
///
/// # Errors
/// Every line that is no TOML; else everything that is no part of a schema.
pub(super) fn read(text: &str) -> Result<Schema, SchemaError> {
    let (document, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        return Err(problems(text, &errors, no_toml));
    }
    let read = |document| Schema::deserialize_from(Deserializer::from(document));
    read(document.clone()).map_err(|error| {
        let mut errors = parts(&document);
        errors.extend(read(without_parts(document)).err());
        let all = if errors.is_empty() { vec![error] } else { errors };
        problems(text, &all, no_schema)
    })
}

impl Schema {
    fn deserialize_from(document: Deserializer<'_>) -> Result<Schema, Error> {
        serde::Deserialize::deserialize(document)
    }
}

fn problems(text: &str, errors: &[Error], said: fn(&str) -> String) -> SchemaError {
    let line = |error: &Error| error.span().map(|span| line_of(text, span.start));
    let problem = |error| Problem { line: line(error), what: said(error.message()) };
    let mut problems: Vec<Problem> = errors.iter().map(problem).collect();
    problems.sort_by_key(|problem| problem.line);
    problems.dedup();
    SchemaError { problems }
}

/// What is wrong with the tables, dimensions, cubes and roles, each looked at by itself.
fn parts(document: &Spanned<DeTable<'_>>) -> Vec<Error> {
    let of = |key: &str| document.get_ref().get(key).map_or(&[][..], elements);
    let each = |key, wrong: fn(&Value<'_>) -> Vec<Error>| of(key).iter().flat_map(wrong);
    each("table", whole::<Table>)
        .chain(each("dimension", |one| {
            within::<Dimension>(one, &[("hierarchies", whole::<Hierarchy>)])
        }))
        .chain(each("cube", |one| within::<Cube>(one, &CUBE)))
        .chain(each("role", whole::<Role>))
        .collect()
}

/// What is wrong with an element of an array.
type Part = (&'static str, fn(&Value<'_>) -> Vec<Error>);

const CUBE: [Part; 3] = [
    ("group", |one| within::<MeasureGroup>(one, &GROUP)),
    ("calculated", whole::<CalculatedMeasure>),
    ("set", whole::<NamedSet>),
];

const GROUP: [Part; 3] = [
    ("dimensions", whole::<DimensionUse>),
    ("measures", whole::<Measure>),
    ("provenance", whole::<Provenance>),
];

fn whole<T: DeserializeOwned>(value: &Value<'_>) -> Vec<Error> {
    T::deserialize(ValueDeserializer::from(value.clone())).err().into_iter().collect()
}

/// What is wrong with the parts of a value; where that is nothing, with the value.
fn within<T: DeserializeOwned>(value: &Value<'_>, parts: &[Part]) -> Vec<Error> {
    let of = |key: &str| value.get_ref().get(key).map_or(&[][..], elements);
    let inner: Vec<Error> =
        parts.iter().flat_map(|(key, wrong)| of(key).iter().flat_map(wrong)).collect();
    if inner.is_empty() { whole::<T>(value) } else { inner }
}

fn elements<'v, 'a>(value: &'v Value<'a>) -> &'v [Value<'a>] {
    match value.get_ref() {
        DeValue::Array(array) => array,
        _ => &[],
    }
}

/// The file with empty arrays in the place of its parts.
fn without_parts(mut document: Spanned<DeTable<'_>>) -> Spanned<DeTable<'_>> {
    for key in ["table", "dimension", "cube", "role"] {
        if let Some(value) = document.get_mut().get_mut(key)
            && matches!(value.get_ref(), DeValue::Array(_))
        {
            *value.get_mut() = DeValue::Array(DeArray::new());
        }
    }
    document
}

/// What the reader of TOML finds wrong, by how its messages begin; of several the first that fits.
const FAULTS: [(&str, &str); 23] = [
    ("duplicate key", "nøglen står to gange"),
    ("cannot extend value", "nøglen har en værdi og kan ikke også være en tabel"),
    ("missing value", "her mangler en værdi"),
    ("string values must be quoted", "her mangler en værdi, eller en tekst står ikke i \"…\""),
    ("key with no value", "her mangler en værdi efter navnet"),
    ("invalid unquoted key", "navnet har tegn, som et navn ikke kan have"),
    ("unquoted keys cannot be empty", "her mangler et navn"),
    ("missing key", "her mangler et navn"),
    ("invalid key-value pair", "her mangler et navn"),
    ("missing assignment", "her mangler ="),
    ("extra `=`", "her er et = for meget"),
    ("extra assignment", "her er et = for meget"),
    ("unexpected `=`", "her er et = for meget"),
    ("missing comma", "her mangler et komma"),
    ("extra comma", "her er et komma for meget"),
    ("missing opening quote", "her mangler et \""),
    ("invalid basic string", "teksten er ikke lukket med \""),
    ("invalid literal string", "teksten er ikke lukket med '"),
    ("unclosed array table", "[[ er ikke lukket med ]]"),
    ("unclosed array", "[ er ikke lukket med ]"),
    ("unclosed table", "[ er ikke lukket med ]"),
    ("unclosed inline table", "{ er ikke lukket med }"),
    ("invalid comment character", "kommentaren har tegn, som ikke er tekst"),
];

/// What is wrong with a line that is no TOML.
fn no_toml(message: &str) -> String {
    let found = FAULTS.iter().find(|(start, _)| message.starts_with(start));
    let what = found.map_or("linjen kan ikke læses som TOML", |(_, danish)| danish);
    format!(
        "{what}; en linje er navn = værdi eller [[navn]], en tekst står i \"…\", og hvert [ og {{ \
         lukkes"
    )
}

/// What is wrong with something that is TOML and no schema.
fn no_schema(message: &str) -> String {
    let named = |rest: &str| rest.split('`').nth(1).unwrap_or_default().to_owned();
    let known = |rest: &str| rest.split('`').skip(3).step_by(2).collect::<Vec<_>>().join(", ");
    let (message, _) = message.split_once('\n').unwrap_or((message, ""));
    if message.starts_with("unknown field") {
        format!("nøglen '{}' kendes ikke her; der er {}", named(message), known(message))
    } else if message.starts_with("missing field") {
        format!("her mangler nøglen '{}'", named(message))
    } else if message.starts_with("duplicate field") {
        format!("nøglen '{}' står to gange", named(message))
    } else if message.starts_with("unknown variant") {
        format!("'{}' kendes ikke her; vælg en af {}", named(message), known(message))
    } else if let Some((found, wanted)) = message
        .strip_prefix("invalid type: ")
        .or_else(|| message.strip_prefix("invalid value: "))
        .and_then(|rest| rest.split_once(", expected "))
    {
        format!("her står {}, men der skal stå {}", in_danish(found), in_danish(wanted))
    } else if message.starts_with("sproget '") {
        // What `Language` says of its text.
        message.to_owned()
    } else {
        "værdien kan ikke bruges her".to_owned()
    }
}

/// The kinds of values, as messages name them.
const KINDS: [(&str, &str); 20] = [
    ("a borrowed string", "en tekst i \"…\""),
    ("a string", "en tekst i \"…\""),
    ("string", "teksten"),
    ("integer", "tallet"),
    ("floating point", "tallet"),
    ("boolean", "sandhedsværdien"),
    ("a boolean", "true eller false"),
    ("a sequence", "en liste i [ ]"),
    ("sequence", "en liste"),
    ("map", "en tabel i { }"),
    ("a map", "en tabel i { }"),
    ("datetime", "dagen"),
    ("u8", "et helt tal fra 0 til 255"),
    ("u16", "et helt tal fra 0"),
    ("u32", "et helt tal fra 0"),
    ("usize", "et helt tal fra 0"),
    ("i32", "et helt tal"),
    ("i64", "et helt tal"),
    ("struct ", "en tabel i { } eller [[ ]]"),
    // What a type of the schema says of itself.
    ("navnet på", "navnet på"),
];

/// A kind with the value that it is told with, if any; without the names of our types.
fn in_danish(kind: &str) -> String {
    let found = KINDS.iter().filter(|(name, _)| kind.starts_with(name));
    match found.max_by_key(|(name, _)| name.len()) {
        Some((name, danish)) => {
            let value = &kind[name.len()..];
            format!("{danish}{}", if value.starts_with(' ') { value } else { "" })
        }
        None => "noget andet".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said of a schema file, line by line.
    fn said(text: &str) -> String {
        read(text).unwrap_err().to_string()
    }

    #[test]
    fn a_line_that_is_no_toml_is_told_in_danish_with_its_place() {
        for (line, expected) in [
            ("name = ", "her mangler en værdi, eller"),
            ("name = x", "en tekst står ikke i"),
            ("name = \"x", "teksten er ikke lukket"),
            ("name", "her mangler en værdi efter navnet"),
            ("= 1", "her mangler et navn"),
            ("[cube", "[ er ikke lukket med ]"),
            ("[[cube]", "[[ er ikke lukket med ]]"),
            ("x = [1", "[ er ikke lukket med ]"),
            ("x = [\"a\" \"b\"]", "her mangler et komma"),
            ("x = { a = 1", "{ er ikke lukket med }"),
            ("a = 1\na = 2", "nøglen står to gange"),
            ("a = 1\n[a.b]", "nøglen har en værdi"),
            ("x = 0b2", "linjen kan ikke læses som TOML"),
        ] {
            let said = said(&format!("# en linje\n{line}\n"));
            assert!(said.contains(expected) && said.contains("linje "), "{line}: {said}");
            for english in ["expected", "invalid", "missing", "nothing", "newline", " or "] {
                assert!(!said.contains(english), "{line}: {said}");
            }
        }
    }

    #[test]
    fn what_is_no_schema_is_told_in_danish_without_our_types() {
        for (text, expected) in [
            ("cube = 1", "her står tallet `1`, men der skal stå en liste i [ ]"),
            ("[[cube]]\nname = 1", "der skal stå en tekst"),
            ("cube = [1]", "der skal stå en tabel i { } eller [[ ]]"),
            ("[[dimension]]\nname = \"a\"\nfarve = 1", "nøglen 'farve' kendes ikke her"),
        ] {
            let said = said(text);
            assert!(said.contains(expected), "{text}: {said}");
            for english in ["expected", "invalid", "struct", "Cube"] {
                assert!(!said.contains(english), "{text}: {said}");
            }
        }
    }
}
