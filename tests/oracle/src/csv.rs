//! Delimited text with `;`, quoted as in RFC 4180, each record with the line an editor shows for its start.

/// One record: where it starts, and its fields as bytes.
pub(crate) struct RawRow {
    pub(crate) line: usize,
    pub(crate) fields: Vec<Vec<u8>>,
}

/// The records of a file; blank lines are no records.
pub(crate) struct RawRows {
    pub(crate) rows: Vec<RawRow>,
    /// The file ends inside a quoted field: it is cut short.
    pub(crate) ends_in_quotes: bool,
}

/// Splits the bytes of a file (a byte order mark is passed over).
pub(crate) fn split(bytes: &[u8]) -> RawRows {
    let mut reader = Reader {
        bytes: bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes),
        at: 0,
        line: 1,
        ends_in_quotes: false,
    };
    let mut rows = Vec::new();
    while reader.at < reader.bytes.len() {
        if !reader.pass_line_end() {
            rows.push(reader.row());
        }
    }
    RawRows { rows, ends_in_quotes: reader.ends_in_quotes }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    line: usize,
    ends_in_quotes: bool,
}

impl Reader<'_> {
    fn rest(&self) -> &[u8] {
        &self.bytes[self.at..]
    }

    fn is_at_line_end(&self) -> bool {
        self.rest().starts_with(b"\n") || self.rest().starts_with(b"\r\n")
    }

    fn pass_line_end(&mut self) -> bool {
        let is_end = self.is_at_line_end();
        if is_end {
            self.at += if self.bytes[self.at] == b'\r' { 2 } else { 1 };
            self.line += 1;
        }
        is_end
    }

    fn row(&mut self) -> RawRow {
        let line = self.line;
        let mut fields = vec![self.field()];
        while self.at < self.bytes.len() && !self.pass_line_end() {
            self.at += 1; // the `;` that ended the field
            fields.push(self.field());
        }
        RawRow { line, fields }
    }

    fn field(&mut self) -> Vec<u8> {
        let mut field = Vec::new();
        if self.rest().starts_with(b"\"") {
            self.quoted(&mut field);
        }
        while self.at < self.bytes.len() && self.bytes[self.at] != b';' && !self.is_at_line_end() {
            field.push(self.bytes[self.at]);
            self.at += 1;
        }
        field
    }

    fn quoted(&mut self, field: &mut Vec<u8>) {
        self.at += 1;
        loop {
            match self.rest() {
                [] => {
                    self.ends_in_quotes = true;
                    return;
                }
                [b'"', b'"', ..] => {
                    field.push(b'"');
                    self.at += 2;
                }
                [b'"', ..] => {
                    self.at += 1;
                    return;
                }
                [byte, ..] => {
                    let byte = *byte;
                    self.line += usize::from(byte == b'\n');
                    field.push(byte);
                    self.at += 1;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_quotes_blank_lines_and_line_numbers() {
        let raw = split(b"\xef\xbb\xbfa;b\r\n\r\n\"x;\"\"\ny\";2\n;\nlast");
        let rows: Vec<(usize, Vec<String>)> = raw
            .rows
            .iter()
            .map(|row| {
                (
                    row.line,
                    row.fields.iter().map(|f| String::from_utf8(f.clone()).unwrap()).collect(),
                )
            })
            .collect();
        let row = |line, fields: &[&str]| {
            (line, fields.iter().map(|f| (*f).to_owned()).collect::<Vec<_>>())
        };
        assert_eq!(
            rows,
            [row(1, &["a", "b"]), row(3, &["x;\"\ny", "2"]), row(5, &["", ""]), row(6, &["last"])]
        );
        assert!(!raw.ends_in_quotes);
        assert!(split(b"a;\"b").ends_in_quotes);
    }
}
