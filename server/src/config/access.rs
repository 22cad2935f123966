//! Who is let in, and what they see.

use std::sync::Arc;

use jsonwebtoken::Algorithm;

use super::Tls;
use super::read::{Given, Place, Section};
use crate::access::{
    ATTRIBUTES, Access, CertificateRule, ClaimRule, Grant, Issuer, Jwks, Ways, is_kommune,
};

/// How tokens of others may be signed.
const ALGORITHMS: [(&str, Algorithm); 2] =
    [("RS256", Algorithm::RS256), ("ES256", Algorithm::ES256)];
/// Hexadecimal digits of a SHA-256.
const SHA256_DIGITS: usize = 64;

/// The role of a municipality.
const KOMMUNE: &str = "kommune";
/// Roles that are nobody's municipality.
const OF_ALL: [&str; 3] = ["national", "operatoer", "revisor"];

/// Reads `[access]`. That it is there makes every call prove who makes it.
pub(super) fn read(top: &mut Section<'_, '_>, tls: &Tls) -> Access {
    let mut section = top.section("access");
    let local_tokens = section.flag("local_tokens");
    if !section.is_given && local_tokens.is_none() {
        return Access::Local;
    }
    let local_tokens = section.or("local_tokens", local_tokens, true);
    let (rules, issuers) = (section.sections("certificate"), section.sections("issuer"));
    if !local_tokens && rules.is_empty() && issuers.is_empty() {
        let message = "ingen kan få adgang: giv [[access.certificate]], [[access.issuer]] eller \
                       access.local_tokens = true";
        section.refuse(section.place.clone(), message);
    }
    let certificates = rules.into_iter().filter_map(|rule| certificate(rule, tls)).collect();
    let issuers = issuers.into_iter().filter_map(issuer).collect();
    section.end();
    Access::Required(Arc::new(Ways { local_tokens, certificates, issuers }))
}

fn certificate(mut section: Section<'_, '_>, tls: &Tls) -> Option<CertificateRule> {
    if !matches!(tls, Tls::Here { knows_callers: true, .. }) {
        section.refuse(section.place.clone(), "kræver tls.client_ca");
    }
    let subject = section.pairs("subject");
    let subject = subject.map(|given| attributes(&section, given)).unwrap_or_default();
    let san = section.text("san").and_then(|given| name(&section, given));
    let sha256 = section.text("sha256").and_then(|given| fingerprint(&section, given));
    if subject.is_empty() && san.is_none() && sha256.is_none() {
        section.refuse(section.place.clone(), "giv subject, san eller sha256");
    }
    let grant = grant(&mut section, None);
    section.end();
    Some(CertificateRule { subject, san, sha256, grant: grant? })
}

fn attributes(
    section: &Section<'_, '_>,
    given: Given<Vec<(String, String)>>,
) -> Vec<(String, String)> {
    let known = ATTRIBUTES.map(|(name, _)| name);
    for (name, _) in given.value.iter().filter(|(name, _)| !known.contains(&name.as_str())) {
        let message = format!("'{name}' kendes ikke; der er {}", known.join(", "));
        section.refuse(given.place.clone(), &message);
    }
    given.value
}

fn name(section: &Section<'_, '_>, given: Given<String>) -> Option<String> {
    let is_name = ["dns:", "uri:"].iter().any(|kind| given.value.starts_with(kind));
    if !is_name {
        section.refuse(given.place, "skal begynde med dns: eller uri:");
        return None;
    }
    Some(given.value)
}

fn fingerprint(section: &Section<'_, '_>, given: Given<String>) -> Option<String> {
    let digits = given.value.replace(':', "").to_ascii_lowercase();
    let is_hash = digits.len() == SHA256_DIGITS && digits.bytes().all(|b| b.is_ascii_hexdigit());
    if !is_hash {
        section.refuse(given.place, "skal være 64 hexadecimale cifre");
        return None;
    }
    Some(digits)
}

fn issuer(mut section: Section<'_, '_>) -> Option<Issuer> {
    let name = section.required("name");
    let audience = section.required("audience");
    let algorithms = section.texts("algorithms");
    let algorithms = signed_by(&section, algorithms);
    let keys = keys(&mut section);
    let grants = section.sections("grant");
    if grants.is_empty() {
        let place = section.place_of("grant");
        section.refuse(place, "mangler: ingen af udstederens beviser giver adgang");
    }
    let rules = grants.into_iter().filter_map(claim).collect();
    section.end();
    Some(Issuer { name: name?.value, audience: audience?.value, algorithms, keys: keys?, rules })
}

fn signed_by(section: &Section<'_, '_>, given: Option<Given<Vec<String>>>) -> Vec<Algorithm> {
    let place = given.as_ref().map(|given| given.place.clone());
    let all = ALGORITHMS.map(|(name, _)| name.to_owned()).to_vec();
    let names = section.or("algorithms", given, all);
    let known = |name: &String| ALGORITHMS.iter().find(|(known, _)| known == name);
    let found: Vec<Algorithm> = names.iter().filter_map(|name| Some(known(name)?.1)).collect();
    if let Some(place) = place.filter(|_| found.is_empty() || found.len() < names.len()) {
        section.refuse(place, "skal være RS256, ES256 eller begge");
    }
    found
}

fn keys(section: &mut Section<'_, '_>) -> Option<Jwks> {
    let Some(file) = section.path("jwks") else {
        section.refuse(section.place_of("jwks"), "mangler");
        return None;
    };
    let keys = Jwks::new(&file.value);
    if let Err(error) = keys.keys() {
        section.refuse(file.place, &format!("{error:#}"));
        return None;
    }
    Some(keys)
}

fn claim(mut section: Section<'_, '_>) -> Option<ClaimRule> {
    let claim = section.required("claim");
    let value = section.required("value");
    let kommune_claim = section.text("kommune_claim");
    let grant = grant(&mut section, kommune_claim.as_ref());
    if let Some(given) = kommune_claim.as_ref()
        && grant.as_ref().is_some_and(|grant| !grant.parameter.is_empty())
    {
        section.refuse(given.place.clone(), "kan ikke gives sammen med kommune");
    }
    section.end();
    Some(ClaimRule {
        claim: claim?.value,
        value: value?.value,
        grant: grant?,
        kommune_claim: kommune_claim.map(|given| given.value),
    })
}

/// A role, and whose it is: `claim` says so where the file does not.
fn grant(section: &mut Section<'_, '_>, claim: Option<&Given<String>>) -> Option<Grant> {
    let role = section.required("role");
    let kommune = section.text("kommune");
    let wrong: Option<Place> =
        kommune.as_ref().filter(|given| !is_kommune(&given.value)).map(|given| given.place.clone());
    if let Some(place) = wrong {
        section.refuse(place, "skal være et kommunenummer, tre cifre");
    }
    if let Some(role) = &role {
        check_whose(section, role, kommune.as_ref().or(claim));
    }
    let parameter = kommune.map(|given| given.value).unwrap_or_default();
    Some(Grant { role: role?.value, parameter })
}

/// That a municipality's role is one's, and that others are nobody's. Other roles of a schema are known
/// by the version that is asked.
fn check_whose(section: &Section<'_, '_>, role: &Given<String>, whose: Option<&Given<String>>) {
    match whose {
        Some(given) if OF_ALL.contains(&role.value.as_str()) => {
            let message = format!("rollen '{}' er ikke en kommunes", role.value);
            section.refuse(given.place.clone(), &message);
        }
        None if role.value == KOMMUNE => {
            section.refuse(role.place.clone(), "er en kommunes: giv også kommunens nummer");
        }
        _ => {}
    }
}
