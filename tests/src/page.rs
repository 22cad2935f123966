//! Pages of questions: Markdown with a title, a question and the table that answers it.
//!
//! ````text
//! ## Hvor mange borgere får hjælp i 2024?
//! What the reader should know.
//!
//! ```sh
//! terning pivot --cube 'Voksne Handicappede' --filter 'Tid.År=2024'
//! ```
//!
//! |  | Antal Unikke Borgere |
//! | --- | ---: |
//! |  | 17 |
//! ````
//!
//! Beside the question may stand a block of `sql`, which `queries/verify` computes the table from. A
//! block `mdx formatted` is answered with cells as they are shown. Where a question is to be refused,
//! `Fejl: ` and a part of the message stand instead of the table.

use anyhow::{Context, Result, ensure};

/// A question of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// The title, and so the question in words.
    pub title: String,
    /// How it is asked.
    pub asked: Vec<Asked>,
    /// The SQL that computes the same outside the engine.
    pub sql: Option<String>,
    /// Whether cells are expected as they are shown, not as their values.
    pub formatted: bool,
    /// The expected table as it stands; empty where none is written yet.
    pub expected: String,
    /// The bytes of the page that the table takes up.
    pub place: std::ops::Range<usize>,
}

/// A way to ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// The words of `terning pivot`.
    Pivot(String),
    /// MDX.
    Mdx(String),
}

impl Case {
    /// A part of the message with which the question is to be refused.
    #[must_use]
    pub fn refusal(&self) -> Option<&str> {
        self.expected.strip_prefix("Fejl: ").map(str::trim)
    }
}

/// Reads the questions of a page: each begins with `## `.
///
/// # Errors
/// A question has no block, or one that is not closed.
pub fn read(page: &str) -> Result<Vec<Case>> {
    let starts: Vec<usize> = page.match_indices("\n## ").map(|(at, _)| at + 1).collect();
    let ends = starts.iter().skip(1).copied().chain([page.len()]);
    starts.iter().zip(ends).map(|(&start, end)| read_case(page, start, end)).collect()
}

fn read_case(page: &str, start: usize, end: usize) -> Result<Case> {
    let text = &page[start..end];
    let title = text[3..].lines().next().unwrap_or_default().trim().to_owned();
    let (mut asked, mut sql, mut formatted) = (Vec::new(), None, false);
    let mut rest = 0;
    while let Some(at) = text[rest..].find("```") {
        let opened = rest + at + 3;
        let body = opened + text[opened..].find('\n').with_context(|| title.clone())? + 1;
        let length =
            text[body..].find("```").with_context(|| format!("{title}: a block is not closed"))?;
        let block = text[body..body + length].to_owned();
        match text[opened..body].trim() {
            "sh" => asked.push(Asked::Pivot(block)),
            "mdx" => asked.push(Asked::Mdx(block)),
            "mdx formatted" => {
                formatted = true;
                asked.push(Asked::Mdx(block));
            }
            "sql" => sql = Some(block),
            _ => {}
        }
        rest = body + length + 3;
    }
    ensure!(!asked.is_empty(), "{title}: no question in a block of sh or mdx");
    let after = rest + text[rest..].find('\n').map_or(text.len() - rest, |at| at + 1);
    let expected = text[after..].trim();
    let expected = if expected.is_empty() { String::new() } else { format!("{expected}\n") };
    Ok(Case { title, asked, sql, formatted, expected, place: start + after..end })
}

/// The page with the tables of all questions put in.
#[must_use]
pub fn with_tables(page: &str, cases: &[Case], tables: &[String]) -> String {
    let mut text = page.to_owned();
    for (case, table) in cases.iter().zip(tables).rev() {
        let gap = if case.place.end == page.len() { "" } else { "\n" };
        text.replace_range(case.place.clone(), &format!("\n{table}{gap}"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_read_and_its_tables_are_put_in() {
        let page = "# T\n\n## A\nwords\n```sh\nterning pivot\n```\n\n| 1 |\n\n## B\n```mdx\nSELECT\n```\n```sh\nx\n```\n";
        let cases = read(page).unwrap();
        assert_eq!((cases[0].title.as_str(), cases[0].expected.as_str()), ("A", "| 1 |\n"));
        assert_eq!(cases[0].asked, [Asked::Pivot("terning pivot\n".into())]);
        assert_eq!((cases[1].asked.len(), cases[1].expected.as_str()), (2, ""));
        let new = with_tables(page, &cases, &["| 2 |\n".into(), "| 3 |\n".into()]);
        assert_eq!(new, page.replace("| 1 |", "| 2 |") + "\n| 3 |\n");
        assert!(read("\n## A\nno block\n").is_err());
    }

    #[test]
    fn sql_and_refusals_are_read() {
        let page = "\n## A\n```mdx formatted\nSELECT\n```\n```sql\nSELECT 1\n```\n\nFejl: [Nej]\n";
        let case = read(page).unwrap().remove(0);
        assert_eq!((case.sql.as_deref(), case.formatted), (Some("SELECT 1\n"), true));
        assert_eq!(case.refusal(), Some("[Nej]"));
    }
}
