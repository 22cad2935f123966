//! Conditions, many-valued dimensions, totals, positions and their order.

use crate::folder::*;

/// Anna: Synsnedsættelse (Fysisk handicap) and Misbrug (Socialt problem). Bo: Misbrug and
/// Hjemløshed, both Socialt problem.
fn two_citizens() -> Folder {
    Folder::of(&[
        row("a", ANNA, "1.1", "2020-01-01", "").maalgrupper("1.1.2|1.3.4"),
        row("b", BO, "1.3", "2020-01-01", "").maalgrupper("1.3.4|1.3.1"),
    ])
}

#[test]
fn many_valued_members_stand_only_at_the_tuple_of_their_key() {
    let oracle = two_citizens().load();
    let rows = ["Målgruppe.Hovedgruppe", "Målgruppe.Målgruppe"];
    let set =
        oracle.pivot(&question(VH, &["Tid.År=2020"], &[], &rows, &["Antal Ydelser"])).unwrap();
    assert_eq!(
        lines(&set),
        [
            "Fysisk handicap Synsnedsættelse: 1",
            "Socialt problem Hjemløshed: 1",
            "Socialt problem Misbrug: 2"
        ]
    );
    let set = oracle
        .pivot(&question(VH, &["Tid.År=2020"], &[rows[0]], &[rows[1]], &["Antal Ydelser"]))
        .unwrap();
    assert_eq!(columns(&set), ["Fysisk handicap", "Socialt problem"]);
    assert_eq!(lines(&set), ["Synsnedsættelse: 1 -", "Hjemløshed: - 1", "Misbrug: - 2"]);
}

#[test]
fn conditions_select_keys_and_a_record_qualifies_by_one() {
    let oracle = two_citizens().load();
    let count = |filters: &[&str]| value(&oracle, VH, filters, "Antal Unikke Borgere");
    assert_eq!(count(&["Målgruppe.Målgruppe=Misbrug"]), Some(2.0));
    assert_eq!(count(&["Målgruppe.Målgruppe=Misbrug,Synsnedsættelse"]), Some(2.0));
    assert_eq!(
        count(&["Målgruppe.Målgruppe=Misbrug", "Målgruppe.Målgruppe=Synsnedsættelse"]),
        None
    );
    assert_eq!(
        count(&["Målgruppe.Hovedgruppe=Fysisk handicap", "Målgruppe.Målgruppe=Misbrug"]),
        None
    );
    // Both have another member than Misbrug; only Bo has one that is neither.
    assert_eq!(count(&["Målgruppe.Målgruppe<>Misbrug"]), Some(2.0));
    assert_eq!(count(&["Målgruppe.Målgruppe<>Misbrug,Synsnedsættelse"]), Some(1.0));
    assert_eq!(count(&["Målgruppe.Målgruppe=1.3.1"]), Some(1.0));
}

#[test]
fn on_axes_only_the_selected_keys_appear() {
    let oracle = two_citizens().load();
    let asked = question(
        VH,
        &["Målgruppe.Hovedgruppe=Socialt problem"],
        &[],
        &["Målgruppe.Målgruppe<>Misbrug"],
        &["Antal Ydelser"],
    );
    assert_eq!(lines(&oracle.pivot(&asked).unwrap()), ["Hjemløshed: 1"]);
}

#[test]
fn totals_are_recounted_and_stand_last_and_under_outer_members_only() {
    let oracle = two_citizens().load();
    let rows = ["Målgruppe.Hovedgruppe", "Målgruppe.Målgruppe"];
    let mut asked = question(VH, &["Tid.År=2020"], &[], &rows, &["Antal Unikke Borgere"]);
    asked.totals = true;
    assert_eq!(
        lines(&oracle.pivot(&asked).unwrap()),
        [
            "Fysisk handicap Synsnedsættelse: 1",
            "Fysisk handicap I alt: 1",
            "Socialt problem Hjemløshed: 1",
            "Socialt problem Misbrug: 2",
            "Socialt problem I alt: 2",
            "I alt I alt: 2"
        ]
    );
    let mut asked = question(
        VH,
        &["Tid.År=2020"],
        &[],
        &["Ydelse VH.Ydelseskode", "Køn.Køn"],
        &["Antal Unikke Borgere"],
    );
    asked.totals = true;
    assert_eq!(
        lines(&oracle.pivot(&asked).unwrap()),
        [
            "1.1 Kvinde: 1",
            "1.1 I alt: 1",
            "1.3 Mand: 1",
            "1.3 I alt: 1",
            "I alt Kvinde: 1",
            "I alt Mand: 1",
            "I alt I alt: 2"
        ]
    );
}

