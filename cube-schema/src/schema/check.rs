//! Whether a schema keeps its own promises. All that is wrong is noted.

use std::collections::HashSet;

use super::{
    CalculatedMeasure, Cube, Dimension, DimensionUse, FieldName, Hierarchy, Level, LevelUse,
    MeasureGroup, Place, Problems, Provenance, Role, Schema, Sight, disclosure, measures, records,
};
use crate::day::Month;

impl Schema {
    pub(super) fn check(&self, problems: &mut Problems<'_>) {
        let top = Place::top();
        let names = self.dimensions.iter().map(|dimension| dimension.name.as_str());
        distinct(problems, "dimensionen", "", names, |at| top.nth("dimension", at));
        let names = self.cubes.iter().map(|cube| cube.name.as_str());
        distinct(problems, "kuben", "", names, |at| top.nth("cube", at));
        let names = self.roles.iter().map(|role| role.name.as_str());
        distinct(problems, "rollen", "", names, |at| top.nth("role", at));
        self.check_months(problems);
        for (at, dimension) in self.dimensions.iter().enumerate() {
            dimension.check(self.is_of_tables(), &top.nth("dimension", at), problems);
        }
        for (at, cube) in self.cubes.iter().enumerate() {
            self.check_cube(cube, &top.nth("cube", at), problems);
        }
        for (at, role) in self.roles.iter().enumerate() {
            self.check_role(role, &top.nth("role", at), problems);
        }
        if self.is_of_tables() {
            self.check_tables(problems);
        }
    }

    fn check_months(&self, problems: &mut Problems<'_>) {
        let needed = !self.is_of_tables() || self.has_days();
        let first = (&self.first_month, "first_month", needed);
        let last = self.last_month.as_ref().map(|last| (last, "last_month", true));
        for (month, key, needed) in [Some(first), last].into_iter().flatten() {
            if (needed || !month.is_empty()) && Month::parse(month).is_none() {
                let what = format!("{key} skal være en måned, for eksempel 2013-01");
                problems.add(&Place::top().key(key), what);
            }
        }
    }

    /// Whether the calendar or some facts have days.
    #[must_use]
    pub fn has_days(&self) -> bool {
        let groups = || self.cubes.iter().flat_map(|cube| &cube.groups);
        self.dimensions.iter().any(Dimension::is_time)
            || groups().any(|group| !group.first.is_empty())
    }

    fn check_role(&self, role: &Role, place: &Place, problems: &mut Problems<'_>) {
        let name = format!("rollen '{}'", role.name);
        let cubes = role.cubes.iter().map(|one| one.cube.as_str());
        distinct(problems, "kuben", &format!(" i {name}"), cubes, |at| place.nth("cubes", at));
        for (at, sight) in role.cubes.iter().enumerate() {
            let place = place.nth("cubes", at);
            let Some(cube) = self.cubes.iter().find(|cube| cube.name == sight.cube) else {
                missing(problems, &place, &name, "kuben", &sight.cube);
                continue;
            };
            for hidden in &sight.hidden {
                check_used(cube, hidden, &name, &place, problems);
            }
            for rows in sight.rows.iter().chain(&sight.records) {
                self.check_rows(role, cube, rows, &place, problems);
                check_deliveries(sight, cube, &name, &place, problems);
            }
        }
    }

    fn check_rows(
        &self,
        role: &Role,
        cube: &Cube,
        rows: &FieldName,
        place: &Place,
        problems: &mut Problems<'_>,
    ) {
        let name = format!("rollen '{}'", role.name);
        let Some(dimension) = check_used(cube, &rows.dimension, &name, place, problems) else {
            return;
        };
        let dimension = self.dimension(&dimension);
        if !dimension.is_some_and(|one| one.has_field(&rows.field)) {
            missing(problems, place, &name, "feltet", &rows.field);
        }
        let mut uses = cube.groups.iter().flat_map(|group| &group.dimensions);
        let changes = |usage: &DimensionUse| {
            usage.name() == rows.dimension && (usage.column.is_none() || usage.steps.is_some())
        };
        problems.ensure(!uses.any(changes), place, || {
            format!(
                "{name}: 'rows' og 'records' kan ikke vælges med en dimension, der skifter over tid"
            )
        });
        problems.ensure(role.parameter.is_some(), place, || {
            format!("{name}: 'rows' og 'records' kræver, at rollen har en 'parameter'")
        });
    }

