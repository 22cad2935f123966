//! Shows the records that count in a cell.

use terning_engine::cube::Cube;
use terning_engine::query::drill::Of;
use terning_engine::query::format::{Format, Language, Shown};
use terning_engine::query::{Cancel, Drill, Drilled, drill};
use terning_proto::v1;
use tonic::Status;

use super::call::{Call, Sight};
use super::explain::of_formula;
use super::table::{self, About};
use super::{Api, Parts, status};

/// Records of the largest answer.
pub(super) const LARGEST: usize = 1_000_000;

/// What a municipality is told of the records behind a figure of all municipalities.
const OTHERS: &str = "Kun kommunens egne ydelser er vist, efter dens egne indberetninger; cellen kan \
                      rumme flere.";
/// The same of facts that no rule changes.
const OTHER_FACTS: &str = "Kun kommunens egne rækker er vist; cellen kan rumme flere.";

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
    let teller = sight.views[drilled.of.view].cube();
    let mut about = about(sight.views[at].cube(), teller.freshness.is_some(), filters, drilled);
    if drilled.of.view != at {
        let teller = &teller.name;
        let what = if drilled.of.group.is_none() { "Ydelserne" } else { "Rækkerne" };
        about.notes.push(format!("{what} er vist, som de er i kuben '{teller}'."));
    }
    table::parts(&sight.version, about, &drilled.table, cancel)
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

fn counted(count: usize, one: &str, several: &str) -> String {
    let shown = Format::of_decimals(0, Language::Danish).show(Shown::Number(count as f64));
    format!("{shown} {}", if count == 1 { one } else { several })
}

/// What there is to say of records; those of deliveries are services to citizens.
fn about(cube: &Cube, delivered: bool, filters: Vec<String>, drilled: &Drilled) -> About {
    let (records, entities) = (drilled.records, drilled.entities);
    let shown = drilled.table.rows();
    let Of { measure, group, parts, some, .. } = &drilled.of;
    let group = group.as_deref();
    let mut notes = vec![match group {
        None if !delivered => format!("I alt {}.", counted(records, "række", "rækker")),
        None => format!(
            "I alt {} hos {}.",
            counted(records, "ydelse", "ydelser"),
            counted(entities, "borger", "borgere")
        ),
        Some(group) => format!("I alt {} i {group}.", counted(records, "række", "rækker")),
    }];
    notes.extend(of_formula(parts, measure));
    if *some {
        notes.push(if group.is_none() && delivered { OTHERS } else { OTHER_FACTS }.to_owned());
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
        title: match group {
            None if delivered => "Ydelserne bag cellen".to_owned(),
            _ => format!("Rækkerne bag cellen: {measure}"),
        },
        notes,
        cube: cube.name.clone(),
        behind: drilled.behind,
        filters,
        source: String::new(),
        has_reporters: cube.freshness.is_some(),
    }
}
