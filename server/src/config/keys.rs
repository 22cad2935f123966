//! Every key that a file of settings may have. `docs/drift.md` tells of each; a test holds it to
//! that.

use super::read::variable_of;

/// A key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its name, with the tables it is in; `[]` marks a list of tables.
    pub name: &'static str,
}

/// Every key.
pub const KEYS: [Key; 41] = [
    key("listen"),
    key("log"),
    key("cache"),
    key("disclosure"),
    key("minimum_set"),
    key("load.places"),
    key("load.places_each"),
    key("load.queue"),
    key("load.queue_each"),
    key("load.seconds"),
    key("load.cells"),
    key("load.memory"),
    key("load.sending"),
    key("load.unread"),
    key("load.connections"),
    key("load.drain"),
    key("metrics.listen"),
    key("metrics.open"),
    key("tls.certificate"),
    key("tls.key"),
    key("tls.client_ca"),
    key("tls.client_certificate"),
    key("tls.ends_in_front"),
    key("audit.enabled"),
    key("audit.file"),
    key("audit.refused"),
    key("access.local_tokens"),
    key("access.certificate[].subject"),
    key("access.certificate[].san"),
    key("access.certificate[].sha256"),
    key("access.certificate[].role"),
    key("access.certificate[].kommune"),
    key("access.issuer[].name"),
    key("access.issuer[].audience"),
    key("access.issuer[].jwks"),
    key("access.issuer[].algorithms"),
    key("access.issuer[].grant[].claim"),
    key("access.issuer[].grant[].value"),
    key("access.issuer[].grant[].role"),
    key("access.issuer[].grant[].kommune"),
    key("access.issuer[].grant[].kommune_claim"),
];

/// Variables of the client, which may stand in the same environment.
const OF_CLIENT: [&str; 5] =
    ["TERNING_SERVER", "TERNING_TOKEN", "TERNING_CA", "TERNING_CERT", "TERNING_KEY"];

/// Whether a variable of the environment is that of a key, or the client's.
pub(super) fn is_variable(name: &str) -> bool {
    OF_CLIENT.contains(&name) || KEYS.iter().any(|key| key.variable().as_deref() == Some(name))
}

const fn key(name: &'static str) -> Key {
    Key { name }
}

impl Key {
    /// The variable of the environment that goes before the file; keys of lists have none.
    #[must_use]
    pub fn variable(&self) -> Option<String> {
        (!self.name.contains("[]")).then(|| variable_of(self.name))
    }
}
