//! What a part of a question means, with every name resolved.

use std::fmt;
use std::sync::Arc;

use super::bound::{HierarchyRef, Member};
use super::error::QueryError;
use super::evaluate::frame::SetName;
use super::evaluate::value::Value;
use super::functions::{Function, Kind};
use super::parse::{Operator, Span};

/// The functions that tell how many there are, or which one it is.
const COUNTS: [&str; 3] = ["Count", "DistinctCount", "Rank"];

/// A bound expression, and where it stands in which text.
#[derive(Clone)]
pub(crate) struct Expr {
    pub node: Node,
    pub text: Arc<str>,
    pub span: Span,
}

/// What an expression is.
#[derive(Clone, Debug)]
pub(crate) enum Node {
    /// A value, member, level, hierarchy … that is always the same.
    Constant(Value),
    /// The members of several expressions together.
    Tuple(Vec<Expr>),
    /// The value at a member or tuple; at the cell itself where there is none.
    Cell(Option<Box<Expr>>),
    /// Sets one behind the other.
    Braces(Vec<Expr>),
    /// A function.
    Call(&'static Function, Vec<Expr>),
    /// Operators between values, from the left.
    Chain(Box<Expr>, Vec<(Operator, Expr)>),
    /// An operator before a value.
    Prefix(Operator, Box<Expr>),
    /// The first expression whose condition holds, else the last.
    Choose(Vec<(Expr, Expr)>, Box<Expr>),
    /// A set that the question gives a name to, by number: worked out once, at the slicer.
    Named(usize, Arc<Expr>),
    /// A set that is given a name where it stands, by number: worked out wherever it is used.
    Alias(usize, Arc<Expr>),
}

impl fmt::Debug for Expr {
    /// What is meant, without where it is written: expressions that mean the same look the same.
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.node.fmt(to)
    }
}

impl PartialEq for Expr {
    /// What is meant counts, not where it is written.
    fn eq(&self, other: &Expr) -> bool {
        match (&self.node, &other.node) {
            (Node::Constant(left), Node::Constant(right)) => left == right,
            (Node::Tuple(left), Node::Tuple(right)) | (Node::Braces(left), Node::Braces(right)) => {
                left == right
            }
            (Node::Cell(left), Node::Cell(right)) => left == right,
            (Node::Call(left, own), Node::Call(right, other)) => {
                std::ptr::eq(*left, *right) && own == other
            }
            (Node::Chain(left, own), Node::Chain(right, other)) => left == right && own == other,
            (Node::Prefix(left, own), Node::Prefix(right, other)) => left == right && own == other,
            (Node::Choose(left, own), Node::Choose(right, other)) => left == right && own == other,
            (Node::Named(left, own), Node::Named(right, other))
            | (Node::Alias(left, own), Node::Alias(right, other)) => left == right && own == other,
            _ => false,
        }
    }
}

impl Expr {
    /// An expression in the place of another.
    pub(crate) fn like(&self, node: Node) -> Expr {
        Expr { node, text: Arc::clone(&self.text), span: self.span }
    }

    /// An expression that is written nowhere.
    pub(crate) fn unwritten(node: Node) -> Expr {
        Expr { node, text: Arc::from(""), span: Span::default() }
    }

    /// An error pointing here, unless it points somewhere already.
    pub(crate) fn place(&self, error: QueryError) -> QueryError {
        match error.place {
            Some(_) => error,
            None if self.text.is_empty() => error,
            None => error.pointing(&self.text, self.span.range()),
        }
    }

    /// What it gives.
    pub(crate) fn kind(&self) -> Kind {
        match &self.node {
            Node::Constant(value) => Kind::of(value),
            Node::Tuple(_) => Kind::Tuple,
            Node::Cell(_) | Node::Chain(..) | Node::Prefix(..) => Kind::Value,
            Node::Braces(_) | Node::Named(..) | Node::Alias(..) => Kind::Set,
            Node::Choose(branches, last) => {
                let kinds = branches.iter().map(|(_, branch)| branch.kind());
                kinds.chain([last.kind()]).find(|kind| *kind != Kind::Null).unwrap_or(Kind::Null)
            }
            Node::Call(function, arguments) => match function.gives {
                Kind::Same(argument) => arguments.get(argument).map_or(Kind::Value, Expr::kind),
                kind => kind,
            },
        }
    }

