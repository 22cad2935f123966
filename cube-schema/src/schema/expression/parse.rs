//! Text → expression.

use super::{Expression, Formula, Function, Operator, Value};

/// Parentheses and signs may stand in each other so deep: a stack holds it.
const MAX_DEPTH: usize = 100;

/// An expression that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("udtrykket kan ikke læses: {0}")]
pub struct ExpressionError(String);

type Parsed<T> = Result<T, ExpressionError>;

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Number(f64),
    Text(String),
    Name(String),
    Sign(&'static str),
}

/// Signs, longer ones first.
const SIGNS: [&str; 14] =
    ["<>", "<=", ">=", "||", "=", "<", ">", "+", "-", "*", "/", "(", ")", ","];

/// From weak to strong: the signs (and words) of each strength, and what they mean.
const STRENGTHS: [&[(&str, Operator)]; 5] = [
    &[("or", Operator::Or)],
    &[("and", Operator::And)],
    &[
        ("=", Operator::Equal),
        ("<>", Operator::Unequal),
        ("<=", Operator::LessOrEqual),
        (">=", Operator::GreaterOrEqual),
        ("<", Operator::Less),
        (">", Operator::Greater),
    ],
    &[("+", Operator::Add), ("-", Operator::Subtract), ("||", Operator::Concatenate)],
    &[("*", Operator::Multiply), ("/", Operator::Divide)],
];

/// Each function with how many arguments it takes.
const FUNCTIONS: [(&str, Function, std::ops::RangeInclusive<usize>); 9] = [
    ("iif", Function::Iif, 3..=3),
    ("coalesce", Function::Coalesce, 1..=16),
    ("isnull", Function::IsNull, 1..=1),
    ("upper", Function::Upper, 1..=1),
    ("lower", Function::Lower, 1..=1),
    ("trim", Function::Trim, 1..=1),
    ("left", Function::Left, 2..=2),
    ("abs", Function::Abs, 1..=1),
    ("round", Function::Round, 1..=1),
];

/// Reads an expression.
///
/// # Errors
/// What was found, and what was expected.
pub fn parse(text: &str) -> Parsed<Formula> {
    let mut parser = Parser { tokens: tokens(text)?, next: 0, columns: Vec::new(), depth: 0 };
    let expression = parser.binary(0)?;
    match parser.tokens.get(parser.next) {
        None => Ok(Formula { expression, columns: parser.columns }),
        Some(token) => Err(unexpected(Some(token), "en operator")),
    }
}

fn tokens(text: &str) -> Parsed<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(letter) = rest.chars().next() {
        let (token, length) = match letter {
            '\'' => quoted(rest)?,
            '[' => {
                let end = rest.find(']').ok_or_else(|| error("en ']' mangler"))?;
                (Token::Name(rest[1..end].to_owned()), end + 1)
            }
            '0'..='9' => number(rest)?,
            _ if is_name(letter) => {
                let length = rest.find(|letter| !is_name(letter) && letter != '.');
                let length = length.unwrap_or(rest.len());
                (Token::Name(rest[..length].to_owned()), length)
            }
            _ => {
                let sign = SIGNS.into_iter().find(|sign| rest.starts_with(sign));
                let sign =
                    sign.ok_or_else(|| error(&format!("tegnet '{letter}' har ingen mening")))?;
                (Token::Sign(sign), sign.len())
            }
        };
        tokens.push(token);
        rest = rest[length..].trim_start();
    }
    Ok(tokens)
}

