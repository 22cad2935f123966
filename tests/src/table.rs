//! An answer as the table of a Markdown page.

use terning_oracle::CellSet as Table;

/// Draws a table: one header line that joins the captions of a column, the row captions first.
/// A cell is a number with a decimal comma, or nothing; no table at all where there is no cell.
#[must_use]
pub fn draw(table: &Table) -> String {
    if table.columns.is_empty() || table.rows.is_empty() {
        return "Ingen celler.\n".to_owned();
    }
    let captions = table.rows[0].len().max(1);
    let mut lines = vec![header(table, captions), rule(table, captions)];
    for (row, cells) in table.rows.iter().zip(&table.cells) {
        let mut line: Vec<String> = row.iter().map(|caption| escaped(caption)).collect();
        line.resize(captions, String::new());
        line.extend(cells.iter().map(|cell| cell.map_or_else(String::new, number)));
        lines.push(line);
    }
    lines.iter().map(|line| format!("| {} |\n", line.join(" | "))).collect()
}

fn header(table: &Table, captions: usize) -> Vec<String> {
    let mut line = vec![String::new(); captions];
    line.extend(table.columns.iter().map(|column| escaped(&column.join(" · "))));
    line
}

fn rule(table: &Table, captions: usize) -> Vec<String> {
    let mut line = vec!["---".to_owned(); captions];
    line.extend(table.columns.iter().map(|_| "---:".to_owned()));
    line
}

fn escaped(caption: &str) -> String {
    caption.replace('|', "\\|")
}

/// Whole numbers as such, others with four decimals.
fn number(value: f64) -> String {
    if value.fract() == 0.0 { format!("{value}") } else { format!("{value:.4}").replace('.', ",") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_drawn_as_markdown() {
        let texts = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
        let table = Table {
            columns: vec![texts(&["2020", "Antal"]), texts(&["I alt", "Antal"])],
            rows: vec![texts(&["a|b"]), texts(&["c"])],
            cells: vec![vec![Some(1.0), None], vec![Some(0.25), Some(3.0)]],
        };
        let drawn = "|  | 2020 · Antal | I alt · Antal |\n| --- | ---: | ---: |\n| a\\|b | 1 |  |\n| c | 0,2500 | 3 |\n";
        assert_eq!(draw(&table), drawn);
        assert_eq!(draw(&Table::default()), "Ingen celler.\n");
    }
}