    /// The expressions that it is made of.
    pub(crate) fn parts(&self) -> Vec<&Expr> {
        match &self.node {
            Node::Constant(_) => Vec::new(),
            Node::Cell(of) => of.iter().map(|of| &**of).collect(),
            Node::Tuple(parts) | Node::Braces(parts) | Node::Call(_, parts) => {
                parts.iter().collect()
            }
            Node::Chain(first, rest) => {
                std::iter::once(&**first).chain(rest.iter().map(|(_, part)| part)).collect()
            }
            Node::Prefix(_, of) => vec![of],
            Node::Choose(branches, last) => {
                let both = branches.iter().flat_map(|(condition, branch)| [condition, branch]);
                both.chain([&**last]).collect()
            }
            Node::Named(_, of) | Node::Alias(_, of) => vec![of],
        }
    }

    /// Calls `each` with every calculated member that is named, and whether it is looked up where
    /// the cell stands on all other hierarchies.
    pub(crate) fn each_member(&self, each: &mut impl FnMut(HierarchyRef, Member, bool)) {
        self.members(false, each);
    }

    fn members(&self, elsewhere: bool, each: &mut impl FnMut(HierarchyRef, Member, bool)) {
        if let Node::Constant(value) = &self.node {
            match value {
                Value::Member(hierarchy, member) => each(*hierarchy, *member, !elsewhere),
                Value::Tuple(places) => {
                    places.iter().for_each(|(own, member)| each(*own, *member, false));
                }
                _ => {}
            }
        }
        let elsewhere = elsewhere || matches!(&self.node, Node::Tuple(parts) if parts.len() > 1);
        self.parts().into_iter().for_each(|part| part.members(elsewhere, each));
    }

    /// Calls `each` with every member whose value this one is made of, and so may look like: what a
    /// condition asks, and what the members of a set are chosen, ordered or counted by, is none of it.
    pub(crate) fn each_shown(&self, each: &mut impl FnMut(Member)) {
        let is_set = self.kind() == Kind::Set;
        match &self.node {
            Node::Constant(Value::Member(_, member)) => each(*member),
            Node::Constant(Value::Tuple(places)) => {
                places.iter().for_each(|(_, member)| each(*member));
            }
            Node::Choose(branches, last) => {
                branches.iter().for_each(|(_, branch)| branch.each_shown(each));
                last.each_shown(each);
            }
            Node::Call(function, _) if COUNTS.contains(&function.name) => {}
            _ => {
                let parts = self.parts().into_iter();
                let shown = parts.filter(|part| !is_set || part.kind() != Kind::Value);
                shown.for_each(|part| part.each_shown(each));
            }
        }
    }

    /// The hierarchies of the members that are named.
    pub(crate) fn each_hierarchy(&self) -> Vec<HierarchyRef> {
        let mut found: Vec<HierarchyRef> = self.hierarchy().into_iter().collect();
        found.extend(self.parts().into_iter().flat_map(Expr::each_hierarchy));
        found
    }

    /// The name of a set, if it is one that has a name.
    pub(crate) fn set_name(&self) -> Option<SetName> {
        match &self.node {
            Node::Named(number, _) => Some(SetName::Defined(*number)),
            Node::Alias(number, _) => Some(SetName::Alias(*number)),
            _ => None,
        }
    }

    /// Whether some part asks which tuple of a set is being looked at.
    pub(crate) fn asks_current(&self, of: SetName) -> bool {
        let asks = matches!(&self.node, Node::Call(function, arguments)
            if function.name.starts_with("Current")
                && arguments.first().and_then(Expr::set_name) == Some(of));
        asks || self.parts().into_iter().any(|part| part.asks_current(of))
    }

