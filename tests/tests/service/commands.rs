//! Every command on the small cube, in every format.

use std::io::Cursor;

use calamine::Reader;
use cube_schema::language::Language;

use crate::harness::{Server, golden, publish};
use crate::toy;

fn served() -> (tempfile::TempDir, Server) {
    let data = tempfile::tempdir().unwrap();
    publish(data.path(), (2020, 12), &[&toy::cube()]);
    let server = Server::ready(data.path());
    (data, server)
}

const PIVOT: [&str; 9] = [
    "pivot",
    "--cube=Ting",
    "--filter=Tid.År=2020",
    "--columns=Handle kommune.Kommune",
    "--columns=Tid.Kvartal",
    "--rows=Ydelse.Ydelsesnavn",
    "--measure=Borgere",
    "--format",
    "json",
];

fn pivot(format: &str) -> Vec<&str> {
    let mut words = PIVOT.to_vec();
    words[8] = format;
    words
}

#[test]
fn a_pivot_is_written_in_every_format() {
    let (_data, server) = served();
    golden("pivot.json", &server.answer(&pivot("json")));
    golden("pivot.csv", &server.answer(&pivot("csv")));
    golden("pivot.txt", &server.answer(&pivot("table")));
    let book = Cursor::new(server.ask_bytes(&pivot("xlsx")).unwrap());
    let book: calamine::Xlsx<_> = calamine::Xlsx::new(book).unwrap();
    assert_eq!(book.sheet_names(), ["Tal", "Om tallene"]);
}

#[test]
fn an_answer_is_headed_by_the_day_of_its_own_cube_in_the_language_of_that() {
    let data = tempfile::tempdir().unwrap();
    let mut cube = toy::cube();
    cube.language = Language::English;
    // The version is of a later month than the cube's last one.
    publish(data.path(), (2021, 3), &[&cube]);
    let server = Server::ready(data.path());
    let answer = server.answer(&pivot("table"));
    assert!(answer.contains("version 2021-03.1 · til og med 12/31/2020"), "{answer}");
    let table = server.answer(&[&pivot("table")[..], &["--explain"]].concat());
    assert!(table.contains("version 2021-03.1 · til og med 12/31/2020"), "{table}");
    // What is of no cube is headed by the version.
    let cubes = server.answer(&["cubes"]);
    assert!(cubes.contains("til og med 31.03.2021"), "{cubes}");
}

#[test]
fn totals_and_several_measures() {
    let (_data, server) = served();
    let mut words = pivot("table");
    words.extend(["--measure=Ydelser", "--totals"]);
    golden("totals.txt", &server.answer(&words));
}

#[test]
fn cubes_and_fields_are_listed() {
    let (_data, server) = served();
    golden("cubes.txt", &server.answer(&["cubes"]));
    golden("describe.txt", &server.answer(&["describe", "ting"]));
    let json: serde_json::Value =
        serde_json::from_str(&server.answer(&["describe", "Ting", "--format=json"])).unwrap();
    assert_eq!(json["dimensions"][1]["fields"][0]["members"], 2);
    let calendar = &json["dimensions"][0]["hierarchies"][0];
    assert_eq!(calendar["has_all"], true);
    assert_eq!(calendar["all_member"], "[Tid].[Kalender].[I alt]");
    assert_eq!(calendar["default_member"], calendar["all_member"]);
    assert_eq!(calendar["ragged"], false);
    assert!(server.answer(&["cubes", "--format=csv"]).starts_with("\u{feff}Kube;"));
}

#[test]
fn functions_are_listed_and_told_of_one_by_one() {
    let (_data, server) = served();
    let (all, catalogue) = (server.answer(&["functions"]), terning_engine::query::catalogue());
    for one in &catalogue {
        assert!(all.contains(one.name) && all.contains(one.family), "{}", one.name);
    }
    let head = catalogue.iter().find(|one| one.name == "Head").unwrap();
    let (told, step) =
        (server.answer(&["functions", "HEAD"]), server.answer(&["functions", ".parent"]));
    assert!(told.contains(head.example) && !told.contains("Tail"), "{told}");
    assert!(step.contains(".Parent"), "{step}");
    let unknown = server.refusal(&["functions", "Heaad"]);
    assert!(unknown.contains("'Heaad'") && unknown.contains("Head"), "{unknown}");
}

#[test]
fn what_does_not_exist_is_named_with_the_nearest() {
    let (_data, server) = served();
    let unknown = server.refusal(&["describe", "Tang"]);
    assert!(unknown.contains("'Tang'") && unknown.contains("Ting"), "{unknown}");
    let mut words = pivot("table");
    words.push("--filter=Handle kommune.Kommune=Brønby");
    let unknown = server.refusal(&words);
    assert!(unknown.contains("Brønby") && unknown.contains("Brøndby"), "{unknown}");
    assert!(unknown.contains("^^^^^^"), "{unknown}");
    let unknown = server.refusal(&["cubes", "--version=2019-01.1"]);
    assert!(unknown.contains("2019-01.1") && unknown.contains("2020-12.1"), "{unknown}");
}

