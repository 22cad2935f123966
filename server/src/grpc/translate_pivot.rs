//! Writes a pivot as MDX, without answering it.

use terning_engine::query::{self, Cancel};
use terning_proto::v1;
use tonic::{Code, Status};

use super::call::Call;
use super::query::pivot;
use super::{Api, status};

impl Api {
    pub(super) async fn answer_translate_pivot(
        &self,
        call: Call<v1::TranslatePivotRequest>,
    ) -> Result<v1::TranslatePivotResponse, Status> {
        let sight = self.sight(&call.caller, call.deadline, &call.message.version).await?;
        let Some(asked) = call.message.pivot else {
            let message = "forespørgslen indeholder ingen pivot";
            return Err(status::plain(
                Code::InvalidArgument,
                "NO_QUESTION",
                message,
                "udfyld pivot",
            ));
        };
        let job = move |cancel: &Cancel| {
            let asked = pivot(&asked);
            if let Ok(view) = sight.find_cube(&asked.cube) {
                let filters = [&asked.filters[..], &asked.columns, &asked.rows].concat();
                sight.tell_filters(view, &filters, "");
            }
            let mdx = query::translate(&sight.views, &asked, &sight.limits, cancel);
            Ok(v1::TranslatePivotResponse { mdx: mdx.map_err(status::of_query)? })
        };
        self.work.whole(&call.caller, call.deadline, job).await
    }
}
