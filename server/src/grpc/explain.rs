//! Explains a cell.

use terning_engine::query::Cancel;
use terning_engine::query::explain::{ExplainCell, Explained, explain};
use terning_proto::v1;
use tonic::Status;

use super::call::Call;
use super::table::{self, About};
use super::{Api, Parts, status};

impl Api {
    pub(super) async fn answer_explain(
        &self,
        call: Call<v1::ExplainRequest>,
    ) -> Result<Parts<v1::TableResponse>, Status> {
        let Call { caller, deadline, message: request } = call;
        let sight = self.sight(&caller, deadline, &request.version).await?;
        sight.tell_cube(&request.cube);
        let job = move |cancel: &Cancel| {
            let v1::ExplainRequest { cube, filters, measure, .. } = request;
            let asked = ExplainCell { cube, filters: filters.clone(), measure };
            let figure = asked.measure.trim();
            let explained = explain(&sight.views, &asked, (&sight.limits, cancel));
            let explained = explained.map_err(status::of_query)?;
            let view = &sight.views[explained.view];
            sight.tell_filters(view, &filters, &explained.measure);
            sight.visit.note(|entry| entry.rows = Some(explained.steps.len() as u64));
            let cube = view.cube().name.clone();
            let about = about(cube, filters, figure, &explained);
            let parts = table::parts(&sight, about, &explained.table(), cancel)?;
            Ok(super::table_answers(parts))
        };
        Ok(Box::pin(self.work.parts(&caller, deadline, job).await?))
    }
}

/// That a formula was asked for, and of which of its parts the answer is.
pub(super) fn of_formula(parts: &[String], measure: &str) -> Option<String> {
    match parts {
        [] => None,
        [only] if only == measure => Some(format!("Målet er en formel af '{measure}'.")),
        _ => Some(format!(
            "Målet er en formel af {}; her er det '{measure}'. Vælg et andet med --measure.",
            parts.iter().map(|part| format!("'{part}'")).collect::<Vec<_>>().join(" og ")
        )),
    }
}

/// What there is to say of an explanation of a figure, by the name that it was asked by.
fn about(cube: String, filters: Vec<String>, figure: &str, explained: &Explained) -> About {
    let [records, entities] = explained.nouns.each_ref().map(|noun| &noun.1);
    let mut notes = vec![
        "Hvert trin er målet talt igen, når reglerne til og med trinnet er anvendt; ændringerne \
         giver tilsammen cellens tal."
            .to_owned(),
        format!(
            "Berørt er cellens {records} og {entities} før eller efter trinnet, som reglen har ændret; \
             det behøver ikke at ændre målet."
        ),
    ];
    notes.extend(of_formula(&explained.parts, &explained.measure));
    if explained.own {
        notes.push("Trinnene er efter kommunens egne indberetninger alene.".to_owned());
    }
    About {
        title: match explained.parts.is_empty() {
            true => format!("Hvorfor dette tal? {}", explained.measure),
            false => format!("Hvorfor dette tal? {figure}: {}", explained.measure),
        },
        notes,
        cube,
        behind: explained.behind,
        filters,
        source: String::new(),
        has_reporters: true,
    }
}
