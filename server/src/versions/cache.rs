//! Answers that were given, kept for whoever asks the same with the same eyes.
//!
//! A key is the version, whose eyes they are, and what the question means: the bound question, not
//! its text, so that other words for the same share an answer. (A filter of a pivot and the same
//! member in `WHERE` are two meanings: formulas see the one and not the other.) Callers with
//! different eyes never do. A version never changes, so no answer grows stale; a new version has
//! keys of its own, and the answers of the old one make room as they are no longer asked for.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hashbrown::HashMap;
use terning_engine::query::Answer;

use super::VersionName;
use crate::access::Caller;

/// Bytes of answers that are kept unless the settings say otherwise: some hundred grids of 100,000
/// cells, little beside the cubes that stay in memory.
pub const CACHE_BYTES: usize = 64 << 20;
/// The part of all bytes that one answer may take: one large answer must not drive out all others.
const LARGEST_PART: usize = 4;
/// Bytes that an answer takes beside its columns and its key, about.
const OVERHEAD: usize = 512;

/// What an answer is the answer to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Asked {
    /// The version that was asked.
    pub version: VersionName,
    /// Whose eyes saw it.
    pub caller: Caller,
    /// What the question means.
    pub meaning: String,
}

/// The answers, within a number of bytes.
pub struct Cache {
    most: usize,
    kept: Mutex<Kept>,
    hits: AtomicU64,
    misses: AtomicU64,
}

/// What is kept: answers by what was asked, and what was asked by when it was asked last.
#[derive(Default)]
struct Kept {
    answers: HashMap<Arc<Asked>, Entry>,
    by_use: BTreeMap<u64, Arc<Asked>>,
    bytes: usize,
    /// Counts uses.
    clock: u64,
}

struct Entry {
    answer: Arc<Answer>,
    bytes: usize,
    last_use: u64,
}

impl Cache {
    /// A cache of at most so many bytes; with none nothing is kept.
    #[must_use]
    pub fn new(most: usize) -> Cache {
        Cache { most, kept: Mutex::default(), hits: AtomicU64::new(0), misses: AtomicU64::new(0) }
    }

    /// The answer to a question that was asked before.
    #[must_use]
    pub fn find(&self, asked: &Asked) -> Option<Arc<Answer>> {
        let found = self.kept().find(asked);
        let counter = if found.is_some() { &self.hits } else { &self.misses };
        counter.fetch_add(1, Ordering::Relaxed);
        found
    }

    /// Whether there is an answer to a question; that somebody looked is not counted.
    #[must_use]
    pub fn has(&self, asked: &Asked) -> bool {
        self.kept().answers.contains_key(asked)
    }

    /// Keeps an answer, and lets go of those not asked for the longest where there is no room.
    pub fn keep(&self, asked: Asked, answer: &Arc<Answer>) {
        let bytes = answer.cells.bytes() + 2 * asked.meaning.len() + OVERHEAD;
        if bytes <= self.most / LARGEST_PART {
            let mut kept = self.kept();
            kept.put(Arc::new(asked), Arc::clone(answer), bytes);
            while kept.bytes > self.most && kept.let_go() {}
        }
    }

    /// How many questions were answered from here, and how many were not.
    #[must_use]
    pub fn hits_and_misses(&self) -> (u64, u64) {
        (self.hits.load(Ordering::Relaxed), self.misses.load(Ordering::Relaxed))
    }

    /// The bytes of all answers that are kept.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.kept().bytes
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn find(&mut self, asked: &Asked) -> Option<Arc<Answer>> {
        let entry = self.answers.get_mut(asked)?;
        self.clock += 1;
        if let Some(asked) = self.by_use.remove(&entry.last_use) {
            self.by_use.insert(self.clock, asked);
        }
        entry.last_use = self.clock;
        Some(Arc::clone(&entry.answer))
    }

    fn put(&mut self, asked: Arc<Asked>, answer: Arc<Answer>, bytes: usize) {
        self.clock += 1;
        let entry = Entry { answer, bytes, last_use: self.clock };
        if let Some(before) = self.answers.insert(Arc::clone(&asked), entry) {
            self.by_use.remove(&before.last_use);
            self.bytes -= before.bytes;
        }
        self.by_use.insert(self.clock, asked);
        self.bytes += bytes;
    }

    /// Lets go of the answer that was not asked for the longest, if there is any.
    fn let_go(&mut self) -> bool {
        let Some((_, asked)) = self.by_use.pop_first() else { return false };
        if let Some(entry) = self.answers.remove(&asked) {
            self.bytes -= entry.bytes;
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use terning_engine::query::CellSet;

    use super::*;

    fn asked(meaning: &str) -> Asked {
        let version = VersionName::parse("2020-12.1").unwrap();
        Asked { version, caller: Caller::Local, meaning: meaning.to_owned() }
    }

    fn answer(cells: usize) -> Arc<Answer> {
        let cells = CellSet { values: vec![1.0; cells], ..CellSet::default() };
        Arc::new(Answer { view: 0, cells })
    }

    fn bearer(kommune: &str) -> Caller {
        Caller::Bearer { role: "kommune".to_owned(), parameter: kommune.to_owned() }
    }

    #[test]
    fn the_same_question_is_found_and_nobody_elses() {
        let cache = Cache::new(1 << 20);
        let given = answer(10);
        let own = Asked { caller: bearer("153"), ..asked("a") };
        cache.keep(own.clone(), &given);
        assert!(Arc::ptr_eq(&cache.find(&own).unwrap(), &given));
        let version = VersionName::parse("2020-12.2").unwrap();
        for other in [
            asked("a"),
            Asked { caller: bearer("155"), ..own.clone() },
            Asked { version, ..own.clone() },
            Asked { meaning: "b".to_owned(), ..own },
        ] {
            assert!(cache.find(&other).is_none(), "{other:?}");
        }
        assert_eq!(cache.hits_and_misses(), (1, 4));
        assert!(!cache.has(&asked("a")));
        assert_eq!(cache.hits_and_misses(), (1, 4));
    }

    #[test]
    fn bytes_are_bounded_and_what_is_asked_for_stays() {
        let most = 100 * 1024;
        let cache = Cache::new(most);
        let name = |number: usize| number.to_string();
        for number in 0..200 {
            cache.keep(asked(&name(number)), &answer(1024));
            assert!(cache.bytes() <= most);
            assert!(cache.find(&asked("0")).is_some(), "after {number}");
        }
        let kept = (0..200).filter(|&number| cache.find(&asked(&name(number))).is_some()).count();
        // Each takes 8 KiB for its values, and something beside.
        assert!((8..=12).contains(&kept), "{kept}");
        assert!(cache.find(&asked("199")).is_some() && cache.find(&asked("1")).is_none());
    }

    #[test]
    fn an_answer_that_is_too_large_is_not_kept_and_one_kept_twice_counts_once() {
        let cache = Cache::new(100 * 1024);
        cache.keep(asked("large"), &answer(10 * 1024));
        assert_eq!(cache.bytes(), 0);
        cache.keep(asked("a"), &answer(100));
        let once = cache.bytes();
        cache.keep(asked("a"), &answer(100));
        assert_eq!(cache.bytes(), once);
        let off = Cache::new(0);
        off.keep(asked("a"), &answer(0));
        assert!(off.find(&asked("a")).is_none());
    }
}
