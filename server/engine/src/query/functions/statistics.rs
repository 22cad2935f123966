//! Statistics of the values at a set: spread, middles, and how two values go together.

use super::{Call, Function, Idle, Kind, Outcome, Rule, Takes};
use crate::query::error::QueryError;
use crate::query::evaluate::value::Value;

const SET: Takes = Takes::Need(Kind::Set);

/// A call of a function of the values at a set.
macro_rules! spread_example {
    ($name:literal) => {
        concat!($name, "([Tid].[År].[År].Members, [Measures].DefaultMember)")
    };
}

/// A call of a function of two values at a set.
macro_rules! pairs_example {
    ($name:literal) => {
        concat!(
            $name,
            "([Tid].[År].[År].Members, [Measures].DefaultMember, ",
            "Rank([Tid].[År].CurrentMember, [Tid].[År].[År].Members))"
        )
    };
}

/// The functions of this family.
pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        takes: &[SET, Takes::EachOrCell],
        idle: Idle::Empty,
        meaning: "Den midterste værdi; af et lige antal gennemsnittet af de to i midten.",
        example: "Median([Tid].[År].[År].Members, [Measures].DefaultMember)",
        ..Function::call("Median", Kind::Value, Rule::Plain(|call| quantile(call, 0.5)))
    },
    Function {
        takes: &[SET, Takes::Each, Takes::Need(Kind::Value)],
        idle: Idle::Empty,
        meaning: "Den værdi, så mange procent af værdierne højst er; mellem to nabotal regnes \
                  forholdsmæssigt. Percentile(…, 50) er medianen.",
        example: "Percentile([Tid].[År].[År].Members, [Measures].DefaultMember, 90)",
        ..Function::call("Percentile", Kind::Value, Rule::Plain(percentile))
    },
    spread(
        "Stdev",
        spread_example!("Stdev"),
        "Standardafvigelsen i en stikprøve (delt med n − 1).",
        |call| root(call, 1.0),
    ),
    spread("Stddev", spread_example!("Stddev"), "Det samme som Stdev.", |call| root(call, 1.0)),
    spread(
        "StdevP",
        spread_example!("StdevP"),
        "Standardafvigelsen af alle værdier (delt med n).",
        |call| root(call, 0.0),
    ),
    spread("StddevP", spread_example!("StddevP"), "Det samme som StdevP.", |call| root(call, 0.0)),
    spread("Var", spread_example!("Var"), "Variansen i en stikprøve (delt med n − 1).", |call| {
        variance(call, 1.0)
    }),
    spread("Variance", spread_example!("Variance"), "Det samme som Var.", |call| {
        variance(call, 1.0)
    }),
    spread("VarP", spread_example!("VarP"), "Variansen af alle værdier (delt med n).", |call| {
        variance(call, 0.0)
    }),
    spread("VarianceP", spread_example!("VarianceP"), "Det samme som VarP.", |call| {
        variance(call, 0.0)
    }),
    pairs(
        "Covariance",
        pairs_example!("Covariance"),
        "Kovariansen af to værdier (delt med n).",
        |call| covariance(call, 0.0),
    ),
    pairs(
        "CovarianceN",
        pairs_example!("CovarianceN"),
        "Kovariansen af to værdier i en stikprøve (delt med n − 1).",
        |call| covariance(call, 1.0),
    ),
    pairs(
        "Correlation",
        pairs_example!("Correlation"),
        "Hvor godt to værdier følges: 1 helt, 0 slet ikke, −1 modsat.",
        correlation,
    ),
    pairs(
        "LinRegSlope",
        pairs_example!("LinRegSlope"),
        "Hældningen a af den rette linje y = a·x + b gennem værdierne.",
        |call| Ok(Line::of(call, 0)?.map_or(Value::Empty, |line| Value::of(line.slope()))),
    ),
    pairs(
        "LinRegIntercept",
        pairs_example!("LinRegIntercept"),
        "Skæringen b af den rette linje y = a·x + b.",
        |call| Ok(Line::of(call, 0)?.map_or(Value::Empty, |line| Value::of(line.at(0.0)))),
    ),
    pairs(
        "LinRegR2",
        pairs_example!("LinRegR2"),
        "Hvor stor en del af variationen i y den rette linje forklarer.",
        |call| {
            let line = Line::of(call, 0)?;
            Ok(line.map_or(Value::Empty, |line| Value::of(line.explained())))
        },
    ),
    pairs(
        "LinRegVariance",
        pairs_example!("LinRegVariance"),
        "Variansen om den rette linje (delt med n − 2).",
        |call| Ok(Line::of(call, 0)?.map_or(Value::Empty, |line| Value::of(line.variance()))),
    ),
    Function {
        takes: &[Takes::Need(Kind::Value), SET, Takes::Each, Takes::EachOrCell],
        meaning: "Det y, den rette linje gennem værdierne har ved et x.",
        example: "LinRegPoint(3, [Tid].[År].[År].Members, [Measures].DefaultMember, \
                  Rank([Tid].[År].CurrentMember, [Tid].[År].[År].Members))",
        ..Function::call("LinRegPoint", Kind::Value, Rule::Plain(point))
    },
];

