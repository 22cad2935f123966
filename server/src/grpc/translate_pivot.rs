//! Writes a pivot as MDX, without answering it.

use terning_engine::query;
use terning_proto::v1;
use tonic::{Code, Status};

use super::query::pivot;
use super::{Api, status};

impl Api {
    pub(super) async fn answer_translate_pivot(
        &self,
        request: v1::TranslatePivotRequest,
    ) -> Result<v1::TranslatePivotResponse, Status> {
        let version = self.version(&request.version).await?;
        let Some(asked) = request.pivot else {
            let message = "forespørgslen indeholder ingen pivot";
            return Err(status::plain(
                Code::InvalidArgument,
                "NO_QUESTION",
                message,
                "udfyld pivot",
            ));
        };
        let mdx = query::translate(&version.views(), &pivot(&asked)).map_err(status::of_query)?;
        Ok(v1::TranslatePivotResponse { mdx })
    }
}