    /// How many parts stand inside each other at most.
    pub(crate) fn height(&self) -> usize {
        1 + self.parts().into_iter().map(Expr::height).max().unwrap_or(0)
    }

    /// How many parts that give values stand inside each other at most, a member that is named
    /// being as deep as `of` says.
    pub(crate) fn depth(&self, of: &impl Fn(Member) -> usize) -> usize {
        if let Node::Constant(value) = &self.node {
            return match value {
                Value::Member(_, member) => of(*member),
                _ => 0,
            };
        }
        let is_value = matches!(self.kind(), Kind::Value | Kind::Null);
        let below = self.parts().into_iter().map(|part| part.depth(of)).max().unwrap_or(0);
        below + usize::from(is_value)
    }
}

/// The hierarchies that a value depends on.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Depends {
    /// On these.
    On(Vec<HierarchyRef>),
    /// On all but these.
    But(Vec<HierarchyRef>),
}

impl Depends {
    pub(crate) const NOTHING: Depends = Depends::On(Vec::new());
    pub(crate) const EVERYTHING: Depends = Depends::But(Vec::new());

    pub(crate) fn on(&self, hierarchy: HierarchyRef) -> bool {
        match self {
            Depends::On(some) => some.contains(&hierarchy),
            Depends::But(some) => !some.contains(&hierarchy),
        }
    }

    /// What either depends on.
    pub(crate) fn or(self, other: Depends) -> Depends {
        match (self, other) {
            (Depends::On(mut left), Depends::On(right)) => {
                left.extend(right);
                Depends::On(left)
            }
            (Depends::But(mut left), Depends::But(right)) => {
                left.retain(|one| right.contains(one));
                Depends::But(left)
            }
            (Depends::But(mut but), Depends::On(on)) | (Depends::On(on), Depends::But(mut but)) => {
                but.retain(|one| !on.contains(one));
                Depends::But(but)
            }
        }
    }

    /// The same, these hierarchies being elsewhere.
    pub(crate) fn without(self, hierarchies: &[HierarchyRef]) -> Depends {
        match self {
            Depends::On(mut some) => {
                some.retain(|one| !hierarchies.contains(one));
                Depends::On(some)
            }
            Depends::But(mut some) => {
                some.extend(hierarchies);
                Depends::But(some)
            }
        }
    }
}

impl Expr {
    /// What the value depends on.
    pub(crate) fn depends(&self) -> Depends {
        let all = |parts: Vec<&Expr>| {
            parts.into_iter().fold(Depends::NOTHING, |sum, part| sum.or(part.depends()))
        };
        match &self.node {
            Node::Constant(_) | Node::Named(..) => Depends::NOTHING,
            Node::Cell(None) => Depends::EVERYTHING,
            Node::Cell(Some(at)) => {
                let parts = match &at.node {
                    Node::Tuple(parts) => parts.iter().collect(),
                    _ => vec![&**at],
                };
                let named = parts.iter().filter_map(|part| part.hierarchy());
                let named: Vec<HierarchyRef> = named.collect();
                Depends::But(named).or(all(parts))
            }
            Node::Call(function, arguments) => match function.depends {
                Some(depends) => depends(arguments),
                None => all(arguments.iter().collect()),
            },
            _ => all(self.parts()),
        }
    }

    /// The hierarchy of the member that an expression gives, where that is known.
    pub(crate) fn hierarchy(&self) -> Option<HierarchyRef> {
        match &self.node {
            Node::Constant(
                Value::Member(hierarchy, _)
                | Value::Hierarchy(hierarchy)
                | Value::Level(hierarchy, _),
            ) => Some(*hierarchy),
            Node::Call(function, arguments) if function.gives == Kind::Member => {
                arguments.first().and_then(Expr::hierarchy)
            }
            _ => None,
        }
    }
}
