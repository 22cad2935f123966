//! The tables of the data packages: which columns they have, from what, and what each means.

/// A column of a table in a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kolonne {
    /// The name in the files.
    pub navn: &'static str,
    /// What it is filled from: a field (`Tid.Måned`), a measure or what is told of a record.
    pub kilde: &'static str,
    /// The kind of its values.
    pub slags: Slags,
    /// The unit of numbers; may be empty.
    pub enhed: &'static str,
    /// What it means.
    pub betydning: &'static str,
    /// The rules that it follows.
    pub regel: &'static str,
}

/// The kind of the values of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slags {
    /// Text.
    Tekst,
    /// Whole numbers.
    Heltal,
    /// Numbers with decimals.
    Decimaltal,
    /// Days.
    Dato,
}

impl Slags {
    /// As the data dictionary names it.
    #[must_use]
    pub fn navn(self) -> &'static str {
        match self {
            Slags::Tekst => "tekst",
            Slags::Heltal => "heltal",
            Slags::Decimaltal => "decimaltal",
            Slags::Dato => "dato",
        }
    }
}

const fn tekst(
    navn: &'static str,
    kilde: &'static str,
    betydning: &'static str,
    regel: &'static str,
) -> Kolonne {
    Kolonne { navn, kilde, slags: Slags::Tekst, enhed: "", betydning, regel }
}

const fn dato(
    navn: &'static str,
    kilde: &'static str,
    betydning: &'static str,
    regel: &'static str,
) -> Kolonne {
    Kolonne { navn, kilde, slags: Slags::Dato, enhed: "", betydning, regel }
}

const fn antal(
    navn: &'static str,
    kilde: &'static str,
    enhed: &'static str,
    betydning: &'static str,
    regel: &'static str,
) -> Kolonne {
    Kolonne { navn, kilde, slags: Slags::Heltal, enhed, betydning, regel }
}

const fn andel(
    navn: &'static str,
    kilde: &'static str,
    enhed: &'static str,
    betydning: &'static str,
    regel: &'static str,
) -> Kolonne {
    Kolonne { navn, kilde, slags: Slags::Decimaltal, enhed, betydning, regel }
}

/// The cube that the datamart of a municipality is made from.
pub const DATAMART_KUBE: &str = "Voksne Handicappede";
/// The cube that the aggregated datamart is made from.
pub const AGGREGAT_KUBE: &str = "Voksne Handicappede Benchmark";
/// The field that the municipality of a package stands in.
pub const KOMMUNE: &str = "Handle kommune.Kommunenummer";
/// The field that the aggregated datamart is cut into slices by.
pub const AAR: &str = "Tid.År";

/// The datamart of a municipality: a line per record.
pub const DATAMART: &[Kolonne] = &[
    tekst("Ydelsesid", "Ydelsesid", "Registreringens nummer i fagsystemet", ""),
    tekst("System", "System", "Fagsystemet, der har leveret registreringen", ""),
    tekst("Personnummer", "Borger.Personnummer", "Borgerens CPR-nummer (fortroligt)", ""),
    tekst(
        "Handlekommune",
        "Handle kommune.Kommunenummer",
        "Kommunen, der har visitationsansvaret",
        "K1-K3",
    ),
    tekst("Betalingskommune", "Betalingskommune.Kommunenummer", "Kommunen, der betaler", "K1-K4"),
    tekst(
        "Ydelseskode",
        "Ydelse VH.Ydelseskode",
        "Ydelsen efter DST's liste; Ukendt, hvis koden ikke er på listen",
        "D1",
    ),
    tekst("Ydelsesnavn", "Ydelse VH.Ydelsesnavn", "Ydelsens navn", ""),
    tekst("Kategori", "Ydelse VH.Kategori", "Ydelsens kategori", ""),
    tekst(
        "Maalgrupper",
        "Målgruppe.Målgruppe",
        "Målgrupperne, adskilt af komma og mellemrum",
        "D2",
    ),
    tekst("Opholdssted", "Opholdssted.Opholdssted", "Institutionens navn; Ukendt er eget hjem", ""),
    tekst(
        "Beliggenhedskommune",
        "Opholdssted.Beliggenhedskommune",
        "Kommunen, hvor institutionen ligger",
        "",
    ),
    tekst("Tilbudstype", "Opholdssted.Tilbudstype", "Institutionens type", ""),
    tekst(
        "Funktionsvurdering",
        "Funktionsvurdering.Funktionsvurdering",
        "A (intet problem) til E (fuldstændigt problem)",
        "",
    ),
    tekst("Koen", "Køn.Køn", "Borgerens køn", ""),
    dato("Startdato", "Startdato", "Første dag, som den er indberettet", "D3"),
    dato("Slutdato", "Slutdato", "Sidste dag, som den er indberettet; tom er åben", "D4"),
    dato(
        "FoersteDagTilbage",
        "Første dag tilbage",
        "Første dag efter DST's ændringer, bedømt på kommunens egne registreringer; tom, hvis ydelsen slettes",
        "C1-C3",
    ),
    dato(
        "SidsteDagTilbage",
        "Sidste dag tilbage",
        "Sidste dag efter ændringerne; tom er åben eller slettet",
        "C1-C3",
    ),
    dato(
        "DatoUdenOverlap",
        "Dato uden overlap",
        "Datoen, der gør, at støtte og ophold ikke overlapper",
        "C3",
    ),
    tekst(
        "DSTHandling",
        "Harmonisering VH.DST Handling",
        "Om Danmarks Statistik sletter eller ændrer ydelsen",
        "D1-D5, C1-C3",
    ),
    tekst(
        "Regler",
        "Harmonisering VH.Regel",
        "Reglerne, som ydelsen er mærket med, adskilt af komma og mellemrum",
        "D1-D5, C1-C3",
    ),
    tekst(
        "AabenYdelse107",
        "Åben ydelse § 107.Varighed",
        "Hvor længe et åbent midlertidigt ophold har varet",
        "X1",
    ),
    tekst("Fil", "Fil", "Filen, som registreringen er læst fra", "S1-S4"),
    antal("Linje", "Linje", "", "Linjen i filen", ""),
];

