//! Who asks: a token says whose eyes a call has, and the schema's roles say what these see.
//!
//! ```text
//! DATA/token.key     the secret that tokens are signed with; readable by its owner only
//! ```

mod caller;
mod hs256;
mod key;
mod token;

pub use caller::Caller;
pub use key::Key;
pub use token::{Claims, TokenError};
