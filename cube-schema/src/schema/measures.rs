//! What each kind of measure, and each way to point at a dimension, needs of its group.

use super::{DayCount, Dimension, DimensionUse, Measure, MeasureGroup, MeasureKind};

type Check = Result<(), &'static str>;

fn ensure(holds: bool, why: &'static str) -> Check {
    if holds { Ok(()) } else { Err(why) }
}

impl MeasureKind {
    /// Whether different keys are told apart.
    #[must_use]
    pub fn has_key(self) -> bool {
        matches!(
            self,
            MeasureKind::Distinct | MeasureKind::DistinctAtEnd | MeasureKind::CoveredDays
        )
    }

    /// Whether a column of numbers is added up, or its extremes are found.
    #[must_use]
    pub fn is_sum(self) -> bool {
        matches!(
            self,
            MeasureKind::Sum
                | MeasureKind::SumAtEnd
                | MeasureKind::MeanOverMonths
                | MeasureKind::Min
                | MeasureKind::Max
                | MeasureKind::Avg
        )
    }

    /// Whether days are added up.
    #[must_use]
    pub fn counts_days(self) -> bool {
        matches!(self, MeasureKind::Days | MeasureKind::CoveredDays)
    }
}

pub(super) fn check_use(
    usage: &DimensionUse,
    dimension: &Dimension,
    group: &MeasureGroup,
    of_tables: bool,
) -> Check {
    let (column, age) = (usage.column.is_some(), usage.age.is_some());
    ensure(!(column && age), "en dimension kan ikke have både 'column' og 'age'")?;
    ensure(
        dimension.is_time() != (column || age),
        "en tidsdimension har ingen 'column' eller 'age', alle andre skal have en af dem",
    )?;
    ensure(column || usage.steps.is_none(), "'steps' kræver 'column'")?;
    ensure(
        !(age && dimension.observed),
        "en dimension med 'age' kan ikke være 'observed': dens medlemmer er ens for alle",
    )?;
    ensure(
        !of_tables || !(age || usage.steps.is_some()),
        "'age' og 'steps' findes ikke, når kuben laves af tabeller",
    )?;
    ensure(
        !dimension.is_time() || !group.first.is_empty(),
        "kalenderen kræver, at gruppen har 'first': kolonnen med dagen",
    )?;
    ensure(usage.bridge.is_none() || of_tables, "'bridge' kræver, at kuben laves af tabeller")
}

pub(super) fn check_measure(
    measure: &Measure,
    group: &MeasureGroup,
    day_count: DayCount,
    of_tables: bool,
) -> Check {
    let kind = measure.kind;
    if kind == MeasureKind::Distinct {
        ensure(!measure.key.is_empty(), "'key' skal nævne det, der tælles forskellige af")?;
        let by_age = group.dimensions.iter().any(|usage| usage.age.is_some());
        ensure(
            !by_age || measure.key.first() == Some(&group.entity),
            "'key' skal begynde med gruppens 'entity', når gruppen har en dimension med 'age'",
        )?;
    } else if kind.has_key() {
        ensure(
            measure.key.first() == Some(&group.entity),
            "'key' skal begynde med gruppens 'entity'",
        )?;
    } else {
        ensure(measure.key.is_empty(), "'key' hører kun til mål, der tæller forskellige")?;
    }
    ensure(
        kind.is_sum() == measure.column.is_some() || kind == MeasureKind::Count,
        "'column' skal stå ved mål, der regner på tal, og ikke ved andre mål end 'count'",
    )?;
    let stepped = group.dimensions.iter().any(|usage| usage.steps.is_some());
    ensure(
        !((kind.is_sum() || kind == MeasureKind::Count) && stepped),
        "summer kan ikke stå i en gruppe med 'steps': en række, der skæres, ville tælle flere gange",
    )?;
    let excludes = kind.counts_days() && day_count == DayCount::ExcludeStart;
    ensure(
        !(kind == MeasureKind::Starts || excludes) || group.starts.is_some() || of_tables,
        "gruppen skal have kolonnen 'starts', der fortæller hvor en registrering begynder",
    )?;
    ensure(
        kind != MeasureKind::Ends || group.ends.is_some() || of_tables,
        "gruppen skal have kolonnen 'ends', der fortæller hvor en registrering slutter",
    )
}
