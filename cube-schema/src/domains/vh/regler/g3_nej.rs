#![doc = include_str!("g3_nej.md")]

/// The kind of the warning for lines that contradict each other.
pub const ADVARSEL: &str = "Modstridende godkendelser";

/// What a cell says; `None` where it says neither Ja nor Nej. An empty cell says Nej.
#[must_use]
pub fn laes(cell: &str) -> Option<bool> {
    match cell.trim().to_lowercase().as_str() {
        "ja" | "x" | "1" => Some(true),
        "" | "nej" | "0" => Some(false),
        _ => None,
    }
}

/// The answer of a line after those before it, and whether it contradicts them: Nej wins.
#[must_use]
pub fn samlet(former: Option<bool>, answer: bool) -> (bool, bool) {
    let former = former.unwrap_or(answer);
    (former && answer, former != answer)
}
