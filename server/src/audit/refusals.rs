//! Calls that showed nothing: of each caller so many a minute have lines of their own. The others are
//! counted, and one line says how many they were, so that nobody fills the disk with what is refused.
//!
//! A refusal can tell something of whom the question names: that there is such a citizen, or none. So
//! whom the counted calls named is kept, each once, and written with their number. Where that is
//! too much, calls are turned away before anything of them is looked at ([`Refusals::has_room`]), and
//! whoever was looked at nevertheless has lines of their own.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use hashbrown::HashMap;

use super::entry::Entry;
use super::recover::reason;
use super::visit::{NAMED, asked};

/// What is counted together.
const WINDOW: Duration = Duration::from_secs(60);
/// Bytes that count as a line more: a call that names many has longer lines, and more of them.
const LINE: usize = 4 << 10;

/// Calls that showed nothing, by caller.
pub(super) struct Refusals {
    /// Lines of one caller in a window.
    most: usize,
    windows: Mutex<HashMap<Whose, Window>>,
}

/// A caller, as its lines name it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Whose {
    role: String,
    kommune: String,
    subject: String,
}

struct Window {
    began: Instant,
    lines: usize,
    /// Calls without lines.
    left_out: u64,
    /// Hashes of whom these named, [`NAMED`] at most.
    asked: BTreeSet<String>,
    /// Whether a call has lines of its own only because whom it named could not be kept.
    is_full: bool,
}

/// Calls of one caller without lines of their own.
pub(super) struct LeftOut {
    whose: Whose,
    count: u64,
    asked: BTreeSet<String>,
}

/// How a call came to show nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// Before anything of it was looked at: it was told nothing of whom it names.
    Unseen,
    /// Later.
    Seen,
}

/// What becomes of the lines of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// They are written.
    Alone,
    /// It is counted; whether it is the first that is, of all callers.
    Counted { is_first: bool },
}

impl Refusals {
    pub fn new(most: usize) -> Refusals {
        Refusals { most, windows: Mutex::default() }
    }

    /// Whether there is room to keep whom a call names, if it shows nothing.
    pub fn has_room(&self, entry: &Entry, asked: &BTreeSet<String>, now: Instant) -> bool {
        let windows = self.windows();
        let window = windows.get(&Whose::of(entry)).filter(|window| !window.is_over(now));
        window.is_none_or(|window| {
            window.lines < self.most || (!window.is_full && window.has_room(asked))
        })
    }

    /// Takes a call that showed nothing. The one that goes beyond what a caller may have is still
    /// written.
    pub fn take(&self, entries: &[Entry], refused: Refused, now: Instant) -> Told {
        let Some(first) = entries.first() else { return Told::Alone };
        let asked = entries.iter().flat_map(|entry| &entry.asked).cloned().collect();
        let lines = entries.iter().map(weight).sum::<usize>();
        let mut windows = self.windows();
        let is_first = windows.values().all(|window| window.left_out == 0);
        let window = windows.entry(Whose::of(first)).or_insert_with(|| Window::new(now));
        if window.left_out == 0 && window.is_over(now) {
            *window = Window::new(now);
        }
        let is_counted = window.lines >= self.most;
        let is_lost = is_counted && refused == Refused::Seen && !window.has_room(&asked);
        window.is_full |= is_lost;
        if !is_counted || is_lost {
            window.lines += lines;
            return Told::Alone;
        }
        window.left_out += 1;
        if window.has_room(&asked) {
            window.asked.extend(asked);
        }
        Told::Counted { is_first }
    }

    /// Whether calls are counted of which no line tells yet.
    pub fn is_counting(&self) -> bool {
        self.windows().values().any(|window| window.left_out > 0)
    }

    /// What was counted in windows that are over, or in all, which are forgotten.
    pub fn end(&self, now: Option<Instant>) -> Vec<LeftOut> {
        let is_over = |window: &Window| now.is_none_or(|now| window.is_over(now));
        let mut windows = self.windows();
        let ended = windows.extract_if(|_, window| is_over(window));
        let counted = ended.filter(|(_, window)| window.left_out > 0);
        let left_out =
            |(whose, Window { left_out: count, asked, .. })| LeftOut { whose, count, asked };
        counted.map(left_out).collect()
    }

    /// Counts again what could not be written.
    pub fn put_back(&self, left_out: Vec<LeftOut>, now: Instant) {
        let mut windows = self.windows();
        for LeftOut { whose, count, asked } in left_out {
            let begin = || Window { lines: self.most, ..Window::new(now) };
            let window = windows.entry(whose).or_insert_with(begin);
            window.left_out += count;
            window.asked.extend(asked);
        }
    }

    /// A lock whose holder panicked still holds whole counts.
    fn windows(&self) -> MutexGuard<'_, HashMap<Whose, Window>> {
        self.windows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Window {
    fn new(began: Instant) -> Window {
        Window { began, lines: 0, left_out: 0, asked: BTreeSet::new(), is_full: false }
    }

    /// Whether some can be kept beside those that are.
    fn has_room(&self, asked: &BTreeSet<String>) -> bool {
        self.asked.len() + asked.difference(&self.asked).count() <= NAMED
    }

    fn is_over(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.began) >= WINDOW
    }
}

impl Whose {
    fn of(entry: &Entry) -> Whose {
        let Entry { role, kommune, subject, .. } = entry;
        Whose { role: role.clone(), kommune: kommune.clone(), subject: subject.clone() }
    }
}

