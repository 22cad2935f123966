//! Where the fields asked for stand in a line.

/// The places of the fields asked for, and how many fields a line must have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns {
    /// The names asked for, in the order of the domain.
    pub names: Vec<&'static str>,
    /// The place of each in a line; `None` for an optional one that the header leaves out.
    pub places: Vec<Option<usize>>,
    /// The number of fields of every line.
    pub width: usize,
    /// Columns of the header that nobody asked for.
    pub unknown: Vec<String>,
}

impl Columns {
    /// The fields stand in the order of the domain; there is no header.
    #[must_use]
    pub fn in_order(names: Vec<&'static str>) -> Columns {
        let width = names.len();
        Columns { names, places: (0..width).map(Some).collect(), width, unknown: Vec::new() }
    }

    /// The fields are found by name in a header, in any order and with any capitals. Those that
    /// are optional may be missing.
    ///
    /// # Errors
    /// Some are missing, or one stands there twice: the reason, in Danish.
    pub fn by_name(
        names: Vec<&'static str>,
        optional: &[&str],
        header: &[String],
    ) -> Result<Columns, String> {
        let found = |name: &str| -> Vec<usize> {
            let same = |place: &usize| header[*place].trim().eq_ignore_ascii_case(name);
            (0..header.len()).filter(same).collect()
        };
        let found: Vec<Vec<usize>> = names.iter().map(|name| found(name)).collect();
        let mut missing: Vec<&str> = those(&names, &found, Vec::is_empty);
        missing.retain(|name| !optional.contains(name));
        if !missing.is_empty() {
            return Err(format!("overskriften mangler {}", listed(&missing)));
        }
        let twice = those(&names, &found, |places| places.len() > 1);
        if !twice.is_empty() {
            return Err(format!("overskriften har mere end én gang {}", listed(&twice)));
        }
        let places: Vec<Option<usize>> =
            found.into_iter().map(|places| places.first().copied()).collect();
        let unknown = (0..header.len()).filter(|place| !places.contains(&Some(*place)));
        let unknown = unknown.map(|place| header[place].trim().to_owned()).collect();
        Ok(Columns { names, places, width: header.len(), unknown })
    }
}

fn those<'a>(
    names: &[&'a str],
    found: &[Vec<usize>],
    which: impl Fn(&Vec<usize>) -> bool,
) -> Vec<&'a str> {
    names.iter().zip(found).filter(|(_, places)| which(places)).map(|(name, _)| *name).collect()
}

fn listed(names: &[&str]) -> String {
    let word = if names.len() == 1 { "kolonnen" } else { "kolonnerne" };
    format!("{word} {}", names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(text: &str) -> Vec<String> {
        text.split(';').map(str::to_owned).collect()
    }

    #[test]
    fn columns_are_found_in_any_order_and_unknown_ones_are_named() {
        let columns = Columns::by_name(vec!["A", "B", "C"], &["C"], &header("x;b; A ")).unwrap();
        assert_eq!((columns.places, columns.width), (vec![Some(2), Some(1), None], 3));
        assert_eq!(columns.unknown, ["x"]);
    }

    #[test]
    fn missing_and_doubled_columns_are_refused_by_name() {
        let names = vec!["A", "B", "C"];
        let error = Columns::by_name(names.clone(), &[], &header("b")).unwrap_err();
        assert_eq!(error, "overskriften mangler kolonnerne A, C");
        let error = Columns::by_name(names, &[], &header("a;b;c;B")).unwrap_err();
        assert_eq!(error, "overskriften har mere end én gang kolonnen B");
    }
}
