//! The access log (A4), seen from outside: who has seen which citizen, when, why and by which call.

use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Parser;
use terning_proto::v1;
use terning_proto::v1::query_service_client::QueryServiceClient;
use terning_server::args::Args;
use terning_server::audit::{self, Found, Outcome, Wanted};
use terning_server::command;
use terning_server::config::{Access, Settings};
use terning_tests::random::Random;
use tonic_types::StatusExt;

use crate::access::{built, token};
use crate::harness::Server;

/// Citizens of the three municipalities of [`built`]: of 153 alone, of 153 and 157, of 155, of 157.
const ALONE: &str = "6101801234";
const BOTH: &str = "6202702345";
const FOREIGN: &str = "6404504567";
const VH: &str = "--cube=Voksne Handicappede";

fn search(data: &Path, citizen: Option<&str>) -> Vec<Found> {
    let citizen = citizen.map(str::to_owned);
    audit::search(data, &Wanted { citizen, ..Wanted::default() }).unwrap().found
}

/// All bytes of the log.
fn text(data: &Path) -> String {
    let files = fs::read_dir(data.join("audit")).unwrap().map(|file| file.unwrap().path());
    files.map(|file| String::from_utf8_lossy(&fs::read(file).unwrap()).into_owned()).collect()
}

fn is_whole(data: &Path) -> bool {
    let found = audit::verify(data, false).unwrap();
    assert!(found.is_whole(), "{found:?}");
    found.remarks.is_empty()
}

#[test]
fn a4_each_call_has_its_line_with_who_why_what_and_whom() {
    let folder = built();
    let data = folder.path();
    let own = token(data, "kommune", Some("153"));
    let server = Server::ready(data);
    let ask = |words: &[&str]| {
        let common = ["--token", &own, "--purpose", "tilsyn 610180-1234 i november"];
        server.ask_bytes(&[words, &common].concat())
    };
    let rows = "--rows=Borger.Personnummer";
    assert!(ask(&["pivot", VH, rows, "--measure=Antal Ydelser", "--filter=Tid.År=2020"]).is_ok());
    assert!(ask(&["drill", VH, "--filter=Ydelse VH.Ydelseskode=1.8.1"]).is_ok());
    assert!(ask(&["explain", VH]).is_ok());
    assert!(ask(&["report", "fejlliste", "--kommune=153"]).is_ok());
    assert!(ask(&["report", "benchmark", "--kommuner=153", "--aar=2020"]).is_ok());
    let filter = format!("--filter=Borger.Personnummer={FOREIGN}");
    assert!(ask(&["pivot", VH, &filter]).is_err());
    let package = folder.path().join("pakke");
    let words = ["package", "--kind=datamart", "--kommune=153", "--token", &own];
    server.run(&words, &package).unwrap();
    drop(server);
    assert!(is_whole(data));
    let all = search(data, None);
    let told: Vec<_> = all.iter().map(|one| (one.entry.call.as_str(), one.entry.outcome)).collect();
    let answered = Some(Outcome::Answered);
    let expected = [
        ("RunStatement", answered),
        ("DrillThrough", answered),
        ("Explain", answered),
        ("RunReport", answered),
        ("RunReport", answered),
        ("RunStatement", Some(Outcome::Refused)),
        ("Package", answered),
    ];
    let same = |(one, other): (&(&str, _), &(&str, _))| {
        // A pivot may be asked by any of the calls that answer one.
        one.1 == other.1 && (one.0 == other.0 || other.0 == "RunStatement")
    };
    assert!(told.len() == 7 && told.iter().zip(&expected).all(same), "{told:?}");
    for one in &all {
        let entry = &one.entry;
        assert_eq!((entry.role.as_str(), entry.kommune.as_str()), ("kommune", "153"));
        assert!(entry.time_and_version_are_told(one), "{one:?}");
        let purpose = if entry.call == "Package" { "" } else { "tilsyn [nummer] i november" };
        assert_eq!(entry.purpose, purpose, "{one:?}");
    }
    let pivot = &all[0].entry;
    let question = pivot.question.as_ref().unwrap();
    assert_eq!(pivot.cube, "Voksne Handicappede");
    assert_eq!(question.filters, ["Tid.År=2020"]);
    assert_eq!(question.axes[1], ["Borger.Personnummer"]);
    assert!(pivot.personal && pivot.citizen_count == Some(2), "{pivot:?}");
    assert!(!all[4].entry.personal && all[4].entry.citizen_count.is_none());
    assert_eq!(all[5].entry.reason, "UNKNOWN_NAME");
    assert!(all[5].entry.asked.len() == 2, "{:?}", all[5]);
}

