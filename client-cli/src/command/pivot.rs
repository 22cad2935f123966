//! `terning pivot`

use terning_proto::v1;
use terning_proto::v1::question::Asked;

use super::stdin;
use crate::args::{Common, Pivot, Show};
use crate::client::Client;
use crate::error::Error;
use crate::output::{self, Choice, Heading};

pub(super) async fn run(client: &mut Client, common: &Common, args: Pivot) -> Result<(), Error> {
    let (show, explain, choices) = (args.show, args.explain, choices(&args));
    let pivot = pivot(args)?;
    match show {
        Some(Show::Mdx) => output::text(common, &client.translate(pivot).await?),
        None => {
            let heading = Heading { choices, ..Heading::default() };
            let outcome = client.run(Asked::Pivot(pivot), explain).await?;
            output::outcome(common, &heading, &outcome)
        }
    }
}

/// What was asked, for whoever is handed the answer, as it was written: a value that was read from
/// stdin stays a `-`.
fn choices(pivot: &Pivot) -> Vec<Choice> {
    let kinds = [
        ("Filter", &pivot.filters),
        ("Kolonner", &pivot.columns),
        ("Rækker", &pivot.rows),
        ("Mål", &pivot.measures),
    ];
    kinds.into_iter().flat_map(|(name, values)| Choice::all(name, values)).collect()
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
