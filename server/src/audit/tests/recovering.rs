//! A log that was damaged, cut or forged before the service started again.

use super::*;

/// Files that something was set aside in.
fn aside(data: &Path) -> Vec<PathBuf> {
    files::torn(&files::folder(data)).unwrap()
}

fn kommuner(found: &Search) -> Vec<&str> {
    found.found.iter().map(|one| one.entry.kommune.as_str()).collect()
}

/// A log in one file, closed; its file.
fn in_one_file(calls: usize) -> (tempfile::TempDir, PathBuf) {
    let data = tempfile::tempdir().unwrap();
    let log = open(data.path(), 1 << 20);
    for number in 0..calls {
        call(&log, &format!("{:03}", 101 + number), &[CPR]).unwrap();
    }
    log.close();
    let file = files(data.path()).pop().unwrap();
    (data, file)
}

fn seen(data: &Path) -> Search {
    search(data, &Wanted { citizen: Some(CPR.to_owned()), ..Wanted::default() }).unwrap()
}

#[test]
fn a_restart_moves_no_line_that_the_head_vouches_for() {
    // Lines: the start, 101 to 105, the end.
    for damaged in 0..7 {
        let (data, file) = in_one_file(5);
        let mut all = lines(&file);
        all[damaged] = all[damaged].replacen("time", "tine", 1);
        fs::write(&file, all.concat()).unwrap();
        let before = fs::read(&file).unwrap();
        let log = open(data.path(), 1 << 20);
        call(&log, "153", &[CPR]).unwrap();
        log.close();
        open(data.path(), 1 << 20).close();
        assert_eq!(fs::read(&file).unwrap(), before, "line {damaged}");
        assert!(aside(data.path()).is_empty());
        let found = seen(data.path());
        let all = ["101", "102", "103", "104", "105", "153"];
        let left = all.iter().enumerate().filter(|(at, _)| at + 1 != damaged || *at == 5);
        let left: Vec<&str> = left.map(|(_, kommune)| *kommune).collect();
        assert_eq!((kommuner(&found), found.unreadable), (left, 1), "line {damaged}");
        let told = damage(data.path());
        assert!(told.iter().any(|one| one.text.contains("da serveren startede")), "{told:?}");
    }
}

#[test]
fn what_was_set_aside_is_searched_too() {
    let (data, _) = in_one_file(2);
    let head = data.path().join("audit/head");
    let sealed = fs::read(&head).unwrap();
    let log = open(data.path(), 1 << 20);
    call(&log, "147", &[CPR]).unwrap();
    call(&log, "151", &[CPR]).unwrap();
    log.close();
    // The head had not told of the second file when its line of 147 was torn.
    fs::write(&head, sealed).unwrap();
    let file = files(data.path()).pop().unwrap();
    let mut all = lines(&file);
    all[1] = all[1].replacen("147", "148", 1);
    fs::write(&file, all.concat()).unwrap();
    let log = open(data.path(), 1 << 20);
    call(&log, "153", &[CPR]).unwrap();
    log.close();
    assert_eq!(aside(data.path()).len(), 1);
    let found = seen(data.path());
    let mut told = kommuner(&found);
    told.sort_unstable();
    assert_eq!((told, found.unreadable), (vec!["101", "102", "151", "153"], 1));
    let verified = verify(data.path(), false).unwrap();
    assert!(verified.is_whole() && !verified.remarks.is_empty(), "{verified:?}");
}

#[test]
fn a_log_that_is_cut_with_its_head_or_goes_on_without_the_key_is_found() {
    let (data, file) = in_one_file(5);
    let head = data.path().join("audit/head");
    let (whole, sealed) = (lines(&file), fs::read(&head).unwrap());
    let end = |lines: &[String]| {
        let key = Key::read(data.path()).unwrap().unwrap();
        let last = chain::Line::read(&key, lines.last().unwrap().trim_end().as_bytes());
        last.unwrap().link()
    };
    assert_eq!(sealed.iter().filter(|&&byte| byte == b'{').count(), 1, "one record alone");
    // Lines that are forged behind the last, and behind one after which the log was cut.
    for kept in 1..=whole.len() {
        let text = whole[..kept].concat() + &forged(end(&whole[..kept]), 2);
        fs::write(&file, text).unwrap();
        let found = damage(data.path());
        assert!(found.iter().any(|one| one.text == "linjen er ændret"), "{kept}: {found:?}");
    }
    // A log that was cut, with a head of which somebody has made what they can.
    for kept in 1..whole.len() {
        fs::write(&file, whole[..kept].concat()).unwrap();
        for cut in [0, 1, sealed.len() / 2, sealed.len() - 1, sealed.len()] {
            fs::write(&head, &sealed[..cut]).unwrap();
            assert!(!damage(data.path()).is_empty(), "{kept}, {cut}");
        }
    }
    fs::remove_file(&head).unwrap();
    open(data.path(), 1 << 20).close();
    assert!(damage(data.path()).iter().any(|one| one.text.contains("hovedet manglede")));
}

#[test]
fn a_service_that_did_not_end_is_remarked() {
    let (data, file) = in_one_file(2);
    assert!(verify(data.path(), false).unwrap().remarks.is_empty());
    let copy = tempfile::tempdir().unwrap();
    let log = open(data.path(), 1 << 20);
    call(&log, "153", &[]).unwrap();
    let running = verify(data.path(), false).unwrap();
    assert!(running.remarks.is_empty(), "{running:?}");
    fs::create_dir(copy.path().join("audit")).unwrap();
    let now = files(data.path()).into_iter().chain([file, data.path().join("audit/head")]);
    for file in now.chain([data.path().join("audit.key")]) {
        let name = file.strip_prefix(data.path()).unwrap();
        fs::copy(&file, copy.path().join(name)).unwrap();
    }
    log.close();
    let found = verify(copy.path(), false).unwrap();
    assert!(found.is_whole() && found.remarks.iter().any(|one| one.text.contains("sluttede")));
}
