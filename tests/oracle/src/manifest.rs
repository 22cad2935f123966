//! The manifest of a delivery, and what makes its file one that cannot be trusted.

use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::day::Month;
use crate::lists::Lists;

/// The manifest as it is written.
#[derive(Deserialize, Clone, Debug)]
pub(crate) struct Manifest {
    pub(crate) kommune: String,
    pub(crate) system: String,
    pub(crate) maaned: String,
    pub(crate) loebenummer: u32,
    pub(crate) fuld_bestand: bool,
    pub(crate) format: String,
    #[serde(default = "yes")]
    pub(crate) header: bool,
    pub(crate) tegnsaet: String,
    pub(crate) antal_raekker: usize,
    pub(crate) sha256: String,
    modtaget: String,
}

fn yes() -> bool {
    true
}

/// What the name of a delivery says: `VH_153_nexus_202609_1`.
#[derive(PartialEq, Eq, Debug, Clone)]
pub(crate) struct DeliveryName {
    pub(crate) kommune: String,
    pub(crate) system: String,
    pub(crate) maaned: String,
    pub(crate) loebenummer: u32,
}

impl DeliveryName {
    /// Reads a file name without its ending. The system may hold underscores itself.
    pub(crate) fn parse(stem: &str) -> Option<DeliveryName> {
        let parts: Vec<&str> = stem.split('_').collect();
        let ["VH", kommune, system @ .., month, number] = parts.as_slice() else {
            return None;
        };
        if system.is_empty() || month.len() != 6 || !month.is_ascii() {
            return None;
        }
        Some(DeliveryName {
            kommune: (*kommune).to_owned(),
            system: system.join("_"),
            maaned: format!("{}-{}", &month[0..4], &month[4..6]),
            loebenummer: number.parse().ok()?,
        })
    }
}

impl Manifest {
    pub(crate) fn name(&self) -> DeliveryName {
        let (kommune, system, maaned) =
            (self.kommune.clone(), self.system.clone(), self.maaned.clone());
        DeliveryName { kommune, system, maaned, loebenummer: self.loebenummer }
    }

    /// Why the file is refused on what the manifest says of itself; `Ok` with its month otherwise.
    pub(crate) fn check(
        &self,
        stem: &str,
        folder: &str,
        limit: Option<Month>,
        lists: &Lists,
    ) -> Result<Month, String> {
        if !lists.is_kommune(&self.kommune) {
            return Err(format!("unknown municipality {}", self.kommune));
        }
        if DeliveryName::parse(stem).as_ref() != Some(&self.name()) {
            return Err("the manifest disagrees with the file name".to_owned());
        }
        if self.maaned != folder {
            return Err("the manifest disagrees with the folder".to_owned());
        }
        let month =
            Month::parse(&self.maaned).ok_or_else(|| format!("{} is no month", self.maaned))?;
        if month > self.month_received()? {
            return Err(
                "the month is later than the month in which the file was received".to_owned()
            );
        }
        if limit.is_some_and(|limit| month > limit) {
            return Err("the month is later than the month of the rebuild".to_owned());
        }
        Ok(month)
    }

    /// The month of `modtaget`, as the time is written, whatever its zone.
    fn month_received(&self) -> Result<Month, String> {
        let is_time = self.modtaget.parse::<jiff::Timestamp>().is_ok();
        let month = self.modtaget.get(0..7).and_then(Month::parse);
        month
            .filter(|_| is_time)
            .ok_or_else(|| format!("modtaget {:?} is not a time", self.modtaget))
    }

    pub(crate) fn has_checksum_of(&self, bytes: &[u8]) -> bool {
        let digest: String =
            Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        digest == self.sha256.to_lowercase()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_deliveries() {
        let name = DeliveryName::parse("VH_153_nexus_202609_1").unwrap();
        assert_eq!(
            (name.kommune.as_str(), name.system.as_str(), name.maaned.as_str(), name.loebenummer),
            ("153", "nexus", "2026-09", 1)
        );
        assert_eq!(
            DeliveryName::parse("VH_153_team_online_202609_12").unwrap().system,
            "team_online"
        );
        for wrong in [
            "VH_153_202609_1",
            "XX_153_nexus_202609_1",
            "VH_153_nexus_2026_1",
            "VH_153_nexus_202609",
        ] {
            assert_eq!(DeliveryName::parse(wrong), None, "{wrong}");
        }
    }
}
