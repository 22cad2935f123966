//! Questions that are well formed and name what there is, so that they get far.
//!
//! They are made by kinds: where a function wants a set, it mostly gets one. Functions come from the
//! catalogue of the engine, names from the cubes, so that what is new in either is tried.

use std::sync::LazyLock;

use terning_engine::query::parse::{NameKind, Operator};
use terning_engine::query::{Described, Kind, Takes, catalogue};

use super::choices::Choices;
use super::model::{Axis, Defined, Inner, Name, Question, Tree};
use super::worlds::{WORLDS, World};

/// How deep questions are made.
const DEPTH: usize = 5;

/// What functions are mostly given where they take a value: small whole numbers, numbers, texts,
/// conditions.
const VALUES: [char; 6] = ['i', 'n', 'n', 'n', 't', 'c'];

/// All functions.
static FUNCTIONS: LazyLock<Vec<Described>> = LazyLock::new(catalogue);

/// A question of one of the cubes.
pub fn question(choices: &mut Choices<'_>) -> Question {
    let world = &WORLDS[choices.below(WORLDS.len())];
    Maker { world }.question(choices)
}

/// Makes questions of a cube.
#[derive(Clone, Copy)]
struct Maker {
    world: &'static World,
}

impl Maker {
    fn question(self, choices: &mut Choices<'_>) -> Question {
        let mut question = self.select(choices, DEPTH);
        question.definitions = vec![
            Defined {
                is_member: true,
                name: vec![bracketed("Measures"), bracketed("eget")],
                formula: self.make(choices, 'n', DEPTH),
                properties: choices.several(0, 1, |choices| {
                    (word("SOLVE_ORDER"), Tree::Number(choices.below(5) as f64))
                }),
            },
            Defined {
                is_member: false,
                name: vec![bracketed("egen")],
                formula: self.make(choices, 's', DEPTH),
                properties: Vec::new(),
            },
        ];
        if choices.rarely(2) {
            question.definitions.push(Defined {
                is_member: true,
                name: self.world.under_all(),
                formula: self.make(choices, 'n', DEPTH),
                properties: Vec::new(),
            });
        }
        question
    }

