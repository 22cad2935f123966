//! `like`: what a cube, or a group, does not say is taken from another.

use super::{Cube, MeasureGroup, Place, Problems, Schema};

impl Schema {
    /// Fills in cubes and groups from those that they are like. One that is named stands before.
    pub(super) fn resolve_likes(&mut self, problems: &mut Problems<'_>) {
        for at in 0..self.cubes.len() {
            let place = Place::top().nth("cube", at);
            let (before, rest) = self.cubes.split_at_mut(at);
            let Some(cube) = rest.first_mut() else { continue };
            if let Some(name) = cube.like.take() {
                match before.iter().find(|one| one.name == name) {
                    Some(base) => cube.fill(base),
                    None => missing(problems, &place, "kuben", &name),
                }
            }
            for (position, group) in cube.groups.iter_mut().enumerate() {
                let Some(name) = group.like.take() else { continue };
                match find_group(before, &name) {
                    Some(base) => {
                        let place = place.nth("group", position);
                        group.fill(base, problems, &place);
                    }
                    None => missing(problems, &place.nth("group", position), "gruppen", &name),
                }
            }
        }
    }
}

fn missing(problems: &mut Problems<'_>, place: &Place, kind: &str, name: &str) {
    let what = format!("'like' henviser til {kind} '{name}', som ikke står længere oppe");
    problems.add(&place.key("like"), what);
}

fn find_group<'a>(cubes: &'a [Cube], name: &str) -> Option<&'a MeasureGroup> {
    let named = |name: &str| cubes.iter().find(|cube| cube.name == name);
    if let Some(cube) = named(name) {
        return cube.groups.first();
    }
    let (cube, group) = name.rsplit_once('/')?;
    named(cube)?.groups.iter().find(|one| one.name == group)
}

impl Cube {
    fn fill(&mut self, base: &Cube) {
        fill(&mut self.groups, &base.groups);
        fill(&mut self.calculated, &base.calculated);
        fill(&mut self.sets, &base.sets);
        fill(&mut self.dimensions, &base.dimensions);
        fill(&mut self.measures, &base.measures);
        self.default_measure = self.default_measure.take().or_else(|| base.default_measure.clone());
    }
}

impl MeasureGroup {
    fn fill(&mut self, base: &MeasureGroup, problems: &mut Problems<'_>, place: &Place) {
        for (own, other) in [
            (&mut self.name, &base.name),
            (&mut self.facts, &base.facts),
            (&mut self.entity, &base.entity),
            (&mut self.first, &base.first),
            (&mut self.last, &base.last),
        ] {
            if own.is_empty() {
                own.clone_from(other);
            }
        }
        for (own, other) in [
            (&mut self.starts, &base.starts),
            (&mut self.ends, &base.ends),
            (&mut self.record, &base.record),
        ] {
            *own = own.take().or_else(|| other.clone());
        }
        for (own, other) in
            [(&mut self.record_noun, &base.record_noun), (&mut self.entity_noun, &base.entity_noun)]
        {
            *own = own.take().or_else(|| other.clone());
        }
        fill(&mut self.dimensions, &base.dimensions);
        fill(&mut self.provenance, &base.provenance);
        fill(&mut self.drill, &base.drill);
        fill(&mut self.measures, &base.measures);
        self.choose(problems, place);
    }

    /// Keeps the measures that `only` names, in its order.
    fn choose(&mut self, problems: &mut Problems<'_>, place: &Place) {
        if self.only.is_empty() {
            return;
        }
        let only = std::mem::take(&mut self.only);
        let mut chosen = Vec::with_capacity(only.len());
        for name in only {
            match self.measures.iter().find(|measure| measure.name == name) {
                Some(measure) => chosen.push(measure.clone()),
                None => problems.add(
                    &place.key("only"),
                    format!("'only' nævner målet '{name}', som ikke findes"),
                ),
            }
        }
        self.measures = chosen;
    }
}

fn fill<T: Clone>(own: &mut Vec<T>, base: &[T]) {
    if own.is_empty() {
        own.extend_from_slice(base);
    }
}
