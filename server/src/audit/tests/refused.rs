//! Calls that showed nothing: a few have lines of their own, and the rest are told as a number.

use super::*;

/// Logs a call that is refused, and asked for somebody.
fn refused(log: &Log, kommune: &str) -> Result<(), Unlogged> {
    refused_of(log, kommune, &[CPR])
}

fn refused_of(log: &Log, kommune: &str, citizens: &[&str]) -> Result<(), Unlogged> {
    let visit = Visit::new(log.clone(), entry("Query", kommune));
    visit.names(citizens.iter().copied(), "").unwrap();
    block(visit.end(Outcome::Refused, "TOO_LARGE"))
}

fn found(data: &Path, kommune: &str) -> Search {
    search(data, &Wanted { kommune: Some(kommune.to_owned()), ..Wanted::default() }).unwrap()
}

#[test]
fn refused_calls_beyond_the_limit_are_one_line_with_their_number_and_answers_have_one_each() {
    let data = tempfile::tempdir().unwrap();
    let settings = Settings { refused: 5, ..Settings::default() };
    let log = Log::open(Disk::real(), data.path(), settings).unwrap();
    for _ in 0..40 {
        refused(&log, "153").unwrap();
        call(&log, "153", &[CPR]).unwrap();
        // Nobody waited for it.
        drop(Visit::new(log.clone(), entry("Query", "153")));
    }
    refused(&log, "461").unwrap();
    log.close();
    let own = found(data.path(), "153");
    let count = |of: Outcome| own.found.iter().filter(|one| one.entry.outcome == Some(of)).count();
    assert_eq!(count(Outcome::Answered), 40, "what was answered has a line each");
    let told = count(Outcome::Refused) + count(Outcome::Cancelled);
    assert_eq!(told as u64 + own.left_out, 80, "none of the eighty is lost");
    // Five in a minute; on a slow disk it takes several.
    assert!((5..80).contains(&told), "{told}");
    let other = found(data.path(), "461");
    assert_eq!((other.found.len(), other.left_out), (1, 0), "another caller has its own");
    let whole = verify(data.path(), false).unwrap();
    // What was told alone, what was counted, and that the service began and ended.
    assert!(whole.is_whole() && whole.remarks.is_empty(), "{whole:?}");
    let notes = whole.lines as usize - (40 + told + 1 + 2);
    assert!((1..=told / 5).contains(&notes), "{notes} of {told}");
}

#[test]
fn a_caller_that_is_refused_over_and_over_does_not_fill_the_disk() {
    let data = tempfile::tempdir().unwrap();
    let log = Log::open(Disk::real(), data.path(), Settings::default()).unwrap();
    let citizens: Vec<String> = (0..NAMED).map(|at| format!("{:010}", 101_500_000 + at)).collect();
    let hash = citizens.join(" ");
    for _ in 0..5 {
        let visit = Visit::new(log.clone(), entry("Query", "153"));
        visit.names([hash.as_str()], "").unwrap();
        block(visit.end(Outcome::Refused, "TOO_MANY_NUMBERS")).unwrap();
    }
    log.close();
    let bytes: u64 = files(data.path()).iter().map(|one| fs::metadata(one).unwrap().len()).sum();
    // One of these calls is some 380 KB of lines, and alone more than sixty short ones; whom the others
    // named is written once.
    assert!((600_000..1_000_000).contains(&bytes), "{bytes}");
    assert_eq!(found(data.path(), "153").left_out, 4);
}

#[test]
fn whoever_is_named_by_calls_without_lines_is_found() {
    let data = tempfile::tempdir().unwrap();
    let settings = Settings { refused: 1, ..Settings::default() };
    let log = Log::open(Disk::real(), data.path(), settings).unwrap();
    let citizens: Vec<String> = (0..3000).map(|at| format!("61{at:04}1234")).collect();
    for some in citizens.chunks(50) {
        let some: Vec<&str> = some.iter().map(String::as_str).collect();
        refused_of(&log, "153", &some).unwrap();
    }
    log.close();
    for (at, citizen) in citizens.iter().enumerate().step_by(49) {
        let wanted = Wanted { citizen: Some(citizen.clone()), ..Wanted::default() };
        let found = search(data.path(), &wanted).unwrap().found;
        assert_eq!(found.len(), 1, "citizen {at}");
        assert!(!found[0].has_shown && found[0].entry.kommune == "153");
        let alone = found[0].entry.kind == Kind::Call;
        assert!(alone || found[0].entry.count > Some(0), "{:?}", found[0]);
    }
    let nobody = Wanted { citizen: Some("6999991234".to_owned()), ..Wanted::default() };
    assert!(search(data.path(), &nobody).unwrap().found.is_empty());
    assert!(verify(data.path(), false).unwrap().is_whole());
}