#[test]
fn totals_across_the_axes_of_one_dimension() {
    let oracle = two_citizens().load();
    let mut asked =
        question(VH, &["Tid.År=2020"], &["Tid.Kvartal=2020K1"], &["Tid.Måned"], &["Antal Ydelser"]);
    asked.totals = true;
    let set = oracle.pivot(&asked).unwrap();
    assert_eq!(columns(&set), ["2020K1", "I alt"]);
    assert_eq!(lines(&set), ["2020-01: 2 -", "2020-02: 2 -", "2020-03: 2 -", "I alt: 2 2"]);
}

#[test]
fn totals_cover_what_the_conditions_leave() {
    let oracle = two_citizens().load();
    let mut asked = question(
        VH,
        &["Tid.År=2020"],
        &[],
        &["Målgruppe.Målgruppe=Synsnedsættelse,Hjemløshed"],
        &["Antal Unikke Borgere"],
    );
    asked.totals = true;
    assert_eq!(
        lines(&oracle.pivot(&asked).unwrap()),
        ["Synsnedsættelse: 1", "Hjemløshed: 1", "I alt: 2"]
    );
    let mut asked = question(VH, &[], &["Tid.År=2020,2021"], &[], &["Helårsmodtagere"]);
    asked.totals = true;
    assert_eq!(lines(&oracle.pivot(&asked).unwrap()), [": 2 2 2"]);
}

#[test]
fn positions_are_the_cross_product_in_order_of_members_with_the_measures_last() {
    let folder = Folder::of(&[
        row("a", ANNA, "1.12.0.1", "2020-01-01", "2020-06-30"),
        row("b", ANNA, "1.8.1", "2020-07-01", "2020-12-31"),
        row("c", BO, "9.9", "2020-07-01", "2020-12-31"),
    ]);
    let oracle = folder.load();
    let measures = ["Antal Ydelser", "Antal Unikke Borgere"];
    let set = oracle
        .pivot(&question(
            VH,
            &["Tid.År=2020"],
            &["Tid.Kvartal", "Køn.Køn"],
            &["Ydelse VH.Ydelseskode"],
            &measures,
        ))
        .unwrap();
    let captions: Vec<String> = set.columns.iter().map(|column| column.join("|")).collect();
    assert_eq!(
        captions[..2],
        ["2020K1|Kvinde|Antal Ydelser", "2020K1|Kvinde|Antal Unikke Borgere"]
    );
    assert_eq!(captions.len(), 2 + 2 + 4 + 4);
    assert_eq!(set.rows, [["1.8.1"], ["1.12.0.1"], ["Ukendt"]]);
    assert_eq!(
        set.cells[2],
        [
            None,
            None,
            None,
            None,
            None,
            None,
            Some(1.0),
            Some(1.0),
            None,
            None,
            Some(1.0),
            Some(1.0)
        ]
    );
}

#[test]
fn empty_positions_are_kept_on_request() {
    let mut asked =
        question(VH, &["Tid.År=2020"], &["Tid.Kvartal"], &["Køn.Køn"], &["Antal Ydelser"]);
    asked.empty = true;
    let oracle = Folder::of(&[row("a", ANNA, "1.1", "2020-01-01", "2020-02-01")]).load();
    let set = oracle.pivot(&asked).unwrap();
    assert_eq!(columns(&set), ["2020K1", "2020K2", "2020K3", "2020K4"]);
    assert_eq!(lines(&set), ["Kvinde: 1 - - -", "Mand: - - - -"]);
    asked.empty = false;
    assert_eq!(lines(&oracle.pivot(&asked).unwrap()), ["Kvinde: 1"]);
    asked.rows = vec!["Ydelse VH.Ydelseskode".to_owned()];
    asked.empty = true;
    assert_eq!(oracle.pivot(&asked).unwrap().rows.len(), 14);
}

#[test]
fn fields_of_a_dimension_constrain_each_other() {
    let folder = two_citizens();
    let mut asked = question(
        VH,
        &[],
        &[],
        &["Handle kommune.Region=084", "Handle kommune.Kommune"],
        &["Antal Ydelser"],
    );
    asked.empty = true;
    let oracle = folder.load();
    let set = oracle.pivot(&asked).unwrap();
    assert_eq!(set.rows.len(), 29);
    assert_eq!(set.rows[3], ["Region Hovedstaden", "Brøndby"]);
}

