//! Deliveries in XML: root `<Leverance>`, one `<Ydelse>` per record, a child element for each field.
//!
//! The smallest reader that does: elements, text, the five named entities and numbered ones, CDATA,
//! comments and processing instructions. Attributes are passed over. A document type, or elements
//! that do not nest, make the file one that cannot be trusted.

use std::collections::BTreeMap;

/// One `<Ydelse>`: the line it begins in, and its fields as bytes.
pub(crate) struct Element {
    pub(crate) line: usize,
    pub(crate) fields: BTreeMap<String, Vec<u8>>,
}

/// What a file is made of.
enum Event {
    Open(String, usize),
    Close(String),
    Text(Vec<u8>),
}

/// The records of a file, or why it is no such file.
pub(crate) fn read(bytes: &[u8]) -> Result<Vec<Element>, String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut path: Vec<String> = Vec::new();
    let mut elements = Vec::new();
    let mut has_root = false;
    for event in events(bytes)? {
        match event {
            Event::Open(name, line) => {
                path.push(name);
                has_root |= path.len() == 1;
                open(&path, line, &mut elements)?;
            }
            Event::Close(name) => {
                if path.pop() != Some(name) {
                    return Err("elements do not nest".to_owned());
                }
            }
            Event::Text(text) => take_text(&path, text, &mut elements)?,
        }
    }
    if !path.is_empty() || !has_root {
        return Err("the file is truncated".to_owned());
    }
    Ok(elements)
}

fn open(path: &[String], line: usize, elements: &mut Vec<Element>) -> Result<(), String> {
    match path.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["Leverance"] => {}
        [_] => return Err("the root is not Leverance".to_owned()),
        ["Leverance", "Ydelse"] => elements.push(Element { line, fields: BTreeMap::new() }),
        ["Leverance", "Ydelse", field] => {
            let last = elements.last_mut().ok_or("a field outside Ydelse")?;
            last.fields.entry((*field).to_owned()).or_default();
        }
        ["Leverance", "Ydelse", "Maalgrupper", "Maalgruppe"] => {
            let last = elements.last_mut().ok_or("a field outside Ydelse")?;
            let codes = last.fields.entry("Maalgrupper".to_owned()).or_default();
            if !codes.is_empty() {
                codes.push(b'|');
            }
        }
        _ => {}
    }
    Ok(())
}

fn take_text(path: &[String], text: Vec<u8>, elements: &mut [Element]) -> Result<(), String> {
    let is_blank = text.iter().all(u8::is_ascii_whitespace);
    match path.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] if is_blank => Ok(()),
        [] => Err("text outside the root".to_owned()),
        ["Leverance", "Ydelse", "Maalgrupper"] => Ok(()),
        ["Leverance", "Ydelse", field]
        | ["Leverance", "Ydelse", field @ "Maalgrupper", "Maalgruppe"] => {
            let last = elements.last_mut().ok_or("a field outside Ydelse")?;
            last.fields.entry((*field).to_owned()).or_default().extend(text);
            Ok(())
        }
        _ => Ok(()),
    }
}

fn events(bytes: &[u8]) -> Result<Vec<Event>, String> {
    let mut events = Vec::new();
    let (mut at, mut line) = (0, 1);
    while at < bytes.len() {
        let rest = &bytes[at..];
        let length = if rest.starts_with(b"<!--") {
            through(rest, b"-->")?
        } else if rest.starts_with(b"<![CDATA[") {
            let length = through(rest, b"]]>")?;
            events.push(Event::Text(rest[9..length - 3].to_vec()));
            length
        } else if rest.starts_with(b"<?") {
            through(rest, b"?>")?
        } else if rest.starts_with(b"<!") {
            return Err("a document type is not read".to_owned());
        } else if rest.starts_with(b"<") {
            let length = through(rest, b">")?;
            tag(&rest[1..length - 1], line, &mut events)?;
            length
        } else {
            let length = rest.iter().position(|byte| *byte == b'<').unwrap_or(rest.len());
            events.push(Event::Text(unescape(&rest[..length])?));
            length
        };
        line += rest[..length].iter().filter(|byte| **byte == b'\n').count();
        at += length;
    }
    Ok(events)
}

/// The length of what ends with `end`.
fn through(bytes: &[u8], end: &[u8]) -> Result<usize, String> {
    let place = bytes.windows(end.len()).position(|window| window == end);
    place.map(|place| place + end.len()).ok_or_else(|| "the file is truncated".to_owned())
}

fn tag(inside: &[u8], line: usize, events: &mut Vec<Event>) -> Result<(), String> {
    let text = std::str::from_utf8(inside).map_err(|_| "a name is not text".to_owned())?;
    if let Some(name) = text.strip_prefix('/') {
        events.push(Event::Close(name.trim_end().to_owned()));
        return Ok(());
    }
    let name = text.trim_end_matches('/').split_whitespace().next();
    let name = name.ok_or("an element without a name")?.to_owned();
    events.push(Event::Open(name.clone(), line));
    if text.ends_with('/') {
        events.push(Event::Close(name));
    }
    Ok(())
}

/// Entities as what they stand for. Bytes that are no text are left for the field to be rejected by.
fn unescape(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let mut text = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] != b'&' {
            text.push(bytes[at]);
            at += 1;
            continue;
        }
        let length = through(&bytes[at..], b";")?;
        let name = String::from_utf8_lossy(&bytes[at + 1..at + length - 1]).into_owned();
        let letter = entity(&name).ok_or_else(|| format!("the entity {name} is not known"))?;
        text.extend(letter.to_string().bytes());
        at += length;
    }
    Ok(text)
}

fn entity(name: &str) -> Option<char> {
    match name {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix('x') {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_fields_and_lines() {
        let text = "<?xml version=\"1.0\"?>\n<Leverance>\n<!-- a > b -->\n<Ydelse a=\"1\">\n\
                    <CPR>61&#48;180</CPR><OpholdsstedId/><Navn>a &lt; b<![CDATA[ & c]]></Navn>\n\
                    <Maalgrupper><Maalgruppe>1.1</Maalgruppe> <Maalgruppe>1.2</Maalgruppe></Maalgrupper>\n\
                    </Ydelse>\n<Ydelse></Ydelse></Leverance>\n";
        let elements = read(text.as_bytes()).unwrap();
        let fields = |place: usize| {
            elements[place]
                .fields
                .iter()
                .map(|(name, value)| format!("{name}={}", String::from_utf8_lossy(value)))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            fields(0),
            ["CPR=610180", "Maalgrupper=1.1|1.2", "Navn=a < b & c", "OpholdsstedId="]
        );
        assert_eq!(fields(1), Vec::<String>::new());
        assert_eq!((elements[0].line, elements[1].line), (4, 8));
    }

    #[test]
    fn files_that_are_no_deliveries() {
        for wrong in [
            "",
            "<Leverance>",
            "<Leverance><Ydelse></Leverance></Ydelse>",
            "<Andet></Andet>",
            "<!DOCTYPE x><Leverance></Leverance>",
            "<Leverance>&x;</Leverance>",
            "text<Leverance/>",
        ] {
            assert!(read(wrong.as_bytes()).is_err(), "{wrong}");
        }
    }
}
