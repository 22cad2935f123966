//! Tokens → statement. One function per construct, one token of foresight.

mod with;

use std::ops::Range;

use super::ast::{
    AxisClause, Expr, ExprKind, Name, NameKind, Operator, Select, Source, Span, Step,
};
use super::lexer::{Lexer, Sign, Token, TokenKind};
use super::{MAX_DEPTH, MAX_TEXT_BYTES};
use crate::query::{ErrorKind, QueryError};

/// Reads one MDX `SELECT`.
///
/// # Errors
/// What in the text is not of the language, with its place.
pub fn mdx(text: &str) -> Result<Select<'_>, QueryError> {
    if text.len() > MAX_TEXT_BYTES {
        let message = format!("teksten er længere end {} kB", MAX_TEXT_BYTES / 1024);
        return Err(QueryError::new(ErrorKind::TooLarge, message).hint("del forespørgslen op"));
    }
    let mut lexer = Lexer::new(text);
    let token = lexer.next(false)?;
    let mut parser = Parser { text, lexer, token, depth: 0 };
    let select = parser.statement()?;
    parser.take(Sign::Semicolon)?;
    match parser.token.kind {
        TokenKind::End => Ok(select),
        _ => Err(parser.unexpected("slutningen af forespørgslen")),
    }
}

/// Reads one expression, such as the formula of a measure.
///
/// # Errors
/// What in the text is not of the language, with its place.
pub fn expression(text: &str) -> Result<Expr, QueryError> {
    if text.len() > MAX_TEXT_BYTES {
        let message = format!("formlen er længere end {} kB", MAX_TEXT_BYTES / 1024);
        return Err(QueryError::new(ErrorKind::TooLarge, message).hint("del formlen op"));
    }
    expression_within(text, 0..text.len())
}

/// Reads the expression that part of a text is.
fn expression_within(text: &str, part: Range<usize>) -> Result<Expr, QueryError> {
    let mut lexer = Lexer::within(text, part);
    let token = lexer.next(false).map_err(|error| error.within(text))?;
    let mut parser = Parser { text, lexer, token, depth: 0 };
    let expr = parser.expression().map_err(|error| error.within(text))?;
    match parser.token.kind {
        TokenKind::End => Ok(expr),
        _ => Err(parser.unexpected("slutningen af formlen")),
    }
}

/// Words that begin or end a clause, and so cannot begin an expression.
const RESERVED: [&str; 16] = [
    "select",
    "from",
    "where",
    "on",
    "non",
    "empty",
    "with",
    "having",
    "cell",
    "dimension",
    "properties",
    "and",
    "or",
    "xor",
    "is",
    "as",
];

/// Words that, after a dot and without brackets, are taken of what stands before it.
const PROPERTIES: [&str; 34] = [
    "allmembers",
    "caption",
    "children",
    "count",
    "current",
    "currentmember",
    "currentordinal",
    "datamember",
    "defaultmember",
    "dimension",
    "firstchild",
    "firstsibling",
    "hierarchy",
    "lastchild",
    "lastsibling",
    "level",
    "levels",
    "member_caption",
    "member_key",
    "member_unique_name",
    "member_value",
    "members",
    "name",
    "nextmember",
    "ordinal",
    "parent",
    "prevmember",
    "properties",
    "siblings",
    "unique_name",
    "uniquename",
    "value",
    "lag",
    "lead",
];

struct Parser<'a> {
    text: &'a str,
    lexer: Lexer<'a>,
    /// The token that is looked at.
    token: Token,
    /// How many expressions are open.
    depth: usize,
}

