//! Cubes → bytes.

use std::io::Write;

use roaring::RoaringBitmap;

use super::container::Sections;
use super::meta::{
    BitmapsMeta, ColumnMeta, CubeMeta, DimensionMeta, FieldMeta, GroupMeta, HierarchyMeta,
    MeasureMeta, Meta, OrderMeta, PairMeta, ProvenanceMeta, ProvenanceValuesMeta, RowsMeta,
};
use super::{SnapshotError, codec};
use crate::cube::array::{Array, Column, Fixed, Lists, Texts};
use crate::cube::{Cube, Dimension, Field, Group, Hierarchy, Order, ProvenanceValues, Rows};

/// Writes cubes as one snapshot. The same cubes give the same bytes.
///
/// # Errors
/// The writer fails.
pub fn write(cubes: &[&Cube], out: &mut dyn Write) -> Result<(), SnapshotError> {
    let mut writer = Writer::default();
    let cubes = cubes.iter().map(|cube| writer.cube(cube)).collect::<Result<_, _>>()?;
    let metadata = codec::encode(&Meta { cubes }).map_err(SnapshotError::Write)?;
    writer.sections.write(metadata, out).map_err(|error| SnapshotError::Write(error.to_string()))
}

#[derive(Default)]
struct Writer<'a> {
    sections: Sections<'a>,
}

impl<'a> Writer<'a> {
    fn cube(&mut self, cube: &'a Cube) -> Result<CubeMeta, SnapshotError> {
        let freshness = cube.freshness.as_ref();
        Ok(CubeMeta {
            name: cube.name.clone(),
            caption: cube.caption.clone(),
            description: cube.description.clone(),
            all: cube.all.clone(),
            language: cube.language,
            hidden: cube.hidden,
            explain: cube.explain.clone(),
            first_month: cube.timeline.first.0,
            last_month: cube.timeline.last.0,
            dimensions: cube.dimensions.iter().map(|dimension| self.dimension(dimension)).collect(),
            groups: cube.groups.iter().map(|group| self.group(group)).collect::<Result<_, _>>()?,
            default_measure: cube.default_measure,
            order: cube.order.clone(),
            calculated: cube.calculated.clone(),
            members: cube.members.clone(),
            sets: cube.sets.clone(),
            freshness: freshness.map(|found| (found.dimension, found.newest.clone())),
        })
    }

    fn dimension(&mut self, dimension: &'a Dimension) -> DimensionMeta {
        DimensionMeta {
            name: dimension.name.clone(),
            caption: dimension.caption.clone(),
            description: dimension.description.clone(),
            is_time: dimension.is_time,
            of_time: dimension.of_time,
            observed: dimension.observed,
            key_count: dimension.key_count,
            fields: dimension.fields.iter().map(|field| self.field(field)).collect(),
            hierarchies: dimension.hierarchies.iter().map(|one| self.hierarchy(one)).collect(),
        }
    }

    fn hierarchy(&mut self, hierarchy: &'a Hierarchy) -> HierarchyMeta {
        HierarchyMeta {
            name: hierarchy.name.clone(),
            caption: hierarchy.caption.clone(),
            levels: hierarchy.levels.clone(),
            has_all: hierarchy.has_all,
            all: hierarchy.all.clone(),
            default: hierarchy.default,
            hidden: hierarchy.hidden,
            data: hierarchy.data,
            ranks: self.optional(hierarchy.ranks.as_ref()),
        }
    }

    fn field(&mut self, field: &'a Field) -> FieldMeta {
        FieldMeta {
            name: field.name.clone(),
            description: field.description.clone(),
            grain: field.grain,
            period: field.period,
            value: field.value,
            partial: field.partial,
            composite: field.composite,
            properties: field.properties.clone(),
            personal: field.personal,
            captions: self.texts(&field.captions),
            keys: self.texts(&field.keys),
            unknown: field.unknown,
            member_of_key: self.array(&field.member_of_key),
            keys_of_member: self.lists(&field.keys_of_member),
            by_caption: self.array(&field.by_caption),
            by_key: self.array(&field.by_key),
        }
    }

