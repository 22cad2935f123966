//! Deliveries in XML as rows with the place where they start: `<Leverance>`, in it a `<Ydelse>` per
//! record, and in that an element per field.
//!
//! The file is walked through event by event while it is read; no tree is made of it, attributes are not looked at,
//! and depth and length are bounded. There is no DTD, and so there are no entities but the five of
//! XML itself. Names go by their local part, with any capitals, as in the header of a CSV file. A
//! field that is not there is not given.

use std::collections::BTreeMap;
use std::io::Read;

use cube_schema::domain::{Place, Refused, Row};
use quick_xml::Reader;
use quick_xml::errors::{Error, IllFormedError};
use quick_xml::events::{BytesDecl, BytesRef, Event};

use super::charset::Charset;
use super::format::{Layout, Look, Unknown};
use super::limits;
use super::separated::Visit;
use super::text::{NO_TEXT, Text};

/// Letters of a name that is repeated in a reason: those of HTML's entities and of character sets.
const LONGEST_NAME: usize = 16;

/// Visits every record of a file, and says what was seen.
///
/// # Errors
/// It is no such XML, or is cut off: the reason, in Danish. No reason holds what stood there.
pub fn each<R: Read>(
    text: Text<R>,
    layout: &Layout,
    visit: &mut Visit<'_>,
) -> Result<Look, String> {
    let mut reader = Reader::from_reader(text);
    reader.config_mut().expand_empty_elements = true;
    let mut walk = Walk::new(layout);
    let mut event = Vec::new();
    loop {
        event.clear();
        walk.line = reader.get_ref().line();
        let event = reader.read_event_into(&mut event);
        let event = event.map_err(|error| walk.malformed(reason(&error)))?;
        match event {
            Event::Start(tag) => walk.open(tag.local_name().as_ref())?,
            Event::End(_) => walk.close(visit),
            Event::Text(text) => walk.written(&text.into_inner())?,
            Event::CData(text) => walk.written(&text.into_inner())?,
            Event::GeneralRef(reference) => walk.reference(&reference)?,
            Event::DocType(_) => return Err("filen har en DTD, og sådanne læses ikke".to_owned()),
            Event::Decl(declaration) => walk.declare(&declaration, reader.get_ref().charset()),
            Event::Eof => return walk.end(),
            Event::Empty(_) | Event::Comment(_) | Event::PI(_) => {}
        }
    }
}

/// What is said of a file that declares another character set than its manifest does; `None` where both
/// mean the same.
fn contradiction(declared: &str, charset: Charset) -> Option<String> {
    let is_same = match declared.to_ascii_lowercase().as_str() {
        "utf-8" | "utf8" => charset == Charset::Utf8,
        "windows-1252" | "cp1252" | "iso-8859-1" | "latin1" => charset == Charset::Windows1252,
        _ => false,
    };
    let is_name = declared.len() <= LONGEST_NAME
        && declared.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let declared = if is_name { declared } else { "et andet" };
    (!is_same).then(|| {
        format!(
            "filen siger selv i sin første linje, at dens tegnsæt er {declared} (encoding), men manifestets \
             felt 'tegnsaet' siger {}; ret det af dem, der er forkert",
            charset.name()
        )
    })
}

/// Why a text is no XML, as far as that can be said without repeating what stands there.
fn reason(error: &Error) -> &'static str {
    match error {
        Error::IllFormed(IllFormedError::MismatchedEndTag { .. }) => {
            "et element lukkes med et andet navn, end det er åbnet med"
        }
        Error::IllFormed(IllFormedError::UnmatchedEndTag(_)) => {
            "et element lukkes, som ikke er åbnet"
        }
        Error::IllFormed(IllFormedError::MissingEndTag(_)) => "et element bliver ikke lukket",
        Error::IllFormed(IllFormedError::UnclosedReference) => "et & står alene; skriv &amp;",
        Error::Syntax(_) => "et mærke, der begynder med <, slutter ikke",
        Error::Io(_) => "filen kan ikke læses til ende",
        _ => "et mærke kan ikke læses",
    }
}

