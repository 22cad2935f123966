//! The cube Nøgletal: N1–N8, their numerators, and what they are made of.

use terning_oracle::Oracle;

use crate::folder::*;

const KEY_FIGURES: &str = "Nøgletal";
const N1: &str = "Antal modtagere af længerevarende ophold pr. 1000 indbyggere i alderen 18-64";
const N2: &str = "Antal modtagere af midlertidige ophold pr. 1000 indbyggere i alderen 18-64";
const N3: &str = "Gns. udgifter pr. modtager af botilbud og socialpædagogisk støtte";
const N4: &str = "Udgifter til botilbud og socialpædagogisk støtte pr. 18-64-årige";
const N5: &str = "Udgifter til længerevarende botilbud pr. 18-64-årige";
const N6: &str = "Udgifter til midlertidige botilbud pr. 18-64-årige";
const N7: &str = "Samlede udgifter til voksenhandicapydelser pr. 18-64-årige";
const N8: &str = "Udgifter til socialpædagogisk bistand i eget hjem pr. 18-64-årige";

const NUMERATORS: [&str; 8] = [
    "Modtagere, længerevarende ophold",
    "Modtagere, midlertidige ophold",
    "Helårsmodtagere, botilbud og støtte",
    "Udgifter, botilbud og støtte",
    "Udgifter, længerevarende botilbud",
    "Udgifter, midlertidige botilbud",
    "Udgifter, alle ydelser",
    "Udgifter, støtte i eget hjem",
];

fn expenses(folder: &Folder, lines: &[&str]) {
    let header = "Kommunekode;Aar;Maaned;Dranst;Hovedkonto;Hovedfunktion;Funktion;Gruppering;Hovedart;Beloeb";
    folder.reference("udgifter.csv", &format!("{header}\n{}\n", lines.join("\n")));
}

fn population(folder: &Folder, lines: &[&str]) {
    let text = format!("Kommunekode;Kvartal;Alder;Antal\n{}\n", lines.join("\n"));
    folder.reference("befolkning.csv", &text);
}

/// A value of Brøndby in 2020.
fn of_153(oracle: &Oracle, measure: &str) -> Option<f64> {
    figure(oracle, &["Handle kommune.Kommunenummer=153", "Tid.År=2020"], measure)
}

fn figure(oracle: &Oracle, filters: &[&str], measure: &str) -> Option<f64> {
    value(oracle, KEY_FIGURES, filters, measure)
}

/// 153 in 2020 (366 days): a 1.8.1 all year (Anna), a 1.12.0.2 for 183 days (Bo); 2000 inhabitants;
/// expenses on each kind of account.
fn one_municipality() -> Folder {
    let folder = Folder::of(&[
        row("a", ANNA, "1.8.1", "2020-01-01", "2020-12-31"),
        row("b", BO, "1.12.0.2", "2020-07-02", "2020-12-31"),
        row("deleted", CARLA, "1.8.1", "2020-05-01", "2020-04-01"),
    ]);
    population(
        &folder,
        &["153;2020K3;17;9", "153;2020K3;18;1500", "153;2020K3;64;500", "153;2020K3;65;9"],
    );
    expenses(
        &folder,
        &[
            "153;2020;1;1;5;38;50;1;4;1000,50",
            "153;2020;12;1;5;38;50;003;7;-0,50",
            "153;2020;3;1;5;38;51;2;4;2000",
            "153;2020;3;1;5;38;52;3;4;400",
            "153;2020;4;1;5;38;39;4;4;100",
            "153;2020;4;1;5;38;39;11;4;10",
            "153;2020;4;1;5;38;59;1;4;7000",
            // None of these is on an account of a service.
            "153;2020;4;1;5;38;50;1;0;99999",
            "153;2020;4;2;5;38;50;1;4;99999",
            "153;2020;4;1;5;38;50;4;4;99999",
            "153;2020;4;1;6;38;50;1;4;99999",
            "153;2020;4;1;5;35;50;1;4;99999",
            "153;2020;4;1;5;38;54;1;4;99999",
        ],
    );
    folder
}

