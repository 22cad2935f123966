//! Whether a log is whole: every line unchanged, in its place, and none missing.

use std::path::Path;

use anyhow::{Context, bail};

use super::chain::{Line, Link};
use super::files::{self, LogFile};
use super::head;
use super::key::{self, Key};
use super::recover::reason;
use super::{Entry, Kind, write};

/// Something that there is to say of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// Whether it is damage; else it is what a crash leaves.
    pub is_damage: bool,
    /// The file.
    pub file: String,
    /// The line in the file, from 1; 0 is the file as a whole.
    pub line: u64,
    /// What it is, in Danish.
    pub text: String,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// Files that were read.
    pub files: usize,
    /// Lines that were read.
    pub lines: u64,
    /// The last line.
    pub last: Link,
    /// What there is to say.
    pub remarks: Vec<Remark>,
}

impl Verified {
    /// Whether all is whole.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        !self.remarks.iter().any(|remark| remark.is_damage)
    }
}

/// Looks at every line of the log of a data folder. Where older files were moved away on purpose,
/// `archived` takes the first one that is there for the beginning.
///
/// # Errors
/// There is no log, or it cannot be read.
pub fn verify(data: &Path, archived: bool) -> anyhow::Result<Verified> {
    let folder = files::folder(data);
    let shown = folder.display();
    if !folder.is_dir() {
        bail!("der er ingen adgangslog i {}; se, om mappen er rigtig", data.display());
    }
    let Some(key) = Key::read(data)? else {
        bail!("nøglen {} mangler; uden den kan loggen ikke efterprøves", key::file(data).display());
    };
    // The head is read first: lines that are written meanwhile are behind it.
    let head = head::read(&folder, &key).with_context(|| format!("{shown} kan ikke læses"))?;
    let is_written = write::is_written(&folder);
    let mut walk =
        Walk { found: Verified::default(), key, expected: None, head, archived, stopped: false };
    let files = files::all(&folder).with_context(|| format!("{shown} kan ikke læses"))?;
    let count = files.len();
    for (at, file) in files.iter().enumerate() {
        let unanswered = files.get(at + 1).and_then(|next| walk.unanswered(file, next));
        walk.file(file, at + 1 == count, unanswered)?;
    }
    walk.end();
    if !is_written {
        walk.end_of_service();
    }
    Ok(walk.found)
}

struct Walk {
    found: Verified,
    key: Key,
    /// What the next line must hang on; none before the first, and behind damage.
    expected: Option<Link>,
    head: Option<Link>,
    archived: bool,
    /// Whether the last line says that the service ended.
    stopped: bool,
}

impl Walk {
    /// The number from which on lines of a file were not certain, and nobody was answered on them, where
    /// the next file begins by saying so.
    fn unanswered(&self, file: &LogFile, next: &LogFile) -> Option<u64> {
        let first = next.lines().ok()?.next()?.ok()?;
        let Line { seq, entry, .. } = Line::read(&self.key, &first.bytes).ok()?;
        let is_said = entry.kind == Kind::Note && entry.reason == reason::UNWRITTEN;
        (is_said && entry.file == file.name()).then_some(seq)
    }

    /// Looks at a file up to the line from which on nobody was answered, if there is such.
    fn file(
        &mut self,
        file: &LogFile,
        is_last: bool,
        unanswered: Option<u64>,
    ) -> anyhow::Result<()> {
        self.found.files += 1;
        let name = file.name();
        let mut number = 0;
        let lines = file.lines().with_context(|| format!("{name} kan ikke læses"))?;
        for raw in lines {
            let raw = raw.with_context(|| format!("{name} kan ikke læses"))?;
            number += 1;
            let place = (name.as_str(), number);
            let read = Line::read(&self.key, &raw.bytes);
            let seq = read.as_ref().map_or(self.found.last.seq + 1, |line| line.seq);
            if unanswered.is_some_and(|from| seq >= from) {
                let text = "herfra kunne linjer hverken skrives helt eller fjernes, og ingen fik svar på dem";
                self.say(false, place, text);
                break;
            }
            match read {
                Ok(line) if raw.ends => {
                    self.line(place, &line, (number == 1).then_some(file.first));
                }
                // What a crash leaves, or what is being written at this moment.
                _ if is_last && !raw.ends && self.is_beyond_head() => {
                    self.say(false, place, "linjen er ikke skrevet færdig");
                }
                Ok(_) => self.broken(place, "linjen er afkortet"),
                Err(error) => self.broken(place, &error.to_string()),
            }
        }
        if number == 0 && !is_last {
            self.say(true, (&name, 0), "filen er tom");
        }
        Ok(())
    }

    /// Whether what comes next is behind all that the head tells of.
    fn is_beyond_head(&self) -> bool {
        self.head.as_ref().is_some_and(|head| self.found.last.seq >= head.seq)
    }

