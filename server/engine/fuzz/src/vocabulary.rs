//! Questions that are well formed and name what there is, so that they get far.
//!
//! They are made by kinds: where a function wants a set, it mostly gets one.

use terning_engine::query::parse::{NameKind, Operator};

use super::choices::Choices;
use super::model::{Axis, Defined, Inner, Name, Question, Tree};

/// Calculated measures.
pub const CALCULATED: &str = r#"
[[cube.calculated]]
name = "Pr. par"
formula = "[Measures].[Borgere] / [Measures].[Par]"
decimals = 2

[[cube.calculated]]
name = "Andel"
formula = "[Measures].[Medlemmer] / ([Measures].[Medlemmer], [Sted].[Geografi].[I alt])"
decimals = 3
"#;

/// How deep questions are made.
const DEPTH: usize = 5;

/// Hierarchies and their levels, as text.
const HIERARCHIES: [&[&str]; 5] = [
    &["Tid", "Kalender"],
    &["Tid", "År"],
    &["Sted", "Geografi"],
    &["Sted", "Kommune"],
    &["Ydelse", "Kode"],
];

const LEVELS: [&[&str]; 6] = [
    &["Tid", "Kalender", "Kvartal"],
    &["Tid", "År", "År"],
    &["Sted", "Geografi", "Region"],
    &["Sted", "Geografi", "Kommune"],
    &["Sted", "Kommune", "Kommune"],
    &["Ydelse", "Kode", "Kode"],
];

/// Members; a key begins with `&`.
const MEMBERS: [&[&str]; 17] = [
    &["Measures", "Borgere"],
    &["Measures", "Medlemmer"],
    &["Measures", "Pr. par"],
    &["Measures", "Andel"],
    &["Measures", "eget"],
    &["Tid", "Kalender", "2020"],
    &["Tid", "Kalender", "2020", "2020K1"],
    &["Tid", "Kvartal", "&2019K2"],
    &["Tid", "År", "&2019"],
    &["Tid", "Kalender", "I alt"],
    &["Sted", "Geografi", "Nord"],
    &["Sted", "Geografi", "Nord", "Aby"],
    &["Sted", "Geografi", "I alt"],
    &["Sted", "Kommune", "&103"],
    &["Ydelse", "Kode", "&1.1"],
    &["Ydelse", "Kode", "findes ikke"],
    &["Ydelse", "Kode", "I alt"],
];

