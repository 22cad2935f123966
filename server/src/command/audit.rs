//! `terning-server audit`

mod show;

use std::io;
use std::process::ExitCode;

use anyhow::{Context, bail};

use super::say;
use crate::args::{Audit, AuditCommand, AuditSearch, AuditVerify};
use crate::audit::{self, Remark, Wanted};

/// What is given in place of a personal number that is read from stdin.
const STDIN: &str = "-";

pub(super) fn run(args: &Audit) -> anyhow::Result<ExitCode> {
    match &args.command {
        AuditCommand::Verify(args) => verify(args),
        AuditCommand::Search(args) => search(args),
    }
}

/// Tells whether the log is whole.
fn verify(args: &AuditVerify) -> anyhow::Result<ExitCode> {
    let found = audit::verify(&args.data, args.archived)?;
    found.remarks.iter().for_each(|remark| say(format_args!("{}", line(remark))));
    let (lines, files, last) = (found.lines, found.files, &found.last);
    if found.is_whole() {
        say(format_args!("adgangsloggen er hel: {lines} linjer i {files} filer"));
        say(format_args!("sidste linje: {} {}", last.seq, last.hash));
        return Ok(ExitCode::SUCCESS);
    }
    let damage = found.remarks.iter().filter(|remark| remark.is_damage).count();
    say(format_args!(
        "adgangsloggen er IKKE hel: {damage} fejl; {lines} linjer i {files} filer kan læses"
    ));
    Ok(ExitCode::FAILURE)
}

fn line(remark: &Remark) -> String {
    let kind = if remark.is_damage { "fejl" } else { "bemærkning" };
    let Remark { file, text, .. } = remark;
    match remark.line {
        0 => format!("{kind}: {file}: {text}"),
        line => format!("{kind}: {file}, linje {line}: {text}"),
    }
}

/// Lists the calls that are wanted.
fn search(args: &AuditSearch) -> anyhow::Result<ExitCode> {
    let wanted = Wanted {
        citizen: args.cpr.as_deref().map(citizen).transpose()?,
        from: args.from.clone(),
        to: args.to.clone(),
        kommune: args.kommune.clone(),
        role: args.rolle.clone(),
    };
    let found = audit::search(&args.data, &wanted)?;
    show::show(&found.found, wanted.citizen.is_some(), args.format, &mut io::stdout().lock())?;
    if found.unreadable > 0 {
        eprintln!(
            "advarsel: {} linjer kan ikke læses og kan rumme flere kald; kør terning-server audit verify",
            found.unreadable
        );
    }
    if found.left_out > 0 {
        eprintln!(
            "bemærk: {} afviste kald har ingen linje hver (audit.refused): de viste intet; hvem de nævnte, står samlet for hvert minut, og der er søgt i det",
            found.left_out
        );
    }
    Ok(ExitCode::SUCCESS)
}

/// A personal number as it was given, or as stdin has it.
fn citizen(given: &str) -> anyhow::Result<String> {
    let given = match given {
        STDIN => io::stdin().lines().next().context("der står intet personnummer på stdin")??,
        given => given.to_owned(),
    };
    let plain = audit::plain(&given);
    match audit::numbers(given.as_bytes()).pop() {
        Some(number) => Ok(number),
        None if audit::is_number(&plain) => Ok(plain),
        None => bail!("et personnummer har ti cifre, eller seks cifre og fire tegn"),
    }
}
