//! Who is let in over TLS: by a certificate, and by the token of an issuer (A1, A2).

use std::fs;
use std::path::Path;

use rcgen::DnType;
use serde_json::{Value, json};
use terning_server::access::Access;
use terning_server::audit;
use terning_server::config::{self, Settings, Tls};
use terning_server::serve;

use crate::access::{built, token};
use crate::certificates::{
    Authority, Files, TokenKey, hs256, of_subject, of_this_machine, of_uri, unsigned,
};
use crate::harness::Server;

/// A data folder, a server's certificate and the authority of its callers.
struct Place {
    data: tempfile::TempDir,
    folder: tempfile::TempDir,
    callers: Authority,
}

impl Place {
    fn new() -> Place {
        let folder = tempfile::tempdir().unwrap();
        let own = Authority::new(&folder.path().join("server-ca.pem"));
        own.sign(folder.path(), "server", of_this_machine());
        let callers = Authority::new(&folder.path().join("callers.pem"));
        Place { data: built(), folder, callers }
    }

    fn settings(&self, access: &str) -> Settings {
        self.settings_with("", access)
    }

    fn settings_with(&self, more: &str, access: &str) -> Settings {
        let tls = "[tls]\ncertificate = \"server.pem\"\nkey = \"server.key\"\n\
                   client_ca = \"callers.pem\"\n";
        let file = self.folder.path().join("terning.toml");
        fs::write(&file, format!("{tls}{more}[access]\n{access}")).unwrap();
        let loaded = config::load(Some(&file), &config::Variables::new()).unwrap();
        loaded.settings.unwrap_or_else(|| panic!("{:?}", loaded.problems))
    }

    fn server(&self, settings: Settings) -> Server {
        Server::with_settings(self.data.path(), settings)
    }

    /// The words of a question, with whose certificate it is asked.
    fn words(&self, asked: &[&str], files: Option<&Files>) -> Vec<String> {
        let mut words: Vec<String> = asked.iter().map(|word| (*word).to_owned()).collect();
        words.push(format!("--ca={}", self.folder.path().join("server-ca.pem").display()));
        if let Some(files) = files {
            words.push(format!("--cert={}", files.certificate.display()));
            words.push(format!("--key={}", files.key.display()));
        }
        words
    }

    fn ask(
        &self,
        server: &Server,
        asked: &[&str],
        files: Option<&Files>,
    ) -> Result<String, String> {
        let words = self.words(asked, files);
        server.ask(&words.iter().map(String::as_str).collect::<Vec<_>>())
    }
}

const BY_KOMMUNE: [&str; 5] = [
    "pivot",
    "--cube=Voksne Handicappede",
    "--measure=Antal Ydelser",
    "--rows=Handle kommune.Kommunenummer",
    "--format=csv",
];
const BY_CITIZEN: [&str; 5] = [
    "pivot",
    "--cube=Voksne Handicappede",
    "--measure=Antal Ydelser",
    "--rows=Borger.Personnummer",
    "--format=csv",
];
/// The lines of [`BY_KOMMUNE`] for whoever sees all municipalities, and for 153.
const ALL: &str = "153;2 155;1 157;2";
const OWN: &str = "153;2";

fn lines(answer: &str) -> String {
    let lines: Vec<&str> = answer.lines().skip(1).collect();
    lines.join(" ")
}

/// What 153, national analysts and those who see everything are told of municipalities and citizens.
fn sees(rolle: &str, ask: impl Fn(&[&str]) -> Result<String, String>) {
    let kommuner = lines(&ask(&BY_KOMMUNE).unwrap());
    let citizens = ask(&BY_CITIZEN).map(|answer| answer.lines().skip(1).count());
    match rolle {
        "kommune" => assert_eq!((kommuner.as_str(), citizens), (OWN, Ok(2))),
        "national" => {
            assert_eq!(kommuner, ALL);
            assert!(citizens.unwrap_err().contains("ingen dimension"));
        }
        _ => assert_eq!((kommuner.as_str(), citizens), (ALL, Ok(4)), "{rolle}"),
    }
}

