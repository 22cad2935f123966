//! `terning drill`

use terning_proto::v1;

use super::stdin;
use crate::args::{Common, Drill};
use crate::client::Client;
use crate::error::Error;
use crate::output;

pub(super) async fn run(client: &mut Client, common: &Common, args: Drill) -> Result<(), Error> {
    let asked = v1::DrillThroughRequest {
        cube: args.cube,
        filters: stdin::fill(&args.filters)?,
        columns: args.columns,
        max: args.max.unwrap_or_default(),
        measure: args.measure,
        ..v1::DrillThroughRequest::default()
    };
    output::table(common, &client.drill(asked).await?)
}
