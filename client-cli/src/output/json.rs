//! JSON for programs. Cells are written one by one: a large answer is never a large text.

use std::io::Write;

use serde::ser::{Serialize, SerializeSeq, SerializeStruct, Serializer};
use terning_proto::v1::Member;

use super::{Heading, number};
use crate::answer::{Answer, Axis};

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
        let mut whole = serializer.serialize_struct("Answer", 8)?;
        if let Some(title) = &heading.title {
            whole.serialize_field("title", title)?;
            whole.serialize_field("notes", &heading.notes)?;
        }
        whole.serialize_field("cube", &answer.cube)?;
        whole.serialize_field("version", &answer.version)?;
        whole.serialize_field("as_of", &answer.as_of)?;
        whole.serialize_field("behind", &answer.behind)?;
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
        serializer.collect_seq(
            (0..axis.count)
                .map(|position| axis.position(position).map(Named).collect::<Vec<Named<'_>>>()),
        )
    }
}

struct Named<'a>(&'a Member);

impl Serialize for Named<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut member = serializer.serialize_struct("Member", 5)?;
        member.serialize_field("unique_name", &self.0.unique_name)?;
        member.serialize_field("caption", &self.0.caption)?;
        member.serialize_field("hierarchy", &self.0.hierarchy)?;
        member.serialize_field("level", &self.0.level)?;
        member.serialize_field("path", &self.0.path)?;
        member.end()
    }
}

struct Cells<'a>(&'a Answer);

impl Serialize for Cells<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let count = self.0.cell_count();
        let mut cells = serializer.serialize_seq(Some(count))?;
        let mut filled = self.0.cells.iter().peekable();
        for ordinal in 0..count {
            let cell = filled.next_if(|cell| cell.ordinal == ordinal);
            cells.serialize_element(&OneCell {
                ordinal,
                value: cell.map(|cell| number::json(cell.value)),
                formatted: cell.map(|cell| number::danish(cell.value, cell.decimals)),
            })?;
        }
        cells.end()
    }
}

struct OneCell {
    ordinal: usize,
    value: Option<serde_json::Value>,
    formatted: Option<String>,
}

impl Serialize for OneCell {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut cell = serializer.serialize_struct("Cell", 3)?;
        cell.serialize_field("ordinal", &self.ordinal)?;
        cell.serialize_field("value", &self.value)?;
        cell.serialize_field("formatted", self.formatted.as_deref().unwrap_or_default())?;
        cell.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::tests::{answer, axis};

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
}
