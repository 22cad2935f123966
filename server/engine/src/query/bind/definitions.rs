//! What a question gives names to with `WITH`, and the members and sets that the schema has given
//! names.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::Arc;

use super::context::Context;
use super::resolve::{self, Entity};
use super::{ErrorKind, QueryError, View, expr};
use crate::cube::dimension::{fold, same};
use crate::query::Parameters;
use crate::query::bound::{Calculated, HierarchyRef, Member, Own};
use crate::query::expr::{Expr, Node};
use crate::query::functions::{self, Kind};
use crate::query::parse::{self, Definition, ExprKind, Name, Select, Span};

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

/// Members of one question that do not exist: for each of them the nearest names are looked for.
const MAX_MISSING: usize = 200;

/// Warnings of one question: nobody reads more.
const MAX_WARNINGS: usize = 20;

/// The definitions of one question.
#[derive(Default)]
pub(super) struct Definitions<'q> {
    /// The names of the members.
    pub(super) own: Vec<Own>,
    /// The values that are given beside the text.
    pub(super) parameters: Parameters,
    members: Vec<Defined<'q>>,
    sets: Vec<(String, &'q Definition<'q>)>,
    /// The sets of a question that has been bound.
    known: &'q [(String, Expr)],
    /// Sets that were given a name where they stand, and which.
    aliases: RefCell<Vec<(String, Expr)>>,
    /// The sets that are being bound, the innermost last.
    open: RefCell<Vec<String>>,
    /// How often a set has been bound.
    sets_bound: Cell<usize>,
    /// The parts of the formula that is being bound.
    parts: Cell<usize>,
    /// The members that do not exist, and how many there were.
    warnings: RefCell<Vec<String>>,
    missing: Cell<usize>,
}

/// Where a calculated member is defined.
#[derive(Clone, Copy)]
pub(super) enum Defined<'q> {
    /// By the question.
    Question(&'q Definition<'q>),
    /// By the schema: a position among its cube's calculated members.
    Schema(usize),
}

