//! The catalogue of functions: what each is called, what it takes and gives, and how it is worked
//! out. There is no other list: names are bound, errors worded and pages written from it.
//!
//! **To add a function**, write an entry in the file of its family and one small function:
//!
//! ```text
//! Function {
//!     takes: &[Takes::Need(Kind::Set), Takes::May(Kind::Value)],
//!     meaning: "De første n tupler af en mængde; den første, hvor n udelades.",
//!     example: "Head([Tid].[År].[År].Members, 2)",
//!     ..Function::call("Head", Kind::Set, Rule::Plain(head))
//! }
//!
//! fn head(call: &Call<'_>) -> Outcome {
//!     let set = call.written(0)?;
//!     Ok(Value::set(set.choose(0..call.count(1, 1)?.min(set.len()))))
//! }
//! ```
//!
//! - `Takes::Need`, `May`, `Many`: an argument that must be there, may be left out (`Value::Omitted`),
//!   or may be there any number of times. What the question writes is turned into the kind that is
//!   taken: a member into a set or into its value, a hierarchy into its current member.
//! - `Takes::Each`, `EachOrCell`: an argument that is worked out at every tuple of the set before it
//!   (nearly always argument 0), whole frames at a time; `call.list(n)` has a value for each tuple. So
//!   `Sum`, `Filter` and `TopCount` are as simple as `Head`.
//! - `Takes::Word`: one of some words (`DESC`, `ALL`).
//! - [`Rule::Plain`] is worked out from its arguments alone, once for each combination of them. An
//!   error is the error of the cell. Use [`Rule::Framed`] only where the arguments are not worked out
//!   one by one before (`IIF`), or where the stand itself is meant (`CurrentMember`); then say in
//!   `depends` what it depends on besides.
//! - `gives: Kind::Member` promises a member of the hierarchy of the first argument; a function that
//!   cannot promise it gives `Kind::Tuple`.
//! - Members come from `call.scope` (`shows`, `level`, `navigate.rs`), so that whoever may not see a
//!   member never gets it. Lists are written out with `call.written`, so that limits hold.
//! - Several entries may have one name: the first whose kinds fit the arguments is taken.

mod navigation;
mod relatives;
mod descend;
mod parts;
mod drill;
mod drill_best;
mod sets;
mod order;
mod aggregate;
mod statistics;
mod cells;
mod time;
mod logic;
mod metadata;
mod text;
mod conversion;
mod days;
mod kinds;
mod numbers;
pub(crate) mod properties;
mod refused;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod examples;

pub(crate) use conversion::reads_texts;
pub(crate) use order::best_of_ordered;
pub(crate) use refused::refused;

use std::rc::Rc;
use std::sync::{Arc, LazyLock};

use super::bound::{HierarchyRef, Member};
use super::error::{ErrorKind, QueryError};
use super::evaluate::Evaluator;
use super::evaluate::frame::Frame;
use super::evaluate::listed::Listed;
use super::evaluate::scope::Scope;
use super::evaluate::set::{Set, Written};
use super::evaluate::texts;
use super::evaluate::value::{Column, Place, Value};
use super::expr::{Depends, Expr};

/// A function of the language.
pub(crate) struct Function {
    /// Its name, as it is usually written.
    pub name: &'static str,
    /// How it is written.
    pub form: Form,
    /// Its arguments; of a step, the first is what stands before the dot.
    pub takes: &'static [Takes],
    /// What it gives.
    pub gives: Kind,
    /// What it means, for people (Danish).
    pub meaning: &'static str,
    /// A call.
    pub example: &'static str,
    /// How it is worked out.
    pub rule: Rule,
    /// What it depends on, where that is more or less than what its arguments do.
    pub depends: Option<fn(&[Expr]) -> Depends>,
    /// Whether arguments are worked out also at those above the tuples of the set: their values are
    /// behind those of the tuples, in the order of [`Scope::with_above`].
    pub above: bool,
    /// Which tuples of the set do not matter to what it gives.
    pub idle: Idle,
}