/// Functions by what they are given and what they give: `s` a set, `m` a member, `l` a level, `h` a
/// hierarchy, `n` a number, `c` a condition, `t` a text, `p` a tuple, `i` a small whole number, `G` the name of a measure group, `_`
/// nothing; a word in capitals is one of its kind.
const FUNCTIONS: [(char, &str, &str); 90] = [
    ('s', "Head", "si"),
    ('s', "Tail", "si"),
    ('s', "Subset", "sii"),
    ('s', "Distinct", "s"),
    ('s', "Union", "ss"),
    ('s', "Intersect", "ss"),
    ('s', "Except", "ss"),
    ('s', "CrossJoin", "ss"),
    ('s', "NonEmptyCrossJoin", "ss"),
    ('s', "NonEmpty", "ss"),
    ('s', "Exists", "ss"),
    ('s', "Exists", "ssG"),
    ('s', "Exists", "s_G"),
    ('s', "Filter", "sc"),
    ('s', "Order", "snO"),
    ('s', "TopCount", "sin"),
    ('s', "BottomCount", "sin"),
    ('s', "TopSum", "snn"),
    ('s', "TopPercent", "snn"),
    ('s', "Generate", "ss"),
    ('s', "Generate", "ssA"),
    ('s', "Hierarchize", "s"),
    ('s', "Hierarchize", "sP"),
    ('s', "Descendants", "ml"),
    ('s', "Descendants", "miF"),
    ('s', "Descendants", "s_F"),
    ('s', "Ascendants", "m"),
    ('s', "DrilldownLevel", "s"),
    ('s', "DrilldownLevel", "s__I"),
    ('s', "DrilldownMember", "ss"),
    ('s', "DrilldownMember", "ssR"),
    ('s', "DrilldownMember", "ssh"),
    ('s', "DrillupMember", "ss"),
    ('s', "DrillupLevel", "s"),
    ('s', "DrilldownLevelTop", "sin"),
    ('s', "DrilldownMemberTop", "ssin"),
    ('s', "ToggleDrillState", "ss"),
    ('s', "ToggleDrillState", "ssR"),
    ('s', "Existing", "s"),
    ('s', "Ytd", "m"),
    ('s', "Qtd", "m"),
    ('s', "Mtd", "m"),
    ('s', "Wtd", "m"),
    ('s', "NameToSet", "t"),
    ('s', "AddCalculatedMembers", "s"),
    ('s', "StripCalculatedMembers", "s"),
    ('s', "Extract", "sh"),
    ('s', "PeriodsToDate", "lm"),
    ('s', "LastPeriods", "im"),
    ('s', "VisualTotals", "s"),
    ('s', "StrToSet", "t"),
    ('m', "Ancestor", "ml"),
    ('m', "Cousin", "mm"),
    ('m', "ParallelPeriod", "lim"),
    ('m', "OpeningPeriod", "lm"),
    ('m', "ClosingPeriod", "lm"),
    ('m', "StrToMember", "t"),
    ('p', "StrToTuple", "t"),
    ('n', "Sum", "sn"),
    ('n', "Aggregate", "s"),
    ('n', "Count", "s"),
    ('n', "Avg", "sn"),
    ('n', "Min", "sn"),
    ('n', "Max", "sn"),
    ('n', "Median", "sn"),
    ('n', "Stdev", "sn"),
    ('n', "Rank", "ps"),
    ('n', "IIf", "cnn"),
    ('n', "CoalesceEmpty", "nn"),
    ('n', "ValidMeasure", "p"),
    ('n', "Len", "t"),
    ('n', "StrToValue", "t"),
    ('n', "Divide", "nnn"),
    ('n', "InStr", "tt"),
    ('n', "StrComp", "tt"),
    ('c', "IsEmpty", "n"),
    ('c', "IsLeaf", "m"),
    ('c', "IsAncestor", "mm"),
    ('c', "IsSibling", "mm"),
    ('c', "IsError", "n"),
    ('t', "SetToStr", "s"),
    ('t', "TupleToStr", "p"),
    ('t', "Left", "ti"),
    ('t', "Generate", "stt"),
    ('t', "MemberToStr", "m"),
    ('t', "Replace", "ttt"),
    ('t', "Format", "nt"),
    ('t', "String", "it"),
    ('t', "CStr", "n"),
    ('t', "IIf", "ctt"),
];

/// Texts, some of which mean something where they are read: also what reads them.
const TEXTS: [&str; 8] = [
    "",
    "Aby",
    "#,##0.0",
    "[Sted].[Kommune].Members",
    "[Sted].[Kommune].&[101]",
    "[egen]",
    "[Measures].[eget]",
    "StrToValue('[Measures].[eget]') + 1",
];

/// Steps, by what they are taken of and what they give.
const STEPS: [(char, char, &str); 27] = [
    ('h', 's', "Members"),
    ('h', 's', "AllMembers"),
    ('l', 's', "Members"),
    ('l', 's', "AllMembers"),
    ('m', 's', "Children"),
    ('m', 's', "Siblings"),
    ('m', 'm', "Parent"),
    ('m', 'm', "FirstChild"),
    ('m', 'm', "LastChild"),
    ('m', 'm', "FirstSibling"),
    ('m', 'm', "LastSibling"),
    ('m', 'm', "NextMember"),
    ('m', 'm', "PrevMember"),
    ('m', 'm', "DataMember"),
    ('h', 'm', "CurrentMember"),
    ('h', 'm', "DefaultMember"),
    ('m', 'l', "Level"),
    ('m', 'h', "Hierarchy"),
    ('l', 'h', "Hierarchy"),
    ('s', 'n', "Count"),
    ('m', 'n', "Value"),
    ('p', 'n', "Value"),
    ('l', 'n', "Ordinal"),
    ('m', 't', "Name"),
    ('m', 't', "UniqueName"),
    ('m', 't', "Caption"),
    ('h', 't', "Name"),
];

