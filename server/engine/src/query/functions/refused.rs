//! Functions of other servers that Terning does not have, and what to do instead.

/// Families of names, each with the reason and what to write.
const REFUSED: &[(&[&str], &str, &str)] = &[(
    &["KPIValue", "KPIGoal", "KPIStatus", "KPITrend", "KPIWeight", "KPICurrentTimeMember"],
    "kuben har ingen KPI'er",
    "brug målet selv, for eksempel [Measures].[navn], eller en formel i WITH MEMBER",
)];

/// Why there is no function of a name, and what to do; `None` where the name is not known.
pub(crate) fn refused(name: &str) -> Option<(&'static str, &'static str)> {
    let is_own = |names: &[&str]| names.iter().any(|one| one.eq_ignore_ascii_case(name));
    let found = REFUSED.iter().find(|(names, ..)| is_own(names))?;
    Some((found.1, found.2))
}
