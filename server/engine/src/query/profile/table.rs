//! The run of a question as a table: a row for each set, each count and each formula.

use std::sync::Arc;

use cube_schema::language::Language;

use super::Texts;
use crate::cube::Group;
use crate::query::bound::{Axis, Bound, Condition, HierarchyRef, Member, Part};
use crate::query::cellset::CellSet;
use crate::query::names;
use crate::query::notes::{By, Counted, Noted, Ran, Stage, Way};
use crate::query::plan;
use crate::query::table::Table;
use crate::query::view::View;

/// Letters of a set that are shown.
const SHOWN: usize = 60;

/// A run that is told.
pub(super) struct Told<'a> {
    pub view: &'a View,
    pub bound: &'a Bound,
    pub noted: &'a Noted,
    pub texts: &'a Texts,
}

/// A row of the table.
#[derive(Default)]
struct Line {
    step: String,
    what: String,
    fields: String,
    how: Vec<String>,
    rows: Option<usize>,
    positions: Option<usize>,
    cells: Option<usize>,
}

impl Told<'_> {
    /// The table.
    pub fn table(&self, cells: &CellSet) -> Table {
        let mut lines: Vec<Line> = self.narrowing();
        let axes = self.bound.axes.iter().enumerate();
        lines.extend(axes.map(|(at, axis)| self.axis(at, axis, cells)));
        let counts = self.noted.counts.iter().enumerate();
        lines.extend(counts.map(|(at, one)| self.count(at, one)));
        lines.extend(self.formulas());
        lines.push(answer(cells));
        of_lines(&lines)
    }

    /// What there is to say of the table as a whole.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = vec![
            "Spørgsmålet er kørt, og tallene er målt; de gælder det, som rollen må se.".to_owned(),
        ];
        if !self.tells_rows() {
            notes.push(
                "Antallet af rækker vises ikke, for rollen må kun se nogle af rækkerne enkeltvis."
                    .to_owned(),
            );
        }
        notes
    }

    /// Whether the numbers of rows are of records that the caller may see one by one.
    fn tells_rows(&self) -> bool {
        self.view.is_restricted() || !self.view.of_records().is_restricted()
    }

    // Sets.

    /// The sets of inner `SELECT`s and of `WHERE`.
    fn narrowing(&self) -> Vec<Line> {
        let line = |step: &str, text: &String, stage| Line {
            step: step.to_owned(),
            what: shortened(text),
            how: vec![self.set_is(stage)],
            ..Line::default()
        };
        let inner =
            self.texts.inner.iter().rev().map(|text| line("Indre SELECT", text, Stage::Inner));
        let slicer = self.texts.slicer.iter().map(|text| line("WHERE", text, Stage::Slicer));
        inner.chain(slicer).collect()
    }

    fn axis(&self, at: usize, axis: &Axis, cells: &CellSet) -> Line {
        let columns = axis.factors.iter().flat_map(|factor| factor.columns.iter().copied());
        let parts = axis.factors.iter().flat_map(|factor| &factor.parts);
        let is_level = |part: &Part| matches!(part, Part::Level { .. });
        let mut how = vec![self.set_is(Stage::Axis(at))];
        if parts.clone().any(is_level) {
            how.push("hele niveauer skrives ikke ud".to_owned());
        }
        if axis.factors.len() > 1 {
            how.push(format!("krydsproduktet af {} mængder skrives ikke ud", axis.factors.len()));
        }
        how.push(self.positions_are(at, axis.non_empty));
        Line {
            step: format!("Akse {at}"),
            what: self.texts.axes.get(at).map(|text| shortened(text)).unwrap_or_default(),
            fields: self.hierarchies(columns),
            how,
            positions: cells.axes.get(at).map(|own| own.count),
            ..Line::default()
        }
    }

    /// What a set was worked out from.
    fn set_is(&self, stage: Stage) -> String {
        match self.noted.counts_for(stage) {
            0 => "mængden er læst af metadata".to_owned(),
            count => format!("mængden er regnet ud af {}", counted(count, "tælling", "tællinger")),
        }
    }

    /// Which positions of its set an axis was given.
    fn positions_are(&self, at: usize, non_empty: bool) -> String {
        let found = self.noted.positions.iter().find(|(axis, _)| *axis == at);
        let text = match (non_empty, found) {
            (false, _) => "alle positioner, der findes",
            (true, Some((_, true))) => "positioner, hvor der er noget gemt for målene",
            (true, Some((_, false))) => "de tomme positioner er fjernet efter beregningen",
            (true, None) => "positionerne er dem, der blev talt noget i",
        };
        text.to_owned()
    }

    // Counts.

    fn count(&self, at: usize, counted: &Counted) -> Line {
        let Counted { question, ran, positions, .. } = counted;
        let columns = question.axes.iter().flat_map(|axis| &axis.factors);
        let columns = columns.flat_map(|factor| factor.columns.iter().copied());
        let conditions = question.conditions.iter().map(|one| self.condition(one));
        let conditions: Vec<String> = conditions.collect();
        let mut fields = self.hierarchies(columns.filter(|own| *own != HierarchyRef::Measures));
        if !conditions.is_empty() {
            let space = if fields.is_empty() { "" } else { " " };
            fields += &format!("{space}hvor {}", conditions.join(", "));
        }
        Line {
            step: format!("Tælling {}", at + 1),
            what: self.measures(question),
            fields,
            how: self.how(counted),
            rows: self.tells_rows().then_some(ran.rows),
            positions: Some(positions.iter().product()),
            cells: Some(counted.cells),
        }
    }

    fn measures(&self, question: &Bound) -> String {
        let cube = self.view.cube();
        let mut groups: Vec<&Group> = Vec::new();
        let measures = plan::measures(question).into_iter().filter_map(|measure| match measure {
            Member::Measure(one) => {
                groups.push(&cube.groups[one.group]);
                Some(cube.measure(one).name.as_str())
            }
            _ => None,
        });
        let measures = measures.collect::<Vec<_>>().join(", ");
        match groups.first().filter(|_| cube.groups.len() > 1) {
            Some(group) => format!("{measures} (af {})", group.name),
            None => measures,
        }
    }

    fn condition(&self, condition: &Condition) -> String {
        let dimension = &self.view.cube().dimensions[condition.dimension];
        let field = &dimension.fields[condition.field].name;
        let members = counted(condition.members.len(), "medlem", "medlemmer");
        let except = if condition.except { "undtagen " } else { "" };
        format!("{}.{field}: {except}{members}", dimension.name)
    }

    fn how(&self, counted_: &Counted) -> Vec<String> {
        let Counted { stage, question, ran, again, .. } = counted_;
        let mut how = vec![match stage {
            Stage::Inner => "for en indre SELECT".to_owned(),
            Stage::Slicer => "for WHERE".to_owned(),
            Stage::Axis(at) => format!("for mængden på akse {at}"),
            Stage::Positions(at) => format!("for positionerne på akse {at}"),
            Stage::Cells => "for cellerne".to_owned(),
        }];
        let boxes: usize = question.unions.iter().map(|own| own.boxes.len()).sum();
        if boxes > 0 {
            how.push(format!("{} talt som én mængde", counted(boxes, "boks", "bokse")));
        }
        how.push(self.selection(ran));
        if ran.looked_up {
            how.push("de øvrige betingelser er slået op én gang for alle gennemløb".to_owned());
        }
        if ran.cut {
            how.push("rækkerne er dem, der er delt ved hvert trin".to_owned());
        }
        how.push(counted(ran.passes, "gennemløb", "gennemløb"));
        how.extend(ran.ways.iter().map(|way| told(*way).to_owned()));
        if *again > 0 {
            how.push(format!("genbrugt {}", counted(*again, "gang", "gange")));
        }
        how
    }

    /// How the rows were selected.
    fn selection(&self, ran: &Ran) -> String {
        if ran.by.is_empty() {
            return "alle rækker er set igennem".to_owned();
        }
        let cube = self.view.cube();
        let by = ran.by.iter().map(|by| match by {
            By::Dimension(at) => cube.dimensions[*at].name.as_str(),
            By::Years => "årene",
            By::Seen => "det, rollen må se",
            By::Union => "mængden",
        });
        let by = by.collect::<Vec<_>>().join(" og ");
        match self.tells_rows() {
            true => format!("rækkerne er valgt med bitmaps for {by} (af {} i alt)", ran.all),
            false => format!("rækkerne er valgt med bitmaps for {by}"),
        }
    }

    // Formulas.

    fn formulas(&self) -> Vec<Line> {
        let mut lines: Vec<Line> = Vec::new();
        for own in &self.noted.formulas {
            let times = match own.times {
                1 => "for alle celler på én gang".to_owned(),
                times => format!("for mange celler ad gangen, i {times} omgange"),
            };
            lines.push(Line {
                step: "Formel".to_owned(),
                what: own.name.clone(),
                how: vec![format!("regnet ud {times}")],
                cells: Some(own.cells),
                ..Line::default()
            });
        }
        if let Some(last) = lines.last_mut().filter(|_| self.noted.steps > 0) {
            last.how.push(format!("formlerne tog {} trin i alt", self.noted.steps));
        }
        lines
    }

    fn hierarchies(&self, columns: impl Iterator<Item = HierarchyRef>) -> String {
        let names = columns.map(|own| names::hierarchy_name(self.view.cube(), own));
        names.collect::<Vec<_>>().join(" × ")
    }
}

