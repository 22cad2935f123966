//! Any syntax tree, whether it means something or not.

use terning_engine::query::parse::words::STEPS;
use terning_engine::query::parse::{NameKind, Operator};

use super::choices::Choices;
use super::model::{Arguments, Axis, Defined, Inner, Name, Question, Tree};
use super::write::can_begin;

/// How deep trees are made: a fifth of what is read, for brackets come on top.
const DEPTH: usize = 20;

/// Letters of names and texts, those with a meaning among them.
const LETTERS: [&str; 24] = [
    "a", "B", "æ", "Å", "0", "9", "_", " ", "]", "[", "'", "\"", ".", "&", "-", "--", "/*", "*/",
    "@", "\n", "§", "😀", "{", ")",
];

/// Words that stand without brackets; step words and clause words among them.
const WORDS: [&str; 16] = [
    "a", "Tid", "Køn", "null", "Members", "Count", "On", "Order", "ASC", "_x", "Measures", "Value",
    "AS", "Item", "Rows", "Return",
];

/// Operators between operands.
const OPERATORS: [Operator; 21] = [
    Operator::Range,
    Operator::Power,
    Operator::Times,
    Operator::Divide,
    Operator::Plus,
    Operator::Minus,
    Operator::Join,
    Operator::Equal,
    Operator::Unequal,
    Operator::Less,
    Operator::AtMost,
    Operator::Greater,
    Operator::AtLeast,
    Operator::Is,
    Operator::In,
    Operator::NotIn,
    Operator::Matches,
    Operator::NotMatches,
    Operator::And,
    Operator::Or,
    Operator::Xor,
];

/// Operators before an operand.
const PREFIXES: [Operator; 4] =
    [Operator::Minus, Operator::Plus, Operator::Not, Operator::Existing];

/// A `SELECT`.
pub fn question(choices: &mut Choices<'_>) -> Question {
    let depth = choices.below(4);
    select(choices, depth)
}

fn select(choices: &mut Choices<'_>, inner: usize) -> Question {
    let source = match inner {
        0 => Inner::Cube(name(choices)),
        _ => {
            let inner = Question { definitions: Vec::new(), ..select(choices, inner - 1) };
            Inner::Question(Box::new(inner), choices.rarely(2))
        }
    };
    Question {
        definitions: choices.several(0, 3, defined),
        axes: choices.several(0, 3, axis),
        source,
        slicer: choices.rarely(2).then(|| tree(choices, DEPTH)),
        cell_properties: choices.several(0, 2, property),
    }
}

fn defined(choices: &mut Choices<'_>) -> Defined {
    Defined {
        is_member: choices.rarely(2),
        name: choices.several(1, 3, name),
        formula: tree(choices, DEPTH),
        properties: choices.several(0, 2, |choices| (name(choices), tree(choices, 3))),
    }
}

fn axis(choices: &mut Choices<'_>) -> Axis {
    Axis {
        non_empty: choices.rarely(2),
        set: tree(choices, DEPTH),
        having: choices.rarely(4).then(|| tree(choices, DEPTH)),
        properties: choices.several(0, 2, property),
    }
}

fn property(choices: &mut Choices<'_>) -> Vec<Name> {
    choices.several(1, 3, bracketed_or_word)
}

fn letters(choices: &mut Choices<'_>) -> String {
    choices.several(0, 5, |choices| choices.one(&LETTERS)).concat()
}

/// A word that can begin an expression.
fn word(choices: &mut Choices<'_>) -> Name {
    let word = choices.one(&WORDS);
    let letters = if can_begin(word) { word.to_owned() } else { format!("{word}_") };
    Name { kind: NameKind::Bare, letters }
}

fn bracketed_or_word(choices: &mut Choices<'_>) -> Name {
    match choices.rarely(2) {
        true => word(choices),
        false => Name { kind: NameKind::Bracketed, letters: letters(choices) },
    }
}

fn name(choices: &mut Choices<'_>) -> Name {
    match choices.rarely(4) {
        true => Name { kind: NameKind::Key, letters: letters(choices) },
        false => bracketed_or_word(choices),
    }
}

/// The names of an expression: no step words behind dots, keys of several parts.
fn path(choices: &mut Choices<'_>) -> Vec<Name> {
    let mut names = choices.several(1, 4, name);
    for at in 1..names.len() {
        let after_key = matches!(names[at - 1].kind, NameKind::Key | NameKind::KeyPart);
        let one = &mut names[at];
        if one.kind == NameKind::Key && after_key && choices.rarely(2) {
            one.kind = NameKind::KeyPart;
        }
        if one.kind == NameKind::Bare && STEPS.contains(&one.letters.to_lowercase().as_str()) {
            one.letters.push('_');
        }
    }
    names
}

fn tree(choices: &mut Choices<'_>, depth: usize) -> Tree {
    if depth == 0 {
        return leaf(choices);
    }
    let below = depth - 1;
    let boxed = |choices: &mut Choices<'_>| Box::new(tree(choices, below));
    match choices.below(12) {
        0..=2 => leaf(choices),
        3 => {
            let base = boxed(choices);
            let step = |choices: &mut Choices<'_>| step(choices, below);
            Tree::Steps(base, choices.several(1, 3, step))
        }
        4 => Tree::Call(word(choices), arguments(choices, below)),
        5 => Tree::Braces(choices.several(0, 3, |choices| tree(choices, below))),
        6 => Tree::Tuple(choices.several(2, 4, |choices| tree(choices, below))),
        7 | 8 => chain(choices, below),
        9 => Tree::Prefix(choices.one(&PREFIXES), boxed(choices)),
        10 => Tree::Case(
            choices.rarely(2).then(|| boxed(choices)),
            choices.several(1, 2, |choices| (tree(choices, below), tree(choices, below))),
            choices.rarely(2).then(|| boxed(choices)),
        ),
        _ => Tree::Alias(boxed(choices), name(choices)),
    }
}

fn leaf(choices: &mut Choices<'_>) -> Tree {
    match choices.below(6) {
        0..=2 => Tree::Path(path(choices)),
        3 => {
            let (whole, part) = (choices.below(100), choices.below(8));
            let scale = choices.one(&[1.0, 1e300, 1e-300]);
            Tree::Number((whole as f64 + part as f64 / 8.0) * scale)
        }
        4 => Tree::Text(letters(choices)),
        _ => Tree::Parameter("æble_1".to_owned()),
    }
}

/// Operators of one precedence, as what is read has them.
fn chain(choices: &mut Choices<'_>, below: usize) -> Tree {
    let level = choices.one(&OPERATORS).level();
    let same: Vec<Operator> =
        OPERATORS.into_iter().filter(|operator| operator.level() == level).collect();
    let first = Box::new(tree(choices, below));
    Tree::Chain(first, choices.several(1, 3, |choices| (choices.one(&same), tree(choices, below))))
}

fn step(choices: &mut Choices<'_>, below: usize) -> (Name, Option<Arguments>) {
    let given = choices.rarely(2).then(|| arguments(choices, below));
    (name(choices), given)
}

/// Arguments, some left out. One that is left out alone is none at all.
fn arguments(choices: &mut Choices<'_>, below: usize) -> Arguments {
    let mut given =
        choices.several(0, 3, |choices| (!choices.rarely(4)).then(|| tree(choices, below)));
    if given == [None] {
        given.clear();
    }
    given
}
