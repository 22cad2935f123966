//! Every number that is used as a position is in range: checked once, so that no query need.

use cube_schema::schema::{DayCount, MeasureKind};
use roaring::RoaringBitmap;

use crate::cube::array::{Array, Column, Lists, Texts};
use crate::cube::{
    Cube, DIGITS, DefaultMeasure, Dimension, Field, Group, Hierarchy, Measure, MeasureRef,
    NO_MEMBER, NO_PLACE, NULL, PARTS, ProvenanceValues, Rows, Use,
};

type Check = Result<(), &'static str>;

fn ensure(holds: bool, why: &'static str) -> Check {
    if holds { Ok(()) } else { Err(why) }
}

pub(super) fn cube(cube: &Cube) -> Check {
    let months = cube.timeline.last.0.checked_sub(cube.timeline.first.0);
    ensure(months.is_some_and(|months| (0..60_000).contains(&months)), "tidslinjen")?;
    let years = cube.timeline.first.0 / 12..=cube.timeline.last.0 / 12;
    ensure(*years.start() >= 0 && *years.end() < 9999, "tidslinjens år")?;
    ensure(!cube.groups.is_empty(), "ingen målgruppe")?;
    cube.dimensions.iter().try_for_each(|one| dimension(one, cube.months()))?;
    if let Some(freshness) = &cube.freshness {
        let keys = cube.dimensions.get(freshness.dimension).map(|found| found.key_count);
        ensure(keys == Some(freshness.newest.len()), "nyeste leverancer")?;
    }
    let is_measure = |found: &MeasureRef| {
        cube.groups.get(found.group).is_some_and(|group| found.measure < group.measures.len())
    };
    ensure(cube.order.iter().all(is_measure), "målenes rækkefølge")?;
    ensure(
        match &cube.default_measure {
            DefaultMeasure::Stored(found) => is_measure(found),
            DefaultMeasure::Calculated(number) => *number < cube.calculated.len(),
        },
        "standardmålet",
    )?;
    let held = cube.calculated.iter().chain(cube.members.iter().map(|one| &one.member));
    let held = held.flat_map(|measure| &measure.at_all);
    ensure(held.copied().all(|at| at < cube.dimensions.len()), "en beregnings dimension")?;
    cube.groups.iter().try_for_each(|one| group(cube, one))
}

fn dimension(dimension: &Dimension, months: usize) -> Check {
    ensure(!dimension.is_time || dimension.key_count == months, "tidens måneder")?;
    ensure(dimension.hierarchies.len() >= dimension.fields.len(), "hierarkierne")?;
    let levels = || dimension.hierarchies.iter().flat_map(|hierarchy| &hierarchy.levels);
    ensure(levels().all(|&level| level < dimension.fields.len()), "niveauerne")?;
    let own = dimension.hierarchies.iter().take(dimension.fields.len()).enumerate();
    ensure(own.clone().all(|(at, hierarchy)| hierarchy.levels == [at]), "felternes hierarkier")?;
    ensure(dimension.hierarchies.iter().all(|one| !one.levels.is_empty()), "et tomt hierarki")?;
    let fields = dimension.fields.len();
    let properties = dimension.fields.iter().flat_map(|field| &field.properties);
    ensure(properties.into_iter().all(|&property| property < fields), "egenskaberne")?;
    dimension.fields.iter().try_for_each(|one| field(one, dimension.key_count))?;
    dimension.hierarchies.iter().try_for_each(|one| hierarchy(dimension, one))
}

fn hierarchy(dimension: &Dimension, hierarchy: &Hierarchy) -> Check {
    let keys = dimension.key_count;
    ensure(hierarchy.data.is_none_or(|data| data < dimension.fields.len()), "medlemmernes egne")?;
    let in_range = |ranks: &Array<u32>| ranks.len() == keys && below(ranks, keys);
    ensure(hierarchy.ranks.as_ref().is_none_or(in_range), "hierarkiets orden")?;
    let has = |(field, member): (usize, u32)| {
        dimension.fields.get(field).is_some_and(|field| (member as usize) < field.len())
    };
    ensure(hierarchy.default.is_none_or(has), "standardmedlemmet")
}

fn field(field: &Field, keys: usize) -> Check {
    texts(&field.captions)?;
    texts(&field.keys)?;
    let members = field.captions.len();
    ensure(
        field.keys.len() == members && field.keys_of_member.len() == members,
        "medlemmernes antal",
    )?;
    ensure(
        field.unknown.is_none_or(|unknown| unknown as usize + 1 == members),
        "det ukendte medlem",
    )?;
    ensure(field.member_of_key.len() == keys, "nøglernes antal")?;
    let is_member =
        |member: &u32| (*member as usize) < members || (field.partial && *member == NO_MEMBER);
    ensure(field.member_of_key.iter().all(is_member), "en nøgles medlem")?;
    lists(&field.keys_of_member, keys)?;
    let orders = [&field.by_caption, &field.by_key];
    ensure(orders.iter().all(|order| order.len() == members && below(order, members)), "opslaget")
}

