//! A syntax tree → a text that means it, with as few parentheses as the precedences allow, so that
//! reading it again is a test of them.

use terning_engine::query::parse::words::{RESERVED, STEPS};
use terning_engine::query::parse::{NameKind, Operator};

use super::model::{Arguments, Axis, Defined, Inner, Name, Question, Tree};

/// The text of a statement.
pub fn question(question: &Question) -> String {
    let mut text = String::new();
    if !question.definitions.is_empty() {
        text += "WITH ";
        text += &question.definitions.iter().map(defined).collect::<String>();
    }
    text += "SELECT ";
    // From the last axis to the first: their order in the text does not matter.
    let axes = question.axes.iter().enumerate().rev().map(|(number, one)| axis(number, one));
    text += &axes.collect::<Vec<_>>().join(", ");
    text += " FROM ";
    text += &match &question.source {
        Inner::Cube(cube) => name(cube),
        Inner::Question(inner, true) => format!("NON VISUAL ({})", self::question(inner)),
        Inner::Question(inner, false) => format!("({})", self::question(inner)),
    };
    if let Some(slicer) = &question.slicer {
        text += &format!(" WHERE {}", expression(slicer));
    }
    if !question.cell_properties.is_empty() {
        text += &format!(" CELL PROPERTIES {}", properties(&question.cell_properties));
    }
    text
}

fn defined(one: &Defined) -> String {
    let kind = if one.is_member { "MEMBER" } else { "SET" };
    let mut formula = expression(&one.formula);
    // What begins with a quote would be read as a formula in quotes; others are quoted sometimes.
    if formula.starts_with(['\'', '"']) || formula.len().is_multiple_of(3) {
        formula = format!("'{}'", formula.replace('\'', "''"));
    }
    let property = |(own, value): &(Name, Tree)| {
        let is_clear = matches!(own.kind, NameKind::Bare | NameKind::Bracketed);
        let comma = if is_clear && formula.len().is_multiple_of(2) { "" } else { "," };
        format!("{comma} {} = {}", name(own), expression(value))
    };
    let properties: String = one.properties.iter().map(property).collect();
    format!("{kind} {} AS {formula}{properties} ", path(&one.name))
}

fn axis(number: usize, axis: &Axis) -> String {
    let mut text = if axis.non_empty { "NON EMPTY ".to_owned() } else { String::new() };
    text += &expression(&axis.set);
    if let Some(having) = &axis.having {
        text += &format!(" HAVING {}", expression(having));
    }
    if !axis.properties.is_empty() {
        text += &format!(" DIMENSION PROPERTIES {}", properties(&axis.properties));
    }
    let place = match number {
        0 => "COLUMNS".to_owned(),
        1 => "1".to_owned(),
        _ => format!("AXIS({number})"),
    };
    format!("{text} ON {place}")
}

