//! Which files can be trusted as deliveries, and why the others cannot.

use std::collections::BTreeMap;

use cube_schema::day::Month;
use cube_schema::domain::{DeliveryInfo, Domain};
use cube_schema::language::Language;
use rayon::prelude::*;

use super::findings::Tally;
use super::format::{Format, Layout, Look, Unknown};
use super::input::Inputs;
use super::limits;
use super::manifest::{Manifest, system_key};
use super::name::FileName;
use super::progress::{Progress, Steps};

/// The folder that holds no deliveries.
pub const REFERENCE_FOLDER: &str = "reference/";

/// A delivery that can be trusted; it may still hold lines that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// Which delivery it is.
    pub info: DeliveryInfo,
    /// How its bytes become rows.
    pub format: Format,
}

/// A delivery that is refused whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedDelivery {
    /// The data file, or the manifest where there is no data file.
    pub file: String,
    /// Who reports, as far as that is known.
    pub reporter: String,
    /// From which system, as far as that is known.
    pub system: String,
    /// For which month, as far as that is known.
    pub month: Option<Month>,
    /// The serial number within the month, as far as that is known.
    pub serial: Option<u32>,
    /// The reason, in Danish.
    pub reason: String,
    /// Whether nothing is wrong with it but that it is of a month beyond the limit.
    pub later: bool,
}

/// What came in.
#[derive(Clone, Debug, Default)]
pub struct Intake {
    /// Deliveries that can be trusted, by reporter, system, month and serial number.
    pub accepted: Vec<Accepted>,
    /// Deliveries that are refused, by file.
    pub refused: Vec<RefusedDelivery>,
    /// Warnings.
    pub warnings: Tally,
}

impl Intake {
    /// The newest month with an accepted delivery.
    #[must_use]
    pub fn newest_month(&self) -> Option<Month> {
        self.accepted.iter().map(|accepted| accepted.info.month).max()
    }
}

/// Looks at every file outside `reference/`, and says which are deliveries that can be trusted.
pub fn accept<D: Domain>(
    domain: &D,
    reference: &D::Reference,
    inputs: &Inputs<'_>,
    limit: Option<Month>,
    tell: &(dyn Fn(Progress) + Sync),
) -> Intake {
    let mut intake = Intake::default();
    let candidates = candidates(&inputs.list(), &mut intake.warnings);
    let steps = Steps::begin(tell, "kontrollerer leverancer", candidates.len());
    let gate = Gate { domain, reference, inputs, limit };
    let looked_at: Vec<_> = candidates
        .par_iter()
        .map(|candidate| {
            let verdict = gate.check(candidate);
            steps.step();
            verdict
        })
        .collect();
    for verdict in looked_at {
        match verdict {
            Ok((accepted, unknown)) => {
                for Unknown { name, line } in unknown {
                    intake.warnings.unknown_columns(&accepted.info.file, line, &[name]);
                }
                intake.accepted.push(accepted);
            }
            Err(refused) => intake.refused.push(refused),
        }
    }
    intake.accepted.sort_by(|a, b| a.info.cmp(&b.info));
    intake.refused.sort_by(|a, b| a.file.cmp(&b.file));
    intake
}

/// A data file and its manifest; at least one of them is there.
struct Candidate {
    data: Option<String>,
    manifest: Option<String>,
}

fn candidates(paths: &[String], warnings: &mut Tally) -> Vec<Candidate> {
    let mut manifests: BTreeMap<&str, (&String, bool)> = BTreeMap::new();
    let mut data = Vec::new();
    for path in paths.iter().filter(|path| !path.starts_with(REFERENCE_FOLDER)) {
        let (stem, extension) = path.rsplit_once('.').unwrap_or((path, ""));
        match extension.to_ascii_lowercase().as_str() {
            "json" => drop(manifests.insert(stem, (path, false))),
            "csv" | "xml" => data.push((stem, path)),
            _ => warnings.count("Ukendt fil", || format!("{path} er ikke en leverance")),
        }
    }
    let mut candidates = Vec::new();
    for (stem, path) in data {
        let manifest = manifests.get_mut(stem).map(|(manifest, used)| {
            *used = true;
            (*manifest).clone()
        });
        candidates.push(Candidate { data: Some(path.clone()), manifest });
    }
    let alone = manifests.into_values().filter(|(_, used)| !used);
    candidates
        .extend(alone.map(|(path, _)| Candidate { data: None, manifest: Some(path.clone()) }));
    candidates
}

struct Gate<'a, D: Domain> {
    domain: &'a D,
    reference: &'a D::Reference,
    inputs: &'a Inputs<'a>,
    limit: Option<Month>,
}

