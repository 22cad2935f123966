//! Runs whatever a text of MDX says: answers it, tells what is done with it, or shows records.

use std::time::Instant;

use terning_engine::query::{Cancel, Profile, Question, Wanted, drill_mdx, profile, wanted};
use terning_proto::v1;
use terning_proto::v1::run_statement_response::Part;
use tonic::Status;

use super::call::{Call, Sight};
use super::query::{Words, ask, asked};
use super::table::{self, About};
use super::{Api, Parts, convert, drill_through, request, status};
use crate::versions::Asked;

impl Api {
    pub(super) async fn answer_run_statement(
        &self,
        call: Call<v1::RunStatementRequest>,
    ) -> Result<Parts<v1::RunStatementResponse>, Status> {
        let question = asked(call.message.question)?;
        let sight = self.sight(&call.caller, call.deadline, &question.version).await?;
        let explain = call.message.explain;
        let job = move |cancel: &Cancel| {
            let parts = run(&sight, &question, explain, cancel)?.into_iter();
            Ok(parts.map(|part| v1::RunStatementResponse { part: Some(part) }).collect())
        };
        Ok(Box::pin(self.work.parts(&call.caller, call.deadline, job).await?))
    }
}

fn run(
    sight: &Sight,
    question: &v1::Question,
    explain: bool,
    cancel: &Cancel,
) -> Result<Vec<Part>, Status> {
    let words = Words::of(question)?;
    let wanted = match words.question() {
        _ if explain => Wanted::Profile,
        Question::Mdx(text) | Question::MdxWith(text, _) => {
            wanted(text).map_err(status::of_query)?
        }
        Question::Pivot(_) => Wanted::Cells,
    };
    match wanted {
        Wanted::Profile => {
            let parts = told(sight, &words, cancel)?;
            Ok(parts.into_iter().map(Part::Table).collect())
        }
        Wanted::Records => {
            let parts = records(sight, &words, cancel)?;
            Ok(parts.into_iter().map(Part::Table).collect())
        }
        Wanted::Cells => {
            let answered = ask(sight, question, cancel)?;
            let parts = convert::parts(sight, &answered, question.formatted, cancel);
            let parts = parts.map_err(status::of_query)?;
            Ok(parts.into_iter().map(Part::Answer).collect())
        }
    }
}

/// The records behind the cell of a `DRILLTHROUGH`.
fn records(
    sight: &Sight,
    words: &Words<'_>,
    cancel: &Cancel,
) -> Result<Vec<v1::TablePart>, Status> {
    let Words::Mdx(text, parameters) = words else { return Err(status::internal()) };
    let bounds = (&sight.limits, cancel);
    let found = drill_mdx(&sight.views, (text, parameters), drill_through::LARGEST, bounds);
    let (at, drilled) = found.map_err(status::of_query)?;
    sight.tell_records(&sight.views[at], &drilled);
    drill_through::parts(sight, at, vec![(*text).to_owned()], &drilled, cancel)
}

/// What is done with a question, and how long it took.
fn told(sight: &Sight, words: &Words<'_>, cancel: &Cancel) -> Result<Vec<v1::TablePart>, Status> {
    let started = Instant::now();
    let found = profile(&sight.views, &words.question(), &sight.limits, cancel);
    let Profile { answer, prepared, table, mut notes } = found.map_err(status::of_query)?;
    let milliseconds = started.elapsed().as_micros() as f64 / 1000.0;
    let (version, caller) = (sight.version.name, sight.caller.clone());
    let meaning = prepared.meaning(cancel).map_err(status::of_query)?;
    let asked = Asked { version, caller, meaning };
    notes.push(match sight.cache.has(&asked) {
        true => "Stillet uden EXPLAIN ville svaret være hentet blandt de gemte svar.".to_owned(),
        false => "Svaret er ikke blandt de gemte svar.".to_owned(),
    });
    let milliseconds = format!("{milliseconds:.1}").replace('.', ",");
    notes.push(format!("Det tog {milliseconds} ms."));
    sight.tell_question(&prepared);
    sight.tell_texts(&table);
    let cube = sight.views[answer.view].cube();
    request::current().tell_cube(&cube.name);
    let about = About {
        title: "Hvad der gøres med spørgsmålet".to_owned(),
        notes,
        cube: cube.name.clone(),
        behind: answer.cells.behind,
        has_reporters: cube.freshness.is_some(),
        ..About::default()
    };
    table::parts(sight, about, &table, cancel)
}
