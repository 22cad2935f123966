//! What a request says freely: the purpose, and the texts in which personal values may be named. None
//! of the texts is kept, but whom they name is told to the access log by hashes.

use std::borrow::Cow;

use terning_proto::v1;
use terning_proto::v1::question::Asked;
use tonic::metadata::MetadataMap;

/// The metadata that says why data are looked at, where a message has no room for it.
const PURPOSE: &str = "terning-purpose-bin";

/// The largest number with ten digits.
const LAST: f64 = 9_999_999_999.0;

/// A request whose answer is logged.
pub(super) trait Said: Send + 'static {
    /// Why the data are looked at; empty where the message does not say.
    fn purpose(&self) -> &str {
        ""
    }

    /// All that whoever asks has written; of a number what may be a personal number.
    fn texts(&self) -> Vec<Cow<'_, str>>;
}

/// Why the data are looked at: what the message says, else the metadata.
pub(super) fn purpose<T: Said>(message: &T, metadata: &MetadataMap) -> String {
    if !message.purpose().is_empty() {
        return message.purpose().to_owned();
    }
    let said = metadata.get_bin(PURPOSE).and_then(|value| value.to_bytes().ok());
    said.map_or_else(String::new, |bytes| String::from_utf8_lossy(&bytes).into_owned())
}

fn of_question(question: Option<&v1::Question>) -> Vec<Cow<'_, str>> {
    let Some(question) = question else { return Vec::new() };
    let mut texts = match &question.asked {
        Some(Asked::Mdx(text)) => vec![text.into()],
        Some(Asked::Pivot(pivot)) => of_pivot(pivot),
        None => Vec::new(),
    };
    let values = question.parameters.values().filter_map(|given| given.value.as_ref());
    texts.extend(values.filter_map(|value| match value {
        v1::parameter_value::Value::Text(text) => Some(text.into()),
        v1::parameter_value::Value::Number(number) => of_number(*number).map(Cow::from),
    }));
    texts
}

/// A number with the digits of a personal number, the noughts before it included.
fn of_number(number: f64) -> Option<String> {
    let is_one = number.fract() == 0.0 && (0.0..=LAST).contains(&number);
    is_one.then(|| format!("{number:010.0}"))
}

fn of_pivot(pivot: &v1::Pivot) -> Vec<Cow<'_, str>> {
    let v1::Pivot { filters, columns, rows, .. } = pivot;
    [filters, columns, rows].into_iter().flat_map(all).collect()
}

fn all<'t>(texts: impl IntoIterator<Item = &'t String>) -> impl Iterator<Item = Cow<'t, str>> {
    texts.into_iter().map(Cow::from)
}

fn purpose_of(question: Option<&v1::Question>) -> &str {
    question.map_or("", |question| &question.purpose)
}

impl Said for v1::QueryRequest {
    fn purpose(&self) -> &str {
        purpose_of(self.question.as_ref())
    }

    fn texts(&self) -> Vec<Cow<'_, str>> {
        of_question(self.question.as_ref())
    }
}

impl Said for v1::QueryStreamRequest {
    fn purpose(&self) -> &str {
        purpose_of(self.question.as_ref())
    }

    fn texts(&self) -> Vec<Cow<'_, str>> {
        of_question(self.question.as_ref())
    }
}

impl Said for v1::RunStatementRequest {
    fn purpose(&self) -> &str {
        purpose_of(self.question.as_ref())
    }

    fn texts(&self) -> Vec<Cow<'_, str>> {
        of_question(self.question.as_ref())
    }
}

impl Said for v1::TranslatePivotRequest {
    fn texts(&self) -> Vec<Cow<'_, str>> {
        self.pivot.as_ref().map(of_pivot).unwrap_or_default()
    }
}

impl Said for v1::ListMembersRequest {
    fn texts(&self) -> Vec<Cow<'_, str>> {
        vec![Cow::from(&self.prefix)]
    }
}

impl Said for v1::RunReportRequest {
    fn purpose(&self) -> &str {
        &self.purpose
    }

    fn texts(&self) -> Vec<Cow<'_, str>> {
        all(self.parameters.values()).collect()
    }
}

impl Said for v1::DrillThroughRequest {
    fn purpose(&self) -> &str {
        &self.purpose
    }

    fn texts(&self) -> Vec<Cow<'_, str>> {
        all(&self.filters).collect()
    }
}

impl Said for v1::ExplainRequest {
    fn purpose(&self) -> &str {
        &self.purpose
    }

    fn texts(&self) -> Vec<Cow<'_, str>> {
        all(&self.filters).collect()
    }
}

impl Said for v1::DiffRequest {
    fn purpose(&self) -> &str {
        &self.purpose
    }

    fn texts(&self) -> Vec<Cow<'_, str>> {
        let pivot = self.pivot.as_ref().map(of_pivot).unwrap_or_default();
        pivot.into_iter().chain(all(self.parameters.values())).collect()
    }
}

impl Said for v1::PackageRequest {
    fn purpose(&self) -> &str {
        &self.purpose
    }

    fn texts(&self) -> Vec<Cow<'_, str>> {
        vec![Cow::from(&self.kommune)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_may_be_a_personal_number() {
        assert_eq!(of_number(6_101_801_234.0).as_deref(), Some("6101801234"));
        assert_eq!(of_number(101_801_234.0).as_deref(), Some("0101801234"));
        for other in [-6_101_801_234.0, 61_018_012_345.0, 0.5, f64::NAN, f64::INFINITY] {
            assert_eq!(of_number(other), None, "{other}");
        }
    }
}
