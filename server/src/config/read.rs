//! Reads keys one by one, and keeps what was wrong and where.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// What the names of all variables begin with.
pub(super) const PREFIX: &str = "TERNING_";

/// Variables of an environment by their names.
pub type Variables = BTreeMap<String, String>;

/// A mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    place: Place,
    message: String,
}

/// A value that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effective {
    /// Its key.
    pub key: String,
    /// Its value, as TOML.
    pub value: String,
    /// Where it is from.
    pub from: At,
}

/// A key, and where its value was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub key: String,
    pub at: At,
}

/// Where a value was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum At {
    /// In a line of the file, from 1.
    Line(usize),
    /// In a variable of the environment.
    Variable(String),
    /// Nowhere: it is what counts unless something else is said, or it is missing.
    Nowhere,
}

/// A value, and where it was given.
pub(super) struct Given<T> {
    pub value: T,
    pub place: Place,
}

/// The settings while they are read.
pub(super) struct Reader<'i> {
    text: &'i str,
    folder: &'i Path,
    variables: &'i Variables,
    problems: RefCell<Vec<Problem>>,
    effective: RefCell<Vec<Effective>>,
}

/// A table of the file, of which keys are taken until none is left.
pub(super) struct Section<'r, 'i> {
    reader: &'r Reader<'i>,
    /// Where the table is.
    pub place: Place,
    /// Whether it is in the file.
    pub is_given: bool,
    /// Whether it is one of a list: no variable names its keys.
    is_listed: bool,
    entries: Vec<(String, usize, DeValue<'i>)>,
}

/// A value as it was written: in TOML, or in a variable.
enum Raw<'i> {
    Toml(DeValue<'i>),
    Variable(String),
}

impl<'i> Reader<'i> {
    /// A reader of a text, whose files are found from a folder.
    pub fn new(text: &'i str, folder: &'i Path, variables: &'i Variables) -> Reader<'i> {
        let (problems, effective) = (RefCell::default(), RefCell::default());
        Reader { text, folder, variables, problems, effective }
    }

    /// The whole text as a table; `None` where it is no TOML.
    pub fn top(&self) -> Option<Section<'_, 'i>> {
        let (table, errors) = DeTable::parse_recoverable(self.text);
        for error in &errors {
            let line = self.line(error.span().map_or(0, |span| span.start));
            let place = Place { key: String::new(), at: At::Line(line) };
            self.refuse(place, &format!("ikke TOML: {}", error.message()));
        }
        let place = Place { key: String::new(), at: At::Nowhere };
        errors.is_empty().then(|| self.section(place, table.into_inner(), false))
    }

    /// Says of every variable that sets nothing that it does: it may be meant for a key.
    pub fn check_variables(&self, is_known: impl Fn(&str) -> bool) {
        let own = self.variables.keys().filter(|name| name.starts_with(PREFIX));
        for name in own.filter(|name| !is_known(name)) {
            let place = Place { key: String::new(), at: At::Variable(name.clone()) };
            self.refuse(place, "sætter ingen indstilling; er navnet stavet rigtigt?");
        }
    }

    /// What was wrong, and what counts.
    pub fn end(self) -> (Vec<Problem>, Vec<Effective>) {
        (self.problems.into_inner(), self.effective.into_inner())
    }

    fn section(&self, place: Place, table: DeTable<'i>, is_listed: bool) -> Section<'_, 'i> {
        let entry = |(key, value): (Spanned<std::borrow::Cow<'i, str>>, Spanned<DeValue<'i>>)| {
            let line = self.line(key.span().start);
            (key.into_inner().into_owned(), line, value.into_inner())
        };
        let entries = table.into_iter().map(entry).collect();
        Section { reader: self, place, is_given: true, is_listed, entries }
    }

    fn refuse(&self, place: Place, message: &str) {
        self.problems.borrow_mut().push(Problem { place, message: message.to_owned() });
    }

    fn counts(&self, place: &Place, value: String) {
        let (key, from) = (place.key.clone(), place.at.clone());
        self.effective.borrow_mut().push(Effective { key, value, from });
    }

    fn line(&self, at: usize) -> usize {
        self.text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
    }
}

impl<'r, 'i> Section<'r, 'i> {
    /// A text.
    pub fn text(&mut self, name: &str) -> Option<Given<String>> {
        self.read(name, "en tekst", |raw| match raw {
            Raw::Toml(value) => value.as_str().map(str::to_owned),
            Raw::Variable(text) => Some(text.clone()),
        })
    }

