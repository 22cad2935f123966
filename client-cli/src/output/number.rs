//! Numbers and days as people of a language read them, and as programs do.

/// The Windows number of English.
pub const ENGLISH: u32 = 1033;

/// As people of a language (a Windows number) read it: `1.234,5`, in English `1,234.5`.
#[must_use]
pub fn in_language(value: f64, decimals: u8, language: u32) -> String {
    let danish = danish(value, decimals);
    if language != ENGLISH {
        return danish;
    }
    let swapped = danish.chars().map(|one| match one {
        '.' => ',',
        ',' => '.',
        one => one,
    });
    swapped.collect()
}

/// With `.` between thousands and a decimal comma: `1.234,5`.
#[must_use]
pub fn danish(value: f64, decimals: u8) -> String {
    if !value.is_finite() {
        return String::new();
    }
    let plain = format!("{:.*}", usize::from(decimals), value.abs());
    let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
    let is_zero = plain.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    let mut text = String::with_capacity(plain.len() + plain.len() / 3 + 1);
    if value < 0.0 && !is_zero {
        text.push('-');
    }
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place) % 3 == 0 {
            text.push('.');
        }
        text.push(digit);
    }
    if !fraction.is_empty() {
        text.push(',');
        text.push_str(fraction);
    }
    text
}

/// Days since 1970-01-01 as `2026-10-31`.
#[must_use]
pub fn date(day: i32) -> String {
    const EPOCH: jiff::civil::Date = jiff::civil::date(1970, 1, 1);
    let days = jiff::SignedDuration::from_hours(i64::from(day) * 24);
    EPOCH.saturating_add(days).to_string()
}

/// `2026-10-31` as `31.10.2026`.
#[must_use]
pub fn danish_date(day: &str) -> String {
    match day.split('-').collect::<Vec<_>>()[..] {
        [year, month, day] => format!("{day}.{month}.{year}"),
        _ => day.to_owned(),
    }
}

/// `2026-10-31` as people of a language (a Windows number) read it: `31.10.2026`, in English
/// `10/31/2026`.
#[must_use]
pub fn date_in_language(day: &str, language: u32) -> String {
    match day.split('-').collect::<Vec<_>>()[..] {
        [year, month, day] if language == ENGLISH => {
            format!("{}/{}/{year}", month.trim_start_matches('0'), day.trim_start_matches('0'))
        }
        _ => danish_date(day),
    }
}

/// The same of a day and a time of RFC 3339: `31.10.2026 08:00:00Z`.
#[must_use]
pub fn danish_time(time: &str) -> String {
    match time.split_once('T') {
        Some((day, clock)) => format!("{} {clock}", danish_date(day)),
        None => time.to_owned(),
    }
}

/// All digits, with a decimal comma: `1234,56`.
#[must_use]
pub fn raw(value: f64) -> String {
    if value.is_finite() { value.to_string().replace('.', ",") } else { String::new() }
}

/// All digits, with the decimal sign of a language (a Windows number).
#[must_use]
pub fn raw_in_language(value: f64, language: u32) -> String {
    if language == ENGLISH && value.is_finite() { value.to_string() } else { raw(value) }
}

/// A JSON number: whole numbers without `.0`, and no number that JSON does not have.
#[must_use]
pub fn json(value: f64) -> serde_json::Value {
    const EXACT: f64 = (1_u64 << 53) as f64;
    if value.fract() == 0.0 && value.abs() < EXACT {
        (value as i64).into()
    } else {
        serde_json::Number::from_f64(value).map_or(serde_json::Value::Null, Into::into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_in_danish() {
        for (value, decimals, shown) in [
            (0.0, 0, "0"),
            (999.0, 0, "999"),
            (1234.0, 0, "1.234"),
            (1_234_567.891, 2, "1.234.567,89"),
            (-1234.5, 1, "-1.234,5"),
            (-0.001, 2, "0,00"),
            (f64::NAN, 0, ""),
        ] {
            assert_eq!(danish(value, decimals), shown);
        }
    }

    #[test]
    fn numbers_are_shown_in_english() {
        assert_eq!(in_language(-1_234_567.891, 2, ENGLISH), "-1,234,567.89");
        assert_eq!(in_language(1234.5, 1, 1030), "1.234,5");
        assert_eq!(date_in_language("2026-03-09", ENGLISH), "3/9/2026");
        assert_eq!(date_in_language("2026-03-09", 0), "09.03.2026");
        assert_eq!(raw_in_language(1234.5, ENGLISH), "1234.5");
        assert_eq!(raw_in_language(1234.5, 0), "1234,5");
    }

    #[test]
    fn raw_numbers_keep_all_their_digits() {
        assert_eq!(raw(1234.0), "1234");
        assert_eq!(raw(0.125), "0,125");
        assert_eq!(json(1234.0).to_string(), "1234");
        assert_eq!(json(-0.5).to_string(), "-0.5");
        assert_eq!(json(f64::INFINITY).to_string(), "null");
    }
}
