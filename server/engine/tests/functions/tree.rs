//! The members of a hierarchy as a plain table, and the engine's answer in its words.

use std::sync::LazyLock;

use proptest::prelude::*;
use terning_engine::query::names::{Names, caption};
use terning_engine::query::{Cancel, Limits, QueryError, Question, View, answer};

use crate::world;

/// A member: its caption, its unique path and its parent by number.
pub struct Node {
    pub caption: &'static str,
    pub path: &'static str,
    pub parent: Option<usize>,
}

/// `[Sted].[Geografi]`, each member above those it contains. Its levels are All, Region, Kommune.
pub const PLACES: [Node; 7] = [
    node("I alt", "[Sted].[Geografi].[I alt]", None),
    node("Nord", "[Sted].[Geografi].[Nord]", Some(0)),
    node("Aby", "[Sted].[Geografi].[Nord].[Aby]", Some(1)),
    node("Bby", "[Sted].[Geografi].[Nord].[Bby]", Some(1)),
    node("Syd", "[Sted].[Geografi].[Syd]", Some(0)),
    node("Cby", "[Sted].[Geografi].[Syd].[Cby]", Some(4)),
    node("Dby", "[Sted].[Geografi].[Syd].[Dby]", Some(4)),
];

/// The levels of [`PLACES`], from the top down.
pub const LEVELS: [&str; 3] =
    ["[Sted].[Geografi].[(All)]", "[Sted].[Geografi].[Region]", "[Sted].[Geografi].[Kommune]"];

/// The years, a second hierarchy to cross with.
pub const YEARS: [(&str, &str); 2] = [("2019", "[Tid].[År].[2019]"), ("2020", "[Tid].[År].[2020]")];

const fn node(caption: &'static str, path: &'static str, parent: Option<usize>) -> Node {
    Node { caption, path, parent }
}

/// The number of levels above a member.
pub fn depth(at: usize) -> usize {
    PLACES[at].parent.map_or(0, |parent| depth(parent) + 1)
}

/// Whether a member stands below another.
pub fn is_below(at: usize, above: usize) -> bool {
    PLACES[at].parent.is_some_and(|parent| parent == above || is_below(parent, above))
}

/// The members right below one.
pub fn children(at: usize) -> Vec<usize> {
    (0..PLACES.len()).filter(|&one| PLACES[one].parent == Some(at)).collect()
}

/// The text of a set.
pub fn written(members: &[usize]) -> String {
    let paths: Vec<_> = members.iter().map(|&at| PLACES[at].path).collect();
    format!("{{{}}}", paths.join(", "))
}

/// Some members, perhaps more than once.
pub fn some(least: usize) -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(0..PLACES.len(), least..8)
}

static VIEW: LazyLock<View> = LazyLock::new(|| world::view(""));

fn ask(text: &str) -> Result<Vec<Vec<String>>, QueryError> {
    let views = std::slice::from_ref(&*VIEW);
    let found = answer(views, &Question::Mdx(text), &Limits::default(), &Cancel::default())?;
    let names = Names::new(VIEW.cube(), &found.cells.own);
    let axis = &found.cells.axes[0];
    let one = |at: usize| {
        let members = axis.columns.iter().zip(axis.position(at));
        members.map(|(column, member)| caption(names, *column, *member).to_owned()).collect()
    };
    Ok((0..axis.count).map(one).collect())
}

/// The captions of a set's tuples.
pub fn tuples(set: &str) -> Vec<Vec<String>> {
    let text = format!("SELECT {set} ON 0 FROM Lille");
    match ask(&text) {
        Ok(tuples) => tuples,
        // A set of no hierarchy is refused on an axis: that is how no member looks from outside.
        Err(error) if error.message == "mængden {} er tom" => Vec::new(),
        Err(error) => panic!("{text}\n{}", error.explained()),
    }
}

/// The numbers of a set's members.
pub fn members(set: &str) -> Vec<usize> {
    let number = |tuple: &Vec<String>| {
        PLACES.iter().position(|one| one.caption == tuple[0]).unwrap_or_else(|| panic!("{tuple:?}"))
    };
    tuples(set).iter().map(number).collect()
}

/// Whether a condition holds: the set that is filtered by it stays.
pub fn holds(condition: &str) -> bool {
    !tuples(&format!("Filter({{[Tid].[År].[2019]}}, {condition})")).is_empty()
}

/// The error of a set, in its first words.
pub fn failure(set: &str) -> String {
    ask(&format!("SELECT {set} ON 0 FROM Lille")).unwrap_err().message
}
