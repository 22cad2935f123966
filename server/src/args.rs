//! What can be written on the command line. Help texts are Danish: municipal users read them.

use std::path::PathBuf;

use clap::{ArgAction, Args as ClapArgs, Parser, Subcommand};
use cube_schema::day::Month;
use cube_schema::domain::Domain;
use cube_schema::domains::vh::Vh;
use terning::args::TEMPLATE;
use terning_engine::load::Accept;
use terning_engine::load::hold::PERCENT;

use crate::access::is_kommune;
use crate::rebuild::Shares;
use crate::versions::VersionName;

/// Kubeserveren Terning.
#[derive(Parser, Debug)]
#[command(name = "terning-server", about = "Kubeserveren Terning", long_about = None)]
#[command(help_template = TEMPLATE, subcommand_help_heading = "Kommandoer")]
#[command(next_help_heading = "Tilvalg", subcommand_value_name = "KOMMANDO")]
#[command(override_usage = "terning-server KOMMANDO [TILVALG]")]
#[command(disable_help_subcommand = true, disable_help_flag = true)]
#[command(version, disable_version_flag = true)]
pub struct Args {
    /// The command.
    #[command(subcommand)]
    pub command: Command,
    /// Vis denne hjælp
    #[arg(short, long, global = true, action = ArgAction::Help)]
    help: Option<bool>,
    /// Vis programmets version
    #[arg(short = 'V', long = "version", action = ArgAction::Version)]
    program: Option<bool>,
}

/// The commands.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Prøv det hele: lav leverancer, genopbyg, start serveren og kør standardrapporterne
    #[command(help_template = TEMPLATE)]
    #[command(override_usage = "terning-server demo [--exit] [TILVALG]")]
    Demo(Demo),
    /// Lav syntetiske leverancer
    #[command(help_template = TEMPLATE)]
    #[command(override_usage = "terning-server generate --out MAPPE [TILVALG]")]
    Generate(Generate),
    /// Genopbyg kuberne som en ny version
    #[command(help_template = TEMPLATE)]
    #[command(override_usage = "terning-server rebuild --deliveries MAPPE --data MAPPE [TILVALG]")]
    Rebuild(Rebuild),
    /// Start serveren
    #[command(help_template = TEMPLATE)]
    #[command(override_usage = "terning-server serve --data MAPPE [TILVALG]")]
    Serve(Serve),
    /// Vis versionerne i datamappen: hvilken er aktiv, hvilke er gemt, beskadiget eller afventer;
    /// ender med 1, hvis noget er beskadiget
    #[command(help_template = TEMPLATE)]
    #[command(override_usage = "terning-server versions --data MAPPE")]
    Versions(Folder),
    /// Tag en version i brug: en, der afventer godkendelse, eller en ældre
    #[command(help_template = TEMPLATE)]
    #[command(override_usage = "terning-server activate VERSION --data MAPPE")]
    Activate(Activate),
    /// Fjern versioner, der ikke skal bruges mere, og de leverede filer, som ingen anden er lavet af
    #[command(help_template = TEMPLATE)]
    #[command(override_usage = "terning-server remove VERSION… --data MAPPE")]
    Remove(Remove),
    /// Lav et adgangsbevis: en fortrolig tekst, der viser, hvem der spørger
    #[command(help_template = TEMPLATE)]
    #[command(override_usage = "terning-server token --kommune NUMMER --data MAPPE [TILVALG]")]
    Token(Token),
    /// Adgangsloggen: hvem der har set hvem, hvornår og hvorfor
    #[command(help_template = TEMPLATE, subcommand_help_heading = "Kommandoer")]
    #[command(subcommand_value_name = "KOMMANDO", disable_help_subcommand = true)]
    #[command(override_usage = "terning-server audit KOMMANDO --data MAPPE [TILVALG]")]
    Audit(Audit),
    /// Indstillinger
    #[command(help_template = TEMPLATE, subcommand_help_heading = "Kommandoer")]
    #[command(subcommand_value_name = "KOMMANDO", disable_help_subcommand = true)]
    #[command(override_usage = "terning-server config check FIL")]
    Config(Config),
}

/// `demo`
#[derive(ClapArgs, Debug)]
#[command(next_help_heading = "Tilvalg")]
pub struct Demo {
    /// Mappen, som demoen laver (og laver om, når den køres igen); ellers terning-demo
    #[arg(long, value_name = "MAPPE", default_value = "terning-demo", hide_default_value = true)]
    pub folder: PathBuf,
    /// Stop, når rapporterne er vist
    #[arg(long)]
    pub exit: bool,
}

