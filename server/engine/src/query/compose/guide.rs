//! Where values can be at all: the positions of an axis that grids have, if nothing else can have
//! a value.

use hashbrown::{HashMap, HashSet};

use super::super::formula::{Arithmetic, Logic};
use super::super::plan::{AxisPlan, Order};
use super::arithmetic::{arithmetic, comparison, is_true, logic, truth};
use super::node::{Node, NodeId, Nodes};

/// The codes of the positions of an axis at which some grid has a value, in the order asked for;
/// `None` where a measure could have a value elsewhere.
pub(super) fn positions(
    nodes: &Nodes<'_>,
    axis: (usize, &AxisPlan),
    roots: &[NodeId],
) -> Option<Vec<u64>> {
    let mut guide = Guide { nodes, axis, codes: HashSet::new(), found: HashMap::new() };
    for &root in roots {
        if !guide.known(root)?.is_nan() {
            return None;
        }
    }
    let with_measures = |spot: &u64| match axis.1.measure_column() {
        Some(at) => axis.1.columns[at].measure_parts().map(|part| spot + part).collect(),
        None => vec![*spot],
    };
    let codes: HashSet<u64> = guide.codes.iter().flat_map(with_measures).collect();
    Some(match &axis.1.order {
        Order::Listed(list) => list.iter().copied().filter(|code| codes.contains(code)).collect(),
        Order::ByCode => {
            let mut codes: Vec<u64> = codes.into_iter().collect();
            codes.sort_unstable();
            codes
        }
    })
}

struct Guide<'a> {
    nodes: &'a Nodes<'a>,
    axis: (usize, &'a AxisPlan),
    /// Where the grids have values.
    codes: HashSet<u64>,
    /// What is known of nodes, for a node may be part of many.
    found: HashMap<NodeId, Option<f64>>,
}

impl Guide<'_> {
    /// The value of a node at every position that no grid has; `None` where it differs or is not
    /// known.
    fn known(&mut self, node: NodeId) -> Option<f64> {
        if let Some(found) = self.found.get(&node) {
            return *found;
        }
        let found = self.find(node);
        self.found.insert(node, found);
        found
    }

    fn find(&mut self, node: NodeId) -> Option<f64> {
        match &self.nodes.nodes[node] {
            Node::Empty => Some(f64::NAN),
            Node::Number(bits) => Some(f64::from_bits(*bits)),
            Node::Leaf { grid, .. } => {
                let (cube, bound) = (self.nodes.cube, self.nodes.bound);
                self.codes.extend(self.nodes.grids[*grid].guide(cube, bound, self.axis)?);
                Some(f64::NAN)
            }
            Node::Negative(of) => self.known(*of).map(|value| -value),
            Node::Not(of) => self.known(*of).map(|value| truth(!is_true(value))),
            Node::IsEmpty(of) => self.known(*of).map(|value| truth(value.is_nan())),
            Node::Arithmetic(own, left, right) => {
                let (left, right) = (self.known(*left), self.known(*right));
                let is_product = matches!(own, Arithmetic::Times | Arithmetic::Divide);
                match (left, right) {
                    (Some(left), Some(right)) => Some(arithmetic(*own, left, right)),
                    (Some(one), None) | (None, Some(one)) if is_product && one.is_nan() => {
                        Some(f64::NAN)
                    }
                    _ => None,
                }
            }
            Node::Comparison(own, left, right) => {
                let (left, right) = (self.known(*left), self.known(*right));
                Some(comparison(*own, left?, right?))
            }
            Node::Logic(own, left, right) => {
                let (left, right) = (self.known(*left), self.known(*right));
                match (left, right) {
                    (Some(left), Some(right)) => Some(logic(*own, left, right)),
                    (Some(one), None) | (None, Some(one))
                        if *own == Logic::And && !is_true(one) =>
                    {
                        Some(truth(false))
                    }
                    _ => None,
                }
            }
            Node::If(test, yes, no) => match self.known(*test) {
                Some(test) => self.known(if is_true(test) { *yes } else { *no }),
                None => {
                    let (yes, no) = (self.known(*yes)?, self.known(*no)?);
                    (yes.is_nan() && no.is_nan()).then_some(f64::NAN)
                }
            },
            Node::Coalesce(several) => {
                for &one in several {
                    let value = self.known(one)?;
                    if !value.is_nan() {
                        return Some(value);
                    }
                }
                Some(f64::NAN)
            }
            Node::Held(_, of) | Node::Sum { of, .. } => {
                self.known(*of).filter(|value| value.is_nan())
            }
            Node::Aggregate(number) => {
                let whole = *self.nodes.aggregates[*number].parts.first()?;
                self.known(whole).filter(|value| value.is_nan())
            }
        }
    }
}
