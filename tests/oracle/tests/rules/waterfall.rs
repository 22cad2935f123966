//! The measure after each of the ordered rules.

use terning_oracle::{Eyes, Oracle, Step};

use crate::folder::*;

const CHILD: &str = "7506104000";

/// Records that each a rule of its own touches, all in 2020K1 in Brøndby but for the pair's.
fn all_rules() -> Folder {
    let folder = Folder::of(&[
        row("fine", "6101803002", "1.1", "2020-01-01", ""),
        row("code", "6101803004", "9.9", "2020-01-01", ""),
        row("group", "6101803006", "1.1", "2020-01-01", "").maalgrupper("9.9"),
        row("no start", "6101803008", "1.1", "", "2020-02-01"),
        row("backwards", "6101803010", "1.1", "2020-02-01", "2020-01-01"),
        row("child", CHILD, "1.1", "2020-01-01", ""),
        row("dead", ANNA, "1.1", "2019-01-01", ""),
        row("stay", BO, "1.8.2", "2020-01-01", ""),
        row("later stay", BO, "1.8.1", "2019-12-31", ""),
        row("support", CARLA, "1.12.0.2", "2020-01-01", ""),
        row("over it", CARLA, "1.8.1", "2019-01-01", ""),
    ]);
    let given = "6101803000;;2019-06-30;;153\n";
    folder
        .reference("cpr.csv", &format!("CPR;Foedselsdato;Doedsdato;Koen;Bopaelskommune\n{given}"));
    folder.approve(&[("153", "1.1", "2020K1", "Ja")]);
    folder
}

fn steps(oracle: &Oracle, eyes: &Eyes, filters: &[&str], measure: &str) -> Vec<String> {
    let steps: Vec<Step> = oracle.waterfall(eyes, &texts(filters), measure).unwrap();
    let value = |step: &Step| step.value.map_or("-".to_owned(), |value| value.to_string());
    steps.iter().map(|step| format!("{} {}", step.after, value(step))).collect()
}

#[test]
fn every_rule_takes_its_record_and_approval_comes_last() {
    let oracle = all_rules().load();
    let filters = ["Tid.Kvartal=2020K1", "JaNej godkendt Ydelse.Ja Nej Tekst=Ja"];
    let expected = [
        "indberettet 11",
        "K1 11",
        "K2 11",
        "D1 10",
        "D2 9",
        "D3 8",
        "D4 7",
        "D5 6",
        "C1 5",
        "C2 4",
        "C3 3",
        "G 1",
    ];
    assert_eq!(steps(&oracle, &Eyes::National, &filters, "Antal Ydelser"), expected);
    assert_eq!(value(&oracle, BENCHMARK, &filters, "Antal Ydelser"), Some(1.0));
}

#[test]
fn the_pair_moves_at_its_own_step() {
    let folder = Folder::new();
    let rows = [row("a", ANNA, "1.1", "2020-01-01", "").betalingskommune("187")];
    folder.full("183", "nexus", "2026-10", 1, &rows);
    let oracle = folder.load();
    let of = |kommune: &str| {
        let kommune = format!("Handle kommune.Kommunenummer={kommune}");
        steps(&oracle, &Eyes::National, &["Tid.År=2020", &kommune], "Antal Unikke Borgere")
    };
    assert_eq!(of("183")[..3], ["indberettet 1", "K1 -", "K2 -"]);
    assert_eq!(of("187")[..3], ["indberettet -", "K1 1", "K2 1"]);
    assert_eq!(of("187").last().unwrap(), "G 1");
}

#[test]
fn a_municipality_gets_the_steps_of_its_own_judgement() {
    let folder = Folder::of(&[row("a", ANNA, "1.8.2", "2020-01-01", "2020-12-31")]);
    folder.full("157", "nexus", "2026-10", 1, &[row("b", ANNA, "1.8.1", "2020-07-01", "")]);
    let oracle = folder.load();
    let filters = ["Tid.Kvartal=2020K3", "Handle kommune.Kommunenummer=153"];
    let own = steps(&oracle, &Eyes::Kommune("153".to_owned()), &filters, "Antal Ydelser");
    assert_eq!(own.last().unwrap(), "G 1");
    let national = steps(&oracle, &Eyes::National, &filters, "Antal Ydelser");
    assert_eq!(national[9..], ["C2 -", "C3 -", "G -"]);
}
