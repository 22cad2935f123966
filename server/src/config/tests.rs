use std::collections::BTreeSet;

use super::*;

const JWKS: &str = r#"{"keys":[{"kty":"EC","crv":"P-256","x":"AA","y":"AA","kid":"a"}]}"#;

fn loaded(text: &str, variables: &[(&str, &str)]) -> Loaded {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("terning.toml");
    fs::write(&file, text).unwrap();
    fs::write(folder.path().join("jwks.json"), JWKS).unwrap();
    fs::write(folder.path().join("empty.pem"), "").unwrap();
    let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    load(Some(&file), &variables.iter().map(own).collect()).unwrap()
}

fn problems(text: &str) -> Vec<String> {
    loaded(text, &[]).problems.iter().map(Problem::to_string).collect()
}

#[test]
fn an_empty_file_is_this_machine_alone() {
    let settings = loaded("", &[]).settings.unwrap();
    assert_eq!((settings.listen.as_str(), settings.cache_bytes), (LISTEN, CACHE_BYTES));
    assert!(!settings.access.is_required() && matches!(settings.tls, Tls::None));
}

#[test]
fn every_mistake_is_told_with_its_line_and_key() {
    let text = "\
listen = 5
lytte = \"x\"
cache = -1
log = \"xml\"
[tls]
ends_in_front = \"ja\"
[access]
[[access.issuer]]
name = \"a\"
jwks = \"jwks.json\"
algorithms = [\"HS256\"]
[[access.issuer.grant]]
claim = \"roles\"
value = \"x\"
role = \"kommune\"
kommune = \"15\"
[[access.certificate]]
subject = { XX = \"y\" }
role = \"national\"
";
    assert_eq!(
        problems(text),
        [
            "linje 1, listen: skal være en tekst",
            "linje 4, log: skal være text eller json",
            "linje 3, cache: skal være et helt tal fra 0 til 65535",
            "linje 6, tls.ends_in_front: skal være true eller false",
            "linje 17, access.certificate[1]: kræver tls.client_ca",
            "linje 18, access.certificate[1].subject: 'XX' kendes ikke; der er CN, serialNumber, \
             C, L, ST, O, OU, organizationIdentifier",
            "linje 8, access.issuer[1].audience: mangler",
            "linje 11, access.issuer[1].algorithms: skal være RS256, ES256 eller begge",
            "linje 16, access.issuer[1].grant[1].kommune: skal være et kommunenummer, tre cifre",
            "linje 2, lytte: nøglen findes ikke",
        ]
    );
    let found = problems("listen = \"a:1\"\n[access\n");
    assert!(found.len() == 1 && found[0].starts_with("linje 2: ikke TOML"), "{found:?}");
}

#[test]
fn files_that_are_not_what_they_should_be_are_told() {
    let found = problems("[tls]\ncertificate = \"empty.pem\"\nkey = \"none.key\"\n");
    assert!(found[0].starts_with("linje 3, tls.key: filen") && found.len() == 1, "{found:?}");
    let found = problems("[tls]\ncertificate = \"empty.pem\"\nkey = \"empty.pem\"\n");
    let message = "linje 2, tls.certificate: certifikatet og nøglen i tls.key er ikke PEM";
    assert!(found.iter().any(|one| one.starts_with(message)), "{found:?}");
    let found = problems("[tls]\ncertificate = \"empty.pem\"\n");
    assert_eq!(found, ["linje 1, tls.key: mangler: certifikat og nøgle hører sammen"]);
    let found = problems("[access]\nlocal_tokens = false\n");
    assert!(found[0].starts_with("linje 1, access: ingen kan få adgang"), "{found:?}");
}

#[test]
fn an_open_address_needs_access_control_and_encryption() {
    let said = |text: &str| problems(&format!("listen = \"0.0.0.0:50051\"\n{text}"));
    let found = said("");
    assert!(found[0].contains("linje 1, listen") && found[0].contains("[access]"), "{found:?}");
    let found = said("[access]\n");
    assert!(found[0].contains("tls.certificate"), "{found:?}");
    assert!(said("[tls]\nends_in_front = true\n")[0].contains("[access]"));
    assert_eq!(said("[access]\n[tls]\nends_in_front = true\n"), [""; 0]);
    assert_eq!(problems("listen = \"[::1]:50051\"\n"), [""; 0]);
    assert!(problems("listen = \"localhost\"\n")[0].contains("port"));
}

#[test]
fn a_variable_goes_before_the_file() {
    let variables = [("TERNING_LISTEN", "127.0.0.1:1"), ("TERNING_ACCESS_LOCAL_TOKENS", "true")];
    let both = loaded("listen = \"127.0.0.1:2\"\ncache = 3\n", &variables);
    let effective = |key: &str| {
        let found = both.effective.iter().find(|one| one.key == key).unwrap();
        (found.value.clone(), found.from.to_string())
    };
    let told = |value: &str, from: &str| (value.to_owned(), from.to_owned());
    assert_eq!(effective("listen"), told("\"127.0.0.1:1\"", "variablen TERNING_LISTEN"));
    assert_eq!(effective("cache"), told("3", "linje 2"));
    assert_eq!(effective("log"), told("\"text\"", ""));
    let settings = both.settings.as_ref().unwrap();
    assert!(settings.access.is_required() && settings.cache_bytes == 3 << 20);
    let wrong = loaded("", &[("TERNING_CACHE", "x")]).problems;
    let message = "variablen TERNING_CACHE, cache: skal være et helt tal fra 0 til 65535";
    assert_eq!(wrong[0].to_string(), message);
}

#[test]
fn a_variable_that_sets_nothing_is_a_mistake() {
    let told = |name: &str| {
        let found = loaded("", &[(name, "true")]).problems;
        found.iter().map(Problem::to_string).collect::<Vec<_>>()
    };
    let wrong = told("TERNING_DISCLOSUR");
    let message =
        "variablen TERNING_DISCLOSUR: sætter ingen indstilling; er navnet stavet rigtigt?";
    assert_eq!(wrong, [message]);
    assert_eq!(told("TERNING_ACCESS_ISSUER_NAME").len(), 1, "keys of lists have none");
    for other in ["TERNING_DISCLOSURE", "TERNING_TOKEN", "RUST_LOG", "DISCLOSURE"] {
        assert_eq!(told(other), [""; 0], "{other}");
    }
}

#[test]
fn certificates_of_clients_are_asked_for_where_they_can_be_seen() {
    let own = "[tls]\ncertificate = \"empty.pem\"\nkey = \"empty.pem\"\n";
    let required = "client_certificate = \"required\"\n";
    let found = problems(&format!("{own}{required}"));
    let message = "tls.client_certificate: required kræver tls.client_ca";
    assert!(found.iter().any(|one| one.contains(message)), "{found:?}");
    assert!(problems(&format!("[tls]\n{required}"))[0].contains(message));
    let variables = [("TERNING_TLS_CLIENT_CERTIFICATE", "required")];
    assert_eq!(loaded("", &variables).problems.len(), 1);
    let found = problems("[tls]\nends_in_front = true\nclient_ca = \"empty.pem\"\n");
    let message = "linje 3, tls.client_ca: kan ikke gives sammen med tls.ends_in_front";
    assert!(found.len() == 1 && found[0].starts_with(message), "{found:?}");
}

#[test]
fn a_municipality_is_said_where_the_role_is_one_and_nowhere_else() {
    let of_token = |grant: &str| {
        let issuer = "[[access.issuer]]\nname = \"a\"\naudience = \"b\"\njwks = \"jwks.json\"\n";
        let claim = "[[access.issuer.grant]]\nclaim = \"r\"\nvalue = \"x\"\n";
        problems(&format!("{issuer}{claim}{grant}"))
    };
    for whose in ["kommune = \"153\"", "kommune_claim = \"k\""] {
        assert_eq!(of_token(&format!("role = \"kommune\"\n{whose}\n")), [""; 0]);
        for role in ["national", "operatoer", "revisor"] {
            let found = of_token(&format!("role = \"{role}\"\n{whose}\n"));
            let message = format!("rollen '{role}' er ikke en kommunes");
            assert!(found.len() == 1 && found[0].ends_with(&message), "{found:?}");
        }
    }
    let found = of_token("role = \"kommune\"\n");
    assert!(found.len() == 1 && found[0].starts_with("linje 8, access.issuer[1].grant[1].role"));
    assert_eq!(of_token("role = \"national\"\n"), [""; 0]);
}

/// What the reader takes from a file that has everything is the list of keys.
#[test]
fn the_list_of_keys_is_what_is_read() {
    let text = "\
listen = \"127.0.0.1:1\"
log = \"json\"
cache = 1
[load]
places = 3
places_each = 2
queue = 10
queue_each = 5
seconds = 7
cells = 1000
memory = 64
sending = 8
unread = 5
connections = 40
drain = 1
[metrics]
listen = \"127.0.0.1:9464\"
open = false
[tls]
certificate = \"empty.pem\"
key = \"empty.pem\"
client_ca = \"empty.pem\"
client_certificate = \"required\"
ends_in_front = false
[access]
local_tokens = true
[[access.certificate]]
subject = { CN = \"a\" }
san = \"dns:a\"
sha256 = \"aa\"
role = \"kommune\"
kommune = \"153\"
[[access.issuer]]
name = \"a\"
audience = \"b\"
jwks = \"jwks.json\"
algorithms = [\"RS256\"]
[[access.issuer.grant]]
claim = \"a\"
value = \"b\"
role = \"kommune\"
kommune = \"153\"
kommune_claim = \"c\"
";
    let read: BTreeSet<String> =
        loaded(text, &[]).effective.into_iter().map(|one| one.key.replace("[1]", "[]")).collect();
    let listed: BTreeSet<String> = KEYS.iter().map(|key| key.name.to_owned()).collect();
    assert_eq!(read, listed);
}

#[test]
fn load_is_bounded_as_the_file_says_and_within_reason() {
    let text = "[load]\nplaces = 3\nseconds = 7\ncells = 1000\nmemory = 64\nsending = 8\nunread = 5\nconnections = 40\ndrain = 1\n";
    let load = loaded(text, &[("TERNING_LOAD_QUEUE", "9")]).settings.unwrap().load;
    assert_eq!((load.places, load.places_each, load.queue), (3, 2, 9));
    assert_eq!((load.longest.as_secs(), load.drain.as_secs()), (7, 1));
    assert_eq!((load.sending, load.unread.as_secs(), load.connections), (8 << 20, 5, 40));
    assert_eq!(load.limits.cells, 1000);
    assert!(load.limits.grid_numbers * 8 < 64 << 20);
    assert_eq!(loaded("", &[]).settings.unwrap().load, Load::default());
    let found = problems("[load]\nplaces = 0\nmemory = 1\n");
    let told = "linje 2, load.places: skal være et helt tal fra 1 til 1024";
    assert!(found[0] == told && found[1].starts_with("linje 3, load.memory"), "{found:?}");
    let found = problems("[load]\nplaces = 3\nplaces_each = 4\nqueue = 5\nqueue_each = 6\n");
    let told = [
        "linje 3, load.places_each: skal være et helt tal fra 1 til 3",
        "linje 5, load.queue_each: skal være et helt tal fra 0 til 5",
    ];
    assert_eq!(found, told);
    assert_eq!(loaded("[load]\nqueue = 5\n", &[]).settings.unwrap().load.queue_each, 5);
}

#[test]
fn what_must_be_said_is_not_empty() {
    let found = problems(
        "[access]\n[[access.issuer]]\nname = \"\"\naudience = \"a\"\njwks = \"keys.json\"\n",
    );
    assert!(found.contains(&"linje 3, access.issuer[1].name: er tom".to_owned()), "{found:?}");
}

#[test]
fn the_access_log_cannot_be_left_out_where_callers_say_who_they_are() {
    let of = |text: &str| loaded(text, &[]).settings.unwrap().audit;
    assert!(of("").enabled && of("[access]\n").enabled);
    assert!(!of("[audit]\nenabled = false\n").enabled);
    let found = problems("[access]\n[audit]\nenabled = false\n");
    assert!(found.len() == 1 && found[0].starts_with("linje 3, audit.enabled"), "{found:?}");
    let variables = [("TERNING_AUDIT_ENABLED", "false")];
    assert_eq!(loaded("[access]\n", &variables).problems.len(), 1);
}

#[test]
fn measurements_are_told_on_this_machine_unless_the_file_says_otherwise() {
    assert_eq!(loaded("", &[]).settings.unwrap().metrics, Metrics::default());
    let found = problems("[metrics]\nlisten = \"0.0.0.0:9464\"\n");
    assert!(found[0].starts_with("linje 2, metrics.listen: kan nås"), "{found:?}");
    assert_eq!(problems("[metrics]\nlisten = \"0.0.0.0:9464\"\nopen = true\n"), [""; 0]);
    assert!(problems("[metrics]\nlisten = \"9464\"\n")[0].contains("skal være en adresse"));
}