/// A question of the small cube.
pub fn question(choices: &mut Choices<'_>) -> Question {
    let mut question = select(choices, DEPTH);
    question.definitions = vec![
        Defined {
            is_member: true,
            name: names(&["Measures", "eget"]),
            formula: make(choices, 'n', DEPTH),
            properties: choices.several(0, 1, |choices| {
                (word("SOLVE_ORDER"), Tree::Number(choices.below(5) as f64))
            }),
        },
        Defined {
            is_member: false,
            name: names(&["egen"]),
            formula: make(choices, 's', DEPTH),
            properties: Vec::new(),
        },
    ];
    if choices.rarely(2) {
        question.definitions.push(Defined {
            is_member: true,
            name: names(&["Sted", "Geografi", "I alt", "egen"]),
            formula: make(choices, 'n', DEPTH),
            properties: Vec::new(),
        });
    }
    question
}

fn select(choices: &mut Choices<'_>, depth: usize) -> Question {
    let source = match choices.rarely(3) && depth > 2 {
        false => Inner::Cube(word("Lille")),
        true => {
            let mut inner = select(choices, depth - 2);
            for axis in &mut inner.axes {
                (axis.non_empty, axis.having) = (false, None);
            }
            Inner::Question(Box::new(inner), choices.rarely(3))
        }
    };
    Question {
        definitions: Vec::new(),
        axes: choices.several(0, 2, |choices| Axis {
            non_empty: choices.rarely(2),
            set: make(choices, 's', depth),
            having: choices.rarely(8).then(|| make(choices, 'c', depth)),
            properties: Vec::new(),
        }),
        source,
        slicer: choices.rarely(3).then(|| {
            let kind = choices.one(&['p', 's', 'm']);
            make(choices, kind, depth)
        }),
        cell_properties: Vec::new(),
    }
}

fn word(word: &str) -> Name {
    Name { kind: NameKind::Bare, letters: word.to_owned() }
}

fn names(path: &[&str]) -> Vec<Name> {
    let one = |name: &&str| match name.strip_prefix('&') {
        Some(key) => Name { kind: NameKind::Key, letters: key.to_owned() },
        None => Name { kind: NameKind::Bracketed, letters: (*name).to_owned() },
    };
    path.iter().map(one).collect()
}

fn keyword(choices: &mut Choices<'_>, words: &[&str]) -> Tree {
    Tree::Path(vec![word(choices.one(words))])
}

/// An expression of a kind; now and then of another.
fn make(choices: &mut Choices<'_>, kind: char, depth: usize) -> Tree {
    let kind = match choices.rarely(64) {
        true => choices.one(&['s', 'm', 'l', 'h', 'n', 'c', 't', 'p']),
        false => kind,
    };
    if depth > 0 && !choices.rarely(3) {
        match choices.below(3) {
            0 => return operation(choices, kind, depth - 1),
            1 => {
                if let Some(tree) = call(choices, kind, depth - 1) {
                    return tree;
                }
            }
            _ => {
                if let Some(tree) = step(choices, kind, depth - 1) {
                    return tree;
                }
            }
        }
    }
    leaf(choices, kind)
}

fn leaf(choices: &mut Choices<'_>, kind: char) -> Tree {
    match kind {
        's' if choices.rarely(6) => Tree::Path(names(&["egen"])),
        's' => {
            let steps = vec![(word(choices.one(&["Members", "AllMembers", "Children"])), None)];
            let of = choices.one(&['h', 'l']);
            Tree::Steps(Box::new(leaf(choices, of)), steps)
        }
        'l' => Tree::Path(names(choices.one(&LEVELS))),
        'h' => Tree::Path(names(choices.one(&HIERARCHIES))),
        'n' if choices.rarely(2) => Tree::Number(choices.below(9) as f64 / 2.0),
        'i' => Tree::Number(choices.below(6) as f64),
        'c' => Tree::Chain(
            Box::new(leaf(choices, 'n')),
            vec![(choices.one(&[Operator::Greater, Operator::Equal]), leaf(choices, 'n'))],
        ),
        't' => Tree::Text(choices.one(&TEXTS).to_owned()),
        'G' => Tree::Text(choices.one(&["", "Ydelser", "Foreninger"]).to_owned()),
        'A' => keyword(choices, &["ALL"]),
        'O' => keyword(choices, &["ASC", "DESC", "BASC", "BDESC"]),
        'P' => keyword(choices, &["POST"]),
        'R' => keyword(choices, &["RECURSIVE"]),
        'I' => keyword(choices, &["INCLUDE_CALC_MEMBERS"]),
        'F' => keyword(
            choices,
            &["SELF", "AFTER", "BEFORE", "BEFORE_AND_AFTER", "SELF_AND_AFTER", "LEAVES"],
        ),
        _ => Tree::Path(names(choices.one(&MEMBERS))),
    }
}