/// A table in a file that is called a document would be opened as one.
#[test]
fn a_file_of_an_unknown_ending_is_refused_with_those_there_are_and_is_not_made() {
    let (_data, server) = served();
    let folder = tempfile::tempdir().unwrap();
    for name in ["b.pdf", "b.xls"] {
        let file = folder.path().join(name);
        let said = server.run(&["cubes"], &file).unwrap_err();
        let ending = file.extension().unwrap().display();
        assert!(said.contains(&format!("endelsen .{ending} kendes ikke")), "{said}");
        assert!(said.contains(".xlsx, .csv, .json eller .txt"), "{said}");
        assert!(!file.exists());
        server.run(&["cubes", "--format=csv"], &file).unwrap();
        assert!(file.exists(), "whoever says how, gets it");
    }
    for name in ["a", "a.txt", "a.CSV", "a.json", "a.xlsx"] {
        server.run(&["cubes"], &folder.path().join(name)).unwrap();
    }
}

#[test]
fn a_report_with_an_overview_is_listed_with_what_shows_all_of_it() {
    let server = crate::reports::served();
    let list = server.answer(&["report"]);
    let line = |name: &str| list.lines().find(|line| line.starts_with(name)).unwrap().to_owned();
    assert!(line("noegletal").contains("[--alle]"), "{list}");
    assert!(!line("benchmark").contains("--alle"), "{list}");
}

#[test]
fn nobody_answers_at_a_wrong_address() {
    let (data, server) = served();
    let address = format!("--server=http://{}", server.address);
    drop(server);
    let args = ["terning", "cubes", &address];
    let args = <terning::args::Args as clap::Parser>::try_parse_from(args).unwrap();
    let error = terning::run(args).unwrap_err().to_string();
    assert!(error.contains("terning-server serve"), "{error}");
    drop(data);
}

#[test]
fn an_error_in_mdx_is_shown_with_line_column_and_caret() {
    let (_data, server) = served();
    let text = "SELECT [Tid].[Kvartal].MEMBERS ON COLUMNS,\n  [Ydelse].[Ydelsesnvn].MEMBERS ON ROWS\nFROM [Ting]";
    golden("mdx-error.txt", &server.refusal(&["mdx", text]));
    golden("mdx-syntax.txt", &server.refusal(&["mdx", "SELECT {[Tid].[Kvartal] ON 0 FROM [Ting]"]));
    let unknown = server.refusal(&["mdx", "SELECT FROM [Tingene]"]);
    assert!(unknown.contains("linje 1, kolonne 13") && unknown.contains("Ting"), "{unknown}");
}

#[test]
fn a_pivot_and_its_mdx_give_the_same_answer() {
    let (_data, server) = served();
    let mut show = pivot("json");
    show.push("--show=mdx");
    let mdx = server.answer(&show);
    assert!(mdx.starts_with("SELECT"), "{mdx}");
    assert_eq!(server.answer(&["mdx", &mdx, "--format=json"]), server.answer(&pivot("json")));
}

#[test]
fn a_question_without_axes_is_one_cell() {
    let (_data, server) = served();
    let csv = server.answer(&["mdx", "SELECT FROM [Ting]", "--format=csv"]);
    assert_eq!(csv, "\u{feff}5\n");
}

/// What is said of a run, without how long it took.
fn without_time(told: &str) -> String {
    let lines = told.lines().filter(|line| !line.ends_with(" ms."));
    lines.map(|line| format!("{line}\n")).collect()
}

#[test]
fn what_is_done_with_a_question_is_told() {
    let (_data, server) = served();
    let text = "WITH MEMBER [Measures].[Pr. borger] AS [Measures].[Ydelser] / [Measures].[Borgere] \
                SELECT {[Measures].[Borgere], [Measures].[Pr. borger]} ON 0, \
                NON EMPTY [Ydelse].[Ydelsesnavn].MEMBERS * [Tid].[Kvartal].[Kvartal].MEMBERS ON 1 \
                FROM [Ting] WHERE [Handle kommune].[Kommune].[Brøndby]";
    // A change alarm: whoever changes how questions are answered sees here what it does.
    golden("explain-mdx.txt", &without_time(&server.answer(&["mdx", "--explain", text])));
    let explain = format!("EXPLAIN {text}");
    let written = server.answer(&["mdx", &explain]);
    assert_eq!(without_time(&written), without_time(&server.answer(&["mdx", text, "--explain"])));
    let json: serde_json::Value =
        serde_json::from_str(&server.answer(&["mdx", &explain, "--format=json"])).unwrap();
    assert_eq!(json["cube"], "Ting");
    let mut words = pivot("table");
    words.push("--explain");
    let told = server.answer(&words);
    assert!(told.contains("Tælling 1") && told.contains("ikke blandt de gemte"), "{told}");
    server.answer(&pivot("table"));
    let told = server.answer(&words);
    assert!(told.contains("hentet blandt de gemte svar"), "{told}");
}

