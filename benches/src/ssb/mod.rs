//! The Star Schema Benchmark: its tables as they are published, and its thirteen questions.
//!
//! P. O'Neil, E. O'Neil, X. Chen, S. Revilak: *The Star Schema Benchmark and Augmented Fact Table
//! Indexing*. Sizes, domains and distributions are those of its generator; the numbers that are
//! drawn are our own, from a fixed seed.

mod generate;
mod words;

pub use generate::generate;

/// A question of the benchmark.
pub struct Question {
    /// Its published number.
    pub name: &'static str,
    /// What we are asked.
    pub mdx: &'static str,
    /// What a rival is asked.
    pub sql: &'static str,
}

macro_rules! questions {
    ($($name:literal),*) => {
        /// The thirteen questions, in four flights.
        pub const QUESTIONS: &[Question] = &[$(Question {
            name: $name,
            mdx: include_str!(concat!("../../ssb/", $name, ".mdx")),
            sql: include_str!(concat!("../../ssb/", $name, ".sql")),
        }),*];
    };
}

questions!(
    "q1.1", "q1.2", "q1.3", "q2.1", "q2.2", "q2.3", "q3.1", "q3.2", "q3.3", "q3.4", "q4.1", "q4.2",
    "q4.3"
);