fn answer(cells: &CellSet) -> Line {
    Line {
        step: "Svar".to_owned(),
        how: vec!["celler uden værdi sendes ikke".to_owned()],
        positions: Some(cells.cell_count()),
        cells: Some(cells.ordinals.len()),
        ..Line::default()
    }
}

fn told(way: Way) -> &'static str {
    match way {
        Way::Words => "forskellige talt 64 rækker ad gangen",
        Way::Scan => "lagt sammen over stræk af rækker, flere stræk ad gangen",
        Way::Sums => "lagt sammen række for række",
        Way::Extremes => "mindste og største fundet række for række",
        Way::Means => "måneder lagt sammen til gennemsnit",
        Way::Days => "dage lagt sammen i et ordnet gennemløb",
        Way::Distinct => "forskellige talt nøjagtigt i et ordnet gennemløb",
    }
}

/// A text on one line, cut where it is long.
fn shortened(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let line = words.join(" ");
    match line.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

fn counted(count: usize, one: &str, several: &str) -> String {
    Language::Danish.counted(count as u64, one, several)
}

fn of_lines(lines: &[Line]) -> Table {
    let number = |number: Option<usize>| number.map(|number| number as f64);
    let text = |of: fn(&Line) -> String| lines.iter().map(of).map(Arc::<str>::from);
    let mut table = Table::default();
    table.text("Trin", text(|line| line.step.clone()));
    table.text("Hvad", text(|line| line.what.clone()));
    table.text("Felter", text(|line| line.fields.clone()));
    table.number("Rækker", "", 0, lines.iter().map(|line| number(line.rows)));
    table.number("Positioner", "", 0, lines.iter().map(|line| number(line.positions)));
    table.number("Celler", "", 0, lines.iter().map(|line| number(line.cells)));
    table.text("Hvordan", text(|line| line.how.join("; ")));
    table
}