    fn broken(&mut self, place: (&str, u64), text: &str) {
        self.say(true, place, text);
        self.expected = None;
    }

    fn line(&mut self, place: (&str, u64), line: &Line, named: Option<u64>) {
        self.found.lines += 1;
        if named.is_some_and(|first| first != line.seq) {
            self.say(true, place, &format!("filen begynder med linje nr. {}", line.seq));
        }
        let is_first = self.found.lines == 1 && self.found.remarks.is_empty();
        match &self.expected {
            Some(expected) if expected.holds(line) => {}
            None if is_first && (self.archived || Link::default().holds(line)) => {}
            None if is_first => {
                let text = format!("linje nr. 1 til {} mangler", line.seq.saturating_sub(1));
                self.say(true, place, &text);
            }
            // Behind damage a line is only held against its number.
            None if line.seq > self.found.last.seq => self.say_gap(place, line.seq),
            _ => self.misplaced(place, line),
        }
        self.note(place, &line.entry);
        self.stopped = line.entry.kind == Kind::Note && line.entry.reason == reason::STOPPED;
        self.check_head(place, line);
        self.expected = Some(line.link());
        self.found.last = line.link();
    }

    fn misplaced(&mut self, place: (&str, u64), line: &Line) {
        let last = self.found.last.seq;
        match line.seq {
            seq if seq > last + 1 => self.say_gap(place, seq),
            seq if seq == last + 1 => {
                self.say(true, place, "linjen hænger ikke på den før: en af dem er skiftet ud");
            }
            seq => {
                let text = format!("linjen er nr. {seq} og står efter nr. {last}");
                self.say(true, place, &text);
            }
        }
    }

    fn say_gap(&mut self, place: (&str, u64), seq: u64) {
        let last = self.found.last.seq;
        match seq - last {
            0 | 1 => {}
            2 => self.say(true, place, &format!("linje nr. {} mangler eller er ændret", seq - 1)),
            _ => {
                let text =
                    format!("linje nr. {} til {} mangler eller er ændret", last + 1, seq - 1);
                self.say(true, place, &text);
            }
        }
    }

    /// What the log says of itself.
    fn note(&mut self, place: (&str, u64), entry: &Entry) {
        if entry.kind != Kind::Note {
            return;
        }
        let count = entry.count.unwrap_or_default();
        let (is_damage, text) = match entry.reason.as_str() {
            reason::TORN => {
                let file = &entry.file;
                (
                    false,
                    format!(
                        "{count} bytes, som hovedet ikke kendte, blev lagt i {file} efter et nedbrud"
                    ),
                )
            }
            reason::ADOPTED => (false, format!("{count} linjer blev taget med efter et nedbrud")),
            reason::UNWRITTEN => (false, format!("{count} linjer kunne ikke skrives")),
            reason::DAMAGED => {
                (true, format!("{count} linjer manglede eller var ændret, da serveren startede"))
            }
            reason::HEAD_MISSING => (true, "hovedet manglede, da serveren startede".to_owned()),
            reason::ANEW => {
                let text = "loggen er begyndt forfra: nøglen var der, men hverken linjer eller \
                            hoved, da serveren startede";
                (true, text.to_owned())
            }
            _ => return,
        };
        self.say(is_damage, place, &text);
    }

    fn check_head(&mut self, place: (&str, u64), line: &Line) {
        let differs = |head: &Link| head.seq == line.seq && head.hash != line.hash;
        if self.head.as_ref().is_some_and(differs) {
            self.say(true, place, "linjen er ikke den, som hovedet har gemt");
        }
    }

    fn end(&mut self) {
        let last = self.found.last.seq;
        match self.head.clone() {
            None => self.say(true, ("head", 0), "hovedet mangler eller er ændret"),
            Some(head) if head.seq > last => {
                let text = format!("linje nr. {} til {} er skåret af", last + 1, head.seq);
                self.say(true, ("head", 0), &text);
            }
            _ => {}
        }
    }

    /// What a service leaves that did not end as it should, where none writes now.
    fn end_of_service(&mut self) {
        let last = self.found.last.seq;
        let behind = self.head.as_ref().map_or(0, |head| last.saturating_sub(head.seq));
        if behind > 0 {
            let text = format!("de sidste {behind} linjer er skrevet, efter at hovedet blev gemt");
            self.say(false, ("head", 0), &text);
        }
        if last > 0 && !self.stopped {
            let text = "den sidste linje siger ikke, at serveren sluttede: et nedbrud kan have taget linjer efter den";
            self.say(false, ("head", 0), text);
        }
    }

    fn say(&mut self, is_damage: bool, (file, line): (&str, u64), text: &str) {
        let remark = Remark { is_damage, file: file.to_owned(), line, text: text.to_owned() };
        self.found.remarks.push(remark);
    }
}
