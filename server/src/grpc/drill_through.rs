//! Shows the records that count in a cell.

use terning_engine::query::{Cancel, Drill, Drilled, View, drill};
use terning_proto::v1;
use tonic::Status;

use super::call::Call;
use super::table::{self, About};
use super::{Api, Parts, status};

/// Records of the largest answer.
const LARGEST: usize = 1_000_000;

impl Api {
    pub(super) async fn answer_drill_through(
        &self,
        call: Call<v1::DrillThroughRequest>,
    ) -> Result<Parts<v1::TableResponse>, Status> {
        let Call { caller, deadline, message: request } = call;
        let sight = self.sight(&caller, &request.version).await?;
        let job = move |cancel: &Cancel| {
            let asked = asked(&request);
            let views: Vec<View> = sight.views.iter().map(View::of_records).collect();
            let (cube, drilled) = drill(&views, &asked, cancel).map_err(status::of_query)?;
            let cube = views[cube].cube().name.clone();
            Ok(table::parts(&sight.version, about(cube, request.filters, &drilled), &drilled.table))
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