fn is_name(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

fn number(text: &str) -> Parsed<(Token, usize)> {
    let length = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.');
    let length = length.unwrap_or(text.len());
    let number = text[..length].parse();
    number
        .map(|number| (Token::Number(number), length))
        .map_err(|_| error(&format!("'{}' er ikke et tal", &text[..length])))
}

/// A text in single quotes, of which two are one.
fn quoted(text: &str) -> Parsed<(Token, usize)> {
    let mut value = String::new();
    let mut rest = &text[1..];
    loop {
        let end = rest.find('\'').ok_or_else(|| error("et anførselstegn mangler"))?;
        value.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        if !rest.starts_with('\'') {
            return Ok((Token::Text(value), text.len() - rest.len()));
        }
        value.push('\'');
        rest = &rest[1..];
    }
}

struct Parser {
    tokens: Vec<Token>,
    next: usize,
    columns: Vec<String>,
    depth: usize,
}

impl Parser {
    /// Operands between operators of a strength; comparisons are not chained in practice.
    fn binary(&mut self, strength: usize) -> Parsed<Expression> {
        let Some(operators) = STRENGTHS.get(strength) else { return self.unary() };
        let mut left = self.binary(strength + 1)?;
        while let Some(operator) = self.operator(operators) {
            let right = self.binary(strength + 1)?;
            left = Expression::Binary(operator, Box::new(left), Box::new(right));
        }
        Ok(left)
    }

    fn operator(&mut self, operators: &[(&str, Operator)]) -> Option<Operator> {
        let (_, operator) = operators.iter().find(|(sign, _)| self.is_next(sign))?;
        self.next += 1;
        Some(*operator)
    }

    fn is_next(&self, wanted: &str) -> bool {
        match self.tokens.get(self.next) {
            Some(Token::Sign(sign)) => *sign == wanted,
            Some(Token::Name(name)) => name.eq_ignore_ascii_case(wanted),
            _ => false,
        }
    }

    fn take(&mut self, wanted: &str) -> bool {
        let found = self.is_next(wanted);
        self.next += usize::from(found);
        found
    }

    fn expect(&mut self, wanted: &str) -> Parsed<()> {
        if self.take(wanted) {
            return Ok(());
        }
        Err(unexpected(self.tokens.get(self.next), &format!("'{wanted}'")))
    }

    fn unary(&mut self) -> Parsed<Expression> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(error("der er for mange parenteser i hinanden"));
        }
        let expression = if self.take("-") {
            Expression::Minus(Box::new(self.unary()?))
        } else if self.take("not") {
            Expression::Not(Box::new(self.binary(2)?))
        } else {
            self.primary()?
        };
        self.depth -= 1;
        Ok(expression)
    }

    fn primary(&mut self) -> Parsed<Expression> {
        if self.take("(") {
            let inner = self.binary(0)?;
            self.expect(")")?;
            return Ok(inner);
        }
        let token = self.tokens.get(self.next).cloned();
        self.next += 1;
        match token {
            Some(Token::Number(number)) => Ok(Expression::Constant(Value::Number(number))),
            Some(Token::Text(text)) => Ok(Expression::Constant(Value::Text(text))),
            Some(Token::Name(name)) if name.eq_ignore_ascii_case("null") => {
                Ok(Expression::Constant(Value::Null))
            }
            Some(Token::Name(name)) if self.take("(") => self.call(&name),
            Some(Token::Name(name)) => Ok(Expression::Column(self.column(name))),
            token => Err(unexpected(token.as_ref(), "en værdi")),
        }
    }

    fn column(&mut self, name: String) -> usize {
        let known = self.columns.iter().position(|column| *column == name);
        known.unwrap_or_else(|| {
            self.columns.push(name);
            self.columns.len() - 1
        })
    }

    fn call(&mut self, name: &str) -> Parsed<Expression> {
        let known = FUNCTIONS.iter().find(|(own, ..)| own.eq_ignore_ascii_case(name));
        let (own, function, count) = known.ok_or_else(|| {
            let names: Vec<&str> = FUNCTIONS.iter().map(|(own, ..)| *own).collect();
            error(&format!("der er ingen funktion '{name}'; der er {}", names.join(", ")))
        })?;
        let mut arguments = vec![self.binary(0)?];
        while self.take(",") {
            arguments.push(self.binary(0)?);
        }
        self.expect(")")?;
        if !count.contains(&arguments.len()) {
            let what = format!("{own} tager {} værdier, ikke {}", count.start(), arguments.len());
            return Err(error(&what));
        }
        Ok(Expression::Call(*function, arguments))
    }
}

fn unexpected(found: Option<&Token>, expected: &str) -> ExpressionError {
    match found {
        None => error(&format!("det slutter, hvor der skulle stå {expected}")),
        Some(Token::Number(number)) => {
            error(&format!("'{number}' står, hvor der skulle stå {expected}"))
        }
        Some(Token::Text(text) | Token::Name(text)) => {
            error(&format!("'{text}' står, hvor der skulle stå {expected}"))
        }
        Some(Token::Sign(sign)) => error(&format!("'{sign}' står, hvor der skulle stå {expected}")),
    }
}

fn error(what: &str) -> ExpressionError {
    ExpressionError(what.to_owned())
}
