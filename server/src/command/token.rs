//! `terning-server token`

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, bail};
use cube_schema::domain::Domain;
use cube_schema::domains::vh::Vh;
use cube_schema::schema::Role;
use terning_engine::delivery::{Inputs, read_reference};
use terning_engine::query::role::has_member;

use super::say;
use crate::access::{Claims, Key};
use crate::args::Token;
use crate::disk::Disk;
use crate::versions::{self, Manifest, RawStore, Versions};

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
    let manifest = manifest(&args.data);
    let role = role(manifest.as_ref(), name)?;
    let given = args.kommune.as_deref().or(args.parameter.as_deref());
    check_given(&role, args)?;
    if !args.data.is_dir() {
        bail!(
            "datamappen {} findes ikke; lav den først med terning-server rebuild",
            args.data.display()
        );
    }
    if let Some(value) = given {
        check_value(&args.data, manifest.as_ref(), &role, value)?;
    }
    let key = Key::read_or_make(&Disk::real(), &args.data)?;
    let seconds = u64::from(args.days) * SECONDS_OF_A_DAY;
    let claims = Claims::new(&role.name, given, now()?, seconds);
    claims.of(args.navn.as_deref()).sign(&key)
}

/// Whether what the role needs is given, and nothing else.
fn check_given(role: &Role, args: &Token) -> anyhow::Result<()> {
    let name = &role.name;
    let kommune = args.kommune.is_some();
    match (role.parameter.as_deref(), kommune || args.parameter.is_some()) {
        (Some(KOMMUNE), false) => bail!("rollen '{name}' er en kommunes; giv også --kommune"),
        (Some(parameter), false) => {
            bail!("rollen '{name}' har parameteren '{parameter}'; giv dens værdi med --parameter")
        }
        (Some(parameter), true) if kommune && parameter != KOMMUNE => {
            bail!("rollen '{name}' er ikke en kommunes; giv '{parameter}' med --parameter")
        }
        (None, true) if kommune => {
            bail!("rollen '{name}' er ikke en kommunes; udelad --kommune")
        }
        (None, true) => bail!("rollen '{name}' har ingen parameter; udelad --parameter"),
        _ => Ok(()),
    }
}

/// Of the version that is asked now.
fn manifest(data: &Path) -> Option<Manifest> {
    let current = versions::current(data)?;
    Manifest::read(&versions::folder(data).join(current.to_string())).ok()
}

/// The role of a name: of the version that is asked now, or, where there is none yet, of the cubes
/// that a rebuild of deliveries makes.
fn role(manifest: Option<&Manifest>, name: &str) -> anyhow::Result<Role> {
    let roles = match manifest {
        Some(manifest) => manifest.roles.clone(),
        None => Vh::new()?.schema().roles.clone(),
    };
    let known: Vec<&str> = roles.iter().map(|role| role.name.as_str()).collect();
    if known.is_empty() {
        bail!("skemaet har ingen roller ([[role]]), så intet bevis viser noget");
    }
    let found = roles.iter().find(|role| role.name == name).cloned();
    found.with_context(|| format!("rollen '{name}' findes ikke; der er {}", known.join(", ")))
}

/// Whether there is something to see for a value of a role's parameter: a municipality of the list, or
/// a member of the version that is asked now.
fn check_value(
    data: &Path,
    manifest: Option<&Manifest>,
    role: &Role,
    value: &str,
) -> anyhow::Result<()> {
    if role.parameter.as_deref() == Some(KOMMUNE) && is_kommune(data, manifest, value) {
        return Ok(());
    }
    let version = manifest.and_then(|_| Versions::new(data).refresh());
    let cubes = version.iter().flat_map(|version| version.cubes.iter());
    if cubes.into_iter().any(|cube| has_member(cube, role, value)) {
        return Ok(());
    }
    match role.parameter.as_deref() {
        Some(KOMMUNE) => bail!(
            "kommune {value} findes ikke på kommunelisten; giv kommunens nummer, for eksempel 153"
        ),
        _ => bail!(
            "intet medlem har nøglen '{value}' i {}; terning pivot --rows viser medlemmerne, og nøglen \
             står i deres entydige navn, [Felt].&[nøgle]",
            fields(role).join(" eller ")
        ),
    }
}

/// The fields that a role's rows are chosen by.
fn fields(role: &Role) -> Vec<String> {
    let rows = role.cubes.iter().flat_map(|sight| [&sight.rows, &sight.records]).flatten();
    let mut fields: Vec<String> =
        rows.map(|rows| format!("{}.{}", rows.dimension, rows.field)).collect();
    fields.dedup();
    fields
}

/// Whether a municipality is on the list: that of the version that is asked now, or the one that is
/// compiled in.
fn is_kommune(data: &Path, manifest: Option<&Manifest>, number: &str) -> bool {
    let mut files = manifest.and_then(|one| versions::raw_files(one).ok()).unwrap_or_default();
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
            let data = data.path().to_owned();
            make(&Token { kommune, rolle, parameter: None, navn: None, data, days: 1 })
        };
        let key = Key::read_or_make(&Disk::real(), data.path()).unwrap();
        let read = |token: anyhow::Result<String>| Claims::verify(&token.unwrap(), &key).unwrap();
        let own = read(make(None, Some("153")));
        assert_eq!((own.rolle.as_str(), own.parameter.as_deref()), ("kommune", Some("153")));
        let national = read(make(Some("national"), None));
        assert_eq!((national.rolle.as_str(), national.parameter), ("national", None));
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
            parameter: None,
            navn: None,
            data: nowhere.clone(),
            days: 1,
        });
        assert!(error.unwrap_err().to_string().contains("findes ikke") && !nowhere.exists());
    }
}
