//! The cubes that are asked: one of two measure groups on the built-in calendar, and one of tables
//! with everything that a dimension can be: ragged and parent-child hierarchies, one without All, and
//! a bridge.

use std::sync::{Arc, LazyLock};

use cube_schema::schema::Schema;
use terning_engine::cube::{Cube, Dimension};
use terning_engine::query::View;
use terning_engine::query::parse::NameKind;
use terning_engine::tables::build_cubes;

use super::model::Name;
use super::vocabulary::bracketed;
use super::{tables, world};

/// Calculated measures of the first cube.
const CALCULATED: &str = r#"
[[cube.calculated]]
name = "Pr. par"
formula = "[Measures].[Borgere] / [Measures].[Par]"
decimals = 2

[[cube.calculated]]
name = "Andel"
formula = "[Measures].[Medlemmer] / ([Measures].[Medlemmer], [Sted].[Geografi].[I alt])"
decimals = 3
"#;

/// Members of a field that are named.
const NAMED: usize = 3;

/// A cube, and the names of what it has.
pub struct World {
    /// All of it.
    pub view: View,
    /// Its name.
    pub cube: String,
    /// Its hierarchies.
    pub hierarchies: Vec<Vec<Name>>,
    /// Its levels.
    pub levels: Vec<Vec<Name>>,
    /// Measures and members, one that a question defines and one that is not there.
    pub members: Vec<Vec<Name>>,
    /// Texts, some of which mean something where they are read: also what reads them.
    pub texts: Vec<String>,
}

/// The cubes.
pub static WORLDS: LazyLock<Vec<World>> =
    LazyLock::new(|| vec![World::of(world::view(CALCULATED)), World::of(of_tables())]);

/// The first cube of the documentation's example.
fn of_tables() -> View {
    let page = include_str!("../../../../docs/skema.md");
    let start = page.find("```toml\n").unwrap() + "```toml\n".len();
    let text = &page[start..start + page[start..].find("```").unwrap()];
    let schema = Schema::parse(text).unwrap();
    let mut cubes = Vec::new();
    build_cubes(&schema, text, &tables::example(), &|_| (), |cube| cubes.push(cube)).unwrap();
    View::everything(Arc::new(cubes.remove(0)))
}

impl World {
    fn of(view: View) -> World {
        let cube = view.cube();
        let (mut hierarchies, mut levels) = (Vec::new(), Vec::new());
        let mut members = measures(cube);
        for dimension in &cube.dimensions {
            for hierarchy in 0..dimension.hierarchies.len() {
                let path = vec![
                    bracketed(&dimension.name),
                    bracketed(&dimension.hierarchies[hierarchy].name),
                ];
                levels.extend(levels_of(dimension, hierarchy, &path));
                members.extend(members_of(cube, dimension, hierarchy, &path));
                hierarchies.push(path);
            }
        }
        let texts = texts(cube, &hierarchies, &members);
        World { cube: cube.name.clone(), hierarchies, levels, members, texts, view }
    }

    /// A member that a question can define: below the first All member.
    pub fn under_all(&self) -> Vec<Name> {
        let cube = self.view.cube();
        let dimensions = cube
            .dimensions
            .iter()
            .flat_map(|own| own.hierarchies.iter().map(move |hierarchy| (own, hierarchy)));
        let mut with_all = dimensions.filter(|(_, hierarchy)| hierarchy.has_all);
        let (dimension, hierarchy) = with_all.next().unwrap();
        let all = hierarchy.all.as_ref().unwrap_or(&cube.all);
        [&dimension.name, &hierarchy.name, all, "egen"].map(bracketed).to_vec()
    }
}

fn measures(cube: &Cube) -> Vec<Vec<Name>> {
    let stored = cube.measures().map(|measure| cube.measure(measure).name.as_str());
    let calculated = cube.calculated.iter().map(|one| one.name.as_str());
    let names = stored.chain(calculated).chain(["eget"]);
    names.map(|name| vec![bracketed("Measures"), bracketed(name)]).collect()
}

fn levels_of<'a>(
    dimension: &'a Dimension,
    hierarchy: usize,
    path: &'a [Name],
) -> impl Iterator<Item = Vec<Name>> + 'a {
    let levels = &dimension.hierarchies[hierarchy].levels;
    levels.iter().map(|&level| with(path, bracketed(&dimension.fields[level].name)))
}

/// The All member, the first members of each level by name and by key, and one that is not there.
fn members_of(
    cube: &Cube,
    dimension: &Dimension,
    hierarchy: usize,
    path: &[Name],
) -> Vec<Vec<Name>> {
    let own = &dimension.hierarchies[hierarchy];
    let mut found = vec![with(path, bracketed("findes ikke"))];
    if own.has_all {
        found.push(with(path, bracketed(own.all.as_ref().unwrap_or(&cube.all))));
    }
    for &level in &own.levels {
        let field = &dimension.fields[level];
        let path = with(path, bracketed(&field.name));
        for member in 0..field.len().min(NAMED) {
            found.push(with(&path, bracketed(field.captions.get(member))));
            let key = field.keys.get(member).to_owned();
            found.push(with(&path, Name { kind: NameKind::Key, letters: key }));
        }
    }
    found
}

fn with(path: &[Name], name: Name) -> Vec<Name> {
    let mut path = path.to_vec();
    path.push(name);
    path
}

fn texts(cube: &Cube, hierarchies: &[Vec<Name>], members: &[Vec<Name>]) -> Vec<String> {
    let written = |path: &Vec<Name>| {
        let name = |name: &Name| match name.kind {
            NameKind::Key => format!("&[{}]", name.letters),
            _ => format!("[{}]", name.letters),
        };
        path.iter().map(name).collect::<Vec<_>>().join(".")
    };
    let groups = cube.groups.iter().map(|group| group.name.clone());
    let sets = hierarchies.iter().step_by(2).map(|path| format!("{}.Members", written(path)));
    let members = members.iter().step_by(5).map(written);
    let others = ["", "Aby", "#,##0.0", "[egen]", "[Measures].[eget]", "2024-03-06", "yyyy", "d"];
    let reading = "StrToValue('[Measures].[eget]') + 1".to_owned();
    let others = others.map(str::to_owned).into_iter().chain([reading]);
    others.chain(groups).chain(sets).chain(members).collect()
}