#[test]
fn a_drillthrough_without_records_is_refused_at_its_place() {
    let (_data, server) = served();
    let text = "DRILLTHROUGH\nSELECT [Tid].[Kvartal].[2020K1] ON 0 FROM [Ting]";
    let refused = server.refusal(&["mdx", text]);
    assert!(refused.contains("ingen rækker at vise"), "{refused}");
    assert!(refused.contains("linje 2, kolonne 1"), "{refused}");
}

#[test]
fn properties_of_members_and_cells_are_told_where_they_are_asked_for() {
    let (_data, server) = served();
    let text = "WITH MEMBER [Measures].[Mange] AS [Measures].[Borgere] > 2, \
                FORE_COLOR = IIF([Measures].[Borgere] > 2, RGB(255, 0, 0), 0) \
                MEMBER [Measures].[Fra] AS [Tid].[År].[2020].MEMBER_VALUE \
                SELECT {[Measures].[Borgere], [Measures].[Mange], [Measures].[Fra]} ON 0, \
                [Handle kommune].[Kommune].[Kommune].MEMBERS \
                DIMENSION PROPERTIES MEMBER_KEY, CHILDREN_CARDINALITY ON 1 FROM [Ting] \
                CELL PROPERTIES VALUE, FORMAT_STRING, LANGUAGE, BACK_COLOR, FORE_COLOR, CELL_ORDINAL";
    let json: serde_json::Value =
        serde_json::from_str(&server.answer(&["mdx", text, "--format=json"])).unwrap();
    let dragoer = &json["axes"][1][1][0];
    assert_eq!(dragoer["caption"], "Dragør");
    let told = serde_json::json!({ "MEMBER_KEY": "155", "CHILDREN_CARDINALITY": 0 });
    assert_eq!(dragoer["properties"], told);
    // Dragør has three citizens (facts 3 to 5).
    let cells = json["cells"].as_array().unwrap();
    assert_eq!((&cells[3]["value"], &cells[4]["value"]), (&3.into(), &true.into()));
    assert_eq!(cells[5]["value"], "2020-01-01");
    let told = serde_json::json!({
        "VALUE": 3, "FORMAT_STRING": "#,##0", "LANGUAGE": 1030, "BACK_COLOR": null, "FORE_COLOR": null,
        "CELL_ORDINAL": 3,
    });
    assert_eq!(cells[3]["properties"], told);
    // Brøndby has two citizens: black, which is a colour.
    let colors = [1, 4].map(|cell: usize| cells[cell]["properties"]["FORE_COLOR"].as_u64());
    assert_eq!(colors, [Some(0), Some(255)]);
    let csv = server.answer(&["mdx", text, "--format=csv"]);
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines[0], "\u{feff}Kommune;MEMBER_KEY;CHILDREN_CARDINALITY;Borgere;Mange;Fra");
    assert_eq!(lines[2], "Dragør;155;0;3;Sand;2020-01-01");
}

#[test]
fn parameters_are_values_beside_the_text() {
    let (_data, server) = served();
    let text = "SELECT [Measures].[Borgere] ON 0 FROM \
                (SELECT STRTOSET(@Kommune, CONSTRAINED) ON 0 FROM [Ting])";
    let ask = |given: &str| server.ask(&["mdx", text, "--format=csv", "--param", given]);
    // Two citizens of Brøndby, three of Dragør.
    for (key, borgere) in [("153", 2), ("155", 3)] {
        let csv = ask(&format!("kommune=[Handle kommune].[Kommune].&[{key}]")).unwrap();
        assert_eq!(csv, format!("\u{feff}Borgere\n{borgere}\n"));
    }
    let refused = ask("kommune=Filter([Handle kommune].[Kommune].Members, 1 = 1)").unwrap_err();
    assert!(refused.contains("linje 1"), "{refused}");
    let refused = ask("Komune=x").unwrap_err();
    assert!(refused.contains("@Kommune har ingen værdi"), "{refused}");
    assert!(refused.contains("^^^^^^^^") && refused.contains("--param"), "{refused}");
}

#[test]
fn a_cube_that_is_to_be_refreshed_says_that_it_need_not_be() {
    let (_data, server) = served();
    let said = server.refusal(&["mdx", "REFRESH CUBE [Ting]"]);
    assert!(said.contains("REFRESH CUBE er ikke understøttet"), "{said}");
    assert!(said.contains("udelad sætningen"), "{said}");
}
