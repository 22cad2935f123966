//! A question with every name resolved: what the planner reads, whichever way it was asked.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::evaluate::scope::Visual;
use super::evaluate::set::Set;
use super::evaluate::value::Value;
use super::expr::Expr;
use crate::cube::MeasureRef;

/// A bound question about one cube.
#[derive(Clone, Debug, PartialEq)]
pub struct Bound {
    /// The axes, columns first. No axis at all asks for one cell.
    pub axes: Vec<Axis>,
    /// All must hold. A condition on time narrows the period.
    pub conditions: Vec<Condition>,
    /// The conditions that stand in `WHERE`: the position of each among the conditions, and its
    /// hierarchy. A formula that says where on the hierarchy it looks does so in their place.
    pub sliced: Vec<(usize, HierarchyRef)>,
    /// Conditions that hide members and narrow no figure (`NON VISUAL`).
    pub hidden: Vec<Condition>,
    /// Unions that hide members and narrow no figure.
    pub hidden_unions: Vec<Arc<Union>>,
    /// The measures that an inner `SELECT` leaves; `None` is all.
    pub measures: Option<Vec<Member>>,
    /// The measure of cells whose tuple names none: a stored or a calculated one.
    pub measure: Member,
    /// Where cells stand by `WHERE`: a set for each of its factors.
    pub(crate) slicer: Vec<Arc<Set>>,
    /// The hierarchies that stand at a member other than All where nothing is said.
    pub(crate) defaults: Vec<(HierarchyRef, Member)>,
    /// The calculated members that the question needs, by their numbers.
    pub(crate) calculated: BTreeMap<usize, Calculated>,
    /// The calculated members that the question defines; they are numbered behind those of the cube.
    pub(crate) own: Vec<Own>,
    /// The sets that the question gives names to, bound, where a text may name them.
    pub(crate) sets: Vec<(String, Expr)>,
    /// The sets that the question gives names to, by number, worked out.
    pub(crate) named: Vec<(usize, Value)>,
    /// Unions of boxes, all of which rows must lie in.
    pub unions: Vec<Arc<Union>>,
    /// What whoever asked should know.
    pub warnings: Vec<String>,
    /// The members that show the total of others, numbered behind all calculated members.
    pub(crate) visual: Vec<Visual>,
    /// Whether, among hierarchies of one dimension, a cell under an outer All (the one written
    /// first) exists for the inner All only: the totals of a pivot.
    pub nested_totals: bool,
    /// The properties of members that each axis asks for; nothing where none does.
    pub(crate) properties: Vec<Vec<Asked>>,
    /// The properties of cells that are asked for, as they were written.
    pub(crate) cell_properties: Vec<String>,
}

/// A property of members that is asked for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Asked {
    /// As it was written.
    pub written: String,
    /// Its name.
    pub name: String,
    /// The hierarchies whose members are asked; `None` is all.
    pub of: Option<Vec<HierarchyRef>>,
    /// The level whose members are asked, by its field, the All member's being `None`; all where
    /// none is said.
    pub level: Option<Option<usize>>,
}

impl Bound {
    /// A question about stored measures, without anything that formulas need.
    #[must_use]
    pub fn stored(
        axes: Vec<Axis>,
        conditions: Vec<Condition>,
        measure: MeasureRef,
        nested_totals: bool,
    ) -> Bound {
        Bound {
            axes,
            conditions,
            sliced: Vec::new(),
            hidden: Vec::new(),
            hidden_unions: Vec::new(),
            measures: None,
            measure: Member::Measure(measure),
            slicer: Vec::new(),
            defaults: Vec::new(),
            calculated: BTreeMap::new(),
            own: Vec::new(),
            sets: Vec::new(),
            named: Vec::new(),
            unions: Vec::new(),
            warnings: Vec::new(),
            visual: Vec::new(),
            nested_totals,
            properties: Vec::new(),
            cell_properties: Vec::new(),
        }
    }

    /// Whether members are hidden whose figures count (`NON VISUAL`).
    pub(crate) fn hides(&self) -> bool {
        !self.hidden.is_empty() || !self.hidden_unions.is_empty()
    }
}

/// An axis: the cross product of its factors, the first varying slowest.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Axis {
    /// The factors. A hierarchy occurs in one factor of one axis at most.
    pub factors: Vec<Factor>,
    /// Whether positions that are empty throughout are left out.
    pub non_empty: bool,
}

/// An ordered set of tuples over some hierarchies, duplicates allowed.
#[derive(Clone, Debug, PartialEq)]
pub struct Factor {
    /// The hierarchies of each tuple.
    pub columns: Vec<HierarchyRef>,
    /// The tuples, part by part.
    pub parts: Vec<Part>,
}

