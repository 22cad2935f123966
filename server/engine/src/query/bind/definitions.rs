//! What a question gives names to with `WITH`, and the sets that the schema has given names.

use std::cell::{Cell, RefCell};

use super::context::Context;
use super::resolve::{self, Entity};
use super::sets::Set;
use super::{ErrorKind, QueryError, View, expr};
use crate::cube::dimension::{fold, same};
use crate::query::bound::HierarchyRef;
use crate::query::names::MEASURES;
use crate::query::parse::{self, Definition, Expr, ExprKind, Name, Select, Span};

/// Definitions of one question. A tool writes some tens; names are looked for one by one.
const MAX_DEFINITIONS: usize = 200;

/// Named sets that are made of each other. Each may nest its brackets as deep as a text may, and
/// binding recurses through them all on the 2 MB of a server's thread.
const MAX_OPEN_SETS: usize = 8;

/// How often named sets are bound in one question: each use of a name binds it anew, so that sets
/// made of each other could double their work with every name.
const MAX_SETS_BOUND: usize = 10_000;

/// Parts of one formula. Binding, making ready and working out recurse through a formula that is
/// as deep as it is long (`1 + 1 + …`), on the 2 MB of a server's thread.
const MAX_PARTS: usize = 500;

/// The definitions of one question.
#[derive(Default)]
pub(super) struct Definitions<'q> {
    members: Vec<(String, &'q Definition<'q>)>,
    sets: Vec<(String, &'q Definition<'q>)>,
    /// The sets that are being bound, the innermost last.
    open: RefCell<Vec<String>>,
    /// How often a set has been bound.
    sets_bound: Cell<usize>,
    /// The parts of the formula that is being bound.
    parts: Cell<usize>,
}

impl<'q> Definitions<'q> {
    /// Reads the names of what a question defines.
    pub(super) fn new(view: &View, query: &'q Select<'q>) -> Result<Definitions<'q>, QueryError> {
        if let Some(first) = query.definitions.get(MAX_DEFINITIONS) {
            let message = format!("et spørgsmål kan højst definere {MAX_DEFINITIONS} navne");
            return Err(QueryError::new(ErrorKind::TooLarge, message)
                .hint("udelad de definitioner, der ikke bruges, eller spørg ad flere gange")
                .at(query.text, first.name.first().map_or(0..0, |name| name.span.range())));
        }
        let mut found = Definitions::default();
        for definition in &query.definitions {
            let own = Own { view, text: query.text, definition };
            if definition.is_member {
                let name = own.measure_name(&found)?;
                found.members.push((name, definition));
            } else {
                let name = own.set_name(&found)?;
                found.sets.push((name, definition));
            }
        }
        Ok(found)
    }

    /// The position of a measure that the question defines.
    pub(super) fn find_member(&self, name: &str) -> Option<usize> {
        self.members.iter().position(|(own, _)| same(own, name))
    }

    /// Begins a formula.
    pub(super) fn begin_formula(&self) {
        self.parts.set(0);
    }

    /// Counts a part of the formula that is being bound.
    pub(super) fn count_part(context: Context<'_>, span: Span) -> Result<(), QueryError> {
        let parts = &context.definitions.parts;
        parts.set(parts.get() + 1);
        match parts.get() > MAX_PARTS {
            true => Err(context
                .too_large(format!("en formel må højst have {MAX_PARTS} dele"), span)
                .hint("brug Sum over en mængde, eller del formlen op i flere mål")),
            false => Ok(()),
        }
    }

    /// The measures that the question defines.
    pub(super) fn members(&self) -> &[(String, &'q Definition<'q>)] {
        &self.members
    }

    /// The set of a name that the question or the schema defines, bound; `None` where there is
    /// none. It is written out in the context of the whole question.
    pub(super) fn set(context: Context<'_>, name: &str) -> Option<Result<Set, QueryError>> {
        let own = context.definitions.sets.iter().find(|(own, _)| same(own, name));
        if let Some((name, definition)) = own {
            return Some(once(context, name, || {
                expr::set(context.in_text(&definition.text), &definition.expr)
            }));
        }
        let set = context.cube.find_set(name)?;
        Some(once(context, &set.name, || {
            let parsed = parse::expression(&set.formula)?;
            expr::set(context.in_text(&set.formula), &parsed)
        }))
    }

    /// The expression that a set of the schema is, with its text.
    pub(super) fn schema_set<'a>(
        context: Context<'a>,
        name: &str,
    ) -> Option<Result<(Context<'a>, Expr), QueryError>> {
        if context.definitions.sets.iter().any(|(own, _)| same(own, name)) {
            return None;
        }
        let set = context.cube.find_set(name)?;
        let parsed = parse::expression(&set.formula);
        Some(parsed.map(|parsed| (context.in_text(&set.formula), parsed)))
    }
}

