//! The one place where a call gets its eyes: by a token, by a certificate, or because it comes from
//! this machine and nothing else was set up.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jsonwebtoken::Algorithm;
use tonic::transport::CertificateDer;

use super::{Caller, CertificateRule, Claims, Holder, Issuer, Key, TokenError, Who};

/// How a token is given in the words of HTTP.
const SCHEME: &str = "Bearer ";

/// Who must prove what.
#[derive(Clone, Debug, Default)]
pub enum Access {
    /// Nobody: whoever is on this machine is trusted. A token still narrows what a call sees.
    #[default]
    Local,
    /// Everybody, in one of these ways.
    Required(Arc<Ways>),
}

/// The ways to prove who one is.
#[derive(Debug)]
pub struct Ways {
    /// Whether tokens count that were signed with the key of the data folder.
    pub local_tokens: bool,
    /// Which certificate gives which role; the first that is meant counts.
    pub certificates: Vec<CertificateRule>,
    /// Others whose tokens count.
    pub issuers: Vec<Issuer>,
}

/// Why a call is not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It does not say who makes it.
    #[error("kaldet har intet adgangsbevis")]
    Nobody,
    /// Its certificate gives no role.
    #[error("certifikatet giver ikke adgang")]
    Stranger,
    /// Its token is refused.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// Tokens cannot be verified; the log says why.
    #[error("adgangsbeviser kan ikke efterprøves")]
    Fault,
}

/// What lets calls in.
#[derive(Clone, Debug)]
pub struct Gate {
    data: PathBuf,
    access: Access,
}

impl Access {
    /// Access by the tokens of the data folder, and by nothing else.
    #[must_use]
    pub fn by_local_tokens() -> Access {
        let ways = Ways { local_tokens: true, certificates: Vec::new(), issuers: Vec::new() };
        Access::Required(Arc::new(ways))
    }

    /// Whether every call must say who makes it.
    #[must_use]
    pub fn is_required(&self) -> bool {
        matches!(self, Access::Required(_))
    }
}

impl Gate {
    /// The gate of a data folder.
    #[must_use]
    pub fn new(data: &Path, access: Access) -> Gate {
        Gate { data: data.to_owned(), access }
    }

    /// Whose eyes a call has. A token goes before the certificate of the connection, which may be
    /// that of a program that asks for many.
    ///
    /// # Errors
    /// It is not let in.
    pub fn who(
        &self,
        authorization: Option<&[u8]>,
        certificate: Option<&CertificateDer<'_>>,
    ) -> Result<Who, Refusal> {
        match (&self.access, authorization, certificate) {
            (_, Some(said), _) => self.bearer(said),
            (Access::Local, None, _) => Ok(Caller::Local.into()),
            (Access::Required(_), None, None) => Err(Refusal::Nobody),
            (Access::Required(ways), None, Some(certificate)) => {
                ways.holder(certificate).ok_or(Refusal::Stranger)
            }
        }
    }

    fn bearer(&self, said: &[u8]) -> Result<Who, Refusal> {
        let text = std::str::from_utf8(said).ok();
        let token = text.and_then(|text| text.strip_prefix(SCHEME)).map(str::trim);
        let token = token.ok_or(TokenError::Invalid)?;
        let header = jsonwebtoken::decode_header(token).map_err(|_| TokenError::Invalid)?;
        match (&self.access, header.alg) {
            (Access::Required(ways), Algorithm::HS256) if !ways.local_tokens => {
                Err(TokenError::Foreign.into())
            }
            (_, Algorithm::HS256) => self.own(token),
            (Access::Required(ways), _) => Ok(ways.of_others(token, &header)?),
            (Access::Local, _) => Err(TokenError::Invalid.into()),
        }
    }

    /// What a token says that was signed with the key of the data folder.
    fn own(&self, token: &str) -> Result<Who, Refusal> {
        let key = Key::read(&self.data).map_err(|error| {
            tracing::error!(%error, "adgangsbeviser kan ikke efterprøves");
            Refusal::Fault
        })?;
        let claims = Claims::verify(token, &key.ok_or(TokenError::Foreign)?)?;
        let subject = claims.sub.clone().unwrap_or_default();
        Ok(Who { caller: claims.into(), subject })
    }
}

impl Ways {
    fn holder(&self, certificate: &CertificateDer<'_>) -> Option<Who> {
        let holder = Holder::read(certificate)?;
        let rule = self.certificates.iter().find(|rule| rule.means(&holder))?;
        Some(Who { caller: rule.grant.clone().into(), subject: holder.to_string() })
    }

    /// What the first issuer says that knows the token; else the most telling refusal.
    fn of_others(&self, token: &str, header: &jsonwebtoken::Header) -> Result<Who, TokenError> {
        let mut refusal = TokenError::Invalid;
        for issuer in &self.issuers {
            match issuer.verify(token, header) {
                Ok(who) => return Ok(who),
                Err(TokenError::Invalid) => {}
                Err(other) => refusal = other,
            }
        }
        Err(refusal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_an_access_configuration_everybody_of_this_machine_sees_everything() {
        let folder = tempfile::tempdir().unwrap();
        let gate = Gate::new(folder.path(), Access::Local);
        assert_eq!(gate.who(None, None), Ok(Caller::Local.into()));
        let refused = Err(Refusal::Token(TokenError::Invalid));
        assert_eq!(gate.who(Some(b"Bearer x"), None), refused);
        assert_eq!(gate.who(Some(b""), None), refused);
    }

    #[test]
    fn a_certificate_that_no_rule_means_is_a_strangers() {
        let folder = tempfile::tempdir().unwrap();
        let gate = Gate::new(folder.path(), Access::by_local_tokens());
        assert_eq!(gate.who(None, None), Err(Refusal::Nobody));
        let certificate = CertificateDer::from(vec![0]);
        assert_eq!(gate.who(None, Some(&certificate)), Err(Refusal::Stranger));
    }

    #[test]
    fn tokens_of_the_data_folder_count_only_where_they_are_a_way() {
        let folder = tempfile::tempdir().unwrap();
        let key = Key::read_or_make(&crate::disk::Disk::real(), folder.path()).unwrap();
        let now = jsonwebtoken::get_current_timestamp();
        let token = Claims::new("national", None, now, 60).sign(&key).unwrap();
        let said = format!("Bearer {token}");
        let ways = Ways { local_tokens: false, certificates: Vec::new(), issuers: Vec::new() };
        let without = Gate::new(folder.path(), Access::Required(Arc::new(ways)));
        let refused = Err(Refusal::Token(TokenError::Foreign));
        assert_eq!(without.who(Some(said.as_bytes()), None), refused);
        let with = Gate::new(folder.path(), Access::by_local_tokens());
        assert!(with.who(Some(said.as_bytes()), None).is_ok());
    }
}