impl Factor {
    /// Whether it names calculated members.
    pub(crate) fn has_calculated(&self) -> bool {
        let is_calculated = |member: &Member| matches!(member, Member::Calculated(_));
        self.parts.iter().any(|part| match part {
            Part::Tuples(members) => members.iter().any(is_calculated),
            Part::Level { .. } => false,
        })
    }
}

/// Where a hierarchy stands in its cube.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HierarchyRef {
    /// The measures.
    Measures,
    /// A hierarchy of a dimension, by position.
    Of {
        /// The position of the dimension in the cube.
        dimension: usize,
        /// The position of the hierarchy in the dimension.
        hierarchy: usize,
    },
}

/// Some tuples of a factor.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// Tuples one behind the other, each as long as the factor has columns.
    Tuples(Vec<Member>),
    /// Every member of a level in natural order, never written out: only in a factor of one column.
    Level {
        /// The position of the level's field in the dimension.
        field: usize,
    },
}

/// A member of a hierarchy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Member {
    /// The All member.
    All,
    /// A member of a level.
    Of {
        /// The position of the level's field in the dimension.
        field: usize,
        /// The member's number in the field.
        id: u32,
    },
    /// A stored measure.
    Measure(MeasureRef),
    /// A calculated member, by number: the measures of the cube, then those that the question defines.
    Calculated(usize),
}

impl Member {
    /// The field of members of one level, where each stands once, in the level's order.
    pub(crate) fn ascending(mut members: impl Iterator<Item = Member>) -> Option<usize> {
        let Member::Of { field, id } = members.next()? else { return None };
        let mut last = id;
        let ascends = members.all(|member| match member {
            Member::Of { field: own, id } if own == field && id > last => {
                last = id;
                true
            }
            _ => false,
        });
        ascends.then_some(field)
    }
}

/// A calculated member whose formula is bound.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Calculated {
    /// The name.
    pub name: String,
    /// Decimals shown.
    pub decimals: u8,
    /// Whether nothing says how it is shown: of a value that is not whole, two decimals are.
    pub free: bool,
    /// How it is shown (`FORMAT_STRING`), if that is said.
    pub format: Option<Arc<str>>,
    /// The dimensions on which it has a value at All only.
    pub at_all: Vec<usize>,
    /// Of several calculated members in a cell, the one of the highest order is worked out last.
    pub solve_order: i64,
    /// What it is.
    pub formula: Arc<Expr>,
    /// What formulas say of how its cells look.
    pub looks: Looks,
}

/// How cells look, worked out in each of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Looks {
    /// How they are shown (`FORMAT_STRING`), where that is no text but a formula.
    pub format: Option<Arc<Expr>>,
    /// The colours behind them and of their letters (`BACK_COLOR`, `FORE_COLOR`).
    pub colors: [Option<Arc<Expr>>; 2],
}

impl Looks {
    /// The names of the properties that are colours, in the order in which they stand here.
    pub(crate) const COLORS: [&str; 2] = ["BACK_COLOR", "FORE_COLOR"];

    /// All formulas in it.
    pub(crate) fn each(&self) -> impl Iterator<Item = &Arc<Expr>> {
        self.colors.iter().chain([&self.format]).flatten()
    }
}

/// A calculated member that a question defines.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Own {
    pub hierarchy: HierarchyRef,
    /// The stored member that it stands right below; `None` is the top of the hierarchy, or its All
    /// member.
    pub parent: Option<Member>,
    pub name: String,
    /// What people read of it: its name, where no `CAPTION` is said.
    pub caption: String,
}

/// Combinations that are no product: conditions on several fields, of which one box must hold.
/// Conditions on the single fields stand beside it, as far as they go.
#[derive(Clone, Debug, PartialEq)]
pub struct Union {
    /// The boxes; all conditions of one must hold.
    pub boxes: Vec<Vec<Condition>>,
    /// Whether it stands in `WHERE`.
    pub sliced: bool,
}

impl Union {
    /// The dimensions that it speaks of, each once.
    pub(crate) fn dimensions(&self) -> Vec<usize> {
        let mut all: Vec<usize> = self.boxes.iter().flatten().map(|one| one.dimension).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Whether it speaks of several fields of a dimension: conditions on each do not say the same.
    pub(crate) fn combines(&self, dimension: usize) -> bool {
        let own = self.boxes.iter().flatten().filter(|one| one.dimension == dimension);
        let mut fields = own.map(|one| one.field);
        fields.next().is_some_and(|first| fields.any(|field| field != first))
    }
}

/// A restriction of one field to some of its members, or to all but some.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Condition {
    /// The position of the dimension in the cube.
    pub dimension: usize,
    /// The position of the field in the dimension.
    pub field: usize,
    /// Members of the field.
    pub members: Vec<u32>,
    /// Whether the members are those left out.
    pub except: bool,
}
