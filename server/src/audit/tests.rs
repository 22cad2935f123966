//! Lives of a log: written, gone on with, damaged in every way, and asked.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::*;
use crate::disk::Disk;

mod failing;
mod recovering;
mod refused;

const CPR: &str = "6101801234";

fn open(data: &Path, largest: u64) -> Log {
    Log::open(Disk::real(), data, Settings { largest, ..Settings::default() }).unwrap()
}

fn entry(call: &str, kommune: &str) -> Entry {
    Entry {
        call: call.to_owned(),
        role: "kommune".to_owned(),
        kommune: kommune.to_owned(),
        personal: true,
        ..Entry::default()
    }
}

/// Logs a call that shows somebody.
fn call(log: &Log, kommune: &str, citizens: &[&str]) -> Result<(), Unlogged> {
    let visit = Visit::new(log.clone(), entry("Query", kommune));
    visit.shows(citizens.iter().copied());
    block(visit.end(Outcome::Answered, ""))
}

fn block<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

/// A log of so many calls in small files, closed.
fn written(calls: usize) -> tempfile::TempDir {
    let data = tempfile::tempdir().unwrap();
    let log = open(data.path(), 1500);
    for number in 0..calls {
        call(&log, &format!("{:03}", 101 + number), &[CPR]).unwrap();
    }
    log.close();
    data
}

fn files(data: &Path) -> Vec<PathBuf> {
    files::all(&files::folder(data)).unwrap().into_iter().map(|one| one.path).collect()
}

/// What is wrong, with the file and the line.
fn damage(data: &Path) -> Vec<Remark> {
    let found = verify(data, false).unwrap();
    found.remarks.into_iter().filter(|remark| remark.is_damage).collect()
}

#[test]
fn a_log_goes_on_over_files_and_restarts_and_is_its_owners_only() {
    let data = written(12);
    let first = verify(data.path(), false).unwrap();
    assert!(first.is_whole() && first.files > 2, "{first:?}");
    // The calls, and that the service began and ended.
    assert_eq!((first.lines, first.last.seq), (14, 14));
    let log = open(data.path(), 1500);
    call(&log, "153", &[]).unwrap();
    log.close();
    let second = verify(data.path(), false).unwrap();
    assert!(second.is_whole() && second.remarks.is_empty(), "{second:?}");
    assert_eq!(second.lines, 17);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&data.path().join("audit")), 0o700);
    assert_eq!(mode(&data.path().join("audit.key")), 0o600);
    assert!(files(data.path()).iter().all(|file| mode(file) == 0o600));
}

#[test]
fn a_change_of_any_byte_of_any_line_is_found() {
    let data = written(3);
    let mut tried = 0;
    for file in files(data.path()) {
        let bytes = fs::read(&file).unwrap();
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            fs::write(&file, &changed).unwrap();
            let name = file.file_name().unwrap().to_string_lossy();
            let found = damage(data.path());
            assert!(
                found.iter().any(|one| one.file == name || one.file == "head"),
                "{name}, byte {at}"
            );
            tried += 1;
        }
        fs::write(&file, &bytes).unwrap();
    }
    assert!(tried > 1000 && damage(data.path()).is_empty(), "{tried}");
}

/// The files of a log with the line feeds of their lines.
fn lines(file: &Path) -> Vec<String> {
    fs::read_to_string(file).unwrap().split_inclusive('\n').map(str::to_owned).collect()
}

#[test]
fn lines_that_are_removed_moved_or_cut_off_are_found() {
    let data = written(12);
    let all = files(data.path());
    let middle = all.iter().find(|file| lines(file).len() > 2).unwrap();
    let whole = lines(middle);
    let with = |lines: &[String]| {
        fs::write(middle, lines.concat()).unwrap();
        damage(data.path())
    };
    let mut without = whole.clone();
    without.remove(1);
    assert_eq!(with(&without)[0].line, 2);
    let mut moved = whole.clone();
    moved.swap(0, 1);
    assert!(!with(&moved).is_empty());
    let mut twice = whole.clone();
    twice.insert(1, whole[1].clone());
    assert!(!with(&twice).is_empty());
    assert!(!with(&whole[..whole.len() - 1]).is_empty());
    assert!(with(&whole).is_empty());
    // A cut tail, at each line and between, shows against the head.
    let last = all.last().unwrap();
    let bytes = fs::read(last).unwrap();
    for cut in 0..bytes.len() {
        fs::write(last, &bytes[..cut]).unwrap();
        assert!(!damage(data.path()).is_empty(), "cut at {cut}");
    }
    fs::write(last, &bytes).unwrap();
    assert!(damage(data.path()).is_empty());
}