/// What the pieces of a record that was cut are told by; of others its first and last day left tell.
pub const PERIODER_TILBAGE: &str = "Perioder tilbage";

/// The days that count of the records of a municipality: a line per piece of a record.
pub const PERIODER: &[Kolonne] = &[
    tekst("Ydelsesid", "Ydelsesid", "Registreringens nummer i fagsystemet", ""),
    tekst("System", "System", "Fagsystemet, der har leveret registreringen", ""),
    tekst("Personnummer", "Borger.Personnummer", "Borgerens CPR-nummer (fortroligt)", ""),
    tekst("Ydelseskode", "Ydelse VH.Ydelseskode", "Ydelsen efter DST's liste", "D1"),
    antal("Nummer", "", "", "Periodens nummer i registreringen, fra 1", "C2, C3"),
    dato(
        "Fra",
        "Første dag tilbage",
        "Periodens første dag; alle dage til og med Til tæller, ingen andre",
        "D1-D5, C1-C3, M6, M7",
    ),
    dato(
        "Til",
        "Sidste dag tilbage",
        "Periodens sidste dag; tom er åben: dagene tæller til og med opgørelsesdagen, som også er den \
         sidste, der tæller af andre",
        "D1-D5, C1-C3, M6, M7",
    ),
];

/// The fields of a delivery that [`DSA`] has as they were given too: what is on no list, or cannot be
/// read, could not be mended otherwise. Their columns stand together, in this order.
pub const SOM_ANGIVET: [&str; 4] =
    ["Betalingskommune", "Startdato", "OpholdsstedId", "Funktionsvurdering"];

/// The delivered records: a line per record that counts, before the rules.
pub const DSA: &[Kolonne] = &[
    tekst("Ydelsesid", "", "Registreringens nummer i fagsystemet", ""),
    tekst("CPR", "", "Borgerens CPR-nummer (fortroligt)", ""),
    tekst("Indberetter", "", "Kommunen, der har leveret", ""),
    tekst("Betalingskommune", "", "Som angivet; Ukendt, hvis den ikke er en kommune", ""),
    tekst("Ydelseskode", "", "Som angivet", ""),
    dato("Startdato", "", "Tom, hvis den mangler eller ikke kan læses", ""),
    dato("Slutdato", "", "Tom er åben", ""),
    tekst("Maalgrupper", "", "Gyldige målgruppekoder, adskilt af komma", ""),
    tekst("UgyldigeMaalgrupper", "", "Målgruppekoder, der ikke er på listen, adskilt af komma", ""),
    tekst("OpholdsstedId", "", "Tom er eget hjem; Ukendt, hvis det ikke er i registret", ""),
    tekst("Funktionsvurdering", "", "A til E; tom, hvis den er noget andet", ""),
    tekst("BetalingskommuneSomAngivet", "", "Det, der står i den leverede fil", ""),
    tekst("StartdatoSomAngivet", "", "Det, der står i den leverede fil", ""),
    tekst("OpholdsstedIdSomAngivet", "", "Det, der står i den leverede fil", ""),
    tekst("FunktionsvurderingSomAngivet", "", "Det, der står i den leverede fil", ""),
    tekst("System", "", "Fagsystemet", ""),
    tekst("LeveranceMaaned", "", "Måneden, som leverancen er for", ""),
    antal("Loebenummer", "", "", "Leverancens nummer i måneden", ""),
    tekst("Indlaest", "", "Tidspunktet for indlæsning (versionens)", ""),
    tekst("Fil", "", "Filen, som registreringen er læst fra", "S1-S4"),
    antal("Linje", "", "", "Linjen i filen", ""),
];