/// How far the file has been walked through.
struct Walk<'a> {
    layout: &'a Layout,
    depth: usize,
    /// The root has been closed.
    ended: bool,
    record: Option<Record>,
    /// Where the event under way starts.
    line: u64,
    /// Where the record before this one starts.
    last: Place,
    rows: u64,
    /// With the line of the first.
    unknown: BTreeMap<String, u64>,
    /// What is said where the declared character set is not the manifest's, and a field has other letters
    /// than those that are the same in all.
    contradiction: Option<String>,
    is_ascii: bool,
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
    fn new(layout: &'a Layout) -> Walk<'a> {
        Walk {
            layout,
            depth: 0,
            ended: false,
            record: None,
            line: 1,
            last: Place::default(),
            rows: 0,
            unknown: BTreeMap::new(),
            contradiction: None,
            is_ascii: true,
        }
    }

    fn open(&mut self, name: &str) -> Result<(), String> {
        self.depth += 1;
        match self.depth {
            1 => self.open_root(name)?,
            2 if name.eq_ignore_ascii_case(self.layout.xml.record) => {
                let place = self.next_place();
                let values = vec![None; self.layout.fields.len()];
                self.record = Some(Record { place, values, field: None, problem: None });
            }
            2 => self.note_unknown(name),
            3 => self.open_field(name),
            4 => self.open_item(name),
            _ if self.depth > limits::XML_DEPTH => {
                let line = self.line;
                return Err(format!("elementer ligger for dybt i hinanden i linje {line}"));
            }
            _ => self.problem("feltet indeholder andre elementer"),
        }
        Ok(())
    }

    fn declare(&mut self, declaration: &BytesDecl<'_>, charset: Charset) {
        if let Some(Ok(declared)) = declaration.encoding() {
            self.contradiction = contradiction(&declared, charset);
        }
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

    fn is_in_field(&self) -> bool {
        self.record.as_ref().is_some_and(|record| record.field.is_some())
    }

    /// Text whose letters stand in the file: what a reference stands for has no character set.
    fn written(&mut self, text: &str) -> Result<(), String> {
        self.is_ascii &= text.is_ascii() || !self.is_in_field();
        self.text(text)
    }

    fn text(&mut self, text: &str) -> Result<(), String> {
        let blank = text.trim().is_empty();
        let Some(record) = &mut self.record else {
            let inside_other = self.depth > 1;
            return if blank || inside_other {
                Ok(())
            } else {
                Err(self.malformed("der står tekst uden for elementerne"))
            };
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

    fn reference(&mut self, reference: &BytesRef<'_>) -> Result<(), String> {
        let name = reference.clone().into_inner();
        let character = match (&*name, reference.resolve_char_ref()) {
            (_, Ok(Some(character))) => character,
            ("amp", _) => '&',
            ("lt", _) => '<',
            ("gt", _) => '>',
            ("quot", _) => '"',
            ("apos", _) => '\'',
            _ if self.is_in_field() => {
                self.problem(&unknown_reference(&name));
                return Ok(());
            }
            _ => NO_TEXT,
        };
        self.text(character.encode_utf8(&mut [0; 4]))
    }

    /// Notes the first thing that is wrong with the record, in the field that is open.
    fn problem(&mut self, reason: &str) {
        let Some(record) = &mut self.record else { return };
        let field = record.field.map_or("", |field| self.layout.fields[field].name);
        record.problem.get_or_insert_with(|| Refused { field, reason: reason.to_owned() });
    }

    fn note_unknown(&mut self, name: &str) {
        if self.unknown.len() < limits::UNKNOWN_NAMES {
            let name = name.chars().take(limits::UNKNOWN_NAME).collect();
            self.unknown.entry(name).or_insert(self.line);
        }
    }

    /// The place of a record that starts here.
    fn next_place(&mut self) -> Place {
        let first = Place::on(self.line);
        self.last = match self.last.line == first.line {
            true => Place { nth: self.last.nth.saturating_add(1), ..first },
            false => first,
        };
        self.last
    }

    fn malformed(&self, why: &str) -> String {
        format!("filen er ikke gyldig XML (ved linje {}): {why}", self.line)
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
        if let Some(contradiction) = self.contradiction.filter(|_| !self.is_ascii) {
            return Err(contradiction);
        }
        let unknown = self.unknown.into_iter().map(|(name, line)| Unknown { name, line });
        Ok(Look { rows: self.rows, unknown: unknown.collect() })
    }
}

/// What is said of a reference such as `&oslash;` that XML does not know.
fn unknown_reference(name: &str) -> String {
    let is_name = name.len() <= LONGEST_NAME && name.bytes().all(|byte| byte.is_ascii_alphabetic());
    match name {
        name if is_name => {
            format!(
                "feltet bruger &{name};, som XML ikke kender; skriv tegnet selv, eller dets nummer"
            )
        }
        name if name.starts_with('#') => {
            "feltet har et tegnnummer, som ikke er noget tegn".to_owned()
        }
        _ => "feltet bruger et navn på et tegn (&…;), som XML ikke kender; skriv tegnet selv"
            .to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use cube_schema::domain::{FieldSpec, XmlNames};

    use super::*;
    use crate::delivery::charset::Charset;

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
        let text = Text::open(bytes, Charset::Utf8).unwrap();
        let seen = each(text, &layout(), &mut |place, row| {
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
        let (_, seen) = read(
            b"<Rod><Andet>x<y/></Andet><Post>\n<Nyt>1<z/></Nyt><Id>a</Id>\n<Nyt/></Post></Rod>",
        );
        let unknown = |name: &str, line| Unknown { name: name.to_owned(), line };
        assert_eq!(seen.unwrap().unknown, [unknown("Andet", 1), unknown("Nyt", 2)]);
    }

    #[test]
    fn only_the_record_in_disorder_is_lost() {
        for (record, reason) in [
            ("<Id>a</Id><Id>b</Id>", "Id: feltet står to gange"),
            ("<Id><x/></Id>", "Id: feltet indeholder andre elementer"),
            ("<Emner><Id/></Emner>", "Emner: feltet indeholder andre elementer"),
            ("<Id>a</Id>b", ": der er tekst uden for felterne"),
            ("<Id>a</Id>&nbsp;", ": der er tekst uden for felterne"),
            ("<Id>&#1114112;</Id>", "Id: feltet har et tegnnummer, som ikke er noget tegn"),
            (
                "<Id>a&oslash;b</Id>",
                "Id: feltet bruger &oslash;, som XML ikke kender; skriv tegnet selv, eller dets nummer",
            ),
            (
                "<Id>&n0101901234;</Id>",
                "Id: feltet bruger et navn på et tegn (&…;), som XML ikke kender; skriv tegnet selv",
            ),
        ] {
            let text = format!("<Rod><Post>{record}</Post><Post><Id>z</Id></Post></Rod>");
            assert_eq!(rows(&text), [row(1, 1, reason), row(1, 2, "z;")]);
        }
        let outside = "<Rod><Post><Note>a&nbsp;b<x>&#1114112;</x></Note><Id>a</Id></Post></Rod>";
        assert_eq!(rows(outside), [row(1, 1, "a;")]);
        let (rows, _) = read(b"<Rod><Post><Id>\xE6</Id></Post><Post><Id>z</Id></Post></Rod>");
        assert_eq!(rows, [row(1, 1, "Id: feltet er ikke tekst i filens tegnsæt"), row(1, 2, "z;")]);
        let long = format!("<Rod><Post><Id>{}</Id></Post></Rod>", "x".repeat(5000));
        assert!(self::rows(&long)[0].1.contains("mere end"));
    }

    #[test]
    fn a_file_that_says_another_character_set_than_its_manifest_is_refused() {
        let look = |declared: &str, charset, value: &[u8]| {
            let declaration = format!("<?xml version='1.0' encoding = \"{declared}\"?>");
            let (before, after) = (&b"<Rod><Post><Id>"[..], &b"</Id></Post></Rod>"[..]);
            let bytes = [declaration.as_bytes(), before, value, after].concat();
            let text = Text::open(&*bytes, charset).unwrap();
            each(text, &layout(), &mut |_, _| ()).map(|look| look.rows)
        };
        for (declared, charset, value) in [
            ("UTF-8", Charset::Utf8, "æ".as_bytes()),
            ("ISO-8859-1", Charset::Windows1252, b"\xE6"),
            ("windows-1252", Charset::Windows1252, b"\xE6"),
            // What is the same in both is no reason to lose a file.
            ("UTF-8", Charset::Windows1252, b"a"),
            ("US-ASCII", Charset::Utf8, b"S&#248;"),
        ] {
            assert_eq!(look(declared, charset, value), Ok(1), "{declared}");
        }
        for (declared, charset, value, said) in [
            ("ISO-8859-1", Charset::Utf8, &b"\xE6"[..], "ISO-8859-1 (encoding), men"),
            ("UTF-8", Charset::Windows1252, "æ".as_bytes(), "UTF-8 (encoding), men"),
            ("010190-1234, Hans", Charset::Utf8, "æ".as_bytes(), "et andet (encoding), men"),
        ] {
            let error = look(declared, charset, value).unwrap_err();
            assert!(error.contains(said) && error.contains(charset.name()), "{error}");
        }
    }

    #[test]
    fn what_is_no_such_file_is_refused() {
        let deep = format!("<Rod>{}{}</Rod>", "<a>".repeat(20), "</a>".repeat(20));
        for (text, reason) in [
            ("", "tom"),
            ("<Rod><Post><Id>a</Id></Post>", "afkortet"),
            (
                "<Rod><Post><Id>a</I",
                "gyldig XML (ved linje 1): et mærke, der begynder med <, slutter ikke",
            ),
            (
                "<Rod>\n<Post></Rod>",
                "gyldig XML (ved linje 2): et element lukkes med et andet navn",
            ),
            (
                "<Rod>\n<Post><Id>a & b</Id></Post></Rod>",
                "(ved linje 2): et & står alene; skriv &amp;",
            ),
            ("<Anden/>", "<Rod>"),
            ("<Rod/><Rod/>", "<Rod>"),
            ("<Rod>tekst</Rod>", "gyldig XML (ved linje 1): der står tekst uden for elementerne"),
            ("<!DOCTYPE Rod [<!ENTITY a 'b'>]><Rod/>", "DTD"),
            (&deep, "for dybt"),
        ] {
            let error = read(text.as_bytes()).1.unwrap_err();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }
}
