//! `Godkendte_kommuner.xlsx`: what the municipalities have approved (rule G1), in its long and its wide form.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use anyhow::{Context, Result};
use calamine::{DataRef, Reader, Xlsx, open_workbook};

use crate::day::Quarter;
use crate::lists::Lists;
use crate::report::Summary;

const FILE: &str = "Godkendte_kommuner.xlsx";

/// Municipality × ydelseskode × quarter, `true` where approved; and the municipalities that have a
/// line at all.
#[derive(Default)]
pub(crate) struct Approvals {
    marks: HashMap<(String, String), HashMap<Quarter, bool>>,
    municipalities: HashSet<String>,
}

/// A sheet as text: row and column number to what stands there. Empty cells are not in it.
type Sheet = BTreeMap<u32, BTreeMap<u32, String>>;

/// Where the header row stands, and what its columns hold.
struct Header {
    row: u32,
    kommunekode: u32,
    ydelseskode: u32,
    form: Form,
}

enum Form {
    Long { kvartal: u32, godkendt: u32 },
    Wide { quarters: Vec<(u32, Quarter)> },
}

impl Approvals {
    /// Rule G1: reads the workbook; without one nothing is approved.
    pub(crate) fn read(folder: &Path, lists: &Lists, summary: &mut Summary) -> Result<Approvals> {
        let path = folder.join(FILE);
        if !path.exists() {
            summary.warn(&format!("{FILE} mangler"));
            return Ok(Approvals::default());
        }
        let sheets = read_sheets(&path)?;
        let Some((sheet, header)) =
            sheets.iter().find_map(|sheet| Some((sheet, find_header(sheet)?)))
        else {
            summary.warn(&format!("{FILE} mangler kolonner"));
            return Ok(Approvals::default());
        };
        let mut approvals = Approvals::default();
        for (row, cells) in sheet.range(header.row + 1..) {
            if approvals.take_row(&header, cells, lists, summary).is_none() {
                summary.reject(
                    FILE,
                    *row as usize + 1,
                    "",
                    "municipality, ydelseskode or quarter cannot be read",
                );
            }
        }
        Ok(approvals)
    }

    fn take_row(
        &mut self,
        header: &Header,
        cells: &BTreeMap<u32, String>,
        lists: &Lists,
        summary: &mut Summary,
    ) -> Option<()> {
        let kommune = cells.get(&header.kommunekode).filter(|kode| lists.is_kommune(kode))?;
        let ydelseskode = cells.get(&header.ydelseskode).filter(|kode| lists.is_ydelse(kode))?;
        match &header.form {
            Form::Long { kvartal, godkendt } => {
                let quarter = Quarter::parse(cells.get(kvartal)?)?;
                self.add(kommune, ydelseskode, quarter, is_yes(cells.get(godkendt)), summary);
            }
            Form::Wide { quarters } => {
                for (column, quarter) in quarters {
                    self.add(kommune, ydelseskode, *quarter, is_yes(cells.get(column)), summary);
                }
            }
        }
        Some(())
    }

    /// Rule G3: of conflicting lines `Nej` wins, with a warning.
    fn add(
        &mut self,
        kommune: &str,
        ydelseskode: &str,
        quarter: Quarter,
        approved: bool,
        summary: &mut Summary,
    ) {
        self.municipalities.insert(kommune.to_owned());
        let key = (kommune.to_owned(), ydelseskode.to_owned());
        let quarters = self.marks.entry(key).or_default();
        let mark = quarters.entry(quarter).or_insert(approved);
        if *mark != approved {
            summary.warn("modstridende godkendelse");
            *mark = false;
        }
    }

    /// Rules G2 and G3 for a record: is each of these quarters approved? No entry means no. The
    /// approval of a record that K1 or K2 moved from its reporter is the reporter's, if the
    /// receiving municipality has no line at all.
    pub(crate) fn of_record(
        &self,
        handlekommune: &str,
        reporter: &str,
        ydelseskode: &str,
        quarters: &[Quarter],
    ) -> Vec<bool> {
        let has_line = self.municipalities.contains(handlekommune);
        let kommune = if has_line { handlekommune } else { reporter };
        let marks = self.marks.get(&(kommune.to_owned(), ydelseskode.to_owned()));
        let is_approved = |quarter: &Quarter| {
            marks.and_then(|marks| marks.get(quarter)).copied().unwrap_or(false)
        };
        quarters.iter().map(is_approved).collect()
    }
}

/// `Ja`, `X` or `1`, capitals or not.
fn is_yes(cell: Option<&String>) -> bool {
    cell.is_some_and(|text| ["ja", "x", "1"].contains(&text.to_lowercase().as_str()))
}

fn read_sheets(path: &Path) -> Result<Vec<Sheet>> {
    let mut workbook: Xlsx<_> =
        open_workbook(path).with_context(|| format!("cannot open {}", path.display()))?;
    let mut sheets = Vec::new();
    for name in workbook.sheet_names() {
        let mut sheet = Sheet::new();
        let mut cells = workbook.worksheet_cells_reader(&name)?;
        while let Some(cell) = cells.next_cell()? {
            let (row, column) = cell.get_position();
            let text = text_of(cell.get_value());
            if !text.is_empty() {
                sheet.entry(row).or_default().insert(column, text);
            }
        }
        sheets.push(sheet);
    }
    Ok(sheets)
}

fn text_of(value: &DataRef<'_>) -> String {
    let text = match value {
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::String(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(true) => "ja".to_owned(),
        _ => String::new(),
    };
    text.trim().to_owned()
}

fn find_header(sheet: &Sheet) -> Option<Header> {
    sheet.iter().find_map(|(row, cells)| header_of(*row, cells))
}

fn header_of(row: u32, cells: &BTreeMap<u32, String>) -> Option<Header> {
    let column = |name: &str| {
        cells.iter().find(|(_, text)| text.to_lowercase() == name).map(|(column, _)| *column)
    };
    let (kommunekode, ydelseskode) = (column("kommunekode")?, column("ydelseskode")?);
    let form = match (column("kvartal"), column("godkendt")) {
        (Some(kvartal), Some(godkendt)) => Form::Long { kvartal, godkendt },
        _ => Form::Wide {
            quarters: cells
                .iter()
                .filter_map(|(column, text)| Some((*column, Quarter::parse(text)?)))
                .collect(),
        },
    };
    let has_marks = !matches!(&form, Form::Wide { quarters } if quarters.is_empty());
    has_marks.then_some(Header { row, kommunekode, ydelseskode, form })
}
