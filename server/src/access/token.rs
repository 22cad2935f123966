//! Tokens: what is said of a caller, signed with the key of the data folder (JWT, HS256).

use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

use super::{Key, signature};

/// Who signs, and for whom.
const ISSUER: &str = "terning";

/// What a token says of its bearer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Who signed.
    iss: String,
    /// When it was made, in seconds since 1970.
    iat: u64,
    /// When it expires.
    exp: u64,
    /// A role of the schema.
    pub rolle: String,
    /// The value that the role's rows are chosen by, where it has a parameter: a municipality.
    #[serde(default, alias = "kommune", skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    /// Whom it was made for, for the access log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub: Option<String>,
}

/// Why a token is refused. What is wrong is said, and nothing of the token repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It is no token, or it was changed.
    #[error("adgangsbeviset er ikke gyldigt")]
    Invalid,
    /// It was signed with another key.
    #[error("adgangsbeviset er ikke udstedt til denne server")]
    Foreign,
    /// Its time is over.
    #[error("adgangsbeviset er udløbet")]
    Expired,
    /// It is valid, and gives no role here.
    #[error("adgangsbeviset giver ikke adgang")]
    NoRole,
}

impl Claims {
    /// What is said of a role, valid for some seconds from `now` (in seconds since 1970).
    #[must_use]
    pub fn new(rolle: &str, parameter: Option<&str>, now: u64, seconds: u64) -> Claims {
        Claims {
            iss: ISSUER.to_owned(),
            iat: now,
            exp: now.saturating_add(seconds),
            rolle: rolle.to_owned(),
            parameter: parameter.map(str::to_owned),
            sub: None,
        }
    }

    /// The same, made for somebody.
    #[must_use]
    pub fn of(self, subject: Option<&str>) -> Claims {
        Claims { sub: subject.map(str::to_owned), ..self }
    }

    /// Signs what is said.
    ///
    /// # Errors
    /// It cannot be written as JSON.
    pub fn sign(&self, key: &Key) -> anyhow::Result<String> {
        signature::install();
        let header = Header::new(Algorithm::HS256);
        Ok(jsonwebtoken::encode(&header, self, &EncodingKey::from_secret(&key.0))?)
    }

    /// Reads a token, if it was signed with the key and its time is not over.
    ///
    /// # Errors
    /// Why it is refused.
    pub fn verify(token: &str, key: &Key) -> Result<Claims, TokenError> {
        signature::install();
        let mut validation = Validation::new(Algorithm::HS256);
        validation.leeway = 0;
        validation.set_issuer(&[ISSUER]);
        validation.set_required_spec_claims(&["exp", "iss"]);
        let read = jsonwebtoken::decode(token, &DecodingKey::from_secret(&key.0), &validation);
        read.map(|read| read.claims).map_err(|error| match error.kind() {
            ErrorKind::ExpiredSignature => TokenError::Expired,
            ErrorKind::InvalidSignature => TokenError::Foreign,
            _ => TokenError::Invalid,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: u64 = 3600;

    fn now() -> u64 {
        jsonwebtoken::get_current_timestamp()
    }

    #[test]
    fn a_token_says_what_was_signed() {
        let key = Key([7; 32]);
        let claims = Claims::new("kommune", Some("153"), now(), HOUR);
        let token = claims.sign(&key).unwrap();
        assert_eq!(Claims::verify(&token, &key), Ok(claims));
    }

    #[test]
    fn an_expired_a_foreign_and_a_changed_token_are_refused() {
        let key = Key([7; 32]);
        let expired = Claims::new("national", None, now() - 2 * HOUR, HOUR).sign(&key).unwrap();
        assert_eq!(Claims::verify(&expired, &key), Err(TokenError::Expired));
        let good = Claims::new("national", None, now(), HOUR).sign(&key).unwrap();
        assert_eq!(Claims::verify(&good, &Key([8; 32])), Err(TokenError::Foreign));
        let other = Claims::new("operatoer", None, now(), HOUR).sign(&key).unwrap();
        let parts = |token: &str| token.split('.').map(str::to_owned).collect::<Vec<_>>();
        let (good, other) = (parts(&good), parts(&other));
        // The words of one with the signature of another.
        let changed = format!("{}.{}.{}", other[0], other[1], good[2]);
        assert_eq!(Claims::verify(&changed, &key), Err(TokenError::Foreign));
        for wrong in ["", "x", "a.b.c", &good[0]] {
            assert_eq!(Claims::verify(wrong, &key), Err(TokenError::Invalid), "{wrong}");
        }
    }

    #[test]
    fn a_token_without_a_signature_is_refused() {
        // {"alg":"none","typ":"JWT"} and {"iss":"terning","exp":99999999999,"rolle":"operatoer"}
        let unsigned = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.\
                        eyJpc3MiOiJ0ZXJuaW5nIiwiZXhwIjo5OTk5OTk5OTk5OSwicm9sbGUiOiJvcGVyYXRvZXIifQ.";
        assert_eq!(Claims::verify(unsigned, &Key([7; 32])), Err(TokenError::Invalid));
    }
}
