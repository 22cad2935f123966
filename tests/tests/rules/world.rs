//! Small folders of deliveries, and the figures that the engine makes of them.

use rust_xlsxwriter::Workbook;
use terning_oracle::Pivot;
use terning_tests::engine::Engine;
use terning_tests::folder::{Delivery, write};

pub const VH: &str = "Voksne Handicappede";
pub const BENCHMARK: &str = "Voksne Handicappede Benchmark";
pub const M1: &str = "Antal Unikke Borgere";
pub const M2: &str = "Antal Ydelsesmodtagere";
pub const M3: &str = "Antal Ydelser";
pub const M6: &str = "Helårsmodtagere";
pub const M7: &str = "Fuldtidsydelser";
pub const M8: &str = "Antal Unikke Borgere Ultimo";

/// A year of 366 days, at whose end the deliveries are.
pub const YEAR: &str = "Tid.År=2020";

/// Deliveries up to December 2020.
pub struct World(pub tempfile::TempDir);

impl World {
    /// Of one municipality that delivers for itself.
    pub fn of(lines: &[&str]) -> World {
        World(tempfile::tempdir().unwrap()).and("153", "nexus", "2020-12", lines)
    }

    pub fn and(
        self,
        from: &'static str,
        system: &'static str,
        month: &'static str,
        lines: &[&str],
    ) -> World {
        Delivery::full(from, system, month).write(self.0.path(), lines);
        self
    }

    pub fn with(self, file: &str, text: &str) -> World {
        write(&self.0.path().join("reference").join(file), text.as_bytes());
        self
    }

    /// A figure under conditions; nothing where no record is active.
    pub fn figure(&self, cube: &str, measure: &str, filters: &[&str]) -> Option<f64> {
        let engine = Engine::load(self.0.path(), None).unwrap();
        let pivot = Pivot {
            cube: cube.to_owned(),
            filters: filters.iter().map(|&filter| filter.to_owned()).collect(),
            measures: vec![measure.to_owned()],
            empty: true,
            ..Pivot::default()
        };
        engine.pivot(&pivot).unwrap().cells[0][0]
    }

    /// The days that count of a service in the year, by Benchmark.
    pub fn days(&self, code: &str) -> f64 {
        let code = format!("Ydelse VH.Ydelseskode={code}");
        (self.figure(BENCHMARK, M7, &[YEAR, &code]).unwrap_or(0.0) * 366.0).round()
    }

    /// What Statistics Denmark has approved: municipality, service, quarter and answer.
    pub fn approve(&self, lines: &[[&str; 4]]) {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        let header = ["Kommunekode", "Ydelseskode", "Kvartal", "Godkendt"];
        for (row, line) in (0..).zip([header].iter().chain(lines)) {
            sheet.write_row(row, 0, *line).unwrap();
        }
        let file = self.0.path().join("reference/Godkendte_kommuner.xlsx");
        write(&file, &book.save_to_buffer().unwrap());
    }

    /// The days of services in the year that are approved, or are not.
    pub fn days_approved(&self, answer: &str) -> f64 {
        let filter = format!("JaNej godkendt Ydelse.Ja Nej Tekst={answer}");
        (self.figure(VH, M7, &[YEAR, &filter]).unwrap_or(0.0) * 366.0).round()
    }

    /// Records that Benchmark counts in the year, and those that carry a mark.
    pub fn counted_and_marked(&self, rule: &str) -> (Option<f64>, Option<f64>) {
        let mark = format!("Harmonisering VH.Regel={rule}");
        (self.figure(BENCHMARK, M3, &[YEAR]), self.figure(VH, M3, &[&mark]))
    }
}

/// A good record, beside whatever is asked about.
pub const GOOD: &str = "good;6101801234;153;;1.4;2020-01-01;;1.1.1;;A";