#[test]
fn places_registered_unregistered_and_own_home() {
    let folder = Folder::of(&[
        row("a", ANNA, "1.8.1", "2020-01-01", "").opholdssted("P1"),
        row("b", BO, "1.8.1", "2020-01-01", "").opholdssted("P2"),
        row("c", CARLA, "1.1", "2020-01-01", ""),
        row("d", ANNA, "1.3", "2020-01-01", "").opholdssted("P9"),
    ]);
    let lines_of = "OpholdsstedId;Navn;Kommunekode;Tilbudstype\nP1;Ørnen;157;3.5\nP2;Zebraen;153;3.1.0\nP3;Ubrugt;153;3.5\n";
    folder.reference("opholdssteder.csv", lines_of);
    let oracle = folder.load();
    let rows =
        ["Opholdssted.Opholdssted", "Opholdssted.Beliggenhedskommune", "Opholdssted.Tilbudstype"];
    let set =
        oracle.pivot(&question(VH, &["Tid.År=2020"], &[], &rows, &["Antal Ydelser"])).unwrap();
    assert_eq!(
        lines(&set),
        [
            "Ukendt institution Ukendt Ukendt: 1",
            "Zebraen Brøndby Længerevarende botilbud til voksne: 1",
            "Ørnen Gentofte Midlertidigt botilbud til voksne: 1",
            "Ukendt Ukendt Ukendt: 1"
        ]
    );
    assert_eq!(value(&oracle, VH, &["Opholdssted.Opholdssted=P1"], "Antal Ydelser"), Some(1.0));
    assert!(
        oracle
            .pivot(&question(VH, &["Opholdssted.Opholdssted=Ubrugt"], &[], &[], &["Antal Ydelser"]))
            .is_err()
    );
    assert_eq!(warnings(&oracle, "ukendt opholdssted"), 1);
}

#[test]
fn what_does_not_exist_is_an_error() {
    let oracle = two_citizens().load();
    let is_error = |cube: &str, filter: &str, measure: &str| {
        oracle.pivot(&question(cube, &[filter], &[], &[], &[measure])).is_err()
    };
    assert!(is_error("Nøgletal", "Tid.År=2020", "Antal Ydelser"));
    assert!(is_error(VH, "Tid.Uge=2020", "Antal Ydelser"));
    assert!(is_error(VH, "Tid.År=20200", "Antal Ydelser"));
    assert!(is_error(VH, "Tid.År", "Antal Ydelser"));
    assert!(is_error(VH, "Tid.År=2020", "Antal"));
    assert!(is_error(BENCHMARK, "Harmonisering VH.Regel=Ukendt", "Antal Ydelser"));
    assert!(is_error(BENCHMARK, "Borger.Personnummer=6101803000", "Antal Ydelser"));
    assert!(!is_error(VH, "Borger.Personnummer=6101803000", "Antal Ydelser"));
    assert!(!is_error(VH, "Handle kommune.Kommune=Læsø", "Antal Ydelser"));
}

#[test]
fn the_two_standard_reports_have_their_shape() {
    let folder = Folder::of(&[
        row("a", ANNA, "1.8.1", "2020-02-01", "").maalgrupper("x"),
        row("b", BO, "1.8.1", "2020-01-01", ""),
        row("c", BO, "1.12.0.2", "2020-03-01", "2020-03-31"),
    ]);
    folder.approve(&[("153", "1.8.1", "2020K1", "Ja"), ("153", "1.8.1", "2020K2", "Ja")]);
    let oracle = folder.load();
    let rows = [
        "Harmonisering VH.DST Handling<>Ukendt",
        "Harmonisering VH.Regel<>Ukendt",
        "Borger.Personnummer",
    ];
    let set = oracle
        .pivot(&question(VH, &["Tid.År=2020"], &["Tid.Måned"], &rows, &["Antal Unikke Borgere"]))
        .unwrap();
    assert_eq!(columns(&set)[..2], ["2020-02", "2020-03"]);
    assert_eq!(
        lines(&set),
        [
            "Slettes Ugyldig målgruppekode 6101803000: 1 1 1 1 1 1 1 1 1 1 1",
            "Ændres Støtte i eget hjem under ophold 6101803001: - 1 - - - - - - - - -"
        ]
    );
    let filters = ["Tid.År=2020", "JaNej godkendt Ydelse.Ja Nej Tekst=Ja"];
    let columns_asked = ["Handle kommune.Kommunenummer=153,155", "Tid.Kvartal"];
    let set = oracle
        .pivot(&question(
            BENCHMARK,
            &filters,
            &columns_asked,
            &["Ydelse VH.Ydelseskode"],
            &["Antal Unikke Borgere"],
        ))
        .unwrap();
    assert_eq!(
        set.columns.iter().map(|column| column.join("|")).collect::<Vec<_>>(),
        ["153|2020K1|Antal Unikke Borgere", "153|2020K2|Antal Unikke Borgere"]
    );
    assert_eq!(lines(&set), ["1.8.1: 1 1"]);
}
