//! Bytes → cubes whose columns are read in place.

use cube_schema::day::Month;
use cube_schema::table::Timeline;
use roaring::RoaringBitmap;

use super::check;
use super::container::{Opened, damaged};
use super::meta::{
    BitmapsMeta, ColumnMeta, CubeMeta, DimensionMeta, FieldMeta, GroupMeta, HierarchyMeta, Meta,
    OrderMeta, PairMeta, ProvenanceMeta, ProvenanceValuesMeta, RowsMeta,
};
use super::{SnapshotError, codec};
use crate::cube::array::{Array, Column, Fixed, Lists, Owner, Texts};
use crate::cube::{
    Cube, Dimension, Field, Freshness, Group, Hierarchy, Measure, Order, Provenance,
    ProvenanceValues, Rows,
};

type Read<T> = Result<T, SnapshotError>;

/// Opens a snapshot. Its columns are read in place and keep the owner alive.
///
/// # Errors
/// The first thing found wrong with the file.
pub fn open(owner: Owner) -> Read<Vec<Cube>> {
    let opened = Opened::new(owner)?;
    let meta: Meta =
        codec::decode(opened.bytes(0)?).ok_or_else(|| damaged("metadata", "kan ikke læses"))?;
    let reader = Reader { opened: &opened };
    let cubes = meta.cubes.into_iter().map(|cube| {
        let cube = reader.cube(cube)?;
        check::cube(&cube).map_err(|why| damaged(&format!("terningen '{}'", cube.name), why))?;
        Ok(cube)
    });
    cubes.collect()
}

struct Reader<'a> {
    opened: &'a Opened,
}

