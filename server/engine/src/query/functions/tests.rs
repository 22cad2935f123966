//! What functions of texts, numbers, days and names give: worked out by hand, or by a law.

use proptest::prelude::*;

use crate::query::bind::fixture::{view, view_of_153, view_of_rows};
use crate::query::cellset::Special;
use crate::query::{Answer, Cancel, Limits, QueryError, Question, View, answer};

fn asked(view: View, text: &str) -> Result<Answer, QueryError> {
    answer(&[view], &Question::Mdx(text), &Limits::default(), &Cancel::default())
}

/// The one cell of a formula, on a view.
fn seen(view: View, formula: &str) -> String {
    let text =
        format!("WITH MEMBER [Measures].[x] AS {formula} SELECT FROM Voksne WHERE [Measures].[x]");
    let cells = match asked(view, &text) {
        Ok(answer) => answer.cells,
        Err(error) => return format!("! {}", error.message),
    };
    match (cells.values.first(), cells.special.get(&0)) {
        (None, _) => "-".to_owned(),
        (Some(number), None) => number.to_string(),
        (_, Some(Special::Text(text))) => format!("'{text}'"),
        (Some(value), Some(Special::Truth(_))) => value.to_string(),
        (_, Some(Special::Day(day))) => day.to_string(),
        (_, Some(Special::Hidden)) => "*".to_owned(),
        (_, Some(Special::Error(error))) => format!("# {}", error.message),
    }
}

fn value(formula: &str) -> String {
    seen(view(), formula)
}