trait Told {
    fn time_and_version_are_told(&self, of: &Found) -> bool;
}

impl Told for audit::Entry {
    fn time_and_version_are_told(&self, of: &Found) -> bool {
        of.time.starts_with("20") && self.version == "2026-10.1"
    }
}

#[test]
fn a4_who_has_looked_at_a_citizen_can_be_answered() {
    let folder = built();
    let data = folder.path();
    let server = Server::ready(data);
    let of = |kommune: &str| token(data, "kommune", Some(kommune));
    let (own, other) = (of("153"), of("157"));
    let rows = ["pivot", VH, "--rows=Borger.Personnummer", "--token"];
    server.answer(&[&rows[..], &[&own]].concat());
    server.answer(&[&rows[..], &[&other]].concat());
    // A figure about one citizen, whose number is not shown.
    let filter = format!("--filter=Borger.Personnummer={ALONE}");
    server.answer(&["pivot", VH, &filter, "--token", &own]);
    // A text in a cell, and a text that names another.
    let text = "WITH MEMBER [Measures].[x] AS [Borger].[Personnummer].CurrentMember.Name & '!' \
                SELECT [Measures].[x] ON 0 FROM [Voksne Handicappede] \
                WHERE Head([Borger].[Personnummer].[Personnummer].Members, 1)";
    let _ = server.ask(&["mdx", text, "--token", &own]);
    for kind in ["--kind=raw", "--kind=dsa", "--kind=datamart"] {
        let words = ["package", kind, "--kommune=157", "--token", &other];
        server.run(&words, &data.join(kind)).unwrap();
    }
    let national = token(data, "national", None);
    server.answer(&["pivot", "--cube=Voksne Handicappede Benchmark", "--token", &national]);
    drop(server);
    let seen = |citizen: &str, is_shown: bool| -> Vec<String> {
        let found = search(data, Some(citizen)).into_iter().filter(|one| one.has_shown == is_shown);
        found.map(|one| one.entry.kommune).collect()
    };
    assert_eq!(seen(FOREIGN, true), ["157"; 4]);
    assert_eq!(seen(BOTH, true), ["153", "157", "157", "157", "157"]);
    assert_eq!(seen(ALONE, true)[0], "153");
    assert!(!seen(ALONE, true).contains(&"157".to_owned()));
    assert_eq!(seen(ALONE, false)[0], "153");
    assert!(seen("6303603456", true).is_empty());
    assert!(is_whole(data));
}

