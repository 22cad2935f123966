//! Bytes as people read them.

pub(crate) use terning_engine::delivery::hexadecimal;

#[cfg(test)]
mod tests {
    use super::hexadecimal;

    #[test]
    fn each_byte_is_two_small_digits() {
        assert_eq!(hexadecimal(&[0, 9, 10, 0xa0, 0xff]), "00090aa0ff");
        assert_eq!(hexadecimal(&[]), "");
    }
}