impl LeftOut {
    /// Its lines, of which the first has this number.
    pub fn entries(&self, first: u64) -> Vec<Entry> {
        let Whose { role, kommune, subject } = self.whose.clone();
        let (named, further) = asked(&self.asked);
        let further = further.into_iter().map(|line| Entry { of: Some(first), ..line });
        let note = Entry {
            role,
            kommune,
            subject,
            asked: named,
            ..Entry::note(reason::LEFT_OUT, self.count)
        };
        std::iter::once(note).chain(further).collect()
    }
}

/// How many lines a line counts as.
fn weight(entry: &Entry) -> usize {
    // What cannot be written as JSON is no line.
    1 + serde_json::to_string(entry).map_or(0, |text| text.len() / LINE)
}

#[cfg(test)]
mod tests {
    use super::super::entry::Kind;
    use super::*;

    fn entry(kommune: &str, asked: Vec<String>) -> Vec<Entry> {
        let (role, kommune) = ("kommune".to_owned(), kommune.to_owned());
        vec![Entry { role, kommune, asked, ..Entry::default() }]
    }

    fn names(numbers: std::ops::Range<usize>) -> Vec<String> {
        numbers.map(|number| format!("{number:032}")).collect()
    }

    fn lines(refusals: &Refusals, now: Option<Instant>) -> Vec<Entry> {
        refusals.end(now).iter().flat_map(|one| one.entries(7)).collect()
    }

    #[test]
    fn a_caller_has_so_many_lines_in_a_minute_and_then_one_with_the_count() {
        let (refusals, now) = (Refusals::new(3), Instant::now());
        let take = |kommune, now| refusals.take(&entry(kommune, Vec::new()), Refused::Seen, now);
        assert!((0..3).all(|_| take("153", now) == Told::Alone));
        assert_eq!(take("153", now), Told::Counted { is_first: true });
        assert_eq!(take("153", now), Told::Counted { is_first: false });
        assert_eq!(take("461", now), Told::Alone, "another has its own");
        assert!(refusals.end(Some(now + WINDOW / 2)).is_empty() && refusals.is_counting());
        let ended = refusals.end(Some(now + WINDOW));
        let told: Vec<_> = ended.iter().flat_map(|one| one.entries(7)).collect();
        let told: Vec<_> = told.iter().map(|one| (one.kommune.as_str(), one.count)).collect();
        assert_eq!(told, [("153", Some(2))]);
        assert!(!refusals.is_counting());
        assert_eq!(take("153", now + WINDOW), Told::Alone);
        refusals.put_back(ended, now + WINDOW);
        assert_eq!(
            lines(&refusals, None)[0].count,
            Some(2),
            "what could not be written is not lost"
        );
        assert!(refusals.end(None).is_empty());
    }

    #[test]
    fn colleagues_have_lines_of_their_own_and_the_note_says_whose_it_is() {
        let (refusals, now) = (Refusals::new(1), Instant::now());
        let of = |subject: &str| {
            let mut entries = entry("153", Vec::new());
            entries[0].subject = subject.to_owned();
            refusals.take(&entries, Refused::Seen, now)
        };
        assert_eq!((of("Anne"), of("Bo")), (Told::Alone, Told::Alone));
        assert_eq!(of("Anne"), Told::Counted { is_first: true });
        let note = &lines(&refusals, None)[0];
        assert_eq!((note.subject.as_str(), note.count), ("Anne", Some(1)));
    }

    #[test]
    fn whom_counted_calls_named_is_kept_once_each_until_it_is_too_much() {
        let (refusals, now) = (Refusals::new(1), Instant::now());
        let take = |numbers, refused| refusals.take(&entry("153", names(numbers)), refused, now);
        let has_room = |numbers, now| {
            let asked = names(numbers).into_iter().collect();
            refusals.has_room(&entry("153", Vec::new())[0], &asked, now)
        };
        assert!(has_room(0..NAMED, now));
        assert_eq!(take(0..1, Refused::Seen), Told::Alone);
        for _ in 0..2 {
            assert_ne!(take(0..NAMED - 1, Refused::Seen), Told::Alone);
        }
        assert!(has_room(5..NAMED, now) && !has_room(5..NAMED + 1, now));
        // What was told nothing is counted, and what was looked at is not lost.
        assert_ne!(take(0..NAMED + 1, Refused::Unseen), Told::Alone);
        assert!(has_room(0..0, now));
        assert_eq!(take(0..NAMED + 1, Refused::Seen), Told::Alone);
        assert!(!has_room(0..0, now), "no more is looked at in this minute");
        assert!(has_room(0..NAMED, now + WINDOW));
        let written = lines(&refusals, None);
        assert_eq!(written[0].count, Some(3));
        assert!(written[1..].iter().all(|one| one.kind == Kind::Asked && one.of == Some(7)));
        let kept: Vec<String> = written.into_iter().flat_map(|one| one.asked).collect();
        assert_eq!(kept, names(0..NAMED - 1));
    }

    #[test]
    fn a_window_that_is_over_begins_anew_where_nothing_is_left_to_be_told() {
        let (refusals, now) = (Refusals::new(1), Instant::now());
        let take = |now| refusals.take(&entry("153", Vec::new()), Refused::Seen, now);
        assert_eq!((take(now), take(now + WINDOW)), (Told::Alone, Told::Alone));
        assert_eq!(take(now + WINDOW), Told::Counted { is_first: true });
    }

    #[test]
    fn long_lines_count_as_more() {
        let (refusals, now) = (Refusals::new(10), Instant::now());
        let take = |_| refusals.take(&entry("153", names(0..1000)), Refused::Seen, now);
        let told = (0..5).map(take).collect::<Vec<_>>();
        // A thousand hashes are some 35 KB: nine lines.
        assert_eq!(told[..2], [Told::Alone; 2]);
        assert!(told[2..].iter().all(|told| *told != Told::Alone));
    }
}
