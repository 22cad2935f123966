//! What a municipality can do about a mark, a warning or a rejected line, one sentence each.

/// Where to look, and what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Raad {
    /// The field of the delivery.
    pub felt: &'static str,
    /// What to do.
    pub raad: &'static str,
}

/// By the id of a rule, or the kind of a warning.
const RAAD: [(&str, &str, &str); 21] = [
    (
        "D1",
        "Ydelseskode",
        "Vælg en kode fra Danmarks Statistiks ydelsesliste, der gælder i ydelsens periode.",
    ),
    ("D2", "Maalgrupper", "Vælg mindst én målgruppe fra målgruppelisten."),
    ("D3", "Startdato", "Skriv ydelsens startdato."),
    ("D4", "Slutdato", "Ret start- eller slutdatoen, så ydelsen ikke slutter, før den begynder."),
    (
        "D5",
        "Startdato",
        "Kontrollér personnummer og startdato: borgeren var under 17 år den 1. januar i startåret.",
    ),
    (
        "C1",
        "Slutdato",
        "Afslut ydelsen: borgeren er død. Danmarks Statistik slutter den på dødsdagen.",
    ),
    (
        "C2",
        "Startdato",
        "Kontrollér datoerne: borgeren har to eller flere ophold på samme tid. Afslut hvert ophold, når det næste begynder.",
    ),
    (
        "C3",
        "Startdato",
        "Kontrollér datoerne: borgeren har støtte i eget hjem, mens borgeren er på et længerevarende ophold.",
    ),
    (
        "Ydelse slutter efter borgerens død",
        "Slutdato",
        "Kontrollér slutdatoen: den ligger efter borgerens død.",
    ),
    (
        "Ugyldig målgruppekode udeladt",
        "Maalgrupper",
        "Fjern eller ret de koder, der ikke er på målgruppelisten.",
    ),
    ("Ingen målgruppe", "Maalgrupper", "Angiv ydelsens målgruppe."),
    ("Ukendt fødselsdato", "CPR", "Kontrollér personnummeret: det rummer ingen fødselsdato."),
    ("Ukendt betalingskommune", "Betalingskommune", "Vælg en kommune fra kommunelisten."),
    (
        "Ukendt opholdssted",
        "OpholdsstedId",
        "Kontrollér opholdsstedets id: det er ikke i registret.",
    ),
    ("Ugyldig funktionsvurdering", "Funktionsvurdering", "Vælg A, B, C, D eller E."),
    ("Ydelsesid over 40 tegn", "Ydelsesid", "Brug et id på højst 40 tegn."),
    ("Ydelse uden Ydelsesid", "Ydelsesid", "Giv ydelsen et id, så den kan rettes."),
    ("Samme ydelse fra to systemer", "Ydelsesid", "Fjern ydelsen fra det ene af de to systemer."),
    ("Samme id to gange i en fuld bestand", "Ydelsesid", "Giv hver ydelse sit eget id."),
    (
        "Sletning af ukendt id",
        "Ydelsesid",
        "Kontrollér id'et: der er ingen ydelse med det, så intet er slettet.",
    ),
    (
        "Ukendt kolonne",
        "",
        "Fjern kolonnen, eller ret dens navn, hvis den skulle være et af leverancens felter.",
    ),
];

/// Whether a kind of warning is about a line or a file that is no record.
#[must_use]
pub fn er_uden_ydelse(slags: &str) -> bool {
    ["Sletning af ukendt id", "Ukendt kolonne"].contains(&slags)
}

/// Whether a line that a kind of finding stands at is that of the record it is about. A column is met in
/// a header, or in a record that may have nothing to do with it.
#[must_use]
pub fn er_om_en_ydelse(slags: &str) -> bool {
    slags != "Ukendt kolonne"
}

/// What to do about a rule's mark or a kind of warning.
#[must_use]
pub fn raad(regel: &str) -> Raad {
    let found = RAAD.iter().find(|(known, ..)| *known == regel);
    found
        .map_or(Raad { felt: "", raad: "Kontrollér ydelsen i fagsystemet." }, |(_, felt, raad)| {
            Raad { felt, raad }
        })
}

/// What to do about a line that could not be read.
pub const AFVIST: &str = "Ret feltet i fagsystemet; linjen er ikke indlæst.";

/// What to do about a delivery that is refused.
pub const AFVIST_LEVERANCE: &str =
    "Ret leverancen og send den igen; til da tæller den, kommunen havde.";
/// What to do about a delivery that is held.
pub const HOLDT_LEVERANCE: &str = "Kontrollér, om ydelser mangler, og send så en ny leverance; er \
    den rigtig, kan driften godtage den.";

#[cfg(test)]
mod tests {
    use super::super::regler::{RULES, handling};
    use super::*;

    #[test]
    fn every_rule_that_leaves_a_mark_says_what_to_do() {
        for rule in RULES.iter().filter(|rule| handling(rule.id).is_some()) {
            assert!(!raad(rule.id).felt.is_empty(), "{}", rule.id);
        }
        assert_eq!(raad("noget andet").felt, "");
    }
}
