//! What a client certificate says of its holder, and which role it gives.
//!
//! The certificate was verified while the connection was made: it is signed by an authority that the
//! server trusts, and its time is not over. Here its names are read.

use std::fmt;

use ring::digest;
use tonic::transport::CertificateDer;
use webpki::EndEntityCert;

use super::Grant;
use crate::hexadecimal::hexadecimal;

/// The attributes of a subject that a rule may name, with the contents of their object identifiers
/// in DER.
pub const ATTRIBUTES: [(&str, &[u8]); 8] = [
    ("CN", &[0x55, 4, 3]),
    ("serialNumber", &[0x55, 4, 5]),
    ("C", &[0x55, 4, 6]),
    ("L", &[0x55, 4, 7]),
    ("ST", &[0x55, 4, 8]),
    ("O", &[0x55, 4, 10]),
    ("OU", &[0x55, 4, 11]),
    ("organizationIdentifier", &[0x55, 4, 97]),
];

/// The tags of DER that are met in a subject.
mod tag {
    pub const OBJECT_IDENTIFIER: u8 = 0x06;
    pub const UTF8_STRING: u8 = 0x0c;
    pub const PRINTABLE_STRING: u8 = 0x13;
    pub const IA5_STRING: u8 = 0x16;
    pub const BMP_STRING: u8 = 0x1e;
    pub const SEQUENCE: u8 = 0x30;
    pub const SET: u8 = 0x31;
}

/// The holder of a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The attributes of the subject that a rule may name, in the order they stand.
    subject: Vec<(&'static str, String)>,
    /// The alternative names, as `dns:NAME` and `uri:NAME`.
    names: Vec<String>,
    /// SHA-256 of the certificate, in small hexadecimal digits.
    sha256: String,
}

/// What must be true of a certificate, and the role that it then gives. All that is said must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateRule {
    /// Attributes that the subject has.
    pub subject: Vec<(String, String)>,
    /// An alternative name that it has, as `dns:NAME` or `uri:NAME`.
    pub san: Option<String>,
    /// Its SHA-256, in small hexadecimal digits.
    pub sha256: Option<String>,
    /// The role.
    pub grant: Grant,
}

impl CertificateRule {
    /// Whether the certificate is the one that is meant. A rule that says nothing means none.
    #[must_use]
    pub fn means(&self, holder: &Holder) -> bool {
        let says_nothing = self.subject.is_empty() && self.san.is_none() && self.sha256.is_none();
        !says_nothing
            && self.subject.iter().all(|(name, value)| holder.has(name, value))
            && self.san.as_ref().is_none_or(|name| holder.names.contains(name))
            && self.sha256.as_ref().is_none_or(|hash| holder.sha256 == *hash)
    }
}

impl Holder {
    /// Reads a certificate in DER; `None` where it is none.
    #[must_use]
    pub fn read(der: &CertificateDer<'_>) -> Option<Holder> {
        let certificate = EndEntityCert::try_from(der).ok()?;
        let dns = certificate.valid_dns_names().map(|name| format!("dns:{name}"));
        let uri = certificate.valid_uri_names().map(|name| format!("uri:{name}"));
        Some(Holder {
            subject: subject(certificate.subject())?,
            names: dns.chain(uri).collect(),
            sha256: hexadecimal(digest::digest(&digest::SHA256, der).as_ref()),
        })
    }

    /// What an attribute says.
    fn attribute(&self, name: &str) -> Option<&str> {
        self.subject.iter().find(|(own, _)| *own == name).map(|(_, said)| said.as_str())
    }

    fn has(&self, name: &str, value: &str) -> bool {
        self.subject.iter().any(|(own, said)| *own == name && said == value)
    }
}

impl fmt::Display for Holder {
    /// Who it is, shortly: the name and the number, else another name, else the certificate.
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let told = ["CN", "serialNumber"].map(|name| (name, self.attribute(name)));
        let told = told.into_iter().filter_map(|(name, said)| Some(format!("{name}={}", said?)));
        let told: Vec<String> = told.collect();
        match (&told[..], self.names.first()) {
            ([], Some(name)) => to.write_str(name),
            ([], None) => write!(to, "sha256:{}", self.sha256),
            _ => to.write_str(&told.join(", ")),
        }
    }
}