/// A function of the values at a set.
const fn spread(
    name: &'static str,
    example: &'static str,
    meaning: &'static str,
    rule: fn(&Call<'_>) -> Outcome,
) -> Function {
    Function {
        takes: &[SET, Takes::EachOrCell],
        idle: Idle::Empty,
        meaning,
        example,
        ..Function::call(name, Kind::Value, Rule::Plain(rule))
    }
}

/// A function of two values at a set: y, and x or the cell's value.
const fn pairs(
    name: &'static str,
    example: &'static str,
    meaning: &'static str,
    rule: fn(&Call<'_>) -> Outcome,
) -> Function {
    Function {
        takes: &[SET, Takes::Each, Takes::EachOrCell],
        meaning,
        example,
        ..Function::call(name, Kind::Value, Rule::Plain(rule))
    }
}

fn percentile(call: &Call<'_>) -> Outcome {
    match call.number(2)? {
        Some(percent) if (0.0..=100.0).contains(&percent) => quantile(call, percent / 100.0),
        _ => Err(call
            .invalid("argument 3 i Percentile skal være mellem 0 og 100")
            .hint("det er en procent: 90 er den værdi, ni af ti højst har")),
    }
}

/// The value that a share of all is at most; between two of them in proportion.
fn quantile(call: &Call<'_>, share: f64) -> Outcome {
    let mut numbers = call.numbers(1)?;
    numbers.sort_by(f64::total_cmp);
    let Some(last) = numbers.len().checked_sub(1) else { return Ok(Value::Empty) };
    let place = share * last as f64;
    let (below, above) = (numbers[place.floor() as usize], numbers[place.ceil() as usize]);
    Ok(Value::of(below + (above - below) * place.fract()))
}

fn mean(numbers: &[f64]) -> f64 {
    numbers.iter().sum::<f64>() / numbers.len() as f64
}

/// The squares of the distances from the mean, over how many they are but for some.
fn variance(call: &Call<'_>, but: f64) -> Outcome {
    let numbers = call.numbers(1)?;
    let over = numbers.len() as f64 - but;
    if over <= 0.0 {
        return Ok(Value::Empty);
    }
    let mean = mean(&numbers);
    Ok(Value::of(numbers.iter().map(|one| (one - mean).powi(2)).sum::<f64>() / over))
}

fn root(call: &Call<'_>, but: f64) -> Outcome {
    Ok(variance(call, but)?.number()?.map_or(Value::Empty, |number| Value::of(number.sqrt())))
}

/// Pairs of numbers, and the sums of products of their distances from the means.
struct Line {
    pairs: Vec<(f64, f64)>,
    x: f64,
    y: f64,
    xx: f64,
    xy: f64,
    yy: f64,
}

impl Line {
    /// The pairs at a set where neither is empty: y is the argument behind the set, x the next.
    fn of(call: &Call<'_>, set: usize) -> Result<Option<Line>, QueryError> {
        let both = call.list(set + 2).iter().zip(call.list(set + 1));
        let both = both.map(|(x, y)| Ok(x.number()?.zip(y.number()?)));
        let pairs: Vec<Option<(f64, f64)>> = both.collect::<Result<_, QueryError>>()?;
        let pairs: Vec<(f64, f64)> = pairs.into_iter().flatten().collect();
        if pairs.is_empty() {
            return Ok(None);
        }
        let count = pairs.len() as f64;
        let x = pairs.iter().map(|pair| pair.0).sum::<f64>() / count;
        let y = pairs.iter().map(|pair| pair.1).sum::<f64>() / count;
        let sum =
            |of: fn(f64, f64) -> f64| pairs.iter().map(|pair| of(pair.0 - x, pair.1 - y)).sum();
        let (xx, xy, yy) = (sum(|x, _| x * x), sum(|x, y| x * y), sum(|_, y| y * y));
        Ok(Some(Line { pairs, x, y, xx, xy, yy }))
    }

    fn slope(&self) -> f64 {
        self.xy / self.xx
    }

    fn at(&self, x: f64) -> f64 {
        self.y + self.slope() * (x - self.x)
    }

    fn explained(&self) -> f64 {
        self.xy * self.xy / (self.xx * self.yy)
    }

    fn variance(&self) -> f64 {
        let around = self.pairs.iter().map(|&(x, y)| (y - self.at(x)).powi(2)).sum::<f64>();
        match self.pairs.len() {
            0..=2 => f64::NAN,
            count => around / (count - 2) as f64,
        }
    }
}

fn covariance(call: &Call<'_>, but: f64) -> Outcome {
    let Some(line) = Line::of(call, 0)? else { return Ok(Value::Empty) };
    Ok(Value::of(line.xy / (line.pairs.len() as f64 - but)))
}

fn correlation(call: &Call<'_>) -> Outcome {
    let line = Line::of(call, 0)?;
    Ok(line.map_or(Value::Empty, |line| Value::of(line.xy / (line.xx * line.yy).sqrt())))
}

fn point(call: &Call<'_>) -> Outcome {
    let (Some(line), Some(x)) = (Line::of(call, 1)?, call.number(0)?) else {
        return Ok(Value::Empty);
    };
    Ok(Value::of(line.at(x)))
}
