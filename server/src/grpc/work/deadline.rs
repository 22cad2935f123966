//! When an answer must be there.

use std::time::Duration;

use tokio::time::Instant;
use tonic::metadata::MetadataMap;

/// How much earlier than the caller's deadline the work is given up, so that the refusal still
/// arrives.
const MARGIN: Duration = Duration::from_millis(10);

/// When the answer must be there: the caller's deadline, or the longest that is allowed.
#[must_use]
pub fn deadline(metadata: &MetadataMap, longest: Duration) -> Instant {
    let asked = metadata.get("grpc-timeout").and_then(|value| parse_timeout(value.to_str().ok()?));
    let allowed = asked.map_or(longest, |asked| asked.min(longest));
    Instant::now() + allowed.saturating_sub(MARGIN.min(allowed / 10))
}

/// A duration as gRPC writes it: up to eight digits and a unit, `200m`.
fn parse_timeout(text: &str) -> Option<Duration> {
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if digits.is_empty() || digits.len() > 8 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let count: u64 = digits.parse().ok()?;
    Some(match unit {
        "H" => Duration::from_secs(count * 3600),
        "M" => Duration::from_secs(count * 60),
        "S" => Duration::from_secs(count),
        "m" => Duration::from_millis(count),
        "u" => Duration::from_micros(count),
        "n" => Duration::from_nanos(count),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timeouts_are_read_as_grpc_writes_them() {
        assert_eq!(parse_timeout("200m"), Some(Duration::from_millis(200)));
        assert_eq!(parse_timeout("99999999H"), Some(Duration::from_secs(99_999_999 * 3600)));
        for wrong in ["", "m", "200", "2x", "-1S", "123456789S", "1æ"] {
            assert_eq!(parse_timeout(wrong), None, "{wrong}");
        }
    }
}
