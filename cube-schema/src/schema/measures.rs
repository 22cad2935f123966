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

    /// Whether a column of numbers is added up.
    #[must_use]
    pub fn is_sum(self) -> bool {
        matches!(self, MeasureKind::Sum | MeasureKind::SumAtEnd | MeasureKind::MeanOverMonths)
    }

    /// Whether days are added up.
    #[must_use]
    pub fn counts_days(self) -> bool {
        matches!(self, MeasureKind::Days | MeasureKind::CoveredDays)
    }
}

pub(super) fn check_use(usage: &DimensionUse, dimension: &Dimension) -> Check {
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
    )
}

pub(super) fn check_measure(measure: &Measure, group: &MeasureGroup, day_count: DayCount) -> Check {
    let kind = measure.kind;
    if kind.has_key() {
        ensure(
            measure.key.first() == Some(&group.entity),
            "'key' skal begynde med gruppens 'entity'",
        )?;
    } else {
        ensure(measure.key.is_empty(), "'key' hører kun til mål, der tæller forskellige")?;
    }
    ensure(
        kind.is_sum() == measure.column.is_some(),
        "'column' skal stå ved summer og gennemsnit og ikke ved andre mål",
    )?;
    let stepped = group.dimensions.iter().any(|usage| usage.steps.is_some());
    ensure(
        !(kind.is_sum() && stepped),
        "summer kan ikke stå i en gruppe med 'steps': en række, der skæres, ville tælle flere gange",
    )?;
    let excludes = kind.counts_days() && day_count == DayCount::ExcludeStart;
    ensure(
        !(kind == MeasureKind::Starts || excludes) || group.starts.is_some(),
        "gruppen skal have kolonnen 'starts', der fortæller hvor en registrering begynder",
    )?;
    ensure(
        kind != MeasureKind::Ends || group.ends.is_some(),
        "gruppen skal have kolonnen 'ends', der fortæller hvor en registrering slutter",
    )
}