/// One side encrypts and the other does not: what to write instead is said.
#[test]
fn a_wrong_scheme_is_named_with_the_right_one() {
    let place = Place::new();
    let to = |scheme: &str, server: &Server, ca: &str| {
        let address = format!("--server={scheme}://{}", server.address);
        let words = ["terning", "cubes", &address, ca];
        let args = <terning::args::Args as clap::Parser>::try_parse_from(words).unwrap();
        terning::run(args).unwrap_err().to_string()
    };
    let ca = format!("--ca={}", place.folder.path().join("server-ca.pem").display());
    let encrypted = place.server(place.settings(""));
    let said = to("http", &encrypted, &ca);
    // It may have closed the connection before the client could read why.
    assert!(said.contains("skriv https:// i stedet for http:// i --server"), "{said}");
    assert!(said.contains("svarer krypteret"), "{said}");
    drop(encrypted);
    let plain = Server::beside_others(place.data.path());
    let said = to("https", &plain, &ca);
    assert!(said.contains("svarer ukrypteret; skriv http:// i stedet for https://"), "{said}");
}

#[test]
fn a1_a_certificate_gives_the_role_that_its_rule_says() {
    let place = Place::new();
    let sign = |name: &str, params| place.callers.sign(place.folder.path(), name, params);
    let number = DnType::CustomDnType(vec![2, 5, 4, 5]);
    let kommune = sign("a", of_subject(&[(DnType::CommonName, "Brøndby"), (number, "UI:1")]));
    let national = sign("b", of_uri("https://dst.example/analyse"));
    let operator = sign("c", of_subject(&[(DnType::OrganizationName, "Driften")]));
    let auditor = sign("d", of_subject(&[(DnType::CommonName, "Revisor")]));
    let nobody = sign("e", of_subject(&[(DnType::CommonName, "Brøndby")]));
    let access = format!(
        "local_tokens = false\n\
         [[access.certificate]]\nsubject = {{ CN = \"Brøndby\", serialNumber = \"UI:1\" }}\n\
         role = \"kommune\"\nkommune = \"153\"\n\
         [[access.certificate]]\nsan = \"uri:https://dst.example/analyse\"\nrole = \"national\"\n\
         [[access.certificate]]\nsubject = {{ O = \"Driften\" }}\nrole = \"operatoer\"\n\
         [[access.certificate]]\nsha256 = \"{}\"\nrole = \"revisor\"\n",
        auditor.sha256()
    );
    let server = place.server(place.settings(&access));
    for (rolle, files) in [
        ("kommune", &kommune),
        ("national", &national),
        ("operatoer", &operator),
        ("revisor", &auditor),
    ] {
        sees(rolle, |asked| place.ask(&server, asked, Some(files)));
    }
    let refused = place.ask(&server, &["cubes"], Some(&nobody)).unwrap_err();
    assert!(refused.contains("certifikatet giver ikke adgang"), "{refused}");
    let refused = place.ask(&server, &["cubes"], None).unwrap_err();
    assert!(refused.contains("intet adgangsbevis"), "{refused}");
}

#[test]
fn a4_the_log_says_whose_certificate_a_call_had() {
    let place = Place::new();
    let sign = |name: &str, params| place.callers.sign(place.folder.path(), name, params);
    let kommune = sign("a", of_subject(&[(DnType::CommonName, "Brøndby")]));
    let auditor = sign("b", of_subject(&[(DnType::CommonName, "Rigsrevisor And")]));
    let access = "local_tokens = false\n\
         [[access.certificate]]\nsubject = { CN = \"Brøndby\" }\nrole = \"kommune\"\nkommune = \"153\"\n\
         [[access.certificate]]\nsubject = { CN = \"Rigsrevisor And\" }\nrole = \"revisor\"\n";
    let server = place.server(place.settings(access));
    place.ask(&server, &BY_CITIZEN, Some(&kommune)).unwrap();
    place.ask(&server, &BY_CITIZEN, Some(&auditor)).unwrap();
    drop(server);
    let found = audit::search(place.data.path(), &audit::Wanted::default()).unwrap().found;
    let entries = found.iter().map(|one| &one.entry);
    let told: Vec<[&str; 3]> =
        entries.map(|entry| [&*entry.role, &*entry.kommune, &*entry.subject]).collect();
    let roles: Vec<&str> = told.iter().map(|[role, ..]| *role).collect();
    assert_eq!(roles, ["kommune", "revisor"]);
    assert!(told[0][1] == "153" && told[0][2].contains("Brøndby"), "{told:?}");
    assert!(told[1][1].is_empty() && told[1][2].contains("Rigsrevisor And"), "{told:?}");
}