/// Which tuples of a set do not matter to a function, by what its arguments are there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Idle {
    /// None: all matter.
    Never,
    /// Those where all arguments are empty.
    Empty,
    /// Those where the condition does not hold.
    False,
    /// Those where the value is empty, but for the first ones, as many as argument 1 says.
    First,
    /// Those where the value is empty, if one of them is not among what is given.
    Unreached,
}

impl std::fmt::Debug for Function {
    /// What tells it from the others.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {:?} {:?}", self.name, self.form, self.takes)
    }
}

/// How a function is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// `F(a, b)`.
    Call,
    /// `a.F` or `a.F(b)`.
    Step,
}

/// An argument of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// One that must be there.
    Need(Kind),
    /// One that may be left out.
    May(Kind),
    /// One that may be there any number of times; only as the last.
    Many(Kind),
    /// One of some words, which may be left out.
    Word(&'static [&'static str]),
    /// A value at every tuple of the set before it.
    Each,
    /// The same; where it is left out, the value of the cell at every tuple.
    EachOrCell,
}

/// Kinds of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A number, a text, a truth, a day; of a member or tuple, the value of its cell.
    Value,
    /// A member.
    Member,
    /// A tuple; a member is one.
    Tuple,
    /// A set; a tuple is one.
    Set,
    /// A level.
    Level,
    /// A hierarchy.
    Hierarchy,
    /// A dimension.
    Dimension,
    /// `NULL`, or left out: it fits everything.
    Null,
    /// Whatever stands there, as it is.
    Any,
    /// What the argument of this number is.
    Same(usize),
}

