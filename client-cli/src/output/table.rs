//! A table for people: nested headers, a field per column before the rows, blocks of columns that
//! fit the width of a screen.

use std::borrow::Cow;
use std::io::{self, Write};
use std::ops::Range;

use super::Heading;
use super::grid::{Grid, MEASURES};
use super::number;
use crate::answer::{Answer, Value};

/// Characters of a line, unless a single column needs more.
const WIDTH: usize = 120;
/// Blanks between columns.
const GAP: usize = 2;

/// Writes an answer.
///
/// # Errors
/// It cannot be written.
pub fn write(out: &mut dyn Write, heading: &Heading, answer: &Answer) -> io::Result<()> {
    if let Some(title) = &heading.title {
        writeln!(out, "{title}")?;
    }
    let Answer { cube, version, .. } = answer;
    let as_of = number::date_in_language(&answer.as_of, answer.language);
    writeln!(out, "{}", about(cube, version, &as_of, answer.reported()))?;
    let layout = Layout::new(answer);
    let in_where = Some(answer.measure.as_str()).filter(|measure| !measure.is_empty());
    if let Some(measure) = layout.only_measure.or(in_where) {
        writeln!(out, "{measure}")?;
    }
    if layout.grid.columns() == 0 || layout.grid.rows() == 0 {
        writeln!(out, "\nSvaret er tomt: ingen data opfylder betingelserne.")?;
    } else {
        for block in layout.blocks() {
            writeln!(out)?;
            layout.write_block(out, block)?;
        }
    }
    write_notes(out, &answer.remarks())?;
    write_notes(out, &heading.notes)
}

/// Cube, version, as-of day as people read it, and how many municipalities are behind, where any report.
pub(super) fn about(cube: &str, version: &str, as_of: &str, behind: Option<u32>) -> String {
    let behind = match behind {
        None => String::new(),
        Some(0) => " · ingen kommuner er bagud".to_owned(),
        Some(1) => " · 1 kommune er bagud".to_owned(),
        Some(behind) => format!(" · {behind} kommuner er bagud"),
    };
    format!("{cube} · version {version} · til og med {as_of}{behind}")
}

/// What stands below an answer.
pub(super) fn write_notes(out: &mut dyn Write, notes: &[String]) -> io::Result<()> {
    if !notes.is_empty() {
        writeln!(out)?;
    }
    notes.iter().try_for_each(|note| writeln!(out, "{note}"))
}

/// A grid with the widths of its columns.
struct Layout<'a> {
    grid: Grid<'a>,
    /// The measure, where all columns share one: it then stands above, not in every column.
    only_measure: Option<&'a str>,
    /// The names of the fields across that are shown.
    across: Vec<&'a str>,
    /// The captions above each column.
    columns: Vec<Vec<&'a str>>,
    /// The widths of the columns before the rows.
    before: Vec<usize>,
    /// The widths of the columns of values.
    widths: Vec<usize>,
}