    /// A text that must be there.
    pub fn required(&mut self, name: &str) -> Option<Given<String>> {
        let is_there = self.entries.iter().any(|(key, ..)| key == name);
        let found = self.text(name);
        match &found {
            None if !is_there => self.refuse(self.place_of(name), "mangler"),
            Some(given) if given.value.is_empty() => self.refuse(self.place_of(name), "er tom"),
            _ => {}
        }
        found.filter(|given| !given.value.is_empty())
    }

    /// A path of a file, from the folder of the settings, or in a variable from where the program
    /// was started.
    pub fn path(&mut self, name: &str) -> Option<Given<PathBuf>> {
        let Given { value, place } = self.text(name)?;
        let value = match place.at {
            At::Variable(_) => PathBuf::from(value),
            _ => self.reader.folder.join(value),
        };
        Some(Given { value, place })
    }

    /// True or false.
    pub fn flag(&mut self, name: &str) -> Option<Given<bool>> {
        self.read(name, "true eller false", |raw| match raw {
            Raw::Toml(value) => value.as_bool(),
            Raw::Variable(text) => text.parse().ok(),
        })
    }

    /// A whole number.
    pub fn number(&mut self, name: &str) -> Option<Given<u16>> {
        self.read(name, "et helt tal fra 0 til 65535", |raw| match raw {
            Raw::Toml(DeValue::Integer(number)) if number.radix() == 10 => {
                number.as_str().parse().ok()
            }
            Raw::Toml(_) => None,
            Raw::Variable(text) => text.parse().ok(),
        })
    }

    /// A whole number within bounds, or what counts unless one is given.
    pub fn count_or(&mut self, name: &str, within: RangeInclusive<u32>, otherwise: u32) -> u32 {
        let wanted = format!("et helt tal fra {} til {}", within.start(), within.end());
        let number = |text: &str| text.parse().ok().filter(|number| within.contains(number));
        let given = self.read(name, &wanted, |raw| match raw {
            Raw::Toml(DeValue::Integer(given)) if given.radix() == 10 => number(given.as_str()),
            Raw::Toml(_) => None,
            Raw::Variable(text) => number(text),
        });
        self.or(name, given, otherwise)
    }

    /// Texts.
    pub fn texts(&mut self, name: &str) -> Option<Given<Vec<String>>> {
        self.read(name, "en liste af tekster", |raw| match raw {
            Raw::Toml(DeValue::Array(values)) => {
                values.iter().map(|value| value.get_ref().as_str().map(str::to_owned)).collect()
            }
            Raw::Toml(_) | Raw::Variable(_) => None,
        })
    }

    /// Names with texts.
    pub fn pairs(&mut self, name: &str) -> Option<Given<Vec<(String, String)>>> {
        self.read(name, "navne med tekster, { CN = \"…\" }", |raw| match raw {
            Raw::Toml(DeValue::Table(table)) => {
                let pair = |(name, value): (&Spanned<_>, &Spanned<DeValue<'_>>)| {
                    let name: &std::borrow::Cow<'_, str> = name.get_ref();
                    Some((name.clone().into_owned(), value.get_ref().as_str()?.to_owned()))
                };
                table.iter().map(pair).collect()
            }
            Raw::Toml(_) | Raw::Variable(_) => None,
        })
    }

    /// One of some words, of which the first counts where none is given.
    pub fn choice<T: Copy>(&mut self, name: &str, words: &[(&str, T)]) -> T {
        let given = self.text(name);
        let is_word = |given: &Given<String>| words.iter().find(|(word, _)| *word == given.value);
        match given.as_ref().map(|given| (is_word(given), &given.place)) {
            Some((Some((_, value)), _)) => *value,
            Some((None, place)) => {
                let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
                let message = format!("skal være {}", known.join(" eller "));
                self.refuse(place.clone(), &message);
                words[0].1
            }
            None => {
                self.or(name, None, words[0].0.to_owned());
                words[0].1
            }
        }
    }

    /// What is given, or what counts unless something is.
    pub fn or<T: fmt::Debug>(&self, name: &str, given: Option<Given<T>>, otherwise: T) -> T {
        given.map(|given| given.value).unwrap_or_else(|| {
            let place = Place { key: self.key(name), at: At::Nowhere };
            self.reader.counts(&place, format!("{otherwise:?}"));
            otherwise
        })
    }

