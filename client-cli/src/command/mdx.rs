//! `terning mdx`

use terning_proto::v1::question::Asked;

use super::stdin;
use crate::args::{Common, Mdx};
use crate::client::Client;
use crate::error::Error;
use crate::output::{self, Choice, Heading};

pub(super) async fn run(client: &mut Client, common: &Common, args: Mdx) -> Result<(), Error> {
    let Mdx { text, explain } = args;
    let text = if text == "-" { stdin::all()? } else { text };
    let heading = Heading { choices: vec![Choice::new("MDX", &text)], ..Heading::default() };
    let outcome = client.run(Asked::Mdx(text), explain).await?;
    output::outcome(common, &heading, &outcome)
}