#[test]
fn n1_to_n8_of_one_municipality_and_year() {
    let oracle = one_municipality().load();
    let figures = [N1, N2, N3, N4, N5, N6, N7, N8].map(|name| of_153(&oracle, name));
    let long = 1000.0 + 2000.0;
    let support = long + 400.0 + 100.0 + 10.0;
    let whole_year = 1.0 + 183.0 / 366.0;
    let per_head = |amount: f64| Some(amount / 2000.0);
    assert_eq!(
        figures,
        [
            Some(1.0 * 1000.0 / 2000.0),
            Some(0.0),
            Some(support / whole_year),
            per_head(support),
            per_head(long),
            per_head(400.0),
            per_head(support + 7000.0),
            per_head(100.0),
        ]
    );
    let numerators = NUMERATORS.map(|name| of_153(&oracle, name));
    assert_eq!(
        numerators,
        [
            Some(1.0),
            Some(0.0),
            Some(whole_year),
            Some(support),
            Some(long),
            Some(400.0),
            Some(support + 7000.0),
            Some(100.0)
        ]
    );
    assert_eq!(of_153(&oracle, "Befolkning 18-64"), Some(2000.0));
    assert_eq!(of_153(&oracle, "Kommuner med leverance"), Some(1.0));
}

#[test]
fn n1_to_n8_within_a_year_the_money_of_the_part_and_the_population_of_the_year() {
    let oracle = one_municipality().load();
    let first = ["Tid.Kvartal=2020K1", "Handle kommune.Kommunenummer=153"];
    assert_eq!(figure(&oracle, &first, N5), Some((1000.5 + 2000.0) / 2000.0));
    assert_eq!(figure(&oracle, &first, N1), Some(0.5));
    // 91 of 91 days of Anna's; Bo begins on 2 July.
    assert_eq!(figure(&oracle, &first, N3), Some((1000.5 + 2000.0 + 400.0) / 1.0));
    let july = ["Tid.Måned=2020-07", "Handle kommune.Kommunenummer=153"];
    assert_eq!(
        figure(&oracle, &july, "Helårsmodtagere, botilbud og støtte"),
        Some(1.0 + 30.0 / 31.0)
    );
    // Nothing is posted in July, so N3–N8 are empty; N1 is not.
    assert_eq!([N3, N4, N7].map(|name| figure(&oracle, &july, name)), [None; 3]);
    assert_eq!(figure(&oracle, &july, N1), Some(0.5));
}

#[test]
fn udgifter_alone_has_a_value_on_a_member_of_ydelse_vh() {
    let oracle = one_municipality().load();
    let on = |condition: &str, measure: &str| figure(&oracle, &["Tid.År=2020", condition], measure);
    assert_eq!(on("Ydelse VH.Ydelseskode=1.8.1", "Udgifter"), Some(1000.0));
    assert_eq!(on("Ydelse VH.Kategori=Længerevarende botilbud", "Udgifter"), Some(3000.0));
    assert_eq!(on("Ydelse VH.Ydelseskode<>1.1", "Udgifter"), Some(3510.0));
    assert_eq!(on("Ydelse VH.Ydelseskode=1.4", "Udgifter"), None);
    assert_eq!(on("Ydelse VH.Ydelseskode=Ukendt", "Udgifter"), None);
    for measure in
        [N1, N4, "Befolkning 18-64", "Kommuner med leverance", NUMERATORS[0], NUMERATORS[6]]
    {
        assert_eq!(on("Ydelse VH.Ydelseskode=1.8.1", measure), None, "{measure}");
    }
    let mut asked = question(
        KEY_FIGURES,
        &["Tid.År=2020", "Handle kommune.Kommunenummer=153"],
        &[],
        &["Ydelse VH.Kategori"],
        &["Udgifter", "Befolkning 18-64"],
    );
    asked.totals = true;
    assert_eq!(
        lines(&oracle.pivot(&asked).unwrap()),
        [
            "Aktivitets- og beskæftigelsestilbud: 7000 -",
            "Længerevarende botilbud: 3000 -",
            "Midlertidige botilbud: 400 -",
            "Socialpædagogisk støtte: 110 -",
            "I alt: 10510 2000"
        ]
    );
}

#[test]
fn the_population_is_that_of_the_third_quarter_or_the_newest_before() {
    let folder = Folder::of(&[row("a", ANNA, "1.8.1", "2019-01-01", "")]);
    population(
        &folder,
        &[
            "153;2018K4;20;80",
            "153;2020K1;20;90",
            "153;2020K3;30;100",
            "153;2020K4;30;999",
            "153;2022K4;40;200",
            // Nobody aged 18–64 is counted in 2022K3, so it is as if it were not there.
            "153;2022K3;70;5",
        ],
    );
    let oracle = folder.load();
    let years = |year: &str| figure(&oracle, &[&format!("Tid.År={year}")], "Befolkning 18-64");
    assert_eq!(
        ["2018", "2019", "2020", "2021"].map(years),
        [None, Some(80.0), Some(100.0), Some(999.0)]
    );
    assert_eq!(["2022", "2023"].map(years), [Some(999.0), Some(200.0)]);
    // The year of the cell's last month, also within a year and over several.
    assert_eq!(figure(&oracle, &["Tid.Måned=2020-01"], "Befolkning 18-64"), Some(100.0));
    assert_eq!(figure(&oracle, &["Tid.År=2019,2020"], "Befolkning 18-64"), Some(100.0));
    assert_eq!(figure(&oracle, &["Tid.Måned=2020-12,2019-01"], N1), Some(10.0));
}