impl<'a> Layout<'a> {
    fn new(answer: &'a Answer) -> Layout<'a> {
        let grid = Grid::new(answer);
        let mut across = grid.column_fields();
        let mut columns: Vec<Vec<&str>> =
            (0..grid.columns()).map(|column| grid.column(column)).collect();
        let only_measure = only_measure(answer, &columns);
        if only_measure.is_some() {
            across.pop();
            for captions in &mut columns {
                captions.pop();
            }
        }
        let before = widths_before(&grid, &across);
        let widths = widths_of_values(&grid, &columns);
        Layout { grid, only_measure, across, columns, before, widths }
    }

    /// The width of everything before the values.
    fn indent(&self) -> usize {
        self.before.iter().map(|width| width + GAP).sum::<usize>()
    }

    /// Ranges of columns that each fit the width, at least one column in each.
    fn blocks(&self) -> Vec<Range<usize>> {
        let mut blocks = Vec::new();
        let (mut start, mut used) = (0, self.indent());
        for (column, width) in self.widths.iter().enumerate() {
            let needed = width + GAP;
            if column > start && used + needed - GAP > WIDTH {
                blocks.push(start..column);
                (start, used) = (column, self.indent());
            }
            used += needed;
        }
        blocks.push(start..self.widths.len());
        blocks
    }

    fn write_block(&self, out: &mut dyn Write, block: Range<usize>) -> io::Result<()> {
        let widths = self.widths_with_captions(&block);
        for level in 0..self.across.len() {
            let line = self.header(level, &block, &widths);
            writeln!(out, "{}", line.trim_end())?;
        }
        writeln!(out, "{}", self.rule(&widths).trim_end())?;
        let mut above: Vec<&str> = Vec::new();
        for row in 0..self.grid.rows() {
            let captions = self.grid.row(row);
            let line = self.row(row, &captions, &above, &block, &widths);
            writeln!(out, "{}", line.trim_end())?;
            above = captions;
        }
        Ok(())
    }

    /// Widens the last column below an outer caption that needs more than its columns have.
    fn widths_with_captions(&self, block: &Range<usize>) -> Vec<usize> {
        let mut widths = self.widths[block.clone()].to_vec();
        for level in 0..self.across.len().saturating_sub(1) {
            for run in self.runs(level, block) {
                let has = widths[run.clone()].iter().map(|width| width + GAP).sum::<usize>() - GAP;
                let needs = self.columns[block.start + run.start][level].chars().count();
                widths[run.end - 1] += needs.saturating_sub(has);
            }
        }
        widths
    }

    /// Neighbouring columns of a block that share their captions down to a level.
    fn runs(&self, level: usize, block: &Range<usize>) -> Vec<Range<usize>> {
        let columns = &self.columns[block.clone()];
        let runs = columns.chunk_by(|one, next| one[..=level] == next[..=level]);
        let mut start = 0;
        let ranges = runs.map(|run| {
            start += run.len();
            start - run.len()..start
        });
        ranges.collect()
    }

    fn header(&self, level: usize, block: &Range<usize>, widths: &[usize]) -> String {
        let indent = self.indent();
        let mut line = format!("{:<indent$}", self.across[level]);
        let is_last = level + 1 == self.across.len();
        let runs = if is_last {
            (0..widths.len()).map(|column| column..column + 1).collect()
        } else {
            self.runs(level, block)
        };
        for run in runs {
            let width = widths[run.clone()].iter().map(|width| width + GAP).sum::<usize>() - GAP;
            let caption = self.columns[block.start + run.start][level];
            if is_last {
                line.push_str(&format!("{caption:>width$}"));
            } else {
                line.push_str(&format!("{caption:<width$}"));
            }
            line.push_str(&" ".repeat(GAP));
        }
        line
    }

    /// The names of the fields down, and a line below the headers.
    fn rule(&self, widths: &[usize]) -> String {
        let names = padded(&self.grid.row_fields(), &self.before);
        let rules: Vec<String> = widths.iter().map(|&width| "─".repeat(width)).collect();
        format!("{names:<indent$}{}", rules.join("  "), indent = self.indent())
    }

    fn row(
        &self,
        row: usize,
        captions: &[&str],
        above: &[&str],
        block: &Range<usize>,
        widths: &[usize],
    ) -> String {
        let same = captions.iter().zip(above).take_while(|(one, other)| one == other).count();
        // The innermost caption is always shown.
        let blank = same.min(captions.len().saturating_sub(1));
        let shown: Vec<&str> = captions
            .iter()
            .enumerate()
            .map(|(place, &caption)| if place < blank { "" } else { caption })
            .collect();
        let mut values: Vec<String> = widths.iter().map(|&width| " ".repeat(width)).collect();
        let answer = self.grid.answer();
        for (column, place) in self.grid.cells(row) {
            if block.contains(&column) {
                let (at, shown) = (column - block.start, answer.shown(place));
                let shown = in_line(&shown);
                let width = widths[at];
                values[at] = match answer.cells[place].value {
                    Value::Text(_) => format!("{shown:<width$}"),
                    _ => format!("{shown:>width$}"),
                };
            }
        }
        format!(
            "{:<indent$}{}",
            padded(&shown, &self.before),
            values.join("  "),
            indent = self.indent()
        )
    }
}

/// The measure, where it is the innermost field across and all columns share it.
fn only_measure<'a>(answer: &Answer, columns: &[Vec<&'a str>]) -> Option<&'a str> {
    let axis = answer.axes.first()?;
    let last = columns.first()?.last()?;
    let is_measure = axis.hierarchies.last().is_some_and(|name| name == MEASURES);
    (is_measure && columns.iter().all(|column| column.last() == Some(last))).then_some(*last)
}

