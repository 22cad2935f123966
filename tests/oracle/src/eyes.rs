//! Who looks: rules A1 and A2.

use crate::cube::{BENCHMARK, Cube, VH};
use crate::load::Oracle;
use crate::record::OracleRecord;

/// Whose eyes see an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Eyes {
    /// Everything.
    National,
    /// One municipality, by its number.
    Kommune(String),
}

impl Eyes {
    /// Rule A1: the person-level cube of a municipality *is* its own rows. Nothing where the cube
    /// is everybody's (rule A2).
    pub(crate) fn own_cube(&self, cube: &str, oracle: &Oracle) -> Option<Cube> {
        let Eyes::Kommune(_) = self else { return None };
        if cube != VH {
            return None;
        }
        let own: Vec<OracleRecord> =
            oracle.records().iter().filter(|record| self.owns(record)).cloned().collect();
        Some(oracle.cubes_of(&own).vh())
    }

    /// May these eyes see the record as a record?
    pub(crate) fn owns(&self, record: &OracleRecord) -> bool {
        match self {
            Eyes::National => true,
            Eyes::Kommune(kommune) => record.handlekommune == *kommune,
        }
    }

    /// Local, or national: the judgement by which a record of the cube is shown.
    pub(crate) fn sees_local(&self, cube: &str) -> bool {
        cube != BENCHMARK || *self != Eyes::National
    }
}
