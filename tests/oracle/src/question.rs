//! The words of `terning pivot`, and how a field and its condition are read.

use anyhow::{Context, Result, bail};

/// The words of `terning pivot`: texts exactly as on its command line.
#[derive(Default, Clone, Debug)]
pub struct Pivot {
    /// `--cube`.
    pub cube: String,
    /// `--filter`, each a field with a condition.
    pub filters: Vec<String>,
    /// `--columns`, each a field, perhaps with a condition.
    pub columns: Vec<String>,
    /// `--rows`, each a field, perhaps with a condition.
    pub rows: Vec<String>,
    /// `--measure`.
    pub measures: Vec<String>,
    /// `--totals`.
    pub totals: bool,
    /// `--empty`.
    pub empty: bool,
}

/// A field, perhaps with a condition, as written.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) dimension: String,
    pub(crate) field: String,
    pub(crate) condition: Option<Condition>,
}

/// `=` (one of the values) or `<>` (none of them).
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Condition {
    pub(crate) is_one_of: bool,
    pub(crate) values: Vec<String>,
}

/// Reads `Dimension.Felt`, `Dimension.Felt=a,b` or `Dimension.Felt<>a,b`.
pub(crate) fn read(text: &str) -> Result<Asked> {
    let (name, condition) = match text.find(['=', '<']) {
        None => (text, None),
        Some(place) => (&text[..place], Some(condition(&text[place..])?)),
    };
    let (dimension, field) =
        name.trim().rsplit_once('.').with_context(|| format!("{name:?} is not Dimension.Felt"))?;
    Ok(Asked { dimension: dimension.to_owned(), field: field.to_owned(), condition })
}

fn condition(text: &str) -> Result<Condition> {
    if let Some(list) = text.strip_prefix("<>") {
        return Ok(Condition { is_one_of: false, values: values(list)? });
    }
    let list =
        text.strip_prefix('=').with_context(|| format!("{text:?} begins with neither = nor <>"))?;
    Ok(Condition { is_one_of: true, values: values(list)? })
}

/// Values separated by commas, `"…"` around one that contains a comma, `"` doubled inside.
fn values(list: &str) -> Result<Vec<String>> {
    let mut values = Vec::new();
    let mut rest = list;
    loop {
        rest = rest.trim_start();
        let value;
        (value, rest) = match rest.strip_prefix('"') {
            Some(quoted) => quoted_value(quoted)?,
            None => plain_value(rest),
        };
        values.push(value);
        match rest.trim_start().strip_prefix(',') {
            Some(next) => rest = next,
            None if rest.trim().is_empty() => return Ok(values),
            None => bail!("{rest:?} stands after a value in quotes"),
        }
    }
}

fn plain_value(text: &str) -> (String, &str) {
    let end = text.find(',').unwrap_or(text.len());
    (text[..end].trim().to_owned(), &text[end..])
}

fn quoted_value(text: &str) -> Result<(String, &str)> {
    let mut value = String::new();
    let mut rest = text;
    loop {
        let end =
            rest.find('"').with_context(|| format!("the quote before {text:?} is not closed"))?;
        value.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('"') {
            Some(more) => {
                value.push('"');
                rest = more;
            }
            None => return Ok((value, rest)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn condition_of(text: &str) -> (bool, Vec<String>) {
        let condition = read(text).unwrap().condition.unwrap();
        (condition.is_one_of, condition.values)
    }

    #[test]
    fn fields_and_conditions() {
        let plain = read("Åben ydelse § 107.Varighed").unwrap();
        assert_eq!(
            (plain.dimension.as_str(), plain.field.as_str(), plain.condition),
            ("Åben ydelse § 107", "Varighed", None)
        );
        assert_eq!(condition_of("Tid.År=2020"), (true, vec!["2020".to_owned()]));
        assert_eq!(
            condition_of("Tid.År<>2020, 2021"),
            (false, vec!["2020".to_owned(), "2021".to_owned()])
        );
        assert_eq!(
            condition_of("A.B=\"x, \"\"y\"\" = z\",w"),
            (true, vec!["x, \"y\" = z".to_owned(), "w".to_owned()])
        );
        assert!(read("Tid").is_err());
        assert!(read("Tid.År<2020").is_err());
        assert!(read("Tid.År=\"2020").is_err());
    }
}