fn call(choices: &mut Choices<'_>, kind: char, depth: usize) -> Option<Tree> {
    let fitting: Vec<_> = FUNCTIONS.iter().filter(|(gives, ..)| *gives == kind).collect();
    if fitting.is_empty() {
        return None;
    }
    let (_, name, given) = *choices.one(&fitting);
    let argument = |kind: char| (kind != '_').then(|| make(choices, kind, depth));
    Some(Tree::Call(word(name), given.chars().map(argument).collect()))
}

fn step(choices: &mut Choices<'_>, kind: char, depth: usize) -> Option<Tree> {
    let numbered = match kind {
        'm' if choices.rarely(2) => {
            Some(choices.one(&[('m', "Lag"), ('m', "Lead"), ('s', "Item")]))
        }
        'l' => Some(('h', "Levels")),
        _ => None,
    };
    if let Some((of, name)) = numbered {
        let base = Box::new(make(choices, of, depth));
        let count = Tree::Number(choices.below(4) as f64);
        return Some(Tree::Steps(base, vec![(word(name), Some(vec![Some(count)]))]));
    }
    let fitting: Vec<_> = STEPS.iter().filter(|(_, gives, _)| *gives == kind).collect();
    if fitting.is_empty() {
        return None;
    }
    let (of, _, name) = *choices.one(&fitting);
    Some(Tree::Steps(Box::new(make(choices, of, depth)), vec![(word(name), None)]))
}

fn operation(choices: &mut Choices<'_>, kind: char, depth: usize) -> Tree {
    let chain = |choices: &mut Choices<'_>, of: char, operators: &[Operator]| {
        let first = Box::new(make(choices, of, depth));
        Tree::Chain(first, vec![(choices.one(operators), make(choices, of, depth))])
    };
    match kind {
        's' => match choices.below(6) {
            0 => Tree::Braces(choices.several(0, 3, |choices| {
                let kind = choices.one(&['m', 's', 'p']);
                make(choices, kind, depth)
            })),
            1 => chain(choices, 's', &[Operator::Times]),
            2 => chain(choices, 's', &[Operator::Plus, Operator::Minus]),
            3 => Tree::Braces(vec![chain(choices, 'm', &[Operator::Range])]),
            4 => Tree::Prefix(
                choices.one(&[Operator::Existing, Operator::Minus]),
                Box::new(make(choices, 's', depth)),
            ),
            _ => Tree::Alias(Box::new(make(choices, 's', depth)), word("kaldt")),
        },
        'p' => Tree::Tuple(choices.several(2, 3, |choices| make(choices, 'm', depth))),
        'n' if choices.rarely(4) => Tree::Case(
            None,
            vec![(make(choices, 'c', depth), make(choices, 'n', depth))],
            Some(Box::new(make(choices, 'n', depth))),
        ),
        'n' if choices.rarely(2) => make(choices, 'p', depth),
        'n' => {
            use Operator::{Divide, Minus, Plus, Times};
            chain(choices, 'n', &[Plus, Minus, Times, Divide])
        }
        'c' => match choices.below(4) {
            0 => chain(choices, 'c', &[Operator::And]),
            1 => Tree::Prefix(Operator::Not, Box::new(make(choices, 'c', depth))),
            2 => chain(choices, 'm', &[Operator::Is]),
            _ => chain(choices, 'n', &[Operator::Less, Operator::Unequal, Operator::AtLeast]),
        },
        't' => chain(choices, 't', &[Operator::Plus, Operator::Join]),
        _ => leaf(choices, kind),
    }
}
