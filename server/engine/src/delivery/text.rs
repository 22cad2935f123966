//! A file as text while it is read: UTF-8, a piece at a time, with its lines counted.

use std::io::{self, BufRead, Read};
use std::str;

use super::charset::{Charset, not_utf16};

/// Stands for bytes that are no text. It is no character of XML, so no file can mean it.
pub const NO_TEXT: char = '\u{FFFF}';

/// How many bytes are read at a time.
const PIECE: usize = 64 * 1024;

/// A file under way: never more of it than one piece is in memory.
pub struct Text<R> {
    file: R,
    charset: Charset,
    /// Bytes in UTF-8 that are not text yet: the beginning of a character that goes on behind them.
    pending: Vec<u8>,
    ready: String,
    /// Of what is ready, what has been taken.
    taken: usize,
    ended: bool,
    line: u64,
    after_return: bool,
}

impl<R: Read> Text<R> {
    /// Begins to read.
    ///
    /// # Errors
    /// The file is in UTF-16, or its beginning cannot be read: the reason, in Danish.
    pub fn open(mut file: R, charset: Charset) -> Result<Text<R>, String> {
        let mut head = Vec::new();
        (&mut file).take(4).read_to_end(&mut head).map_err(|error| error.to_string())?;
        not_utf16(&head)?;
        let pending = charset.in_utf8(&head).into_owned();
        let (ready, taken, ended) = (String::new(), 0, false);
        Ok(Text { file, charset, pending, ready, taken, ended, line: 1, after_return: false })
    }

    /// In what character set the file is said to be.
    #[must_use]
    pub fn charset(&self) -> Charset {
        self.charset
    }

    /// The line of what comes next, as an editor counts, from 1.
    #[must_use]
    pub fn line(&self) -> u64 {
        self.line
    }

    fn refill(&mut self) -> io::Result<()> {
        self.ready.clear();
        self.taken = 0;
        let mut piece = Vec::new();
        while self.ready.is_empty() && !self.ended {
            piece.clear();
            let read = (&mut self.file).take(PIECE as u64).read_to_end(&mut piece)?;
            self.ended = read == 0;
            self.pending.extend_from_slice(&self.charset.in_utf8(&piece));
            self.decode();
        }
        Ok(())
    }

    /// Makes text of what is pending, as far as its characters are whole.
    fn decode(&mut self) {
        let mut rest = self.pending.as_slice();
        while !rest.is_empty() {
            let valid = match str::from_utf8(rest) {
                Ok(_) => rest.len(),
                Err(error) => error.valid_up_to(),
            };
            self.ready.push_str(str::from_utf8(&rest[..valid]).unwrap_or_default());
            rest = &rest[valid..];
            let wrong = str::from_utf8(rest).err().map(|error| error.error_len());
            match wrong {
                None => {}
                Some(None) if !self.ended => break,
                Some(wrong) => {
                    self.ready.push(NO_TEXT);
                    rest = &rest[wrong.unwrap_or(rest.len())..];
                }
            }
        }
        let left = rest.len();
        self.pending.drain(..self.pending.len() - left);
    }
}

impl<R: Read> Read for Text<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}

impl<R: Read> BufRead for Text<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.taken == self.ready.len() {
            self.refill()?;
        }
        Ok(&self.ready.as_bytes()[self.taken..])
    }

    fn consume(&mut self, amount: usize) {
        for byte in &self.ready.as_bytes()[self.taken..self.taken + amount] {
            let ends = *byte == b'\r' || *byte == b'\n' && !self.after_return;
            self.line += u64::from(ends);
            self.after_return = *byte == b'\r';
        }
        self.taken += amount;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives a few bytes at a time, as a slow disk may.
    struct Slow<'a>(&'a [u8], usize);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let few = self.1.min(buffer.len());
            self.0.read(&mut buffer[..few])
        }
    }

    fn text(bytes: &[u8], charset: Charset, few: usize) -> (String, u64) {
        let mut text = Text::open(Slow(bytes, few), charset).unwrap();
        let mut all = String::new();
        text.read_to_string(&mut all).unwrap();
        (all, text.line())
    }

    #[test]
    fn characters_and_lines_are_the_same_wherever_a_piece_ends() {
        // Longer than a piece, with characters of one to four bytes and every kind of line.
        let long = "aæ€𝄞\r\nb\rc\n\n".repeat(PIECE / 8);
        let lines = 4 * (PIECE as u64 / 8) + 1;
        for few in [1, 2, 3, 7, PIECE - 1, PIECE, PIECE + 1] {
            assert_eq!(text(long.as_bytes(), Charset::Utf8, few), (long.clone(), lines), "{few}");
        }
        for shift in 0..4 {
            let shifted = "x".repeat(shift) + &long;
            assert_eq!(text(shifted.as_bytes(), Charset::Utf8, PIECE).0, shifted);
        }
    }

    #[test]
    fn windows_1252_and_bytes_that_are_no_text() {
        let found = text(b"\xC6b\x81\xE5\r\n", Charset::Windows1252, 1);
        assert_eq!(found, ("Æb\u{FFFF}å\r\n".to_owned(), 2));
        for (bytes, expected) in [
            (&b"a\xE6b"[..], "a\u{FFFF}b"),
            (b"a\xC3", "a\u{FFFF}"),
            (b"a\xE2\x82", "a\u{FFFF}"),
            (b"\x80\x80c", "\u{FFFF}\u{FFFF}c"),
            (b"", ""),
        ] {
            for few in [1, 2, 100] {
                assert_eq!(text(bytes, Charset::Utf8, few).0, expected);
            }
        }
    }

    #[test]
    fn utf_16_is_refused_from_the_beginning() {
        assert!(
            Text::open(&b"\xFF\xFE<\0"[..], Charset::Utf8).is_err_and(|no| no.contains("UTF-16"))
        );
    }
}