fn texts(texts: &Texts) -> Check {
    offsets(&texts.offsets, texts.bytes.len())?;
    let text = std::str::from_utf8(&texts.bytes).map_err(|_| "en tekst er ikke UTF-8")?;
    let borders = texts.offsets.iter().all(|&offset| text.is_char_boundary(offset as usize));
    ensure(borders, "en tekst er skåret midt i et tegn")
}

fn lists(lists: &Lists, bound: usize) -> Check {
    offsets(&lists.offsets, lists.values.len())?;
    ensure(below(&lists.values, bound), "en liste peger uden for")
}

fn offsets(offsets: &[u32], length: usize) -> Check {
    let ends =
        offsets.first() == Some(&0) && offsets.last().map(|&last| last as usize) == Some(length);
    ensure(ends && offsets.is_sorted(), "offset")
}

fn below(values: &[u32], bound: usize) -> bool {
    values.iter().all(|&value| (value as usize) < bound)
}

fn group(cube: &Cube, group: &Group) -> Check {
    ensure(group.uses.len() == cube.dimensions.len(), "dimensionernes antal")?;
    ensure(!group.measures.is_empty(), "ingen mål")?;
    let orders = group.rows.orders.len();
    group.measures.iter().try_for_each(|one| measure(group, one))?;
    births(cube, group)?;
    rows(cube, group, &group.rows, false)?;
    if let Some(cut) = &group.cut {
        ensure(cut.orders.len() == orders, "de skårne rækkers rækkefølger")?;
        let columns =
            |rows: &Rows| (rows.starts.is_some(), rows.ends.is_some(), rows.numbers.len());
        ensure(columns(cut) == columns(&group.rows), "de skårne rækkers kolonner")?;
        rows(cube, group, cut, true)?;
    }
    let steps = group.uses.contains(&Some(Use::Step));
    ensure(steps == group.cut.is_some(), "de skårne rækker mangler")?;
    provenance(group)
}

fn provenance(group: &Group) -> Check {
    let facts = group.rows.fact.iter().max().map_or(0, |&last| last as usize + 1);
    let records = group.record.as_ref().is_none_or(|records| records.len() >= facts);
    ensure(records, "registreringerne")?;
    let all =
        group.provenance.iter().flat_map(|column| [Some(&column.values), column.own.as_ref()]);
    all.flatten().try_for_each(|values| {
        let length = match values {
            ProvenanceValues::Text(values) => {
                texts(values)?;
                values.len()
            }
            ProvenanceValues::Coded(different, numbers) => {
                texts(different)?;
                ensure(column_below(numbers, different.len()), "en registrerings tekst")?;
                numbers.len()
            }
            ProvenanceValues::Number(values) => values.len(),
            ProvenanceValues::Day(values) => values.len(),
        };
        ensure(length >= facts, "en registrerings oplysninger")
    })
}

/// A measure has what its kind is counted with.
fn measure(group: &Group, measure: &Measure) -> Check {
    let (rows, kind) = (&group.rows, measure.kind);
    ensure(measure.order.is_none_or(|order| order < rows.orders.len()), "et måls rækkefølge")?;
    ensure(kind.has_key() || measure.order.is_none(), "et måls rækkefølge")?;
    ensure(measure.column.is_none_or(|column| column < rows.numbers.len()), "et måls kolonne")?;
    let fits = kind.is_sum() == measure.column.is_some() || kind == MeasureKind::Count;
    ensure(fits, "et måls kolonne")?;
    ensure(measure.digits <= DIGITS, "et måls decimaler")?;
    let excludes = kind.counts_days() && group.day_count == DayCount::ExcludeStart;
    let needs_starts = kind == MeasureKind::Starts || excludes;
    ensure(!needs_starts || rows.starts.is_some(), "begyndelser mangler")?;
    ensure(kind != MeasureKind::Ends || rows.ends.is_some(), "slutninger mangler")
}

fn births(cube: &Cube, group: &Group) -> Check {
    ensure(group.births.len() == cube.dimensions.len(), "fødselsdagenes antal")?;
    for ((births, usage), dimension) in group.births.iter().zip(&group.uses).zip(&cube.dimensions) {
        let is_age = *usage == Some(Use::Age);
        ensure(births.is_some() == is_age, "fødselsdage mangler")?;
        ensure(
            births.as_ref().is_none_or(|births| births.len() == group.entity_count),
            "fødselsdagenes antal",
        )?;
        ensure(!is_age || dimension.key_count > 0, "aldrene")?;
    }
    Ok(())
}

