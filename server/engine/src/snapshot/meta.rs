//! The metadata: the structures of a cube, with section numbers in place of columns.

use cube_schema::language::Language;
use cube_schema::schema::{DayCount, Explain, Grain, MeasureKind, Noun, Period, ValueType};
use serde::{Deserialize, Serialize};

use crate::cube::{Calculated, CalculatedMember, DefaultMeasure, MeasureRef, NamedSet, Use};

/// Everything but the columns.
#[derive(Serialize, Deserialize)]
pub(super) struct Meta {
    pub cubes: Vec<CubeMeta>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct CubeMeta {
    pub name: String,
    pub caption: String,
    pub description: String,
    pub all: String,
    pub language: Language,
    pub hidden: bool,
    pub explain: Option<Explain>,
    pub first_month: i32,
    pub last_month: i32,
    pub dimensions: Vec<DimensionMeta>,
    pub groups: Vec<GroupMeta>,
    pub default_measure: DefaultMeasure,
    pub order: Vec<MeasureRef>,
    pub calculated: Vec<Calculated>,
    pub members: Vec<CalculatedMember>,
    pub sets: Vec<NamedSet>,
    pub freshness: Option<(usize, Vec<Option<u16>>)>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct DimensionMeta {
    pub name: String,
    pub caption: String,
    pub description: String,
    pub is_time: bool,
    pub of_time: bool,
    pub observed: bool,
    pub key_count: usize,
    pub fields: Vec<FieldMeta>,
    pub hierarchies: Vec<HierarchyMeta>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct HierarchyMeta {
    pub name: String,
    pub caption: String,
    pub levels: Vec<usize>,
    pub has_all: bool,
    pub all: Option<String>,
    pub default: Option<(usize, u32)>,
    pub hidden: bool,
    pub data: Option<usize>,
    pub ranks: Option<u32>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct FieldMeta {
    pub name: String,
    pub description: String,
    pub grain: Option<Grain>,
    pub period: Period,
    pub value: ValueType,
    pub partial: bool,
    pub composite: bool,
    pub properties: Vec<usize>,
    pub personal: bool,
    pub captions: PairMeta,
    pub keys: PairMeta,
    pub unknown: Option<u32>,
    pub member_of_key: u32,
    pub keys_of_member: PairMeta,
    pub by_caption: u32,
    pub by_key: u32,
}

/// Offsets, and what they point into: texts or lists.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(super) struct PairMeta {
    pub offsets: u32,
    pub values: u32,
}

#[derive(Serialize, Deserialize)]
pub(super) struct GroupMeta {
    pub name: String,
    pub uses: Vec<Option<Use>>,
    pub measures: Vec<MeasureMeta>,
    pub entity_count: usize,
    pub births: Vec<Option<u32>>,
    pub day_count: DayCount,
    pub rows: RowsMeta,
    pub cut: Option<RowsMeta>,
    pub record: Option<u32>,
    pub provenance: Vec<ProvenanceMeta>,
    pub drill: Vec<String>,
    pub records_in: Option<String>,
    pub record_noun: Noun,
    pub entity_noun: Option<Noun>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct MeasureMeta {
    pub name: String,
    pub description: String,
    pub unit: String,
    pub decimals: u8,
    pub kind: MeasureKind,
    pub order: Option<usize>,
    pub column: Option<usize>,
    pub digits: u8,
    pub caption: String,
    pub format: String,
    pub visible: bool,
}

#[derive(Serialize, Deserialize)]
pub(super) struct RowsMeta {
    pub entity: u32,
    pub entity_rows: u32,
    pub first_month: u32,
    pub last_month: u32,
    pub month_ends: u32,
    pub first_day: u32,
    pub last_day: u32,
    pub starts: Option<u32>,
    pub ends: Option<u32>,
    pub numbers: Vec<u32>,
    pub fact: u32,
    pub keys: Vec<Option<ColumnMeta>>,
    pub lists: Vec<Option<PairMeta>>,
    pub bitmaps: Vec<BitmapsMeta>,
    pub active: BitmapsMeta,
    pub last_of_entity: u32,
    pub orders: Vec<OrderMeta>,
}

/// A column by the width of its numbers in bytes.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(super) struct ColumnMeta {
    pub width: u8,
    pub section: u32,
}

/// Bitmaps one behind the other, with the length of each in bytes.
#[derive(Serialize, Deserialize)]
pub(super) struct BitmapsMeta {
    pub lengths: Vec<u32>,
    pub section: u32,
}

#[derive(Serialize, Deserialize)]
pub(super) struct OrderMeta {
    pub rows: u32,
    pub keys: u32,
    pub places: u32,
    pub parts: Option<u32>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct ProvenanceMeta {
    pub name: String,
    pub delivery: bool,
    pub values: ProvenanceValuesMeta,
    pub own: Option<ProvenanceValuesMeta>,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
pub(super) enum ProvenanceValuesMeta {
    Text(PairMeta),
    Coded(PairMeta, ColumnMeta),
    Number(u32),
    Day(u32),
}
