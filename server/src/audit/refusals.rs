//! Calls that showed nothing: of each caller so many a minute have lines of their own. The others are
//! counted, and one line says how many they were, so that nobody fills the disk with what is refused.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use hashbrown::HashMap;

use super::entry::{Entry, Kind};
use super::recover::reason;

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
}

struct Window {
    began: Instant,
    lines: usize,
    /// Calls without lines.
    left_out: u64,
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

    /// Takes a call that showed nothing. The one that goes beyond what a caller may have is still
    /// written.
    pub fn take(&self, entries: &[Entry], now: Instant) -> Told {
        let Some(first) = entries.first() else { return Told::Alone };
        let mut windows = self.windows();
        let is_first = windows.values().all(|window| window.left_out == 0);
        let begin = || Window { began: now, lines: 0, left_out: 0 };
        let window = windows.entry(Whose::of(first)).or_insert_with(begin);
        if window.left_out == 0 && window.is_over(now) {
            *window = begin();
        }
        if window.lines < self.most {
            window.lines += entries.iter().map(weight).sum::<usize>();
            return Told::Alone;
        }
        window.left_out += 1;
        Told::Counted { is_first }
    }

    /// Whether calls are counted of which no line tells yet.
    pub fn is_counting(&self) -> bool {
        self.windows().values().any(|window| window.left_out > 0)
    }

    /// The lines of what was counted in windows that are over, or in all, which are forgotten.
    pub fn end(&self, now: Option<Instant>) -> Vec<Entry> {
        let is_over = |window: &Window| now.is_none_or(|now| window.is_over(now));
        let mut windows = self.windows();
        let ended = windows.extract_if(|_, window| is_over(window));
        ended.filter(|(_, window)| window.left_out > 0).map(line).collect()
    }

    /// Counts again what could not be written.
    pub fn put_back(&self, entries: &[Entry], now: Instant) {
        let mut windows = self.windows();
        for entry in entries {
            let begin = || Window { began: now, lines: self.most, left_out: 0 };
            let window = windows.entry(Whose::of(entry)).or_insert_with(begin);
            window.left_out += entry.count.unwrap_or_default();
        }
    }

    /// A lock whose holder panicked still holds whole counts.
    fn windows(&self) -> MutexGuard<'_, HashMap<Whose, Window>> {
        self.windows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Window {
    fn is_over(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.began) >= WINDOW
    }
}

impl Whose {
    fn of(entry: &Entry) -> Whose {
        Whose { role: entry.role.clone(), kommune: entry.kommune.clone() }
    }
}

/// How many lines a line counts as.
fn weight(entry: &Entry) -> usize {
    // What cannot be written as JSON is no line.
    1 + serde_json::to_string(entry).map_or(0, |text| text.len() / LINE)
}

fn line((whose, window): (Whose, Window)) -> Entry {
    let Whose { role, kommune } = whose;
    Entry { kind: Kind::Note, role, kommune, ..Entry::note(reason::LEFT_OUT, window.left_out) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(kommune: &str, asked: usize) -> Vec<Entry> {
        let (role, kommune) = ("kommune".to_owned(), kommune.to_owned());
        vec![Entry { role, kommune, asked: vec!["x".repeat(32); asked], ..Entry::default() }]
    }

    #[test]
    fn a_caller_has_so_many_lines_in_a_minute_and_then_one_with_the_count() {
        let (refusals, now) = (Refusals::new(3), Instant::now());
        let take = |kommune, now| refusals.take(&entry(kommune, 0), now);
        assert!((0..3).all(|_| take("153", now) == Told::Alone));
        assert_eq!(take("153", now), Told::Counted { is_first: true });
        assert_eq!(take("153", now), Told::Counted { is_first: false });
        assert_eq!(take("461", now), Told::Alone, "another has its own");
        assert!(refusals.end(Some(now + WINDOW / 2)).is_empty() && refusals.is_counting());
        let lines = refusals.end(Some(now + WINDOW));
        let told: Vec<_> = lines.iter().map(|one| (one.kommune.as_str(), one.count)).collect();
        assert_eq!(told, [("153", Some(2))]);
        assert!(!refusals.is_counting());
        assert_eq!(take("153", now + WINDOW), Told::Alone);
        refusals.put_back(&lines, now + WINDOW);
        assert_eq!(refusals.end(None)[0].count, Some(2), "what could not be written is not lost");
        assert!(refusals.end(None).is_empty());
    }

    #[test]
    fn a_window_that_is_over_begins_anew_where_nothing_is_left_to_be_told() {
        let (refusals, now) = (Refusals::new(1), Instant::now());
        assert_eq!(refusals.take(&entry("153", 0), now), Told::Alone);
        assert_eq!(refusals.take(&entry("153", 0), now + WINDOW), Told::Alone);
        let told = refusals.take(&entry("153", 0), now + WINDOW);
        assert_eq!(told, Told::Counted { is_first: true });
    }

    #[test]
    fn long_lines_count_as_more() {
        let (refusals, now) = (Refusals::new(10), Instant::now());
        let told = (0..5).map(|_| refusals.take(&entry("153", 1000), now)).collect::<Vec<_>>();
        // A thousand hashes are some 35 KB: nine lines.
        assert_eq!(told[..2], [Told::Alone; 2]);
        assert!(told[2..].iter().all(|told| *told != Told::Alone));
    }
}
