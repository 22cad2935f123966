//! The rules of VH, one text and one function each, in the order in which they run.
//!
//! [`RULES`] is the one list that every overview is made from. A mark is the bit at a rule's
//! position in it.

pub mod anvendt;
pub mod c1_doede;
pub mod c2_overlappende_ophold;
pub mod c3_stoette_under_ophold;
pub mod d1_ydelseskode;
pub mod d2_maalgruppekode;
pub mod d3_startdato;
pub mod d4_slutdato;
pub mod d5_boern;
pub mod g1_godkendelser;
pub mod g2_kvartal;
pub mod g3_nej;
pub mod k1_ishoej_vallensbaek;
pub mod k2_taarnby_dragoer;
pub mod k3_datering;
pub mod k4_betalingskommune;
pub mod kommunepar;
pub mod s1_fuld_bestand;
pub mod s2_systemskifte;
pub mod s3_parallel;
pub mod s4_aendringer;
pub mod s5_dobbelte;
pub mod x1_aaben_ydelse;

mod faelles_dage;
mod sweep;
mod systemer;

#[cfg(test)]
mod eksempler;
#[cfg(test)]
mod parvis;

use crate::rule::{Marks, Rule, Shape};

use super::Vh;

/// Name, text and function of a rule that stand in one module.
macro_rules! rule {
    ($id:literal, $caption:literal, $module:ident, $source:literal, $shape:expr) => {
        Rule {
            id: $id,
            caption: $caption,
            text: include_str!(concat!(stringify!($module), ".md")),
            source: $source,
            shape: $shape,
        }
    };
}

/// All rules, in order.
pub static RULES: [Rule<Vh>; 21] = [
    rule!(
        "S1",
        "Fuld bestand",
        s1_fuld_bestand,
        "FLIS 8.1, regel 1",
        Shape::Selection(s1_fuld_bestand::fuld_bestand)
    ),
    rule!(
        "S2",
        "Systemskifte",
        s2_systemskifte,
        "FLIS 8.1, regel 2",
        Shape::Selection(s2_systemskifte::systemskifte)
    ),
    rule!(
        "S3",
        "Parallel indberetning",
        s3_parallel,
        "FLIS 8.1, regel 3",
        Shape::Selection(s3_parallel::parallel)
    ),
    rule!(
        "S4",
        "Leverancer af ændringer",
        s4_aendringer,
        "Valgt",
        Shape::Selection(s4_aendringer::aendringer)
    ),
    rule!(
        "S5",
        "Samme ydelse fra to systemer",
        s5_dobbelte,
        "Valgt",
        Shape::Counted(s5_dobbelte::dobbelte)
    ),
    rule!(
        "K1",
        "Ishøj indberetter for Vallensbæk",
        k1_ishoej_vallensbaek,
        "FLIS 6.5",
        Shape::Record(k1_ishoej_vallensbaek::ishoej_vallensbaek)
    ),
    rule!(
        "K2",
        "Tårnby indberetter for Dragør",
        k2_taarnby_dragoer,
        "FLIS 6.5",
        Shape::Record(k2_taarnby_dragoer::taarnby_dragoer)
    ),
    rule!("K3", "Kommuneparrene gælder til en dag", k3_datering, "Valgt", Shape::Applied),
    rule!(
        "K4",
        "Betalingskommune ikke angivet eller ukendt",
        k4_betalingskommune,
        "FLIS 6.5; valgt",
        Shape::Record(k4_betalingskommune::betalingskommune)
    ),
    rule!(
        "D1",
        "Ugyldig ydelseskode",
        d1_ydelseskode,
        "FLIS 6.6",
        Shape::Record(d1_ydelseskode::ydelseskode)
    ),
    rule!(
        "D2",
        "Ugyldig målgruppekode",
        d2_maalgruppekode,
        "FLIS 6.6",
        Shape::Record(d2_maalgruppekode::maalgruppekode)
    ),
    rule!(
        "D3",
        "Ingen startdato",
        d3_startdato,
        "FLIS 6.6",
        Shape::Record(d3_startdato::startdato)
    ),
    rule!(
        "D4",
        "Slutdato før startdato",
        d4_slutdato,
        "FLIS 6.6",
        Shape::Record(d4_slutdato::slutdato)
    ),
    rule!("D5", "Under 17 år", d5_boern, "FLIS 6.6", Shape::Record(d5_boern::boern)),
    rule!("C1", "Død borger med åben ydelse", c1_doede, "FLIS 6.6", Shape::Entity(c1_doede::doede)),
    rule!(
        "C2",
        "Overlappende ophold",
        c2_overlappende_ophold,
        "FLIS 6.6; delvis valgt",
        Shape::Entity(c2_overlappende_ophold::overlappende_ophold)
    ),
    rule!(
        "C3",
        "Støtte i eget hjem under ophold",
        c3_stoette_under_ophold,
        "FLIS 6.6; delvis valgt",
        Shape::Entity(c3_stoette_under_ophold::stoette_under_ophold)
    ),
    rule!(
        "X1",
        "Åbne midlertidige ophold",
        x1_aaben_ydelse,
        "FLIS 6.6; delvis valgt",
        Shape::Applied
    ),
    rule!("G1", "Godkendelser fra Danmarks Statistik", g1_godkendelser, "FLIS 6.7", Shape::Period),
    rule!("G2", "Godkendt gælder kvartalet", g2_kvartal, "FLIS 6.7", Shape::Period),
    rule!("G3", "Uden godkendelse er svaret Nej", g3_nej, "FLIS 6.7; delvis valgt", Shape::Period),
];

/// What Statistics Denmark does to a record that carries the rule's mark (`DST Handling`); none
/// for a rule that leaves no mark.
#[must_use]
pub fn handling(id: &str) -> Option<&'static str> {
    match id.as_bytes().first() {
        Some(b'D') => Some("Slettes"),
        Some(b'C') => Some("Ændres"),
        _ => None,
    }
}

/// The D rules: a record with one of their marks is deleted by Statistics Denmark.
#[must_use]
pub fn sletter() -> Marks {
    let mut marks = Marks::default();
    for (position, rule) in RULES.iter().enumerate() {
        if handling(rule.id) == Some("Slettes") {
            marks.add(position);
        }
    }
    marks
}
