//! What a set is of, as it is written: the hierarchies and the measures that its tuples stand at.

use super::value::Value;
use crate::query::bound::{HierarchyRef, Member};
use crate::query::expr::{Expr, Node};
use crate::query::functions::{Function, Kind};

/// What the tuples of a set stand at.
#[derive(Default)]
pub(super) struct Named {
    pub hierarchies: Vec<HierarchyRef>,
    /// The measures that some of them stand at.
    pub measures: Vec<Member>,
}

impl Named {
    /// Of a set; `None` where it is not known, or where calculated members of dimensions may be among
    /// them.
    pub(super) fn of(set: &Expr) -> Option<Named> {
        match &set.node {
            Node::Constant(Value::Member(hierarchy, member)) => {
                Named::default().at(*hierarchy, *member)
            }
            Node::Constant(Value::Tuple(places)) => {
                let mut places = places.iter();
                places.try_fold(Named::default(), |named, (own, member)| named.at(*own, *member))
            }
            Node::Constant(Value::Hierarchy(own) | Value::Level(own, _)) => {
                let hierarchies = vec![*own];
                (*own != HierarchyRef::Measures).then(|| Named { hierarchies, ..Named::default() })
            }
            Node::Constant(_) | Node::Cell(_) | Node::Chain(..) | Node::Prefix(..) => None,
            Node::Tuple(parts) | Node::Braces(parts) => Named::of_all(parts.iter()),
            Node::Choose(branches, last) => {
                Named::of_all(branches.iter().map(|(_, branch)| branch).chain([&**last]))
            }
            Node::Named(_, of) | Node::Alias(_, of) => Named::of(of),
            Node::Call(function, arguments) => Named::of_call(function, arguments),
        }
    }

    /// Of what a function gives of its sets, members, levels and hierarchies.
    fn of_call(function: &Function, arguments: &[Expr]) -> Option<Named> {
        if GIVES_CALCULATED.contains(&function.name) || function.name.starts_with("Drill") {
            return None;
        }
        let is_place = |one: &&Expr| {
            matches!(
                one.kind(),
                Kind::Member | Kind::Tuple | Kind::Set | Kind::Level | Kind::Hierarchy
            )
        };
        let named = Named::of_all(arguments.iter().filter(is_place))?;
        let is_known = named.measures.is_empty() || KEEPS_MEASURES.contains(&function.name);
        (is_known && !named.is_empty()).then_some(named)
    }

    fn of_all<'a>(parts: impl Iterator<Item = &'a Expr>) -> Option<Named> {
        let mut all = Named::default();
        for part in parts {
            let own = Named::of(part)?;
            all.hierarchies.extend(own.hierarchies);
            all.measures.extend(own.measures);
        }
        Some(all)
    }

    fn at(mut self, hierarchy: HierarchyRef, member: Member) -> Option<Named> {
        match (hierarchy, member) {
            (HierarchyRef::Measures, measure) => self.measures.push(measure),
            (HierarchyRef::Of { .. }, Member::Calculated(_)) => return None,
            (HierarchyRef::Of { .. }, _) => self.hierarchies.push(hierarchy),
        }
        Some(self)
    }

    fn is_empty(&self) -> bool {
        self.hierarchies.is_empty() && self.measures.is_empty()
    }
}

/// Functions whose tuples have no other measures than those of the sets that they are given.
const KEEPS_MEASURES: &[&str] = &[
    "CrossJoin",
    "Union",
    "Distinct",
    "Filter",
    "TopCount",
    "BottomCount",
    "Head",
    "Tail",
    "Order",
    "Except",
    "Intersect",
    "NonEmpty",
    "Existing",
    "Exists",
    "Subset",
    "Hierarchize",
];

/// Functions that can give calculated members which their sets do not name, beside those that drill.
const GIVES_CALCULATED: &[&str] = &["AddCalculatedMembers", "AllMembers", "VisualTotals"];