#[test]
fn files_that_are_removed_are_found_and_older_ones_may_be_moved_away() {
    let data = written(12);
    let all = files(data.path());
    for file in &all {
        let bytes = fs::read(file).unwrap();
        fs::remove_file(file).unwrap();
        assert!(!damage(data.path()).is_empty(), "{}", file.display());
        fs::write(file, bytes).unwrap();
    }
    fs::remove_file(&all[0]).unwrap();
    assert!(damage(data.path())[0].text.contains("linje nr. 1 til"));
    assert!(verify(data.path(), true).unwrap().is_whole());
    let head = data.path().join("audit/head");
    let sealed = fs::read(&head).unwrap();
    for cut in 0..sealed.len() {
        fs::write(&head, &sealed[..cut]).unwrap();
        assert!(!verify(data.path(), true).unwrap().is_whole(), "cut at {cut}");
    }
}

#[test]
fn a_log_that_was_removed_whole_is_missed_for_ever() {
    for is_moved_away in [false, true] {
        let data = written(12);
        let folder = data.path().join("audit");
        fs::remove_dir_all(&folder).unwrap();
        if is_moved_away {
            fs::create_dir(&folder).unwrap();
            assert!(damage(data.path())[0].text.contains("hovedet mangler"));
        }
        for _ in 0..2 {
            let log = open(data.path(), 1500);
            call(&log, "153", &[]).unwrap();
            log.close();
            let found = damage(data.path());
            assert!(found[0].text.contains("loggen er begyndt forfra"), "{found:?}");
        }
    }
}

/// Lines that somebody without the key hangs on others.
fn forged(mut end: chain::Link, lines: usize) -> String {
    let (key, entry) = (Key::of(&[7; 32]), entry("Query", "155"));
    (0..lines).map(|_| end.hang(&key, "2026-11-23T00:00:00.000Z", &entry).unwrap()).collect()
}

#[test]
fn a_chain_that_was_made_anew_without_the_key_is_found() {
    let data = written(2);
    for file in files(data.path()) {
        fs::remove_file(file).unwrap();
    }
    let forged = forged(chain::Link::default(), 4);
    fs::write(data.path().join("audit/log-000000000001.jsonl"), forged).unwrap();
    let found = damage(data.path());
    assert_eq!(found.iter().filter(|one| one.text == "linjen er ændret").count(), 4, "{found:?}");
}

#[test]
fn what_a_crash_tore_is_set_aside_and_said() {
    for torn in [&b"{\"seq\":5,\"time\":\"2026"[..], b"\0\0\0\0\n\0", b"x\ny\n"] {
        let data = written(3);
        let last = files(data.path()).pop().unwrap();
        let mut bytes = fs::read(&last).unwrap();
        bytes.extend(torn);
        fs::write(&last, &bytes).unwrap();
        let log = open(data.path(), 1500);
        call(&log, "153", &[]).unwrap();
        log.close();
        let found = verify(data.path(), false).unwrap();
        assert!(found.is_whole(), "{found:?}");
        assert!(found.remarks.iter().any(|one| one.text.contains("efter et nedbrud")), "{found:?}");
        let aside = fs::read_dir(data.path().join("audit")).unwrap();
        let aside = aside.map(|one| one.unwrap().path());
        let aside = aside.filter(|path| path.display().to_string().contains("torn-"));
        assert_eq!(fs::read(aside.last().unwrap()).unwrap(), torn);
    }
}

#[test]
fn lines_that_the_head_had_not_told_of_go_on_and_those_that_it_had_are_missed() {
    let data = written(3);
    let head = data.path().join("audit/head");
    let sealed = fs::read(&head).unwrap();
    // The machine crashed before the head was on the disk: it is three lines behind.
    let log = open(data.path(), 1500);
    call(&log, "153", &[]).unwrap();
    log.close();
    fs::write(&head, sealed).unwrap();
    let found = verify(data.path(), false).unwrap();
    assert!(found.is_whole() && found.remarks[0].text.contains("de sidste 3 linjer"), "{found:?}");
    open(data.path(), 1500).close();
    let found = verify(data.path(), false).unwrap();
    assert!(found.is_whole() && found.remarks[0].text.contains("taget med"), "{found:?}");
    // Somebody cut the tail before the server started again: it goes on, and says so for ever.
    let last = files(data.path()).pop().unwrap();
    fs::remove_file(last).unwrap();
    open(data.path(), 1500).close();
    assert!(damage(data.path()).iter().any(|one| one.text.contains("da serveren startede")));
}