/// `generate`
#[derive(ClapArgs, Debug)]
#[command(next_help_heading = "Tilvalg")]
pub struct Generate {
    /// Mappen, som leverancerne skrives i
    #[arg(long, value_name = "MAPPE")]
    pub out: PathBuf,
    /// Størrelsen; ellers 1.0, som er hele landet
    #[arg(long, value_name = "TAL", default_value_t = 1.0, hide_default_value = true)]
    pub scale: f64,
    /// Samme frø giver samme leverancer; ellers 1
    #[arg(long, value_name = "TAL", default_value_t = 1, hide_default_value = true)]
    pub seed: u64,
    /// Første og sidste måned, der leveres for; ellers 2026-09..2026-10
    #[arg(long, value_name = "MÅNED..MÅNED", default_value = "2026-09..2026-10")]
    #[arg(value_parser = months, hide_default_value = true)]
    pub months: (Month, Month),
}

/// `rebuild`
#[derive(ClapArgs, Debug)]
#[command(next_help_heading = "Tilvalg")]
pub struct Rebuild {
    /// Mappen med leverancer
    #[arg(long, value_name = "MAPPE", required_unless_present_any = ["from", "schema"])]
    pub deliveries: Option<PathBuf>,
    /// Skemaet, når kuberne skal laves af tabeller i stedet for leverancer
    #[arg(long, value_name = "FIL", requires = "tables")]
    #[arg(conflicts_with_all = ["deliveries", "month", "accept", "hold", "from"])]
    pub schema: Option<PathBuf>,
    /// Mappen med tabellerne, CSV eller Parquet
    #[arg(long, value_name = "MAPPE", requires = "schema")]
    pub tables: Option<PathBuf>,
    /// Datamappen, som versionerne ligger i
    #[arg(long, value_name = "MAPPE")]
    pub data: PathBuf,
    /// Seneste måned, der må indgå, for eksempel 2026-10; ellers alle
    #[arg(long, value_name = "MÅNED", value_parser = month)]
    pub month: Option<Month>,
    /// Godtag nye ydelser fra kommuner og referencefiler, der ellers holdes tilbage: 153,157,
    /// befolkning.csv eller all
    #[arg(long, value_name = "HVAD", value_parser = accept, default_value = "")]
    #[arg(hide_default_value = true)]
    pub accept: Accept,
    /// Hvor mange procent en kommune må falde, før den holdes tilbage; ellers 20
    #[arg(long, value_name = "PROCENT", default_value_t = PERCENT, hide_default_value = true)]
    #[arg(value_parser = clap::value_parser!(u32).range(0..=100))]
    pub hold: u32,
    /// Hvor mange procent landets tal må flytte sig fra den aktive version, før den nye afventer
    /// godkendelse; ellers 10. Forskelle på højst 30 tæller ikke
    #[arg(long, value_name = "PROCENT", default_value_t = Shares::default().country)]
    #[arg(hide_default_value = true)]
    pub suspicious: u32,
    /// Det samme for hver kommunes ydelser; ellers 30
    #[arg(long, value_name = "PROCENT", default_value_t = Shares::default().kommune)]
    #[arg(hide_default_value = true)]
    pub suspicious_kommune: u32,
    /// Det samme for, hvor mange ydelser hver regel har mærket; ellers 50
    #[arg(long, value_name = "PROCENT", default_value_t = Shares::default().rule)]
    #[arg(hide_default_value = true)]
    pub suspicious_regel: u32,
    /// Behold kun de så mange nyeste versioner, når den nye er taget i brug; ellers beholdes alle. Den
    /// aktive og den, den sammenlignes med, fjernes aldrig
    #[arg(long, value_name = "ANTAL", value_parser = clap::value_parser!(u32).range(1..))]
    pub keep: Option<u32>,
    /// Hvor mange tråde der regnes med; ellers en for hver kerne, og det halve, hvor programmet køres
    /// med lav prioritet (nice)
    #[arg(long, value_name = "ANTAL", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// Lav en version igen af de filer, den blev lavet af, for eksempel 2026-10.1
    #[arg(long, value_name = "VERSION", value_parser = version)]
    #[arg(conflicts_with_all = ["deliveries", "month", "accept", "hold"])]
    pub from: Option<VersionName>,
}

/// `versions`
#[derive(ClapArgs, Debug)]
#[command(next_help_heading = "Tilvalg")]
pub struct Folder {
    /// Datamappen, som versionerne ligger i
    #[arg(long, value_name = "MAPPE")]
    pub data: PathBuf,
}

