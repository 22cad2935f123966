//! Published figures beside those of Benchmark.

use std::collections::BTreeSet;

use super::udtraek::Udtraek;
use super::{Celle, Par, Tal};

/// Our figures, as far as HAND07 is compared with them.
#[derive(Clone, Debug, Default)]
pub struct Flis {
    /// Citizens of approved cells; of a pair the different citizens of both, under the one whose
    /// name they are published under.
    pub godkendt: Tal,
    /// Citizens of cells that have any, approved or not.
    pub alle: Tal,
}

/// Our figures as they are asked for: by municipality, and of the pairs.
#[derive(Clone, Debug, Default)]
pub struct Spurgt {
    /// Citizens of approved records.
    pub godkendt: Tal,
    /// Citizens of all records.
    pub alle: Tal,
    /// Different citizens of both municipalities of a pair, under the first, of all records.
    pub par: Tal,
}

impl Spurgt {
    /// The figures that HAND07 is compared with.
    #[must_use]
    pub fn flis(&self) -> Flis {
        let pairs = self.godkendte_par();
        Flis { godkendt: self.samlet(&pairs), alle: self.alle.clone() }
    }

    /// The figures of approved cells, in which cells of pairs count as approved where these say so.
    #[must_use]
    pub fn samlet(&self, godkendte_par: &BTreeSet<Celle>) -> Tal {
        let alone = |celle: &Celle| {
            Par::under(celle.kommune, celle.kvartal).is_none()
                && Par::inside(celle.kommune, celle.kvartal).is_none()
        };
        let mut figures: Tal = self.godkendt.clone();
        figures.retain(|celle, _| alone(celle));
        for celle in godkendte_par {
            figures.insert(celle.clone(), self.par.get(celle).copied().unwrap_or(0));
        }
        figures
    }

    /// The cells of pairs that are approved: as the municipality is under whose name they are
    /// published, or, where it has no record of its own, as those of the other are.
    #[must_use]
    pub fn godkendte_par(&self) -> BTreeSet<Celle> {
        let approved = |celle: &&Celle| {
            let Some(pair) = Par::under(celle.kommune, celle.kvartal) else { return false };
            let other = Celle { kommune: pair.med, ..(*celle).clone() };
            self.godkendt.contains_key(*celle)
                || !self.alle.contains_key(*celle) && self.godkendt.contains_key(&other)
        };
        self.par.keys().filter(approved).cloned().collect()
    }
}

/// A cell of the comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Linje {
    /// The cell.
    pub celle: Celle,
    /// Our figure; none where the cell is not approved.
    pub flis: Option<i64>,
    /// The published figure; none where it is not available.
    pub dst: Option<i64>,
    /// What a reader must know about the cell.
    pub bemaerkning: &'static str,
}

/// A published cell that is not approved here.
pub const IKKE_GODKENDT: &str = "ikke godkendt";
/// A published cell of a municipality that is published under the name of another.
pub const INDE_I_ANDEN: &str = "indgår i en anden kommunes tal";
/// An approved cell that is not published.
pub const IKKE_OFFENTLIGGJORT: &str = "ikke offentliggjort";

impl Linje {
    /// FLIS − DST, where there are both.
    #[must_use]
    pub fn forskel(&self) -> Option<i64> {
        Some(self.flis? - self.dst?)
    }

    /// The difference in percent of the published figure.
    #[must_use]
    pub fn procent(&self) -> Option<f64> {
        let dst = self.dst.filter(|dst| *dst != 0)?;
        Some(self.forskel()? as f64 * 100.0 / dst as f64)
    }
}

/// The lines of the comparison: every published cell, and every cell of the export that is
/// approved and not available; by municipality, service and quarter.
#[must_use]
pub fn sammenlign(udtraek: &Udtraek, flis: &Flis) -> Vec<Linje> {
    let lines = udtraek.celler.iter().filter_map(|(celle, dst)| line(celle, *dst, flis));
    lines.collect()
}

fn line(celle: &Celle, dst: Option<i64>, flis: &Flis) -> Option<Linje> {
    let approved = flis.godkendt.get(celle).copied();
    let line = |flis, bemaerkning| Some(Linje { celle: celle.clone(), flis, dst, bemaerkning });
    let inside = Par::inside(celle.kommune, celle.kvartal).is_some();
    let pair = Par::under(celle.kommune, celle.kvartal).is_some();
    let remark = if pair { pair_remark(celle) } else { "" };
    match (approved, dst) {
        (Some(_), None) => line(approved, IKKE_OFFENTLIGGJORT),
        (None, None) => None,
        (Some(_), Some(_)) => line(approved, remark),
        (None, Some(_)) if inside => line(None, INDE_I_ANDEN),
        (None, Some(_)) if flis.alle.contains_key(celle) => line(None, IKKE_GODKENDT),
        // Nothing is reported, so that nothing tells whether the cell is approved.
        (None, Some(_)) => line(Some(0), remark),
    }
}

fn pair_remark(celle: &Celle) -> &'static str {
    match celle.kommune.0 {
        185 => "Tårnby med Dragør",
        183 => "Ishøj med Vallensbæk",
        _ => "",
    }
}
