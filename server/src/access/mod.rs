//! Who asks: a token or a certificate says whose eyes a call has, and the schema's roles say what
//! these see.
//!
//! ```text
//! DATA/token.key     the secret that tokens are signed with; readable by its owner only
//! ```

mod caller;
pub(crate) mod secret;
mod key;
mod signature;
mod token;
mod jwks;
mod issuer;
mod certificate;
mod gate;

pub use caller::{Caller, Grant, Who};
pub use certificate::{ATTRIBUTES, CertificateRule, Holder};
pub use gate::{Access, Gate, Refusal, Ways};
pub use issuer::{ClaimRule, Issuer};
pub use jwks::Jwks;
pub use key::Key;
pub use token::{Claims, TokenError};

/// Whether a text is the number of a municipality, as it is written: three digits.
#[must_use]
pub fn is_kommune(text: &str) -> bool {
    text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_digit())
}
