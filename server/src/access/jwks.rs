//! The public keys of an issuer, in a file that may be replaced while the service runs.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, bail, ensure};
use jsonwebtoken::jwk::JwkSet;

/// The largest file of keys, in bytes: some hundred keys.
const LARGEST: u64 = 1 << 20;

/// A file of keys.
#[derive(Debug)]
pub struct Jwks {
    path: PathBuf,
    kept: Mutex<Option<(Stamp, Arc<JwkSet>)>>,
}

/// What tells a file from the one that was there before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    inode: u64,
    size: u64,
    /// Seconds since 1970, and nanoseconds.
    changed: (i64, i64),
}

impl Jwks {
    /// The keys of a file, which is read when they are asked for.
    #[must_use]
    pub fn new(path: &Path) -> Jwks {
        Jwks { path: path.to_owned(), kept: Mutex::new(None) }
    }

    /// The keys that the file has now. It is read again where it was changed or replaced, so that a
    /// key that is taken out counts no longer.
    ///
    /// # Errors
    /// The file cannot be read, is too large, or has no keys.
    pub fn keys(&self) -> anyhow::Result<Arc<JwkSet>> {
        let shown = self.path.display();
        let stamp = stamp(&self.path).with_context(|| format!("{shown} kan ikke læses"))?;
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, keys)) = kept.as_ref().filter(|(former, _)| *former == stamp) {
            return Ok(Arc::clone(keys));
        }
        *kept = None;
        ensure!(stamp.size <= LARGEST, "{shown} er for stor til at være en liste af nøgler");
        let text = fs::read(&self.path).with_context(|| format!("{shown} kan ikke læses"))?;
        let keys: JwkSet = serde_json::from_slice(&text)
            .with_context(|| format!("{shown} er ikke en liste af nøgler (JWKS)"))?;
        let mut names: Vec<&str> =
            keys.keys.iter().filter_map(|key| key.common.key_id.as_deref()).collect();
        ensure!(!names.is_empty(), "{shown} har ingen nøgle med et navn (kid)");
        names.sort_unstable();
        let twice = names.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0]);
        if let Some(name) = twice {
            bail!("{shown} har flere nøgler med navnet (kid) '{name}'");
        }
        let keys = Arc::new(keys);
        *kept = Some((stamp, Arc::clone(&keys)));
        Ok(keys)
    }
}

fn stamp(path: &Path) -> io::Result<Stamp> {
    let found = fs::metadata(path)?;
    let changed = (found.ctime(), found.ctime_nsec());
    Ok(Stamp { inode: found.ino(), size: found.size(), changed })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str) -> String {
        format!(r#"{{"kty":"EC","crv":"P-256","x":"AA","y":"AA","kid":"{name}"}}"#)
    }

    #[test]
    fn a_changed_file_is_read_again_and_a_missing_one_has_no_keys() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("jwks.json");
        let write = |keys: &[String]| {
            let text = format!(r#"{{"keys":[{}]}}"#, keys.join(","));
            fs::write(folder.path().join("new"), text).unwrap();
            fs::rename(folder.path().join("new"), &path).unwrap();
        };
        let jwks = Jwks::new(&path);
        assert!(jwks.keys().is_err());
        write(&[key("a")]);
        assert!(jwks.keys().unwrap().find("a").is_some());
        write(&[key("b")]);
        let keys = jwks.keys().unwrap();
        assert!(keys.find("a").is_none() && keys.find("b").is_some());
        fs::remove_file(&path).unwrap();
        assert!(jwks.keys().is_err());
    }

    #[test]
    fn what_has_no_keys_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("jwks.json");
        let twice = format!(r#"{{"keys":[{},{},{}]}}"#, key("a"), key("b"), key("a"));
        for text in ["", "{}", r#"{"keys":[]}"#, r#"{"keys":[{"kty":"oct","k":"AA"}]}"#, &twice] {
            fs::write(&path, text).unwrap();
            assert!(Jwks::new(&path).keys().is_err(), "{text}");
        }
    }
}
