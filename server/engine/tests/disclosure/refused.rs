//! What formulas make of hidden cells, what is refused, and what of no other way tells of them.

use terning_engine::query::cellset::Special;
use terning_engine::query::explain::{ExplainCell, explain};
use terning_engine::query::{
    self, Cancel, Drill, ErrorKind, Limits, Pivot, QueryError, Question, View, drill, profile,
};

use super::ask;
use super::world::view;

/// In b1: 20 people with y1, 3 with y2. In b2: 10 with y1, 8 with y2.
fn grants() -> Vec<String> {
    let mut grants = Vec::new();
    let mut person = 0;
    for (place, service, people) in [(0, 0, 20), (0, 1, 3), (1, 0, 10), (1, 1, 8)] {
        for _ in 0..people {
            grants.push(format!("{person},{place},{service},{},2024-01-01,", person % 2));
            person += 1;
        }
    }
    grants
}

/// Rows of texts as people read them.
pub fn drawn(view: &View, text: &str) -> Vec<String> {
    let cells = ask(view, &Question::Mdx(text));
    let shown = cells.formatted(query::format::Language::Danish, &Cancel::default()).unwrap();
    let text = |ordinal: usize| {
        let place = cells.ordinals.binary_search(&(ordinal as u32));
        place.map_or(String::new(), |place| shown[place].clone())
    };
    (0..cells.cell_count()).map(text).collect()
}

fn refused(view: &View, text: &str) -> QueryError {
    let views = [view.clone()];
    let question = Question::Mdx(text);
    let answer = query::answer(&views, &question, &Limits::default(), &Cancel::default());
    answer.map(|answer| answer.cells).expect_err(text)
}

const TOWN: &str = "SELECT {[Ydelse].[Kode].[y1], [Ydelse].[Kode].[y2]} ON 0, \
                    {[Sted].[By].[b1], [Sted].[By].[b2]} ON 1 FROM [Ydelser]";

#[test]
fn small_counts_are_stars_and_others_as_they_are() {
    let view = view(&grants(), 0);
    assert_eq!(drawn(&view, TOWN), ["20", "*", "10", "8"]);
    assert_eq!(drawn(&view.undisclosed(), TOWN), ["20", "3", "10", "8"]);
    let days = TOWN.replace("FROM [Ydelser]", "FROM [Ydelser] WHERE [Measures].[Dage]");
    assert_eq!(drawn(&view, &days), ["20", "*", "10", "8"]);
}

#[test]
fn what_reads_a_hidden_cell_is_hidden_and_what_it_reads_is_protected() {
    let view = view(&grants(), 0);
    // The sum of both services over grants is 23: 20 must go with the 3.
    let sum = "WITH MEMBER [Measures].[I alt] AS 'SUM([Ydelse].[Kode].Members, [Measures].[Antal])' \
               MEMBER [Measures].[Andel] AS '[Measures].[Antal] / 1000' \
               SELECT {[Measures].[Antal], [Measures].[Andel]} ON 0, \
               {[Ydelse].[Kode].[y1], [Ydelse].[Kode].[y2], [Ydelse].DefaultMember} ON 1 \
               FROM [Ydelser] WHERE [Sted].[By].[b1]";
    assert_eq!(drawn(&view, sum), ["*", "*", "*", "*", "23", "0,02"]);
    // A condition on a hidden cell, and whether it is empty, is hidden too.
    let asked = "WITH MEMBER [Measures].[Mange] AS 'IIF([Measures].[Antal] > 2, 1, 0)' \
                 SELECT {[Measures].[Mange]} ON 0, {[Ydelse].[Kode].[y2]} ON 1 \
                 FROM [Ydelser] WHERE [Sted].[By].[b1]";
    assert_eq!(drawn(&view, asked), ["*"]);
}

#[test]
fn the_rest_of_a_total_is_not_told_by_subtracting() {
    let view = view(&grants(), 0);
    // 20 of 23 grants in b1 have y1: 3 have another service.
    let beside = "SELECT {[Ydelse].[Kode].[y1], [Ydelse].DefaultMember} ON 0 FROM [Ydelser] \
                  WHERE ([Sted].[By].[b1], [Measures].[Antal])";
    assert_eq!(drawn(&view, beside), ["*", "23"]);
    let formula = "WITH MEMBER [Ydelse].[Andre] AS '[Ydelse].DefaultMember - [Ydelse].[Kode].[y1]' \
                   SELECT {[Ydelse].[Andre]} ON 0 FROM [Ydelser] \
                   WHERE ([Sted].[By].[b1], [Measures].[Antal])";
    assert_eq!(drawn(&view, formula), ["*"]);
    assert_eq!(drawn(&view.undisclosed(), formula), ["3"]);
    // In b2 8 have another: both numbers stand.
    let (beside, formula) = (beside.replace("b1", "b2"), formula.replace("b1", "b2"));
    assert_eq!(drawn(&view, &beside), ["10", "18"]);
    assert_eq!(drawn(&view, &formula), ["8"]);
}

