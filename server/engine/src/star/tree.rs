//! Rows that name their parents, as a tree.

use std::cmp::Ordering;

use hashbrown::HashMap;

/// Members may stand below each other so deep: each depth is a field.
pub const MAX_DEPTH: usize = 64;

/// Why rows are no tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TreeError {
    /// A row.
    pub row: usize,
    /// What is wrong with it.
    pub what: &'static str,
}

/// The ancestors of every row.
pub struct Tree {
    /// From the top down to the row itself.
    paths: Vec<Vec<u32>>,
}

impl Tree {
    /// Finds the parent of each row by its key. Nothing, the row's own key and `root` are no parent.
    ///
    /// # Errors
    /// A parent that no row has, a key that two rows have, members that are their own ancestors, or
    /// more depth than [`MAX_DEPTH`].
    pub fn new(keys: &[&str], parents: &[Box<str>], root: Option<&str>) -> Result<Tree, TreeError> {
        let mut by_key: HashMap<&str, usize> = HashMap::with_capacity(keys.len());
        for (row, &key) in keys.iter().enumerate() {
            if by_key.insert(key, row).is_some() {
                return Err(TreeError { row, what: "står to gange i tabellen" });
            }
        }
        let parent = |row: usize| {
            let parent: &str = &parents[row];
            if parent.is_empty() || parent == keys[row] || root == Some(parent) {
                return Ok(None);
            }
            let what = "har en forælder, som ikke står i tabellen; skriv 'root', hvis den er ingen";
            by_key.get(parent).map(|&parent| Some(parent)).ok_or(TreeError { row, what })
        };
        let parents: Vec<Option<usize>> = (0..keys.len()).map(parent).collect::<Result<_, _>>()?;
        let mut paths = Vec::with_capacity(keys.len());
        for row in 0..keys.len() {
            let mut path = vec![row as u32];
            let mut next = parents[row];
            while let Some(above) = next {
                if path.len() == MAX_DEPTH {
                    let what = "er sin egen overordnede eller har over 64 led over sig";
                    return Err(TreeError { row, what });
                }
                path.push(above as u32);
                next = parents[above];
            }
            path.reverse();
            paths.push(path);
        }
        Ok(Tree { paths })
    }

    /// How many members stand below each other at most.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.paths.iter().map(Vec::len).max().unwrap_or(0)
    }

    /// How many members stand above a row.
    #[must_use]
    pub fn depth_of(&self, row: usize) -> usize {
        self.paths[row].len() - 1
    }

    /// The ancestor of a row, or the row itself, at a depth; none below it.
    #[must_use]
    pub fn ancestor(&self, row: usize, depth: usize) -> Option<usize> {
        self.paths[row].get(depth).map(|&ancestor| ancestor as usize)
    }

    /// The row right above a row.
    #[must_use]
    pub fn parent(&self, row: usize) -> Option<usize> {
        self.ancestor(row, self.depth_of(row).checked_sub(1)?)
    }

    /// All rows, each before those below it, siblings as `compare` says.
    #[must_use]
    pub fn in_order(&self, compare: impl Fn(usize, usize) -> Ordering) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.paths.len()).collect();
        order.sort_by(|&left, &right| {
            let (one, other) = (&self.paths[left], &self.paths[right]);
            match one.iter().zip(other).find(|(one, other)| one != other) {
                Some((&one, &other)) => {
                    let (one, other) = (one as usize, other as usize);
                    compare(one, other).then_with(|| one.cmp(&other))
                }
                None => one.len().cmp(&other.len()),
            }
        });
        order
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(rows: &[(&str, &str)], root: Option<&str>) -> Result<Tree, TreeError> {
        let keys: Vec<&str> = rows.iter().map(|row| row.0).collect();
        let parents: Vec<Box<str>> = rows.iter().map(|row| row.1.into()).collect();
        Tree::new(&keys, &parents, root)
    }

    #[test]
    fn ancestors_come_before_their_descendants() {
        let tree = tree(&[("d", "b"), ("b", "a"), ("c", "a"), ("a", "0"), ("e", "")], Some("0"));
        let tree = tree.unwrap();
        assert_eq!((tree.depth(), tree.depth_of(0)), (3, 2));
        assert_eq!([0, 1, 2].map(|depth| tree.ancestor(0, depth)), [Some(3), Some(1), Some(0)]);
        assert_eq!(tree.ancestor(1, 2), None);
        // Siblings backwards by row: e before a, c before b.
        assert_eq!(tree.in_order(|left, right| right.cmp(&left)), [4, 3, 2, 1, 0]);
    }

    #[test]
    fn what_is_no_tree_is_refused() {
        for (rows, row, what) in [
            (&[("a", ""), ("a", "")][..], 1, "to gange"),
            (&[("a", ""), ("b", "x")], 1, "'root'"),
            (&[("a", "b"), ("b", "a")], 0, "sin egen"),
        ] {
            let error = tree(rows, None).err().unwrap();
            assert_eq!(error.row, row);
            assert!(error.what.contains(what), "{}", error.what);
        }
    }
}
