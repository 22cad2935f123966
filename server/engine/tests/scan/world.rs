//! Random small stars, kept as lists of facts so that a failing one can be made smaller.

use cube_schema::day::{Day, Month};
use cube_schema::schema::{DayCount, Schema};
use cube_schema::table::{DimensionTable, FactColumn, FactTable, Lists, Star, StepTable, Timeline};

use crate::random::Random;

/// A star before it is tables.
#[derive(Clone)]
pub struct World {
    pub schema: Schema,
    pub timeline: Timeline,
    pub tables: Vec<DimensionTable>,
    pub approvals: Vec<Series>,
    pub tariffs: Vec<Series>,
    /// The birth of each citizen; `Day::MIN` is not known.
    pub births: Vec<Day>,
    pub facts: Vec<Fact>,
    /// Which cube of the schema is asked.
    pub cube: usize,
}

/// The steps of one series: from which day on which member holds.
pub type Series = Vec<(Day, u32)>;

/// A piece of a record.
#[derive(Clone, Debug)]
pub struct Fact {
    pub citizen: u32,
    /// Told apart by two measures.
    pub code: u32,
    pub record: u32,
    pub municipality: u32,
    pub service: u32,
    /// Any number of them; may hold one twice.
    pub groups: Vec<u32>,
    pub place: u32,
    pub approval: u32,
    pub tariff: u32,
    /// In hundredths.
    pub amount: i64,
    /// Whether the record begins with this piece, and ends with it.
    pub starts: bool,
    pub ends: bool,
    pub first: Day,
    pub last: Day,
}

impl Fact {
    /// A number that one fact in three does not have.
    fn deduction(&self) -> f64 {
        if self.record.is_multiple_of(3) { f64::NAN } else { (self.amount / 2) as f64 / 100.0 }
    }
}

/// How large a star becomes.
#[derive(Clone, Copy)]
pub struct Size {
    pub facts: usize,
    pub citizens: usize,
    pub months: usize,
    pub keys: usize,
    /// Moments looked at for one question, about; a question that needs more is not asked.
    pub effort: usize,
}

pub const SMALL: Size = Size { facts: 40, citizens: 8, months: 30, keys: 6, effort: 150_000 };

/// More rows than one word of a mask.
pub const MIDDLE: Size = Size { facts: 400, citizens: 80, months: 24, keys: 20, effort: 200_000 };

/// More rows than one block of a sweep, and keys that take two bytes.
pub const LARGE: Size = Size { facts: 3000, citizens: 300, months: 12, keys: 300, effort: 500_000 };

const GROUPS: [&str; 8] = ["", "1081", "1084", "85", "Aa", "syd", "Ukendt", "9.1"];
const CODES: [&str; 12] =
    ["", "153", "84", "1.8.1", "1.12.0.1", "1.8", "x", "9", "101", "y 2", "Ukendt", "155"];
const NAMES: [&str; 14] = [
    "", "Ærø", "Aabenraa", "Århus", "abe", "Abe", "Østby", "Zealand", "Ålborg", "bo", "Bo", "aa",
    "Ukendt", "Solrød",
];

impl World {
    pub fn schema() -> Schema {
        Schema::parse(include_str!("skanning.toml")).unwrap()
    }

    /// A random star.
    pub fn random(random: &mut Random, size: Size) -> World {
        let mut schema = World::schema();
        let first = Month(Month::new(2019, 11).0 + random.below(4) as i32);
        let months = if random.percent(30) { 3 } else { size.months };
        let last = Month(first.0 + random.below(months) as i32);
        let timeline = Timeline { first, last };
        let tables: Vec<DimensionTable> = ["kommune", "ydelse", "maalgruppe", "opholdssted"]
            .iter()
            .chain(&["godkendt", "takst", "borger", "alder"])
            .map(|name| random_table(random, name, size, timeline))
            .collect();
        vary(&mut schema, random);
        let keys = |table: usize| tables[table].len();
        let mut world = World {
            approvals: random_series(random, timeline, keys(4)),
            tariffs: random_series(random, timeline, keys(5)),
            births: random_births(random, timeline, keys(6), keys(7)),
            schema,
            timeline,
            tables,
            facts: Vec::new(),
            cube: [0, 0, 0, 0, 1, 2][random.below(6)],
        };
        let facts = match random.below(20) {
            _ if size.facts > SMALL.facts => random.between(size.facts / 2, size.facts),
            0 => 0,
            1..=8 => random.between(1, 6),
            _ => random.between(1, size.facts),
        };
        for _ in 0..facts {
            let fact = world.random_fact(random, size);
            world.facts.push(fact);
        }
        world
    }