    /// A table below; an empty one where it is not given.
    pub fn section(&mut self, name: &str) -> Section<'r, 'i> {
        let key = self.key(name);
        let Some((line, value)) = self.take(name) else {
            let (reader, is_listed) = (self.reader, self.is_listed);
            let place = Place { key, at: At::Nowhere };
            return Section { reader, place, is_given: false, is_listed, entries: Vec::new() };
        };
        let place = Place { key, at: At::Line(line) };
        self.table(place, value, self.is_listed)
    }

    /// Tables below, each `[[…]]`.
    pub fn sections(&mut self, name: &str) -> Vec<Section<'r, 'i>> {
        let key = self.key(name);
        let Some((line, value)) = self.take(name) else { return Vec::new() };
        let DeValue::Array(values) = value else {
            let message = format!("skal skrives som [[{key}]]");
            self.refuse(Place { key, at: At::Line(line) }, &message);
            return Vec::new();
        };
        let section = |(at, value): (usize, Spanned<DeValue<'i>>)| {
            let line = self.reader.line(value.span().start);
            let place = Place { key: format!("{key}[{}]", at + 1), at: At::Line(line) };
            self.table(place, value.into_inner(), true)
        };
        values.into_iter().enumerate().map(section).collect()
    }

    fn table(&self, place: Place, value: DeValue<'i>, is_listed: bool) -> Section<'r, 'i> {
        let table = match value {
            DeValue::Table(table) => table,
            _ => {
                self.refuse(place.clone(), &format!("skal være et afsnit, [{}]", place.key));
                DeTable::new()
            }
        };
        self.reader.section(place, table, is_listed)
    }

    /// The place of a key that is missing.
    pub fn place_of(&self, name: &str) -> Place {
        Place { key: self.key(name), at: self.place.at.clone() }
    }

    /// Says that something is wrong.
    pub fn refuse(&self, place: Place, message: &str) {
        self.reader.refuse(place, message);
    }

    /// Ends the reading: what was not taken is no key.
    pub fn end(self) {
        for (name, line, _) in &self.entries {
            let place = Place { key: self.key(name), at: At::Line(*line) };
            self.reader.refuse(place, "nøglen findes ikke");
        }
    }

    /// A value: of the variable of its key if there is one, else of the file.
    fn read<T: fmt::Debug>(
        &mut self,
        name: &str,
        wanted: &str,
        typed: impl Fn(&Raw<'i>) -> Option<T>,
    ) -> Option<Given<T>> {
        let key = self.key(name);
        let in_file = self.take(name).map(|(line, value)| (At::Line(line), Raw::Toml(value)));
        let variable = variable_of(&key);
        let outside =
            (!self.is_listed).then(|| self.reader.variables.get(&variable).cloned()).flatten();
        let outside = outside.map(|text| (At::Variable(variable), Raw::Variable(text)));
        let (at, raw) = outside.or(in_file)?;
        let place = Place { key, at };
        let Some(value) = typed(&raw) else {
            self.refuse(place, &format!("skal være {wanted}"));
            return None;
        };
        self.reader.counts(&place, format!("{value:?}"));
        Some(Given { value, place })
    }

    fn take(&mut self, name: &str) -> Option<(usize, DeValue<'i>)> {
        let at = self.entries.iter().position(|(key, ..)| key == name)?;
        let (_, line, value) = self.entries.remove(at);
        Some((line, value))
    }

    fn key(&self, name: &str) -> String {
        match self.place.key.as_str() {
            "" => name.to_owned(),
            path => format!("{path}.{name}"),
        }
    }
}

/// The variable of a key: `TERNING_TLS_KEY` of `tls.key`.
pub(super) fn variable_of(key: &str) -> String {
    format!("{PREFIX}{}", key.replace('.', "_").to_uppercase())
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place { key, at } = &self.place;
        let words = [at.to_string(), key.clone()];
        let words: Vec<&str> =
            words.iter().map(String::as_str).filter(|word| !word.is_empty()).collect();
        write!(f, "{}: {}", words.join(", "), self.message)
    }
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            At::Line(line) => write!(f, "linje {line}"),
            At::Variable(name) => write!(f, "variablen {name}"),
            At::Nowhere => Ok(()),
        }
    }
}