impl Reader<'_> {
    fn cube(&self, meta: CubeMeta) -> Read<Cube> {
        let timeline = Timeline { first: Month(meta.first_month), last: Month(meta.last_month) };
        Ok(Cube {
            name: meta.name,
            caption: meta.caption,
            description: meta.description,
            all: meta.all,
            language: meta.language,
            hidden: meta.hidden,
            explain: meta.explain,
            timeline,
            dimensions: meta
                .dimensions
                .into_iter()
                .map(|one| self.dimension(one))
                .collect::<Read<_>>()?,
            groups: meta.groups.into_iter().map(|one| self.group(one)).collect::<Read<_>>()?,
            default_measure: meta.default_measure,
            order: meta.order,
            calculated: meta.calculated,
            members: meta.members,
            sets: meta.sets,
            freshness: meta.freshness.map(|(dimension, newest)| Freshness { dimension, newest }),
        })
    }

    fn dimension(&self, meta: DimensionMeta) -> Read<Dimension> {
        Ok(Dimension {
            name: meta.name,
            caption: meta.caption,
            description: meta.description,
            is_time: meta.is_time,
            of_time: meta.of_time,
            observed: meta.observed,
            key_count: meta.key_count,
            fields: meta.fields.into_iter().map(|field| self.field(field)).collect::<Read<_>>()?,
            hierarchies: each(meta.hierarchies, |hierarchy| self.hierarchy(hierarchy))?,
        })
    }

    fn hierarchy(&self, meta: HierarchyMeta) -> Read<Hierarchy> {
        Ok(Hierarchy {
            name: meta.name,
            caption: meta.caption,
            levels: meta.levels,
            has_all: meta.has_all,
            all: meta.all,
            default: meta.default,
            hidden: meta.hidden,
            data: meta.data,
            ranks: self.optional(meta.ranks)?,
        })
    }

    fn field(&self, meta: FieldMeta) -> Read<Field> {
        Ok(Field {
            name: meta.name,
            description: meta.description,
            grain: meta.grain,
            period: meta.period,
            value: meta.value,
            partial: meta.partial,
            composite: meta.composite,
            properties: meta.properties,
            personal: meta.personal,
            captions: self.texts(meta.captions)?,
            keys: self.texts(meta.keys)?,
            unknown: meta.unknown,
            member_of_key: self.array(meta.member_of_key)?,
            keys_of_member: self.lists(meta.keys_of_member)?,
            by_caption: self.array(meta.by_caption)?,
            by_key: self.array(meta.by_key)?,
        })
    }

    fn group(&self, meta: GroupMeta) -> Read<Group> {
        let measures = meta.measures.into_iter().map(|measure| Measure {
            name: measure.name,
            description: measure.description,
            unit: measure.unit,
            decimals: measure.decimals,
            kind: measure.kind,
            order: measure.order,
            column: measure.column,
            digits: measure.digits,
            caption: measure.caption,
            format: measure.format,
            visible: measure.visible,
        });
        let provenance = meta.provenance.into_iter().map(|column| {
            let ProvenanceMeta { name, delivery, values, own } = column;
            let values = self.provenance(values)?;
            Ok(Provenance {
                name,
                delivery,
                values,
                own: own.map(|own| self.provenance(own)).transpose()?,
            })
        });
        let provenance = provenance.collect::<Read<_>>()?;
        let record = meta.record.map(|section| self.array(section)).transpose()?;
        Ok(Group {
            name: meta.name,
            uses: meta.uses,
            measures: measures.collect(),
            entity_count: meta.entity_count,
            births: each(meta.births, |section| self.optional(section))?,
            day_count: meta.day_count,
            rows: self.rows(meta.rows)?,
            cut: meta.cut.map(|rows| self.rows(rows)).transpose()?,
            record,
            provenance,
            drill: meta.drill,
            records_in: meta.records_in,
            record_noun: meta.record_noun,
            entity_noun: meta.entity_noun,
        })
    }

    fn provenance(&self, meta: ProvenanceValuesMeta) -> Read<ProvenanceValues> {
        Ok(match meta {
            ProvenanceValuesMeta::Text(texts) => ProvenanceValues::Text(self.texts(texts)?),
            ProvenanceValuesMeta::Coded(texts, numbers) => {
                ProvenanceValues::Coded(self.texts(texts)?, self.column(numbers)?)
            }
            ProvenanceValuesMeta::Number(section) => ProvenanceValues::Number(self.array(section)?),
            ProvenanceValuesMeta::Day(section) => ProvenanceValues::Day(self.array(section)?),
        })
    }

    fn rows(&self, meta: RowsMeta) -> Read<Rows> {
        Ok(Rows {
            entity: self.array(meta.entity)?,
            entity_rows: self.array(meta.entity_rows)?,
            first_month: self.array(meta.first_month)?,
            last_month: self.array(meta.last_month)?,
            month_ends: self.array(meta.month_ends)?,
            first_day: self.array(meta.first_day)?,
            last_day: self.array(meta.last_day)?,
            starts: self.optional(meta.starts)?,
            ends: self.optional(meta.ends)?,
            numbers: each(meta.numbers, |section| self.array(section))?,
            fact: self.array(meta.fact)?,
            keys: each(meta.keys, |column| column.map(|column| self.column(column)).transpose())?,
            lists: each(meta.lists, |lists| lists.map(|lists| self.lists(lists)).transpose())?,
            bitmaps: each(meta.bitmaps, |bitmaps| self.bitmaps(&bitmaps))?,
            active: self.bitmaps(&meta.active)?,
            last_of_entity: self.array(meta.last_of_entity)?,
            orders: each(meta.orders, |order| self.order(&order))?,
        })
    }

    fn order(&self, meta: &OrderMeta) -> Read<Order> {
        Ok(Order {
            rows: self.array(meta.rows)?,
            keys: self.array(meta.keys)?,
            places: self.array(meta.places)?,
            parts: self.optional(meta.parts)?,
        })
    }

    fn bitmaps(&self, meta: &BitmapsMeta) -> Read<Vec<RoaringBitmap>> {
        let bytes = self.opened.bytes(meta.section)?;
        let wrong = || damaged("en bitmap", "kan ikke læses");
        let mut start = 0_usize;
        let bitmaps = meta.lengths.iter().map(|&length| {
            let own = bytes.get(start..start.saturating_add(length as usize)).ok_or_else(wrong)?;
            start += length as usize;
            RoaringBitmap::deserialize_from(own).map_err(|_| wrong())
        });
        bitmaps.collect()
    }

    fn column(&self, meta: ColumnMeta) -> Read<Column> {
        match meta.width {
            1 => Ok(Column::U8(self.array(meta.section)?)),
            2 => Ok(Column::U16(self.array(meta.section)?)),
            4 => Ok(Column::U32(self.array(meta.section)?)),
            _ => Err(damaged("metadata", "en kolonne har en ukendt bredde")),
        }
    }

    fn texts(&self, meta: PairMeta) -> Read<Texts> {
        Ok(Texts { offsets: self.array(meta.offsets)?, bytes: self.array(meta.values)? })
    }

    fn lists(&self, meta: PairMeta) -> Read<Lists> {
        Ok(Lists { offsets: self.array(meta.offsets)?, values: self.array(meta.values)? })
    }

    fn optional<T: Fixed>(&self, section: Option<u32>) -> Read<Option<Array<T>>> {
        section.map(|section| self.array(section)).transpose()
    }

    fn array<T: Fixed>(&self, section: u32) -> Read<Array<T>> {
        self.opened.array(section)
    }
}

fn each<T, U>(items: Vec<T>, read: impl FnMut(T) -> Read<U>) -> Read<Vec<U>> {
    items.into_iter().map(read).collect()
}