// Statements.
impl<'a> Parser<'a> {
    fn statement(&mut self) -> Result<Select<'a>, QueryError> {
        for word in ["DRILLTHROUGH", "CREATE", "DROP", "REFRESH", "UPDATE", "EXPLAIN"] {
            if self.is_word(word) {
                let message = format!("{word} er endnu ikke understøttet");
                let error = QueryError::new(ErrorKind::Invalid, message);
                return Err(error.hint("skriv en SELECT").at(self.text, self.token.span.range()));
            }
        }
        let definitions = self.definitions()?;
        Ok(Select { definitions, ..self.select()? })
    }

    fn select(&mut self) -> Result<Select<'a>, QueryError> {
        let start = self.token.span;
        self.expect_word("SELECT")?;
        let mut axes = Vec::new();
        if !self.is_word("FROM") {
            axes.push(self.axis()?);
            while self.take(Sign::Comma)? {
                axes.push(self.axis()?);
            }
        }
        self.expect_word("FROM")?;
        let (source, mut span) = self.source()?;
        let mut select = Select {
            text: self.text,
            definitions: vec![],
            axes,
            source,
            slicer: None,
            cell_properties: vec![],
            span,
        };
        if self.take_word("WHERE")? {
            let slicer = self.expression()?;
            span = slicer.span;
            select.slicer = Some(slicer);
        }
        if self.take_word("CELL")? {
            self.expect_word("PROPERTIES")?;
            select.cell_properties = self.properties()?;
        }
        select.span = start.to(span);
        Ok(select)
    }

    fn source(&mut self) -> Result<(Source<'a>, Span), QueryError> {
        if self.is_word("NON") {
            let error =
                QueryError::new(ErrorKind::Invalid, "NON VISUAL er endnu ikke understøttet")
                    .hint("udelad NON VISUAL; totaler er da af det, som filteret lader tilbage");
            return Err(error.at(self.text, self.token.span.range()));
        }
        if self.take(Sign::Open)? {
            self.deeper()?;
            let inner = self.select()?;
            self.depth -= 1;
            let span = self.token.span;
            self.expect(Sign::Close, "')' efter den indre SELECT")?;
            return Ok((Source::Select(Box::new(inner)), span));
        }
        let name = self.name("navnet på en kube")?;
        Ok((Source::Cube(name), name.span))
    }

    fn axis(&mut self) -> Result<AxisClause, QueryError> {
        let non_empty = self.take_word("NON")?;
        if non_empty {
            self.expect_word("EMPTY")?;
        }
        let set = self.expression()?;
        if self.is_word("HAVING") {
            let error = QueryError::new(ErrorKind::Invalid, "HAVING er endnu ikke understøttet");
            return Err(error.at(self.text, self.token.span.range()));
        }
        let mut properties = Vec::new();
        if self.take_word("DIMENSION")? {
            self.expect_word("PROPERTIES")?;
            properties = self.properties()?;
        } else if self.take_word("PROPERTIES")? {
            properties = self.properties()?;
        }
        self.expect_word("ON")?;
        let (number, number_span) = self.axis_number()?;
        Ok(AxisClause { non_empty, set, properties, number, number_span })
    }

    fn axis_number(&mut self) -> Result<(u32, Span), QueryError> {
        let span = self.token.span;
        let names = ["COLUMNS", "ROWS", "PAGES", "SECTIONS", "CHAPTERS"];
        for (number, name) in names.into_iter().enumerate() {
            if self.take_word(name)? {
                return Ok((number as u32, span));
            }
        }
        if self.take_word("AXIS")? {
            self.expect(Sign::Open, "'(' efter AXIS")?;
            let number = self.axis_digits()?;
            let end = self.token.span;
            self.expect(Sign::Close, "')' efter aksens nummer")?;
            return Ok((number, span.to(end)));
        }
        Ok((self.axis_digits()?, span))
    }

    fn axis_digits(&mut self) -> Result<u32, QueryError> {
        let number = match self.token.kind {
            TokenKind::Number => self.text[self.token.span.range()].parse().ok(),
            _ => None,
        };
        let number =
            number.ok_or_else(|| self.unexpected("en akse: COLUMNS, ROWS eller et tal"))?;
        self.advance()?;
        Ok(number)
    }

    /// Names of properties, also in the odd form `[H].[L]MEMBER_CAPTION`.
    fn properties(&mut self) -> Result<Vec<Span>, QueryError> {
        let mut properties = Vec::new();
        loop {
            let start = self.token.span;
            let mut end = None;
            while self.is_in_property() {
                end = Some(self.token.span);
                self.advance()?;
            }
            let end = end.ok_or_else(|| self.unexpected("navnet på en egenskab"))?;
            properties.push(start.to(end));
            if !self.take(Sign::Comma)? {
                return Ok(properties);
            }
        }
    }

    fn is_in_property(&self) -> bool {
        match self.token.kind {
            TokenKind::Word => !self.is_word("ON"),
            TokenKind::Bracketed => true,
            TokenKind::Sign(sign) => matches!(sign, Sign::Dot | Sign::Ampersand),
            _ => false,
        }
    }
}