fn rows(cube: &Cube, group: &Group, rows: &Rows, cut: bool) -> Check {
    let (count, months) = (rows.len(), cube.months());
    let lengths = [rows.first_month.len(), rows.last_month.len(), rows.month_ends.len()];
    let days = [rows.first_day.len(), rows.last_day.len(), rows.fact.len()];
    ensure(lengths.into_iter().chain(days).all(|length| length == count), "rækkernes antal")?;
    ensure(rows.entity.is_sorted() && below(&rows.entity, group.entity_count), "rækkernes orden")?;
    ensure(rows.entity_rows.len() == group.entity_count + 1, "enhedernes antal")?;
    offsets(&rows.entity_rows, count)?;
    let in_months =
        |values: &[u16], bound: usize| values.iter().all(|&value| usize::from(value) <= bound);
    ensure(in_months(&rows.first_month, months), "en første måned")?;
    ensure(in_months(&rows.last_month, months - 1), "en sidste måned")?;
    ensure(in_months(&rows.month_ends, months), "en månedsslutning")?;
    for events in [&rows.starts, &rows.ends].into_iter().flatten() {
        ensure(events.len() == count && in_months(events, months), "begyndelser og slutninger")?;
    }
    numbers(rows)?;
    ensure(rows.active.len() == (months - 1) / 12 + 1, "årenes antal")?;
    let in_rows = |bitmap: &RoaringBitmap| bitmap.max().is_none_or(|last| (last as usize) < count);
    ensure(rows.active.iter().all(in_rows), "et års rækker")?;
    ensure(rows.last_of_entity.len() == count.div_ceil(64), "enhedernes sidste rækker")?;
    for order in &rows.orders {
        let own = order.rows.len();
        ensure(own <= count && order.keys.len() == own, "en rækkefølges længde")?;
        ensure(order.places.len() == count && below(&order.rows, count), "en rækkefølges længde")?;
        let is_place = |place: &u32| (*place as usize) < own || *place == NO_PLACE;
        ensure(order.places.iter().all(is_place), "en rækkefølge")?;
        ensure(order.keys.is_sorted(), "en rækkefølges nøgler")?;
        if let Some(parts) = &order.parts {
            let in_range = parts.iter().all(|&part| usize::from(part) < PARTS);
            ensure(parts.len() == count && in_range, "en rækkefølges dele")?;
        }
    }
    let width = cube.dimensions.len();
    ensure(
        [rows.keys.len(), rows.lists.len(), rows.bitmaps.len()] == [width; 3],
        "kolonnernes antal",
    )?;
    (0..width).try_for_each(|at| dimension_rows(cube, group, rows, at, cut))
}

/// Every sum of numbers is below what an integer holds.
fn numbers(rows: &Rows) -> Check {
    for numbers in &rows.numbers {
        ensure(numbers.len() == rows.len(), "tallenes antal")?;
        let all = numbers
            .iter()
            .filter(|&&number| number != NULL)
            .try_fold(0_u64, |all, one| all.checked_add(one.unsigned_abs()));
        ensure(all.is_some_and(|all| all < i64::MAX as u64), "tallene er for store")?;
    }
    Ok(())
}

fn dimension_rows(cube: &Cube, group: &Group, rows: &Rows, at: usize, cut: bool) -> Check {
    let keys = cube.dimensions[at].key_count;
    let bound = rows.lists[at].as_ref().map_or(keys, Lists::len);
    if let Some(found) = &rows.lists[at] {
        lists(found, keys)?;
    }
    let expected = match group.uses[at] {
        None | Some(Use::Time | Use::Age) => false,
        Some(Use::Step) => cut,
        Some(_) => true,
    };
    ensure(rows.keys[at].is_some() == expected, "en dimensions kolonne")?;
    ensure(
        rows.lists[at].is_some() == (group.uses[at] == Some(Use::Many)),
        "en dimensions lister",
    )?;
    if group.uses[at] == Some(Use::Entity) {
        ensure(group.entity_count == keys, "enhederne")?;
    }
    if let Some(column) = &rows.keys[at] {
        ensure(column.len() == rows.len() && column_below(column, bound), "en rækkes nøgle")?;
    }
    let bitmaps = &rows.bitmaps[at];
    ensure(bitmaps.is_empty() || bitmaps.len() == keys, "bitmaps' antal")?;
    let in_rows =
        |bitmap: &RoaringBitmap| bitmap.max().is_none_or(|last| (last as usize) < rows.len());
    ensure(bitmaps.iter().all(in_rows), "en bitmap peger uden for rækkerne")
}

fn column_below(column: &Column, bound: usize) -> bool {
    column.is_empty() || column.max().is_some_and(|largest| (largest as usize) < bound)
}
