//! JSON for programs. Cells are written one by one: a large answer is never a large text.

use std::borrow::Cow;
use std::io::Write;

use serde::ser::{Serialize, SerializeSeq, SerializeStruct, Serializer};
use serde_json::{Map, Value as Json, json};
use terning_proto::v1::{Member, PropertyValue};

use super::{Heading, number};
use crate::answer::{Answer, Axis, Cell, Value};

/// Writes an answer; a report has its title and notes before it.
///
/// # Errors
/// It cannot be written.
pub fn write(
    out: &mut dyn Write,
    heading: &Heading,
    answer: &Answer,
) -> Result<(), serde_json::Error> {
    serde_json::to_writer(&mut *out, &Whole(heading, answer))?;
    writeln!(out).map_err(serde_json::Error::io)
}

struct Whole<'a>(&'a Heading, &'a Answer);

impl Serialize for Whole<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Whole(heading, answer) = self;
        let mut whole = serializer.serialize_struct("Answer", 9)?;
        if let Some(title) = &heading.title {
            whole.serialize_field("title", title)?;
            whole.serialize_field("notes", &heading.notes)?;
        }
        whole.serialize_field("cube", &answer.cube)?;
        whole.serialize_field("version", &answer.version)?;
        whole.serialize_field("as_of", &answer.as_of)?;
        whole.serialize_field("behind", &answer.behind)?;
        if !answer.warnings.is_empty() {
            whole.serialize_field("warnings", &answer.warnings)?;
        }
        let axes: Vec<Positions<'_>> = answer.axes.iter().map(Positions).collect();
        whole.serialize_field("axes", &axes)?;
        whole.serialize_field("cells", &Cells(answer))?;
        whole.end()
    }
}

struct Positions<'a>(&'a Axis);

impl Serialize for Positions<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let axis = self.0;
        serializer.collect_seq((0..axis.count).map(|position| {
            let members = axis.position(position);
            members.map(|member| Named(&axis.properties, member)).collect::<Vec<_>>()
        }))
    }
}

/// A member, and the names of the properties that it has.
struct Named<'a>(&'a [String], &'a Member);

impl Serialize for Named<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Named(properties, member) = self;
        let mut named = serializer.serialize_struct("Member", 6)?;
        named.serialize_field("unique_name", &member.unique_name)?;
        named.serialize_field("caption", &member.caption)?;
        named.serialize_field("hierarchy", &member.hierarchy)?;
        named.serialize_field("level", &member.level)?;
        named.serialize_field("path", &member.path)?;
        if !properties.is_empty() {
            let values = properties.iter().zip(&member.properties);
            let values = values.map(|(name, value)| (name.clone(), property(value)));
            named.serialize_field("properties", &values.collect::<Map<String, Json>>())?;
        }
        named.end()
    }
}

fn property(value: &PropertyValue) -> Json {
    use terning_proto::v1::property_value::Value;
    match &value.value {
        None => Json::Null,
        Some(Value::Text(text)) => json!(text),
        Some(Value::Number(value)) => number::json(*value),
        Some(Value::Truth(truth)) => json!(truth),
        Some(Value::Day(day)) => json!(number::date(*day)),
    }
}

/// The properties of a cell that were asked for; one without a meaning here is null.
fn cell_properties(answer: &Answer, place: usize, value: &Json) -> Map<String, Json> {
    let of = |name: &String| {
        let own = match name.to_uppercase().as_str() {
            "VALUE" => value.clone(),
            "FORMATTED_VALUE" => json!(answer.shown(place)),
            "FORMAT_STRING" => json!(answer.format(place)),
            "LANGUAGE" => json!(answer.language),
            "BACK_COLOR" => json!(answer.colors(place)[0]),
            "FORE_COLOR" => json!(answer.colors(place)[1]),
            "CELL_ORDINAL" => json!(answer.cells[place].ordinal),
            _ => Json::Null,
        };
        (name.clone(), own)
    };
    answer.cell_properties.iter().map(of).collect()
}

struct Cells<'a>(&'a Answer);

