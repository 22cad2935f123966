//! The clauses of a `SELECT`.

use super::super::MAX_AXES;
use super::super::ast::{AxisClause, PropertyPath, Select, Span};
use super::{Parser, Sign};
use crate::query::{ErrorKind, Parameters, QueryError};

/// The names of the first axes.
const AXIS_NAMES: [&str; 5] = ["COLUMNS", "ROWS", "PAGES", "SECTIONS", "CHAPTERS"];

impl<'a> Parser<'a> {
    pub(super) fn select(&mut self) -> Result<Select<'a>, QueryError> {
        let start = self.token.span;
        self.expect_word("SELECT")?;
        let axes = self.axes()?;
        self.expect_word("FROM")?;
        let (source, mut span) = self.source()?;
        let mut slicer = None;
        if self.take_word("WHERE")? {
            let set = self.expression()?;
            span = set.span;
            slicer = Some(set);
        }
        let mut cell_properties = Vec::new();
        if self.take_word("CELL")? {
            self.expect_word("PROPERTIES")?;
            cell_properties = self.properties()?;
            span = cell_properties.last().map_or(span, |last| last.span);
        }
        let (text, definitions, span) = (self.text, Vec::new(), start.to(span));
        let parameters = Parameters::NONE;
        Ok(Select { text, definitions, axes, source, slicer, cell_properties, parameters, span })
    }

    /// The axes, each at the position of its number.
    fn axes(&mut self) -> Result<Vec<AxisClause>, QueryError> {
        let mut axes = Vec::new();
        if self.is_word("FROM") {
            return Ok(axes);
        }
        axes.push(self.axis()?);
        while self.take(Sign::Comma)? {
            axes.push(self.axis()?);
        }
        axes.sort_by_key(|axis| axis.number);
        self.check_numbers(&axes)?;
        Ok(axes)
    }

    /// An error where a number is missing or there twice; the axes are in the order of theirs.
    fn check_numbers(&self, axes: &[AxisClause]) -> Result<(), QueryError> {
        let invalid = |message: String, span: Span| {
            QueryError::new(ErrorKind::Invalid, message).at(self.text, span.range())
        };
        for pair in axes.windows(2) {
            if pair[0].number == pair[1].number {
                let message = format!("akse {} er skrevet to gange", pair[1].number);
                return Err(invalid(message, pair[1].number_span)
                    .hint("giv den ene et andet nummer: COLUMNS er 0, ROWS er 1, PAGES er 2"));
            }
        }
        let missing = axes.iter().zip(0..).find(|(axis, number)| axis.number != *number);
        if let (Some((_, number)), Some(last)) = (missing, axes.last()) {
            return Err(invalid(format!("akse {number} mangler"), last.number_span)
                .hint("akser nummereres fra 0 uden huller: COLUMNS er 0, ROWS er 1"));
        }
        match axes.get(MAX_AXES) {
            Some(axis) => Err(invalid(format!("der er over {MAX_AXES} akser"), axis.number_span)
                .hint("saml flere mængder på en akse med *")),
            None => Ok(()),
        }
    }

    fn axis(&mut self) -> Result<AxisClause, QueryError> {
        let non_empty = self.take_word("NON")?;
        if non_empty {
            self.expect_word("EMPTY")?;
        }
        let set = self.expression()?;
        let having = if self.take_word("HAVING")? { Some(self.expression()?) } else { None };
        let mut properties = Vec::new();
        if self.take_word("DIMENSION")? {
            self.expect_word("PROPERTIES")?;
            properties = self.properties()?;
        } else if self.take_word("PROPERTIES")? {
            properties = self.properties()?;
        }
        self.expect_word("ON")?;
        let (number, number_span) = self.axis_number()?;
        Ok(AxisClause { non_empty, set, having, properties, number, number_span })
    }

    fn axis_number(&mut self) -> Result<(u32, Span), QueryError> {
        let expected = "en akse: COLUMNS, ROWS eller et tal";
        let span = self.token.span;
        for (number, name) in AXIS_NAMES.into_iter().enumerate() {
            if self.take_word(name)? {
                return Ok((number as u32, span));
            }
        }
        if self.take_word("AXIS")? {
            let open = self.token.span;
            self.expect(Sign::Open, "'(' efter AXIS")?;
            let number = self.whole_number(expected)?;
            let end = self.close(Sign::Close, "')' efter aksens nummer", open)?;
            return Ok((number, span.to(end)));
        }
        Ok((self.whole_number(expected)?, span))
    }

    /// The properties of a list.
    fn properties(&mut self) -> Result<Vec<PropertyPath>, QueryError> {
        let mut properties = vec![self.property()?];
        while self.take(Sign::Comma)? {
            properties.push(self.property()?);
        }
        Ok(properties)
    }
}
