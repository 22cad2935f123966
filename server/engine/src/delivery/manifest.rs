//! The manifest beside a data file: what the sender says of it.

use cube_schema::day::{Day, Month};
use cube_schema::domain::DeliveryInfo;
use serde_json::Value;

use super::input::without_bom;
use super::limits;

/// What the sender says of a data file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// Who reports (`kommune`).
    pub reporter: String,
    /// From which system (`system`).
    pub system: String,
    /// For which month (`maaned`).
    pub month: Month,
    /// The serial number within the month (`loebenummer`).
    pub serial: u32,
    /// Whether it is the full stock (`fuld_bestand`).
    pub full: bool,
    /// `csv` or `xml` (`format`).
    pub format: String,
    /// Whether the first line names the fields (`header`).
    pub header: bool,
    /// The character set (`tegnsaet`).
    pub charset: String,
    /// The number of records, unreadable ones included (`antal_raekker`).
    pub rows: u64,
    /// The checksum of the data file (`sha256`).
    pub sha256: String,
    /// The month in which it was received, as the time is written (`modtaget`).
    pub received: Month,
}

impl Manifest {
    /// Reads a manifest.
    ///
    /// # Errors
    /// It is no JSON, or a field is missing or wrong: the reason, in Danish.
    pub fn parse(bytes: &[u8]) -> Result<Manifest, String> {
        if bytes.len() > limits::MANIFEST_BYTES {
            return Err(format!("manifestet fylder mere end {} byte", limits::MANIFEST_BYTES));
        }
        let json: Value = serde_json::from_slice(without_bom(bytes)).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            format!("manifestet er ikke gyldig JSON (linje {line}, tegn {column})")
        })?;
        Ok(Manifest {
            reporter: text(&json, "kommune")?,
            system: text(&json, "system")?,
            month: field(&json, "maaned", "en måned som \"2026-09\"", month)?,
            serial: field(&json, "loebenummer", "et helt tal", number)?,
            full: field(&json, "fuld_bestand", "true eller false", Value::as_bool)?,
            format: text(&json, "format")?.to_lowercase(),
            header: field(&json, "header", "true eller false", Value::as_bool)?,
            charset: text(&json, "tegnsaet")?.to_lowercase(),
            rows: field(&json, "antal_raekker", "et helt tal", Value::as_u64)?,
            sha256: text(&json, "sha256")?.to_lowercase(),
            received: field(&json, "modtaget", "et tidspunkt som RFC 3339", received)?,
        })
    }

    /// The path of the data file without its extension, as this manifest would have it.
    #[must_use]
    pub fn path(&self, prefix: &str) -> String {
        let Manifest { reporter, system, month, serial, .. } = self;
        let compact = month.to_string().replace('-', "");
        format!("{month}/{prefix}_{reporter}_{system}_{compact}_{serial}")
    }

    /// The delivery as rules and reports know it: its system in small letters.
    #[must_use]
    pub fn info(&self, file: &str) -> DeliveryInfo {
        DeliveryInfo {
            reporter: self.reporter.clone(),
            system: system_key(&self.system),
            month: self.month,
            serial: self.serial,
            full: self.full,
            file: file.to_owned(),
        }
    }
}

/// What a system is known by, however its letters are written: its name in small letters.
#[must_use]
pub fn system_key(name: &str) -> String {
    name.to_lowercase()
}

fn field<T>(
    json: &Value,
    name: &str,
    form: &str,
    read: impl FnOnce(&Value) -> Option<T>,
) -> Result<T, String> {
    let value = json.get(name).ok_or_else(|| format!("manifestet mangler feltet '{name}'"))?;
    read(value).ok_or_else(|| format!("manifestets felt '{name}' skal være {form}"))
}

fn text(json: &Value, name: &str) -> Result<String, String> {
    let given = |value: &Value| {
        value.as_str().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
    };
    field(json, name, "en tekst", given)
}

fn number(value: &Value) -> Option<u32> {
    value.as_u64().and_then(|number| u32::try_from(number).ok())
}

fn month(value: &Value) -> Option<Month> {
    value.as_str().and_then(Month::parse)
}

/// The month of an RFC 3339 time, in the zone in which it is written.
fn received(value: &Value) -> Option<Month> {
    let text = value.as_str()?;
    let (date, rest) = text.split_at_checked(10)?;
    let day = Day::parse(date)?;
    let clock = rest.strip_prefix(['T', 't', ' '])?;
    let (time, zone) = clock.split_at(clock.find(['Z', 'z', '+', '-'])?);
    (is_time(time) && is_zone(zone)).then(|| day.month())
}

fn is_time(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let parts: Vec<&str> = whole.split(':').collect();
    let limits = [24, 60, 61];
    let good = |(part, limit): (&&str, u32)| two_digits(part).is_some_and(|part| part < limit);
    parts.len() == 3
        && parts.iter().zip(limits).all(good)
        && !fraction.is_empty()
        && fraction.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_zone(text: &str) -> bool {
    if matches!(text, "Z" | "z") {
        return true;
    }
    let Some((hours, minutes)) = text.get(1..).and_then(|offset| offset.split_once(':')) else {
        return false;
    };
    two_digits(hours).is_some_and(|hours| hours < 24)
        && two_digits(minutes).is_some_and(|minutes| minutes < 60)
}

fn two_digits(text: &str) -> Option<u32> {
    let digits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"{
        "kommune": "153", "system": "nexus", "leverandoer": "KMD", "maaned": "2026-09",
        "loebenummer": 1, "fuld_bestand": true, "format": "csv", "header": true,
        "tegnsaet": "UTF-8", "antal_raekker": 12, "sha256": "AB",
        "modtaget": "2026-10-01T00:30:00+02:00"
    }"#;

    #[test]
    fn a_manifest_says_who_what_and_when() {
        let manifest = Manifest::parse(GOOD.as_bytes()).unwrap();
        assert_eq!(manifest.path("VH"), "2026-09/VH_153_nexus_202609_1");
        assert_eq!(manifest.charset, "utf-8");
        assert_eq!(manifest.sha256, "ab");
        assert_eq!(manifest.received.to_string(), "2026-10");
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (good, bad, reason) in [
            ("\"153\"", "153", "'kommune' skal være en tekst"),
            ("\"system\"", "\"sytsem\"", "mangler feltet 'system'"),
            ("2026-09", "2026-13", "'maaned'"),
            ("\"loebenummer\": 1", "\"loebenummer\": -1", "'loebenummer'"),
            ("12", "12.5", "'antal_raekker'"),
            ("true,", "ja,", "JSON (linje 3,"),
            ("T00:30:00+02:00", "", "'modtaget'"),
            ("T00:30:00+02:00", "T00:30:00", "'modtaget'"),
            ("T00:30:00+02:00", "T24:30:00Z", "'modtaget'"),
            ("2026-10-01T", "2026-02-30T", "'modtaget'"),
        ] {
            assert!(GOOD.contains(good), "{good}");
            let error = Manifest::parse(GOOD.replacen(good, bad, 1).as_bytes()).unwrap_err();
            assert!(error.contains(reason), "{error}");
        }
    }

    #[test]
    fn times_are_read_in_every_form_of_rfc_3339() {
        for time in
            ["2026-10-31T23:59:60Z", "2026-10-31t00:00:00.123z", "2026-10-01 10:00:00-11:30"]
        {
            let month = received(&Value::from(time)).map(|month| month.to_string());
            assert_eq!(month.as_deref(), Some("2026-10"), "{time}");
        }
    }
}