#[test]
fn a4_a_citizen_whom_a_format_shows_is_logged() {
    let folder = built();
    let server = Server::ready(folder.path());
    let own = token(folder.path(), "kommune", Some("153"));
    let text = "WITH MEMBER [Measures].[x] AS 1, FORMAT_STRING = \
                '\"' + [Borger].[Personnummer].[Personnummer].Members.Item(0).Name + '\"' \
                SELECT [Measures].[x] ON 0 FROM [Voksne Handicappede]";
    let json = server.answer(&["mdx", text, "--format=json", "--token", &own]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let shown = json["cells"][0]["formatted"].as_str().unwrap();
    assert_eq!(shown.len(), 10, "{shown}");
    drop(server);
    let found = search(folder.path(), Some(shown));
    assert_eq!(found.iter().filter(|one| one.has_shown).count(), 1);
}

#[test]
fn a4_no_personal_number_is_in_the_log_wherever_it_was_written() {
    let folder = built();
    let data = folder.path();
    let server = Server::ready(data);
    let mut random = Random(41);
    let mut used = vec![ALONE.to_owned(), BOTH.to_owned(), FOREIGN.to_owned()];
    for round in 0..8 {
        let number = format!(
            "{:02}{:02}{:02}{:04}",
            61 + random.below(31),
            1 + random.below(12),
            random.below(100),
            random.below(10_000)
        );
        for cpr in [number.clone(), format!("{}-{}", &number[..6], &number[6..])] {
            for words in odd_places(&cpr) {
                let words: Vec<&str> = words.iter().map(String::as_str).collect();
                let _ = server.ask(&words);
            }
        }
        let known = used[round % 3].clone();
        for words in odd_places(&known) {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let _ = server.ask(&words);
        }
        used.push(number);
    }
    drop(server);
    let log = text(data);
    assert!(log.lines().count() > 200);
    for cpr in &used {
        let apart = format!("{}-{}", &cpr[..6], &cpr[6..]);
        assert!(!log.contains(cpr.as_str()) && !log.contains(&apart), "{cpr}");
        assert!(!search(data, Some(cpr)).is_empty(), "{cpr} was asked for");
    }
    assert!(is_whole(data));
}

/// Commands with a personal number in every place that somebody may write it.
fn odd_places(cpr: &str) -> Vec<Vec<String>> {
    let from = "FROM [Voksne Handicappede]";
    let texts = [
        format!("SELECT [Measures].[Antal Ydelser] ON 0 {from} /* {cpr} */"),
        format!("SELECT [Measures].[Antal Ydelser] ON 0 {from} -- om {cpr}"),
        format!("SELECT {{[Borger].[Personnummer].[{cpr}]}} ON 0 {from}"),
        format!("SELECT {{[Borger].[Personnummer].&[{cpr}]}} ON 0 {from}"),
        format!("SELECT [{cpr}] ON 0 {from}"),
        format!("SELECT {{}} ON 0 FROM [{cpr}]"),
        format!("SELEKT {cpr}"),
        format!(
            "SELECT Filter([Borger].[Personnummer].[Personnummer].Members, \
             [Borger].[Personnummer].CurrentMember.Name = '{cpr}') ON 0 {from}"
        ),
        format!("WITH MEMBER [Measures].[{cpr}] AS 1 SELECT [Measures].[{cpr}] ON 0 {from}"),
        format!("WITH SET [{cpr}] AS {{[Køn].[Køn].[Mand]}} SELECT [{cpr}] ON 0 {from}"),
        format!("WITH MEMBER [Measures].[x] AS '{cpr}' SELECT [Measures].[x] ON 0 {from}"),
        format!(
            "WITH MEMBER [Measures].[x] AS 'a', FORMAT_STRING = '{cpr}' SELECT [Measures].[x] ON 0 {from}"
        ),
        format!("SELECT StrToSet('{{[Borger].[Personnummer].&[{cpr}]}}') ON 0 {from}"),
        format!("SELECT [Køn].[Køn].Members DIMENSION PROPERTIES [{cpr}] ON 0 {from}"),
        format!("DRILLTHROUGH SELECT {from} WHERE [Borger].[Personnummer].&[{cpr}]"),
        format!("EXPLAIN SELECT [Borger].[Personnummer].&[{cpr}] ON 0 {from}"),
    ];
    let mdx = texts.into_iter().map(|text| vec!["mdx".to_owned(), text]);
    let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
    let filter = format!("--filter=Borger.Personnummer={cpr}");
    let others = [
        words(&["pivot", VH, &filter]),
        words(&["pivot", VH, &filter, "--show=mdx"]),
        words(&["pivot", VH, &format!("--filter={cpr}.{cpr}={cpr}")]),
        words(&["pivot", VH, &format!("--rows=Borger.Personnummer={cpr}")]),
        words(&["pivot", &format!("--cube={cpr}")]),
        words(&["pivot", VH, "--purpose", &format!("sag om {cpr}.")]),
        words(&["pivot", VH, "--version", cpr]),
        words(&["drill", VH, &filter, &format!("--columns={cpr}")]),
        words(&["explain", VH, &filter, &format!("--measure={cpr}")]),
        words(&["report", cpr]),
        words(&["report", "fejlliste", &format!("--kommune={cpr}")]),
        words(&["package", "--kind", cpr, "--kommune", cpr]),
    ];
    mdx.chain(others).collect()
}

#[test]
fn a4_what_cannot_be_logged_is_not_answered() {
    let folder = built();
    let data = folder.path();
    let server = Server::ready(data);
    let ask = ["pivot", VH, "--rows=Borger.Personnummer"];
    let drill = ["drill", VH];
    server.answer(&ask);
    let (log, away) = (data.join("audit"), data.join("audit.away"));
    fs::rename(&log, &away).unwrap();
    for words in [&ask[..], &drill] {
        let said = server.refusal(words);
        assert!(said.contains("adgangsloggen") && !said.contains(ALONE), "{said}");
    }
    let benchmark = server.refusal(&["report", "benchmark", "--kommuner=153", "--aar=2020"]);
    assert!(benchmark.contains("adgangsloggen"), "{benchmark}");
    let into = data.join("pakke");
    let words = ["package", "--kind=datamart", "--kommune=153"];
    assert!(server.run(&words, &into).unwrap_err().contains("adgangsloggen"));
    fs::rename(&away, &log).unwrap();
    server.answer(&ask);
    drop(server);
    assert!(!is_whole(data), "it is told that lines could not be written");
    let answered = search(data, Some(ALONE)).len();
    assert_eq!(answered, 2);
}

#[test]
fn a4_a_restart_goes_on_with_the_log_and_the_commands_tell_of_it() {
    let folder = built();
    let data = folder.path();
    for _ in 0..3 {
        let server = Server::ready(data);
        server.answer(&["pivot", VH, "--rows=Borger.Personnummer"]);
    }
    assert!(is_whole(data));
    assert_eq!(search(data, Some(ALONE)).len(), 3);
    let run = |words: &[&str]| {
        let data = ["--data", data.to_str().unwrap()];
        let words = [&["terning-server", "audit"], words, &data].concat();
        command::run(Args::try_parse_from(words).unwrap())
    };
    assert_eq!(run(&["verify"]).unwrap(), ExitCode::SUCCESS);
    for format in ["table", "csv", "json"] {
        let words = ["search", "--cpr", "610180-1234", "--format", format];
        assert_eq!(run(&words).unwrap(), ExitCode::SUCCESS);
    }
    assert!(run(&["search", "--cpr", "12345"]).is_err());
    let files = fs::read_dir(data.join("audit")).unwrap().map(|file| file.unwrap().path());
    let file = files.filter(|file| file.extension().is_some_and(|one| one == "jsonl")).max();
    let mut bytes = fs::read(file.as_ref().unwrap()).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(file.unwrap(), bytes).unwrap();
    assert_eq!(run(&["verify"]).unwrap(), ExitCode::FAILURE);
}

#[test]
fn a_token_says_whom_it_was_made_for_and_the_log_can_be_left_out_where_nobody_has_to_say() {
    let folder = built();
    let data = folder.path();
    let words = ["terning-server", "token", "--kommune=153", "--navn=Anne And", "--data"];
    let words = words.iter().copied().chain([data.to_str().unwrap()]);
    assert!(command::run(Args::try_parse_from(words).unwrap()).is_ok());
    let key = terning_server::access::Key::read_or_make(&terning_server::disk::Disk::real(), data)
        .unwrap();
    let now = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs();
    let claims = terning_server::access::Claims::new("kommune", Some("153"), now, 60);
    let named = claims.of(Some("Anne And")).sign(&key).unwrap();
    let server = Server::ready(data);
    server.answer(&["pivot", VH, "--token", &named]);
    drop(server);
    assert_eq!(search(data, None)[0].entry.subject, "Anne And");
    let without = built();
    let server = Server::beside_others(without.path());
    server.answer(&["pivot", VH]);
    // What waits for its lines elsewhere waits for none here.
    let named = format!("--filter=Borger.Personnummer={ALONE}");
    server.answer(&["pivot", VH, &named, "--purpose", ALONE]);
    for kind in ["raw", "datamart"] {
        let words = ["package", "--kind", kind, "--kommune=153"];
        server.run(&words, &without.path().join(kind)).unwrap();
    }
    drop(server);
    assert!(!without.path().join("audit").exists());
}

/// A server whose callers have one line a minute of what is refused.
fn with_one_refused(data: &Path) -> Server {
    let settings = Settings::from(Access::Local);
    let audit = audit::Settings { refused: 1, ..settings.audit };
    Server::with_settings(data, Settings { audit, ..settings })
}

#[test]
fn a4_who_exists_is_not_asked_without_a_trace_by_calls_that_are_refused() {
    let folder = built();
    let data = folder.path();
    let server = with_one_refused(data);
    for _ in 0..3 {
        server.refusal(&["pivot", "--cube=x"]);
    }
    // The filters are bound before the measure: what is refused tells whether there is such a citizen.
    let ask = |citizen: &str| {
        let filter = format!("--filter=Borger.Personnummer={citizen}");
        server.refusal(&["drill", VH, &filter, "--measure=zzz"])
    };
    let (there, nobody) = (ask(ALONE), ask("6999991234"));
    assert!(there.contains("zzz") && !nobody.contains("zzz"), "{there}{nobody}");
    drop(server);
    for citizen in [ALONE, "6999991234"] {
        let found = search(data, Some(citizen));
        assert_eq!(found.len(), 1, "{citizen}");
        assert_eq!((found[0].entry.role.as_str(), found[0].has_shown), ("lokal", false));
    }
    assert!(search(data, Some(BOTH)).is_empty() && is_whole(data));
}

/// Why a question is refused that names a citizen, and others in a parameter.
fn refused_of(server: &Server, citizen: &str, others: String) -> String {
    let text = format!(
        "SELECT zzz ON 0 FROM [Voksne Handicappede] WHERE [Borger].[Personnummer].&[{citizen}]"
    );
    let others = v1::parameter_value::Value::Text(others);
    let parameters = [("n".to_owned(), v1::ParameterValue { value: Some(others) })].into();
    let asked = Some(v1::question::Asked::Mdx(text));
    let question = Some(v1::Question { asked, parameters, ..v1::Question::default() });
    let url = format!("http://{}", server.address);
    let refused = tokio::runtime::Runtime::new().unwrap().block_on(async {
        let mut client = QueryServiceClient::connect(url).await.unwrap();
        client.query(v1::QueryRequest { question }).await.unwrap_err()
    });
    refused.get_details_error_info().map(|info| info.reason).unwrap_or_default()
}

#[test]
fn a4_where_whom_refused_calls_name_cannot_be_kept_no_more_of_them_are_looked_at() {
    let folder = built();
    let data = folder.path();
    let server = with_one_refused(data);
    let ask = |first: usize, last: usize, citizen: &str| {
        let others: String = (first..last).map(|at| format!("61{at:04}1234 ")).collect();
        refused_of(&server, citizen, others)
    };
    let began = Instant::now();
    let looked_at = [ask(0, 1, ALONE), ask(0, 6000, ALONE), ask(10, 5000, ALONE)];
    let reason = ask(5000, 10_000, BOTH);
    if began.elapsed() > Duration::from_secs(50) {
        println!("so slow a machine has begun another minute, in which there is room again");
        return;
    }
    assert_eq!(looked_at, ["UNKNOWN_NAME"; 3]);
    assert_eq!(reason, "TOO_MANY_REFUSED");
    // What names nobody goes on, and so does whoever was named before.
    assert!(server.refusal(&["pivot", VH, "--measure=zzz"]).contains("zzz"));
    let filter = format!("--filter=Borger.Personnummer={ALONE}");
    server.answer(&["pivot", VH, &filter]);
    drop(server);
    assert!(search(data, Some(BOTH)).is_empty(), "nothing was told of them");
    assert!(!search(data, Some("6159991234")).is_empty() && is_whole(data));
}

/// Clients that ask at a time, and for how long.
const CLIENTS: usize = 64;
const FOR: Duration = Duration::from_secs(2);

/// One-cell questions that many clients get answered in some time.
fn answered(server: &Server) -> u64 {
    let address = format!("http://{}", server.address);
    let text = "SELECT [Measures].[Antal Ydelser] ON 0 FROM [Voksne Handicappede]";
    let question = v1::Question {
        asked: Some(v1::question::Asked::Mdx(text.to_owned())),
        ..v1::Question::default()
    };
    let question = Arc::new(question);
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let until = Instant::now() + FOR;
        let clients = (0..CLIENTS).map(|_| {
            let (address, question) = (address.clone(), Arc::clone(&question));
            tokio::spawn(async move {
                let mut client = QueryServiceClient::connect(address).await.unwrap();
                let mut count = 0;
                while Instant::now() < until {
                    let question = Some((*question).clone());
                    client.query(v1::QueryRequest { question }).await.unwrap();
                    count += 1;
                }
                count
            })
        });
        let mut sum = 0;
        for client in clients.collect::<Vec<_>>() {
            sum += client.await.unwrap();
        }
        sum
    })
}

