//! The rules that are applied elsewhere than in a run over records (K3 within K1 and K2; X and G
//! when the star is made): which of them have a say in a record, for those who count rules.

use crate::day::Interval;
use crate::rule::{Context, Marks};

use super::super::record::{Betalingskommune, Record, Ydelseskode};
use super::super::reference::Reference;
use super::{RULES, g1_godkendelser, g2_kvartal, k3_datering, kommunepar, x1_aaben_ydelse};

/// The rules that have a say in a record whose days these are: K3 where the pair is over, X1 where
/// it gets a band, G1 where some of its days are approved, G2 where some are and some are not, G3
/// where none is.
#[must_use]
pub fn anvendt(record: &Record, days: Option<Interval>, context: &Context<'_, Reference>) -> Marks {
    let mut marks = Marks::default();
    let mut add = |id: &str, has_say: bool| {
        let position = RULES.iter().position(|rule| rule.id == id).filter(|_| has_say);
        position.into_iter().for_each(|position| marks.add(position));
    };
    add("K3", is_after_pair(record, context.reference));
    add("X1", x1_aaben_ydelse::indberettet(record, context).is_some());
    if let Some(days) = days {
        let last = days.last.min(context.as_of);
        let all = last.0 - days.first.0 + 1;
        let approved = approved(record, Interval { first: days.first, last }, context.reference);
        add("G1", approved > 0);
        add("G2", approved > 0 && approved < all);
        add("G3", approved == 0);
    }
    marks
}

/// Whether one of a pair reports it for the other, though the pair is over.
fn is_after_pair(record: &Record, reference: &Reference) -> bool {
    kommunepar::PAR.iter().any(|par| {
        record.indberetter == par.indberetter
            && record.angivet_betalingskommune == Betalingskommune::Kendt(par.ogsaa_for)
            && !k3_datering::gaelder(par, record, reference)
    })
}

/// How many of some days of a record are approved.
fn approved(record: &Record, days: Interval, reference: &Reference) -> i32 {
    let Ydelseskode::Listet(ydelse) = record.ydelse else { return 0 };
    let kommune = g1_godkendelser::godkendende_kommune(record, reference);
    let approved = g2_kvartal::godkendte_dage(kommune, ydelse, reference);
    let length = |one: Interval| one.last.0 - one.first.0 + 1;
    approved.into_iter().filter_map(|quarter| quarter.common(days)).map(length).sum()
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{CPR, read, reference};
    use super::*;
    use crate::day::Day;

    fn says(reference: &Reference, fields: [&str; 10]) -> Vec<&'static str> {
        let context = Context { reference, as_of: Day::parse("2026-10-31").unwrap() };
        let (record, _) = read(reference, fields).unwrap();
        let first = record.start.dag().unwrap();
        let days = Interval::new(first, record.slut.unwrap_or(Day::MAX));
        anvendt(&record, days, &context).iter().map(|at| RULES[at].id).collect()
    }

    #[test]
    fn what_has_a_say_in_a_record() {
        let reference = reference();
        let open = ["Y1", CPR, "153", "", "1.8.2", "2026-10-01", "", "", "", ""];
        assert_eq!(says(&reference, open), ["X1", "G3"]);
        let ended = ["Y1", CPR, "153", "", "1.8.1", "2026-10-01", "2026-10-02", "", "", ""];
        assert_eq!(says(&reference, ended), ["G3"]);
    }

    #[test]
    fn a_pair_that_is_over_has_a_say() {
        let mut reference = reference();
        let day = Day::parse("2021-12-31");
        reference.saerregler.insert(kommunepar::PAR[0], day);
        let of = |payer, start| {
            says(&reference, ["Y1", CPR, "183", payer, "1.8.1", start, "", "", "", ""])
        };
        assert_eq!(of("187", "2022-01-01"), ["K3", "G3"]);
        assert_eq!(of("187", "2021-12-31"), ["G3"]);
        assert_eq!(of("183", "2022-01-01"), ["G3"]);
    }
}