    fn check_cube(&self, cube: &Cube, place: &Place, problems: &mut Problems<'_>) {
        let of = format!(" i kuben '{}'", cube.name);
        let measures = cube.groups.iter().flat_map(|group| &group.measures);
        let stored: Vec<&str> = measures.map(|measure| measure.name.as_str()).collect();
        let calculated = cube.calculated.iter().filter(|one| one.parent.is_none());
        let calculated: Vec<&str> = calculated.map(|one| one.name.as_str()).collect();
        let names = stored.iter().chain(&calculated).copied();
        distinct(problems, "målet", &of, names, |_| place.clone());
        let sets = cube.sets.iter().map(|set| set.name.as_str());
        distinct(problems, "mængden", &of, sets, |at| place.nth("set", at));
        for (at, set) in cube.sets.iter().enumerate() {
            let is_it = |one: &&str| one.to_lowercase() == set.name.to_lowercase();
            let is_measure = stored.iter().chain(&calculated).any(is_it);
            problems.ensure(!is_measure, &place.nth("set", at), || {
                format!("mængden '{}'{of} hedder som et mål; giv den et andet navn", set.name)
            });
        }
        problems.ensure(!cube.groups.is_empty(), place, || {
            format!("kuben '{}' har ingen målgruppe ([[cube.group]])", cube.name)
        });
        let known = |name: &String| stored.contains(&name.as_str());
        for name in cube.measures.iter().filter(|name| !known(name)) {
            missing(
                problems,
                &place.key("measures"),
                &format!("kuben '{}'", cube.name),
                "målet",
                name,
            );
        }
        if let Some(name) = &cube.default_measure
            && !known(name)
            && !calculated.contains(&name.as_str())
        {
            let place = place.key("default_measure");
            missing(problems, &place, &format!("kuben '{}'", cube.name), "målet", name);
        }
        if let Some(own) = &cube.disclosure {
            disclosure::check(cube, own, &place.key("disclosure"), problems);
        }
        for name in &cube.dimensions {
            let place = place.key("dimensions");
            check_used(cube, name, &format!("kuben '{}'", cube.name), &place, problems);
        }
        for (at, measure) in cube.calculated.iter().enumerate() {
            self.check_calculated(cube, measure, &place.nth("calculated", at), problems);
        }
        for (at, group) in cube.groups.iter().enumerate() {
            self.check_group(cube, group, &place.nth("group", at), problems);
        }
        records::check(self, cube, place, problems);
    }

    fn check_calculated(
        &self,
        cube: &Cube,
        measure: &CalculatedMeasure,
        place: &Place,
        problems: &mut Problems<'_>,
    ) {
        let name = format!("målet '{}' i kuben '{}'", measure.name, cube.name);
        let known = |name: &&String| {
            self.dimension(name).is_some()
                || cube
                    .groups
                    .iter()
                    .flat_map(|group| &group.dimensions)
                    .any(|one| one.name() == *name)
        };
        for dimension in measure.at_all.iter().filter(|name| !known(name)) {
            missing(problems, place, &name, "dimensionen", dimension);
        }
    }

    fn check_group(
        &self,
        cube: &Cube,
        group: &MeasureGroup,
        place: &Place,
        problems: &mut Problems<'_>,
    ) {
        let name = format!("gruppen '{}' i kuben '{}'", group.name, cube.name);
        let used = group.dimensions.iter().map(DimensionUse::name);
        let of = format!(" i {name}");
        distinct(problems, "dimensionen", &of, used, |at| place.nth("dimensions", at));
        let tables = self.is_of_tables();
        let needed = [("facts", &group.facts, true), ("entity", &group.entity, !tables)];
        let days = [("first", &group.first, !tables), ("last", &group.last, !tables)];
        for (key, value, needed) in needed.into_iter().chain(days) {
            problems
                .ensure(!needed || !value.is_empty(), place, || format!("{name} mangler '{key}'"));
        }
        for (at, usage) in group.dimensions.iter().enumerate() {
            let place = place.nth("dimensions", at);
            match self.dimension(&usage.dimension) {
                None => missing(problems, &place, &name, "dimensionen", &usage.dimension),
                Some(dimension) => {
                    let checked = measures::check_use(usage, dimension, group, tables);
                    note(problems, &place, &name, checked);
                }
            }
        }
        let headings = group.provenance.iter().map(|column| column.name.as_str());
        distinct(problems, "kolonnen", &of, headings, |at| place.nth("provenance", at));
        problems.ensure(!group.measures.is_empty(), place, || format!("{name} har ingen mål"));
        for (at, measure) in group.measures.iter().enumerate() {
            let checked = measures::check_measure(measure, group, self.day_count, tables);
            let name = format!("målet '{}' i {name}", measure.name);
            note(problems, &place.nth("measures", at), &name, checked);
        }
    }
}

fn note(problems: &mut Problems<'_>, place: &Place, name: &str, checked: Result<(), &'static str>) {
    if let Err(what) = checked {
        problems.add(place, format!("{name}: {what}"));
    }
}

pub(super) fn missing(
    problems: &mut Problems<'_>,
    place: &Place,
    who: &str,
    kind: &str,
    name: &str,
) {
    problems.add(place, format!("{who} henviser til {kind} '{name}', som ikke findes"));
}

/// That a cube has a dimension; the name of it in the schema.
fn check_used(
    cube: &Cube,
    name: &str,
    who: &str,
    place: &Place,
    problems: &mut Problems<'_>,
) -> Option<String> {
    let mut uses = cube.groups.iter().flat_map(|group| &group.dimensions);
    let found = uses.find(|usage| usage.name() == name).map(|usage| usage.dimension.clone());
    if found.is_none() {
        let who = format!("{who} i kuben '{}'", cube.name);
        missing(problems, place, &who, "dimensionen", name);
    }
    found
}

