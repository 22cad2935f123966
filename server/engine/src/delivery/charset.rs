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

    /// Its name, as manifests write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Charset::Utf8 => "utf-8",
            Charset::Windows1252 => "windows-1252",
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

/// That a file is not in UTF-16, which Excel calls *Unicode-tekst*; no delivery can be.
///
/// # Errors
/// It is: the reason, and what to do, in Danish.
pub fn not_utf16(bytes: &[u8]) -> Result<(), String> {
    let marked = bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]);
    let every_other_is_zero =
        |first: usize| bytes.len() >= 4 && bytes[first] == 0 && bytes[first + 2] == 0;
    if marked || every_other_is_zero(0) || every_other_is_zero(1) {
        return Err("filen er i tegnsættet UTF-16; gem den som UTF-8".to_owned());
    }
    Ok(())
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
    fn utf_16_is_told_apart() {
        for wrong in [&b"\xFF\xFEa\0"[..], b"\xFE\xFF\0a", b"a\0b\0", b"\0a\0b"] {
            assert!(not_utf16(wrong).unwrap_err().contains("UTF-8"));
        }
        for right in ["", "a", "a;b\n", "\u{feff}æ"] {
            assert_eq!(not_utf16(right.as_bytes()), Ok(()));
        }
    }

    #[test]
    fn a_byte_without_a_character_is_no_text() {
        let text = Charset::Windows1252.in_utf8(b"\xE5;\x81\x9D;\xE5");
        assert_eq!(&*text, b"\xC3\xA5;\x81\x9D;\xC3\xA5");
        assert!(std::str::from_utf8(&text).is_err());
    }
}
