//! How far a load has come, for whoever waits.

use std::sync::atomic::{AtomicUsize, Ordering};

/// How far one stage of a load has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What is being done, in Danish.
    pub stage: &'static str,
    /// How many files or steps are done.
    pub done: usize,
    /// Of how many.
    pub of: usize,
}

/// A stage under way; may be counted up from several threads.
pub struct Steps<'a> {
    stage: &'static str,
    done: AtomicUsize,
    of: usize,
    tell: &'a (dyn Fn(Progress) + Sync),
}

impl<'a> Steps<'a> {
    /// Begins a stage of so many steps.
    pub fn begin(tell: &'a (dyn Fn(Progress) + Sync), stage: &'static str, of: usize) -> Self {
        tell(Progress { stage, done: 0, of });
        Steps { stage, done: AtomicUsize::new(0), of, tell }
    }

    /// Ends a step.
    pub fn step(&self) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        (self.tell)(Progress { stage: self.stage, done, of: self.of });
    }
}
