//! Formats with what they make of values, worked out by hand.

use proptest::prelude::*;

use super::*;

fn english(format: &str, value: Shown<'_>) -> String {
    Format::new(format, Language::English).show(value)
}

fn danish(format: &str, value: Shown<'_>) -> String {
    Format::new(format, Language::Danish).show(value)
}

/// Checks what formats make of numbers.
fn numbers(language: Language, table: &[(&str, f64, &str)]) {
    for &(format, number, expected) in table {
        let shown = Format::new(format, language).show(Shown::Number(number));
        assert_eq!(shown, expected, "{format} of {number}");
    }
}

#[test]
fn named_formats() {
    numbers(
        Language::English,
        &[
            ("", 196_770.888, "196,770.888"),
            ("", 5.0, "5"),
            ("", 0.0, "0"),
            ("", -0.0004, "0"),
            ("", 1234.5, "1,234.5"),
            ("Standard", 2.5, "2.50"),
            ("Standard", 266_773.0, "266,773"),
            ("STANDARD", -1234.4, "-1,234.40"),
            ("Currency", 39_431.67, "$39,431.67"),
            ("Currency", -1.5, "($1.50)"),
            ("Fixed", 1234.567, "1234.57"),
            ("Fixed", 0.5, "0.50"),
            ("Percent", 0.1234, "12.34%"),
            ("Scientific", 12345.0, "1.23E+04"),
            ("Scientific", 0.00012, "1.20E-04"),
            ("Scientific", 0.0, "0.00E+00"),
            ("General Number", 1234.5678, "1234.5678"),
            ("General Number", -0.0, "0"),
            ("Yes/No", 2.0, "Yes"),
            ("yes/no", 0.0, "No"),
            ("True/False", 0.0, "False"),
            ("On/Off", 1.0, "On"),
            ("Short Date", 1.0, "12/31/1899"),
        ],
    );
    numbers(
        Language::Danish,
        &[
            ("", 1234.5, "1.234,5"),
            ("Standard", 266_773.0, "266.773"),
            ("Currency", -39_431.67, "-39.431,67 kr."),
            ("General Number", 1234.5678, "1234,5678"),
            ("Percent", 0.1234, "12,34%"),
            ("Yes/No", 1.0, "Ja"),
            ("On/Off", 0.0, "Fra"),
        ],
    );
}

#[test]
fn digits_points_and_thousands() {
    numbers(
        Language::English,
        &[
            ("#,##0.00", 1_234_567.891, "1,234,567.89"),
            ("#,##0.00", 0.5, "0.50"),
            ("#,###.00", 0.17, ".17"),
            ("#,###.00", 1000.0, "1,000.00"),
            ("#,#", 1234.0, "1,234"),
            ("#,#", 0.0, ""),
            ("#,###", 86_837.0, "86,837"),
            ("#.0", 12.34, "12.3"),
            ("#.0", 0.04, ".0"),
            ("0", 0.5, "1"),
            ("0", 0.49, "0"),
            ("0", -0.5, "-1"),
            ("0", -0.4, "0"),
            ("0.00", 1.005, "1.01"),
            ("0.00", 2.675, "2.68"),
            ("0.0", 9.96, "10.0"),
            ("0.0%", 0.12345, "12.3%"),
            ("0%", 1.0, "100%"),
            ("000", 7.0, "007"),
            ("0,000", 7.0, "0,007"),
            ("0.##", 1.5, "1.5"),
            ("0.##", 1.0, "1."),
            ("0.0#", 1.0, "1.0"),
            ("0.#0", 1.0, "1.00"),
            (".00", 12.5, "12.50"),
            ("#", 0.0, ""),
            ("000-00-0000", 123_456_789.0, "123-45-6789"),
            ("(00) 00", 123_456.0, "(1234) 56"),
            ("#,##0", 1e15, "1,000,000,000,000,000"),
            ("0", 1e21, "1000000000000000000000"),
            ("0.000", 1e-300, "0.000"),
        ],
    );
    numbers(Language::Danish, &[("#,##0.0", 1234.56, "1.234,6"), ("0.0%", -0.5, "-50,0%")]);
}