#[test]
fn who_has_seen_a_citizen_is_found_over_lines_and_restarts() {
    let data = tempfile::tempdir().unwrap();
    let log = open(data.path(), 4096);
    call(&log, "153", &["6202702345", "610180-1234"]).unwrap();
    call(&log, "155", &["6202702345"]).unwrap();
    // An answer in parts, with more citizens than one line has.
    let many: Vec<String> = (0..2500).map(|number| format!("62{number:08}")).collect();
    let visit =
        Visit::new(log.clone(), Entry { purpose: "tilsyn".to_owned(), ..entry("Package", "157") });
    visit.shows(&many);
    block(visit.begin()).unwrap();
    visit.shows_now([CPR]).unwrap();
    visit.close(Outcome::Answered, "", (2501, 0));
    drop(visit);
    let asking = Visit::new(log.clone(), entry("Query", "159"));
    asking.names(["hvem er 610180 1234?"], "").unwrap();
    block(asking.end(Outcome::Refused, "UNKNOWN_NAME")).unwrap();
    log.close();
    let all = |wanted: Wanted| search(data.path(), &wanted).unwrap().found;
    let citizen = Some(CPR.to_owned());
    let found = all(Wanted { citizen: citizen.clone(), ..Wanted::default() });
    let told: Vec<_> = found
        .iter()
        .map(|one| (one.entry.kommune.as_str(), one.has_shown, one.entry.outcome))
        .collect();
    let expected = [
        ("153", true, Some(Outcome::Answered)),
        ("157", true, Some(Outcome::Answered)),
        ("159", false, Some(Outcome::Refused)),
    ];
    assert_eq!(told, expected);
    assert_eq!((found[1].entry.purpose.as_str(), found[1].entry.rows), ("tilsyn", Some(2501)));
    assert_eq!(found[1].entry.citizen_count, Some(2501));
    let last = many.last().cloned();
    assert_eq!(all(Wanted { citizen: last, ..Wanted::default() }).len(), 1);
    let kommune = Some("155".to_owned());
    assert_eq!(all(Wanted { kommune: kommune.clone(), ..Wanted::default() }).len(), 1);
    assert!(all(Wanted { kommune, citizen, ..Wanted::default() }).is_empty());
    let to = Some("2020".to_owned());
    assert!(all(Wanted { to, ..Wanted::default() }).is_empty());
    assert_eq!(all(Wanted { from: Some("2020".to_owned()), ..Wanted::default() }).len(), 4);
    assert!(verify(data.path(), false).unwrap().is_whole());
}

#[test]
fn a_call_that_names_thousands_is_found_by_each_of_them_after_a_restart() {
    let data = tempfile::tempdir().unwrap();
    let log = open(data.path(), 1 << 20);
    let many: Vec<String> = (0..NAMED).map(|number| format!("61{number:08}")).collect();
    let text = many.join(" ");
    let question = Question { filters: vec!["x".repeat(300); 10_000], ..Question::default() };
    let told = Entry { question: Some(question), ..entry("Query", "153") };
    let visit = Visit::new(log.clone(), told);
    visit.names([text.as_str()], &many[0]).unwrap();
    assert_eq!(visit.names([text.as_str()], "6212 999 999"), Err(TooMany));
    block(visit.end(Outcome::Refused, "")).unwrap();
    call(&log, "155", &[]).unwrap();
    log.close();
    open(data.path(), 1 << 20).close();
    let found = verify(data.path(), false).unwrap();
    assert!(found.is_whole() && found.remarks.is_empty(), "{found:?}");
    let all = search(data.path(), &Wanted::default()).unwrap();
    assert_eq!((all.found.len(), all.unreadable), (2, 0));
    for number in [0, 999, 1000, 5000, NAMED - 1] {
        let citizen = Some(many[number].clone());
        let found = search(data.path(), &Wanted { citizen, ..Wanted::default() }).unwrap().found;
        assert_eq!((found.len(), found[0].has_shown), (1, false));
        let filters = &found[0].entry.question.as_ref().unwrap().filters;
        assert!(filters.len() < 1000 && filters.last().unwrap() == "…");
    }
    let citizen = Some("6299999999".to_owned());
    assert!(
        search(data.path(), &Wanted { citizen, ..Wanted::default() }).unwrap().found.is_empty()
    );
}

