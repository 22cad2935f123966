//! `terning mdx`

use terning_proto::v1::question::Asked;
use terning_proto::v1::{ParameterValue, parameter_value::Value};

use super::stdin;
use crate::args::{Common, Mdx};
use crate::client::Client;
use crate::error::Error;
use crate::output::{self, Choice, Heading};

pub(super) async fn run(client: &mut Client, common: &Common, args: Mdx) -> Result<(), Error> {
    let Mdx { text, parameters, explain } = args;
    let parameters = parameters.iter().map(|given| parameter(given)).collect::<Result<_, _>>()?;
    let text = if text == "-" { stdin::all()? } else { text };
    let heading = Heading { choices: vec![Choice::new("MDX", &text)], ..Heading::default() };
    let outcome = client.with(parameters).run(Asked::Mdx(text), explain).await?;
    output::outcome(common, &heading, &outcome)
}

/// A parameter as it is given: `Name=value`, where a number is a number and anything else a text.
fn parameter(given: &str) -> Result<(String, ParameterValue), Error> {
    let Some((name, value)) = given.split_once('=').filter(|(name, _)| !name.trim().is_empty())
    else {
        return Err(Error::new(format!("'{given}' er ikke NAVN=VÆRDI")));
    };
    let name = name.trim().trim_start_matches('@').to_owned();
    let quoted = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let value = match (quoted, value.trim().parse::<f64>()) {
        (None, Ok(number)) if number.is_finite() => Value::Number(number),
        (quoted, _) => Value::Text(quoted.unwrap_or(value).to_owned()),
    };
    Ok((name, ParameterValue { value: Some(value) }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_a_number_unless_it_is_quoted() {
        let of = |given: &str| parameter(given).map(|(name, value)| (name, value.value.unwrap()));
        assert_eq!(of("@Antal=5").unwrap(), ("Antal".to_owned(), Value::Number(5.0)));
        let text = |text: &str| Value::Text(text.to_owned());
        assert_eq!(of("Kode=\"084\"").unwrap(), ("Kode".to_owned(), text("084")));
        assert_eq!(of("Aar=[Tid].[År].&[2020]").unwrap().1, text("[Tid].[År].&[2020]"));
        assert!(of("Aar").is_err() && of("=5").is_err());
    }
}
