//! `terning diff`

use terning_proto::v1;

use super::stdin;
use crate::args::{Common, Diff};
use crate::client::Client;
use crate::error::Error;
use crate::output;

pub(super) async fn run(client: &mut Client, common: &Common, args: Diff) -> Result<(), Error> {
    if !common.version.is_empty() {
        let said =
            "terning diff sammenligner de to versioner, der står efter diff; udelad --version";
        return Err(Error::new(said.to_owned()));
    }
    output::table(common, &client.diff(asked(args)?).await?)
}

fn asked(args: Diff) -> Result<v1::DiffRequest, Error> {
    let parameters = [("kommune", args.kommune), ("kommuner", args.kommuner), ("aar", args.aar)];
    let parameters =
        parameters.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    let filters = stdin::fill(&args.filters)?;
    let pivot = args.cube.map(|cube| v1::Pivot {
        cube,
        filters,
        columns: args.columns,
        rows: args.rows,
        measures: args.measures,
        totals: args.totals,
        empty: false,
    });
    Ok(v1::DiffRequest {
        before: args.before,
        after: args.after,
        pivot,
        report: args.report,
        parameters: parameters.collect(),
        records: args.records,
        purpose: String::new(),
    })
}