#[test]
fn a_foreign_and_an_expired_certificate_end_at_the_door() {
    let place = Place::new();
    let folder = place.folder.path();
    let rule = "[[access.certificate]]\nsubject = { CN = \"x\" }\nrole = \"operatoer\"\n";
    let named = || of_subject(&[(DnType::CommonName, "x")]);
    let known = place.callers.sign(folder, "known", named());
    let foreign = Authority::new(&folder.join("foreign.pem")).sign(folder, "foreign", named());
    let mut old = named();
    old.not_after = rcgen::date_time_ymd(2020, 1, 1);
    let expired = place.callers.sign(folder, "expired", old);
    for (more, without) in [("", "intet adgangsbevis"), ("client_certificate = \"required\"\n", "")]
    {
        let server = place.server(place.settings_with(more, rule));
        assert!(place.ask(&server, &["cubes"], Some(&known)).is_ok());
        for files in [&foreign, &expired] {
            let refused = place.ask(&server, &["cubes"], Some(files)).unwrap_err();
            assert!(refused.contains("forbindelse"), "{refused}");
        }
        let refused = place.ask(&server, &["cubes"], None).unwrap_err();
        let expected = if without.is_empty() { "forbindelse" } else { without };
        assert!(refused.contains(expected), "{refused}");
    }
}

#[test]
fn a_client_trusts_only_the_authorities_it_was_told_of() {
    let place = Place::new();
    let server = place.server(place.settings(""));
    let own = token(place.data.path(), "kommune", Some("153"));
    let refused = server.refusal(&["cubes", "--token", &own]);
    assert!(refused.contains("forbindelse") || refused.contains("--ca"), "{refused}");
    let ca = place.folder.path().join("callers.pem");
    let refused = server.refusal(&["cubes", "--token", &own, "--ca", ca.to_str().unwrap()]);
    assert!(refused.contains("kryptering"), "{refused}");
    let mut asked = BY_KOMMUNE.to_vec();
    asked.extend(["--token", &own]);
    assert_eq!(lines(&place.ask(&server, &asked, None).unwrap()), OWN);
}

const ISSUER: &str = "https://login.example";
const GRANTS: &str = "\
[[access.issuer.grant]]\nclaim = \"roles\"\nvalue = \"vh-kommune\"\nrole = \"kommune\"\n\
kommune_claim = \"kommune\"\n\
[[access.issuer.grant]]\nclaim = \"roles\"\nvalue = \"vh-analyse\"\nrole = \"national\"\n\
[[access.issuer.grant]]\nclaim = \"roles\"\nvalue = \"vh-drift\"\nrole = \"operatoer\"\n\
[[access.issuer.grant]]\nclaim = \"roles\"\nvalue = \"vh-revision\"\nrole = \"revisor\"\n\
[[access.issuer.grant]]\nclaim = \"roles\"\nvalue = \"vh-konge\"\nrole = \"konge\"\n";

fn write_keys(folder: &Path, keys: &[Value]) {
    fs::write(folder.join("jwks.new"), json!({ "keys": keys }).to_string()).unwrap();
    fs::rename(folder.join("jwks.new"), folder.join("jwks.json")).unwrap();
}

fn issuer(algorithms: &str) -> String {
    format!(
        "local_tokens = false\n[[access.issuer]]\nname = \"{ISSUER}\"\naudience = \"terning\"\n\
         jwks = \"jwks.json\"\nalgorithms = [{algorithms}]\n{GRANTS}"
    )
}

fn now() -> u64 {
    std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs()
}

fn claims(role: &str) -> Value {
    json!({
        "iss": ISSUER, "aud": "terning", "exp": now() + 600, "roles": ["x", role], "kommune": "153",
    })
}

/// The same with one claim changed, or taken out.
fn but(name: &str, value: &Value) -> Value {
    let mut claims = claims("vh-drift");
    claims[name] = value.clone();
    if value.is_null() {
        claims.as_object_mut().unwrap().remove(name);
    }
    claims
}

#[test]
fn a1_a_token_of_an_issuer_gives_the_role_of_its_claims() {
    let place = Place::new();
    for (key, algorithm) in [(TokenKey::es256(), "\"ES256\""), (TokenKey::rs256(), "\"RS256\"")] {
        write_keys(place.folder.path(), &[key.public("k1")]);
        let server = place.server(place.settings(&issuer(algorithm)));
        for (claimed, rolle) in [
            ("vh-kommune", "kommune"),
            ("vh-analyse", "national"),
            ("vh-drift", "operatoer"),
            ("vh-revision", "revisor"),
        ] {
            let token = format!("--token={}", key.sign("k1", &claims(claimed)));
            sees(rolle, |asked| {
                let words: Vec<&str> = asked.iter().copied().chain([token.as_str()]).collect();
                place.ask(&server, &words, None)
            });
        }
    }
}

