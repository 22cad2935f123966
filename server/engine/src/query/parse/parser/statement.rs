//! Which statement a text is, and those that are no `SELECT`.

use super::super::ast::{
    Create, DrillThrough, DropDefinition, Expr, Select, Source, Span, Statement,
};
use super::super::lexer::TokenKind;
use super::{Parser, Sign};
use crate::query::{ErrorKind, QueryError};

/// Statements of other servers, and of this one's future, that are known by their first word.
const FOREIGN: [&str; 8] =
    ["ALTER", "BEGIN", "CALL", "CLEAR", "COMMIT", "ROLLBACK", "SCOPE", "UPDATE"];

/// Words that may stand between `CREATE` or `DROP` and what is created or dropped.
const KINDS: [&str; 6] = ["SESSION", "GLOBAL", "CALCULATED", "HIDDEN", "STATIC", "DYNAMIC"];

/// What to do instead of creating a name for a session.
const DEFINE_IN_QUESTION: &str =
    "definer navnet i selve forespørgslen: WITH MEMBER … eller WITH SET …";

/// The `SELECT` that a statement is; any other is refused with what to write instead.
pub(super) fn only_select<'a>(
    text: &str,
    statement: Statement<'a>,
) -> Result<Select<'a>, QueryError> {
    let (words, hint, span) = match statement {
        Statement::Select(select) => return Ok(select),
        Statement::DrillThrough(drill) => (
            "DRILLTHROUGH",
            "rækkerne bag en celle hentes med terning mdx eller kaldet RunStatement",
            drill.select.span,
        ),
        Statement::Explain(select) => {
            ("EXPLAIN", "brug terning mdx eller kaldet RunStatement", select.span)
        }
        Statement::Create(create) => ("CREATE", DEFINE_IN_QUESTION, create.words),
        Statement::Drop(drop) => {
            ("DROP", "der er intet at slette: navne gælder kun i forespørgslen selv", drop.words)
        }
        Statement::Refresh(name) => {
            let hint = "kuben er altid opdateret, når en genopbygning er taget i brug: udelad sætningen, og \
                        stil spørgsmålet";
            ("REFRESH CUBE", hint, name.span)
        }
    };
    let message = format!("{words} er ikke understøttet her");
    Err(QueryError::new(ErrorKind::Invalid, message).hint(hint).at(text, span.range()))
}

impl<'a> Parser<'a> {
    pub(super) fn statement(&mut self) -> Result<Statement<'a>, QueryError> {
        let start = self.token.span;
        if self.take_word("DRILLTHROUGH")? {
            return self.drill_through().map(Statement::DrillThrough);
        }
        if self.take_word("EXPLAIN")? {
            return self.with_select().map(Statement::Explain);
        }
        if self.take_word("CREATE")? {
            return self.create(start).map(Statement::Create);
        }
        if self.take_word("DROP")? {
            return self.drop_definition(start).map(Statement::Drop);
        }
        if self.take_word("REFRESH")? {
            self.expect_word("CUBE")?;
            return self.name("navnet på en kube").map(Statement::Refresh);
        }
        self.refuse_foreign()?;
        self.with_select().map(Statement::Select)
    }

    fn refuse_foreign(&self) -> Result<(), QueryError> {
        match FOREIGN.iter().find(|word| self.is_word(word)) {
            Some(word) => Err(self.refused(format!("{word} er ikke understøttet"))),
            None => Ok(()),
        }
    }

    fn refused(&self, message: String) -> QueryError {
        self.here(QueryError::new(ErrorKind::Invalid, message))
            .hint("kuber kan kun læses: skriv en SELECT")
    }

    fn with_select(&mut self) -> Result<Select<'a>, QueryError> {
        let start = self.token.span;
        let definitions = self.definitions()?;
        let select = self.select()?;
        let span = start.to(select.span);
        Ok(Select { definitions, span, ..select })
    }

    fn drill_through(&mut self) -> Result<DrillThrough<'a>, QueryError> {
        let (mut max_rows, mut first_row) = (None, None);
        loop {
            if self.take_word("MAXROWS")? {
                max_rows = Some(self.whole_number("et antal rækker efter MAXROWS")?);
            } else if self.take_word("FIRSTROWSET")? {
                first_row = Some(self.whole_number("en rækkes nummer efter FIRSTROWSET")?);
            } else {
                break;
            }
        }
        let select = self.with_select()?;
        let columns = if self.take_word("RETURN")? { self.columns()? } else { Vec::new() };
        Ok(DrillThrough { max_rows, first_row, select, columns })
    }

    fn columns(&mut self) -> Result<Vec<Expr>, QueryError> {
        let mut columns = vec![self.expression()?];
        while self.take(Sign::Comma)? {
            columns.push(self.expression()?);
        }
        Ok(columns)
    }

    /// A number without point or exponent.
    pub(super) fn whole_number<N: std::str::FromStr>(
        &mut self,
        expected: &str,
    ) -> Result<N, QueryError> {
        let number = match self.token.kind {
            TokenKind::Number => self.letters().parse().ok(),
            _ => None,
        };
        let number = number.ok_or_else(|| self.unexpected(expected))?;
        self.advance()?;
        Ok(number)
    }

    fn create(&mut self, start: Span) -> Result<Create<'a>, QueryError> {
        let (is_member, end) = self.defined_kind("CREATE")?;
        let definition = self.definition(is_member)?;
        Ok(Create { words: start.to(end), definition })
    }

    fn drop_definition(&mut self, start: Span) -> Result<DropDefinition, QueryError> {
        let (is_member, end) = self.defined_kind("DROP")?;
        let mut names = vec![self.full_path()?];
        while self.take(Sign::Comma)? {
            names.push(self.full_path()?);
        }
        Ok(DropDefinition { words: start.to(end), is_member, names })
    }

    /// `MEMBER` or `SET`, and the words before it.
    fn defined_kind(&mut self, verb: &str) -> Result<(bool, Span), QueryError> {
        while KINDS.iter().any(|word| self.is_word(word)) {
            self.advance()?;
        }
        for other in ["CUBE", "SUBCUBE", "KPI", "ACTION", "CELL"] {
            if self.is_word(other) {
                return Err(self.refused(format!("{verb} {other} er ikke understøttet")));
            }
        }
        let span = self.token.span;
        match (self.take_word("MEMBER")?, self.take_word("SET")?) {
            (false, false) => Err(self.unexpected("MEMBER eller SET")),
            (is_member, _) => Ok((is_member, span)),
        }
    }

    /// What stands after `FROM`, and its place.
    pub(super) fn source(&mut self) -> Result<(Source<'a>, Span), QueryError> {
        let start = self.token.span;
        let non_visual = self.take_word("NON")?;
        if non_visual {
            self.expect_word("VISUAL")?;
        }
        let open = self.token.span;
        if non_visual && !self.is(Sign::Open) {
            return Err(self.unexpected("'(' og en indre SELECT efter NON VISUAL"));
        }
        if self.take(Sign::Open)? {
            self.deeper()?;
            let select = Box::new(self.select()?);
            self.depth -= 1;
            let end = self.close(Sign::Close, "')' efter den indre SELECT", open)?;
            return Ok((Source::Select { select, non_visual }, start.to(end)));
        }
        let name = self.name("navnet på en kube")?;
        Ok((Source::Cube(name), name.span))
    }
}