    fn group(&mut self, group: &'a Group) -> Result<GroupMeta, SnapshotError> {
        let measures = group.measures.iter().map(|measure| MeasureMeta {
            name: measure.name.clone(),
            description: measure.description.clone(),
            unit: measure.unit.clone(),
            decimals: measure.decimals,
            kind: measure.kind,
            order: measure.order,
            column: measure.column,
            digits: measure.digits,
            caption: measure.caption.clone(),
            format: measure.format.clone(),
            visible: measure.visible,
        });
        let provenance = group.provenance.iter().map(|column| ProvenanceMeta {
            name: column.name.clone(),
            delivery: column.delivery,
            values: self.provenance(&column.values),
            own: column.own.as_ref().map(|own| self.provenance(own)),
        });
        let provenance = provenance.collect();
        let record = group.record.as_ref().map(|numbers| self.array(numbers));
        Ok(GroupMeta {
            name: group.name.clone(),
            uses: group.uses.clone(),
            measures: measures.collect(),
            entity_count: group.entity_count,
            births: group.births.iter().map(|births| self.optional(births.as_ref())).collect(),
            day_count: group.day_count,
            rows: self.rows(&group.rows)?,
            cut: group.cut.as_ref().map(|rows| self.rows(rows)).transpose()?,
            record,
            provenance,
            drill: group.drill.clone(),
            records_in: group.records_in.clone(),
            record_noun: group.record_noun.clone(),
            entity_noun: group.entity_noun.clone(),
        })
    }

    fn provenance(&mut self, values: &'a ProvenanceValues) -> ProvenanceValuesMeta {
        match values {
            ProvenanceValues::Text(texts) => ProvenanceValuesMeta::Text(self.texts(texts)),
            ProvenanceValues::Coded(texts, numbers) => {
                ProvenanceValuesMeta::Coded(self.texts(texts), self.column(numbers))
            }
            ProvenanceValues::Number(numbers) => ProvenanceValuesMeta::Number(self.array(numbers)),
            ProvenanceValues::Day(days) => ProvenanceValuesMeta::Day(self.array(days)),
        }
    }

    fn rows(&mut self, rows: &'a Rows) -> Result<RowsMeta, SnapshotError> {
        Ok(RowsMeta {
            entity: self.array(&rows.entity),
            entity_rows: self.array(&rows.entity_rows),
            first_month: self.array(&rows.first_month),
            last_month: self.array(&rows.last_month),
            month_ends: self.array(&rows.month_ends),
            first_day: self.array(&rows.first_day),
            last_day: self.array(&rows.last_day),
            starts: self.optional(rows.starts.as_ref()),
            ends: self.optional(rows.ends.as_ref()),
            numbers: rows.numbers.iter().map(|numbers| self.array(numbers)).collect(),
            fact: self.array(&rows.fact),
            keys: rows
                .keys
                .iter()
                .map(|keys| keys.as_ref().map(|keys| self.column(keys)))
                .collect(),
            lists: rows
                .lists
                .iter()
                .map(|lists| lists.as_ref().map(|lists| self.lists(lists)))
                .collect(),
            bitmaps: rows
                .bitmaps
                .iter()
                .map(|bitmaps| self.bitmaps(bitmaps))
                .collect::<Result<_, _>>()?,
            active: self.bitmaps(&rows.active)?,
            last_of_entity: self.array(&rows.last_of_entity),
            orders: rows.orders.iter().map(|order| self.order(order)).collect(),
        })
    }

    fn order(&mut self, order: &'a Order) -> OrderMeta {
        OrderMeta {
            rows: self.array(&order.rows),
            keys: self.array(&order.keys),
            places: self.array(&order.places),
            parts: self.optional(order.parts.as_ref()),
        }
    }

    fn bitmaps(&mut self, bitmaps: &[RoaringBitmap]) -> Result<BitmapsMeta, SnapshotError> {
        let mut bytes = Vec::new();
        let mut lengths = Vec::with_capacity(bitmaps.len());
        for bitmap in bitmaps {
            let before = bytes.len();
            bitmap
                .serialize_into(&mut bytes)
                .map_err(|error| SnapshotError::Write(error.to_string()))?;
            lengths.push((bytes.len() - before) as u32);
        }
        Ok(BitmapsMeta { lengths, section: self.sections.add(bytes) })
    }

    fn column(&mut self, column: &'a Column) -> ColumnMeta {
        match column {
            Column::U8(values) => ColumnMeta { width: 1, section: self.array(values) },
            Column::U16(values) => ColumnMeta { width: 2, section: self.array(values) },
            Column::U32(values) => ColumnMeta { width: 4, section: self.array(values) },
        }
    }

    fn texts(&mut self, texts: &'a Texts) -> PairMeta {
        PairMeta { offsets: self.array(&texts.offsets), values: self.array(&texts.bytes) }
    }

    fn lists(&mut self, lists: &'a Lists) -> PairMeta {
        PairMeta { offsets: self.array(&lists.offsets), values: self.array(&lists.values) }
    }

    fn optional<T: Fixed>(&mut self, array: Option<&'a Array<T>>) -> Option<u32> {
        array.map(|array| self.array(array))
    }

    fn array<T: Fixed>(&mut self, array: &'a Array<T>) -> u32 {
        self.sections.add(array.as_bytes())
    }
}
