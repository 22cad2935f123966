//! What the operating system, and numbers that are none, say in Danish: libraries say it in English.

use std::error::Error;
use std::io;
use std::num::{IntErrorKind, ParseFloatError, ParseIntError};

/// What went wrong with a file, a folder or a connection. What a program has written itself stays as it
/// is, and so does what is too rare to have words of its own.
#[must_use]
pub fn of_io(error: &io::Error) -> String {
    use io::ErrorKind as Kind;
    let is_ours = error.get_ref().is_some();
    let said = match error.kind() {
        _ if is_ours => return error.to_string(),
        Kind::NotFound => "den findes ikke",
        Kind::PermissionDenied => "der er ikke adgang til den",
        Kind::AlreadyExists => "den findes allerede",
        Kind::IsADirectory => "den er en mappe",
        Kind::NotADirectory => "en del af stien er ikke en mappe",
        Kind::DirectoryNotEmpty => "mappen er ikke tom",
        Kind::ReadOnlyFilesystem => "der kan ikke skrives på disken",
        Kind::StorageFull => "disken er fuld",
        Kind::QuotaExceeded => "der er ikke mere plads til dig på disken",
        Kind::FileTooLarge => "den er for stor til disken",
        Kind::InvalidFilename => "navnet kan ikke bruges",
        Kind::InvalidData => "den er ikke tekst i UTF-8",
        Kind::UnexpectedEof => "den slutter for tidligt",
        Kind::AddrInUse => "adressen bruges allerede af et andet program",
        Kind::AddrNotAvailable => "adressen er ikke maskinens egen",
        Kind::ConnectionRefused => "ingen svarer på adressen",
        Kind::ConnectionReset | Kind::ConnectionAborted => "forbindelsen blev afbrudt",
        Kind::BrokenPipe => "ingen læser den længere",
        Kind::TimedOut => "der kom intet svar i tide",
        Kind::OutOfMemory => "der er ikke hukommelse nok",
        _ => return error.to_string(),
    };
    said.to_owned()
}

/// What an error says, without its own causes.
#[must_use]
pub fn of(error: &(dyn Error + 'static)) -> String {
    if let Some(error) = error.downcast_ref::<io::Error>() {
        return of_io(error);
    }
    if let Some(error) = error.downcast_ref::<ParseIntError>() {
        return match error.kind() {
            IntErrorKind::PosOverflow => "tallet er for stort",
            IntErrorKind::NegOverflow => "tallet er for lille",
            _ => "det er ikke et helt tal",
        }
        .to_owned();
    }
    if error.is::<ParseFloatError>() {
        return "det er ikke et tal (decimaler skrives med punktum)".to_owned();
    }
    let text = error.to_string();
    range(&text).unwrap_or(text)
}

/// An error with its causes, the last one behind.
pub fn chain<'a>(causes: impl Iterator<Item = &'a (dyn Error + 'static)>) -> String {
    causes.map(of).collect::<Vec<_>>().join(": ")
}

/// What clap says of a number outside its range (`101 is not in 0..=100`).
fn range(text: &str) -> Option<String> {
    let (_, bounds) = text.split_once(" is not in ")?;
    let (first, last) = bounds.split_once("..")?;
    Some(match last.strip_prefix('=').unwrap_or(last) {
        "" => format!("tallet skal være mindst {first}"),
        last => format!("tallet skal være fra {first} til {last}"),
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn errors_of_the_operating_system_are_said_in_danish() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let missing = fs::read(folder.join("a.csv")).unwrap_err();
        assert_eq!(of_io(&missing), "den findes ikke");
        assert_eq!(of_io(&fs::read(folder).unwrap_err()), "den er en mappe");
        let below = fs::read(folder.join("Cargo.toml/a.csv")).unwrap_err();
        assert_eq!(of_io(&below), "en del af stien er ikke en mappe");
        let no_text = io::read_to_string(&b"\xE6"[..]).unwrap_err();
        assert_eq!(of_io(&no_text), "den er ikke tekst i UTF-8");
        assert_eq!(of_io(&io::ErrorKind::PermissionDenied.into()), "der er ikke adgang til den");
        let own = io::Error::new(io::ErrorKind::NotFound, "den er en henvisning");
        assert_eq!(of_io(&own), "den er en henvisning", "what a program says itself");
    }

    #[test]
    fn numbers_that_are_none_are_said_in_danish() {
        assert_eq!(of(&"x".parse::<u32>().unwrap_err()), "det er ikke et helt tal");
        assert_eq!(of(&"99999999999".parse::<u32>().unwrap_err()), "tallet er for stort");
        assert!(of(&"1,5".parse::<f64>().unwrap_err()).starts_with("det er ikke et tal"));
        let error = io::Error::other("101 is not in 0..=100");
        assert_eq!(range(&error.to_string()).as_deref(), Some("tallet skal være fra 0 til 100"));
        assert_eq!(range("0 is not in 1..").as_deref(), Some("tallet skal være mindst 1"));
    }

    #[test]
    fn causes_stand_behind_what_they_caused() {
        let missing = fs::read("/der/findes/ingen").unwrap_err();
        let error = anyhow::Error::new(missing).context("filen kan ikke læses");
        assert_eq!(chain(error.chain()), "filen kan ikke læses: den findes ikke");
    }
}
