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
        if record.indberetter != self.indberetter || !k3_datering::gaelder(self, record, reference)
        {
            return;
        }
        let own = match record.betalingskommune {
            Betalingskommune::Kendt(betaler) if betaler == self.ogsaa_for => self.ogsaa_for,
            Betalingskommune::IkkeAngivet => self.indberetter,
            Betalingskommune::Kendt(_) | Betalingskommune::Ukendt => return,
        };
        record.handlekommune = own;
        record.betalingskommune = Betalingskommune::Kendt(own);
    }
}

/// Who may report for a municipality (K1, K2): the other of its pair, or itself.
#[must_use]
pub fn indberetter_for(kommune: Kommune) -> Kommune {
    let pairs = [k1_ishoej_vallensbaek::PAR, k2_taarnby_dragoer::PAR];
    let pair = pairs.into_iter().find(|pair| pair.ogsaa_for == kommune);
    pair.map_or(kommune, |pair| pair.indberetter)
}
