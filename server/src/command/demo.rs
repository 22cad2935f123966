//! `terning-server demo`: the whole journey on a fresh machine, from deliveries to reports.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use cube_schema::language::Language;
use terning::answer::Answer;
use terning::args::Common;
use terning::client::{Client, ReportAnswer};
use terning::output::{self, Heading};
use terning_proto::v1::Pivot;
use terning_proto::v1::question::Asked;
use terning_sample::Options;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::{generate, rebuild, say, serve as serve_command};
use crate::args::Demo;
use crate::config::{Access, Settings};
use crate::rebuild::{Outcome, Rebuild};
use crate::serve;
use crate::telemetry::{self, LogFormat};

/// The size of the made-up country.
const SCALE: f64 = 0.1;
/// The months that are delivered.
const MONTHS: [&str; 2] = ["2026-09", "2026-10"];
/// The year of the reports: the last full one of the months delivered.
const YEAR: &str = "2025";
/// Marks a folder that the demo made, and so may make again.
const MARK: &str = ".terning-demo";

pub(super) fn run(args: &Demo) -> anyhow::Result<ExitCode> {
    telemetry::start(LogFormat::Text, "warn");
    let data = prepare(&args.folder)?;
    tokio::runtime::Runtime::new()?.block_on(serve_and_show(args, &data))?;
    Ok(ExitCode::SUCCESS)
}

/// Makes deliveries and a version of them; gives the data folder.
fn prepare(folder: &Path) -> anyhow::Result<PathBuf> {
    empty(folder)?;
    let (deliveries, data) = (folder.join("leverancer"), folder.join("data"));
    say(format_args!(
        "1. Leverancer fra et opdigtet land i størrelse {} af det rigtige",
        danish(SCALE)
    ));
    let months = (MONTHS[0].to_owned(), MONTHS[1].to_owned());
    let options = Options { out: deliveries.clone(), scale: SCALE, seed: 1, months };
    let made = generate::generate(&options)?;
    say(format_args!(
        "   {} filer med {} registreringer om {} opdigtede borgere, i {}",
        Language::Danish.whole(made.files as u64),
        Language::Danish.whole(made.records),
        Language::Danish.whole(made.citizens),
        deliveries.display()
    ));
    say(format_args!("2. Genopbygning: leverancer læses, regler anvendes, kuber bygges"));
    let order = Rebuild::new(deliveries, data.clone());
    match rebuild::with_bar(&order)? {
        Outcome::Built(name, report) => {
            let refused = report.deliveries.iter().filter(|line| line.refused.is_some()).count();
            say(format_args!(
                "   version {name} af {} leverancer; {refused} er afvist, fordi de er lavet med fejl",
                report.deliveries.len()
            ));
        }
        Outcome::NothingUsable(_) => bail!("ingen af de opdigtede leverancer kan bruges"),
    }
    Ok(data)
}

/// Empties a folder that an earlier demo made. Any other is left alone.
fn empty(folder: &Path) -> anyhow::Result<()> {
    let shown = folder.display();
    if folder.exists() {
        if !folder.join(MARK).exists() {
            bail!("mappen {shown} findes og er ikke lavet af demoen; vælg en anden med --folder");
        }
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder).with_context(|| format!("mappen {shown} kan ikke laves"))?;
    Ok(fs::write(folder.join(MARK), "")?)
}

async fn serve_and_show(args: &Demo, data: &Path) -> anyhow::Result<()> {
    let listener = listener().await?;
    let stop = serve_command::stop_signal()?;
    let (shown, was_shown) = oneshot::channel::<()>();
    let (ready, is_ready) = oneshot::channel();
    let exit = args.exit;
    let shutdown = async move {
        tokio::select! {
            () = stop => {}
            // Without --exit, or when the reports failed, only a signal or the error ends it.
            Ok(()) = was_shown, if exit => {}
        }
    };
    let tell = |address| {
        let _ = ready.send(address);
    };
    let showing = async {
        let address = is_ready.await.context("serveren kom ikke i gang")?;
        show(address, data, args.exit).await?;
        let _ = shown.send(());
        anyhow::Ok(())
    };
    tokio::try_join!(serve::run(listener, data, Access::Local.into(), tell, shutdown), showing)?;
    Ok(())
}

/// The usual port, or a free one where it is taken.
async fn listener() -> anyhow::Result<TcpListener> {
    let usual = Settings::from(Access::Local);
    match serve::bind(&usual).await {
        Ok(listener) => Ok(listener),
        Err(_) => serve::bind(&usual.with(Some("127.0.0.1:0"), None)).await,
    }
}

/// Asks the two standard reports as any client would, and says how to go on.
async fn show(address: SocketAddr, data: &Path, exit: bool) -> anyhow::Result<()> {
    let server = format!("http://{address}");
    say(format_args!(
        "3. Serveren svarer på {server}\n   ADGANGSSTYRING ER IKKE SAT OP: der svares kun på denne \
         maskine, og enhver her ser alt\n"
    ));
    let common = Common::of_server(&server);
    let mut client = Client::connect(&common).await?;
    let kommune = few_marked(&mut client).await?;
    let kommuner = approved(&mut client).await?;
    report(&mut client, &common, "harmonisering", ("kommune", &kommune)).await?;
    report(&mut client, &common, "benchmark", ("kommuner", &kommuner)).await?;
    say(format_args!("{}", how_to_go_on(&server, data, &kommune, &kommuner, exit)));
    Ok(())
}

