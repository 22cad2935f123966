//! The names that can be completed, from the server's metadata.

use terning_proto::v1::DescribeCubeResponse;

/// The cubes with the names in them, and the functions.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    pub cubes: Vec<CubeNames>,
    /// Functions that are written `Name(a)`.
    pub calls: Vec<String>,
    /// Functions that are written `a.Name`.
    pub steps: Vec<String>,
}

/// A cube.
#[derive(Clone, Debug)]
pub(super) struct CubeNames {
    pub name: String,
    pub dimensions: Vec<DimensionNames>,
    pub measures: Vec<String>,
}

/// A dimension.
#[derive(Clone, Debug)]
pub(super) struct DimensionNames {
    pub name: String,
    /// Its fields and its hierarchies of several levels, each with its levels.
    pub hierarchies: Vec<(String, Vec<String>)>,
    /// The fields whose values are personal data, and are not offered.
    pub personal: Vec<String>,
}

/// Where members are looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sought<'a> {
    pub cube: &'a str,
    pub dimension: &'a str,
    pub field: &'a str,
    /// What a caption or key begins with.
    pub prefix: &'a str,
}

impl From<DescribeCubeResponse> for CubeNames {
    fn from(cube: DescribeCubeResponse) -> CubeNames {
        let dimensions = cube.dimensions.into_iter().map(|dimension| {
            let fields = &dimension.fields;
            let levels = fields.iter().map(|one| (one.name.clone(), vec![one.name.clone()]));
            let own =
                dimension.hierarchies.iter().map(|one| (one.name.clone(), one.levels.clone()));
            let personal = fields.iter().filter(|field| field.personal);
            DimensionNames {
                hierarchies: levels.chain(own).collect(),
                personal: personal.map(|field| field.name.clone()).collect(),
                name: dimension.name,
            }
        });
        CubeNames {
            name: cube.name,
            dimensions: dimensions.collect(),
            measures: cube.measures.into_iter().map(|measure| measure.name).collect(),
        }
    }
}

/// Whether two names are one, upper and lower case being equal.
pub(super) fn same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

impl Names {
    /// The cube of a name.
    pub fn cube(&self, name: &str) -> Option<&CubeNames> {
        self.cubes.iter().find(|cube| same(&cube.name, name))
    }
}

impl CubeNames {
    /// The dimension of a name.
    pub fn dimension(&self, name: &str) -> Option<&DimensionNames> {
        self.dimensions.iter().find(|dimension| same(&dimension.name, name))
    }
}

impl DimensionNames {
    /// The levels of a hierarchy.
    pub fn levels(&self, hierarchy: &str) -> Option<&[String]> {
        let found = self.hierarchies.iter().find(|(name, _)| same(name, hierarchy));
        found.map(|(_, levels)| levels.as_slice())
    }
}
