//! The tables, as CSV.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::Result;
use cube_schema::day::Day;

use super::words::{COLOURS, CONTAINERS, MODES, MONTHS, NATIONS, PRIORITIES, SEGMENTS, TYPES};
use crate::random::Random;

/// The first day of the table of days.
const FIRST_DAY: (i16, i8, i8) = (1992, 1, 1);
/// Its rows, as published.
const DAYS: i32 = 2556;
/// Orders come until so many days before the last: they must have time to arrive.
const LAST_ORDER: i32 = 151;
/// Per unit of scale.
const CUSTOMERS: u64 = 30_000;
const SUPPLIERS: u64 = 2_000;
const ORDERS: u64 = 1_500_000;
/// At scale 1; one more of them for each doubling.
const PARTS: u64 = 200_000;
/// One customer of so many never orders.
const IDLE: u64 = 3;

/// Writes the five tables of a scale into a folder.
///
/// # Errors
/// The folder cannot be written.
pub fn generate(folder: &Path, scale: u32) -> Result<()> {
    fs::create_dir_all(folder)?;
    let size = Size::of(scale);
    days(&mut table(folder, "date")?)?;
    customers(size, &mut table(folder, "customer")?)?;
    suppliers(size, &mut table(folder, "supplier")?)?;
    parts(size, &mut table(folder, "part")?)?;
    lines(size, &mut table(folder, "lineorder")?)
}

/// How many rows there are of each.
#[derive(Clone, Copy)]
struct Size {
    customers: u64,
    suppliers: u64,
    parts: u64,
    orders: u64,
}

impl Size {
    fn of(scale: u32) -> Size {
        let times = u64::from(scale.max(1));
        Size {
            customers: CUSTOMERS * times,
            suppliers: SUPPLIERS * times,
            parts: PARTS * (1 + u64::from(times.ilog2())),
            orders: ORDERS * times,
        }
    }
}

fn table(folder: &Path, name: &str) -> Result<BufWriter<File>> {
    Ok(BufWriter::with_capacity(1 << 20, File::create(folder.join(format!("{name}.csv")))?))
}

fn first_day() -> Day {
    let (year, month, day) = FIRST_DAY;
    Day::from_ymd(year, month, day).unwrap_or(Day::MIN)
}

fn days(out: &mut impl Write) -> Result<()> {
    writeln!(
        out,
        "d_datekey,d_date,d_year,d_yearmonthnum,d_yearmonth,d_monthnuminyear,d_weeknuminyear"
    )?;
    let first = first_day();
    for number in 0..DAYS {
        let day = Day(first.0 + number);
        let date = day.date();
        let (year, month) = (date.year(), date.month());
        let name = MONTHS[month as usize - 1];
        let week = (date.day_of_year() - 1) / 7 + 1;
        let key = datekey(day);
        writeln!(out, "{key},{day},{year},{year}{month:02},{name}{year},{month},{week}")?;
    }
    Ok(out.flush()?)
}

fn datekey(day: Day) -> i32 {
    let date = day.date();
    i32::from(date.year()) * 10_000 + i32::from(date.month()) * 100 + i32::from(date.day())
}

/// A nation, its region, and one of its ten cities: nine letters of the name and a digit.
fn place(random: &mut Random) -> (&'static str, &'static str, String) {
    let (nation, region) = *random.pick(&NATIONS);
    (nation, region, format!("{nation:<9.9}{}", random.below(10)))
}

fn customers(size: Size, out: &mut impl Write) -> Result<()> {
    writeln!(out, "c_custkey,c_name,c_city,c_nation,c_region,c_mktsegment")?;
    let mut random = Random(1);
    for key in 1..=size.customers {
        let (nation, region, city) = place(&mut random);
        let segment = random.pick(&SEGMENTS);
        writeln!(out, "{key},Customer#{key:09},{city},{nation},{region},{segment}")?;
    }
    Ok(out.flush()?)
}