    /// Half of all facts are further pieces of a record that is there already.
    fn random_fact(&self, random: &mut Random, size: Size) -> Fact {
        let (first, last) = random_days(random, self.timeline);
        if random.percent(50) && !self.facts.is_empty() {
            let (starts, ends) = (random.percent(40), random.percent(40));
            let amount = random.below(100_000) as i64 - 20_000;
            let of_record = random.pick(&self.facts).clone();
            return Fact { first, last, starts, ends, amount, ..of_record };
        }
        let keys = |table: usize| self.tables[table].len();
        let citizens = keys(6).min(random.between(1, size.citizens));
        Fact {
            citizen: random.below(citizens) as u32,
            code: random.below(4) as u32,
            record: random.below(size.facts) as u32,
            municipality: random.below(keys(0)) as u32,
            service: random.below(keys(1)) as u32,
            groups: random_list(random, keys(2)),
            place: random.below(keys(3)) as u32,
            approval: random.below(self.approvals.len()) as u32,
            tariff: random.below(self.tariffs.len()) as u32,
            amount: random.below(1_000_000_000) as i64,
            starts: random.percent(70),
            ends: random.percent(70),
            first,
            last,
        }
    }

    /// The tables.
    pub fn star(&self) -> Star {
        let ids = |of: fn(&Fact) -> u32| FactColumn::Id(self.facts.iter().map(of).collect());
        let days = |of: fn(&Fact) -> Day| FactColumn::Day(self.facts.iter().map(of).collect());
        let numbers =
            |of: fn(&Fact) -> f64| FactColumn::Number(self.facts.iter().map(of).collect());
        let born = |fact: &Fact| self.births[fact.citizen as usize];
        let mut groups = Lists::default();
        self.facts.iter().for_each(|fact| groups.push(fact.groups.iter().copied()));
        let columns = vec![
            ("borger", ids(|fact| fact.citizen)),
            ("kode", ids(|fact| fact.code)),
            ("post", ids(|fact| fact.record)),
            ("kommune", ids(|fact| fact.municipality)),
            ("ydelse", ids(|fact| fact.service)),
            ("maalgrupper", FactColumn::Ids(groups)),
            ("opholdssted", ids(|fact| fact.place)),
            ("godkendelse", ids(|fact| fact.approval)),
            ("takst", ids(|fact| fact.tariff)),
            ("begynder", ids(|fact| fact.starts.into())),
            ("slutter", ids(|fact| fact.ends.into())),
            ("beloeb", numbers(|fact| fact.amount as f64 / 100.0)),
            ("fradrag", numbers(Fact::deduction)),
            ("antal", numbers(|fact| f64::from(fact.record))),
            ("foedt", FactColumn::Day(self.facts.iter().map(born).collect())),
            ("fra", days(|fact| fact.first)),
            ("til", days(|fact| fact.last)),
        ];
        let columns = columns.into_iter().map(|(name, column)| (name.to_owned(), column)).collect();
        Star {
            dimensions: self.tables.clone(),
            facts: vec![FactTable { name: "ydelser".to_owned(), columns }],
            steps: vec![
                step_table("godkendelser", &self.approvals),
                step_table("takster", &self.tariffs),
            ],
        }
    }

    /// The star in few lines, to be read by a person.
    pub fn describe(&self) -> String {
        let mut text = format!(
            "{} – {}, observed: {:?}\n",
            self.timeline.first,
            self.timeline.as_of(),
            self.schema.dimensions.iter().map(|one| one.observed).collect::<Vec<_>>(),
        );
        for table in &self.tables {
            text += &format!("{}: {:?}\n", table.name, table.columns);
        }
        let group = &self.schema.cubes[self.cube].groups[0];
        text += &format!(
            "group {}, {:?}, births: {:?}\n",
            group.name, self.schema.day_count, self.births
        );
        text += &format!("approvals: {:?}\ntariffs: {:?}\n", self.approvals, self.tariffs);
        for fact in &self.facts {
            text += &format!("{} – {}  {fact:?}\n", fact.first, fact.last);
        }
        text
    }
}

/// Some dimensions are observed; now and then there is no time, or nothing that changes over it.
fn vary(schema: &mut Schema, random: &mut Random) {
    for dimension in &mut schema.dimensions[1..] {
        let changes = dimension.name == "Godkendt" || dimension.name == "Takst";
        dimension.observed = !changes && dimension.name != "Alder" && random.percent(30);
    }
    if random.percent(40) {
        schema.day_count = DayCount::ExcludeStart;
    }
    let group = &mut schema.cubes[0].groups[0];
    let uses = &mut group.dimensions;
    if random.percent(4) {
        uses.retain(|usage| usage.dimension != "Tid");
    }
    if random.percent(4) {
        uses.retain(|usage| usage.steps.is_none());
    }
}

