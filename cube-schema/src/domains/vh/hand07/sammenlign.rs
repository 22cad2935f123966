//! Published figures beside those of Benchmark.

use std::collections::BTreeSet;

use super::udtraek::Udtraek;
use super::{Celle, Par, Tal};

/// Our figures as they are asked for: by municipality, and of the pairs.
#[derive(Clone, Debug, Default)]
pub struct Spurgt {
    /// Citizens of approved records.
    pub godkendt: Tal,
    /// Different citizens of both municipalities of a pair, under the first, of all records.
    pub par: Tal,
}

impl Spurgt {
    /// The figures that HAND07 is compared with: one for each approved cell that is published under
    /// the municipality's own name, 0 where there is nobody.
    ///
    /// A pair's cell is approved as the cell of the municipality whose name it has.
    #[must_use]
    pub fn flis(&self, godkendte: &BTreeSet<Celle>) -> Tal {
        let own = |celle: &&Celle| Par::inside(celle.kommune, celle.kvartal).is_none();
        // Both stand in the order of their cells, and are gone through side by side.
        let mut figures = self.godkendt.iter().peekable();
        let figure = |celle: &Celle| {
            let value = match Par::under(celle.kommune, celle.kvartal) {
                Some(_) => self.par.get(celle),
                None => {
                    while figures.next_if(|(one, _)| *one < celle).is_some() {}
                    figures.next_if(|(one, _)| *one == celle).map(|(_, value)| value)
                }
            };
            (celle.clone(), value.copied().unwrap_or(0))
        };
        godkendte.iter().filter(own).map(figure).collect()
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

/// A published cell that is not approved here: the list of approvals says Nej, or nothing (G3).
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
/// approved, has somebody and is not available; by municipality, service and quarter. `flis` has
/// the approved cells.
#[must_use]
pub fn sammenlign(udtraek: &Udtraek, flis: &Tal) -> Vec<Linje> {
    let lines = udtraek.celler.iter().filter_map(|(celle, dst)| line(celle, *dst, flis));
    lines.collect()
}

fn line(celle: &Celle, dst: Option<i64>, flis: &Tal) -> Option<Linje> {
    let approved = flis.get(celle).copied();
    let bemaerkning = match (approved, dst) {
        (None | Some(0), None) => return None,
        (Some(_), None) => IKKE_OFFENTLIGGJORT,
        (None, Some(_)) if Par::inside(celle.kommune, celle.kvartal).is_some() => INDE_I_ANDEN,
        (None, Some(_)) => IKKE_GODKENDT,
        (Some(_), Some(_)) if Par::under(celle.kommune, celle.kvartal).is_some() => {
            pair_remark(celle)
        }
        (Some(_), Some(_)) => "",
    };
    Some(Linje { celle: celle.clone(), flis: approved, dst, bemaerkning })
}

fn pair_remark(celle: &Celle) -> &'static str {
    match celle.kommune.0 {
        185 => "Tårnby med Dragør",
        183 => "Ishøj med Vallensbæk",
        _ => "",
    }
}