    fn select(self, choices: &mut Choices<'_>, depth: usize) -> Question {
        let source = match choices.rarely(3) && depth > 2 {
            false => Inner::Cube(bracketed(&self.world.cube)),
            true => {
                let mut inner = self.select(choices, depth - 2);
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
                set: self.make(choices, 's', depth),
                having: choices.rarely(8).then(|| self.make(choices, 'c', depth)),
                properties: Vec::new(),
            }),
            source,
            slicer: choices.rarely(3).then(|| {
                let kind = choices.one(&['p', 's', 'm']);
                self.make(choices, kind, depth)
            }),
            cell_properties: Vec::new(),
        }
    }

    /// An expression of a kind; now and then of another.
    fn make(self, choices: &mut Choices<'_>, kind: char, depth: usize) -> Tree {
        let kind = match choices.rarely(64) {
            true => choices.one(&['s', 'm', 'l', 'h', 'n', 'c', 't', 'p']),
            false => kind,
        };
        if depth > 0 && !choices.rarely(3) {
            match choices.below(3) {
                0 => return self.operation(choices, kind, depth - 1),
                1 => {
                    if let Some(tree) = self.call(choices, kind, depth - 1) {
                        return tree;
                    }
                }
                _ => {
                    if let Some(tree) = self.step(choices, kind, depth - 1) {
                        return tree;
                    }
                }
            }
        }
        self.leaf(choices, kind)
    }

    fn leaf(self, choices: &mut Choices<'_>, kind: char) -> Tree {
        match kind {
            's' if choices.rarely(6) => Tree::Path(vec![bracketed("egen")]),
            's' => {
                let steps = vec![(word(choices.one(&["Members", "AllMembers", "Children"])), None)];
                let of = choices.one(&['h', 'l']);
                Tree::Steps(Box::new(self.leaf(choices, of)), steps)
            }
            'l' => Tree::Path(one_of(choices, &self.world.levels)),
            'h' => Tree::Path(one_of(choices, &self.world.hierarchies)),
            'n' if choices.rarely(2) => Tree::Number(choices.below(9) as f64 / 2.0),
            'i' => Tree::Number(choices.below(6) as f64),
            'c' => Tree::Chain(
                Box::new(self.leaf(choices, 'n')),
                vec![(choices.one(&[Operator::Greater, Operator::Equal]), self.leaf(choices, 'n'))],
            ),
            't' => Tree::Text(one_of(choices, &self.world.texts)),
            _ => Tree::Path(one_of(choices, &self.world.members)),
        }
    }

    /// A function that gives a kind, of what it takes.
    fn call(self, choices: &mut Choices<'_>, kind: char, depth: usize) -> Option<Tree> {
        let one = chosen(choices, kind, false)?;
        let given = self.given(choices, one.takes, depth);
        Some(Tree::Call(word(one.name), given))
    }

    /// A step that gives a kind.
    fn step(self, choices: &mut Choices<'_>, kind: char, depth: usize) -> Option<Tree> {
        let one = chosen(choices, kind, true)?;
        let (of, others) = one.takes.split_first()?;
        let base = self.argument(choices, of, depth)?;
        let given = self.given(choices, others, depth);
        let given = (!given.is_empty()).then_some(given);
        Some(Tree::Steps(Box::new(base), vec![(word(one.name), given)]))
    }

    /// Arguments: those that must be there, and some of the others.
    fn given(self, choices: &mut Choices<'_>, takes: &[Takes], depth: usize) -> Vec<Option<Tree>> {
        let needed = takes.iter().rposition(|one| matches!(one, Takes::Need(_) | Takes::Each));
        let needed = needed.map_or(0, |last| last + 1);
        let count = needed + choices.below(takes.len() - needed + 1);
        let mut given: Vec<Option<Tree>> = Vec::new();
        for (at, one) in takes[..count].iter().enumerate() {
            let is_left_out = at >= needed && choices.rarely(4);
            given.push(if is_left_out { None } else { self.argument(choices, one, depth) });
        }
        if let (Some(many @ Takes::Many(_)), true) = (takes.last(), count == takes.len()) {
            given.extend(choices.several(0, 2, |choices| self.argument(choices, many, depth)));
        }
        given
    }

    fn argument(self, choices: &mut Choices<'_>, takes: &Takes, depth: usize) -> Option<Tree> {
        Some(match takes {
            Takes::Need(kind) | Takes::May(kind) | Takes::Many(kind) => {
                let kind = letter(choices, *kind);
                self.make(choices, kind, depth)
            }
            Takes::Word(words) => Tree::Path(vec![word(choices.one(words))]),
            Takes::Each | Takes::EachOrCell => {
                let kind = choices.one(&['n', 'n', 'c', 't']);
                self.make(choices, kind, depth)
            }
        })
    }

    fn operation(self, choices: &mut Choices<'_>, kind: char, depth: usize) -> Tree {
        let chain = |choices: &mut Choices<'_>, of: char, operators: &[Operator]| {
            let first = Box::new(self.make(choices, of, depth));
            Tree::Chain(first, vec![(choices.one(operators), self.make(choices, of, depth))])
        };
        match kind {
            's' => match choices.below(6) {
                0 => Tree::Braces(choices.several(0, 3, |choices| {
                    let kind = choices.one(&['m', 's', 'p']);
                    self.make(choices, kind, depth)
                })),
                1 => chain(choices, 's', &[Operator::Times]),
                2 => chain(choices, 's', &[Operator::Plus, Operator::Minus]),
                3 => Tree::Braces(vec![chain(choices, 'm', &[Operator::Range])]),
                4 => Tree::Prefix(
                    choices.one(&[Operator::Existing, Operator::Minus]),
                    Box::new(self.make(choices, 's', depth)),
                ),
                _ => Tree::Alias(Box::new(self.make(choices, 's', depth)), word("kaldt")),
            },
            'p' => Tree::Tuple(choices.several(2, 3, |choices| self.make(choices, 'm', depth))),
            'n' if choices.rarely(4) => Tree::Case(
                None,
                vec![(self.make(choices, 'c', depth), self.make(choices, 'n', depth))],
                Some(Box::new(self.make(choices, 'n', depth))),
            ),
            'n' if choices.rarely(2) => self.make(choices, 'p', depth),
            'n' => {
                use Operator::{Divide, Minus, Plus, Times};
                chain(choices, 'n', &[Plus, Minus, Times, Divide])
            }
            'c' => match choices.below(4) {
                0 => chain(choices, 'c', &[Operator::And]),
                1 => Tree::Prefix(Operator::Not, Box::new(self.make(choices, 'c', depth))),
                2 => chain(choices, 'm', &[Operator::Is]),
                _ => chain(choices, 'n', &[Operator::Less, Operator::Unequal, Operator::AtLeast]),
            },
            't' => chain(choices, 't', &[Operator::Plus, Operator::Join]),
            _ => self.leaf(choices, kind),
        }
    }
}

/// A name as it stands.
pub fn word(word: &str) -> Name {
    Name { kind: NameKind::Bare, letters: word.to_owned() }
}

/// A name in brackets.
pub fn bracketed(name: &str) -> Name {
    Name { kind: NameKind::Bracketed, letters: name.to_owned() }
}

fn one_of<T: Clone>(choices: &mut Choices<'_>, things: &[T]) -> T {
    things[choices.below(things.len())].clone()
}

/// A function of a form that gives a kind.
fn chosen(choices: &mut Choices<'_>, kind: char, is_step: bool) -> Option<&'static Described> {
    let fits = |one: &&Described| one.is_step == is_step && gives(one.gives, kind);
    let fitting: Vec<&Described> = FUNCTIONS.iter().filter(fits).collect();
    (!fitting.is_empty()).then(|| fitting[choices.below(fitting.len())])
}

/// Whether a function of a kind is used where a letter is wanted.
fn gives(kind: Kind, wanted: char) -> bool {
    match kind {
        Kind::Set => wanted == 's',
        Kind::Member => wanted == 'm',
        Kind::Tuple => wanted == 'p',
        Kind::Level => wanted == 'l',
        Kind::Hierarchy | Kind::Dimension => wanted == 'h',
        Kind::Value | Kind::Null | Kind::Any | Kind::Same(_) => "ntci".contains(wanted),
    }
}

/// What is made for an argument of a kind.
fn letter(choices: &mut Choices<'_>, kind: Kind) -> char {
    match kind {
        Kind::Set => 's',
        Kind::Member => 'm',
        Kind::Tuple => 'p',
        Kind::Level => 'l',
        Kind::Hierarchy | Kind::Dimension => 'h',
        Kind::Value => choices.one(&VALUES),
        Kind::Null | Kind::Any | Kind::Same(_) => choices.one(&['m', 's', 'l', 'h', 'n']),
    }
}
