//! Functions of other servers that Terning does not have, and what to do instead.

/// Families of names, each with the reason and what to write.
const REFUSED: &[(&[&str], &str, &str)] = &[
    (
        &["KPIValue", "KPIGoal", "KPIStatus", "KPITrend", "KPIWeight", "KPICurrentTimeMember"],
        "kuben har ingen KPI'er",
        "brug målet selv, for eksempel [Measures].[navn], eller en formel i WITH MEMBER",
    ),
    (
        &["LookupCube"],
        "en formel kan ikke spørge i en anden kube",
        "spørg i den anden kube for sig, eller brug en kube, der har begge mål",
    ),
    (
        &["Parameter", "ParamRef"],
        "en parameter er et navn i spørgsmålet, og ingen funktion",
        "skriv @Navn, og giv værdien med --param Navn=værdi",
    ),
    (
        &["CurrentDateMember", "CurrentDateString"],
        "der er intet ur",
        "brug den nyeste periode: Tail([Tid].[Måned].[Måned].Members, 1).Item(0), eller dagen Now()",
    ),
    (
        &["Time", "Timer", "TimeSerial", "TimeValue"],
        "datoer har ingen klokkeslæt",
        "brug Now() for den sidste dag, kuben fortæller om",
    ),
    (
        &["UserName", "CustomData"],
        "en formel giver det samme svar, hvem der end spørger",
        "udelad den: hvem der må se hvad, siger rollen, og ikke formlen",
    ),
    (
        &["Rnd", "Randomize"],
        "det samme spørgsmål har altid det samme svar",
        "vælg medlemmer med Head, Tail eller Filter",
    ),
    (
        &["Axis", "SetToArray"],
        "en formel kender ikke mængden på en akse",
        "giv mængden et navn med WITH SET, og brug navnet begge steder",
    ),
    (
        &["UnknownMember"],
        "medlemmet for en manglende nøgle har et navn",
        "skriv det som andre medlemmer, for eksempel [Køn].[Køn].[Ukendt] eller [H].&[#null]",
    ),
    (
        &["Leaves", "Root", "This", "CalculationCurrentPass", "CalculationPassValue"],
        "kuberne har ingen beregninger med SCOPE",
        "brug Descendants(medlem, , LEAVES) for det nederste, og en tupel af All-medlemmer for det øverste",
    ),
    (
        &["LinkMember"],
        "et medlem hører til sin egen dimension",
        "skriv medlemmet i den anden dimension, for eksempel med StrToMember og medlemmets nøgle",
    ),
    (
        &["MeasureGroupMeasures"],
        "mål findes ikke efter gruppe",
        "skriv målene i en mængde: {[Measures].[…], …}; terning describe viser dem",
    ),
    (
        &["Predict", "RollupChildren", "UserDefinedFunction", "MsgBox", "Shell", "Environ"],
        "den er ikke en del af sproget her",
        "terning functions viser alle funktioner",
    ),
];

/// Why there is no function of a name, and what to do; `None` where the name is not known.
pub(crate) fn refused(name: &str) -> Option<(&'static str, &'static str)> {
    let is_own = |names: &[&str]| names.iter().any(|one| one.eq_ignore_ascii_case(name));
    let found = REFUSED.iter().find(|(names, ..)| is_own(names))?;
    Some((found.1, found.2))
}
