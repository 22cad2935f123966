//! One worksheet: title, what it is about, headings, rows.

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, Worksheet};

use super::MOST;
use crate::error::Error;

/// Characters of the widest column.
const WIDEST: usize = 60;
/// Characters of the narrowest.
const NARROWEST: usize = 6;
/// Characters of a heading that stand on one line, unless a word is longer.
const HEADING: usize = 18;
/// Characters that a worksheet's name may have, and signs it may not hold.
const NAME: (usize, &[char]) = (31, &['[', ']', ':', '*', '?', '/', '\\', '\'']);
/// Rows above the headings: the title, what the sheet is about, a blank one.
const ABOVE: usize = 3;

/// The values of a row, one per column.
pub(super) type Row = Vec<Value>;

/// What stands in a cell.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    /// Nothing.
    Empty,
    /// A text; codes are texts too, so that `084` stays as it is.
    Text(String),
    /// A number, and the decimals it is shown with.
    Number(f64, u8),
    /// A number that names something (a line of a file).
    Ordinal(f64),
    /// A day, as days since 1970-01-01.
    Day(i32),
}

/// The number that Excel has for 1970-01-01.
const EPOCH: i32 = 25_569;

impl Value {
    /// A text.
    pub fn text(text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    /// About how many characters it is shown with.
    fn width(&self) -> usize {
        match self {
            Value::Empty => 0,
            Value::Text(text) => text.chars().count(),
            Value::Day(_) => "31-12-2026".len(),
            Value::Ordinal(value) => format!("{value:.0}").len(),
            Value::Number(value, decimals) => super::super::number::danish(*value, *decimals).len(),
        }
    }
}

/// A worksheet to be written.
pub(super) struct Sheet<'a> {
    /// What its tab says.
    pub name: String,
    /// What stands on top.
    pub title: String,
    /// One line below it; may be empty.
    pub about: String,
    /// The rows of headings, each as wide as the rows.
    pub headers: Vec<Vec<String>>,
    /// The columns on the left that stay when one scrolls.
    pub labels: usize,
    /// The rows.
    pub rows: Box<dyn Iterator<Item = Row> + 'a>,
}

impl Sheet<'_> {
    /// Writes it on a worksheet.
    pub fn write(self, sheet: &mut Worksheet) -> Result<(), Error> {
        let formats = Formats::new();
        let columns = self.headers.first().map_or(1, Vec::len);
        let first_row = ABOVE + self.headers.len();
        check(first_row, columns)?;
        sheet.set_name(tab(&self.name))?;
        sheet.write_string_with_format(0, 0, &self.title, &formats.title)?;
        sheet.write_string_with_format(1, 0, &self.about, &formats.about)?;
        let mut widths = vec![NARROWEST; columns];
        for (level, header) in self.headers.iter().enumerate() {
            for (column, caption) in header.iter().enumerate() {
                let format = if column < self.labels { &formats.label } else { &formats.header };
                let at = ((ABOVE + level) as u32, column as u16);
                sheet.write_string_with_format(at.0, at.1, caption, format)?;
                widths[column] = widths[column].max(heading_width(caption));
            }
        }
        let mut last = first_row;
        for row in self.rows {
            check(last + 1, columns)?;
            for (column, value) in row.iter().enumerate() {
                formats.write(sheet, last as u32, column as u16, value)?;
                widths[column] = widths[column].max(value.width());
            }
            last += 1;
        }
        for (column, width) in widths.into_iter().enumerate() {
            sheet.set_column_width(column as u16, (width.min(WIDEST) + 2) as f64)?;
        }
        if let Some(headings) = first_row.checked_sub(1).filter(|_| !self.headers.is_empty()) {
            sheet.set_freeze_panes(first_row as u32, self.labels as u16)?;
            let bottom = last.max(first_row + 1) - 1;
            sheet.autofilter(headings as u32, 0, bottom as u32, columns as u16 - 1)?;
            sheet.set_repeat_rows(ABOVE as u32, headings as u32)?;
        }
        sheet.set_landscape();
        sheet.set_print_fit_to_pages(1, 0);
        Ok(())
    }
}

/// About how wide a heading is: a long one is broken between its words.
fn heading_width(caption: &str) -> usize {
    let longest = caption.split_whitespace().map(|word| word.chars().count()).max().unwrap_or(0);
    caption.chars().count().min(longest.max(HEADING))
}

fn check(rows: usize, columns: usize) -> Result<(), Error> {
    if rows <= MOST.0 && columns <= MOST.1 {
        return Ok(());
    }
    let (most_rows, most_columns) = MOST;
    Err(Error::new(format!(
        "svaret er for stort til et regneark, som har plads til {most_rows} rækker og \
         {most_columns} kolonner; brug --format csv, eller begræns spørgsmålet"
    )))
}

/// A name that a tab can have.
fn tab(name: &str) -> String {
    let name: String = name.chars().filter(|sign| !NAME.1.contains(sign)).take(NAME.0).collect();
    if name.trim().is_empty() { "Ark".to_owned() } else { name }
}

/// How cells look.
struct Formats {
    title: Format,
    about: Format,
    label: Format,
    header: Format,
    day: Format,
    ordinal: Format,
    /// Per number of decimals.
    numbers: Vec<Format>,
}

impl Formats {
    fn new() -> Formats {
        let heading = Format::new()
            .set_bold()
            .set_text_wrap()
            .set_align(FormatAlign::Top)
            .set_background_color(Color::RGB(0x00DC_E6F1))
            .set_border_bottom(FormatBorder::Thin);
        let number = |decimals: usize| match decimals {
            0 => Format::new().set_num_format("#,##0"),
            _ => Format::new().set_num_format(format!("#,##0.{}", "0".repeat(decimals))),
        };
        Formats {
            title: Format::new().set_bold().set_font_size(14),
            about: Format::new().set_font_color(Color::RGB(0x0059_5959)),
            header: heading.clone().set_align(FormatAlign::Right),
            label: heading,
            day: Format::new().set_num_format("dd-mm-yyyy"),
            ordinal: Format::new().set_num_format("0"),
            numbers: (0..=12).map(number).collect(),
        }
    }

    fn write(
        &self,
        sheet: &mut Worksheet,
        row: u32,
        column: u16,
        value: &Value,
    ) -> Result<(), Error> {
        match value {
            Value::Empty => {}
            Value::Text(text) => {
                sheet.write_string(row, column, text)?;
            }
            Value::Day(day) => {
                let number = f64::from(day.saturating_add(EPOCH));
                sheet.write_number_with_format(row, column, number, &self.day)?;
            }
            Value::Ordinal(number) => {
                sheet.write_number_with_format(row, column, *number, &self.ordinal)?;
            }
            Value::Number(number, decimals) => {
                let format = &self.numbers[usize::from(*decimals).min(self.numbers.len() - 1)];
                sheet.write_number_with_format(row, column, *number, format)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_heading_is_broken_between_its_words() {
        assert_eq!(heading_width("Antal"), 5);
        assert_eq!(heading_width("Modtagere pr. 1.000 indbyggere 18-64 år"), HEADING);
        assert_eq!(heading_width("Sygehusbehandlingsydelser i alt"), 25);
    }
}