/// How a function is worked out.
#[derive(Clone, Copy)]
pub(crate) enum Rule {
    /// From its arguments alone.
    Plain(fn(&Call<'_>) -> Outcome),
    /// From a whole frame.
    Framed(fn(&Evaluator<'_>, &Frame, &[Expr]) -> Result<Column, QueryError>),
}

/// What a function gives.
pub(crate) type Outcome = Result<Value, QueryError>;

impl Function {
    /// A function that is written `name(…)`.
    pub(crate) const fn call(name: &'static str, gives: Kind, rule: Rule) -> Function {
        let (takes, meaning, example) = (&[], "", "");
        let (form, depends, above, idle) = (Form::Call, None, false, Idle::Never);
        Function { name, form, takes, gives, meaning, example, rule, depends, above, idle }
    }

    /// A function that is written `.name`.
    pub(crate) const fn step(name: &'static str, gives: Kind, rule: Rule) -> Function {
        Function { form: Form::Step, ..Function::call(name, gives, rule) }
    }
}

impl Function {
    /// Whether some arguments are worked out at every tuple of a set.
    pub(crate) fn takes_each(&self) -> bool {
        self.takes.iter().any(Takes::is_each)
    }

    /// Which argument that set is: the last one before them that is a set.
    pub(crate) fn set_at(&self) -> usize {
        let each = self.takes.iter().position(Takes::is_each).unwrap_or(0);
        let is_set = |one: &Takes| matches!(one, Takes::Need(Kind::Set));
        self.takes[..each].iter().rposition(is_set).unwrap_or(0)
    }
}

impl Takes {
    /// Whether it is worked out at every tuple of a set.
    pub(crate) fn is_each(&self) -> bool {
        matches!(self, Takes::Each | Takes::EachOrCell)
    }
}

impl Kind {
    /// The kind of a value.
    pub(crate) fn of(value: &Value) -> Kind {
        match value {
            Value::Member(..) => Kind::Member,
            Value::Tuple(_) => Kind::Tuple,
            Value::Set(_) => Kind::Set,
            Value::Level(..) => Kind::Level,
            Value::Hierarchy(_) => Kind::Hierarchy,
            Value::Dimension(_) => Kind::Dimension,
            Value::Empty | Value::Omitted => Kind::Null,
            _ => Kind::Value,
        }
    }

    /// Whether something of another kind can be taken as one of this kind.
    pub(crate) fn fits(self, other: Kind) -> bool {
        use Kind::{Any, Dimension, Hierarchy, Level, Member, Null, Set, Tuple, Value};
        match self {
            _ if self == other || other == Null => true,
            Any => true,
            Value => matches!(other, Member | Tuple),
            Member | Tuple | Set if matches!(other, Hierarchy | Dimension) => true,
            Member => other == Tuple,
            Tuple => other == Member,
            Set => matches!(other, Member | Tuple),
            Hierarchy => matches!(other, Dimension | Member | Level),
            Dimension => matches!(other, Hierarchy),
            _ => false,
        }
    }

    /// What it is called in signatures.
    fn noun(self) -> &'static str {
        match self {
            Kind::Value => "værdi",
            Kind::Member => "medlem",
            Kind::Tuple => "tupel",
            Kind::Set => "mængde",
            Kind::Level => "niveau",
            Kind::Hierarchy => "hierarki",
            Kind::Dimension => "dimension",
            Kind::Null | Kind::Any | Kind::Same(_) => "udtryk",
        }
    }

    /// What it is called in errors.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::Value => "et tal eller en tekst",
            Kind::Member => "et medlem",
            Kind::Tuple => "en tupel",
            Kind::Set => "en mængde",
            Kind::Level => "et niveau",
            Kind::Hierarchy => "et hierarki",
            Kind::Dimension => "en dimension",
            Kind::Null | Kind::Any | Kind::Same(_) => "et udtryk",
        }
    }
}

/// The families of functions, by the names that people read.
const FAMILIES: [(&str, &[Function]); 20] = [
    ("Medlemmer", navigation::FUNCTIONS),
    ("Slægtninge og niveauer", relatives::FUNCTIONS),
    ("Efterkommere", descend::FUNCTIONS),
    ("Dele af mængder", parts::FUNCTIONS),
    ("Åbne og lukke", drill::FUNCTIONS),
    ("Åbne til de bedste", drill_best::FUNCTIONS),
    ("Mængder", sets::FUNCTIONS),
    ("Rækkefølge", order::FUNCTIONS),
    ("Tal over mængder", aggregate::FUNCTIONS),
    ("Statistik", statistics::FUNCTIONS),
    ("Celler og mål", cells::FUNCTIONS),
    ("Valg og tomme værdier", logic::FUNCTIONS),
    ("Navne og niveauer", metadata::FUNCTIONS),
    ("Egenskaber ved medlemmer", properties::FUNCTIONS),
    ("Perioder", time::FUNCTIONS),
    ("Datoer", days::FUNCTIONS),
    ("Tal af tal", numbers::FUNCTIONS),
    ("Tekster", text::FUNCTIONS),
    ("Fra én slags værdi til en anden", kinds::FUNCTIONS),
    ("Tekster læst som udtryk", conversion::FUNCTIONS),
];

/// A function as pages and commands tell of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Described {
    /// The family that it belongs to.
    pub family: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Whether it is written `a.Name` and not `Name(a)`.
    pub is_step: bool,
    /// How it is written: `Head(mængde[, værdi])`.
    pub signature: String,
    /// What it means.
    pub meaning: &'static str,
    /// A call.
    pub example: &'static str,
    /// Its arguments; of a step, the first is what stands before the dot.
    pub takes: &'static [Takes],
    /// What it gives.
    pub gives: Kind,
}

impl Takes {
    /// What it is called in signatures; one that may be left out stands in brackets.
    fn written(&self) -> (String, bool) {
        match self {
            Takes::Need(kind) => (kind.noun().to_owned(), false),
            Takes::May(kind) => (kind.noun().to_owned(), true),
            Takes::Many(kind) => (format!("{} …", kind.noun()), true),
            Takes::Word(words) => (words.join(" | "), true),
            Takes::Each => ("udtryk".to_owned(), false),
            Takes::EachOrCell => ("udtryk".to_owned(), true),
        }
    }
}