/// Binds what a set's name stands for, unless that is going on already.
pub(super) fn once<T>(
    context: Context<'_>,
    name: &str,
    bind: impl FnOnce() -> Result<T, QueryError>,
) -> Result<T, QueryError> {
    let open = &context.definitions.open;
    if open.borrow().iter().any(|one| same(one, name)) {
        let message = format!("mængden '{name}' bruger sig selv");
        return Err(QueryError::new(ErrorKind::Invalid, message)
            .hint("skriv mængden ud i den ene af definitionerne"));
    }
    let bound = &context.definitions.sets_bound;
    bound.set(bound.get() + 1);
    if open.borrow().len() >= MAX_OPEN_SETS || bound.get() > MAX_SETS_BOUND {
        let message = format!("mængden '{name}' bygger på for mange andre mængder");
        return Err(QueryError::new(ErrorKind::TooLarge, message)
            .hint(format!("højst {MAX_OPEN_SETS} mængder må bygge på hinanden; skriv dem ud")));
    }
    open.borrow_mut().push(name.to_owned());
    let bound = bind();
    open.borrow_mut().pop();
    bound.map_err(|error| error.in_formula(name))
}

/// The name that an expression is, if it can be that of a set.
pub(super) fn set_name(context: Context<'_>, expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Path(names) if names.len() == 1 => Some(context.name(names[0]).into_owned()),
        _ => None,
    }
}

/// A definition whose name is being read.
struct Own<'a> {
    view: &'a View,
    text: &'a str,
    definition: &'a Definition<'a>,
}

impl Own<'_> {
    fn letters(&self, name: Name) -> String {
        name.text(self.text).into_owned()
    }

    fn invalid(&self, message: String, name: Name) -> QueryError {
        QueryError::new(ErrorKind::Invalid, message).at(self.text, name.span.range())
    }

    fn measure_name(&self, found: &Definitions<'_>) -> Result<String, QueryError> {
        let [dimension, .., last] = self.definition.name[..] else {
            let message = "et beregnet mål skrives [Measures].[navn]".to_owned();
            return Err(self.invalid(message, self.definition.name[0]));
        };
        if !same(&self.letters(dimension), MEASURES) {
            let message = "beregnede medlemmer er endnu kun understøttet blandt målene".to_owned();
            return Err(self.invalid(message, dimension).hint("skriv [Measures].[navn]"));
        }
        let (name, cube) = (self.letters(last), self.view.cube());
        let is_taken = cube.find_measure(&name).is_some()
            || cube.find_calculated(&name).is_some()
            || found.find_member(&name).is_some();
        if is_taken {
            let message = format!("målet '{name}' findes allerede");
            return Err(self.invalid(message, last).hint("giv det et andet navn"));
        }
        Ok(name)
    }

    fn set_name(&self, found: &Definitions<'_>) -> Result<String, QueryError> {
        let [only] = self.definition.name[..] else {
            let message = "en mængde har ét navn uden punktum".to_owned();
            return Err(self.invalid(message, self.definition.name[0]));
        };
        let name = self.letters(only);
        let known = |(own, _): &(String, &Definition<'_>)| fold(own) == fold(&name);
        if found.sets.iter().any(known) || self.view.cube().find_set(&name).is_some() {
            let message = format!("mængden '{name}' findes allerede");
            return Err(self.invalid(message, only).hint("giv den et andet navn"));
        }
        Ok(name)
    }
}

/// The hierarchy and member that a path means, if it is one member.
pub(super) fn member(
    context: Context<'_>,
    names: &[Name],
) -> Result<Option<(HierarchyRef, crate::query::bound::Member)>, QueryError> {
    match resolve::path(context, names)? {
        Entity::Member(hierarchy, member) => Ok(Some((hierarchy, member))),
        _ => Ok(None),
    }
}