fn all(cases: &[(&str, &str)]) {
    let found: Vec<_> = cases.iter().map(|(formula, _)| (*formula, value(formula))).collect();
    let wrong = found.iter().zip(cases).filter(|(found, case)| found.1 != case.1);
    let wrong: Vec<_> = wrong.map(|(found, case)| format!("{found:?}, not {}", case.1)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn texts_are_taken_apart_from_letter_one() {
    all(&[
        ("Left('Brøndby', 3)", "'Brø'"),
        ("Left('Brøndby', 99)", "'Brøndby'"),
        ("Left('Brøndby', -1)", "# argument 2 i Left må ikke være under 0"),
        ("Right('Brøndby', 2)", "'by'"),
        ("Right('Brøndby', 0)", "''"),
        ("Mid('Brøndby', 2, 3)", "'røn'"),
        ("Mid('Brøndby', 6)", "'by'"),
        ("Mid('Brøndby', 0)", "# argument 2 i Mid skal være mindst 1"),
        ("Mid('by', 9)", "''"),
        ("Len('Æblehaven')", "9"),
        ("Len(NULL)", "0"),
        ("UCase('Brøndby')", "'BRØNDBY'"),
        ("LCase('ÆBLE')", "'æble'"),
        ("UCase(NULL)", "-"),
        ("'<' + Trim('  a b ') + '>'", "'<a b>'"),
        ("'<' + LTrim('  a ') + '>'", "'<a >'"),
        ("'<' + RTrim('  a ') + '>'", "'<  a>'"),
        ("StrReverse('røg')", "'gør'"),
        ("'<' + Space(2) + '>'", "'<  >'"),
        ("String(3, '*-')", "'***'"),
        ("String(2, 65)", "'AA'"),
        ("Chr(230)", "'æ'"),
        ("Chr(-1)", "# der er intet tegn med nummer -1"),
        ("Asc('æble')", "230"),
    ]);
}

#[test]
fn texts_are_found_and_replaced_case_aside() {
    all(&[
        ("InStr('Brøndby', 'by')", "6"),
        ("InStr('Brøndby', 'BY')", "6"),
        ("InStr(1, 'Brøndby', 'BY', 0)", "0"),
        ("InStr('Brøndby', 'BY', 0)", "0"),
        ("InStr('Brøndby', 'x')", "0"),
        ("InStr(2, 'banan', 'an')", "2"),
        ("InStr(3, 'banan', 'an')", "4"),
        ("InStr(9, 'banan', 'an')", "0"),
        ("InStr('', 'a')", "0"),
        ("InStr('abc', '')", "1"),
        ("InStr(0, 'abc', 'b')", "# argument 1 i InStr skal være mindst 1"),
        ("InStrRev('banan', 'an')", "4"),
        ("InStrRev('banan', 'an', 4)", "2"),
        ("InStrRev('banan', 'x')", "0"),
        ("Replace('Nærbutik', 'BUTIK', 'shop')", "'Nærshop'"),
        ("Replace('aaaa', 'a', 'b', 2, 2)", "'bba'"),
        ("Replace('aAa', 'A', 'b', 1, -1, 0)", "'aba'"),
        ("Replace('abc', '', 'x')", "'abc'"),
        ("StrComp('a', 'B')", "-1"),
        ("StrComp('a', 'A')", "0"),
        ("StrComp('a', 'A', 0)", "1"),
    ]);
}

#[test]
fn values_are_shown_by_a_format() {
    all(&[
        ("Format(0.256, '0.0%') + ' / ' + Format(1234.5, '#,##0.00')", "'25,6% / 1.234,50'"),
        ("Format(CDate('2024-02-09'), 'd. mmmm yyyy')", "'9. februar 2024'"),
        ("Format('ab', '>')", "'AB'"),
        ("FormatNumber(1234.5, 1)", "'1.234,5'"),
        ("FormatPercent(0.256)", "'25,60%'"),
    ]);
}

#[test]
fn numbers_of_numbers() {
    all(&[
        ("Abs(-3)", "3"),
        ("Int(7.9)", "7"),
        ("Int(-7.5)", "-8"),
        ("Fix(-7.5)", "-7"),
        ("Round(2.567, 1)", "2.6"),
        ("Round(-2.5)", "-3"),
        ("Sgn(-0.1)", "-1"),
        ("Sqr(9)", "3"),
        ("Sqr(-1)", "-"),
        ("Log(1)", "0"),
        ("Log(0)", "-"),
        ("Exp(0)", "1"),
        ("Power(2, 10)", "1024"),
        ("Mod(-7, 3)", "-1"),
        ("Mod(1, 0)", "-"),
        ("Abs(NULL)", "-"),
        ("Abs('x')", "# teksten 'x' er ikke et tal"),
    ]);
}

#[test]
fn days_are_read_taken_apart_and_moved() {
    all(&[
        ("CDate('2024-02-29')", "2024-02-29"),
        ("CDate('29-02-2024')", "2024-02-29"),
        ("CDate('1.3.2024 10:30')", "2024-03-01"),
        ("CDate(45351)", "2024-02-29"),
        ("CDbl(CDate('1899-12-31'))", "1"),
        ("CDate('2023-02-29')", "# '2023-02-29' er ikke en dato"),
        ("CDate(NULL)", "-"),
        (
            "Year(CDate('2024-02-29')) * 10000 + Month('2024-02-29') * 100 + Day('2024-02-29')",
            "20240229",
        ),
        // 29 February 2024 was a Thursday.
        ("Weekday(CDate('2024-02-29'))", "5"),
        ("Weekday(CDate('2024-02-29'), 2)", "4"),
        ("DatePart('q', '2024-02-29') * 1000 + DatePart('y', '2024-02-29')", "1060"),
        ("DatePart('ww', '2024-12-30')", "1"),
        ("DatePart('h', '2024-12-30')", "# datoer har ingen klokkeslæt her"),
        ("DateAdd('m', 1, CDate('2024-01-31'))", "2024-02-29"),
        ("DateAdd('yyyy', -1, CDate('2024-02-29'))", "2023-02-28"),
        ("DateAdd('q', 1, '2024-11-30')", "2025-02-28"),
        ("DateAdd('ww', 2, '2024-02-20')", "2024-03-05"),
        ("DateAdd('d', 1, '2024-02-29')", "2024-03-01"),
        ("DateAdd('yyyy', 9000, '2024-02-29')", "# datoen ligger uden for kalenderen"),
        ("DateDiff('m', '2023-12-31', '2024-02-01')", "2"),
        ("DateDiff('yyyy', '2023-12-31', '2024-01-01')", "1"),
        ("DateDiff('q', '2024-03-31', '2024-04-01')", "1"),
        ("DateDiff('d', '2024-02-28', '2024-03-01')", "2"),
        // From Sunday to Monday.
        ("DateDiff('ww', '2024-03-03', '2024-03-04')", "1"),
        ("DateDiff('w', '2024-03-03', '2024-03-16')", "1"),
        ("DateSerial(2024, 14, 0)", "2025-01-31"),
        ("DateSerial(99999, 1, 1)", "# datoen ligger uden for kalenderen"),
        ("IsDate('2024-02-30')", "0"),
        ("IsDate('2024-02-29')", "1"),
        ("Hour(0.75) * 100 + Minute(0.51)", "1814"),
        // The fixture ends with December 2020.
        ("Now()", "2020-12-31"),
        ("Date() - CDate('2020-12-30')", "1"),
        ("IIf([Tid].[Måned].[2020-02].Member_Value >= CDate('2020-02-01'), 'ja', 'nej')", "'ja'"),
    ]);
}

#[test]
fn one_kind_of_value_becomes_another() {
    all(&[
        ("CInt('41') + 1", "42"),
        ("CInt(2.5)", "3"),
        ("CDbl('2,5') * 2", "5"),
        ("CDbl('nan')", "# teksten 'nan' er ikke et tal"),
        ("CStr(2) + '!'", "'2!'"),
        ("CStr(CDate('2024-02-29'))", "'2024-02-29'"),
        ("IIf(CBool('falsk'), 1, 2)", "2"),
        ("Val(' -12.5 dage')", "-12.5"),
        ("Val('dage')", "0"),
        ("IsNumeric('2.5')", "1"),
        ("IsNumeric('x')", "0"),
        ("IsNull(NULL)", "1"),
        ("IIf(IsError(CInt('x')), 'fejl', 'tal')", "'fejl'"),
        ("IIf(IsError(CInt('1')), 'fejl', 'tal')", "'tal'"),
    ]);
}

#[test]
fn members_levels_and_hierarchies_tell_of_themselves() {
    all(&[
        ("[Tid].[Kalender].[2020K1].Name", "'2020K1'"),
        ("[Handle kommune].[Kommune].[Brøndby].Member_Key", "'153'"),
        ("[Tid].[Kvartal].[2020K1].Member_Value", "2020-01-01"),
        ("[Køn].[Mand].Member_Value", "'Mand'"),
        ("[Tid].[Kalender].[2020K1].Level_Number", "2"),
        ("[Tid].[Kalender].[2020K1].Level_Unique_Name", "'[Tid].[Kalender].[Kvartal]'"),
        ("[Tid].[Kalender].[2020K1].Hierarchy_Unique_Name", "'[Tid].[Kalender]'"),
        ("[Tid].[Kalender].[2020K1].Dimension_Unique_Name", "'[Tid]'"),
        ("[Tid].[Kalender].[2020K1].Parent_Unique_Name", "'[Tid].[Kalender].[År].&[2020]'"),
        ("[Tid].[Kalender].[2020].Parent_Unique_Name", "'[Tid].[Kalender].[I alt]'"),
        ("[Tid].[Kalender].[I alt].Parent_Unique_Name", "-"),
        ("[Tid].[Kalender].[2020].Children_Cardinality", "4"),
        ("[Tid].[Kalender].[2020].Member_Type", "1"),
        ("[Tid].[Kalender].[I alt].Member_Type", "2"),
        ("[Tid].[Kalender].Levels.Count", "4"),
        ("[Tid].[Kalender].Name", "'Kalender'"),
        ("[Tid].[Kalender].[2020K1].Level.UniqueName", "'[Tid].[Kalender].[Kvartal]'"),
        ("[Tid].[Kalender].Dimension.Name", "'Tid'"),
        ("Dimensions('[Tid].[Kalender]').Levels.Count", "4"),
        ("Dimensions(0).UniqueName", "'[Measures]'"),
        ("Dimensions('findes ikke').Name", "# der er intet hierarki 'findes ikke'"),
    ]);
}

#[test]
fn properties_are_functions_of_the_member() {
    all(&[
        ("[Handle kommune].[Kommune].[Brøndby].Properties('Region')", "'Hovedstaden'"),
        ("[Handle kommune].[Kommune].[Brøndby].Properties('member_key')", "'153'"),
        ("[Handle kommune].[Kommune].[Brøndby].Properties('Level_Number', TYPED) + 1", "2"),
        // A region has several municipalities.
        ("[Handle kommune].[Region].[Hovedstaden].Properties('Kommune')", "-"),
        ("[Handle kommune].[Region].[Sjælland].Properties('Kommune')", "'Greve'"),
        ("[Køn].[Mand].Properties('Højde')", "# der er ingen egenskab 'Højde' i [Køn].[Køn]"),
    ]);
}

#[test]
fn texts_are_read_as_members_and_formulas() {
    all(&[
        ("StrToMember('[Tid].[År].[2020]').Name", "'2020'"),
        ("StrToMember('[Tid].[År].[' + '2019]').Name", "'2019'"),
        ("StrToValue('1 + 2 * 3')", "7"),
        ("StrToValue('1 + 2', CONSTRAINED)", "# med CONSTRAINED må teksten kun nævne medlemmer"),
        ("Count(NameToSet('[Tid].[År].[2020]'))", "1"),
        (
            "TupleToStr(StrToTuple('([Tid].[År].[2020], [Køn].[Mand])'))",
            "'([Tid].[År].&[2020],[Køn].[Køn].&[Mand])'",
        ),
        ("MemberToStr([Tid].[År].[2020])", "'[Tid].[År].&[2020]'"),
        (
            "TupleToStr(([Tid].[År].[2020], [Køn].[Mand]))",
            "'([Tid].[År].&[2020],[Køn].[Køn].&[Mand])'",
        ),
        ("SetToStr([Tid].[År].[År].Members)", "'{[Tid].[År].&[2019],[Tid].[År].&[2020]}'"),
        ("StrToValue(NULL)", "-"),
    ]);
}

#[test]
fn a_calculated_member_that_only_a_text_names_is_worked_out() {
    let text = "WITH MEMBER [Measures].[to] AS 2 MEMBER [Measures].[x] AS StrToValue('[Measures].[to] * 3') \
                SELECT FROM Voksne WHERE [Measures].[x]";
    assert_eq!(asked(view(), text).unwrap().cells.value(0), Some(6.0));
}

#[test]
fn a_choice_of_members_or_sets_is_one() {
    all(&[
        ("IIf(1 > 2, [Tid].[År].[2019], [Tid].[År].[2020]).Name", "'2020'"),
        ("Count(IIf(1 > 2, {[Tid].[År].[2019]}, [Tid].[År].[År].Members))", "2"),
        (
            "CASE WHEN 1 > 2 THEN [Tid].[År].[2019] ELSE [Tid].[År].[2020] END IS [Tid].[År].[2020]",
            "1",
        ),
        // The cell of a member is its value: all three citizens had services in 2020.
        ("IIf(1 < 2, [Measures].[Antal Unikke Borgere], 0)", "3"),
        ("IIf(1 < 2, NULL, [Measures].[Antal Unikke Borgere])", "-"),
        (
            "CASE 2 WHEN 1 THEN [Measures].[Antal Ydelser] ELSE [Measures].[Antal Unikke Borgere] END * 2",
            "6",
        ),
    ]);
}

#[test]
fn what_other_servers_have_is_refused_with_advice() {
    for (formula, message) in [
        (
            "LookupCube('x', 'y')",
            "LookupCube findes ikke her: en formel kan ikke spørge i en anden kube",
        ),
        ("KPIValue('x')", "KPIValue findes ikke her: kuben har ingen KPI'er"),
        ("Axis(0).Count", "Axis findes ikke her: en formel kender ikke mængden på en akse"),
        (
            "[Køn].[Køn].UnknownMember",
            "UnknownMember findes ikke her: medlemmet for en manglende nøgle har et navn",
        ),
        ("Leaves([Køn])", "Leaves findes ikke her: kuberne har ingen beregninger med SCOPE"),
        ("Rnd()", "Rnd findes ikke her: det samme spørgsmål har altid det samme svar"),
    ] {
        let found = value(formula);
        assert!(found.contains(message), "{found}");
    }
}

#[test]
fn a_restricted_view_tells_nothing_of_what_it_hides() {
    // Solgården and Æblehaven of 153 are seen; 155 has two places that are not.
    let formula = "[Opholdssted].[Steder].[Beliggenhedskommune].Members.Count";
    assert_eq!((seen(view(), formula), seen(view_of_153(), formula)), ("2".into(), "1".into()));
    let children = "[Opholdssted].[Steder].[I alt].Children_Cardinality";
    assert_eq!((seen(view(), children), seen(view_of_153(), children)), ("2".into(), "1".into()));
    let named = seen(view_of_153(), "StrToMember('[Opholdssted].[Opholdssted].&[s4]').Name");
    let never = seen(view_of_153(), "StrToMember('[Opholdssted].[Opholdssted].&[zz]').Name");
    assert_eq!(named.replace("s4", "zz"), never);
}

#[test]
fn a_place_that_may_not_be_seen_takes_no_place_among_the_others() {
    // Æblehaven and Solgården of Dragør are seen, and each is the first of its municipality.
    let some = view_of_rows([1, 2]);
    let formula = "ParallelPeriod([Opholdssted].[Steder].[Beliggenhedskommune], 1, \
                   [Opholdssted].[Steder].[Dragør].[Solgården]).Name";
    assert_eq!((value(formula), seen(some, formula)), ("'Solgården'".into(), "'Æblehaven'".into()));
}

#[test]
fn texts_are_compared_as_danish_sorts_them() {
    all(&[
        ("'ø' < 'å'", "1"),
        ("'æ' < 'å'", "1"),
        ("'Ø' < 'å'", "1"),
        ("'z' < 'æ'", "1"),
        ("'Aarhus' > 'Ærø'", "1"),
        ("'Aarhus' = 'Århus'", "0"),
        ("'ÅRHUS' = 'århus'", "1"),
        ("'b' > 'A'", "1"),
        ("StrComp('ø', 'å')", "-1"),
    ]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// A text is its first and its other letters.
    #[test]
    fn left_and_mid_make_the_text(text in "[a-zæøå ]{1,12}", at in 0_usize..14) {
        let formula = format!("Left('{text}', {at}) + Mid('{text}', {})", at + 1);
        prop_assert_eq!(value(&formula), format!("'{text}'"));
    }

    /// Going so many days on and counting them gives their number, and a day is made of its parts.
    #[test]
    fn days_are_counted_as_they_are_added(day in -60_000_i32..60_000, by in -4000_i32..4000) {
        let serial = day + 45_000;
        let diff = format!("DateDiff('d', {serial}, DateAdd('d', {by}, {serial}))");
        prop_assert_eq!(value(&diff), by.to_string());
        let parts = format!("CDbl(DateSerial(Year({serial}), Month({serial}), Day({serial})))");
        prop_assert_eq!(value(&parts), serial.to_string());
    }

    /// A set written as a text and read again is the set.
    #[test]
    fn sets_are_read_as_they_are_written(places in prop::collection::vec(0_usize..4, 1..5)) {
        let names: Vec<String> =
            places.iter().map(|place| format!("[Tid].[Kvartal].[2020K{}]", place + 1)).collect();
        let set = format!("{{{}}}", names.join(","));
        let again = format!("SetToStr(StrToSet(SetToStr({set}), CONSTRAINED))");
        prop_assert_eq!(value(&again), value(&format!("SetToStr({set})")));
        prop_assert_eq!(value(&format!("Count(StrToSet(SetToStr({set})))")), places.len().to_string());
    }
}
