//! `terning queries` and `terning cancel`

use serde_json::{Value, json};
use terning_proto::v1::{QueryInfo, QueryState};

use crate::args::Common;
use crate::client::Client;
use crate::error::Error;
use crate::output::{self, List};

/// Lists the queries that wait or run.
pub(super) async fn list(client: &mut Client, common: &Common) -> Result<(), Error> {
    let queries = client.queries().await?;
    let list = List {
        title: String::new(),
        headers: vec!["Id", "Siden", "Tilstand", "Kald", "Hvem", "Kube", "Version"],
        rows: queries.iter().map(row).collect(),
    };
    output::lists(common, &queries.iter().map(query).collect(), &[list])
}

/// Ends one.
pub(super) async fn cancel(client: &mut Client, common: &Common, id: String) -> Result<(), Error> {
    client.cancel(id.clone()).await?;
    let list = List {
        title: String::new(),
        headers: vec!["Id", "Tilstand"],
        rows: vec![vec![id.clone(), "afbrudt".to_owned()]],
    };
    output::lists(common, &json!({ "id": id, "state": "cancelled" }), &[list])
}

fn row(query: &QueryInfo) -> Vec<String> {
    let QueryInfo { id, since, call, caller, cube, version, .. } = query.clone();
    let state = match query.state() {
        QueryState::Waiting => "venter",
        QueryState::Running => "besvares",
        QueryState::Ending => "afbrydes",
        QueryState::Unspecified => "",
    };
    vec![id, since, state.to_owned(), call, caller, cube, version]
}

fn query(query: &QueryInfo) -> Value {
    let state = match query.state() {
        QueryState::Waiting => "waiting",
        QueryState::Running => "running",
        QueryState::Ending => "ending",
        QueryState::Unspecified => "",
    };
    json!({
        "id": query.id,
        "since": query.since,
        "state": state,
        "call": query.call,
        "caller": query.caller,
        "cube": query.cube,
        "version": query.version,
    })
}