impl Function {
    /// How it is written, with what it takes.
    fn signature(&self) -> String {
        let own = usize::from(self.form == Form::Step);
        let mut arguments = String::new();
        for (at, takes) in self.takes.iter().skip(own).enumerate() {
            let (noun, optional) = takes.written();
            let comma = if at > 0 { ", " } else { "" };
            arguments += &match optional {
                true => format!("[{comma}{noun}]"),
                false => format!("{comma}{noun}"),
            };
        }
        match (self.form, self.takes.first(), arguments.is_empty()) {
            (Form::Step, Some(of), true) => format!("{}.{}", of.written().0, self.name),
            (Form::Step, Some(of), false) => {
                format!("{}.{}({arguments})", of.written().0, self.name)
            }
            _ => format!("{}({arguments})", self.name),
        }
    }
}

/// All functions, family by family.
#[must_use]
pub fn catalogue() -> Vec<Described> {
    let all = FAMILIES.iter().flat_map(|(family, functions)| {
        functions.iter().map(|one| Described {
            family,
            name: one.name,
            is_step: one.form == Form::Step,
            signature: one.signature(),
            meaning: one.meaning,
            example: one.example,
            takes: one.takes,
            gives: one.gives,
        })
    });
    all.collect()
}

/// All functions.
pub(crate) static ALL: LazyLock<Vec<&'static Function>> =
    LazyLock::new(|| FAMILIES.iter().flat_map(|(_, functions)| functions.iter()).collect());

/// The functions of a name and form.
pub(crate) fn named(name: &str, form: Form) -> impl Iterator<Item = &'static Function> {
    ALL.iter().copied().filter(move |one| one.form == form && one.name.eq_ignore_ascii_case(name))
}

/// The function that an operator means.
pub(crate) fn of_name(name: &'static str) -> Result<&'static Function, QueryError> {
    let found = ALL.iter().copied().find(|one| one.name == name);
    found.ok_or_else(|| QueryError::new(ErrorKind::Invalid, format!("'{name}' findes ikke")))
}

/// A call being worked out at one row: its arguments.
pub(crate) struct Call<'a> {
    pub scope: &'a Scope<'a>,
    pub function: &'static Function,
    pub given: &'a [Value],
    /// The set written out at whose tuples other arguments are worked out.
    pub over: Option<&'a Arc<Written>>,
}

