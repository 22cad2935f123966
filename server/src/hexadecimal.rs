//! Bytes as people read them.

/// Small hexadecimal digits, two for each byte.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(|digit| DIGITS[usize::from(digit)] as char).collect()
}

#[cfg(test)]
mod tests {
    use super::hexadecimal;

    #[test]
    fn each_byte_is_two_small_digits() {
        assert_eq!(hexadecimal(&[0, 9, 10, 0xa0, 0xff]), "00090aa0ff");
        assert_eq!(hexadecimal(&[]), "");
    }
}