/// 153 delivers and has accounts and people; 157 delivers nothing; 159 has no accounts; 161 no
/// people; 163 nothing at all.
fn several() -> Folder {
    let folder = Folder::of(&[row("a", ANNA, "1.8.1", "2020-01-01", "2020-12-31")]);
    let full_year = |id: &str, cpr: &str| [row(id, cpr, "1.8.1", "2020-01-01", "2020-12-31")];
    folder.full("159", "nexus", "2026-10", 1, &full_year("b", ANNA));
    folder.full("161", "nexus", "2026-10", 1, &full_year("c", BO));
    population(&folder, &["153;2020K3;30;1000", "157;2020K3;30;500", "159;2020K3;30;250"]);
    expenses(
        &folder,
        &[
            "153;2020;1;1;5;38;50;1;4;100",
            "157;2020;1;1;5;38;50;1;4;10",
            "161;2020;1;1;5;38;50;1;4;1",
            "159;2020;1;1;5;38;52;1;4;7",
        ],
    );
    folder
}

#[test]
fn over_several_municipalities_those_that_lack_a_part_are_left_out_of_both() {
    let oracle = several().load();
    let country = |measure: &str| figure(&oracle, &["Tid.År=2020"], measure);
    // Recipients in 153 and 159 (Anna in both counts once; the national judgement leaves her days
    // with one of them), people of both; 157 has no delivery, 161 no people.
    assert_eq!(country(N1), Some(1.0 * 1000.0 / 1250.0));
    // The same services everywhere, so 159 has accounts (of 1.8.2) for N3: 100 + 7 + 1 over Anna's
    // and Bo's years.
    assert_eq!(country(N3), Some(108.0 / 2.0));
    // N5 needs rows on the accounts of long stays, and people: 153 and 157.
    assert_eq!(country(N5), Some(110.0 / 1500.0));
    // N7 needs rows on any account: 153, 157, 159.
    assert_eq!(country(N7), Some(117.0 / 1750.0));
    // What is visible shows all of them.
    assert_eq!(country("Udgifter, længerevarende botilbud"), Some(111.0));
    assert_eq!(country("Modtagere, længerevarende ophold"), Some(2.0));
    assert_eq!(country("Befolkning 18-64"), Some(1750.0));
    assert_eq!(country("Kommuner med leverance"), Some(3.0));
}

#[test]
fn a_municipality_that_lacks_a_part_has_an_empty_cell_and_one_without_activity_zero() {
    let oracle = several().load();
    let of = |kommune: &str, measure: &str| {
        let kommune = format!("Handle kommune.Kommunenummer={kommune}");
        figure(&oracle, &["Tid.År=2020", &kommune], measure)
    };
    assert_eq!(["153", "157", "161", "163"].map(|one| of(one, N2)), [Some(0.0), None, None, None]);
    assert_eq!(
        ["153", "157", "159", "161"].map(|one| of(one, N5)),
        [Some(0.1), Some(0.02), None, None]
    );
    // 157 has no delivery: N3 is empty though it has money. In 2021 nobody has rows.
    assert_eq!(of("157", N3), None);
    assert_eq!(figure(&oracle, &["Tid.År=2021"], N4), None);
    assert_eq!(figure(&oracle, &["Tid.År=2021"], N1), Some(0.0));
    assert_eq!(of("163", "Kommuner med leverance"), None);
}

