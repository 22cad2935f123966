//! Answers a question whole.

use std::sync::Arc;
use std::time::Instant;

use prost::Message;
use terning_engine::query::{Answer, Cancel, Parameter, Parameters, Pivot, Question, prepare};
use terning_proto::v1;
use tonic::{Code, Status};

use super::call::{Call, Sight};
use super::{Api, convert, request, status};
use crate::versions::Asked;

/// Cells of the largest answer that is given whole.
const WHOLE_CELLS: usize = 200_000;
/// Bytes of the largest answer that is given whole: what clients accept by default is 4 MiB.
const WHOLE_BYTES: usize = (4 << 20) - 1024;

impl Api {
    pub(super) async fn answer_query(
        &self,
        call: Call<v1::QueryRequest>,
    ) -> Result<v1::QueryResponse, Status> {
        let question = asked(call.message.question)?;
        let sight = self.sight(&call.caller, call.deadline, &question.version).await?;
        let job = move |cancel: &Cancel| {
            let answered = ask(&sight, &question, cancel)?;
            whole(&sight, &answered, question.formatted, cancel)
        };
        let cell_set = Some(self.work.whole(&call.caller, call.deadline, job).await?);
        Ok(v1::QueryResponse { cell_set })
    }
}

/// The question of a request.
pub(super) fn asked(question: Option<v1::Question>) -> Result<v1::Question, Status> {
    question.filter(|question| question.asked.is_some()).ok_or_else(|| {
        let message = "forespørgslen indeholder intet spørgsmål";
        status::plain(Code::InvalidArgument, "NO_QUESTION", message, "udfyld mdx eller pivot")
    })
}

/// Asks the engine, or gives the answer that it gave the same eyes before. Neither question nor answer
/// are in the log of the service: both may hold personal data.
pub(super) fn ask(
    sight: &Sight,
    question: &v1::Question,
    cancel: &Cancel,
) -> Result<Arc<Answer>, Status> {
    let started = Instant::now();
    let (views, limits) = (&sight.views, &sight.limits);
    let words = Words::of(question)?;
    let prepared = prepare(views, &words.question(), limits, cancel).map_err(status::of_query)?;
    request::current().tell_cube(&views[prepared.view()].cube().name);
    sight.tell_question(&prepared);
    let (version, caller) = (sight.version.name, sight.caller.clone());
    let meaning = prepared.meaning(cancel).map_err(status::of_query)?;
    let asked = Asked { version, caller, meaning };
    let kept = sight.cache.find(&asked);
    let is_kept = kept.is_some();
    let answered = match kept {
        Some(kept) => kept,
        None => {
            let answered = prepared.answer(views, limits, cancel).map_err(status::of_query)?;
            let answered = Arc::new(answered);
            sight.cache.keep(asked, &answered);
            answered
        }
    };
    sight.counted.cells(answered.cells.ordinals.len());
    sight.tell_cells(&answered, cancel).map_err(status::of_query)?;
    let (cells, microseconds) = (answered.cells.ordinals.len(), started.elapsed().as_micros());
    tracing::debug!(version = %sight.version.name, cells, microseconds, is_kept, "besvaret");
    Ok(answered)
}

/// What is asked, in the engine's words.
pub(super) enum Words<'a> {
    Mdx(&'a str, Parameters),
    Pivot(Pivot),
}

impl<'a> Words<'a> {
    pub(super) fn of(question: &'a v1::Question) -> Result<Words<'a>, Status> {
        match question.asked.as_ref() {
            Some(v1::question::Asked::Mdx(text)) => Ok(Words::Mdx(text, parameters(question))),
            Some(v1::question::Asked::Pivot(asked)) => Ok(Words::Pivot(pivot(asked))),
            None => Err(status::internal()),
        }
    }

    pub(super) fn question(&self) -> Question<'_> {
        match self {
            Words::Mdx(text, parameters) => Question::MdxWith(text, parameters),
            Words::Pivot(pivot) => Question::Pivot(pivot),
        }
    }
}

/// The values that are given beside a text; one that says nothing is none.
fn parameters(question: &v1::Question) -> Parameters {
    use v1::parameter_value::Value;
    let mut found = Parameters::default();
    for (name, given) in &question.parameters {
        match &given.value {
            Some(Value::Text(text)) => found.put(name, Parameter::Text(text.clone())),
            Some(Value::Number(number)) => found.put(name, Parameter::Number(*number)),
            None => {}
        }
    }
    found
}

/// A pivot in the engine's words.
pub(super) fn pivot(asked: &v1::Pivot) -> Pivot {
    Pivot {
        cube: asked.cube.clone(),
        filters: asked.filters.clone(),
        columns: asked.columns.clone(),
        rows: asked.rows.clone(),
        measures: asked.measures.clone(),
        totals: asked.totals,
        empty: asked.empty,
    }
}

/// The answer in one message, or a refusal that tells how to get a large one.
fn whole(
    sight: &Sight,
    answered: &Answer,
    formatted: bool,
    cancel: &Cancel,
) -> Result<v1::CellSet, Status> {
    if answered.cells.ordinals.len() <= WHOLE_CELLS {
        let bounds = convert::Bounds { bytes: WHOLE_BYTES, cancel };
        let cell_set = convert::cell_set(sight, answered, formatted, bounds);
        let cell_set = cell_set.map_err(status::of_query)?;
        if cell_set.encoded_len() <= WHOLE_BYTES {
            return Ok(cell_set);
        }
    }
    Err(status::of_query(convert::too_large()))
}
