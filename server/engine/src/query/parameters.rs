//! Values that are given beside a text of MDX: `@Name` in it stands for one of them.

use crate::cube::dimension::same;

/// A value that is given beside the text. It is a value wherever it stands, and never part of the text.
#[derive(Clone, Debug, PartialEq)]
pub enum Parameter {
    /// A text.
    Text(String),
    /// A number.
    Number(f64),
}

/// The values that are given beside a text, by name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parameters(Vec<(String, Parameter)>);

impl Parameters {
    /// No values.
    pub const NONE: Parameters = Parameters(Vec::new());

    /// Gives a value; its name may be written with or without `@`. Of two of a name the first holds.
    pub fn put(&mut self, name: &str, value: Parameter) {
        self.0.push((name.trim().trim_start_matches('@').to_owned(), value));
    }

    /// The value of a name, upper and lower case being equal.
    pub(super) fn find(&self, name: &str) -> Option<&Parameter> {
        self.0.iter().find(|(own, _)| same(own, name)).map(|(_, value)| value)
    }

    /// The names of all values.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::bind::fixture::{failure, view};
    use crate::query::{Cancel, Limits, QueryError, Question, answer};

    fn asked(text: &str, given: &[(&str, Parameter)]) -> Result<Vec<f64>, QueryError> {
        let mut parameters = Parameters::default();
        given.iter().for_each(|(name, value)| parameters.put(name, value.clone()));
        let question = Question::MdxWith(text, &parameters);
        let found = answer(&[view()], &question, &Limits::default(), &Cancel::default());
        found.map(|found| found.cells.values)
    }

    fn text(text: &str) -> Parameter {
        Parameter::Text(text.to_owned())
    }

    #[test]
    fn a_parameter_stands_for_its_value() {
        let of_set = "SELECT [Measures].[Antal Ydelser] ON 0 FROM \
                      (SELECT STRTOSET(@Kommune, CONSTRAINED) ON 0 FROM [Voksne])";
        // One of the four services is in Dragør, two are in Brøndby.
        for (value, expected) in [
            ("[Handle kommune].[Kommune].&[155]", 1.0),
            ("{[Handle kommune].[Kommune].&[155], [Handle kommune].[Kommune].&[153]}", 3.0),
        ] {
            assert_eq!(asked(of_set, &[("@kommune", text(value))]).unwrap(), [expected]);
        }
        let of_number = "WITH MEMBER [Measures].[x] AS [Measures].[Antal Ydelser] * @Gange \
                         SELECT [Measures].[x] ON 0 FROM [Voksne]";
        assert_eq!(asked(of_number, &[("Gange", Parameter::Number(2.5))]).unwrap(), [10.0]);
    }

    #[test]
    fn a_parameter_is_never_part_of_the_text() {
        let set = "SELECT STRTOSET(@Kommune, CONSTRAINED) ON 0 FROM [Voksne]";
        let formula = "Filter([Handle kommune].[Kommune].Members, 1 = 1)";
        assert!(asked(set, &[("Kommune", text(formula))]).is_err());
        let member = "SELECT {[Køn].[Køn].[Mand]} ON 0 FROM [Voksne] WHERE @Andet";
        assert!(asked(member, &[("Andet", text("[Tid].[År].[2020]"))]).is_err());
    }

    #[test]
    fn one_without_a_value_is_pointed_at() {
        let text_ = "SELECT STRTOSET(@Komune) ON 0 FROM [Voksne]";
        let error = asked(text_, &[("Kommune", text("x"))]).unwrap_err();
        assert_eq!(failure(&error), "parameteren @Komune har ingen værdi @@Komune Kommune");
    }
}