fn properties(properties: &[Vec<Name>]) -> String {
    let one = |names: &Vec<Name>| {
        // `[H].[L]MEMBER_CAPTION`, without its last dot, is read as well.
        let written = path(names);
        match &names[..] {
            [.., before, last] if before.kind == NameKind::Bracketed => {
                let last = name(last);
                let head = &written[..written.len() - last.len() - 1];
                format!("{head}{}{last}", if last.starts_with('[') { "." } else { "" })
            }
            _ => written,
        }
    };
    properties.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn name(name: &Name) -> String {
    let bracketed = || format!("[{}]", name.letters.replace(']', "]]"));
    let is_word = !name.letters.is_empty()
        && name.letters.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
    match name.kind {
        NameKind::Bare => name.letters.clone(),
        NameKind::Bracketed => bracketed(),
        NameKind::Key | NameKind::KeyPart if is_word => format!("&{}", name.letters),
        NameKind::Key | NameKind::KeyPart => format!("&{}", bracketed()),
    }
}

fn path(names: &[Name]) -> String {
    let mut text = String::new();
    for (position, one) in names.iter().enumerate() {
        if position > 0 && one.kind != NameKind::KeyPart {
            text.push('.');
        }
        text += &name(one);
    }
    text
}

/// The text of an expression that stands where any may.
fn expression(tree: &Tree) -> String {
    match tree {
        Tree::Alias(one, alias) => format!("{} AS {}", operand(one, 0), name(alias)),
        _ => operand(tree, 0),
    }
}

/// The text of an expression beside operators of a level, in parentheses where they are needed.
fn operand(tree: &Tree, level: u8) -> String {
    match tree {
        Tree::Alias(..) => format!("({})", expression(tree)),
        Tree::Chain(first, rest) => {
            let own = rest[0].0.level();
            let mut text = operand(first, own + 1);
            for (operator, one) in rest {
                text += &format!(" {} {}", sign(*operator), operand(one, own + 1));
            }
            enclosed(text, own < level)
        }
        Tree::Prefix(operator, one) => {
            let own = binds_as(*operator);
            enclosed(format!("{} {}", sign(*operator), operand(one, own)), own < level)
        }
        _ => stepped(tree),
    }
}

/// The level of what an operator before its operand takes in.
fn binds_as(operator: Operator) -> u8 {
    match operator {
        Operator::Minus | Operator::Plus => Operator::Power.level(),
        _ => operator.level(),
    }
}

fn enclosed(text: String, is_needed: bool) -> String {
    if is_needed { format!("({text})") } else { text }
}

fn stepped(tree: &Tree) -> String {
    let Tree::Steps(base, steps) = tree else { return primary(tree) };
    let begins_step = steps.first().is_some_and(|(name, given)| {
        let word = name.letters.to_ascii_lowercase();
        name.kind == NameKind::Bare && (given.is_some() || STEPS.contains(&word.as_str()))
    });
    let is_plain = match **base {
        Tree::Path(_) => begins_step,
        Tree::Call(..) | Tree::Braces(_) | Tree::Tuple(_) | Tree::Parameter(_) | Tree::Case(..) => {
            true
        }
        _ => false,
    };
    let mut text = if is_plain { primary(base) } else { format!("({})", expression(base)) };
    for (own, given) in steps {
        text += &format!(".{}", name(own));
        if let Some(given) = given {
            text += &format!("({})", arguments(given));
        }
    }
    text
}

fn primary(tree: &Tree) -> String {
    let list = |list: &[Tree]| list.iter().map(expression).collect::<Vec<_>>().join(", ");
    match tree {
        Tree::Path(names) => path(names),
        Tree::Call(function, given) => format!("{}({})", name(function), arguments(given)),
        Tree::Braces(elements) => format!("{{{}}}", list(elements)),
        Tree::Tuple(elements) => format!("({})", list(elements)),
        Tree::Number(number) => number_text(*number),
        Tree::Text(text) if text.len().is_multiple_of(2) => {
            format!("'{}'", text.replace('\'', "''"))
        }
        Tree::Text(text) => format!("\"{}\"", text.replace('"', "\"\"")),
        Tree::Parameter(name) => format!("@{name}"),
        Tree::Case(operand, branches, otherwise) => {
            let mut text = "CASE ".to_owned();
            text += &operand.as_ref().map_or(String::new(), |one| expression(one) + " ");
            for (when, then) in branches {
                text += &format!("WHEN {} THEN {} ", expression(when), expression(then));
            }
            if let Some(one) = otherwise {
                text += &format!("ELSE {} ", expression(one));
            }
            text + "END"
        }
        _ => format!("({})", expression(tree)),
    }
}

fn arguments(given: &Arguments) -> String {
    let one = |one: &Option<Tree>| one.as_ref().map_or(String::new(), expression);
    given.iter().map(one).collect::<Vec<_>>().join(",")
}

/// A number in one of the ways to write it.
fn number_text(number: f64) -> String {
    let text = number.to_string();
    match text.len() % 3 {
        _ if text.len() > 20 => format!("{number:e}"),
        0 => text.strip_prefix('0').filter(|rest| rest.starts_with('.')).unwrap_or(&text).into(),
        1 if !text.contains('.') => format!("{text}."),
        _ => text,
    }
}

fn sign(operator: Operator) -> &'static str {
    match operator {
        Operator::Range => ":",
        Operator::Existing => "EXISTING",
        Operator::Power => "^",
        Operator::Times => "*",
        Operator::Divide => "/",
        Operator::Plus => "+",
        Operator::Minus => "-",
        Operator::Join => "||",
        Operator::Equal => "=",
        Operator::Unequal => "<>",
        Operator::Less => "<",
        Operator::AtMost => "<=",
        Operator::Greater => ">",
        Operator::AtLeast => ">=",
        Operator::Is => "IS",
        Operator::In => "IN",
        Operator::NotIn => "NOT IN",
        Operator::Matches => "MATCHES",
        Operator::NotMatches => "NOT MATCHES",
        Operator::Not => "NOT",
        Operator::And => "AND",
        Operator::Or => "OR",
        Operator::Xor => "XOR",
    }
}

/// Whether a word can begin an expression without brackets.
pub fn can_begin(word: &str) -> bool {
    !RESERVED.contains(&word.to_ascii_lowercase().as_str())
}
