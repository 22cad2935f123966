//! Disclosure control (A3): which small counts of a cube are hidden, and what hangs on them.

use serde::{Deserialize, Serialize};

use super::{Cube, MeasureKind, Place, Problems};

/// The smallest threshold below which three whole numbers are possible.
const LEAST: u32 = 4;

/// What of a cube is hidden where the operator has switched disclosure control on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disclosure {
    /// Counts from 1 up to, but without, this number are hidden.
    pub threshold: u32,
    /// The measures that count.
    #[serde(default, rename = "count")]
    pub counts: Vec<Counted>,
    /// The measures that are hidden with a count: days, sums, means.
    #[serde(default)]
    pub tied: Vec<Tied>,
    /// The measures that are published openly.
    #[serde(default)]
    pub open: Vec<String>,
}

/// A measure that counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counted {
    /// The measure.
    pub measure: String,
    /// The dimensions over which parts add up to their total: what is counted has one member of each.
    #[serde(default)]
    pub parts: Vec<String>,
    /// The counts that this one is never larger than.
    #[serde(default)]
    pub at_most: Vec<String>,
    /// Of a count of what is active in a period: the count of what begins in it. What is active and does
    /// not begin runs on from before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts: Option<String>,
    /// The count of what ends in it; both or none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends: Option<String>,
}

/// A measure that is hidden with a count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tied {
    /// The measure.
    pub measure: String,
    /// The count.
    pub to: String,
    /// The dimensions over which parts add up to their total, as everybody knows.
    #[serde(default)]
    pub parts: Vec<String>,
}

/// That every stored measure is said to be one thing, and that all names exist.
pub(super) fn check(cube: &Cube, own: &Disclosure, place: &Place, problems: &mut Problems<'_>) {
    let who = format!("skjul af små tal i kuben '{}'", cube.name);
    problems.ensure(own.threshold >= LEAST, &place.key("threshold"), || {
        format!("{who}: 'threshold' skal være mindst {LEAST}")
    });
    let stored: Vec<(&str, MeasureKind)> = cube
        .groups
        .iter()
        .flat_map(|group| &group.measures)
        .map(|measure| (measure.name.as_str(), measure.kind))
        .collect();
    let kind = |name: &str| stored.iter().find(|(own, _)| *own == name).map(|(_, kind)| *kind);
    let counts = || own.counts.iter().map(|one| one.measure.as_str());
    let tied = || own.tied.iter().map(|one| one.measure.as_str());
    let open = || own.open.iter().map(String::as_str);
    for name in counts().chain(tied()).chain(open()).filter(|name| kind(name).is_none()) {
        problems.add(place, format!("{who} henviser til målet '{name}', som ikke findes"));
    }
    for (name, _) in &stored {
        let times = counts().chain(tied()).chain(open()).filter(|own| own == name).count();
        problems.ensure(times == 1, place, || {
            format!("{who}: målet '{name}' skal stå én gang i 'count', 'tied' eller 'open'")
        });
    }
    for (at, one) in own.counts.iter().enumerate() {
        let place = place.nth("count", at);
        let is_count = kind(&one.measure).is_none_or(counts_something);
        problems.ensure(is_count, &place, || {
            format!("{who}: '{}' tæller ikke noget; skriv det under 'tied'", one.measure)
        });
        for name in one.at_most.iter().filter(|name| !counts().any(|own| own == name.as_str())) {
            problems
                .add(&place, format!("{who}: 'at_most' nævner '{name}', som ikke er i 'count'"));
        }
        check_flows(one, kind, &who, &place, problems);
        check_parts(cube, &one.parts, &who, &place, problems);
    }
    for (at, one) in own.tied.iter().enumerate() {
        let place = place.nth("tied", at);
        problems.ensure(counts().any(|own| own == one.to), &place, || {
            format!("{who}: 'to' nævner '{}', som ikke er i 'count'", one.to)
        });
        check_parts(cube, &one.parts, &who, &place, problems);
    }
}

fn counts_something(kind: MeasureKind) -> bool {
    matches!(
        kind,
        MeasureKind::Distinct
            | MeasureKind::DistinctAtEnd
            | MeasureKind::Starts
            | MeasureKind::Ends
            | MeasureKind::Count
    )
}

fn check_flows(
    one: &Counted,
    kind: impl Fn(&str) -> Option<MeasureKind>,
    who: &str,
    place: &Place,
    problems: &mut Problems<'_>,
) {
    problems.ensure(one.starts.is_some() == one.ends.is_some(), place, || {
        format!("{who}: 'starts' og 'ends' skal stå sammen")
    });
    let said =
        [("starts", &one.starts, MeasureKind::Starts), ("ends", &one.ends, MeasureKind::Ends)];
    for (word, name, of) in said {
        let Some(name) = name else { continue };
        problems.ensure(kind(name) == Some(of), place, || {
            format!("{who}: '{word}' nævner '{name}', som ikke er et mål af den slags")
        });
    }
}

fn check_parts(
    cube: &Cube,
    parts: &[String],
    who: &str,
    place: &Place,
    problems: &mut Problems<'_>,
) {
    let uses = || cube.groups.iter().flat_map(|group| &group.dimensions);
    for name in parts.iter().filter(|name| !uses().any(|usage| usage.name() == name.as_str())) {
        problems.add(place, format!("{who}: 'parts' nævner '{name}', som kuben ikke har"));
    }
}

#[cfg(test)]
mod tests {
    use super::super::Schema;

    const VH: &str = include_str!("../domains/vh/vh.toml");

    fn problem(good: &str, bad: &str) -> String {
        assert!(VH.contains(good), "{good}");
        Schema::parse(&VH.replacen(good, bad, 1)).unwrap_err().to_string()
    }

    #[test]
    fn every_measure_is_said_to_be_one_thing_and_names_exist() {
        for (good, bad, message) in [
            ("threshold = 5", "threshold = 3", "'threshold' skal være mindst 4"),
            (
                "{ measure = \"Påbegyndte Ydelser\",",
                "{ measure = \"Afsluttede Ydelser\",",
                "målet 'Påbegyndte Ydelser' skal stå én gang",
            ),
            ("to = \"Antal Unikke Borgere\"", "to = \"Helårsmodtagere\"", "'to' nævner"),
            ("at_most = [\"Antal Ydelsesmodtagere\"]", "at_most = [\"X\"]", "'at_most' nævner 'X'"),
            ("parts = [\"Køn\", \"Alder\"]", "parts = [\"Hat\"]", "'parts' nævner 'Hat'"),
        ] {
            let told = problem(good, bad);
            assert!(told.contains(message) && told.contains("linje "), "{told}");
        }
    }
}
