//! A clock that counts CPU time.

use std::time::{Duration, Instant};

/// What is timed at once is at least this long, so that reading the clock does not count.
const SHORTEST: Duration = Duration::from_micros(500);

/// Which time is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// The CPU time of all threads of this process.
    Cpu,
    /// The time on the wall.
    Wall,
}

/// The times of some runs, in milliseconds, ascending.
#[derive(Clone, Debug)]
pub struct Times(Vec<f64>);

impl Times {
    /// The median.
    #[must_use]
    pub fn median(&self) -> f64 {
        self.0[self.0.len() / 2]
    }

    /// The shortest.
    #[must_use]
    pub fn min(&self) -> f64 {
        self.0[0]
    }

    /// The longest.
    #[must_use]
    pub fn max(&self) -> f64 {
        self.0[self.0.len() - 1]
    }

    /// The number of runs.
    #[must_use]
    pub fn runs(&self) -> usize {
        self.0.len()
    }
}

/// The CPU time of this process so far, all threads together.
#[must_use]
pub fn cpu_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
}

/// Times `runs` runs, at least one, after a tenth as many to warm up. Short calls are made several
/// times in each run, and the run counts for one of them.
pub fn time(clock: Clock, runs: usize, mut call: impl FnMut()) -> Times {
    let runs = runs.max(1);
    let mut warm = Duration::ZERO;
    for _ in 0..runs.div_ceil(10) {
        warm = once(Clock::Wall, &mut call);
    }
    let repeats = (SHORTEST.as_nanos() / warm.as_nanos().max(1)).clamp(1, 1000) as u32;
    let many = || {
        let time = once(clock, || (0..repeats).for_each(|_| call()));
        time.as_secs_f64() * 1000.0 / f64::from(repeats)
    };
    let mut times: Vec<f64> = std::iter::repeat_with(many).take(runs).collect();
    times.sort_unstable_by(f64::total_cmp);
    Times(times)
}

fn once(clock: Clock, mut call: impl FnMut()) -> Duration {
    let (began, cpu) = (Instant::now(), cpu_time());
    call();
    match clock {
        Clock::Cpu => cpu_time() - cpu,
        Clock::Wall => began.elapsed(),
    }
}
