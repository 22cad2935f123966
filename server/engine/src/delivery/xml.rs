//! Deliveries in XML as rows with the place where they start: `<Leverance>`, in it a `<Ydelse>` per
//! record, and in that an element per field.
//!
//! The file is walked through event by event; no tree is made of it, attributes are not looked at,
//! and depth and length are bounded. There is no DTD, and so there are no entities but the five of
//! XML itself. Names go by their local part, with any capitals, as in the header of a CSV file. A
//! field that is not there is not given.

use std::collections::BTreeSet;
use std::fmt::Write;

use cube_schema::domain::{Place, Refused, Row};
use quick_xml::Reader;
use quick_xml::events::{BytesRef, Event};

use super::format::{Layout, Look};
use super::input::without_bom;
use super::limits;
use super::separated::{Visit, line_breaks};

/// Stands for bytes that are no text; it is not allowed in XML.
const NO_TEXT: char = '\u{FFFF}';

/// Visits every record of a file, and says what was seen.
///
/// # Errors
/// It is no such XML, or is cut off: the reason, in Danish. No reason holds what stood there.
pub fn each(bytes: &[u8], layout: &Layout, visit: &mut Visit<'_>) -> Result<Look, String> {
    let text = as_text(without_bom(bytes));
    let mut reader = Reader::from_str(&text);
    reader.config_mut().expand_empty_elements = true;
    let mut walk = Walk::new(&text, layout);
    loop {
        let start = reader.buffer_position() as usize;
        let event = reader.read_event().map_err(|_| walk.malformed(start))?;
        match event {
            Event::Start(tag) => walk.open(tag.local_name().as_ref(), start)?,
            Event::End(_) => walk.close(visit),
            Event::Text(text) => walk.text(&text.into_inner(), start)?,
            Event::CData(text) => walk.text(&text.into_inner(), start)?,
            Event::GeneralRef(reference) => walk.reference(&reference, start)?,
            Event::DocType(_) => return Err("filen har en DTD, og sådanne læses ikke".to_owned()),
            Event::Eof => return walk.end(),
            Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
    }
}

/// The bytes as text, with a mark for those that are none.
fn as_text(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.into();
    }
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            text.push(NO_TEXT);
        }
    }
    text.into()
}

/// How far the file has been walked through.
struct Walk<'a> {
    text: &'a str,
    layout: &'a Layout,
    depth: usize,
    /// The root has been closed.
    ended: bool,
    record: Option<Record>,
    /// Lines are counted up to here.
    counted: usize,
    line: u64,
    /// Where the record before this one starts.
    last: Place,
    rows: u64,
    unknown: BTreeSet<String>,
}

/// A record under way.
struct Record {
    place: Place,
    values: Vec<Option<String>>,
    /// The field that is open.
    field: Option<usize>,
    problem: Option<Refused>,
}