impl<'q> Definitions<'q> {
    /// The members that the schema defines and the view can have.
    pub(super) fn of_schema(view: &View) -> Definitions<'q> {
        let mut found = Definitions::default();
        for (number, one) in view.cube().members.iter().enumerate() {
            // What may not be seen has no calculated members either.
            let Ok((hierarchy, parent)) = place_of(view, &one.parent) else { continue };
            let (name, caption) = (one.member.name.clone(), one.member.caption.clone());
            found.own.push(Own { hierarchy, parent, name, caption });
            found.members.push(Defined::Schema(number));
        }
        found
    }

    /// Reads the names of what a question defines.
    pub(super) fn new(
        view: &View,
        query: &'q Select<'q>,
        text: &Arc<str>,
    ) -> Result<Definitions<'q>, QueryError> {
        if let Some(first) = query.definitions.get(MAX_DEFINITIONS) {
            let message = format!("et spørgsmål kan højst definere {MAX_DEFINITIONS} navne");
            return Err(QueryError::new(ErrorKind::TooLarge, message)
                .hint("udelad de definitioner, der ikke bruges, eller spørg ad flere gange")
                .at(query.text, first.name.first().map_or(0..0, |name| name.span.range())));
        }
        let parameters = query.parameters.clone();
        let mut found = Definitions { parameters, ..Definitions::of_schema(view) };
        for definition in &query.definitions {
            let reader = Reader { view, text, definition };
            if definition.is_member {
                let own = reader.member(&found)?;
                found.own.push(own);
                found.members.push(Defined::Question(definition));
            } else {
                let name = reader.set_name(&found)?;
                found.sets.push((name, definition));
            }
        }
        Ok(found)
    }

    /// The names of a question whose definitions have been read before.
    pub(super) fn of_names(own: &[Own], sets: &'q [(String, Expr)]) -> Definitions<'q> {
        Definitions { own: own.to_vec(), known: sets, ..Definitions::default() }
    }

    /// The sets that the question defines, where it reads texts: these may name any of them. What is
    /// wrong with one is said where it is used.
    pub(super) fn named_in_texts(
        &self,
        context: Context<'_>,
        exprs: &[&Expr],
        calculated: &BTreeMap<usize, Calculated>,
    ) -> Vec<(String, Expr)> {
        let formulas = calculated.values().map(|one| &*one.formula);
        if !exprs.iter().copied().chain(formulas).any(functions::reads_texts) {
            return Vec::new();
        }
        let bound = self.sets.iter().filter_map(|(name, _)| {
            self.begin_formula();
            Some((name.clone(), Definitions::set(context, name)?.ok()?))
        });
        bound.collect()
    }

    /// The position of a member that the question defines, below a member that passes.
    pub(super) fn find_member(
        &self,
        hierarchy: HierarchyRef,
        name: &str,
        is_below: impl Fn(Option<Member>) -> bool,
    ) -> Option<usize> {
        let is_own = |own: &Own| own.hierarchy == hierarchy && same(&own.name, name);
        self.own.iter().position(|own| is_own(own) && is_below(own.parent))
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

    /// A member by its number, and where it is defined.
    pub(super) fn member(&self, number: usize) -> Option<(&Own, Defined<'q>)> {
        self.own.get(number).zip(self.members.get(number).copied())
    }

    /// The set of a name that the question or the schema defines, bound; `None` where there is
    /// none.
    pub(super) fn set(context: Context<'_>, name: &str) -> Option<Result<Expr, QueryError>> {
        let aliases = context.definitions.aliases.borrow();
        if let Some((_, set)) = aliases.iter().rev().find(|(own, _)| same(own, name)) {
            return Some(Ok(set.clone()));
        }
        drop(aliases);
        let known = context.definitions.known.iter().find(|(own, _)| same(own, name));
        if let Some((_, set)) = known {
            return Some(Ok(set.clone()));
        }
        let own = context.definitions.sets.iter().position(|(own, _)| same(own, name));
        if let Some(number) = own {
            let (name, definition) = &context.definitions.sets[number];
            return Some(once(context, name, || {
                let text: Arc<str> = Arc::from(&*definition.text);
                let inner = Context {
                    in_formula: false,
                    untold: false,
                    ..context.in_text(&text).dropping()
                };
                let set = expr::bind_as(inner, &definition.expr, Kind::Set)?;
                Ok(set.like(Node::Named(number, Arc::new(set.clone()))))
            }));
        }
        let set = context.cube.find_set(name)?;
        let bound = once(context, &set.name, || {
            let parsed = parse::expression(&set.formula)?;
            let text: Arc<str> = Arc::from(&*set.formula);
            let found = expr::bind_as(context.of_schema(&text), &parsed, Kind::Set)?;
            match context.in_formula {
                true => {
                    let existing = functions::of_name("Existing")?;
                    Ok(found.like(Node::Call(existing, vec![found.clone()])))
                }
                false => Ok(found),
            }
        });
        Some(bound.map_err(|error| context.told(&set.name, error)))
    }

    /// Notes that a member does not exist and is left out; an error where there are too many.
    pub(super) fn leave_out(&self, error: QueryError) -> Result<(), QueryError> {
        self.missing.set(self.missing.get() + 1);
        if self.missing.get() > MAX_MISSING {
            return Err(error);
        }
        let near = match error.candidates.as_slice() {
            [] => String::new(),
            names => format!(" (der er {})", names.join(", ")),
        };
        self.warn(format!("{}; det er udeladt af mængden{near}", error.message));
        Ok(())
    }

    /// Notes what whoever asks should know.
    pub(super) fn warn(&self, warning: String) {
        let mut warnings = self.warnings.borrow_mut();
        if warnings.len() < MAX_WARNINGS && !warnings.contains(&warning) {
            warnings.push(warning);
        }
    }

    /// What whoever asks should know.
    pub(super) fn warnings(&self) -> Vec<String> {
        self.warnings.borrow().clone()
    }

    /// Gives a set a name from here on.
    pub(super) fn alias(&self, name: &str, set: &Expr) -> Expr {
        let mut aliases = self.aliases.borrow_mut();
        let named = set.like(Node::Alias(aliases.len(), Arc::new(set.clone())));
        aliases.push((name.to_owned(), named.clone()));
        named
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
pub(super) fn set_name(context: Context<'_>, names: &[Name]) -> Option<String> {
    match names {
        [only] if !only.is_key() => Some(context.name(*only).into_owned()),
        _ => None,
    }
}

/// The hierarchy that a member of the schema stands in, and the member that it stands below.
pub(super) fn place_of(
    view: &View,
    parent: &str,
) -> Result<(HierarchyRef, Option<Member>), QueryError> {
    let (text, none) = (Arc::from(parent), Definitions::default());
    let context = Context::new(view, &text, &none);
    let parsed = parse::expression(parent)?;
    match &parsed.kind {
        ExprKind::Path(names) => of_path(context, names),
        _ => Err(context
            .invalid("et beregnet medlem skal stå i et hierarki eller under et medlem", parsed.span)
            .hint("skriv for eksempel parent = \"[Dimension].[Hierarki]\"")),
    }
}

/// The hierarchy that a path names, or that its member is of; with it the member, where it is stored.
fn of_path(
    context: Context<'_>,
    names: &[Name],
) -> Result<(HierarchyRef, Option<Member>), QueryError> {
    match resolve::path(context, names)? {
        Entity::Member(hierarchy, parent @ Member::Of { .. }) => Ok((hierarchy, Some(parent))),
        Entity::Member(HierarchyRef::Of { .. }, Member::Calculated(_)) => {
            let span = names.iter().skip(1).fold(names[0].span, |all, name| all.to(name.span));
            let message = "et beregnet medlem kan ikke stå under et andet beregnet medlem";
            Err(context.invalid(message, span).hint("sæt det under det medlem, begge hører til"))
        }
        Entity::Hierarchy(hierarchy)
        | Entity::Level(hierarchy, _)
        | Entity::Member(hierarchy, _) => Ok((hierarchy, None)),
        Entity::Dimension(dimension) => {
            let shape = &context.cube.dimensions[dimension];
            let Some(hierarchy) = shape.own_hierarchy() else {
                let message = format!("'{}' har flere hierarkier", shape.name);
                return Err(context.invalid(message, names[0].span).hint("skriv også hierarkiet"));
            };
            Ok((HierarchyRef::Of { dimension, hierarchy }, None))
        }
    }
}

/// A definition whose name is being read.
struct Reader<'a> {
    view: &'a View,
    text: &'a Arc<str>,
    definition: &'a Definition<'a>,
}

impl Reader<'_> {
    fn letters(&self, name: Name) -> String {
        name.text(self.text).into_owned()
    }

    fn invalid(&self, message: String, name: Name) -> QueryError {
        QueryError::new(ErrorKind::Invalid, message).at(self.text, name.span.range())
    }

    fn member(&self, found: &Definitions<'_>) -> Result<Own, QueryError> {
        let Some((last, before)) =
            self.definition.name.split_last().filter(|two| !two.1.is_empty())
        else {
            let message =
                "et beregnet medlem skrives [Measures].[navn] eller [Dimension].[Felt].[navn]";
            return Err(self.invalid(message.to_owned(), self.definition.name[0]));
        };
        let (name, cube) = (self.letters(*last), self.view.cube());
        let context = Context::new(self.view, self.text, found);
        let (hierarchy, parent) = of_path(context, before)?;
        let is_taken = found.find_member(hierarchy, &name, |own| own == parent).is_some()
            || hierarchy == HierarchyRef::Measures
                && (cube.find_measure(&name).is_some() || cube.find_calculated(&name).is_some());
        if is_taken {
            let what = if hierarchy == HierarchyRef::Measures { "målet" } else { "medlemmet" };
            let message = format!("{what} '{name}' findes allerede");
            return Err(self.invalid(message, *last).hint("giv det et andet navn"));
        }
        let is_set = |own: &str| hierarchy == HierarchyRef::Measures && same(own, &name);
        if found.sets.iter().any(|(own, _)| is_set(own))
            || cube.sets.iter().any(|set| is_set(&set.name))
        {
            let message = format!("målet '{name}' hedder som en mængde");
            return Err(self.invalid(message, *last).hint("giv det et andet navn"));
        }
        let caption = self.caption()?.unwrap_or_else(|| name.clone());
        Ok(Own { hierarchy, parent, name, caption })
    }

    /// What `CAPTION` says, if it does.
    fn caption(&self) -> Result<Option<String>, QueryError> {
        let is_caption = |name: &Name| {
            let name = name.text(self.text);
            ["CAPTION", "MEMBER_CAPTION"].iter().any(|own| own.eq_ignore_ascii_case(&name))
        };
        let found = self.definition.properties.iter().find(|(name, _)| is_caption(name));
        let Some((name, value)) = found else { return Ok(None) };
        match value.kind {
            ExprKind::Text(caption) => Ok(Some(caption.text(self.text).into_owned())),
            _ => Err(self
                .invalid("CAPTION skal være en tekst".to_owned(), *name)
                .hint("skriv for eksempel CAPTION = 'Pr. indbygger'")),
        }
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
        let (cube, measures) = (self.view.cube(), HierarchyRef::Measures);
        let is_measure = cube.find_measure(&name).is_some()
            || cube.find_calculated(&name).is_some()
            || found.find_member(measures, &name, |_| true).is_some();
        if is_measure {
            let message = format!("mængden '{name}' hedder som et mål");
            return Err(self.invalid(message, only).hint("giv den et andet navn"));
        }
        Ok(name)
    }
}
