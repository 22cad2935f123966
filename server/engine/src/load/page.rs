//! A page of text: headings, lines that break between words, rows of figures.

use std::fmt::{Display, Write};

use cube_schema::language::Language;

/// The width of the text: what a printed page, and most windows, hold.
pub const WIDTH: usize = 120;

/// A count as Danes write it: `1.234`.
pub(super) fn number(count: u64) -> String {
    Language::Danish.whole(count)
}

/// A count and what there is so many of, one or several.
pub(super) fn counted(count: u64, one: &str, several: &str) -> String {
    Language::Danish.counted(count, one, several)
}

/// Text under way.
#[derive(Default)]
pub(super) struct Page {
    /// What is written.
    pub text: String,
}

impl Page {
    pub fn heading(&mut self, text: &str) {
        self.text.push('\n');
        self.line(0, text);
    }

    /// Three numbers, each in a column of ten, and a text.
    pub fn table_line(&mut self, numbers: [impl Display; 3], text: &str) {
        let [a, b, c] = numbers;
        self.line(2, &format!("{a:>10}{b:>10}{c:>10}  {text}"));
    }

    /// A line, broken between words where it is too long, or inside a word that is longer than a
    /// line; what follows is indented further.
    pub fn line(&mut self, indent: usize, text: &str) {
        let _ = write!(self.text, "{:indent$}", "");
        let (deeper, mut column) = (indent + 4, indent);
        for word in text.split_inclusive(|character: char| character.is_whitespace()) {
            let width = word.trim_end().chars().count();
            let breaks = column + width > WIDTH && deeper + width <= WIDTH;
            for (place, character) in word.chars().enumerate() {
                if column == WIDTH && character.is_whitespace() {
                    continue;
                }
                if column == WIDTH || (breaks && place == 0) {
                    self.text.truncate(self.text.trim_end_matches(' ').len());
                    let _ = write!(self.text, "\n{:deeper$}", "");
                    column = deeper;
                }
                self.text.push(if character.is_control() { ' ' } else { character });
                column += 1;
            }
        }
        self.text.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_breaks_between_words() {
        let mut page = Page::default();
        page.line(2, &"et langt ord ".repeat(12));
        let lines: Vec<&str> = page.text.lines().collect();
        assert_eq!(lines[0], "  ".to_owned() + "et langt ord ".repeat(9).trim());
        assert_eq!(lines[1].trim_end(), "      et langt ord et langt ord et langt ord");
    }
}
