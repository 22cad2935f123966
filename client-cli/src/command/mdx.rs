//! `terning mdx`

use terning_proto::v1::question::Asked;

use super::stdin;
use crate::args::Common;
use crate::client::Client;
use crate::error::Error;
use crate::output::{self, Choice, Heading};

pub(super) async fn run(client: &mut Client, common: &Common, text: String) -> Result<(), Error> {
    let text = if text == "-" { stdin::all()? } else { text };
    let heading = Heading { choices: vec![Choice::new("MDX", &text)], ..Heading::default() };
    let answer = client.ask(Asked::Mdx(text)).await?;
    output::answer(common, &heading, &answer)
}