#[test]
fn that_several_have_few_together_is_not_told_by_subtracting() {
    // In b1: 20 grants with y1, 2 with y2 and 2 with y3, each of which is 1, 2 or 3 of 4.
    let mut grants = Vec::new();
    for (service, people) in [(0, 20), (1, 2), (2, 2)] {
        for _ in 0..people {
            let person = grants.len();
            grants.push(format!("{person},0,{service},{},2024-01-01,", person % 2));
        }
    }
    let view = view(&grants, 0);
    let all = "SELECT {[Ydelse].[Kode].[y1], [Ydelse].[Kode].[y2], [Ydelse].[Kode].[y3], \
               [Ydelse].DefaultMember} ON 0 FROM [Ydelser] WHERE [Measures].[Antal]";
    assert_eq!(drawn(&view.undisclosed(), all), ["20", "2", "2", "24"]);
    // 24 - 20 would tell the 4.
    assert_eq!(drawn(&view, all), ["*", "*", "*", "24"]);
    assert_eq!(drawn(&view, &all.replace(", [Ydelse].DefaultMember", "")), ["20", "*", "*"]);
    let left_out = Pivot {
        cube: "Ydelser".to_owned(),
        rows: vec!["Ydelse.Kode".to_owned()],
        measures: vec!["Antal".to_owned()],
        totals: true,
        ..Pivot::default()
    };
    assert_eq!(ask(&view, &Question::Pivot(&left_out)).values, [24.0]);
}

#[test]
fn sets_that_hang_on_a_hidden_cell_are_refused_and_others_answered() {
    let view = view(&grants(), 0);
    for set in [
        "Filter([Ydelse].[Kode].Members, [Measures].[Antal] > 2)",
        "Order([Ydelse].[Kode].Members, [Measures].[Antal], BDESC)",
        "TopCount([Ydelse].[Kode].Members, 1, [Measures].[Antal])",
        "BottomSum([Ydelse].[Kode].Members, 5, [Measures].[Antal])",
    ] {
        let text = |town: &str| {
            format!(
                "SELECT {set} ON 0 FROM [Ydelser] WHERE ([Sted].[By].[{town}], [Measures].[Antal])"
            )
        };
        let error = refused(&view, &text("b1"));
        assert_eq!(error.kind, ErrorKind::Hidden, "{set}: {}", error.explained());
        assert!(error.explained().contains("TopCount"), "{}", error.explained());
        assert!(!drawn(&view, &text("b2")).is_empty());
    }
}

#[test]
fn a_set_that_a_cell_hidden_later_has_decided_is_refused() {
    let view = view(&grants(), 0);
    // The order is by the 20, which is not small, and answered by itself.
    let order = "Order({[Ydelse].[Kode].[y1], [Ydelse].[Kode].[y3]}, [Measures].[Antal], BDESC)";
    let text = |more: &str| {
        format!(
            "SELECT {order} {more} ON 0 FROM [Ydelser] WHERE ([Sted].[By].[b1], [Measures].[Antal])"
        )
    };
    assert_eq!(drawn(&view, &text("")), ["20", ""]);
    // With the 3 and the total of both beside it the 20 must be hidden too: then nothing may tell
    // that it is the larger.
    let with_total = text("+ {[Ydelse].[Kode].[y2], [Ydelse].[Kode].[y1].Parent}");
    assert_eq!(refused(&view, &with_total).kind, ErrorKind::Hidden);
}

#[test]
fn positions_with_nothing_but_hidden_cells_are_left_out_where_empty_ones_are() {
    let view = view(&grants(), 0);
    let pivot = |empty| Pivot {
        cube: "Ydelser".to_owned(),
        filters: vec!["Sted.By=b1".to_owned()],
        rows: vec!["Ydelse.Kode".to_owned()],
        measures: vec!["Personer".to_owned()],
        empty,
        ..Pivot::default()
    };
    let found = ask(&view, &Question::Pivot(&pivot(false)));
    assert_eq!((found.axes[1].count, found.values), (1, vec![20.0]));
    let found = ask(&view, &Question::Pivot(&pivot(true)));
    assert!(found.special.values().eq([&Special::Hidden]));
}

#[test]
fn too_small_a_set_is_refused() {
    let many = view(&grants(), 20);
    assert_eq!(drawn(&many, "SELECT {[Ydelse].[Kode].[y1]} ON 0 FROM [Ydelser]"), ["30"]);
    let few = "SELECT {[Ydelse].[Kode].[y1]} ON 0 FROM [Ydelser] WHERE [Sted].[By].[b2]";
    assert_eq!(refused(&many, few).kind, ErrorKind::Hidden);
    assert_eq!(drawn(&view(&grants(), 0), few), ["10"]);
}

#[test]
fn nothing_else_tells_of_figures_and_records() {
    let views = [view(&grants(), 0)];
    let (limits, cancel) = (Limits::default(), Cancel::default());
    let told = profile(&views, &Question::Mdx(TOWN), &limits, &cancel).map(|_| ());
    assert_eq!(told.unwrap_err().kind, ErrorKind::Hidden);
    let cell = Drill { cube: "Ydelser".to_owned(), ..Drill::default() };
    assert!(drill(&views, &cell, (&limits, &cancel)).is_err());
    let cell =
        ExplainCell { cube: "Ydelser".to_owned(), filters: Vec::new(), measure: String::new() };
    assert!(explain(&views, &cell, (&limits, &cancel)).is_err());
}
