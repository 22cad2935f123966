//! Reference files and code lists → the domain's reference data.

use std::collections::BTreeMap;

use cube_schema::domain::{Domain, Place, ReferenceSpec, Refused, Row};
use cube_schema::language::Language;

use super::accept::REFERENCE_FOLDER;
use super::findings::{Reject, Rejects, Tally};
use super::input::{InputError, Inputs};
use super::progress::{Progress, Steps};
use super::separated::Opened;
use super::workbook;

/// The kind of the warning for a file, or a compiled-in list, that cannot be used.
pub const REFUSED: &str = "Referencefil afvist";

/// The reference data, and what reading it left behind.
#[derive(Clone, Debug, Default)]
pub struct ReferenceData<R> {
    /// The reference data of the domain.
    pub data: R,
    /// Compiled-in lists that a file has replaced.
    pub replaced: Vec<String>,
    /// The files that are used, with the number of their lines that could be.
    pub lines: BTreeMap<String, u64>,
    /// The files that are not, and why.
    pub refused: BTreeMap<String, String>,
    /// Lines that cannot be used.
    pub rejects: Vec<Reject>,
    /// Warnings.
    pub warnings: Tally,
}

/// Reads the reference files in the order of the domain, or what stands in for them.
pub fn read_reference<D: Domain>(
    domain: &D,
    inputs: &Inputs<'_>,
    tell: &(dyn Fn(Progress) + Sync),
) -> ReferenceData<D::Reference> {
    let mut found = ReferenceData::default();
    let present: Vec<String> =
        inputs.list().into_iter().filter(|path| path.starts_with(REFERENCE_FOLDER)).collect();
    let steps = Steps::begin(tell, "læser referencefiler", domain.references().len());
    for spec in domain.references() {
        let path = format!("{REFERENCE_FOLDER}{}", spec.file);
        let is_there = present.contains(&path);
        let is_used = is_there && found.take_file(domain, spec, &path, inputs);
        match spec.default {
            _ if is_used => {}
            Some(list) => found.take_default(domain, spec, list),
            None if is_there => {}
            None => {
                found
                    .warnings
                    .count("Referencefil mangler", || format!("{path}: {}", spec.missing));
            }
        }
        steps.step();
    }
    for path in present {
        if !domain.references().iter().any(|spec| path[REFERENCE_FOLDER.len()..] == *spec.file) {
            found.warnings.count("Ukendt fil", || format!("{path} bruges ikke"));
        }
    }
    found
}

impl<R: Send + Sync + Default> ReferenceData<R> {
    /// Takes a file; whether it could be trusted.
    fn take_file<D: Domain<Reference = R>>(
        &mut self,
        domain: &D,
        spec: &ReferenceSpec,
        path: &str,
        inputs: &Inputs<'_>,
    ) -> bool {
        let bytes = inputs.read(path).map_err(|error: InputError| error.to_string());
        match bytes.and_then(|(bytes, _)| self.take_bytes(domain, spec, path, &bytes)) {
            Ok(()) => {
                if spec.default.is_some() {
                    self.replaced.push(path.to_owned());
                }
                true
            }
            Err(reason) => {
                let instead = match spec.default {
                    Some(_) => "den indbyggede liste er brugt",
                    None => spec.missing,
                };
                self.warnings.count(REFUSED, || format!("{path}: {reason}; {instead}"));
                self.lines.remove(path);
                self.refused.insert(path.to_owned(), reason);
                false
            }
        }
    }

    fn take_default<D: Domain<Reference = R>>(
        &mut self,
        domain: &D,
        spec: &ReferenceSpec,
        text: &str,
    ) {
        let path = format!("{} (indbygget)", spec.file);
        if let Err(reason) = self.take_text(domain, spec, &path, text.as_bytes()) {
            self.warnings.count(REFUSED, || format!("{path}: {reason}"));
        }
        self.lines.remove(&path);
    }

