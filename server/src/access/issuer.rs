//! Tokens of others: an issuer that is trusted, its keys, and the roles that its claims give.

use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::jwk::{Jwk, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation};
use serde_json::{Map, Value};

use super::{Caller, Grant, Jwks, TokenError, Who, signature};

/// How far the clocks of an issuer and of this machine may be apart, in seconds.
const CLOCKS_APART: u64 = 30;

/// An issuer of tokens that are trusted.
#[derive(Debug)]
pub struct Issuer {
    /// Its name, as `iss` says it.
    pub name: String,
    /// Whom its tokens must be meant for, as `aud` says it.
    pub audience: String,
    /// How its tokens may be signed: RS256 and ES256.
    pub algorithms: Vec<Algorithm>,
    /// Its keys.
    pub keys: Jwks,
    /// Which role a claim gives; the first that holds counts.
    pub rules: Vec<ClaimRule>,
}

/// What a token must claim, and the role that it then gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimRule {
    /// The name of the claim.
    pub claim: String,
    /// Its value, or one of its values where it is a list.
    pub value: String,
    /// The role.
    pub grant: Grant,
    /// The claim that has the number of the municipality, where the role is one's and the rule does
    /// not say whose.
    pub kommune_claim: Option<String>,
}

impl Issuer {
    /// Whose eyes the bearer of a token has, and who that is. What is claimed is read only after the signature was
    /// verified.
    ///
    /// # Errors
    /// The token is refused.
    pub fn verify(&self, token: &str, header: &Header) -> Result<Who, TokenError> {
        signature::install();
        if !self.algorithms.contains(&header.alg) || header.crit.is_some() {
            return Err(TokenError::Invalid);
        }
        let keys = self.keys.keys().map_err(|error| {
            tracing::error!(issuer = %self.name, "nøglerne kan ikke bruges: {error:#}");
            TokenError::Invalid
        })?;
        let name = header.kid.as_deref().ok_or(TokenError::Invalid)?;
        let key = keys.find(name).filter(|key| serves(key, header.alg));
        let key = DecodingKey::from_jwk(key.ok_or(TokenError::Invalid)?);
        let key = key.map_err(|_| TokenError::Invalid)?;
        let read = jsonwebtoken::decode(token, &key, &self.validation(header.alg));
        let claims = read.map_err(|error| match error.kind() {
            ErrorKind::ExpiredSignature => TokenError::Expired,
            _ => TokenError::Invalid,
        })?;
        let caller = self.caller(&claims.claims).ok_or(TokenError::NoRole)?;
        let subject = claims.claims.get("sub").and_then(Value::as_str).unwrap_or_default();
        Ok(Who { caller, subject: subject.to_owned() })
    }

    fn validation(&self, algorithm: Algorithm) -> Validation {
        let mut validation = Validation::new(algorithm);
        validation.leeway = CLOCKS_APART;
        validation.validate_nbf = true;
        validation.set_issuer(&[&self.name]);
        validation.set_audience(&[&self.audience]);
        validation.set_required_spec_claims(&["exp", "iss", "aud"]);
        validation
    }

    fn caller(&self, claims: &Map<String, Value>) -> Option<Caller> {
        self.rules.iter().find_map(|rule| rule.caller(claims))
    }
}

/// Whether a key is for the signatures of an algorithm, as far as it says so itself.
fn serves(key: &Jwk, algorithm: Algorithm) -> bool {
    let named = match algorithm {
        Algorithm::RS256 => KeyAlgorithm::RS256,
        _ => KeyAlgorithm::ES256,
    };
    key.common.key_algorithm.is_none_or(|own| own == named)
        && key.common.public_key_use.as_ref().is_none_or(|own| *own == PublicKeyUse::Signature)
}

impl ClaimRule {
    fn caller(&self, claims: &Map<String, Value>) -> Option<Caller> {
        let is_value = |value: &Value| value.as_str() == Some(&self.value);
        let holds = match claims.get(&self.claim)? {
            Value::Array(values) => values.iter().any(is_value),
            value => is_value(value),
        };
        if !holds {
            return None;
        }
        let Some(claim) = &self.kommune_claim else { return Some(self.grant.clone().into()) };
        let number = claims.get(claim)?.as_str().filter(|number| super::is_kommune(number))?;
        Some(Grant { parameter: number.to_owned(), ..self.grant.clone() }.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(kommune_claim: Option<&str>) -> ClaimRule {
        ClaimRule {
            claim: "roles".to_owned(),
            value: "vh".to_owned(),
            grant: Grant { role: "kommune".to_owned(), parameter: String::new() },
            kommune_claim: kommune_claim.map(str::to_owned),
        }
    }

    fn parameter(rule: &ClaimRule, claims: &str) -> Option<String> {
        match rule.caller(&serde_json::from_str(claims).unwrap())? {
            Caller::Bearer { role, parameter } => (role == "kommune").then_some(parameter),
            Caller::Local => None,
        }
    }

    #[test]
    fn a_claim_is_a_text_or_a_list_of_them() {
        let parameter = |claims| parameter(&rule(None), claims);
        assert_eq!(parameter(r#"{"roles":"vh"}"#).as_deref(), Some(""));
        assert_eq!(parameter(r#"{"roles":["x","vh"]}"#).as_deref(), Some(""));
        for other in [r#"{"roles":"vhx"}"#, r#"{"roles":["x"]}"#, r#"{"rolle":"vh"}"#, "{}"] {
            assert_eq!(parameter(other), None, "{other}");
        }
    }

    #[test]
    fn a_claim_says_whose_role_it_is_and_nothing_but_a_municipality() {
        let parameter = |claims: &str| parameter(&rule(Some("kommune")), claims);
        assert_eq!(parameter(r#"{"roles":"vh","kommune":"153"}"#).as_deref(), Some("153"));
        for other in ["\"15\"", "\"abc\"", "\"\"", "153", "[\"153\"]", "null"] {
            assert_eq!(parameter(&format!(r#"{{"roles":"vh","kommune":{other}}}"#)), None);
        }
        assert_eq!(parameter(r#"{"roles":"vh"}"#), None);
    }
}
