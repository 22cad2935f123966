//! Shows the records that count in a cell.

use cube_schema::language::Language;
use cube_schema::schema::Noun;
use terning_engine::cube::Cube;
use terning_engine::query::drill::Of;
use terning_engine::query::{Cancel, Drill, Drilled, drill};
use terning_proto::v1;
use tonic::Status;

use super::call::{Call, Sight};
use super::explain::of_formula;
use super::table::{self, About};
use super::{Api, Parts, status};

/// Records of the largest answer.
pub(super) const LARGEST: usize = 1_000_000;

impl Api {
    pub(super) async fn answer_drill_through(
        &self,
        call: Call<v1::DrillThroughRequest>,
    ) -> Result<Parts<v1::TableResponse>, Status> {
        let Call { caller, deadline, message: request } = call;
        let sight = self.sight(&caller, deadline, &request.version).await?;
        sight.tell_cube(&request.cube);
        let job = move |cancel: &Cancel| {
            let asked = asked(&request);
            let drilled = drill(&sight.views, &asked, (&sight.limits, cancel));
            let (at, drilled) = drilled.map_err(status::of_query)?;
            sight.tell_records(&sight.views[at], &drilled);
            Ok(super::table_answers(parts(&sight, at, request.filters, &drilled, cancel)?))
        };
        Ok(Box::pin(self.work.parts(&caller, deadline, job).await?))
    }
}

/// The records behind a cell of one of the cubes, with what there is to say of them.
pub(super) fn parts(
    sight: &Sight,
    at: usize,
    filters: Vec<String>,
    drilled: &Drilled,
    cancel: &Cancel,
) -> Result<Vec<v1::TablePart>, Status> {
    let mut about = about(sight.views[at].cube(), filters, drilled);
    if drilled.of.view != at {
        let (what, teller) =
            (titled(&drilled.of.record.2), &sight.views[drilled.of.view].cube().name);
        about.notes.push(format!("{what} er vist, som de er i kuben '{teller}'."));
    }
    table::parts(sight, about, &drilled.table, cancel)
}

fn asked(request: &v1::DrillThroughRequest) -> Drill {
    Drill {
        cube: request.cube.clone(),
        filters: request.filters.clone(),
        measure: request.measure.clone(),
        columns: request.columns.clone(),
        max: (request.max as usize).min(LARGEST),
        first: 0,
    }
}

/// A number and what there is so many of.
fn counted(count: usize, noun: &Noun) -> String {
    format!("{} {}", Language::Danish.whole(count as u64), noun.behind(count as u64))
}

/// The same with a capital letter.
fn titled(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(letters).collect()
}

/// What there is to say of records.
fn about(cube: &Cube, filters: Vec<String>, drilled: &Drilled) -> About {
    let records = drilled.records;
    let shown = drilled.table.rows();
    let Of { measure, record, entity, parts, some, by_rules, .. } = &drilled.of;
    let all = counted(records, record);
    let mut notes = vec![match entity {
        None => format!("I alt {all}."),
        Some(entity) => format!("I alt {all} hos {}.", counted(drilled.entities, entity)),
    }];
    notes.extend(of_formula(parts, measure));
    if *some {
        let by_own = if *by_rules { ", efter dens egne indberetninger" } else { "" };
        let own = &record.1;
        notes.push(format!("Kun kommunens egne {own} er vist{by_own}; cellen kan rumme flere."));
    }
    if !drilled.stands.is_empty() {
        notes.push(format!("Hvor intet er sagt, er cellen {}.", drilled.stands.join(" og ")));
    }
    if shown < records {
        notes.push(match drilled.first {
            0 => format!("De første {shown} er vist; vis flere med --max eller MAXROWS."),
            before => format!("Vist er {shown} fra nummer {}.", before + 1),
        });
    }
    About {
        title: match by_rules {
            true => format!("{} bag cellen", titled(&record.2)),
            false => format!("{} bag cellen: {measure}", titled(&record.2)),
        },
        notes,
        cube: cube.name.clone(),
        behind: drilled.behind,
        filters,
        source: String::new(),
        has_reporters: cube.freshness.is_some(),
    }
}