#[test]
fn a4_the_log_can_be_verified_and_searched_while_it_is_written() {
    let folder = built();
    let data = folder.path();
    let server = Server::ready(data);
    let (mut verified, mut before) = (0, 0);
    std::thread::scope(|scope| {
        let asking = scope.spawn(|| answered(&server));
        while !asking.is_finished() {
            let found = audit::verify(data, false).unwrap();
            assert!(found.is_whole(), "{found:?}");
            assert!(found.lines >= before, "no line is lost");
            let known = audit::search(data, &Wanted::default()).unwrap();
            // Half a line may be there, which is being written.
            assert!(known.unreadable <= 1 && known.found.len() as u64 + 2 >= found.lines);
            (verified, before) = (verified + 1, found.lines);
        }
        asking.join().unwrap();
    });
    drop(server);
    assert!(verified > 1, "{verified}");
    assert!(is_whole(data));
}

#[test]
fn a4_a_purpose_may_be_written_in_any_way_and_its_number_is_covered_and_found() {
    let folder = built();
    let data = folder.path();
    let server = Server::ready(data);
    let shown = ["610 180 1234", "6101 80 1234", "sag 12 61 01 80 12 34"];
    for purpose in shown {
        server.answer(&["pivot", VH, "--purpose", purpose]);
    }
    drop(server);
    assert_eq!(search(data, Some(ALONE)).len(), shown.len());
    let told = search(data, None).into_iter().map(|one| one.entry.purpose);
    assert_eq!(told.collect::<Vec<_>>(), ["[nummer]", "[nummer]", "sag [nummer]"]);
}