impl Dimension {
    /// Whether a field or a level has a name.
    fn has_field(&self, name: &str) -> bool {
        self.fields.iter().any(|field| field.name == name)
            || self.own_levels().any(|(_, level)| level.name == name)
    }

    fn check(&self, of_tables: bool, place: &Place, problems: &mut Problems<'_>) {
        let name = format!("dimensionen '{}'", self.name);
        let fields = self.fields.iter().map(|field| &field.name);
        let hierarchies = self.hierarchies.iter().map(|hierarchy| &hierarchy.name);
        let all = fields.chain(hierarchies).map(String::as_str);
        distinct(problems, "feltet", &format!(" i {name}"), all, |_| place.clone());
        problems.ensure(!self.fields.is_empty() || !self.hierarchies.is_empty(), place, || {
            format!("{name} har hverken felter eller hierarkier")
        });
        problems.ensure(!of_tables || self.is_time() || self.key.is_some(), place, || {
            format!("{name} mangler 'key': kolonnen, som fakta peger på den med")
        });
        for (at, field) in self.fields.iter().enumerate() {
            let fits =
                self.is_time() == field.grain.is_some() && self.is_time() == field.key.is_empty();
            problems.ensure(fits, &place.nth("fields", at), || {
                let what = "et tidsfelt skal have 'grain', alle andre 'key'";
                format!("feltet '{}' i {name}: {what}", field.name)
            });
        }
        for (at, hierarchy) in self.hierarchies.iter().enumerate() {
            self.check_hierarchy(hierarchy, &place.nth("hierarchies", at), problems);
        }
    }

    fn check_hierarchy(&self, hierarchy: &Hierarchy, place: &Place, problems: &mut Problems<'_>) {
        let name = format!("hierarkiet '{}' i dimensionen '{}'", hierarchy.name, self.name);
        let levels = hierarchy.levels.iter().map(LevelUse::name);
        distinct(problems, "niveauet", &format!(" i {name}"), levels, |at| place.nth("levels", at));
        problems
            .ensure(!hierarchy.levels.is_empty(), place, || format!("{name} har ingen niveauer"));
        let own = hierarchy.levels.iter().filter(|level| level.own().is_some()).count();
        let alike = own == 0 || own == hierarchy.levels.len();
        problems.ensure(alike, place, || {
            format!("{name}: niveauer er enten alle felter eller alle hierarkiets egne")
        });
        let deep = hierarchy.parent_child().is_none() || hierarchy.levels.len() == 1;
        problems.ensure(deep, place, || {
            format!("{name}: et niveau med 'parent' skal være hierarkiets eneste")
        });
        for (at, level) in hierarchy.levels.iter().enumerate() {
            let place = place.nth("levels", at);
            match level {
                LevelUse::Field(field) if !self.fields.iter().any(|own| own.name == *field) => {
                    missing(problems, &place, &name, "feltet", field);
                }
                LevelUse::Field(_) => {}
                LevelUse::Own(level) => level.check(&name, &place, problems),
            }
        }
    }
}

impl Level {
    fn check(&self, of: &str, place: &Place, problems: &mut Problems<'_>) {
        let name = format!("niveauet '{}' i {of}", self.name);
        problems.ensure(!self.key.is_empty(), place, || format!("{name} mangler 'key'"));
        problems.ensure(self.root.is_none() || self.parent.is_some(), place, || {
            format!("{name}: 'root' hører til 'parent'")
        });
        problems.ensure(self.parent.is_none() || self.hide == super::Hide::Never, place, || {
            format!("{name}: et niveau med 'parent' kan ikke have 'hide'")
        });
        let properties = self.properties.iter().map(|property| property.name.as_str());
        let of = format!(" i {name}");
        distinct(problems, "egenskaben", &of, properties, |at| place.nth("properties", at));
    }
}

/// That whoever sees some records only, with the deliveries, is shown a column of his own for each
/// that tells of a delivery.
fn check_deliveries(
    sight: &Sight,
    cube: &Cube,
    name: &str,
    place: &Place,
    problems: &mut Problems<'_>,
) {
    let mut columns = cube.groups.iter().flat_map(|group| &group.provenance);
    let tells = |column: &&Provenance| column.delivery && column.own.is_none();
    if let Some(column) = columns.find(tells).filter(|_| sight.deliveries) {
        let what = "fortæller om leverancen og skal have 'own' til den, der kun ser nogle ydelser";
        let place_name = format!("kolonnen '{}' i kuben '{}' ({name})", column.name, cube.name);
        problems.add(place, format!("{place_name}: {what}"));
    }
}

fn distinct<'a>(
    problems: &mut Problems<'_>,
    kind: &str,
    of: &str,
    names: impl Iterator<Item = &'a str>,
    place: impl Fn(usize) -> Place,
) {
    let mut seen = HashSet::new();
    for (at, name) in names.enumerate() {
        if !seen.insert(name.to_lowercase()) {
            let what =
                format!("{kind} '{name}' er defineret to gange{of}; giv den ene et andet navn");
            problems.add(&place(at), what);
        }
    }
}