    fn take_bytes<D: Domain<Reference = R>>(
        &mut self,
        domain: &D,
        spec: &ReferenceSpec,
        path: &str,
        bytes: &[u8],
    ) -> Result<(), String> {
        if spec.file.ends_with(".xlsx") {
            let sheet = workbook::check(bytes, spec)?;
            return self.take_workbook(domain, spec, path, bytes, &sheet);
        }
        self.take_text(domain, spec, path, bytes)
    }

    /// Of a row of the wide form that is refused for one of its keys, once is enough.
    fn take_workbook<D: Domain<Reference = R>>(
        &mut self,
        domain: &D,
        spec: &ReferenceSpec,
        path: &str,
        bytes: &[u8],
        sheet: &workbook::Sheet,
    ) -> Result<(), String> {
        let (header, unknown) = sheet.unknown_columns();
        self.note_unknown(spec, path, header, unknown);
        let keys = spec.wide.map_or(0, |wide| wide.keys);
        let (mut rejects, mut lines) = (Rejects::of(path), 0);
        let walked = workbook::each(bytes, sheet, &mut |row| {
            match domain.read_reference(&mut self.data, spec, &row) {
                Ok(said) => {
                    lines += 1;
                    self.warnings.at(path, row.place, said);
                }
                Err(refused) => {
                    let of_a_key = spec.columns[..keys].contains(&refused.field);
                    rejects.add(row.place, refused);
                    return !of_a_key;
                }
            }
            true
        });
        self.lines.insert(path.to_owned(), lines);
        let some = some_left(lines, &rejects);
        self.rejects.extend(rejects.into_list());
        walked.and(some)
    }

    fn take_text<D: Domain<Reference = R>>(
        &mut self,
        domain: &D,
        spec: &ReferenceSpec,
        path: &str,
        bytes: &[u8],
    ) -> Result<(), String> {
        Opened::new(bytes, true, spec.columns.to_vec(), &[])?.count()?;
        let opened = Opened::new(bytes, true, spec.columns.to_vec(), &[])?;
        self.note_unknown(spec, path, 1, opened.columns.unknown.clone());
        self.take_rows(domain, spec, path, |visit| {
            opened.each(visit);
            Ok(())
        })
    }

    /// Notes columns that are neither read nor known to the format.
    fn note_unknown(
        &mut self,
        spec: &ReferenceSpec,
        path: &str,
        header: u64,
        mut unknown: Vec<String>,
    ) {
        let compiled_in = spec.default.and_then(|list| list.lines().next()).unwrap_or_default();
        let known = || compiled_in.split(';').chain(spec.unread.iter().copied());
        unknown.retain(|title| !known().any(|known| known.eq_ignore_ascii_case(title)));
        self.warnings.unknown_columns(path, header, &unknown);
    }

    fn take_rows<D: Domain<Reference = R>>(
        &mut self,
        domain: &D,
        spec: &ReferenceSpec,
        path: &str,
        each: impl FnOnce(&mut dyn FnMut(Place, Result<Row<'_>, Refused>)) -> Result<(), String>,
    ) -> Result<(), String> {
        let ReferenceData { data, warnings, .. } = self;
        let (mut rejects, mut lines) = (Rejects::of(path), 0);
        let walked = each(&mut |place, row| match row
            .and_then(|row| domain.read_reference(data, spec, &row))
        {
            Ok(said) => {
                lines += 1;
                warnings.at(path, place, said);
            }
            Err(refused) => rejects.add(place, refused),
        });
        self.lines.insert(path.to_owned(), lines);
        let some = some_left(lines, &rejects);
        self.rejects.extend(rejects.into_list());
        walked.and(some)
    }
}

/// That not every line of a file was rejected: then nothing of it could be used.
fn some_left(used: u64, rejects: &Rejects) -> Result<(), String> {
    let Some(Reject { line, field, reason, .. }) = rejects.first().filter(|_| used == 0) else {
        return Ok(());
    };
    let all = match rejects.count() {
        1 => "dens eneste linje".to_owned(),
        count => format!("alle dens {} linjer", Language::Danish.whole(count)),
    };
    let field = if field.is_empty() { String::new() } else { format!(", {field}") };
    Err(format!("{all} er afvist, den første i linje {line}{field}: {reason}"))
}
