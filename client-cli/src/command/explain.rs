//! `terning explain`

use terning_proto::v1;

use super::stdin;
use crate::args::{Common, Explain};
use crate::client::Client;
use crate::error::Error;
use crate::output;

pub(super) async fn run(client: &mut Client, common: &Common, args: Explain) -> Result<(), Error> {
    let asked = v1::ExplainRequest {
        cube: args.cube,
        filters: stdin::fill(&args.filters)?,
        measure: args.measure,
        ..v1::ExplainRequest::default()
    };
    output::table(common, &client.explain(asked).await?)
}
