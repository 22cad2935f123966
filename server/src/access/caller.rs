//! Whoever makes a call. All that is known of them comes from here.

use super::Claims;

/// Whose eyes a call has.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Caller {
    /// Somebody on this machine without a token, where none is required: sees everything.
    Local,
    /// The bearer of a token, or the holder of a certificate: sees what the role sees.
    Bearer {
        /// A role of the schema.
        role: String,
        /// The value that the role's rows are chosen by; empty where it has none.
        parameter: String,
    },
}

/// The role of those who run the service.
const OPERATOR: &str = "operatoer";

impl Caller {
    /// Whether it may see and end the queries of others: whoever runs the service, and everybody of
    /// this machine where nobody has to say who asks.
    #[must_use]
    pub fn is_operator(&self) -> bool {
        *self == Caller::Local || self.has_role(OPERATOR)
    }

    /// Whether a token or a certificate gives this role.
    #[must_use]
    pub fn has_role(&self, name: &str) -> bool {
        matches!(self, Caller::Bearer { role, .. } if role == name)
    }

    /// The municipality whose eyes these are.
    #[must_use]
    pub fn kommune(&self) -> Option<&str> {
        match self {
            Caller::Bearer { parameter, .. } if !parameter.is_empty() => Some(parameter),
            _ => None,
        }
    }
}

/// A role that a configuration gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// A role of the schema.
    pub role: String,
    /// The value that the role's rows are chosen by; empty where it has none.
    pub parameter: String,
}

impl From<Grant> for Caller {
    fn from(grant: Grant) -> Caller {
        Caller::Bearer { role: grant.role, parameter: grant.parameter }
    }
}

impl From<Claims> for Caller {
    fn from(claims: Claims) -> Caller {
        Caller::Bearer { role: claims.rolle, parameter: claims.parameter.unwrap_or_default() }
    }
}

/// Whoever makes a call, and what is said of who that is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who {
    /// Whose eyes the call has.
    pub caller: Caller,
    /// Who the token or the certificate says it is, for the access log; empty where nothing does.
    pub subject: String,
}

impl From<Caller> for Who {
    fn from(caller: Caller) -> Who {
        Who { caller, subject: String::new() }
    }
}
