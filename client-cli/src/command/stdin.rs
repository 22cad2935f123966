//! What is read from stdin: a question, and CPR numbers that should not stand in a list of
//! processes or a shell's history.

use std::io::{self, BufRead, Read};

use crate::cause;
use crate::error::Error;

/// All of stdin.
pub(super) fn all() -> Result<String, Error> {
    let mut text = String::new();
    let read = io::stdin().lock().read_to_string(&mut text);
    read.map_err(|error| {
        Error::new(format!("spørgsmålet kan ikke læses fra stdin: {}", cause::of_io(&error)))
    })?;
    Ok(text)
}

/// Conditions with each value `-` replaced by the next line of stdin.
pub(super) fn fill(conditions: &[String]) -> Result<Vec<String>, Error> {
    let mut lines = io::stdin().lock().lines();
    conditions.iter().map(|condition| fill_one(condition, || next(&mut lines))).collect()
}

fn next(lines: &mut impl Iterator<Item = io::Result<String>>) -> Result<String, Error> {
    let missing = || {
        Error::new(
            "et - i --filter læses fra stdin, men der er ingen linje; skriv et CPR-nummer pr. linje",
        )
    };
    Ok(lines.next().ok_or_else(missing)?.map_err(|_| missing())?.trim().to_owned())
}

fn fill_one(
    condition: &str,
    mut line: impl FnMut() -> Result<String, Error>,
) -> Result<String, Error> {
    let Some(sign) = condition.find(['=', '>']) else { return Ok(condition.to_owned()) };
    let (field, values) = condition.split_at(sign + 1);
    if !values.split(',').any(|value| value.trim() == "-") {
        return Ok(condition.to_owned());
    }
    let values = values.split(',').map(|value| match value.trim() {
        "-" => line(),
        _ => Ok(value.to_owned()),
    });
    Ok(format!("{field}{}", values.collect::<Result<Vec<_>, Error>>()?.join(",")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_value_that_is_a_dash_is_read_from_stdin() {
        let mut lines = ["1111111118", "2222222226"].into_iter();
        let mut fill = |condition| fill_one(condition, || Ok(lines.next().unwrap().to_owned()));
        assert_eq!(fill("Borger.Personnummer=-").unwrap(), "Borger.Personnummer=1111111118");
        assert_eq!(fill("Tid.Måned=2020-01").unwrap(), "Tid.Måned=2020-01");
        assert_eq!(fill("B.P<>x,-").unwrap(), "B.P<>x,2222222226");
        assert_eq!(fill("Tid.År").unwrap(), "Tid.År");
    }
}
