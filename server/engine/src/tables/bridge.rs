//! A table between facts and a dimension: the members of each of its keys.

use cube_schema::schema::Bridge;
use cube_schema::table::{FactColumn, Lists};
use hashbrown::HashMap;

use super::dimension::Keyed;
use super::lookup::{Tables, Wanted};
use super::source::TableError;

/// The different lists of members, and which of them each key has.
pub(super) struct Bridged {
    lists: Lists,
    of_key: HashMap<Box<str>, u32>,
    /// The list of each fact so far.
    facts: Vec<u32>,
    /// Rows of the bridge whose member the dimension does not have.
    pub unknown: u64,
}

impl Bridged {
    pub fn read(
        bridge: &Bridge,
        dimension: &Keyed,
        tables: &mut Tables<'_>,
    ) -> Result<Bridged, TableError> {
        let mut wanted = Wanted::of(&bridge.table);
        let key = tables.getter(&mut wanted, &bridge.key)?;
        let member = tables.getter(&mut wanted, &bridge.column)?;
        let mut members: HashMap<Box<str>, Vec<u32>> = HashMap::new();
        let mut unknown = 0;
        tables.rows(&wanted, &mut |line, row| {
            let broken = |what: String| TableError::at(&bridge.table, line, what);
            let (key, member) = (key.get(row).map_err(broken)?, member.get(row).map_err(broken)?);
            match (key, member.and_then(|member| dimension.position(&member))) {
                (Some(key), Some(member)) => {
                    members.entry(key.as_ref().into()).or_default().push(member);
                }
                (Some(_), None) => unknown += 1,
                (None, _) => {}
            }
            Ok(())
        })?;
        Ok(Bridged::number(members, unknown))
    }

    /// Numbers the different lists; number 0 is the empty one.
    fn number(members: HashMap<Box<str>, Vec<u32>>, unknown: u64) -> Bridged {
        let mut lists = Lists::default();
        lists.push([]);
        let mut numbers: HashMap<Vec<u32>, u32> = HashMap::from([(Vec::new(), 0)]);
        let mut keys: Vec<(Box<str>, Vec<u32>)> = members.into_iter().collect();
        // The same tables give the same lists.
        keys.sort_unstable();
        let mut of_key = HashMap::with_capacity(keys.len());
        for (key, mut list) in keys {
            list.sort_unstable();
            list.dedup();
            let next = numbers.len() as u32;
            let number = *numbers.entry(list).or_insert_with_key(|list| {
                lists.push(list.iter().copied());
                next
            });
            of_key.insert(key, number);
        }
        Bridged { lists, of_key, facts: Vec::new(), unknown }
    }

    /// Takes the next fact, which has no member where its key has none.
    pub fn push(&mut self, key: Option<&str>) {
        let list = key.and_then(|key| self.of_key.get(key)).map_or(0, |&list| list);
        self.facts.push(list);
    }

    pub fn into_column(self) -> FactColumn {
        FactColumn::Shared(self.lists, self.facts)
    }
}