impl<D: Domain> Gate<'_, D> {
    /// The delivery and its unknown columns, or who sent it and why it is refused.
    fn check(&self, candidate: &Candidate) -> Result<(Accepted, Vec<Unknown>), RefusedDelivery> {
        let checked = self.judge(candidate);
        if let Err(refused) = &checked {
            self.settle(refused, candidate);
        }
        checked
    }

    /// What is refused before its bytes were looked at is an input too: it is kept, and packed. One of
    /// a later month has not come yet: it is new to the version that takes it.
    fn settle(&self, refused: &RefusedDelivery, candidate: &Candidate) {
        match (refused.later, &candidate.data, &candidate.manifest) {
            (true, _, Some(manifest)) => self.inputs.forget(manifest),
            // One that cannot be read is refused for that, or for what was wrong before.
            (false, Some(data), _) => drop(self.inputs.read(data)),
            _ => {}
        }
    }

    fn judge(&self, candidate: &Candidate) -> Result<(Accepted, Vec<Unknown>), RefusedDelivery> {
        let named = candidate.data.as_ref().or(candidate.manifest.as_ref());
        let file = named.map_or("", String::as_str);
        let manifest = self.manifest(candidate).map_err(|reason| by_name(file, reason))?;
        // A manifest that is not the file's own tells nothing of who sent it.
        let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
        let is_own = stem == manifest.path(self.domain.prefix());
        let later = self.limit.is_some_and(|limit| manifest.month > limit);
        let trusted = match &candidate.data {
            Some(data) => self.trust(&manifest, data),
            None => Format::of(&manifest).and_then(|_| Err("datafilen mangler".to_owned())),
        };
        let (format, look) = trusted.map_err(|reason| match is_own {
            true => RefusedDelivery {
                file: file.to_owned(),
                reporter: manifest.reporter.clone(),
                system: system_key(&manifest.system),
                month: Some(manifest.month),
                serial: Some(manifest.serial),
                reason,
                later,
            },
            false => by_name(file, reason),
        })?;
        Ok((Accepted { info: manifest.info(file), format }, look.unknown))
    }

    fn manifest(&self, candidate: &Candidate) -> Result<Manifest, String> {
        let path = candidate.manifest.as_ref().ok_or("manifestet mangler")?;
        let (bytes, _) = self.inputs.read(path).map_err(|error| format!("manifestet: {error}"))?;
        Manifest::parse(&bytes)
    }

    fn trust(&self, manifest: &Manifest, file: &str) -> Result<(Format, Look), String> {
        self.trust_manifest(manifest, file)?;
        let format = Format::of(manifest)?;
        let layout = Layout::of(self.domain, manifest.full);
        let walked = self.inputs.walk(file, |bytes| format.look(bytes, &layout));
        let (look, sha256) = walked.map_err(|error| error.to_string())?;
        if sha256 != manifest.sha256 {
            return Err("kontrolsummen (sha256) passer ikke med manifestet".to_owned());
        }
        let look = look?;
        if look.rows != manifest.rows {
            let (rows, said) = (look.rows, manifest.rows);
            let noun = if rows == 1 { "række" } else { "rækker" };
            let [rows, said] = [rows, said].map(|count| Language::Danish.whole(count));
            return Err(format!("filen har {rows} {noun}, men manifestet siger {said}"));
        }
        Ok((format, look))
    }

    fn trust_manifest(&self, manifest: &Manifest, file: &str) -> Result<(), String> {
        Format::of(manifest)?;
        let expected = format!("{}.{}", manifest.path(self.domain.prefix()), manifest.format);
        if file != expected {
            return Err(format!(
                "manifestet passer ikke med filens navn eller mappe; efter det skulle filen hedde {expected}"
            ));
        }
        if !self.domain.knows_reporter(&manifest.reporter, self.reference) {
            // A number is told; anything else may be what it should not.
            let is_number =
                |text: &&str| text.len() <= 3 && text.bytes().all(|one| one.is_ascii_digit());
            let number = Some(manifest.reporter.as_str()).filter(is_number);
            let number = number.map(|number| format!(" {number}")).unwrap_or_default();
            return Err(format!(
                "kommunen{number} i manifestet er ukendt: den er ikke i kommunelisten; ret manifestets kommune"
            ));
        }
        let (month, received) = (manifest.month, manifest.received);
        if month > received {
            return Err(format!("måneden {month} er senere end modtagelsen i {received}"));
        }
        if month.year() > limits::LAST_YEAR {
            return Err(format!("måneden {month} ligger uden for kalenderen"));
        }
        match Month::parse(&self.domain.schema().first_month) {
            Some(first) if month < first => {
                return Err(format!("måneden {month} er før {first}, som tidslinjen begynder med"));
            }
            _ => {}
        }
        match self.limit {
            Some(limit) if month > limit => {
                Err(format!("måneden {month} er senere end {limit}, som genopbygningen går til"))
            }
            _ => Ok(()),
        }
    }
}

/// A refusal of a file whose manifest cannot be used, or is another's: what its name says, if it says anything.
fn by_name(file: &str, reason: String) -> RefusedDelivery {
    let name = FileName::parse(file).and_then(|name| Some((name, name.delivery()?)));
    let (reporter, system, month, serial) = match name {
        Some((name, (system, month, serial))) => (name.reporter, system, month, serial),
        None => ("", String::new(), None, None),
    };
    let (file, reporter) = (file.to_owned(), reporter.to_owned());
    RefusedDelivery { file, reporter, system, month, serial, reason, later: false }
}
