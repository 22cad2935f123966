//! The rules of loans: which deliveries count, one over a record, one over a borrower's records.

use cube_schema::rule::{Case, Context, Finding, Rule, Selection, Shape, Take, Warning};

use super::{Lists, Loan, Loans};

/// The position of the rule that deletes.
pub const NO_START: usize = 1;

/// The ordered list.
pub static RULES: [Rule<Loans>; 4] = [
    Rule {
        id: "V1",
        caption: "Nyeste leverance",
        text: "Af hvert system tæller den nyeste leverance; af systemet gammel kun afsluttede lån.",
        source: "prøve",
        shape: Shape::Selection(newest),
    },
    Rule {
        id: "L1",
        caption: "Ingen udlånsdato",
        text: "Et lån uden udlånsdato slettes.",
        source: "prøve",
        shape: Shape::Record(no_start),
    },
    Rule {
        id: "L2",
        caption: "Spærret låner",
        text: "Et lån til en spærret låner giver en advarsel.",
        source: "prøve",
        shape: Shape::Record(blocked),
    },
    Rule {
        id: "L3",
        caption: "Flere lån på én gang",
        text: "Har en låner flere lån samme dag, har det senest begyndte dagen.",
        source: "prøve",
        shape: Shape::Entity(one_at_a_time),
    },
];

fn newest(selection: &mut Selection<'_>, _: &Lists) {
    let last_of_system = |place: &usize| {
        let (one, next) = (&selection.deliveries[*place], selection.deliveries.get(place + 1));
        next.is_none_or(|next| next.system != one.system)
    };
    let counting: Vec<usize> = (0..selection.deliveries.len()).filter(last_of_system).collect();
    for place in counting {
        let old = selection.deliveries[place].system == "gammel";
        selection.take[place] = if old { Take::Ended } else { Take::All };
    }
    if selection.take.iter().filter(|take| **take != Take::Nothing).count() > 1 {
        let text = selection.deliveries[0].reporter.clone();
        selection.warnings.push(Warning { kind: "Flere systemer", text });
    }
}

fn no_start(loan: &mut Loan, _: &Context<'_, Lists>) -> Finding {
    if loan.from.is_none() { Finding::Marked } else { Finding::Clear }
}

fn blocked(loan: &mut Loan, context: &Context<'_, Lists>) -> Finding {
    if !context.reference.blocked.contains(&loan.borrower) {
        return Finding::Clear;
    }
    Finding::Warned(Warning { kind: "Spærret låner", text: "lånet bliver stående".to_owned() })
}

fn one_at_a_time(cases: &mut [Case<'_, Loan>], _: &Context<'_, Lists>) {
    cases.sort_by_key(|case| (case.record.from, case.record.id.clone()));
    for late in 1..cases.len() {
        let (earlier, later) = cases.split_at_mut(late);
        let Some(taken) = later[0].pieces.first().copied() else { continue };
        for case in earlier {
            let before = case.pieces.clone();
            case.pieces = before.iter().flat_map(|piece| piece.without(taken)).collect();
            let cut = case.pieces != before;
            case.marked |= cut;
            later[0].marked |= cut;
        }
    }
}