fn suppliers(size: Size, out: &mut impl Write) -> Result<()> {
    writeln!(out, "s_suppkey,s_name,s_city,s_nation,s_region")?;
    let mut random = Random(2);
    for key in 1..=size.suppliers {
        let (nation, region, city) = place(&mut random);
        writeln!(out, "{key},Supplier#{key:09},{city},{nation},{region}")?;
    }
    Ok(out.flush()?)
}

fn parts(size: Size, out: &mut impl Write) -> Result<()> {
    writeln!(out, "p_partkey,p_name,p_mfgr,p_category,p_brand1,p_color,p_type,p_size,p_container")?;
    let mut random = Random(3);
    for key in 1..=size.parts {
        let (one, colour) = (*random.pick(&COLOURS), *random.pick(&COLOURS));
        let (maker, category, brand) =
            (1 + random.below(5), 1 + random.below(5), 1 + random.below(40));
        let kind = TYPES.map(|words| *random.pick(words)).join(" ");
        let (piece, container) =
            (1 + random.below(50), CONTAINERS.map(|words| *random.pick(words)).join(" "));
        writeln!(
            out,
            "{key},{one} {colour},MFGR#{maker},MFGR#{maker}{category},\
             MFGR#{maker}{category}{brand},{colour},{kind},{piece},{container}"
        )?;
    }
    Ok(out.flush()?)
}

/// What a part costs, in hundredths: a function of its key.
fn price(part: u64) -> u64 {
    90_000 + part / 10 % 20_001 + 100 * (part % 1000)
}

/// Orders of one to seven lines.
fn lines(size: Size, out: &mut impl Write) -> Result<()> {
    writeln!(
        out,
        "lo_orderkey,lo_linenumber,lo_custkey,lo_partkey,lo_suppkey,lo_orderdate,lo_orderpriority,\
         lo_shippriority,lo_quantity,lo_extendedprice,lo_ordtotalprice,lo_discount,lo_revenue,\
         lo_supplycost,lo_tax,lo_commitdate,lo_shipmode"
    )?;
    let mut random = Random(4);
    for number in 0..size.orders {
        order(number, size, &mut random, out)?;
    }
    Ok(out.flush()?)
}

/// One line of an order as it is drawn.
struct Line {
    part: u64,
    supplier: u64,
    quantity: u64,
    discount: u64,
    tax: u64,
    commit: i32,
    mode: &'static str,
}

fn order(number: u64, size: Size, random: &mut Random, out: &mut impl Write) -> Result<()> {
    // Eight keys of every 32 are used.
    let key = number / 8 * 32 + number % 8 + 1;
    let mut customer = 1 + random.number(size.customers);
    while customer.is_multiple_of(IDLE) {
        customer = 1 + random.number(size.customers);
    }
    let ordered = Day(first_day().0 + random.below((DAYS - LAST_ORDER) as usize) as i32);
    let priority = random.pick(&PRIORITIES);
    let lines: Vec<Line> = (0..1 + random.below(7))
        .map(|_| Line {
            part: 1 + random.number(size.parts),
            supplier: 1 + random.number(size.suppliers),
            quantity: 1 + random.number(50),
            discount: random.number(11),
            tax: random.number(9),
            commit: 30 + random.below(61) as i32,
            mode: MODES[random.below(MODES.len())],
        })
        .collect();
    let extended = |line: &Line| line.quantity * price(line.part);
    let revenue = |line: &Line| extended(line) * (100 - line.discount) / 100;
    let total: u64 = lines.iter().map(|line| revenue(line) * (100 + line.tax) / 100).sum();
    for (at, line) in lines.iter().enumerate() {
        let Line { part, supplier, quantity, discount, tax, commit, mode } = line;
        let (extended, revenue, cost) = (extended(line), revenue(line), 6 * price(*part) / 10);
        let (day, commit) = (datekey(ordered), datekey(Day(ordered.0 + commit)));
        writeln!(
            out,
            "{key},{},{customer},{part},{supplier},{day},{priority},0,{quantity},{extended},\
             {total},{discount},{revenue},{cost},{tax},{commit},{mode}",
            at + 1
        )?;
    }
    Ok(())
}
