//! Deliveries in XML: the same records as in CSV.

use serde_json::json;

use crate::folder::*;

fn element(id: &str, fields: &str) -> String {
    format!(
        "<Ydelse><Ydelsesid>{id}</Ydelsesid><CPR>610180-3000</CPR><Handlekommune>157</Handlekommune>\
         <Ydelseskode>1.8.1</Ydelseskode><Startdato>2020-01-01</Startdato>{fields}</Ydelse>\n"
    )
}

fn deliver(folder: &Folder, month: &str, elements: &[String], overrides: &serde_json::Value) {
    let text = format!("<?xml version=\"1.0\"?>\n<Leverance>\n{}</Leverance>\n", elements.concat());
    let mut manifest = json!({ "format": "xml", "antal_raekker": elements.len() });
    for (key, value) in overrides.as_object().unwrap() {
        manifest[key] = value.clone();
    }
    folder.deliver_text("157", "cura", month, 1, &text, &manifest);
}

#[test]
fn the_records_of_xml_are_those_of_csv() {
    let folder = Folder::of(&[]);
    let maalgrupper = "<Slutdato>2020-02-29</Slutdato><Maalgrupper><Maalgruppe>1.1.1</Maalgruppe>\
                       <Maalgruppe>1.2.1</Maalgruppe></Maalgrupper><OpholdsstedId>S&amp;1</OpholdsstedId>";
    let elements = [element("a", maalgrupper), element("b", "<Slutdato/><Ekstra>1</Ekstra>")];
    deliver(&folder, "2026-10", &elements, &json!({}));
    let oracle = folder.load();
    let a = record(&oracle, "a");
    assert_eq!((a.maalgrupper.len(), a.opholdssted.as_str(), a.line), (2, "S&1", 3));
    assert_eq!(a.end.unwrap().to_string(), "2020-02-29");
    let b = record(&oracle, "b");
    assert_eq!((b.end, b.cpr.as_str(), b.line), (None, ANNA, 4));
    assert_eq!(warnings(&oracle, "ukendt kolonne"), 1);
    assert_eq!(warnings(&oracle, "ingen målgruppe"), 1);
}

#[test]
fn a_record_of_xml_is_rejected_alone_a_broken_file_whole() {
    let folder = Folder::of(&[row("x", ANNA, "1.1", "2020-01-01", "")]);
    let wrong = element("a", "<Slutdato>soon</Slutdato>");
    deliver(&folder, "2026-09", &[wrong, element("b", "")], &json!({}));
    let oracle = folder.load();
    assert_eq!(ids(&oracle), ["x", "b"]);
    let reject = &oracle.summary().rejects[0];
    assert_eq!((reject.line, reject.field.as_str()), (3, "Slutdato"));

    let broken = [element("c", "<Slutdato>"), element("d", "")];
    deliver(&folder, "2026-10", &broken, &json!({}));
    let oracle = folder.load();
    assert_eq!(ids(&oracle), ["x", "b"]);
    assert!(oracle.summary().deliveries.iter().any(|line| line.refused.is_some()));
}

#[test]
fn s4_changes_in_xml_delete_too() {
    let folder = Folder::of(&[]);
    deliver(&folder, "2026-09", &[element("a", ""), element("b", "")], &json!({}));
    let gone = "<Ydelse><Ydelsesid>a</Ydelsesid><Slettet>J</Slettet></Ydelse>\n".to_owned();
    deliver(&folder, "2026-10", &[gone], &json!({ "fuld_bestand": false }));
    assert_eq!(ids(&folder.load()), ["b"]);
}
