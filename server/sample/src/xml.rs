//! A delivery as XML: one element per record, its fields as child elements.

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use crate::stock::{DELETED, FIELDS, Line, Stock};

/// Position of the target groups among the fields.
const REASONS: usize = 7;

/// The document. It is text throughout: a record's bytes that are none are replaced, and no field
/// is lost or too many.
pub fn document(stock: &Stock<'_>) -> Vec<u8> {
    let out = Vec::with_capacity(stock.lines.len() * 400 + 200);
    let mut document = Document(Writer::new_with_indent(out, b' ', 2));
    document.event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)));
    document.within("Leverance", |document| {
        stock.lines.iter().for_each(|line| document.record(line));
    });
    document.0.into_inner()
}

struct Document(Writer<Vec<u8>>);

impl Document {
    /// Writing into memory cannot fail.
    fn event(&mut self, event: Event<'_>) {
        let _ = self.0.write_event(event);
    }

    fn within(&mut self, name: &str, inner: impl FnOnce(&mut Self)) {
        self.event(Event::Start(BytesStart::new(name)));
        inner(self);
        self.event(Event::End(BytesEnd::new(name)));
    }

    fn record(&mut self, line: &Line) {
        self.within("Ydelse", |document| {
            for (at, name) in FIELDS.iter().enumerate() {
                let text = String::from_utf8_lossy(&line.fields[at]);
                match at {
                    REASONS => document.reasons(name, &text),
                    _ => document.field(name, &text),
                }
            }
            if line.deleted {
                document.field(DELETED, "J");
            }
        });
    }

    fn field(&mut self, name: &str, text: &str) {
        if text.is_empty() {
            return self.event(Event::Empty(BytesStart::new(name)));
        }
        self.within(name, |document| document.event(Event::Text(BytesText::new(text))));
    }

    fn reasons(&mut self, name: &str, text: &str) {
        self.within(name, |document| {
            let codes = text.split('|').filter(|code| !code.is_empty());
            codes.for_each(|code| document.field("Maalgruppe", code));
        });
    }
}