impl<'a> Call<'a> {
    /// An argument; one that is not there was left out.
    pub(crate) fn value(&self, at: usize) -> &'a Value {
        self.given.get(at).unwrap_or(&Value::Omitted)
    }

    fn wrong(&self, at: usize, wanted: Kind) -> QueryError {
        let message =
            format!("argument {} i {} skal være {}", at + 1, self.function.name, wanted.name());
        QueryError::new(ErrorKind::Invalid, message)
    }

    /// The set that an argument is.
    pub(crate) fn set(&self, at: usize) -> Result<Arc<Set>, QueryError> {
        match self.value(at) {
            Value::Set(set) => Ok(Arc::clone(set)),
            Value::Empty | Value::Omitted => Ok(Arc::default()),
            Value::Member(..) | Value::Tuple(_) => {
                Ok(Arc::new(Set::of_tuple(&self.tuple(at)?.unwrap_or_default())))
            }
            _ => Err(self.wrong(at, Kind::Set)),
        }
    }

    /// The set that an argument is, written out.
    pub(crate) fn written(&self, at: usize) -> Result<Arc<Written>, QueryError> {
        match self.over {
            Some(written) if at == self.function.set_at() => Ok(Arc::clone(written)),
            _ => Ok(Arc::clone(&self.listed(at)?.written)),
        }
    }

    /// The set that an argument is, written out once for all calls that have the same.
    pub(crate) fn listed(&self, at: usize) -> Result<Rc<Listed>, QueryError> {
        self.scope.listed(&self.set(at)?)
    }

    /// The member that an argument is; `None` where there is none.
    pub(crate) fn member(&self, at: usize) -> Result<Option<Place>, QueryError> {
        match self.value(at) {
            Value::Member(hierarchy, member) => Ok(Some((*hierarchy, *member))),
            Value::Empty | Value::Omitted => Ok(None),
            Value::Tuple(places) if places.len() == 1 => Ok(Some(places[0])),
            _ => Err(self.wrong(at, Kind::Member)),
        }
    }

    /// The tuple that an argument is; `None` where there is none.
    pub(crate) fn tuple(&self, at: usize) -> Result<Option<Vec<Place>>, QueryError> {
        match self.value(at) {
            Value::Tuple(places) => Ok(Some(places.to_vec())),
            Value::Member(hierarchy, member) => Ok(Some(vec![(*hierarchy, *member)])),
            Value::Empty | Value::Omitted => Ok(None),
            _ => Err(self.wrong(at, Kind::Tuple)),
        }
    }

    /// The hierarchy that an argument is, or is of.
    pub(crate) fn hierarchy(&self, at: usize) -> Result<HierarchyRef, QueryError> {
        match self.value(at) {
            Value::Hierarchy(hierarchy)
            | Value::Level(hierarchy, _)
            | Value::Member(hierarchy, _) => Ok(*hierarchy),
            Value::Dimension(None) => Ok(HierarchyRef::Measures),
            Value::Dimension(Some(dimension)) => {
                let own = self.scope.cube.dimensions[*dimension].own_hierarchy();
                let of = |hierarchy| HierarchyRef::Of { dimension: *dimension, hierarchy };
                own.map(of).ok_or_else(|| self.wrong(at, Kind::Hierarchy))
            }
            _ => Err(self.wrong(at, Kind::Hierarchy)),
        }
    }

    /// The level that an argument is, by its field; `None` is the level of the All member.
    pub(crate) fn level(&self, at: usize) -> Result<(HierarchyRef, Option<usize>), QueryError> {
        match self.value(at) {
            Value::Level(hierarchy, field) => Ok((*hierarchy, *field)),
            _ => Err(self.wrong(at, Kind::Level)),
        }
    }

    /// The number that an argument is.
    pub(crate) fn number(&self, at: usize) -> Result<Option<f64>, QueryError> {
        self.value(at).number()
    }

    /// The whole number that an argument is, or a number where it is left out or empty.
    pub(crate) fn whole(&self, at: usize, otherwise: i64) -> Result<i64, QueryError> {
        match self.number(at)? {
            None => Ok(otherwise),
            Some(number) if number.fract() == 0.0 && number.abs() < 1e15 => Ok(number as i64),
            Some(_) => {
                let message =
                    format!("argument {} i {} skal være et helt tal", at + 1, self.function.name);
                Err(QueryError::new(ErrorKind::Invalid, message))
            }
        }
    }

    /// How many an argument says; below zero is none.
    pub(crate) fn count(&self, at: usize, otherwise: usize) -> Result<usize, QueryError> {
        Ok(self.whole(at, otherwise as i64)?.max(0) as usize)
    }

    /// The letters of an argument; an error where there are too many to work on.
    pub(crate) fn text(&self, at: usize) -> Result<Arc<str>, QueryError> {
        texts::short_enough(self.value(at).letters()?)
    }

    /// Whether an argument is a word.
    pub(crate) fn is_word(&self, at: usize, word: &str) -> bool {
        matches!(self.value(at), Value::Text(text) if &**text == word)
    }

    /// The values of an argument at the tuples of the set before it.
    pub(crate) fn list(&self, at: usize) -> &'a [Value] {
        match self.value(at) {
            Value::List(values) => values,
            _ => &[],
        }
    }

    /// The numbers among the values of an argument; an error is passed on.
    pub(crate) fn numbers(&self, at: usize) -> Result<Vec<f64>, QueryError> {
        let found = self.list(at).iter().map(Value::number);
        found.filter_map(Result::transpose).collect()
    }

    /// An error about the call.
    pub(crate) fn invalid(&self, message: impl Into<String>) -> QueryError {
        QueryError::new(ErrorKind::Invalid, message)
    }
}

/// A member as a value.
pub(crate) fn member(hierarchy: HierarchyRef, member: Member) -> Outcome {
    Ok(Value::Member(hierarchy, member))
}
