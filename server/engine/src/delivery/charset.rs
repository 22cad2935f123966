//! The character sets in which a delivery can come. Everything behind this reads UTF-8.

use std::borrow::Cow;

use encoding_rs::WINDOWS_1252;

/// How bytes are text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charset {
    /// UTF-8.
    Utf8,
    /// What older Windows programs write.
    Windows1252,
}

impl Charset {
    /// The character set of a name, as manifests write it.
    #[must_use]
    pub fn named(name: &str) -> Option<Charset> {
        match name {
            "utf-8" => Some(Charset::Utf8),
            "windows-1252" => Some(Charset::Windows1252),
            _ => None,
        }
    }

    /// The bytes in UTF-8. A byte that the character set does not have stays as it is, and so is
    /// found by whoever reads the field.
    #[must_use]
    pub fn in_utf8(self, bytes: &[u8]) -> Cow<'_, [u8]> {
        match self {
            Charset::Utf8 => Cow::Borrowed(bytes),
            Charset::Windows1252 if bytes.is_ascii() => Cow::Borrowed(bytes),
            Charset::Windows1252 => Cow::Owned(from_windows_1252(bytes)),
        }
    }
}

fn from_windows_1252(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(bytes.len() + bytes.len() / 8);
    for piece in bytes.chunk_by(|left, right| is_undefined(*left) == is_undefined(*right)) {
        if is_undefined(piece[0]) {
            text.extend_from_slice(piece);
        } else {
            text.extend_from_slice(WINDOWS_1252.decode_without_bom_handling(piece).0.as_bytes());
        }
    }
    text
}

/// The five bytes to which Windows-1252 gives no character.
fn is_undefined(byte: u8) -> bool {
    matches!(byte, 0x81 | 0x8D | 0x8F | 0x90 | 0x9D)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_1252_becomes_utf_8() {
        let text = Charset::Windows1252.in_utf8(b"\xC6bleh\xF8jen \x80 \x96;x");
        assert_eq!(&*text, "Æblehøjen € –;x".as_bytes());
        for charset in [Charset::Utf8, Charset::Windows1252] {
            assert!(matches!(charset.in_utf8(b"a;b"), Cow::Borrowed(b"a;b")));
        }
    }

    #[test]
    fn a_byte_without_a_character_is_no_text() {
        let text = Charset::Windows1252.in_utf8(b"\xE5;\x81\x9D;\xE5");
        assert_eq!(&*text, b"\xC3\xA5;\x81\x9D;\xC3\xA5");
        assert!(std::str::from_utf8(&text).is_err());
    }
}