impl<'a> Walk<'a> {
    fn new(text: &'a str, layout: &'a Layout) -> Walk<'a> {
        Walk {
            text,
            layout,
            depth: 0,
            ended: false,
            record: None,
            counted: 0,
            line: 1,
            last: Place::default(),
            rows: 0,
            unknown: BTreeSet::new(),
        }
    }

    fn open(&mut self, name: &str, start: usize) -> Result<(), String> {
        self.depth += 1;
        match self.depth {
            1 => self.open_root(name)?,
            2 if name.eq_ignore_ascii_case(self.layout.xml.record) => {
                let place = self.next_place(start);
                let values = vec![None; self.layout.fields.len()];
                self.record = Some(Record { place, values, field: None, problem: None });
            }
            2 => self.note_unknown(name),
            3 => self.open_field(name),
            4 => self.open_item(name),
            _ if self.depth > limits::XML_DEPTH => {
                let line = self.line_at(start);
                return Err(format!("elementer ligger for dybt i hinanden i linje {line}"));
            }
            _ => self.problem("feltet indeholder andre elementer"),
        }
        Ok(())
    }

    fn open_root(&self, name: &str) -> Result<(), String> {
        let root = self.layout.xml.root;
        if self.ended || !name.eq_ignore_ascii_case(root) {
            return Err(format!("filen skal være ét element <{root}>"));
        }
        Ok(())
    }

    fn open_field(&mut self, name: &str) {
        let same = |field: &cube_schema::domain::FieldSpec| field.name.eq_ignore_ascii_case(name);
        let field = self.layout.fields.iter().position(same);
        let Some(record) = &mut self.record else { return };
        record.field = field;
        match field {
            None => self.note_unknown(name),
            Some(field) if record.values[field].is_some() => self.problem("feltet står to gange"),
            Some(field) => record.values[field] = Some(String::new()),
        }
    }

    /// Items of a list become one text with `|` between them.
    fn open_item(&mut self, name: &str) {
        let Some(record) = &mut self.record else { return };
        let Some(field) = record.field else { return };
        let item = self.layout.fields[field].item;
        if !item.is_some_and(|item| name.eq_ignore_ascii_case(item)) {
            return self.problem("feltet indeholder andre elementer");
        }
        if let Some(value) = record.values[field].as_mut().filter(|value| !value.is_empty()) {
            value.push('|');
        }
    }

    fn close(&mut self, visit: &mut Visit<'_>) {
        self.depth -= 1;
        match self.depth {
            0 => self.ended = true,
            1 => self.close_record(visit),
            2 => {
                if let Some(record) = &mut self.record {
                    record.field = None;
                }
            }
            _ => {}
        }
    }

    fn close_record(&mut self, visit: &mut Visit<'_>) {
        let Some(Record { place, values, problem, .. }) = self.record.take() else { return };
        self.rows += 1;
        match problem {
            Some(refused) => visit(place, Err(refused)),
            None => {
                let values: Vec<&str> =
                    values.iter().map(|value| value.as_deref().unwrap_or("").trim()).collect();
                visit(place, Ok(Row { place, values: &values }));
            }
        }
    }

    fn text(&mut self, text: &str, start: usize) -> Result<(), String> {
        let blank = text.trim().is_empty();
        let Some(record) = &mut self.record else {
            let inside_other = self.depth > 1;
            return if blank || inside_other { Ok(()) } else { Err(self.malformed(start)) };
        };
        let Some(field) = record.field else {
            if !blank && self.depth == 2 {
                self.problem("der er tekst uden for felterne");
            }
            return Ok(());
        };
        // What stands between the items of a list is no part of them.
        let between = blank && self.depth == 3 && self.layout.fields[field].item.is_some();
        if between {
            return Ok(());
        }
        let value = record.values[field].get_or_insert_default();
        if value.len() + text.len() > limits::FIELD_BYTES {
            self.problem(&format!("feltet er på mere end {} byte", limits::FIELD_BYTES));
        } else if text.contains(NO_TEXT) {
            self.problem("feltet er ikke tekst i filens tegnsæt");
        } else {
            value.push_str(text);
        }
        Ok(())
    }

    fn reference(&mut self, reference: &BytesRef<'_>, start: usize) -> Result<(), String> {
        let name = reference.clone().into_inner();
        let character = match (&*name, reference.resolve_char_ref()) {
            (_, Ok(Some(character))) => character,
            ("amp", _) => '&',
            ("lt", _) => '<',
            ("gt", _) => '>',
            ("quot", _) => '"',
            ("apos", _) => '\'',
            _ => NO_TEXT,
        };
        self.text(character.encode_utf8(&mut [0; 4]), start)
    }

    /// Notes the first thing that is wrong with the record, in the field that is open.
    fn problem(&mut self, reason: &str) {
        let Some(record) = &mut self.record else { return };
        let field = record.field.map_or("", |field| self.layout.fields[field].name);
        record.problem.get_or_insert_with(|| Refused { field, reason: reason.to_owned() });
    }

    fn note_unknown(&mut self, name: &str) {
        if self.unknown.len() < limits::UNKNOWN_NAMES {
            self.unknown.insert(name.chars().take(limits::UNKNOWN_NAME).collect());
        }
    }

    /// The line of a place, as an editor counts. Places are asked for in order.
    fn line_at(&mut self, place: usize) -> u64 {
        let passed = self.text.as_bytes().get(self.counted..place).unwrap_or_default();
        self.line += line_breaks(passed);
        self.counted = place.max(self.counted);
        self.line
    }

    /// The place of a record that starts here.
    fn next_place(&mut self, start: usize) -> Place {
        let first = Place::on(self.line_at(start));
        self.last = match self.last.line == first.line {
            true => Place { nth: self.last.nth.saturating_add(1), ..first },
            false => first,
        };
        self.last
    }

    fn malformed(&mut self, place: usize) -> String {
        let mut reason = "filen er ikke gyldig XML".to_owned();
        let _ = write!(reason, " (ved linje {})", self.line_at(place));
        reason
    }

    fn end(self) -> Result<Look, String> {
        if self.depth > 0 {
            return Err("filen er afkortet: et element bliver ikke lukket".to_owned());
        }
        if !self.ended {
            return Err(format!(
                "filen er tom; den skal være ét element <{}>",
                self.layout.xml.root
            ));
        }
        Ok(Look { rows: self.rows, unknown: self.unknown.into_iter().collect() })
    }
}