impl Serialize for Cells<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let count = self.0.cell_count();
        let mut cells = serializer.serialize_seq(Some(count))?;
        let mut filled = self.0.cells.iter().enumerate().peekable();
        for ordinal in 0..count {
            let cell = filled.next_if(|(_, cell)| cell.ordinal == ordinal);
            cells.serialize_element(&OneCell::new(self.0, ordinal, cell))?;
        }
        cells.end()
    }
}

struct OneCell<'a> {
    properties: Map<String, Json>,
    ordinal: usize,
    value: Json,
    formatted: Cow<'a, str>,
    error: Option<&'a str>,
    hidden: bool,
}

impl<'a> OneCell<'a> {
    fn new(answer: &'a Answer, ordinal: usize, found: Option<(usize, &Cell)>) -> OneCell<'a> {
        let Some((place, cell)) = found else {
            let (properties, formatted) = (Map::new(), Cow::from(""));
            let value = Json::Null;
            return OneCell { properties, ordinal, value, formatted, error: None, hidden: false };
        };
        let (value, error) = match cell.value {
            Value::Number(value) => (number::json(value), None),
            Value::Truth(truth) => (json!(truth), None),
            Value::Day(day) => (json!(number::date(day)), None),
            Value::Text(text) => (json!(answer.text(text)), None),
            Value::Error(text) => (Json::Null, Some(answer.text(text))),
            Value::Hidden => (Json::Null, None),
        };
        let (formatted, properties) = (answer.shown(place), cell_properties(answer, place, &value));
        let hidden = cell.value == Value::Hidden;
        OneCell { properties, ordinal, value, formatted, error, hidden }
    }
}

impl Serialize for OneCell<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut cell = serializer.serialize_struct("Cell", 6)?;
        cell.serialize_field("ordinal", &self.ordinal)?;
        cell.serialize_field("value", &self.value)?;
        cell.serialize_field("formatted", &self.formatted)?;
        if let Some(error) = self.error {
            cell.serialize_field("error", error)?;
        }
        if self.hidden {
            cell.serialize_field("hidden", &true)?;
        }
        if !self.properties.is_empty() {
            cell.serialize_field("properties", &self.properties)?;
        }
        cell.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::tests::{answer, axis, mixed};

    #[test]
    fn the_shape_is_the_one_that_others_rely_on() {
        let axes = vec![axis(&["[Tid].[Kvartal]"], &[&["2020K1"], &["2020K2"]]), axis(&[], &[&[]])];
        let mut out = Vec::new();
        write(&mut out, &Heading::default(), &answer(axes, &[(1, 1234.0)], 0)).unwrap();
        let expected = concat!(
            r#"{"cube":"Ting","version":"2026-10.1","as_of":"2026-10-31","behind":1,"axes":["#,
            r#"[[{"unique_name":"[Tid].[Kvartal].&[2020K1]","caption":"2020K1","hierarchy":"[Tid].[Kvartal]","level":"Kvartal","path":["2020K1"]}],"#,
            r#"[{"unique_name":"[Tid].[Kvartal].&[2020K2]","caption":"2020K2","hierarchy":"[Tid].[Kvartal]","level":"Kvartal","path":["2020K2"]}]],"#,
            r#"[[]]],"cells":[{"ordinal":0,"value":null,"formatted":""},{"ordinal":1,"value":1234,"formatted":"1.234"}]}"#,
            "\n"
        );
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn a_hidden_cell_has_no_value_and_says_so() {
        let axes = vec![axis(&["[A].[B]"], &[&["x"], &["y"]]), axis(&[], &[&[]])];
        let hidden = [(1, terning_proto::v1::CellKind::Hidden, "")];
        let mut out = Vec::new();
        let answer = mixed(axes, &[(0, 7.0), (1, 3.0)], 0, &hidden);
        write(&mut out, &Heading::default(), &answer).unwrap();
        let text = String::from_utf8(out).unwrap();
        let expected = r#"{"ordinal":1,"value":null,"formatted":"*","hidden":true}"#;
        assert!(text.contains(expected), "{text}");
    }
}