#[test]
fn scaling_literals_and_exponents() {
    numbers(
        Language::English,
        &[
            ("#,##0,", 1_234_567.0, "1,235"),
            ("0,,", 1_500_000.0, "2"),
            ("#,##0.0,,", 1_250_000.0, "1.3"),
            ("0.00,,\" mio.\"", 1_234_567.0, "1.23 mio."),
            ("$#,##0.00", 339_610.9, "$339,610.90"),
            ("$#,##0.00", -5.0, "-$5.00"),
            ("\\a0\\b", 1.0, "a1b"),
            ("0\" 0 # ; \"", 1.0, "1 0 # ; "),
            ("\"kr.\" 0", 3.0, "kr. 3"),
            ("0.0E+00", 12345.0, "1.2E+04"),
            ("0.0e-0", 12345.0, "1.2e4"),
            ("0.0e-0", 0.05, "5.0e-2"),
            ("00.0E+0", 12345.0, "12.3E+3"),
            ("0E+0", 9.6, "1E+1"),
            ("0 E", 9.0, "9 E"),
            ("0é", 9.0, "9é"),
            ("0 'x'", 1.0, "1 'x'"),
        ],
    );
}

#[test]
fn sections_by_sign() {
    let format = "#,##0;(#,##0);\"nul\";\"ingen\"";
    numbers(
        Language::English,
        &[
            (format, 1234.0, "1,234"),
            (format, -1234.0, "(1,234)"),
            (format, 0.0, "nul"),
            ("0.0;-0.00", -1.0, "-1.00"),
            ("0.0;-0.00", 0.0, "0.0"),
            ("0;;\"-\"", -3.0, "-3"),
            ("0;;\"-\"", 0.0, "-"),
            ("0;", -3.0, "-3"),
            ("0;0;0;0;0", -3.0, "3"),
        ],
    );
    assert_eq!(english(format, Shown::Empty), "ingen");
    assert_eq!(english("0;0;0", Shown::Empty), "");
    assert_eq!(english("", Shown::Empty), "");
    assert_eq!(english("Standard", Shown::Empty), "");
}

#[test]
fn days() {
    let day = Shown::Day(Day::from_ymd(2026, 1, 5).unwrap());
    for (format, in_english, in_danish) in [
        ("yyyy-mm-dd", "2026-01-05", "2026-01-05"),
        ("d. mmmm yyyy", "5. January 2026", "5. januar 2026"),
        ("ddd dddd", "Mon Monday", "man mandag"),
        ("mmm yy", "Jan 26", "jan 26"),
        ("m/d", "1/5", "1/5"),
        ("\\Q\\u\\g\\e w, q. \"kvartal\"", "Quge 2, 1. kvartal", "Quge 1, 1. kvartal"),
        ("ww", "2", "2"),
        ("y", "5", "5"),
        ("yyyy\\m", "2026m", "2026m"),
        ("hh:mm:ss", "00:00:00", "00:00:00"),
        ("h:nn AM/PM", "12:00 AM", "12:00 AM"),
        ("Short Date", "1/5/2026", "05.01.2026"),
        ("Long Date", "Monday, January 5, 2026", "5. januar 2026"),
        ("Medium Date", "05-Jan-26", "5. jan 2026"),
        ("", "1/5/2026", "05.01.2026"),
        ("#,##0", "1/5/2026", "05.01.2026"),
    ] {
        assert_eq!(english(format, day), in_english, "{format}");
        assert_eq!(danish(format, day), in_danish, "{format}");
    }
    // A number is a day of Visual Basic's calendar, its fraction the time of the day.
    numbers(
        Language::English,
        &[
            ("yyyy-mm-dd hh:nn:ss", 46_027.75, "2026-01-05 18:00:00"),
            ("h:nn am/pm", 0.75, "6:00 pm"),
            ("h:nn A/P", 0.5, "12:00 P"),
            ("yyyy-mm-dd", 1e12, "1000000000000"),
        ],
    );
}

