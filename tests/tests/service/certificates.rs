//! Authorities, certificates and signed tokens, made for one test and worth nothing outside it.

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    SanType,
};
use ring::rand::SystemRandom;
use ring::rsa::PublicKeyComponents;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair,
};
use serde_json::{Value, json};

/// Who signs certificates.
pub struct Authority(Issuer<'static, KeyPair>);

/// The files of a certificate and its key.
pub struct Files {
    pub certificate: PathBuf,
    pub key: PathBuf,
}

impl Authority {
    /// An authority, whose certificate is written to a file.
    pub fn new(file: &Path) -> Authority {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, file.display().to_string());
        let own = params.self_signed(&key).unwrap();
        fs::write(file, pem("CERTIFICATE", own.der())).unwrap();
        Authority(Issuer::new(params, key))
    }

    /// Signs a certificate, and writes it beside its key.
    pub fn sign(&self, folder: &Path, name: &str, mut params: CertificateParams) -> Files {
        use ExtendedKeyUsagePurpose::{ClientAuth, ServerAuth};
        params.extended_key_usages = vec![ClientAuth, ServerAuth];
        let key = KeyPair::generate().unwrap();
        let signed = params.signed_by(&key, &self.0).unwrap();
        let files = Files {
            certificate: folder.join(format!("{name}.pem")),
            key: folder.join(format!("{name}.key")),
        };
        fs::write(&files.certificate, pem("CERTIFICATE", signed.der())).unwrap();
        write_secret(&files.key, &pem("PRIVATE KEY", &key.serialize_der()));
        files
    }
}

impl Files {
    /// The SHA-256 of the certificate.
    pub fn sha256(&self) -> String {
        let text = fs::read_to_string(&self.certificate).unwrap();
        let body: String = text.lines().filter(|line| !line.starts_with('-')).collect();
        let der = STANDARD.decode(body).unwrap();
        let hash = ring::digest::digest(&ring::digest::SHA256, &der);
        hash.as_ref().iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":")
    }
}

/// What a server on this machine is known by.
pub fn of_this_machine() -> CertificateParams {
    CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap()
}

/// A subject.
pub fn of_subject(attributes: &[(DnType, &str)]) -> CertificateParams {
    let mut params = CertificateParams::default();
    for (name, value) in attributes {
        params.distinguished_name.push(name.clone(), *value);
    }
    params
}

/// An alternative name.
pub fn of_uri(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.subject_alt_names = vec![SanType::URI(name.try_into().unwrap())];
    params
}

fn write_secret(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt;
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

fn pem(kind: &str, der: &[u8]) -> String {
    let body = STANDARD.encode(der);
    let lines: Vec<&str> =
        body.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN {kind}-----\n{}\n-----END {kind}-----\n", lines.join("\n"))
}

/// A key that signs tokens.
pub enum TokenKey {
    Es256(EcdsaKeyPair),
    Rs256(RsaKeyPair),
}

impl TokenKey {
    /// A new key on the curve P-256.
    pub fn es256() -> TokenKey {
        let rng = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let made = EcdsaKeyPair::generate_pkcs8(algorithm, &rng).unwrap();
        TokenKey::Es256(EcdsaKeyPair::from_pkcs8(algorithm, made.as_ref(), &rng).unwrap())
    }

    /// An RSA key of 2048 bits, always the same: they take long to make.
    pub fn rs256() -> TokenKey {
        let key = include_bytes!("rsa-key-of-tests.der");
        TokenKey::Rs256(RsaKeyPair::from_pkcs8(key).unwrap())
    }

    /// The public half, as a JWKS has it.
    pub fn public(&self, name: &str) -> Value {
        let code = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        match self {
            TokenKey::Es256(key) => {
                let (x, y) = key.public_key().as_ref()[1..].split_at(32);
                json!({"kty": "EC", "crv": "P-256", "x": code(x), "y": code(y), "kid": name})
            }
            TokenKey::Rs256(key) => {
                let public: PublicKeyComponents<Vec<u8>> = key.public().into();
                let (n, e) = (code(&public.n), code(&public.e));
                json!({"kty": "RSA", "n": n, "e": e, "kid": name, "use": "sig", "alg": "RS256"})
            }
        }
    }

    /// A signed token.
    pub fn sign(&self, name: &str, claims: &Value) -> String {
        let algorithm = match self {
            TokenKey::Es256(_) => "ES256",
            TokenKey::Rs256(_) => "RS256",
        };
        let header = json!({"alg": algorithm, "typ": "JWT", "kid": name});
        let message = unsigned(&header, claims);
        let rng = SystemRandom::new();
        let signature = match self {
            TokenKey::Es256(key) => key.sign(&rng, message.as_bytes()).unwrap().as_ref().to_vec(),
            TokenKey::Rs256(key) => {
                let mut signature = vec![0; key.public().modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &rng, message.as_bytes(), &mut signature).unwrap();
                signature
            }
        };
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

/// The two parts of a token that are signed.
pub fn unsigned(header: &Value, claims: &Value) -> String {
    let code = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}", code(header), code(claims))
}

/// A token that is signed with a secret.
pub fn hs256(secret: &[u8], name: &str, claims: &Value) -> String {
    let message = unsigned(&json!({"alg": "HS256", "kid": name}), claims);
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, secret);
    let signature = ring::hmac::sign(&key, message.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
}
