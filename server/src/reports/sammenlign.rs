//! By what the records of Voksenhandicap are known in two versions.

use terning_engine::query::diff::Identity;

/// A record is one of a handlekommune, of a system, by the id that the system gave it. What else was
/// delivered is in its dimensions and dates; a stay under § 107 gets longer as time passes.
pub const IDENTITY: Identity<'static> = Identity {
    cube: "Voksne Handicappede",
    whose: ("Handle kommune", "Kommunenummer"),
    id: &["System", "Ydelsesid"],
    dimensions: &[
        ("Betalingskommune", "Kommunenummer"),
        ("Ydelse VH", "Ydelseskode"),
        ("Målgruppe", "Målgruppe"),
        ("Opholdssted", "Opholdssted"),
        ("Funktionsvurdering", "Funktionsvurdering"),
        ("Borger", "Personnummer"),
    ],
    columns: &["Startdato", "Slutdato"],
    marks: "Mærker",
    lapsing: &[("Åben ydelse § 107", "Varighed")],
    month: "Tid.Måned",
};