/// The aggregated datamart: a line per cell that has an active record.
pub const AGGREGAT: &[Kolonne] = &[
    tekst("Handlekommune", KOMMUNE, "Kommunen, der har visitationsansvaret", "K1-K3"),
    tekst("Maaned", "Tid.Måned", "Måneden, som tallene gælder", ""),
    tekst("Ydelseskode", "Ydelse VH.Ydelseskode", "Ydelsen efter DST's liste", "D1"),
    tekst(
        "Maalgruppe",
        "Målgruppe.Målgruppe",
        "Målgruppen; en ydelse med flere målgrupper tæller i hver af dem",
        "D2",
    ),
    tekst("Aldersgruppe", "Alder.Aldersgruppe", "Borgerens alder på månedens sidste dag", ""),
    tekst("Koen", "Køn.Køn", "Borgerens køn", ""),
    antal(
        "AntalUnikkeBorgere",
        "Antal Unikke Borgere",
        "borgere",
        "Forskellige borgere med en aktiv ydelse; kan ikke lægges sammen over linjer",
        "M1",
    ),
    antal(
        "AntalYdelsesmodtagere",
        "Antal Ydelsesmodtagere",
        "modtagere",
        "Forskellige par af borger og ydelseskode",
        "M2",
    ),
    antal("AntalYdelser", "Antal Ydelser", "ydelser", "Aktive ydelser", "M3"),
    antal(
        "PaabegyndteYdelser",
        "Påbegyndte Ydelser",
        "ydelser",
        "Ydelser, hvis første dag ligger i måneden",
        "M4",
    ),
    antal(
        "AfsluttedeYdelser",
        "Afsluttede Ydelser",
        "ydelser",
        "Ydelser, hvis sidste dag ligger i måneden",
        "M5",
    ),
    andel(
        "Helaarsmodtagere",
        "Helårsmodtagere",
        "helårsmodtagere",
        "Forskellige dage med aktiv ydelse pr. borger og ydelseskode, delt med månedens dage",
        "M6",
    ),
    andel(
        "Fuldtidsydelser",
        "Fuldtidsydelser",
        "fuldtidsydelser",
        "Dage med aktiv ydelse, delt med månedens dage",
        "M7",
    ),
    antal(
        "AntalUnikkeBorgereUltimo",
        "Antal Unikke Borgere Ultimo",
        "borgere",
        "Forskellige borgere med en ydelse på månedens sidste dag",
        "M8",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Schema;

    /// What a cube has, in the words of a source.
    fn known(schema: &Schema, cube: &str) -> Vec<String> {
        let cube = schema.cubes.iter().find(|one| one.name == cube).unwrap();
        let group = &cube.groups[0];
        let used = group.dimensions.iter().filter_map(|one| schema.dimension(&one.dimension));
        let fields = used.flat_map(|one| {
            one.fields.iter().map(move |field| format!("{}.{}", one.name, field.name))
        });
        let measures = group.measures.iter().map(|measure| measure.name.clone());
        let told = group.provenance.iter().map(|column| column.name.clone());
        fields.chain(measures).chain(told).collect()
    }

    #[test]
    fn every_column_is_filled_from_something_that_the_cube_has() {
        let schema = Schema::parse(include_str!("vh.toml")).unwrap();
        for (cube, columns) in
            [(DATAMART_KUBE, DATAMART), (DATAMART_KUBE, PERIODER), (AGGREGAT_KUBE, AGGREGAT)]
        {
            let known = known(&schema, cube);
            assert!(cube != DATAMART_KUBE || known.iter().any(|one| one == PERIODER_TILBAGE));
            for column in columns.iter().filter(|column| !column.kilde.is_empty()) {
                assert!(known.iter().any(|one| one == column.kilde), "{}", column.kilde);
            }
        }
    }
}
