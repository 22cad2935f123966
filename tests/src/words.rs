//! The words of `terning pivot`, as a person types them.

use anyhow::{Context, Result, bail, ensure};
use terning_oracle::Pivot;

/// Reads a command line (`terning pivot --cube 'Voksne Handicappede' --rows Tid.År …`), which may
/// go over several lines.
///
/// # Errors
/// An unknown word, or one without its value.
pub fn read(line: &str) -> Result<Pivot> {
    let words = split(line)?;
    ensure!(words.starts_with(&["terning".into(), "pivot".into()]), "it is no `terning pivot`");
    let mut pivot = Pivot::default();
    let mut rest = words.into_iter().skip(2);
    while let Some(word) = rest.next() {
        let list = match word.as_str() {
            "--totals" => {
                pivot.totals = true;
                continue;
            }
            "--empty" => {
                pivot.empty = true;
                continue;
            }
            "--cube" => {
                pivot.cube = rest.next().context("--cube without a name")?;
                continue;
            }
            "--filter" => &mut pivot.filters,
            "--columns" => &mut pivot.columns,
            "--rows" => &mut pivot.rows,
            "--measure" => &mut pivot.measures,
            _ => bail!("{word:?} is no word of terning pivot"),
        };
        list.push(rest.next().with_context(|| format!("{word} without a value"))?);
    }
    Ok(pivot)
}

/// Words as a shell splits them: at spaces, `'…'` as it stands, `\` before a line end as nothing.
fn split(line: &str) -> Result<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\'' => {
                let word = word.get_or_insert_default();
                loop {
                    match letters.next().context("a quote is not closed")? {
                        '\'' => break,
                        letter => word.push(letter),
                    }
                }
            }
            '\\' => {}
            space if space.is_whitespace() => words.extend(word.take()),
            letter => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    Ok(words)
}

/// The command line of a pivot.
#[must_use]
pub fn write(pivot: &Pivot) -> String {
    let mut line = format!("terning pivot --cube '{}'", pivot.cube);
    let lists = [
        ("--filter", &pivot.filters),
        ("--columns", &pivot.columns),
        ("--rows", &pivot.rows),
        ("--measure", &pivot.measures),
    ];
    for (word, values) in lists {
        for value in values {
            line += &format!(" {word} '{value}'");
        }
    }
    line += if pivot.totals { " --totals" } else { "" };
    line += if pivot.empty { " --empty" } else { "" };
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_as_they_are_written() {
        let line = "terning pivot --cube 'Voksne Handicappede' --filter 'Tid.År<>2020' --columns 'Køn.Køn' \
                    --rows 'Ydelse VH.Ydelsesnavn=\"a, b\"' --measure 'Antal Ydelser' --totals --empty";
        assert_eq!(write(&read(line).unwrap()), line);
        let over_lines = "terning pivot --cube X \\\n  --rows Tid.År\n";
        assert_eq!(read(over_lines).unwrap().rows, ["Tid.År"]);
        for wrong in
            ["terning mdx x", "terning pivot --row x", "terning pivot --rows", "terning pivot 'x"]
        {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
