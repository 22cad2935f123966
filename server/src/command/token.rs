//! `terning-server token`

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, bail};
use cube_schema::domain::Domain;
use cube_schema::domains::vh::Vh;
use cube_schema::schema::Role;
use terning_engine::delivery::{Inputs, read_reference};

use super::say;
use crate::access::{Claims, Key};
use crate::args::Token;
use crate::versions::{self, Manifest, RawStore};

/// The role of whoever is given a municipality and no role.
const KOMMUNE: &str = "kommune";
/// The list of municipalities.
const KOMMUNER: &str = "kodelister/kommuner.csv";
const SECONDS_OF_A_DAY: u64 = 86_400;

pub(super) fn run(args: &Token) -> anyhow::Result<ExitCode> {
    say(format_args!("{}", make(args)?));
    Ok(ExitCode::SUCCESS)
}

fn make(args: &Token) -> anyhow::Result<String> {
    let name = match (&args.rolle, &args.kommune) {
        (Some(rolle), _) => rolle.as_str(),
        (None, Some(_)) => KOMMUNE,
        (None, None) => bail!("giv --kommune med kommunens nummer, eller --rolle"),
    };
    let role = role(&args.data, name)?;
    match (&role.parameter, &args.kommune) {
        (Some(_), None) => bail!("rollen '{name}' er en kommunes; giv også --kommune"),
        (None, Some(_)) => bail!("rollen '{name}' er ikke en kommunes; udelad --kommune"),
        _ => {}
    }
    if !args.data.is_dir() {
        bail!(
            "datamappen {} findes ikke; lav den først med terning-server rebuild",
            args.data.display()
        );
    }
    if let Some(number) = args.kommune.as_deref().filter(|number| !is_kommune(&args.data, number)) {
        bail!(
            "kommune {number} findes ikke på kommunelisten; giv kommunens nummer, for eksempel 153"
        );
    }
    let key = Key::read_or_make(&args.data)?;
    let seconds = u64::from(args.days) * SECONDS_OF_A_DAY;
    let claims = Claims::new(&role.name, args.kommune.as_deref(), now()?, seconds);
    claims.of(args.navn.as_deref()).sign(&key)
}

/// The role of a name: of the version that is asked now, or, where there is none yet, of the cubes
/// that a rebuild makes.
fn role(data: &Path, name: &str) -> anyhow::Result<Role> {
    let current = versions::current(data);
    let manifest = current
        .and_then(|current| Manifest::read(&versions::folder(data).join(current.to_string())).ok());
    let roles = match manifest.map(|manifest| manifest.roles).filter(|roles| !roles.is_empty()) {
        Some(roles) => roles,
        None => Vh::new()?.schema().roles.clone(),
    };
    let known: Vec<&str> = roles.iter().map(|role| role.name.as_str()).collect();
    let found = roles.iter().find(|role| role.name == name).cloned();
    found.with_context(|| format!("rollen '{name}' findes ikke; der er {}", known.join(", ")))
}

/// Whether a municipality is on the list: that of the version that is asked now, or the one that is
/// compiled in.
fn is_kommune(data: &Path, number: &str) -> bool {
    let current = versions::current(data);
    let manifest = current
        .and_then(|current| Manifest::read(&versions::folder(data).join(current.to_string())).ok());
    let mut files = manifest.and_then(|one| versions::raw_files(&one).ok()).unwrap_or_default();
    files.retain(|file| file.path.ends_with(KOMMUNER));
    let store = RawStore::new(data, &files);
    let list = Vh::new().map(|vh| read_reference(&vh, &Inputs::of(&store), &|_| ()).data);
    list.is_ok_and(|list| list.kommune(number).is_some())
}

/// The time, in seconds since 1970.
fn now() -> anyhow::Result<u64> {
    Ok(u64::try_from(jiff::Timestamp::now().as_second())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_for_a_role_that_exists_and_for_a_municipality_where_it_is_one_s() {
        let data = tempfile::tempdir().unwrap();
        let make = |rolle: Option<&str>, kommune: Option<&str>| {
            let (rolle, kommune) = (rolle.map(str::to_owned), kommune.map(str::to_owned));
            make(&Token { kommune, rolle, navn: None, data: data.path().to_owned(), days: 1 })
        };
        let key = Key::read_or_make(data.path()).unwrap();
        let read = |token: anyhow::Result<String>| Claims::verify(&token.unwrap(), &key).unwrap();
        let own = read(make(None, Some("153")));
        assert_eq!((own.rolle.as_str(), own.kommune.as_deref()), ("kommune", Some("153")));
        let national = read(make(Some("national"), None));
        assert_eq!((national.rolle.as_str(), national.kommune), ("national", None));
        for (rolle, kommune, said) in [
            (Some("konge"), None, "national"),
            (Some("national"), Some("153"), "udelad --kommune"),
            (Some("kommune"), None, "giv også --kommune"),
            (None, None, "--rolle"),
            (None, Some("999"), "kommune 999 findes ikke"),
        ] {
            let error = make(rolle, kommune).unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
        let nowhere = data.path().join("nosuch");
        let kommune = Some("153".to_owned());
        let error = super::make(&Token {
            kommune,
            rolle: None,
            navn: None,
            data: nowhere.clone(),
            days: 1,
        });
        assert!(error.unwrap_err().to_string().contains("findes ikke") && !nowhere.exists());
    }
}
