//! How connections are encrypted.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::time::Duration;

use tonic::transport::{Certificate, Identity, Server, ServerTlsConfig};

use super::read::{Given, Section};

/// How long a caller may take to agree on an encrypted connection.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// The largest file of certificates or of a key, in bytes.
const LARGEST: u64 = 4 << 20;

/// How connections are encrypted.
#[derive(Clone, Debug)]
pub enum Tls {
    /// Not at all.
    None,
    /// By something in front of the service, which is trusted to do so.
    InFront,
    /// By the service.
    Here {
        /// With what.
        config: Box<ServerTlsConfig>,
        /// Whether callers may show certificates of their own.
        knows_callers: bool,
    },
}

/// Reads `[tls]`.
pub(super) fn read(top: &mut Section<'_, '_>) -> Tls {
    let mut section = top.section("tls");
    let certificate = section.path("certificate");
    let key = section.path("key");
    let client_ca = section.path("client_ca");
    let is_optional =
        section.choice("client_certificate", &[("optional", true), ("required", false)]);
    let in_front = section.flag("ends_in_front");
    let is_in_front = section.or("ends_in_front", in_front, false);
    if !is_optional && client_ca.is_none() {
        let place = section.place_of("client_certificate");
        section.refuse(place, "required kræver tls.client_ca: de myndigheder, der tages for gode");
    }
    if let Some(client_ca) = client_ca.as_ref().filter(|_| is_in_front) {
        let message = "kan ikke gives sammen med tls.ends_in_front: certifikater ses dér, hvor TLS \
                       slutter";
        section.refuse(client_ca.place.clone(), message);
    }
    let tls = match (certificate, key) {
        (Some(certificate), _) if is_in_front => {
            let message = "kan ikke gives sammen med tls.ends_in_front";
            section.refuse(certificate.place, message);
            Tls::None
        }
        (Some(certificate), Some(key)) => {
            here(&section, &certificate, &key, client_ca, is_optional)
        }
        (Some(_), None) => missing(&section, "key"),
        (None, Some(_)) => missing(&section, "certificate"),
        (None, None) if is_in_front => Tls::InFront,
        (None, None) => {
            if let Some(client_ca) = client_ca {
                section.refuse(client_ca.place, "kræver tls.certificate og tls.key");
            }
            Tls::None
        }
    };
    section.end();
    tls
}

fn missing(section: &Section<'_, '_>, name: &str) -> Tls {
    section.refuse(section.place_of(name), "mangler: certifikat og nøgle hører sammen");
    Tls::None
}

fn here(
    section: &Section<'_, '_>,
    certificate: &Given<PathBuf>,
    key: &Given<PathBuf>,
    client_ca: Option<Given<PathBuf>>,
    is_optional: bool,
) -> Tls {
    let (chain, secret) = (content(section, certificate), content(section, key));
    let (Some(chain), Some(secret)) = (chain, secret) else { return Tls::None };
    if is_open(&key.value) {
        section.refuse(key.place.clone(), "filen kan læses af alle; kør chmod o= på den");
    }
    let config = ServerTlsConfig::new().identity(Identity::from_pem(chain, secret));
    let config = config.timeout(HANDSHAKE);
    if !is_usable(&config) {
        let message = "certifikatet og nøglen i tls.key er ikke PEM, eller hører ikke sammen";
        section.refuse(certificate.place.clone(), message);
        return Tls::None;
    }
    let Some(client_ca) = client_ca else {
        return Tls::Here { config: Box::new(config), knows_callers: false };
    };
    let Some(roots) = content(section, &client_ca) else { return Tls::None };
    let config = config.client_ca_root(Certificate::from_pem(roots));
    let config = config.client_auth_optional(is_optional);
    if !is_usable(&config) {
        section.refuse(client_ca.place, "filen har ingen certifikater i PEM");
    }
    Tls::Here { config: Box::new(config), knows_callers: true }
}

fn content(section: &Section<'_, '_>, file: &Given<PathBuf>) -> Option<Vec<u8>> {
    let is_small = |path: &PathBuf| fs::metadata(path).map(|found| found.len() <= LARGEST);
    let content = match is_small(&file.value) {
        Ok(true) => fs::read(&file.value).ok(),
        _ => None,
    };
    if content.is_none() {
        let message = format!("filen {} kan ikke læses", file.value.display());
        section.refuse(file.place.clone(), &message);
    }
    content
}

/// Whether everybody on the machine may read a file.
fn is_open(path: &PathBuf) -> bool {
    fs::metadata(path).is_ok_and(|found| found.mode() & 0o007 != 0)
}

fn is_usable(config: &ServerTlsConfig) -> bool {
    Server::builder().tls_config(config.clone()).is_ok()
}