#[test]
fn n3_without_recipients_is_empty_and_money_that_is_zero_is_zero() {
    let folder = Folder::of(&[row("a", ANNA, "1.1", "2020-01-01", "")]);
    population(&folder, &["153;2020K3;30;1000", "157;2020K3;30;0"]);
    let zero = ["153;2020;1;1;5;38;50;1;4;5,25", "153;2020;1;1;5;38;50;1;4;-5,25"];
    expenses(&folder, &[zero[0], zero[1], "157;2020;1;1;5;38;50;1;4;5"]);
    let oracle = folder.load();
    assert_eq!(of_153(&oracle, N3), None);
    assert_eq!(of_153(&oracle, N5), Some(0.0));
    assert_eq!(of_153(&oracle, "Udgifter"), Some(0.0));
    let nobody = ["Tid.År=2020", "Handle kommune.Kommunenummer=157"];
    assert_eq!(figure(&oracle, &nobody, N5), None);
    // The country: 157 has no population, so its money is not counted either.
    assert_eq!(figure(&oracle, &["Tid.År=2020"], N5), Some(0.0));
}

#[test]
fn the_delivery_of_a_pair_is_one_of_the_municipality_it_reports_for() {
    let folder = Folder::new();
    let rows = [row("a", ANNA, "1.8.2", "2020-01-01", "").betalingskommune("187")];
    folder.full("183", "nexus", "2026-10", 1, &rows);
    folder.full("155", "nexus", "2026-10", 1, &[]);
    population(
        &folder,
        &["183;2020K3;30;10", "187;2020K3;30;10", "185;2020K3;30;10", "155;2020K3;30;10"],
    );
    let oracle = folder.load();
    let of = |kommune: &str| {
        figure(&oracle, &["Tid.År=2020", &format!("Handle kommune.Kommunenummer={kommune}")], N2)
    };
    assert_eq!(["183", "187", "155", "185"].map(of), [Some(0.0), Some(100.0), Some(0.0), None]);
}

#[test]
fn regions_and_selections_are_evaluated_at_their_own_level() {
    // Anna has a 1.8.1 in 153 and, in another half of the year, in 461: one citizen of the country.
    let folder = Folder::of(&[row("a", ANNA, "1.8.1", "2020-01-01", "2020-06-30")]);
    folder.full(
        "461",
        "nexus",
        "2026-10",
        1,
        &[row("b", ANNA, "1.8.1", "2020-07-01", "2020-12-31")],
    );
    population(&folder, &["153;2020K3;30;100", "461;2020K3;30;300"]);
    let oracle = folder.load();
    let mut asked = question(
        KEY_FIGURES,
        &["Tid.År=2020"],
        &[],
        &["Handle kommune.Region", "Handle kommune.Kommunenummer"],
        &[N1, "Modtagere, længerevarende ophold"],
    );
    asked.totals = true;
    assert_eq!(
        lines(&oracle.pivot(&asked).unwrap()),
        [
            "Region Syddanmark 461: 3.3333333333333335 1",
            "Region Syddanmark I alt: 3.3333333333333335 1",
            "Region Hovedstaden 153: 10 1",
            "Region Hovedstaden I alt: 10 1",
            "I alt I alt: 2.5 1"
        ]
    );
}

#[test]
fn staff_is_a_mean_over_the_months_with_rows_and_wages_a_sum() {
    let folder = Folder::of(&[]);
    folder.reference(
        "personale.csv",
        "Kommunekode;Aar;Maaned;Funktion;Aarsvaerk;Loensum\n153;2020;1;50;10,5;100,25\n153;2020;1;52;1,5;10\n\
         153;2020;3;50;8;100\n157;2020;3;50;4;1\n153;2020;13;50;4;1\n999;2020;3;50;4;1\n",
    );
    let oracle = folder.load();
    assert_eq!(of_153(&oracle, "Årsværk"), Some(10.0));
    assert_eq!(figure(&oracle, &["Tid.År=2020"], "Årsværk"), Some(12.0));
    assert_eq!(of_153(&oracle, "Lønsum"), Some(210.25));
    assert_eq!(figure(&oracle, &["Tid.Måned=2020-02"], "Årsværk"), None);
    assert_eq!(oracle.summary().rejects.len(), 2);
}

#[test]
fn the_key_figures_ignore_approval_and_take_the_changed_dates() {
    // C1 ends Anna's stay in June; nothing is approved.
    let folder = Folder::of(&[row("a", ANNA, "1.8.1", "2020-01-01", "")]);
    folder.reference(
        "cpr.csv",
        "CPR;Foedselsdato;Doedsdato;Koen;Bopaelskommune\n6101803000;;2020-06-30;;153\n",
    );
    population(&folder, &["153;2020K3;30;100"]);
    let oracle = folder.load();
    let of = |period: &str| figure(&oracle, &[period, "Handle kommune.Kommunenummer=153"], N1);
    assert_eq!((of("Tid.Kvartal=2020K2"), of("Tid.Kvartal=2020K3")), (Some(10.0), Some(0.0)));
}
