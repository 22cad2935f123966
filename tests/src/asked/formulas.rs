//! `WITH`: formulas and sets of a question's own, that ask for members, their number and their names.

use crate::random::Random;
use terning_engine::cube::Cube;

use super::mdx::{Place, member, set};

/// What a question says before `SELECT`.
#[derive(Debug, Default)]
pub struct With {
    /// The words, with `WITH` before and a space behind them; empty where there are none.
    pub text: String,
    /// The measures that they make, as members with commas between them.
    pub measures: String,
    named: bool,
}

impl With {
    /// A set, or in its place the named one.
    pub fn set(&self, drawn: &str, random: &mut Random) -> String {
        if self.named && random.percent(60) { "[Sæt]".to_owned() } else { drawn.to_owned() }
    }
}

/// One or two measures, and perhaps a set, about a hierarchy.
pub fn with(cube: &Cube, place: Place, random: &mut Random) -> With {
    let mut with = With { text: "WITH ".to_owned(), ..With::default() };
    if random.percent(40) {
        with.named = true;
        with.text += &format!("SET [Sæt] AS {} ", set(cube, place, 1, random));
    }
    let names = &["[Measures].[Ny]", "[Measures].[Anden]"][..1 + random.below(2)];
    for name in names {
        with.text += &format!("MEMBER {name} AS {} ", formula(cube, place, random));
    }
    with.measures = names.join(", ");
    with
}

fn formula(cube: &Cube, place: Place, random: &mut Random) -> String {
    let shape = &cube.dimensions[place.0];
    let hierarchy = format!("[{}].[{}]", shape.name, shape.hierarchies[place.1].name);
    let set = set(cube, place, 1, random);
    let one = member(cube, place, random);
    let measure = measure(cube, random);
    match random.below(16) {
        0 => format!("Count({set})"),
        1 => format!("Count({set}, EXCLUDEEMPTY)"),
        2 => format!("Sum({set}, {measure})"),
        3 => format!("Avg({set}, {measure})"),
        4 => format!("Aggregate({set}, {measure})"),
        5 => format!("SetToStr({set})"),
        6 => format!("{hierarchy}.CurrentMember.UniqueName"),
        7 => format!("Rank({hierarchy}.CurrentMember, {set})"),
        8 => format!("Rank({one}, Order({set}, {measure}, BDESC))"),
        9 => format!("IIf(IsEmpty(({measure}, {one})), \"tom\", {one}.Name)"),
        10 => format!("Generate({set}, {hierarchy}.CurrentMember.Name, \"|\")"),
        11 => format!("TopCount({set}, 1, {measure}).Item(0).Item(0).Name"),
        12 => {
            format!("{one}.{}.Name", random.one(&["NextMember", "PrevMember", "Lead(2)", "Parent"]))
        }
        13 => format!("StrToMember(\"{one}\").Name"),
        14 => format!("({measure}, {one}) / ({measure}, {hierarchy}.CurrentMember)"),
        _ => format!("Count(Filter({set}, {measure} > {}))", random.below(4)),
    }
}

fn measure(cube: &Cube, random: &mut Random) -> String {
    let names: Vec<&str> = cube.measures().map(|at| cube.measure(at).name.as_str()).collect();
    format!("[Measures].[{}]", random.one(&names))
}
