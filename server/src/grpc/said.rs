//! What a request says freely: the purpose, and the texts in which personal values may be named. None
//! of the texts is kept, but whom they name is told to the access log by hashes.

use terning_proto::v1;
use terning_proto::v1::question::Asked;
use tonic::metadata::MetadataMap;

/// The metadata that says why data are looked at, where a message has no room for it.
const PURPOSE: &str = "terning-purpose-bin";

/// A request whose answer is logged.
pub(super) trait Said: Send + 'static {
    /// Why the data are looked at; empty where the message does not say.
    fn purpose(&self) -> &str {
        ""
    }

    /// All texts that whoever asks has written.
    fn texts(&self) -> Vec<&str>;
}

/// Why the data are looked at: what the message says, else the metadata.
pub(super) fn purpose<T: Said>(message: &T, metadata: &MetadataMap) -> String {
    if !message.purpose().is_empty() {
        return message.purpose().to_owned();
    }
    let said = metadata.get_bin(PURPOSE).and_then(|value| value.to_bytes().ok());
    said.map_or_else(String::new, |bytes| String::from_utf8_lossy(&bytes).into_owned())
}

fn of_question(question: Option<&v1::Question>) -> Vec<&str> {
    let Some(question) = question else { return Vec::new() };
    let mut texts = match &question.asked {
        Some(Asked::Mdx(text)) => vec![text.as_str()],
        Some(Asked::Pivot(pivot)) => of_pivot(pivot),
        None => Vec::new(),
    };
    let values = question.parameters.values().filter_map(|given| given.value.as_ref());
    texts.extend(values.filter_map(|value| match value {
        v1::parameter_value::Value::Text(text) => Some(text.as_str()),
        v1::parameter_value::Value::Number(_) => None,
    }));
    texts
}

fn of_pivot(pivot: &v1::Pivot) -> Vec<&str> {
    let v1::Pivot { filters, columns, rows, .. } = pivot;
    [filters, columns, rows].into_iter().flatten().map(String::as_str).collect()
}

fn purpose_of(question: Option<&v1::Question>) -> &str {
    question.map_or("", |question| &question.purpose)
}

impl Said for v1::QueryRequest {
    fn purpose(&self) -> &str {
        purpose_of(self.question.as_ref())
    }

    fn texts(&self) -> Vec<&str> {
        of_question(self.question.as_ref())
    }
}

impl Said for v1::QueryStreamRequest {
    fn purpose(&self) -> &str {
        purpose_of(self.question.as_ref())
    }

    fn texts(&self) -> Vec<&str> {
        of_question(self.question.as_ref())
    }
}

impl Said for v1::RunStatementRequest {
    fn purpose(&self) -> &str {
        purpose_of(self.question.as_ref())
    }

    fn texts(&self) -> Vec<&str> {
        of_question(self.question.as_ref())
    }
}

impl Said for v1::TranslatePivotRequest {
    fn texts(&self) -> Vec<&str> {
        self.pivot.as_ref().map(of_pivot).unwrap_or_default()
    }
}

impl Said for v1::ListMembersRequest {
    fn texts(&self) -> Vec<&str> {
        vec![&self.prefix]
    }
}

impl Said for v1::RunReportRequest {
    fn purpose(&self) -> &str {
        &self.purpose
    }

    fn texts(&self) -> Vec<&str> {
        self.parameters.values().map(String::as_str).collect()
    }
}

impl Said for v1::DrillThroughRequest {
    fn purpose(&self) -> &str {
        &self.purpose
    }

    fn texts(&self) -> Vec<&str> {
        self.filters.iter().map(String::as_str).collect()
    }
}

impl Said for v1::ExplainRequest {
    fn purpose(&self) -> &str {
        &self.purpose
    }

    fn texts(&self) -> Vec<&str> {
        self.filters.iter().map(String::as_str).collect()
    }
}

impl Said for v1::DiffRequest {
    fn purpose(&self) -> &str {
        &self.purpose
    }

    fn texts(&self) -> Vec<&str> {
        let pivot = self.pivot.as_ref().map(of_pivot).unwrap_or_default();
        pivot.into_iter().chain(self.parameters.values().map(String::as_str)).collect()
    }
}

impl Said for v1::PackageRequest {
    fn purpose(&self) -> &str {
        &self.purpose
    }

    fn texts(&self) -> Vec<&str> {
        vec![&self.kommune]
    }
}