#[test]
fn a_token_with_anything_wrong_is_refused_in_few_words() {
    let place = Place::new();
    let (key, other) = (TokenKey::es256(), TokenKey::es256());
    write_keys(place.folder.path(), &[key.public("k1"), TokenKey::rs256().public("k2")]);
    let server = place.server(place.settings(&issuer("\"ES256\"")));
    let good = key.sign("k1", &claims("vh-drift"));
    let none = unsigned(&json!({"alg": "none", "kid": "k1"}), &claims("vh-drift"));
    let public = key.public("k1").to_string();
    let (invalid, no_role) = ("adgangsbeviset er ikke gyldigt", "adgangsbeviset giver ikke adgang");
    let local = token(place.data.path(), "operatoer", None);
    let sign = |claims: &Value| key.sign("k1", claims);
    let cases = [
        (sign(&but("exp", &json!(now() - 60))), "adgangsbeviset er udløbet"),
        (sign(&but("exp", &Value::Null)), invalid),
        (sign(&but("nbf", &json!(now() + 600))), invalid),
        (sign(&but("aud", &json!("andre"))), invalid),
        (sign(&but("aud", &Value::Null)), invalid),
        (sign(&but("iss", &json!("https://andre.example"))), invalid),
        (sign(&but("iss", &Value::Null)), invalid),
        (key.sign("k9", &claims("vh-drift")), invalid),
        (other.sign("k1", &claims("vh-drift")), invalid),
        // A kind of signature that is not among those of the issuer, with a key that is.
        (TokenKey::rs256().sign("k2", &claims("vh-drift")), invalid),
        (format!("{none}."), invalid),
        // The public key, taken for a secret.
        (hs256(public.as_bytes(), "k1", &claims("vh-drift")), "ikke udstedt til denne server"),
        (local, "ikke udstedt til denne server"),
        (sign(&but("roles", &json!("vh-andet"))), no_role),
        (sign(&but("roles", &Value::Null)), no_role),
        (sign(&claims("vh-konge")), "kender ikke adgangsbevisets rolle"),
    ];
    for (at, (token, said)) in cases.iter().enumerate() {
        for asked in ["cubes", "versions"] {
            let words = [asked, "--token", token.as_str()];
            let refused = place.ask(&server, &words, None).unwrap_err();
            assert!(refused.contains(said), "{at}: {refused}");
            assert!(!refused.contains(ISSUER) && !refused.contains("k1"), "{refused}");
        }
    }
    assert!(place.ask(&server, &["cubes", "--token", &good], None).is_ok());
}

#[test]
fn keys_are_changed_by_replacing_their_file() {
    let place = Place::new();
    let (former, later) = (TokenKey::es256(), TokenKey::es256());
    write_keys(place.folder.path(), &[former.public("k1")]);
    let server = place.server(place.settings(&issuer("\"ES256\"")));
    let tokens = [former.sign("k1", &claims("vh-drift")), later.sign("k2", &claims("vh-drift"))];
    let let_in = || {
        let ask = |token: &String| place.ask(&server, &["cubes", "--token", token], None).is_ok();
        tokens.each_ref().map(ask)
    };
    assert_eq!(let_in(), [true, false]);
    write_keys(place.folder.path(), &[former.public("k1"), later.public("k2")]);
    assert_eq!(let_in(), [true, true]);
    write_keys(place.folder.path(), &[later.public("k2")]);
    assert_eq!(let_in(), [false, true]);
    fs::write(place.folder.path().join("jwks.json"), "{").unwrap();
    assert_eq!(let_in(), [false, false]);
}

#[tokio::test]
async fn an_open_address_needs_access_control_and_encryption() {
    let place = Place::new();
    let open = |settings: Settings| settings.with(Some("0.0.0.0:0"), None);
    let refusal = async |settings| serve::bind(&open(settings)).await.unwrap_err().to_string();
    let refused = refusal(Access::Local.into()).await;
    assert!(refused.contains("adgangsstyring"), "{refused}");
    let with_tls = Settings { access: Access::Local, ..place.settings("") };
    let refused = refusal(with_tls).await;
    assert!(refused.contains("adgangsstyring"), "{refused}");
    let refused = refusal(Access::by_local_tokens().into()).await;
    assert!(refused.contains("krypteret"), "{refused}");
    assert!(serve::bind(&open(place.settings(""))).await.is_ok());
    let in_front = Settings { tls: Tls::InFront, ..Access::by_local_tokens().into() };
    assert!(serve::bind(&open(in_front)).await.is_ok());
}
