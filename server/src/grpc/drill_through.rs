//! Shows the records that count in a cell.

use terning_engine::query::{Cancel, Drill, Drilled, drill};
use terning_proto::v1;
use tonic::{Request, Status};

use super::table::{self, About};
use super::{Api, Parts, status, work};

/// Records of the largest answer.
const LARGEST: usize = 1_000_000;

impl Api {
    pub(super) async fn answer_drill_through(
        &self,
        request: Request<v1::DrillThroughRequest>,
    ) -> Result<Parts<v1::TableResponse>, Status> {
        let deadline = work::deadline(request.metadata());
        let request = request.into_inner();
        let version = self.version(&request.version).await?;
        let job = move |cancel: &Cancel| {
            let asked = asked(&request);
            let views = version.views();
            let (cube, drilled) = drill(&views, &asked, true, cancel).map_err(status::of_query)?;
            let cube = version.cubes[cube].name.clone();
            Ok(table::parts(&version, about(cube, request.filters, &drilled), &drilled.table))
        };
        Ok(super::table_stream(self.work.run(deadline, job).await?))
    }
}

fn asked(request: &v1::DrillThroughRequest) -> Drill {
    Drill {
        cube: request.cube.clone(),
        filters: request.filters.clone(),
        columns: request.columns.clone(),
        max: (request.max as usize).min(LARGEST),
    }
}

fn about(cube: String, filters: Vec<String>, drilled: &Drilled) -> About {
    let (records, entities) = (drilled.records, drilled.entities);
    let shown = drilled.table.rows();
    let mut notes = vec![format!("I alt {records} ydelser hos {entities} borgere.")];
    if shown < records {
        notes.push(format!("De første {shown} er vist; vis flere med --max."));
    }
    About {
        title: "Ydelserne bag cellen".to_owned(),
        notes,
        cube,
        behind: drilled.behind,
        filters,
        source: String::new(),
    }
}