// Expressions.
impl Parser<'_> {
    fn expression(&mut self) -> Result<Expr, QueryError> {
        self.deeper()?;
        let expr = self.chain(0)?;
        self.depth -= 1;
        Ok(expr)
    }

    /// Operands joined by operators that bind at least as tight as `level`.
    fn chain(&mut self, level: u8) -> Result<Expr, QueryError> {
        let mut left = self.operand()?;
        while let Some(operator) = self.operator().filter(|operator| operator.level() >= level) {
            let mut rest = Vec::new();
            let same = |next: &Operator| next.level() == operator.level();
            while let Some(next) = self.operator().filter(same) {
                self.advance()?;
                rest.push((next, self.chain(next.level() + 1)?));
            }
            let span = rest.last().map_or(left.span, |(_, last)| left.span.to(last.span));
            left = Expr { kind: ExprKind::Chain(Box::new(left), rest), span };
        }
        Ok(left)
    }

    /// The operator that is looked at, if it is one between operands.
    fn operator(&self) -> Option<Operator> {
        match self.token.kind {
            TokenKind::Sign(sign) => match sign {
                Sign::Colon => Some(Operator::Range),
                Sign::Star => Some(Operator::Times),
                Sign::Slash => Some(Operator::Divide),
                Sign::Plus => Some(Operator::Plus),
                Sign::Minus => Some(Operator::Minus),
                Sign::Bars => Some(Operator::Join),
                Sign::Equal => Some(Operator::Equal),
                Sign::Unequal => Some(Operator::Unequal),
                Sign::Less => Some(Operator::Less),
                Sign::AtMost => Some(Operator::AtMost),
                Sign::Greater => Some(Operator::Greater),
                Sign::AtLeast => Some(Operator::AtLeast),
                _ => None,
            },
            TokenKind::Word => [
                ("AND", Operator::And),
                ("OR", Operator::Or),
                ("XOR", Operator::Xor),
                ("IS", Operator::Is),
            ]
            .into_iter()
            .find_map(|(word, operator)| self.is_word(word).then_some(operator)),
            _ => None,
        }
    }

    fn operand(&mut self) -> Result<Expr, QueryError> {
        let start = self.token.span;
        let prefix = match self.token.kind {
            TokenKind::Sign(Sign::Minus) => Some((Operator::Minus, Operator::Range)),
            TokenKind::Sign(Sign::Plus) => Some((Operator::Plus, Operator::Range)),
            TokenKind::Word if self.is_word("NOT") => Some((Operator::Not, Operator::Not)),
            _ => None,
        };
        let Some((operator, binds_as)) = prefix else { return self.stepped() };
        self.deeper()?;
        self.advance()?;
        let operand = self.chain(binds_as.level())?;
        self.depth -= 1;
        let span = start.to(operand.span);
        Ok(Expr { kind: ExprKind::Prefix(operator, Box::new(operand)), span })
    }

    /// An operand and what is taken of it.
    fn stepped(&mut self) -> Result<Expr, QueryError> {
        let base = self.primary()?;
        let mut steps = Vec::new();
        let mut span = base.span;
        while self.take(Sign::Dot)? {
            let name = self.name("et navn efter '.'")?;
            let mut arguments = None;
            span = span.to(name.span);
            if self.is(Sign::Open) {
                let (list, end) = self.arguments()?;
                span = span.to(end);
                arguments = Some(list);
            }
            steps.push(Step { name, arguments });
        }
        match steps.is_empty() {
            true => Ok(base),
            false => Ok(Expr { kind: ExprKind::Steps(Box::new(base), steps), span }),
        }
    }

    fn primary(&mut self) -> Result<Expr, QueryError> {
        let span = self.token.span;
        match self.token.kind {
            TokenKind::Sign(Sign::OpenBrace) => self.braces(),
            TokenKind::Sign(Sign::Open) => self.tuple(),
            TokenKind::Number => {
                let value = self.text[span.range()].parse().unwrap_or(f64::NAN);
                self.advance()?;
                Ok(Expr { kind: ExprKind::Number(value), span })
            }
            TokenKind::Text => {
                self.advance()?;
                Ok(Expr { kind: ExprKind::Text, span })
            }
            TokenKind::Word | TokenKind::Bracketed if !self.is_reserved() => self.path_or_call(),
            TokenKind::Sign(Sign::Ampersand) => self.path_or_call(),
            _ => Err(self.unexpected("en mængde eller et medlem")),
        }
    }

    fn braces(&mut self) -> Result<Expr, QueryError> {
        let start = self.token.span;
        self.advance()?;
        let mut elements = Vec::new();
        if !self.is(Sign::CloseBrace) {
            elements.push(self.expression()?);
            while self.take(Sign::Comma)? {
                elements.push(self.expression()?);
            }
        }
        let end = self.token.span;
        self.expect(Sign::CloseBrace, "',' eller '}'")?;
        Ok(Expr { kind: ExprKind::Braces(elements), span: start.to(end) })
    }

    fn tuple(&mut self) -> Result<Expr, QueryError> {
        let start = self.token.span;
        self.advance()?;
        let mut elements = vec![self.expression()?];
        while self.take(Sign::Comma)? {
            elements.push(self.expression()?);
        }
        let span = start.to(self.token.span);
        self.expect(Sign::Close, "',' eller ')'")?;
        match elements.pop() {
            Some(only) if elements.is_empty() => Ok(Expr { span, ..only }),
            last => {
                elements.extend(last);
                Ok(Expr { kind: ExprKind::Tuple(elements), span })
            }
        }
    }

    /// Names with dots between them, up to a property; or a function.
    fn path_or_call(&mut self) -> Result<Expr, QueryError> {
        let is_word = self.token.kind == TokenKind::Word;
        let first = self.name("et navn")?;
        if is_word && self.is(Sign::Open) {
            let (arguments, end) = self.arguments()?;
            let span = first.span.to(end);
            return Ok(Expr { kind: ExprKind::Call(first, arguments), span });
        }
        let mut names = Vec::with_capacity(4);
        names.push(first);
        self.path(&mut names)?;
        let span = names.last().map_or(first.span, |last| first.span.to(last.span));
        Ok(Expr { kind: ExprKind::Path(names), span })
    }

    /// The names that follow; stops before the dot of a property.
    fn path(&mut self, names: &mut Vec<Name>) -> Result<(), QueryError> {
        loop {
            if self.is(Sign::Ampersand) {
                names.push(self.name("en nøgle")?);
            } else if self.is(Sign::Dot) && !self.is_property_next() {
                self.advance()?;
                names.push(self.name("et navn efter '.'")?);
            } else {
                return Ok(());
            }
        }
    }

    /// Whether, behind the dot that is looked at, stands a property or something with arguments.
    fn is_property_next(&self) -> bool {
        let rest = self.text[self.token.span.end as usize..].trim_start();
        if rest.starts_with(['[', '&']) {
            return false;
        }
        let inside = |letter: char| letter.is_alphanumeric() || letter == '_';
        let length = rest.find(|letter| !inside(letter)).unwrap_or(rest.len());
        let word = &rest[..length];
        length > 0
            && (PROPERTIES.iter().any(|property| word.eq_ignore_ascii_case(property))
                || rest[length..].trim_start().starts_with('('))
    }

    fn arguments(&mut self) -> Result<(Vec<Option<Expr>>, Span), QueryError> {
        self.advance()?;
        let mut arguments = Vec::new();
        loop {
            let end = self.token.span;
            if self.is(Sign::Close) {
                if !arguments.is_empty() {
                    arguments.push(None);
                }
                self.advance()?;
                return Ok((arguments, end));
            }
            if self.take(Sign::Comma)? {
                arguments.push(None);
                continue;
            }
            arguments.push(Some(self.expression()?));
            let end = self.token.span;
            if !self.take(Sign::Comma)? {
                self.expect(Sign::Close, "',' eller ')'")?;
                return Ok((arguments, end));
            }
        }
    }

    fn name(&mut self, expected: &str) -> Result<Name, QueryError> {
        let is_key = self.take(Sign::Ampersand)?;
        let span = self.token.span;
        let kind = match self.token.kind {
            TokenKind::Word | TokenKind::Bracketed | TokenKind::Number if is_key => NameKind::Key,
            TokenKind::Word => NameKind::Bare,
            TokenKind::Bracketed => NameKind::Bracketed,
            TokenKind::Number => {
                let error = self.unexpected(expected);
                return Err(error.hint("navne, der begynder med et ciffer, skal stå i [ ]"));
            }
            _ => return Err(self.unexpected(expected)),
        };
        self.advance()?;
        Ok(Name { kind, span })
    }
}

