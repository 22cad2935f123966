//! What keeps a connection from being read by others: certificates, and what is never sent without.

use std::fs;
use std::iter;
use std::net::IpAddr;
use std::path::Path;

use tonic::transport::{Certificate, ClientTlsConfig, Identity, Uri};

use crate::args::Common;
use crate::cause;
use crate::error::Error;

/// How a connection is encrypted: the authorities that are trusted, those of the machine unless a
/// file is given, and the certificate that is shown, if any.
///
/// # Errors
/// A file cannot be read, or a certificate is given without its key.
pub fn tls(common: &Common) -> Result<ClientTlsConfig, Error> {
    let config = match &common.ca {
        Some(file) => ClientTlsConfig::new().ca_certificate(Certificate::from_pem(read(file)?)),
        None => ClientTlsConfig::new().with_native_roots(),
    };
    match (&common.cert, &common.key) {
        (Some(cert), Some(key)) => Ok(config.identity(Identity::from_pem(read(cert)?, read(key)?))),
        (None, None) => Ok(config),
        _ => Err(Error::new("--cert og --key hører sammen; giv begge eller ingen")),
    }
}

/// What is said where the certificates cannot be used.
pub fn unusable(common: &Common) -> Error {
    Error::new(match common.ca {
        Some(_) => "filerne i --ca, --cert og --key er ikke PEM, eller hører ikke sammen",
        None => {
            "maskinen har ingen liste over myndigheder (giv --ca), eller filerne i --cert og --key \
             er ikke PEM, eller hører ikke sammen"
        }
    })
}

/// Whether a connection may be open: nothing that proves who one is goes to another machine without
/// encryption.
///
/// # Errors
/// It may not.
pub fn open(common: &Common, server: &Uri) -> Result<(), Error> {
    if common.cert.is_some() {
        return Err(Error::new("--cert kræver en krypteret forbindelse; giv --server https://…"));
    }
    if common.token.is_some() && !server.host().is_some_and(is_here) {
        return Err(Error::new(
            "adgangsbeviset sendes ikke ukrypteret til en anden maskine; giv --server https://…",
        ));
    }
    Ok(())
}

/// Whether a name is this machine's own.
fn is_here(host: &str) -> bool {
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// What rustls says of an answer that is not encrypted.
const PLAIN_ANSWER: &str = "InvalidContentType";
/// What HTTP/2 says of an answer that is encrypted: it takes its first bytes for a length.
const ENCRYPTED_ANSWER: &str = "frame with invalid size";

/// Why there is no connection, where that is known to be the certificates, or that one side encrypts and
/// the other does not.
pub fn why(error: &(dyn std::error::Error + 'static)) -> String {
    let first_cause = iter::successors(Some(error), |error| error.source()).last();
    let text = first_cause.map(ToString::to_string).unwrap_or_default();
    if text.contains(PLAIN_ANSWER) {
        return ": serveren svarer ukrypteret; skriv http:// i stedet for https:// i --server"
            .to_owned();
    }
    if text.contains(ENCRYPTED_ANSWER) {
        return ": serveren svarer krypteret; skriv https:// i stedet for http:// i --server"
            .to_owned();
    }
    let is_certificates = ["certificate", "alert", "TLS"].iter().any(|word| text.contains(word));
    if is_certificates { format!(" (kryptering: {text})") } else { String::new() }
}

fn read(file: &Path) -> Result<Vec<u8>, Error> {
    fs::read(file).map_err(|error| {
        Error::new(format!("{} kan ikke læses: {}", file.display(), cause::of_io(&error)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(server: &str, token: Option<&str>, cert: Option<&str>) -> bool {
        let common = Common {
            token: token.map(str::to_owned),
            cert: cert.map(Into::into),
            ..Common::of_server(server)
        };
        open(&common, &server.parse().unwrap()).is_err()
    }

    #[test]
    fn a_token_goes_to_another_machine_only_encrypted() {
        for here in ["http://127.0.0.1:1", "http://[::1]:1", "http://localhost:1"] {
            assert!(!refused(here, Some("t"), None), "{here}");
        }
        for there in ["http://10.0.0.1:1", "http://terning.example:1", "http://localhost.example"] {
            assert!(refused(there, Some("t"), None), "{there}");
            assert!(!refused(there, None, None), "{there}");
        }
        assert!(refused("http://127.0.0.1:1", None, Some("c.pem")));
    }

    #[test]
    fn a_certificate_comes_with_its_key() {
        let common = Common { cert: Some("c.pem".into()), ..Common::of_server("https://a") };
        assert!(tls(&common).unwrap_err().to_string().contains("hører sammen"));
    }
}
