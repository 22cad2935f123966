//! Syntax trees that own their letters, so that they can be made without a text, and compared
//! whatever the places in it.

use terning_engine::query::parse::{
    self, AxisClause, Definition, Expr, ExprKind, NameKind, Operator, PropertyPath, Select, Source,
};

/// A name.
#[derive(Clone, Debug, PartialEq)]
pub struct Name {
    pub kind: NameKind,
    pub letters: String,
}

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub enum Tree {
    Path(Vec<Name>),
    Steps(Box<Tree>, Vec<(Name, Option<Arguments>)>),
    Call(Name, Arguments),
    Braces(Vec<Tree>),
    Tuple(Vec<Tree>),
    Number(f64),
    Text(String),
    Parameter(String),
    Chain(Box<Tree>, Vec<(Operator, Tree)>),
    Prefix(Operator, Box<Tree>),
    Case(Option<Box<Tree>>, Vec<(Tree, Tree)>, Option<Box<Tree>>),
    Alias(Box<Tree>, Name),
}

/// What stands in the parentheses of a function.
pub type Arguments = Vec<Option<Tree>>;

/// A `SELECT`.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    pub definitions: Vec<Defined>,
    pub axes: Vec<Axis>,
    pub source: Inner,
    pub slicer: Option<Tree>,
    pub cell_properties: Vec<Vec<Name>>,
}

/// What `WITH` defines.
#[derive(Clone, Debug, PartialEq)]
pub struct Defined {
    pub is_member: bool,
    pub name: Vec<Name>,
    pub formula: Tree,
    pub properties: Vec<(Name, Tree)>,
}

/// An axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    pub non_empty: bool,
    pub set: Tree,
    pub having: Option<Tree>,
    pub properties: Vec<Vec<Name>>,
}

/// What stands after `FROM`.
#[derive(Clone, Debug, PartialEq)]
pub enum Inner {
    Cube(Name),
    Question(Box<Question>, bool),
}

/// The tree of a statement that was read.
pub fn question(select: &Select<'_>) -> Question {
    let text = select.text;
    Question {
        definitions: select.definitions.iter().map(|one| defined(text, one)).collect(),
        axes: select.axes.iter().map(|one| axis(text, one)).collect(),
        source: match &select.source {
            Source::Cube(name) => Inner::Cube(self::name(text, *name)),
            Source::Select { select, non_visual } => {
                Inner::Question(Box::new(question(select)), *non_visual)
            }
        },
        slicer: select.slicer.as_ref().map(|set| tree(text, set)),
        cell_properties: paths(text, &select.cell_properties),
    }
}

fn defined(text: &str, one: &Definition<'_>) -> Defined {
    let properties = one.properties.iter();
    Defined {
        is_member: one.is_member,
        name: names(text, &one.name),
        formula: tree(&one.text, &one.expr),
        properties: properties.map(|(own, value)| (name(text, *own), tree(text, value))).collect(),
    }
}

fn axis(text: &str, axis: &AxisClause) -> Axis {
    Axis {
        non_empty: axis.non_empty,
        set: tree(text, &axis.set),
        having: axis.having.as_ref().map(|condition| tree(text, condition)),
        properties: paths(text, &axis.properties),
    }
}

fn paths(text: &str, paths: &[PropertyPath]) -> Vec<Vec<Name>> {
    paths.iter().map(|path| names(text, &path.names)).collect()
}

fn name(text: &str, name: parse::Name) -> Name {
    Name { kind: name.kind, letters: name.text(text).into_owned() }
}

fn names(text: &str, names: &[parse::Name]) -> Vec<Name> {
    names.iter().map(|&one| name(text, one)).collect()
}

fn tree(text: &str, expr: &Expr) -> Tree {
    let boxed = |one: &Expr| Box::new(tree(text, one));
    let list = |list: &[Expr]| list.iter().map(|one| tree(text, one)).collect();
    let arguments = |list: &[Option<Expr>]| -> Arguments {
        list.iter().map(|one| one.as_ref().map(|one| tree(text, one))).collect()
    };
    match &expr.kind {
        ExprKind::Path(path) => Tree::Path(names(text, path)),
        ExprKind::Steps(base, steps) => {
            let step = |step: &parse::Step| {
                (name(text, step.name), step.arguments.as_deref().map(arguments))
            };
            Tree::Steps(boxed(base), steps.iter().map(step).collect())
        }
        ExprKind::Call(function, given) => Tree::Call(name(text, *function), arguments(given)),
        ExprKind::Braces(elements) => Tree::Braces(list(elements)),
        ExprKind::Tuple(elements) => Tree::Tuple(list(elements)),
        ExprKind::Number(number) => Tree::Number(*number),
        ExprKind::Text(literal) => Tree::Text(literal.text(text).into_owned()),
        ExprKind::Parameter(name) => Tree::Parameter(name.text(text).into_owned()),
        ExprKind::Chain(first, rest) => {
            let rest = rest.iter().map(|(operator, one)| (*operator, tree(text, one)));
            Tree::Chain(boxed(first), rest.collect())
        }
        ExprKind::Prefix(operator, one) => Tree::Prefix(*operator, boxed(one)),
        ExprKind::Case(case) => {
            let branch = |(when, then): &(Expr, Expr)| (tree(text, when), tree(text, then));
            let branches = case.branches.iter().map(branch).collect();
            let [operand, otherwise] = [&case.operand, &case.otherwise];
            let optional = |one: &Option<Expr>| one.as_ref().map(boxed);
            Tree::Case(optional(operand), branches, optional(otherwise))
        }
        ExprKind::Alias(one, alias) => Tree::Alias(boxed(one), name(text, *alias)),
    }
}