// Tokens.
impl Parser<'_> {
    fn advance(&mut self) -> Result<(), QueryError> {
        let after_name = matches!(
            self.token.kind,
            TokenKind::Word
                | TokenKind::Bracketed
                | TokenKind::Sign(Sign::Close | Sign::CloseBrace)
        );
        self.token = self.lexer.next(after_name)?;
        Ok(())
    }

    fn is(&self, sign: Sign) -> bool {
        self.token.kind == TokenKind::Sign(sign)
    }

    fn take(&mut self, sign: Sign) -> Result<bool, QueryError> {
        let found = self.is(sign);
        if found {
            self.advance()?;
        }
        Ok(found)
    }

    fn expect(&mut self, sign: Sign, expected: &str) -> Result<(), QueryError> {
        match self.take(sign)? {
            true => Ok(()),
            false => Err(self.unexpected(expected)),
        }
    }

    fn is_word(&self, word: &str) -> bool {
        self.token.kind == TokenKind::Word
            && self.text[self.token.span.range()].eq_ignore_ascii_case(word)
    }

    fn take_word(&mut self, word: &str) -> Result<bool, QueryError> {
        let found = self.is_word(word);
        if found {
            self.advance()?;
        }
        Ok(found)
    }

    fn expect_word(&mut self, word: &str) -> Result<(), QueryError> {
        match self.take_word(word)? {
            true => Ok(()),
            false => Err(self.unexpected(word)),
        }
    }

    fn is_reserved(&self) -> bool {
        self.token.kind == TokenKind::Word && {
            let word = &self.text[self.token.span.range()];
            RESERVED.iter().any(|reserved| word.eq_ignore_ascii_case(reserved))
        }
    }

    fn deeper(&mut self) -> Result<(), QueryError> {
        self.depth += 1;
        if self.depth <= MAX_DEPTH {
            return Ok(());
        }
        let message = format!("udtryk må højst stå {MAX_DEPTH} lag inde i hinanden");
        let error = QueryError::new(ErrorKind::TooLarge, message);
        Err(error.hint("fjern overflødige parenteser").at(self.text, self.token.span.range()))
    }

    fn unexpected(&self, expected: &str) -> QueryError {
        let message = match self.token.kind {
            TokenKind::End => format!("forventede {expected}, men teksten slutter"),
            _ => {
                let found: String = self.text[self.token.span.range()].chars().take(40).collect();
                format!("forventede {expected}, men fandt '{found}'")
            }
        };
        QueryError::new(ErrorKind::Syntax, message).at(self.text, self.token.span.range())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An expression with all its brackets, calls as `f(…)`, steps as `a→b`.
    fn shown(text: &str, expr: &Expr) -> String {
        let name = |name: Name| {
            let key = if name.kind == NameKind::Key { "&" } else { "" };
            format!("{key}{}", name.text(text))
        };
        let list =
            |list: &[Expr]| list.iter().map(|one| shown(text, one)).collect::<Vec<_>>().join(", ");
        let arguments = |list: &[Option<Expr>]| {
            let shown =
                |one: &Option<Expr>| one.as_ref().map_or("_".into(), |one| shown(text, one));
            list.iter().map(shown).collect::<Vec<String>>().join(", ")
        };
        match &expr.kind {
            ExprKind::Path(names) => {
                names.iter().map(|&one| name(one)).collect::<Vec<_>>().join(".")
            }
            ExprKind::Steps(base, steps) => {
                let steps = steps.iter().map(|step| match &step.arguments {
                    None => format!("→{}", name(step.name)),
                    Some(list) => format!("→{}({})", name(step.name), arguments(list)),
                });
                format!("{}{}", shown(text, base), steps.collect::<String>())
            }
            ExprKind::Call(function, list) => format!("{}({})", name(*function), arguments(list)),
            ExprKind::Braces(elements) => format!("{{{}}}", list(elements)),
            ExprKind::Tuple(elements) => format!("({})", list(elements)),
            ExprKind::Number(number) => number.to_string(),
            ExprKind::Text => text[expr.span.range()].to_owned(),
            ExprKind::Chain(first, rest) => {
                let rest = rest.iter().map(|(op, one)| format!(" {op:?} {}", shown(text, one)));
                format!("<{}{}>", shown(text, first), rest.collect::<String>())
            }
            ExprKind::Prefix(operator, one) => format!("<{operator:?} {}>", shown(text, one)),
        }
    }

    #[test]
    fn expressions_have_the_shape_of_the_language() {
        for (text, expected) in [
            ("[Tid].[År].&[2020]", "Tid.År.&2020"),
            ("Tid.Kalender.&2020&[2020K1]", "Tid.Kalender.&2020.&2020K1"),
            ("[a]]b] . [Members]", "a]b.Members"),
            ("[Tid].[År].Members", "Tid.År→Members"),
            ("Measures.cChildren", "Measures.cChildren"),
            ("[H].Levels(1).members.Item(0)", "H→Levels(1)→members→Item(0)"),
            ("{a}.Item(0)", "{a}→Item(0)"),
            ("f(a,,b,)", "f(a, _, b, _)"),
            ("f()", "f()"),
            ("f(,)", "f(_, _)"),
            ("((a))", "a"),
            ("(a, {b, c})", "(a, {b, c})"),
            ("{}", "{}"),
            ("a:b * c:d", "<<a Range b> Times <c Range d>>"),
            ("a * b * c", "<a Times b Times c>"),
            ("a + b * c - d", "<a Plus <b Times c> Minus d>"),
            ("{-{a}}", "{<Minus {a}>}"),
            ("NOT a = 1 AND b > 2. OR c", "<<<Not <a Equal 1>> And <b Greater 2>> Or c>"),
            ("f(a, 'it''s', \"x\", .5)", "f(a, 'it''s', \"x\", 0.5)"),
            ("a /* b */ -- c", "a"),
        ] {
            let query = format!("SELECT {{{text}\n}} ON 0 FROM C");
            let select = mdx(&query).unwrap();
            assert_eq!(shown(&query, &select.axes[0].set), format!("{{{expected}}}"), "{text}");
        }
    }

    #[test]
    fn statements_have_axes_a_source_and_a_slicer() {
        let text = "select non empty {a} DIMENSION PROPERTIES PARENT_UNIQUE_NAME, \
                    [H].[L].[L]MEMBER_CAPTION on rows, b ON AXIS(0), c PROPERTIES x ON Pages \
                    from (SELECT d ON 0 FROM (SELECT FROM [min ]] kube])) WHERE (e, f) \
                    CELL PROPERTIES VALUE, FORMAT_STRING ;";
        let select = mdx(text).unwrap();
        let axes: Vec<(u32, bool, usize)> = select
            .axes
            .iter()
            .map(|axis| (axis.number, axis.non_empty, axis.properties.len()))
            .collect();
        assert_eq!(axes, [(1, true, 2), (0, false, 0), (2, false, 1)]);
        assert_eq!(select.cube_name(), "min ] kube");
        assert_eq!(select.cell_properties.len(), 2);
        assert_eq!(shown(text, select.slicer.as_ref().unwrap()), "(e, f)");
        assert!(mdx("SELECT FROM Salg").unwrap().axes.is_empty());
    }

    #[test]
    fn what_is_not_of_the_language_is_named_with_its_place() {
        for (text, message, line, column) in [
            ("", "forventede SELECT, men teksten slutter", 1, 1),
            ("SELECT {a} FROM c", "forventede ON, men fandt 'FROM'", 1, 12),
            ("SELECT {a ON 0 FROM c", "forventede ',' eller '}', men fandt 'ON'", 1, 11),
            (
                "SELECT {a}\n ON FROM c",
                "forventede en akse: COLUMNS, ROWS eller et tal, men fandt 'FROM'",
                2,
                5,
            ),
            (
                "SELECT {a,} ON 0 FROM c",
                "forventede en mængde eller et medlem, men fandt '}'",
                1,
                11,
            ),
            ("SELECT f(a ON 0 FROM c", "forventede ',' eller ')', men fandt 'ON'", 1, 12),
            ("SELECT a. ON 0 FROM c", "forventede ON, men fandt '0'", 1, 14),
            ("SELECT a.2020 ON 0 FROM c", "forventede et navn efter '.', men fandt '2020'", 1, 10),
            (
                "SELECT a ON 0.5 FROM c",
                "forventede en akse: COLUMNS, ROWS eller et tal, men fandt '0.5'",
                1,
                13,
            ),
            ("SELECT a ON 0", "forventede FROM, men teksten slutter", 1, 14),
            ("SELECT a ON 0 FROM", "forventede navnet på en kube, men teksten slutter", 1, 19),
            (
                "SELECT a ON 0 FROM c WHERE",
                "forventede en mængde eller et medlem, men teksten slutter",
                1,
                27,
            ),
            (
                "SELECT a ON 0 FROM c x",
                "forventede slutningen af forespørgslen, men fandt 'x'",
                1,
                22,
            ),
            (
                "WITH FOO x AS y SELECT x ON 0 FROM c",
                "forventede MEMBER, SET eller SELECT, men fandt 'FOO'",
                1,
                6,
            ),
            ("WITH SET x y SELECT x ON 0 FROM c", "forventede AS, men fandt 'y'", 1, 12),
            (
                "WITH MEMBER m.x AS '1 +' SELECT x ON 0 FROM c",
                "forventede en mængde eller et medlem, men teksten slutter",
                1,
                24,
            ),
            ("SELECT a HAVING b ON 0 FROM c", "HAVING er endnu ikke understøttet", 1, 10),
        ] {
            let error = mdx(text).unwrap_err();
            assert_eq!(error.message, message);
            assert_eq!(error.place.unwrap().line_and_column(), (line, column), "{text}");
        }
    }

    #[test]
    fn length_and_depth_have_limits() {
        let long = " ".repeat(MAX_TEXT_BYTES + 1);
        assert_eq!(mdx(&long).unwrap_err().kind, ErrorKind::TooLarge);
        for (open, close) in [("(", ")"), ("{", "}"), ("f(", ")"), ("- ", ""), ("NOT ", "")] {
            let text = format!("SELECT {}a{} ON 0 FROM c", open.repeat(100_000), close.repeat(9));
            assert_eq!(mdx(&text).unwrap_err().kind, ErrorKind::TooLarge, "{open}");
        }
        let inner = "(SELECT FROM ".repeat(70_000);
        assert_eq!(mdx(&format!("SELECT FROM {inner}")).unwrap_err().kind, ErrorKind::TooLarge);
    }

    #[test]
    fn long_chains_are_not_deep() {
        for link in ["*a", "-a", ":a", ".a", ".Parent", ".Item(0)", " AND a"] {
            let text = format!("SELECT a{} ON 0 FROM c", link.repeat(100_000));
            assert!(mdx(&text).is_ok(), "{link}");
        }
    }
}