#[test]
fn a_call_that_nobody_waits_for_any_more_is_logged_as_cancelled() {
    let data = tempfile::tempdir().unwrap();
    let log = open(data.path(), 4096);
    drop(Visit::new(log.clone(), entry("Query", "153")));
    let begun = Visit::new(log.clone(), entry("QueryStream", "155"));
    block(begun.begin()).unwrap();
    drop(begun);
    log.close();
    let found = search(data.path(), &Wanted::default()).unwrap().found;
    let told: Vec<_> = found.iter().map(|one| one.entry.outcome).collect();
    assert_eq!(told, [Some(Outcome::Cancelled), Some(Outcome::Cancelled)]);
}

#[test]
fn a_call_that_is_given_up_while_its_line_is_written_has_an_end_all_the_same() {
    let data = tempfile::tempdir().unwrap();
    let log = open(data.path(), 1 << 20);
    for number in 0..20 {
        let visit = Visit::new(log.clone(), entry("QueryStream", &format!("{number:03}")));
        block(async {
            tokio::select! {
                biased;
                _ = visit.begin() => {}
                () = std::future::ready(()) => {}
            }
        });
    }
    log.close();
    let found = search(data.path(), &Wanted::default()).unwrap().found;
    let cancelled = found.iter().filter(|one| one.entry.outcome == Some(Outcome::Cancelled));
    assert_eq!((found.len(), cancelled.count()), (20, 20));
}

#[test]
fn who_is_shown_is_found_though_the_answer_ends_at_that_moment() {
    let data = tempfile::tempdir().unwrap();
    let log = open(data.path(), 1 << 20);
    let mut shown = Vec::new();
    for number in 0..100 {
        let visit = Visit::new(log.clone(), entry("Package", "153"));
        block(visit.begin()).unwrap();
        let citizen = format!("61018{number:05}");
        std::thread::scope(|scope| {
            let showing = scope.spawn(|| visit.shows_now([&citizen]));
            visit.close(Outcome::Answered, "", (0, 0));
            shown.extend(showing.join().unwrap().is_ok().then_some(citizen.clone()));
        });
    }
    log.close();
    for citizen in shown {
        let wanted = Wanted { citizen: Some(citizen), ..Wanted::default() };
        assert!(search(data.path(), &wanted).unwrap().found[0].has_shown);
    }
}

#[test]
fn a_file_that_is_no_text_may_have_shown_anybody() {
    let data = tempfile::tempdir().unwrap();
    let log = open(data.path(), 1 << 20);
    for kommune in ["153", "157"] {
        let visit = Visit::new(log.clone(), entry("Package", kommune));
        block(visit.begin()).unwrap();
        if kommune == "157" {
            visit.shows_unknown_now().unwrap();
        }
    }
    log.close();
    let wanted = Wanted { citizen: Some(CPR.to_owned()), ..Wanted::default() };
    let found = search(data.path(), &wanted).unwrap().found;
    let told: Vec<_> = found
        .iter()
        .map(|one| (one.entry.kommune.as_str(), one.has_shown, one.may_have_shown))
        .collect();
    assert_eq!(told, [("157", false, true)]);
    let all = search(data.path(), &Wanted::default()).unwrap().found;
    assert!(all.len() == 2 && all.iter().all(|one| !one.may_have_shown));
}

#[test]
fn a_missing_key_is_not_made_anew() {
    let data = written(1);
    fs::remove_file(data.path().join("audit.key")).unwrap();
    let refused = Log::open(Disk::real(), data.path(), Settings::default());
    assert!(refused.err().unwrap().to_string().contains("mangler"));
    assert!(verify(data.path(), false).is_err());
}

#[test]
fn calls_at_a_time_are_written_in_groups_and_each_has_its_own_lines() {
    let data = tempfile::tempdir().unwrap();
    let log = open(data.path(), 1 << 20);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).build().unwrap();
    runtime.block_on(async {
        let calls = (0..500).map(|number| {
            let log = log.clone();
            tokio::spawn(async move {
                let visit = Visit::new(log, entry("Query", &format!("{number:03}")));
                visit.shows([format!("61{number:08}")]);
                visit.end(Outcome::Answered, "").await.unwrap();
            })
        });
        for call in calls.collect::<Vec<_>>() {
            call.await.unwrap();
        }
    });
    log.close();
    let found = verify(data.path(), false).unwrap();
    assert!(found.is_whole() && found.lines == 502, "{found:?}");
    for number in [0, 7, 499] {
        let citizen = Some(format!("61{number:08}"));
        let found = search(data.path(), &Wanted { citizen, ..Wanted::default() }).unwrap().found;
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].entry.kommune, format!("{number:03}"));
    }
}
