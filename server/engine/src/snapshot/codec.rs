//! The only two calls of bincode: it encodes the metadata section, and nothing else.
//!
//! Its development has ended (RUSTSEC-2025-0141, see `deny.toml`); the container around it has a
//! version and checksums of its own, so that another encoding is a change of this file alone.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Metadata beyond this is refused: far more than any cube has.
const LIMIT: usize = 64 << 20;

pub(super) fn encode(value: &impl Serialize) -> Result<Vec<u8>, String> {
    bincode::serde::encode_to_vec(value, bincode::config::standard())
        .map_err(|error| error.to_string())
}

pub(super) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    let config = bincode::config::standard().with_limit::<LIMIT>();
    let (value, read) = bincode::serde::decode_from_slice(bytes, config).ok()?;
    (read == bytes.len()).then_some(value)
}