/// The attributes of a subject: a sequence of sets of pairs of a name and a text. Those of names or
/// kinds of text that are not known are left out; `None` where it is no subject.
fn subject(mut sets: &[u8]) -> Option<Vec<(&'static str, String)>> {
    let mut found = Vec::new();
    while !sets.is_empty() {
        let (mut pairs, rest) = expect(tag::SET, sets)?;
        while !pairs.is_empty() {
            let (pair, more) = expect(tag::SEQUENCE, pairs)?;
            let (name, value) = expect(tag::OBJECT_IDENTIFIER, pair)?;
            let known = ATTRIBUTES.iter().find(|(_, identifier)| *identifier == name);
            let (kind, value, _) = element(value)?;
            found.extend(known.zip(text(kind, value)).map(|((name, _), value)| (*name, value)));
            pairs = more;
        }
        sets = rest;
    }
    Some(found)
}

fn text(kind: u8, value: &[u8]) -> Option<String> {
    match kind {
        tag::UTF8_STRING | tag::PRINTABLE_STRING | tag::IA5_STRING => {
            String::from_utf8(value.to_vec()).ok()
        }
        tag::BMP_STRING if value.len().is_multiple_of(2) => {
            let units = value.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
            char::decode_utf16(units).collect::<Result<_, _>>().ok()
        }
        _ => None,
    }
}

/// The contents of the first element, if it has the tag, and what follows it.
fn expect(tag: u8, bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (found, content, rest) = element(bytes)?;
    (found == tag).then_some((content, rest))
}

/// The tag and contents of the first element of DER, and what follows it. Lengths of up to two
/// bytes: a subject is shorter than 64 KiB.
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (length, rest) = match bytes.get(1..)? {
        [0x82, high, low, rest @ ..] => (usize::from(u16::from_be_bytes([*high, *low])), rest),
        [0x81, length, rest @ ..] => (usize::from(*length), rest),
        [length @ 0..=0x7f, rest @ ..] => (usize::from(*length), rest),
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((bytes[0], content, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holder() -> Holder {
        Holder {
            subject: vec![("CN", "Brøndby".to_owned()), ("O", "Kommunen".to_owned())],
            names: vec!["dns:klient.example".to_owned()],
            sha256: "ab".repeat(32),
        }
    }

    fn rule(subject: &[(&str, &str)], san: Option<&str>, sha256: Option<&str>) -> CertificateRule {
        let pairs = subject.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        CertificateRule {
            subject: pairs.collect(),
            san: san.map(str::to_owned),
            sha256: sha256.map(str::to_owned),
            grant: Grant { role: "national".to_owned(), parameter: String::new() },
        }
    }

    #[test]
    fn a_rule_means_a_certificate_of_which_all_that_it_says_holds() {
        let both = [("CN", "Brøndby"), ("O", "Kommunen")];
        assert!(rule(&both, Some("dns:klient.example"), Some(&"ab".repeat(32))).means(&holder()));
        assert!(!rule(&[("CN", "brøndby")], None, None).means(&holder()));
        assert!(!rule(&[("O", "Brøndby")], None, None).means(&holder()));
        assert!(!rule(&both, Some("uri:klient.example"), None).means(&holder()));
        assert!(!rule(&both, None, Some(&"cd".repeat(32))).means(&holder()));
        assert!(!rule(&[], None, None).means(&holder()));
    }

    #[test]
    fn a_subject_is_read_and_a_cut_one_is_none() {
        // SET { SEQUENCE { CN, UTF8String "ø" } }, SET { SEQUENCE { 2.5.4.97, BMPString "DK" } },
        // and a title (2.5.4.12), which no rule may name.
        let bytes = [
            0x31, 11, 0x30, 9, 6, 3, 0x55, 4, 3, 0x0c, 2, 0xc3, 0xb8, //
            0x31, 13, 0x30, 11, 6, 3, 0x55, 4, 97, 0x1e, 4, 0, b'D', 0, b'K', //
            0x31, 10, 0x30, 8, 6, 3, 0x55, 4, 12, 0x0c, 1, b'x',
        ];
        let read = |bytes: &[u8]| subject(bytes);
        let expected = vec![("CN", "ø".to_owned()), ("organizationIdentifier", "DK".to_owned())];
        assert_eq!(read(&bytes), Some(expected));
        for cut in (1..bytes.len()).filter(|at| ![13, 28].contains(at)) {
            assert_eq!(read(&bytes[..cut]), None, "{cut}");
        }
    }

    #[test]
    fn what_is_no_certificate_has_no_holder() {
        assert_eq!(Holder::read(&CertificateDer::from(vec![0x30, 0])), None);
    }
}
