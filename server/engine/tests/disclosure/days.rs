//! Days beside counts, and what several counts tell of a rest together.

use terning_engine::query::Question;
use terning_engine::query::View;

use super::attacker::{Attack, BRANCHES, Outcome};
use super::empties::grants;
use super::refused::drawn;
use super::world::{counted, view};
use super::{ask, seen};

/// What an attack comes to by somebody who knows which counts bound a rest.
fn attacked(grants: &[String], view: &View, text: &str) -> Outcome {
    let known = seen(view, &[], &ask(view, &Question::Mdx(text)));
    let truth = seen(view, &[], &ask(&view.undisclosed(), &Question::Mdx(text)));
    let attack = Attack::new(&known, &truth, &|at| counted(grants, at));
    attack.check(0);
    attack.run(BRANCHES.len())
}

const CODES: &str = "[Ydelse].[Kode].[y1], [Ydelse].[Kode].[y2], [Ydelse].[Kode].[y3]";

#[test]
fn days_are_hidden_wherever_a_count_of_their_cell_is() {
    // In b1 39 have y1, and one has each of y2 and y3.
    let grants = grants(&[(39, 0, 0, 0, 6), (1, 0, 1, 0, 6), (1, 0, 2, 0, 6)]);
    let view = view(&grants, 0);
    let text = format!(
        "SELECT {{[Measures].[Par], [Measures].[Dage]}} ON 0, {{{CODES}, [Ydelse].DefaultMember}} ON 1 \
         FROM [Ydelser] WHERE ([Sted].[By].[b1], [Tid].[Måned].[2024-02])"
    );
    // 41 pairs less 39 are two, so 39 goes with them: 39 days would tell it.
    assert_eq!(drawn(&view.undisclosed(), &text), ["39", "39", "1", "1", "1", "1", "41", "41"]);
    assert_eq!(drawn(&view, &text), ["*", "*", "*", "*", "*", "*", "41", "*"]);
    assert_eq!(attacked(&grants, &view, &text), Outcome { hidden: 7, opened: 0, undecided: 0 });
}

#[test]
fn the_days_of_a_small_rest_are_not_told_by_subtracting() {
    let grants = grants(&[(20, 0, 0, 0, 6), (1, 0, 1, 1, 6), (9, 1, 0, 0, 6), (9, 1, 1, 0, 6)]);
    let view = view(&grants, 0);
    let members = "[Ydelse].DefaultMember, [Ydelse].[Kode].[y1]";
    let text = |town: &str| {
        format!(
            "WITH MEMBER [Ydelse].[Andre] AS '[Ydelse].DefaultMember - [Ydelse].[Kode].[y1]' \
             SELECT {{[Ydelse].[Andre], {members}}} ON 0 FROM [Ydelser] \
             WHERE ([Sted].[By].[{town}], [Tid].[Måned].[2024-03], [Measures].[Dage])"
        )
    };
    assert_eq!(drawn(&view.undisclosed(), &text("b1")), ["1", "21", "20"]);
    assert_eq!(drawn(&view, &text("b1")), ["*", "*", "*"]);
    assert_eq!(drawn(&view, &text("b2")), ["9", "18", "9"]);
    // One person with five grants is one.
    let of_one = vec!["50,2,2,0,2024-01-05,".to_owned(); 5];
    let grants = [&super::empties::grants(&[(20, 2, 0, 0, 6)])[..], &of_one].concat();
    assert_eq!(drawn(&super::world::view(&grants, 0), &text("b3")), ["*", "*", "*"]);
}

#[test]
fn months_without_the_others_do_not_tell_the_days_of_these() {
    let grants = grants(&[(20, 0, 0, 0, 6)]);
    let view = view(&grants, 0);
    let text = |months: &str| {
        format!(
            "SELECT {{{months}, [Tid].[Måned].DefaultMember}} ON 0 FROM [Ydelser] \
             WHERE ([Sted].[By].[b1], [Measures].[Dage])"
        )
    };
    let months: Vec<String> =
        (1..7).map(|month| format!("[Tid].[Måned].[2024-0{month}]")).collect();
    let shown = |months: &[String]| drawn(&view, &text(&months.join(", "))).pop();
    assert_eq!(shown(&months[..5]).as_deref(), Some("*"));
    assert_ne!(shown(&months).as_deref(), Some("*"));
}

#[test]
fn people_beside_grants_do_not_narrow_a_rest() {
    // In b1 27 people have 37 grants of y1, and 4 have one of y2.
    let mut grants = grants(&[(27, 0, 0, 0, 6), (4, 0, 1, 0, 6)]);
    grants.extend((0..10).map(|person| format!("{person},0,0,{},2024-02-05,", person % 2)));
    let view = view(&grants, 0);
    let text = "SELECT {[Measures].[Personer], [Measures].[Antal]} ON 0, \
                {[Ydelse].DefaultMember, [Ydelse].[Kode].[y1]} ON 1 FROM [Ydelser] WHERE [Sted].[By].[b1]";
    assert_eq!(drawn(&view.undisclosed(), text), ["31", "41", "27", "37"]);
    // 31 - 27 people at least, and at most as many grants as they have: the 37 would be told.
    let drawn = drawn(&view, text);
    assert_eq!(drawn[3], "*", "{drawn:?}");
    let outcome = attacked(&grants, &view, text);
    assert_eq!((outcome.opened, outcome.undecided), (0, 0), "{drawn:?}");
}