/// `activate`
#[derive(ClapArgs, Debug)]
#[command(next_help_heading = "Tilvalg")]
pub struct Activate {
    /// Versionen, for eksempel 2026-10.1
    #[arg(value_name = "VERSION", value_parser = version, help_heading = "Versionen")]
    pub version: VersionName,
    /// Datamappen, som versionerne ligger i
    #[arg(long, value_name = "MAPPE")]
    pub data: PathBuf,
}

/// `remove`
#[derive(ClapArgs, Debug)]
#[command(next_help_heading = "Tilvalg")]
pub struct Remove {
    /// Versionerne, for eksempel 2026-08.1 2026-08.2
    #[arg(value_name = "VERSION", value_parser = version, required = true)]
    #[arg(help_heading = "Versionerne")]
    pub versions: Vec<VersionName>,
    /// Datamappen, som versionerne ligger i
    #[arg(long, value_name = "MAPPE")]
    pub data: PathBuf,
}

/// `serve`
#[derive(ClapArgs, Debug)]
#[command(next_help_heading = "Tilvalg")]
pub struct Serve {
    /// Datamappen, som versionerne ligger i
    #[arg(long, value_name = "MAPPE")]
    pub data: PathBuf,
    /// Adressen, der lyttes på; ellers 127.0.0.1:50051. Port 0 er en ledig
    #[arg(long, value_name = "ADRESSE")]
    pub listen: Option<String>,
    /// En fil med indstillinger (TOML)
    #[arg(long, value_name = "FIL")]
    pub config: Option<PathBuf>,
    /// Hvor mange MiB svar der huskes til den, der spørger om det samme; ellers 64. 0 husker ingen
    #[arg(long, value_name = "MIB")]
    pub cache: Option<u16>,
}

/// `token`
#[derive(ClapArgs, Debug)]
#[command(next_help_heading = "Tilvalg")]
pub struct Token {
    /// Kommunens nummer, for eksempel 153: beviset viser det, som kommunen må se
    #[arg(long, value_name = "NUMMER", value_parser = kommune)]
    pub kommune: Option<String>,
    /// Rollen: kommune, national, operatoer eller revisor, eller en af skemaets; med --kommune ellers kommune
    #[arg(long, value_name = "ROLLE")]
    pub rolle: Option<String>,
    /// Nøglen på det medlem, som en af skemaets roller må se, hvor rollen har en parameter
    #[arg(long, value_name = "VÆRDI", conflicts_with = "kommune")]
    pub parameter: Option<String>,
    /// Datamappen, som serveren svarer fra; nøglen ligger i den
    #[arg(long, value_name = "MAPPE")]
    pub data: PathBuf,
    /// Hvem beviset er til, for eksempel en brugers navn: det står i adgangsloggen
    #[arg(long, value_name = "NAVN")]
    pub navn: Option<String>,
    /// Hvor mange dage beviset gælder; ellers 30
    #[arg(long, value_name = "TAL", default_value_t = 30, hide_default_value = true)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=3660))]
    pub days: u32,
}

/// `audit`
#[derive(ClapArgs, Debug)]
pub struct Audit {
    /// What is done with the access log.
    #[command(subcommand)]
    pub command: AuditCommand,
}

/// The commands about the access log.
#[derive(Subcommand, Debug)]
pub enum AuditCommand {
    /// Efterprøv, at loggen er hel: at ingen linje mangler eller er ændret
    #[command(help_template = TEMPLATE)]
    #[command(override_usage = "terning-server audit verify --data MAPPE [TILVALG]")]
    Verify(AuditVerify),
    /// Find kald: hvem der har set en borger, hvornår, hvorfor og hvordan
    #[command(help_template = TEMPLATE)]
    #[command(override_usage = "terning-server audit search --data MAPPE [--cpr NUMMER] [TILVALG]")]
    Search(AuditSearch),
}

/// `audit verify`
#[derive(ClapArgs, Debug)]
#[command(next_help_heading = "Tilvalg")]
pub struct AuditVerify {
    /// Datamappen, som loggen ligger i
    #[arg(long, value_name = "MAPPE")]
    pub data: PathBuf,
    /// Ældre filer er flyttet væk med vilje: begynd med den første, der er her
    #[arg(long)]
    pub archived: bool,
}