/// The widths before the rows; the last is widened where the name of a field across needs it.
fn widths_before(grid: &Grid<'_>, across: &[&str]) -> Vec<usize> {
    let mut widths: Vec<usize> =
        grid.row_fields().iter().map(|name| name.chars().count()).collect();
    for row in 0..grid.rows() {
        for (width, caption) in widths.iter_mut().zip(grid.row(row)) {
            *width = (*width).max(caption.chars().count());
        }
    }
    let needed = across.iter().map(|name| name.chars().count()).max().unwrap_or(0);
    let has = (widths.iter().map(|width| width + GAP).sum::<usize>()).saturating_sub(GAP);
    match widths.last_mut() {
        Some(last) => *last += needed.saturating_sub(has),
        None => widths.push(needed),
    }
    widths
}

/// The widths of the innermost captions and the values.
fn widths_of_values(grid: &Grid<'_>, columns: &[Vec<&str>]) -> Vec<usize> {
    let caption = |captions: &Vec<&str>| captions.last().map_or(0, |text| text.chars().count());
    let mut widths: Vec<usize> = columns.iter().map(caption).collect();
    for row in 0..grid.rows() {
        for (column, place) in grid.cells(row) {
            let width = in_line(&grid.answer().shown(place)).chars().count();
            widths[column] = widths[column].max(width);
        }
    }
    widths
}

/// A text as it stands in a line: without the lines and signs of its own that would break it.
fn in_line(text: &str) -> Cow<'_, str> {
    match text.contains(char::is_control) {
        true => Cow::from(text.replace(char::is_control, " ")),
        false => Cow::from(text),
    }
}

fn padded(texts: &[&str], widths: &[usize]) -> String {
    let cells = texts.iter().zip(widths).map(|(text, &width)| format!("{text:<width$}"));
    cells.collect::<Vec<_>>().join("  ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::tests::{answer, axis};

    fn drawn(answer: &Answer) -> String {
        let mut out = Vec::new();
        write(&mut out, &Heading::default(), answer).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn nested_headers_and_repeated_captions() {
        let columns = [
            ["153", "2020K1", "Antal"],
            ["153", "2020K2", "Antal"],
            ["København og omegn", "2020K1", "Antal"],
        ];
        let columns: Vec<&[&str]> = columns.iter().map(|column| &column[..]).collect();
        let rows: [&[&str]; 3] = [&["Slettes", "Æble"], &["Slettes", "Å"], &["Ændres", "Å"]];
        let axes = vec![
            axis(&["[K].[Kommune]", "[T].[Kvartal]", "[Measures]"], &columns),
            axis(&["[H].[Handling]", "[H].[Regel]"], &rows),
        ];
        let cells = [(0, 1234.0), (4, 5.0), (8, 1.0)];
        let expected = "\
Ting · version 2026-10.1 · til og med 31.10.2026 · 1 kommune er bagud
Antal

Kommune          153             København og omegn
Kvartal          2020K1  2020K2              2020K1
Handling  Regel  ──────  ──────  ──────────────────
Slettes   Æble    1.234
          Å                   5
Ændres    Å                                       1
";
        assert_eq!(drawn(&answer(axes, &cells, 0)), expected);
    }

    #[test]
    fn wide_answers_are_cut_into_blocks_that_repeat_the_rows() {
        let captions: Vec<String> = (0..30).map(|number| format!("kolonne {number:02}")).collect();
        let columns: Vec<[&str; 1]> = captions.iter().map(|caption| [caption.as_str()]).collect();
        let columns: Vec<&[&str]> = columns.iter().map(|column| &column[..]).collect();
        let axes = vec![axis(&["[A].[B]"], &columns), axis(&["[C].[D]"], &[&["række"]])];
        let text = drawn(&answer(axes, &[(29, 7.0)], 0));
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
        assert_eq!(text.matches("\nrække").count(), 4, "{text}");
    }

    #[test]
    fn an_empty_answer_says_so_and_one_cell_is_shown() {
        let empty = vec![axis(&["[A].[B]"], &[]), axis(&["[C].[D]"], &[&["x"]])];
        assert!(drawn(&answer(empty, &[], 0)).contains("Svaret er tomt"));
        assert!(drawn(&answer(Vec::new(), &[(0, 7.0)], 0)).ends_with("7\n"));
    }
}
