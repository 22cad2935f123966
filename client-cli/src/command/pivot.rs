//! `terning pivot`

use terning_proto::v1;
use terning_proto::v1::question::Asked;

use super::stdin;
use crate::args::{Common, Pivot, Show};
use crate::client::Client;
use crate::error::Error;
use crate::output::{self, Heading};

pub(super) async fn run(client: &mut Client, common: &Common, args: Pivot) -> Result<(), Error> {
    let show = args.show;
    let pivot = pivot(args)?;
    match show {
        Some(Show::Mdx) => output::text(common, &client.translate(pivot).await?),
        None => {
            let answer = client.ask(Asked::Pivot(pivot)).await?;
            output::answer(common, &Heading::default(), &answer)
        }
    }
}

fn pivot(args: Pivot) -> Result<v1::Pivot, Error> {
    Ok(v1::Pivot {
        cube: args.cube,
        filters: stdin::fill(&args.filters)?,
        columns: args.columns,
        rows: args.rows,
        measures: args.measures,
        totals: args.totals,
        empty: args.empty,
    })
}