/// `audit search`
#[derive(ClapArgs, Debug)]
#[command(next_help_heading = "Tilvalg")]
pub struct AuditSearch {
    /// Datamappen, som loggen ligger i
    #[arg(long, value_name = "MAPPE")]
    pub data: PathBuf,
    /// Borgerens personnummer; - læser det fra stdin, så det ikke står i skallens historik
    #[arg(long, value_name = "NUMMER", allow_hyphen_values = true)]
    pub cpr: Option<String>,
    /// Fra og med denne dag (UTC), for eksempel 2026-11-01
    #[arg(long, value_name = "DAG", value_parser = time)]
    pub from: Option<String>,
    /// Til og med denne dag (UTC)
    #[arg(long, value_name = "DAG", value_parser = time)]
    pub to: Option<String>,
    /// Kald fra denne kommune
    #[arg(long, value_name = "NUMMER", value_parser = kommune)]
    pub kommune: Option<String>,
    /// Kald med denne rolle: kommune, national, operatoer, revisor, eller lokal for kald uden adgangsbevis
    #[arg(long, value_name = "ROLLE")]
    pub rolle: Option<String>,
    /// Hvordan kaldene vises
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = AuditFormat::Table)]
    #[arg(hide_default_value = true, hide_possible_values = false)]
    pub format: AuditFormat,
}

/// How calls of the access log are shown.
#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditFormat {
    /// For people.
    #[value(help = None)]
    Table,
    /// For spreadsheets.
    #[value(help = None)]
    Csv,
    /// For programs.
    #[value(help = None)]
    Json,
}

/// `config`
#[derive(ClapArgs, Debug)]
pub struct Config {
    /// What is done with the settings.
    #[command(subcommand)]
    pub command: ConfigCommand,
}

/// The commands about settings.
#[derive(Subcommand, Debug)]
pub enum ConfigCommand {
    /// Efterprøv en fil med indstillinger, og vis, hvad der gælder
    #[command(help_template = TEMPLATE, override_usage = "terning-server config check FIL")]
    Check {
        /// Filen (TOML)
        #[arg(value_name = "FIL", help_heading = "Indstillinger")]
        file: PathBuf,
    },
}

fn kommune(text: &str) -> Result<String, String> {
    is_kommune(text)
        .then(|| text.to_owned())
        .ok_or_else(|| "et kommunenummer har tre cifre".to_owned())
}

/// A day, or the beginning of a time.
fn time(text: &str) -> Result<String, String> {
    let pattern = "0000-00-00T00:00:00";
    let fits = |(letter, wanted): (char, char)| match wanted {
        '0' => letter.is_ascii_digit(),
        wanted => letter == wanted,
    };
    let is_time = text.len() >= 4
        && text.len() <= pattern.len()
        && text.chars().zip(pattern.chars()).all(fits);
    is_time.then(|| text.to_owned()).ok_or_else(|| "en dag skrives som 2026-11-01".to_owned())
}

fn month(text: &str) -> Result<Month, String> {
    Month::parse(text).ok_or_else(|| "en måned skrives som 2026-10".to_owned())
}

/// Municipalities and reference files with commas between them, or all of them.
fn accept(text: &str) -> Result<Accept, String> {
    let domain = Vh::new().map_err(|error| error.to_string())?;
    let is_file = |text: &str| domain.references().iter().any(|spec| spec.file == text);
    let is_name = |text: &str| is_kommune(text) || is_file(text);
    match text.trim() {
        "" => Ok(Accept::None),
        "all" | "alle" => Ok(Accept::All),
        list if list.split(',').map(str::trim).all(is_name) => {
            Ok(Accept::Some(list.split(',').map(|one| one.trim().to_owned()).collect()))
        }
        _ => Err("skriv kommunernes numre eller referencefilernes navne med komma imellem, for \
                  eksempel 153,befolkning.csv, eller all"
            .to_owned()),
    }
}

fn version(text: &str) -> Result<VersionName, String> {
    VersionName::parse(text).ok_or_else(|| "en version skrives som 2026-10.1".to_owned())
}

fn months(text: &str) -> Result<(Month, Month), String> {
    let (first, last) = text.split_once("..").unwrap_or((text, text));
    Ok((month(first)?, month(last)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_one_or_a_range() {
        let september = Month::new(2026, 9);
        assert_eq!(months("2026-09..2026-10"), Ok((september, Month::new(2026, 10))));
        assert_eq!(months("2026-09"), Ok((september, september)));
        assert!(months("2026..2027").is_err());
    }

    #[test]
    fn who_is_accepted_is_a_list_or_all() {
        let some =
            |numbers: &[&str]| Accept::Some(numbers.iter().map(|one| (*one).to_owned()).collect());
        assert_eq!(accept("153, 157"), Ok(some(&["153", "157"])));
        assert_eq!(accept("all"), Ok(Accept::All));
        assert_eq!(accept(""), Ok(Accept::None));
        assert_eq!(accept("153,befolkning.csv"), Ok(some(&["153", "befolkning.csv"])));
        assert!(accept("Brøndby").is_err() && accept("noget.csv").is_err());
    }

    #[test]
    fn the_command_line_is_well_formed() {
        use clap::CommandFactory;
        Args::command().debug_assert();
    }
}
