//! Random questions, and how one is made smaller.

use terning_engine::cube::MeasureRef;
use terning_engine::query::bound::{Axis, Bound, Condition, Factor, HierarchyRef, Member, Part};

use crate::random::Random;
use crate::scan::ScanDimension;

/// What questions are about.
pub struct Asker<'a> {
    pub dimensions: &'a [ScanDimension],
    pub measures: usize,
}

impl Asker<'_> {
    /// A question as a pivot, an MDX text or a report designer would ask it.
    pub fn question(&self, random: &mut Random) -> Bound {
        match random.below(100) {
            0..40 => self.pivot(random),
            40..90 => self.free(random),
            90..95 => self.one_cell(random),
            _ => self.wide(random),
        }
    }

    fn one_cell(&self, random: &mut Random) -> Bound {
        let conditions = self.conditions(random, 2);
        Bound::stored(Vec::new(), conditions, self.measure(random), false)
    }

    fn measure(&self, random: &mut Random) -> MeasureRef {
        MeasureRef { group: 0, measure: random.below(self.measures) }
    }

    /// Fields on two axes, perhaps with totals, and the measures behind the columns.
    fn pivot(&self, random: &mut Random) -> Bound {
        let mut fields = self.some_fields(random);
        fields.truncate(random.between(0, 4));
        let totals = random.percent(60);
        let all_whole = random.percent(60);
        let mut conditions = self.conditions(random, 3);
        let factors: Vec<Factor> = fields
            .iter()
            .map(|&(dimension, field)| {
                let count = self.dimensions[dimension].fields[field].captions.len() as u32;
                let mut part = Part::Level { field };
                if !all_whole && random.percent(40) {
                    let chosen: Vec<u32> = (0..count).filter(|_| random.percent(50)).collect();
                    let members = chosen.iter().map(|&id| Member::Of { field, id }).collect();
                    part = Part::Tuples(members);
                    conditions.push(Condition { dimension, field, members: chosen, except: false });
                }
                let mut parts = vec![part];
                parts.extend(totals.then(|| Part::Tuples(vec![Member::All])));
                let columns = vec![HierarchyRef::Of { dimension, hierarchy: field }];
                Factor { columns, parts }
            })
            .collect();
        let (columns, rows) = factors.split_at(random.below(factors.len() + 1));
        let mut columns = columns.to_vec();
        columns.push(self.measures(random));
        let non_empty = random.percent(70);
        let axes =
            vec![Axis { factors: columns, non_empty }, Axis { factors: rows.to_vec(), non_empty }];
        Bound::stored(axes, conditions, self.measure(random), totals)
    }

    fn measures(&self, random: &mut Random) -> Factor {
        let mut measures: Vec<Member> = (0..self.measures)
            .map(|measure| Member::Measure(MeasureRef { group: 0, measure }))
            .collect();
        random.shuffle(&mut measures);
        measures.truncate(random.between(1, 3));
        Factor { columns: vec![HierarchyRef::Measures], parts: vec![Part::Tuples(measures)] }
    }

    /// Different fields, often of one dimension, as (dimension, field).
    fn some_fields(&self, random: &mut Random) -> Vec<(usize, usize)> {
        let mut fields: Vec<(usize, usize)> = Vec::new();
        let mut dimensions: Vec<usize> = (0..self.dimensions.len()).collect();
        random.shuffle(&mut dimensions);
        dimensions.truncate(random.between(1, 3));
        for dimension in dimensions {
            fields.extend((0..self.dimensions[dimension].fields.len()).map(|one| (dimension, one)));
        }
        random.shuffle(&mut fields);
        fields
    }

    fn conditions(&self, random: &mut Random, most: usize) -> Vec<Condition> {
        let mut conditions: Vec<Condition> = Vec::new();
        for _ in 0..random.below(most + 1) {
            let mut dimension = random.below(self.dimensions.len());
            if let Some(last) = conditions.last()
                && random.percent(30)
            {
                dimension = last.dimension;
            }
            let field = random.below(self.dimensions[dimension].fields.len());
            let count = self.dimensions[dimension].fields[field].captions.len();
            let length = if random.percent(5) { 0 } else { random.between(1, 4) };
            let members = (0..length).map(|_| random.below(count) as u32).collect();
            conditions.push(Condition { dimension, field, members, except: random.percent(50) });
        }
        conditions
    }

    /// Anything that the types of a question allow.
    fn free(&self, random: &mut Random) -> Bound {
        let mut hierarchies = vec![HierarchyRef::Measures];
        for (dimension, _) in self.some_fields(random) {
            for hierarchy in 0..self.dimensions[dimension].hierarchies.len() {
                let one = HierarchyRef::Of { dimension, hierarchy };
                if !hierarchies.contains(&one) {
                    hierarchies.push(one);
                }
            }
        }
        random.shuffle(&mut hierarchies);
        hierarchies.truncate(random.between(0, 5));
        let count = [0, 1, 1, 2, 2, 2, 2, 2, 2, 3][random.below(10)];
        let axes = (0..count).map(|_| self.free_axis(random, &mut hierarchies)).collect();
        let conditions = self.conditions(random, 4);
        Bound::stored(axes, conditions, self.measure(random), false)
    }

    fn free_axis(&self, random: &mut Random, left: &mut Vec<HierarchyRef>) -> Axis {
        let count = random.below(left.len().min(3) + 1);
        let mut own: Vec<HierarchyRef> = left.drain(..count).collect();
        let mut factors = Vec::new();
        while !own.is_empty() {
            let width = if random.percent(25) { random.between(1, own.len()) } else { 1 };
            let columns: Vec<HierarchyRef> = own.drain(..width).collect();
            factors.push(self.free_factor(random, columns));
        }
        Axis { factors, non_empty: random.percent(50) }
    }

    fn free_factor(&self, random: &mut Random, columns: Vec<HierarchyRef>) -> Factor {
        let parts = if random.percent(3) { 0 } else { random.between(1, 3) };
        let parts = (0..parts)
            .map(|_| match columns.as_slice() {
                [HierarchyRef::Of { dimension, hierarchy }] if random.percent(50) => {
                    let levels = &self.dimensions[*dimension].hierarchies[*hierarchy];
                    Part::Level { field: *random.pick(levels) }
                }
                columns => {
                    let fewest = usize::from(random.percent(95));
                    let tuples = random.between(fewest, 4);
                    let column = |at: usize| columns[at % columns.len()];
                    let members = (0..tuples * columns.len())
                        .map(|at| self.random_member(random, column(at)))
                        .collect();
                    Part::Tuples(members)
                }
            })
            .collect();
        Factor { columns, parts }
    }

    fn random_member(&self, random: &mut Random, column: HierarchyRef) -> Member {
        let HierarchyRef::Of { dimension, hierarchy } = column else {
            return Member::Measure(self.measure(random));
        };
        if random.percent(20) {
            return Member::All;
        }
        let shape = &self.dimensions[dimension];
        let field = *random.pick(&shape.hierarchies[hierarchy]);
        Member::Of { field, id: random.below(shape.fields[field].captions.len()) as u32 }
    }

    /// Many whole fields, whose product nobody could write out: found from the rows alone.
    fn wide(&self, random: &mut Random) -> Bound {
        let mut fields: Vec<(usize, usize)> = Vec::new();
        for (dimension, shape) in self.dimensions.iter().enumerate() {
            fields.extend((0..shape.fields.len()).map(|field| (dimension, field)));
        }
        random.shuffle(&mut fields);
        fields.truncate(random.between(6, 10));
        let factor = |(dimension, field): (usize, usize)| Factor {
            columns: vec![HierarchyRef::Of { dimension, hierarchy: field }],
            parts: vec![Part::Level { field }],
        };
        let mut factors: Vec<Factor> = fields.into_iter().map(factor).collect();
        let columns = factors.split_off(factors.len() - random.below(2));
        let axis = |factors| Axis { factors, non_empty: true };
        let axes = vec![axis(columns), axis(factors)];
        let conditions = self.conditions(random, 1);
        Bound::stored(axes, conditions, self.measure(random), false)
    }
}

