//! Voksenhandicap (VH): services to adults with disabilities.

pub mod kodelister;
