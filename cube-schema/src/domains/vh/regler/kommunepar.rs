//! A pair of municipalities of which one reports for both (K1, K2).

use super::super::kodelister::Kommune;
use super::super::record::{Betalingskommune, Record};
use super::super::reference::Reference;
use super::{k1_ishoej_vallensbaek, k2_taarnby_dragoer, k3_datering};

/// Who reports, and for whom else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Kommunepar {
    /// The municipality that reports.
    pub indberetter: Kommune,
    /// The one whose records it reports with its own.
    pub ogsaa_for: Kommune,
}

impl Kommunepar {
    /// Gives a record of the pair to the municipality that it is about.
    ///
    /// A betalingskommune that is neither of the two is left for K4.
    pub fn tolk(&self, record: &mut Record, reference: &Reference) {
        if let Some(own) = self.kommune(record, reference) {
            record.handlekommune = own;
            record.betalingskommune = Betalingskommune::Kendt(own);
        }
    }

    /// The municipality of the pair that a record is about, where the pair decides it.
    fn kommune(&self, record: &Record, reference: &Reference) -> Option<Kommune> {
        if record.indberetter != self.indberetter || !k3_datering::gaelder(self, record, reference)
        {
            return None;
        }
        match record.betalingskommune {
            Betalingskommune::Kendt(betaler) if betaler == self.ogsaa_for => Some(self.ogsaa_for),
            Betalingskommune::IkkeAngivet => Some(self.indberetter),
            Betalingskommune::Kendt(_) | Betalingskommune::Ukendt => None,
        }
    }
}

/// The pairs (K1, K2).
pub const PAR: [Kommunepar; 2] = [k1_ishoej_vallensbaek::PAR, k2_taarnby_dragoer::PAR];

/// Whose a record is, which K has not been asked of yet.
#[must_use]
pub fn handlekommune(record: &Record, reference: &Reference) -> Kommune {
    let own = PAR.iter().find_map(|par| par.kommune(record, reference));
    own.unwrap_or(record.handlekommune)
}

/// The pair in which another reports for a municipality (K1, K2).
#[must_use]
pub fn par_for(kommune: Kommune) -> Option<Kommunepar> {
    PAR.into_iter().find(|par| par.ogsaa_for == kommune)
}