#[cfg(test)]
mod tests {
    use cube_schema::domain::{FieldSpec, XmlNames};

    use super::*;

    fn layout() -> Layout {
        let field = |name, item| FieldSpec { name, changes_only: false, item };
        Layout {
            fields: vec![field("Id", None), field("Emner", Some("Emne"))],
            xml: XmlNames { root: "Rod", record: "Post" },
        }
    }

    /// Places and values (or reasons), and what was seen.
    fn read(bytes: &[u8]) -> (Vec<(Place, String)>, Result<Look, String>) {
        let mut rows = Vec::new();
        let seen = each(bytes, &layout(), &mut |place, row| {
            let row = row.map(|row| row.values.join(";"));
            rows.push((place, row.unwrap_or_else(|no| format!("{}: {}", no.field, no.reason))));
        });
        (rows, seen)
    }

    fn rows(text: &str) -> Vec<(Place, String)> {
        read(text.as_bytes()).0
    }

    fn row(line: u32, nth: u32, text: &str) -> (Place, String) {
        (Place { line, nth }, text.to_owned())
    }

    #[test]
    fn records_are_read_with_the_place_where_they_start() {
        for line_end in ["\n", "\r\n", "\r"] {
            let text = "\u{feff}<?xml version=\"1.0\"?>|<Rod xmlns=\"urn:x\">|<!-- x -->| <Post><Id> a </Id>|\
                <Emner>|<Emne>b</Emne>|<Emne>c</Emne></Emner></Post><Post/><Post><Id>d</Id></Post>|<Post><Id/></Post></Rod>|"
                .replace('|', line_end);
            let expected = [row(4, 1, "a;b|c"), row(7, 1, ";"), row(7, 2, "d;"), row(8, 1, ";")];
            assert_eq!(rows(&text), expected, "{line_end:?}");
        }
    }

    #[test]
    fn what_xml_can_write_in_other_ways_is_the_same() {
        let text = "<x:rod xmlns:x='u'><x:POST nr='1'><id>&lt;&#65;&amp;<![CDATA[<b>]]></id></x:POST></x:rod>";
        assert_eq!(rows(text), [row(1, 1, "<A&<b>;")]);
        let (_, seen) =
            read(b"<Rod><Andet>x<y/></Andet><Post><Nyt>1<z/></Nyt><Id>a</Id></Post></Rod>");
        assert_eq!(seen.unwrap().unknown, ["Andet", "Nyt"]);
    }

    #[test]
    fn only_the_record_in_disorder_is_lost() {
        for (record, reason) in [
            ("<Id>a</Id><Id>b</Id>", "Id: feltet står to gange"),
            ("<Id><x/></Id>", "Id: feltet indeholder andre elementer"),
            ("<Emner><Id/></Emner>", "Emner: feltet indeholder andre elementer"),
            ("<Id>a</Id>b", ": der er tekst uden for felterne"),
            ("<Id>&x;</Id>", "Id: feltet er ikke tekst i filens tegnsæt"),
        ] {
            let text = format!("<Rod><Post>{record}</Post><Post><Id>z</Id></Post></Rod>");
            assert_eq!(rows(&text), [row(1, 1, reason), row(1, 2, "z;")]);
        }
        let (rows, _) = read(b"<Rod><Post><Id>\xE6</Id></Post><Post><Id>z</Id></Post></Rod>");
        assert_eq!(rows, [row(1, 1, "Id: feltet er ikke tekst i filens tegnsæt"), row(1, 2, "z;")]);
        let long = format!("<Rod><Post><Id>{}</Id></Post></Rod>", "x".repeat(5000));
        assert!(self::rows(&long)[0].1.contains("mere end"));
    }

    #[test]
    fn what_is_no_such_file_is_refused() {
        let deep = format!("<Rod>{}{}</Rod>", "<a>".repeat(20), "</a>".repeat(20));
        for (text, reason) in [
            ("", "tom"),
            ("<Rod><Post><Id>a</Id></Post>", "afkortet"),
            ("<Rod><Post><Id>a</I", "gyldig XML"),
            ("<Rod>\n<Post></Rod>", "gyldig XML (ved linje 2)"),
            ("<Anden/>", "<Rod>"),
            ("<Rod/><Rod/>", "<Rod>"),
            ("<Rod>tekst</Rod>", "gyldig XML"),
            ("<!DOCTYPE Rod [<!ENTITY a 'b'>]><Rod/>", "DTD"),
            (&deep, "for dybt"),
        ] {
            let error = read(text.as_bytes()).1.unwrap_err();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }
}