#[test]
fn a4_a_number_that_is_given_as_one_is_found() {
    let folder = built();
    let data = folder.path();
    let server = Server::ready(data);
    let text = "SELECT [Measures].[Antal Ydelser] ON 0 FROM [Voksne Handicappede] WHERE Filter(\
                [Borger].[Personnummer].[Personnummer].Members, \
                Val([Borger].[Personnummer].CurrentMember.Name) = @n)";
    let number = v1::parameter_value::Value::Number(6_101_801_234.0);
    let parameters = [("n".to_owned(), v1::ParameterValue { value: Some(number) })].into();
    let asked = Some(v1::question::Asked::Mdx(text.to_owned()));
    let question = Some(v1::Question { asked, parameters, ..v1::Question::default() });
    let url = format!("http://{}", server.address);
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let mut client = QueryServiceClient::connect(url).await.unwrap();
        client.query(v1::QueryRequest { question }).await.unwrap();
    });
    drop(server);
    let found = search(data, Some(ALONE));
    assert!(found.len() == 1 && !found[0].has_shown, "{found:?}");
    assert!(search(data, Some(BOTH)).is_empty());
}

#[test]
fn a4_explain_is_logged_with_its_question_and_whom_it_names() {
    let folder = built();
    let data = folder.path();
    let server = Server::ready(data);
    let text = "EXPLAIN SELECT [Measures].[Antal Ydelser] ON 0, \
                [Handle kommune].[Kommunenummer].[Kommunenummer].Members ON 1 \
                FROM [Voksne Handicappede] WHERE [Tid].[År].&[2020]";
    server.answer(&["mdx", text]);
    drop(server);
    let entry = search(data, None).remove(0).entry;
    let question = entry.question.unwrap();
    assert_eq!((entry.cube.as_str(), entry.personal), ("Voksne Handicappede", true));
    assert_eq!(question.axes[1], ["Handle kommune.Kommunenummer"]);
    assert_eq!(question.filters, ["Tid.År=2020"]);
}

#[test]
fn a4_many_clients_at_a_time_are_all_logged() {
    let folder = built();
    let data = folder.path();
    let settings = Settings::from(Access::Local);
    let server = Server::beside_others(data);
    let without = answered(&server);
    drop(server);
    let server = Server::with_settings(data, settings);
    let with = answered(&server);
    drop(server);
    println!(
        "one-cell questions of {CLIENTS} clients in {FOR:?}: {without} without the log, {with} with it"
    );
    assert!(is_whole(data));
    assert_eq!(search(data, None).len() as u64, with);
}