/// Questions that are a little smaller: one thing left out.
pub fn smaller(bound: &Bound) -> Vec<Bound> {
    let mut all = Vec::new();
    for at in 0..bound.conditions.len() {
        let mut one = bound.clone();
        one.conditions.remove(at);
        all.push(one);
    }
    for (at, condition) in bound.conditions.iter().enumerate() {
        for member in 0..condition.members.len() {
            let mut one = bound.clone();
            one.conditions[at].members.remove(member);
            all.push(one);
        }
    }
    for (axis, own) in bound.axes.iter().enumerate() {
        let mut one = bound.clone();
        one.axes.remove(axis);
        all.push(one);
        for (at, factor) in own.factors.iter().enumerate() {
            let mut one = bound.clone();
            one.axes[axis].factors.remove(at);
            all.push(one);
            for parts in smaller_parts(factor) {
                let mut one = bound.clone();
                one.axes[axis].factors[at].parts = parts;
                all.push(one);
            }
        }
    }
    all
}

fn smaller_parts(factor: &Factor) -> Vec<Vec<Part>> {
    let mut all = Vec::new();
    for (at, part) in factor.parts.iter().enumerate() {
        let mut parts = factor.parts.clone();
        parts.remove(at);
        all.push(parts);
        let Part::Tuples(members) = part else { continue };
        let width = factor.columns.len();
        for tuple in 0..members.len() / width {
            let mut parts = factor.parts.clone();
            let left = [&members[..tuple * width], &members[(tuple + 1) * width..]].concat();
            parts[at] = Part::Tuples(left);
            all.push(parts);
        }
    }
    all
}