async fn report(
    client: &mut Client,
    common: &Common,
    name: &str,
    (parameter, value): (&str, &str),
) -> anyhow::Result<()> {
    let parameters =
        vec![(parameter.to_owned(), value.to_owned()), ("aar".to_owned(), YEAR.to_owned())];
    match client.report(name.to_owned(), parameters, Vec::new()).await? {
        ReportAnswer::Cells { title, notes, answer, .. } => {
            output::answer(
                common,
                &Heading { title: Some(title), notes, ..Heading::default() },
                &answer,
            )?;
        }
        ReportAnswer::Table(table) => output::table(common, &table)?,
    }
    say(format_args!(""));
    Ok(())
}

/// A municipality with few citizens that a rule has marked, so that the report is short.
async fn few_marked(client: &mut Client) -> anyhow::Result<String> {
    let filters = [format!("Tid.År={YEAR}"), "Harmonisering VH.DST Handling<>Ukendt".to_owned()];
    let marked = municipalities(client, "Voksne Handicappede", &filters).await?;
    let enough = marked.iter().filter(|(_, citizens)| *citizens >= 4.0);
    let fewest = enough.min_by(|(_, a), (_, b)| a.total_cmp(b)).or(marked.first());
    Ok(fewest.context("ingen borger er ramt af en regel")?.0.clone())
}

/// Two municipalities with approved services.
async fn approved(client: &mut Client) -> anyhow::Result<String> {
    let filters = [format!("Tid.År={YEAR}"), "JaNej godkendt Ydelse.Ja Nej Tekst=Ja".to_owned()];
    let approved = municipalities(client, "Voksne Handicappede Benchmark", &filters).await?;
    let known = ["153", "155", "157", "159"];
    let mut chosen: Vec<&str> = approved.iter().map(|(number, _)| number.as_str()).collect();
    chosen.sort_by_key(|number| !known.contains(number));
    chosen.truncate(2);
    Ok(chosen.join(","))
}

/// The municipalities that have citizens under some conditions, with their number.
async fn municipalities(
    client: &mut Client,
    cube: &str,
    filters: &[String],
) -> anyhow::Result<Vec<(String, f64)>> {
    let pivot = Pivot {
        cube: cube.to_owned(),
        filters: filters.to_vec(),
        rows: vec!["Handle kommune.Kommunenummer".to_owned()],
        measures: vec!["Antal Unikke Borgere".to_owned()],
        ..Pivot::default()
    };
    let answer: Answer = client.ask(Asked::Pivot(pivot)).await?;
    let number = |row| answer.axes.get(1)?.position(row).next().map(|one| one.caption.clone());
    let found =
        answer.cells.iter().filter_map(|cell| Some((number(cell.ordinal)?, cell.number()?)));
    Ok(found.collect())
}

/// Commands that work as they stand.
fn how_to_go_on(server: &str, data: &Path, kommune: &str, kommuner: &str, exit: bool) -> String {
    let (terning, terning_server) = (program("terning"), program("terning-server"));
    let data = data.display();
    // A server that is started again is at the usual port.
    let usual = exit || server.ends_with(":50051");
    let server = if usual { String::new() } else { format!(" --server {server}") };
    let first = if exit {
        format!(
            "Start serveren igen med:\n  {terning_server} serve --data '{data}'\nSpørg den så i et andet vindue, for eksempel:"
        )
    } else {
        "Serveren bliver ved, til du trykker Ctrl-C. Prøv imens i et andet vindue:".to_owned()
    };
    format!(
        "{first}
  {terning} cubes{server}
  {terning} describe 'Voksne Handicappede'{server}
  {terning} report harmonisering --kommune {kommune} --aar {YEAR}{server}
  {terning} report benchmark --kommuner {kommuner} --aar {YEAR}{server}
  {terning} pivot --cube 'Voksne Handicappede Benchmark' --filter 'Tid.År={YEAR}' --columns Tid.Kvartal --rows 'Ydelse VH.Ydelsesnavn' --measure 'Antal Unikke Borgere' --totals{server}
  {terning} mdx 'SELECT [Tid].[Kvartal].MEMBERS ON COLUMNS FROM [Voksne Handicappede] WHERE [Tid].[År].[{YEAR}]'{server}"
    )
}

/// How one of the programs is started from here.
fn program(name: &str) -> String {
    let beside = std::env::current_exe().ok().map(|server| server.with_file_name(name));
    match beside.filter(|path| path.exists()) {
        Some(path) => path.display().to_string(),
        None => format!("cargo run --release -q --bin {name} --"),
    }
}

/// A number with a decimal comma.
fn danish(number: f64) -> String {
    number.to_string().replace('.', ",")
}