fn random_table(random: &mut Random, name: &str, size: Size, timeline: Timeline) -> DimensionTable {
    let mut table = DimensionTable::new(name, &["gruppe", "region", "kode", "navn", "nyeste"]);
    let rows = if name == "borger" {
        let few = random.percent(20);
        random.between(1, if few { 3 } else { size.citizens })
    } else if name == "alder" && random.percent(60) {
        random.between(10, 70)
    } else if size.keys > SMALL.keys && random.percent(50) {
        size.keys
    } else {
        random.between(1, SMALL.keys)
    };
    for row in 0..rows {
        let mut code = (*random.pick(&CODES)).to_owned();
        if rows > CODES.len() {
            code = row.to_string();
        }
        let newest = Month(timeline.last.0 + 1 - random.below(4) as i32).to_string();
        let newest = if random.percent(20) { "" } else { &newest };
        let (group, region) = (*random.pick(&GROUPS), *random.pick(&GROUPS));
        let name = *random.pick(&NAMES);
        table.push(&[group, region, &code, name, newest]);
    }
    table
}

/// Births of a table of so many ages, and some beyond it at either end; often at a turn of the year,
/// or on 29 February.
fn random_births(random: &mut Random, timeline: Timeline, count: usize, ages: usize) -> Vec<Day> {
    let birth = |_| {
        if random.percent(10) {
            return Day::MIN;
        }
        let (earliest, latest) = (timeline.first.0 - 12 * (ages as i32 + 2), timeline.last.0 + 6);
        let month = Month(earliest + random.below((latest - earliest) as usize) as i32);
        let day = random.between(0, 30) as i32;
        match random.below(10) {
            0 => Month(month.0 - month.0 % 12).first_day(),
            1 => month.last_day(),
            2 => Day::from_ymd((month.year() / 4 * 4) as i16, 2, 29).unwrap_or(Day::MIN),
            _ => Day((month.first_day().0 + day).min(month.last_day().0)),
        }
    };
    (0..count).map(birth).collect()
}

fn random_list(random: &mut Random, keys: usize) -> Vec<u32> {
    let length = random.below(5);
    (0..length).map(|_| random.below(keys) as u32).collect()
}

fn random_series(random: &mut Random, timeline: Timeline, members: usize) -> Vec<Series> {
    let series = random.between(1, 4);
    let one = |_| {
        let mut days: Vec<Day> =
            (0..random.below(5)).map(|_| random_step_day(random, timeline)).collect();
        days.push(Day::MIN);
        days.sort_unstable();
        days.dedup();
        days.into_iter().map(|day| (day, random.below(members) as u32)).collect()
    };
    (0..series).map(one).collect()
}

/// Mostly the first day of a quarter.
fn random_step_day(random: &mut Random, timeline: Timeline) -> Day {
    let day = random_day(random, timeline);
    if random.percent(60) { day.month().quarter().first_month().first_day() } else { day }
}

fn random_day(random: &mut Random, timeline: Timeline) -> Day {
    let (first, last) = (timeline.first.first_day().0 - 60, timeline.as_of().0 + 40);
    Day(first + random.below((last - first) as usize) as i32)
}

fn random_days(random: &mut Random, timeline: Timeline) -> (Day, Day) {
    let day = random_day(random, timeline);
    let first = match random.below(10) {
        0 => Day::MIN,
        1 => Day(timeline.first.first_day().0 - random.between(1, 400) as i32),
        2 | 3 => day.month().first_day(),
        4 => day.month().last_day(),
        _ => day,
    };
    let start = first.max(Day(timeline.first.first_day().0 - 30));
    let longest = if random.percent(50) { 40 } else { 400 };
    let later = Day(start.0 + random.below(longest) as i32);
    let last = match random.below(12) {
        0 | 1 => Day::MAX,
        2 | 3 => first,
        4 | 5 => later.month().last_day(),
        6 if random.percent(20) => Day(start.0 - random.between(1, 50) as i32),
        _ => later,
    };
    (first, last)
}

fn step_table(name: &str, series: &[Series]) -> StepTable {
    let mut table = StepTable { name: name.to_owned(), offsets: vec![0], ..StepTable::default() };
    for steps in series {
        table.from.extend(steps.iter().map(|step| step.0));
        table.member.extend(steps.iter().map(|step| step.1));
        table.offsets.push(table.from.len() as u32);
    }
    table
}
