//! A column by its name: of the table itself, worked out from others, or of a joined table.

use std::borrow::Cow;
use std::rc::Rc;

use cube_schema::schema::expression::{self, Formula};
use hashbrown::HashMap;

use super::source::Row;

/// The values of a joined table's column by its key.
pub(super) type Values = Rc<HashMap<Box<str>, Box<str>>>;

/// How the value of a column is got from a row.
pub(super) enum Getter {
    /// It stands in the row, at a position among the columns that are read.
    Own(usize),
    /// It is worked out.
    WorkedOut(Box<Formula>, Vec<Getter>),
    /// It stands in a joined table, at the row that a column points at.
    Joined(Box<Getter>, Values),
}

impl Getter {
    /// The value in a row; nothing where a join finds no row.
    pub fn get<'r>(&'r self, row: &'r Row<'_>) -> Result<Option<Cow<'r, str>>, String> {
        match self {
            Getter::Own(at) => Ok(row[*at].map(Cow::Borrowed)),
            Getter::Joined(key, values) => {
                let key = key.get(row)?;
                let found = key.and_then(|key| values.get(&*key));
                Ok(found.map(|value| Cow::Borrowed(&**value)))
            }
            Getter::WorkedOut(formula, columns) => {
                let values: Vec<Option<Cow<'_, str>>> =
                    columns.iter().map(|column| column.get(row)).collect::<Result<_, _>>()?;
                let values: Vec<Option<&str>> = values.iter().map(Option::as_deref).collect();
                let text = formula.value(&values).map(expression::Value::into_text)?;
                Ok(text.filter(|text| !text.is_empty()).map(Cow::Owned))
            }
        }
    }
}