#[test]
fn texts_and_truths() {
    for (format, text, expected) in [
        (">", "Århus", "ÅRHUS"),
        ("<", "Århus", "århus"),
        ("@@@@", "ab", "  ab"),
        ("!@@@@", "ab", "ab  "),
        ("&&&&", "ab", "ab"),
        ("@@@-@@@", "12345678", "12345-678"),
        ("@@;\"tom\"", "", "tom"),
        ("@@;\"tom\"", "x", " x"),
        ("#,##0", "x", "x"),
        ("", "x", "x"),
        ("Standard", "x", "x"),
    ] {
        assert_eq!(danish(format, Shown::Text(text)), expected, "{format} of {text:?}");
    }
    assert_eq!(danish("Yes/No", Shown::Truth(true)), "Ja");
    assert_eq!(danish("", Shown::Truth(false)), "Falsk");
    assert_eq!(english("0.00", Shown::Truth(true)), "True");
}

#[test]
fn decimals_are_a_format() {
    let shown =
        |decimals| Format::of_decimals(decimals, Language::Danish).show(Shown::Number(1234.5));
    assert_eq!([shown(0), shown(1), shown(3)], ["1.235", "1.234,5", "1.234,500"]);
}

#[test]
fn languages_have_tags() {
    assert_eq!(Language::of_tag("da-DK"), Some(Language::Danish));
    assert_eq!(Language::of_tag("EN"), Some(Language::English));
    assert_eq!(Language::of_tag("1033"), Some(Language::English));
    assert_eq!(Language::of_tag("xx"), None);
}

fn any_format() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "0", "#", ",", ".", ";", "%", "E+0", "e-", "\"", "\\", "$", "-", "(", " ", "y", "mm",
        "dddd", "h", "AM/PM", "@", "&", ">", "!", "æ", "🎲", "0.0", "#,##0",
    ]);
    prop::collection::vec(pieces, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    /// Whatever a format holds, a text comes out, and it is not much longer than format and value.
    #[test]
    fn no_format_blows_up(format in any_format(), number in any::<f64>(), text in ".{0,20}") {
        for language in [Language::Danish, Language::English] {
            let read = Format::new(&format, language);
            let day = Shown::Day(Day(number as i32));
            for value in [Shown::Number(number), day, Shown::Text(&text), Shown::Empty, Shown::Truth(true)] {
                let shown = read.show(value).chars().count();
                // The longest word of a day has nine letters; a number has up to 309 digits, some apart.
                prop_assert!(shown <= 10 * format.len() + 2 * text.len() + 500, "{format}");
            }
        }
    }

    /// With decimals enough, what is shown is the number: to half a unit of the last decimal, and to
    /// the distance between numbers of that size, since neither is exact in binary.
    #[test]
    fn what_is_shown_is_the_number(number in -1e6..1e6_f64) {
        let shown = Format::new("0.000000", Language::English).show(Shown::Number(number));
        let read: f64 = shown.parse().unwrap();
        prop_assert!((read - number).abs() <= 0.5e-6 + 1e6 * f64::EPSILON);
        let rounded = Format::new("0", Language::English).show(Shown::Number(number));
        prop_assert_eq!(rounded.parse::<f64>().unwrap().abs(), number.abs().round());
    }

    /// Thousands apart do not change the digits.
    #[test]
    fn separators_are_all_that_groups_add(number in 0_u64..1_000_000_000_000_000) {
        let shown = Format::new("#,##0", Language::English).show(Shown::Number(number as f64));
        prop_assert_eq!(shown.replace(',', ""), number.to_string());
        let (first, rest) = shown.split_once(',').unwrap_or((&shown, ""));
        prop_assert!((1..=3).contains(&first.len()));
        prop_assert!(rest.is_empty() || rest.split(',').all(|group| group.len() == 3));
    }
}
