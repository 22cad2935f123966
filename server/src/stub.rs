//! Stand-ins until the engine's own entry arrives.
#![allow(missing_docs)]
use terning_engine::cube::Cube;
use terning_engine::cube::array::Owner;
use terning_engine::query::{Cancel, CellSet, ErrorKind, Limits, Pivot, QueryError, View};

pub enum Question<'a> {
    Mdx(&'a str),
    Pivot(&'a Pivot),
}
pub struct Answer {
    pub view: usize,
    pub cells: CellSet,
}
pub fn answer(
    _views: &[View],
    question: &Question<'_>,
    _limits: &Limits,
    _cancel: &Cancel,
) -> Result<Answer, QueryError> {
    let error = QueryError::new(ErrorKind::Syntax, "endnu ikke");
    Err(match question {
        Question::Mdx(text) => error.at(text, 0..text.len()),
        Question::Pivot(pivot) => error.hint(pivot.cube.clone()),
    })
}
pub fn translate(_views: &[View], _pivot: &Pivot) -> Result<String, QueryError> {
    Err(QueryError::new(ErrorKind::Syntax, "endnu ikke"))
}
pub mod snapshot {
    use super::{Cube, Owner};
    pub fn open(_owner: Owner) -> Result<Vec<Cube>, String> {
        Ok(Vec::new())
    }
}
pub mod names {
    use super::Cube;
    use terning_engine::query::bound::{HierarchyRef, Member};
    pub fn member(_cube: &Cube, _hierarchy: HierarchyRef, member: Member) -> String {
        format!("{member:?}")
    }
    pub fn caption(_cube: &Cube, member: Member, _hierarchy: HierarchyRef) -> String {
        format!("{member:?}")
    }
    pub fn hierarchy(_cube: &Cube, hierarchy: HierarchyRef) -> String {
        format!("{hierarchy:?}")
    }
    pub fn level(_cube: &Cube, _hierarchy: HierarchyRef, member: Member) -> String {
        format!("{member:?}")
    }
    pub fn path(_cube: &Cube, _hierarchy: HierarchyRef, member: Member) -> Vec<String> {
        vec![format!("{member:?}")]
    }
}
