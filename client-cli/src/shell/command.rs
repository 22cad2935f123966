//! The commands of the shell: lines that begin with a dot.

use clap::ValueEnum;

use crate::args::Format;
use crate::error::Error;

/// A command.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Command {
    Help,
    Cubes,
    Describe(String),
    Versions,
    Functions(String),
    Explain(String),
    Format(Format),
    Quit,
}

/// What `.help` says.
pub(super) const HELP: &str = "\
Skriv et spørgsmål i MDX over så mange linjer, det skal være; det slutter med ; eller en tom linje.
Tabulator foreslår navne, pil op henter tidligere spørgsmål.

  .cubes            kuberne
  .describe KUBE    en kubes felter, hierarkier og mål
  .functions [NAVN] funktionerne i MDX, eller en af dem med eksempel
  .explain MDX      hvad der gøres med et spørgsmål (slutter som et spørgsmål)
  .versions         versionerne
  .format FORMAT    svar som table, csv eller json
  .help             denne hjælp
  .quit             farvel (også Ctrl-D)
";

/// Words that are commands without their dot.
const BARE: [&str; 3] = ["help", "quit", "exit"];

/// Whether a text is a command rather than a query.
pub(super) fn is_command(text: &str) -> bool {
    let word = text.trim_end().trim_end_matches(';');
    text.starts_with('.') || BARE.iter().any(|bare| bare.eq_ignore_ascii_case(word))
}

/// Whether a text is a command that ends with its line; that of `.explain` ends as a query does.
pub(super) fn is_one_line(text: &str) -> bool {
    let word = text.split(char::is_whitespace).next().unwrap_or_default();
    is_command(text) && !word.eq_ignore_ascii_case(".explain")
}

/// Reads a command.
///
/// # Errors
/// There is none of its name, or what it is about is missing.
pub(super) fn parse(text: &str) -> Result<Command, Error> {
    let text = text.trim().trim_end_matches(';').trim_end();
    let (name, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let rest = rest.trim();
    match name.trim_start_matches('.').to_lowercase().as_str() {
        "help" => Ok(Command::Help),
        "cubes" => Ok(Command::Cubes),
        "describe" if rest.is_empty() => Err(Error::new("skriv kubens navn: .describe KUBE")),
        "describe" => Ok(Command::Describe(unbracketed(rest))),
        "functions" => Ok(Command::Functions(rest.to_owned())),
        "explain" if rest.is_empty() => Err(Error::new("skriv spørgsmålet: .explain SELECT …")),
        "explain" => Ok(Command::Explain(rest.to_owned())),
        "versions" => Ok(Command::Versions),
        "format" => format(rest).map(Command::Format),
        "quit" | "exit" => Ok(Command::Quit),
        _ => Err(Error::new(format!("kommandoen '{name}' findes ikke; skriv .help"))),
    }
}

/// A format that answers can be written in one behind the other.
///
/// # Errors
/// It is none of them.
pub(super) fn format(name: &str) -> Result<Format, Error> {
    let found = Format::from_str(name, true).ok().filter(|&format| format != Format::Xlsx);
    found.ok_or_else(|| {
        Error::new(format!(
            "'{name}' kan ikke bruges her; vælg table, csv eller json (et regneark laves med \
             terning mdx -o FIL.xlsx)"
        ))
    })
}

/// A name as it was written, with or without brackets.
fn unbracketed(name: &str) -> String {
    let inner = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    inner.map_or_else(|| name.to_owned(), |inner| inner.replace("]]", "]"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_read_with_what_they_are_about() {
        assert_eq!(parse(".describe [A]] b]").unwrap(), Command::Describe("A] b".to_owned()));
        assert_eq!(parse(".DESCRIBE Ting;").unwrap(), Command::Describe("Ting".to_owned()));
        assert_eq!(parse(".format CSV").unwrap(), Command::Format(Format::Csv));
        assert_eq!(parse("exit").unwrap(), Command::Quit);
        assert_eq!(parse(".functions Head").unwrap(), Command::Functions("Head".to_owned()));
        for wrong in [".describe", ".format xlsx", ".format", ".cube"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
        let explain = Command::Explain("SELECT\nFROM T".to_owned());
        assert_eq!(parse(".explain SELECT\nFROM T;").unwrap(), explain);
        assert!(is_one_line(".cubes") && !is_one_line(".explain SELECT"));
        assert!(is_command("HELP") && is_command(".x") && !is_command("SELECT"));
    }
}
