//! Published figures beside those of Benchmark.

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
    let pair = Par::under(celle.kommune, celle.kvartal).is_some();
    let remark = if pair { pair_remark(celle) } else { "" };
    match (approved, dst) {
        (Some(_), None) => line(approved, IKKE_OFFENTLIGGJORT),
        (None, None) => None,
        (Some(_), Some(_)) => line(approved, remark),
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
