//! What is wrong with a command line, in Danish: clap's own sentences are English.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;
use clap::error::{ContextKind, ContextValue, Error, ErrorKind};

use crate::cause;

/// Reads the command line of this process, or says what is wrong with it.
///
/// # Errors
/// The exit code, after help was shown or the sentence written: 0 for help, 1 for a mistake. (Not
/// clap's 2: a rebuild says with 2 that no delivery can be used.)
pub fn parse<T: Parser>() -> Result<T, ExitCode> {
    parse_from(std::env::args_os())
}

fn parse_from<T: Parser>(words: impl Iterator<Item = OsString>) -> Result<T, ExitCode> {
    let words: Vec<OsString> = words.collect();
    // On questions `--version` is the version of the cubes that is asked; alone it is the program's.
    if words.len() == 2 && words[1] == "--version" {
        print!("{}", T::command().render_version());
        return Err(ExitCode::SUCCESS);
    }
    T::try_parse_from(words).map_err(|error| {
        if error.use_stderr() && error.kind() != ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
        {
            eprintln!("fejl: {}", sentence(&error));
            return ExitCode::FAILURE;
        }
        let code = u8::from(error.use_stderr());
        let _ = error.print();
        ExitCode::from(code)
    })
}

/// The mistake in one sentence, with what to do.
#[must_use]
pub fn sentence(error: &Error) -> String {
    let of = |kind| error.get(kind).map(shown).unwrap_or_default();
    let (argument, value) = (of(ContextKind::InvalidArg), of(ContextKind::InvalidValue));
    match error.kind() {
        ErrorKind::InvalidSubcommand => {
            let name = of(ContextKind::InvalidSubcommand);
            let nearest = of(ContextKind::SuggestedSubcommand);
            format!("kommandoen '{name}' findes ikke{}; se --help", meant(&nearest))
        }
        ErrorKind::UnknownArgument => {
            let nearest = of(ContextKind::SuggestedArg);
            format!("'{argument}' kendes ikke her{}; se --help", meant(&nearest))
        }
        ErrorKind::InvalidValue if value.is_empty() => format!("{argument} mangler en værdi"),
        ErrorKind::InvalidValue => {
            let known = of(ContextKind::ValidValue);
            format!("'{value}' kan ikke bruges i {argument}; vælg en af: {known}")
        }
        ErrorKind::ValueValidation => {
            let why = std::error::Error::source(error).map(|why| format!(": {}", cause::of(why)));
            format!("'{value}' kan ikke bruges i {argument}{}", why.unwrap_or_default())
        }
        ErrorKind::MissingRequiredArgument => format!("der mangler {argument}; se --help"),
        ErrorKind::MissingSubcommand => "der mangler en kommando; se --help".to_owned(),
        ErrorKind::ArgumentConflict => {
            let other = of(ContextKind::PriorArg);
            if other.is_empty() || other == argument {
                format!("{argument} er givet to gange")
            } else {
                format!("{argument} og {other} kan ikke bruges sammen; udelad det ene")
            }
        }
        ErrorKind::InvalidUtf8 => "kommandolinjen er ikke UTF-8".to_owned(),
        _ => format!("kommandolinjen kan ikke læses ({argument}); se --help"),
    }
}

fn shown(value: &ContextValue) -> String {
    match value {
        ContextValue::Strings(values) => values.join(", "),
        value => value.to_string(),
    }
}

fn meant(nearest: &str) -> String {
    if nearest.is_empty() { String::new() } else { format!(", mente du {nearest}?") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::Args;

    fn said(words: &[&str]) -> String {
        let words = ["terning"].iter().chain(words);
        sentence(&Args::try_parse_from(words).unwrap_err())
    }

    #[test]
    fn mistakes_are_said_in_danish() {
        for (words, expected) in [
            (&["cube"][..], "kommandoen 'cube' findes ikke, mente du cubes?; se --help"),
            (
                &["cubes", "--formt", "csv"],
                "'--formt' kendes ikke her, mente du --format?; se --help",
            ),
            (&["pivot"], "der mangler --cube <KUBE>; se --help"),
        ] {
            assert_eq!(said(words), expected);
        }
        let wrong = said(&["cubes", "--format", "pdf"]);
        assert!(wrong.starts_with("'pdf' kan ikke bruges i --format"), "{wrong}");
        assert!(wrong.contains("table, csv, json"), "{wrong}");
        let missing = said(&["cubes", "--format"]);
        assert!(missing.contains("mangler en værdi"), "{missing}");
    }
}
