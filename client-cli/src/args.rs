//! What can be written on the command line. Help texts are Danish: municipal users read them.

use std::path::PathBuf;

use clap::{ArgAction, Args as ClapArgs, Parser, Subcommand, ValueEnum};

/// How help is laid out; clap's own words are English.
pub const TEMPLATE: &str = "{about}\n\nBrug: {usage}\n\n{all-args}";

/// Spørg Ternings kuber.
#[derive(Parser, Debug)]
#[command(name = "terning", about = "Spørg Ternings kuber", long_about = None)]
#[command(help_template = TEMPLATE, subcommand_help_heading = "Kommandoer")]
#[command(next_help_heading = "Tilvalg", subcommand_value_name = "KOMMANDO")]
#[command(override_usage = "terning KOMMANDO [TILVALG]")]
// `--version` with a value is the version of the data.
#[command(version)]
#[command(disable_help_subcommand = true, disable_version_flag = true, disable_help_flag = true)]
pub struct Args {
    /// What holds for every command.
    #[command(flatten)]
    pub common: Common,
    /// The command.
    #[command(subcommand)]
    pub command: Command,
    /// Vis denne hjælp
    #[arg(short, long, global = true, action = ArgAction::Help)]
    help: Option<bool>,
    /// Vis programmets version (også --version uden mere)
    #[arg(short = 'V', action = ArgAction::Version)]
    program: Option<bool>,
}

/// What holds for every command.
#[derive(ClapArgs, Clone, Debug)]
#[command(next_help_heading = "Tilvalg")]
pub struct Common {
    /// Serverens adresse (også TERNING_SERVER); ellers http://127.0.0.1:50051
    #[arg(long, global = true, env = "TERNING_SERVER", value_name = "URL", hide_env = true)]
    #[arg(default_value = "http://127.0.0.1:50051", hide_default_value = true)]
    pub server: String,
    /// Adgangsbevis, lavet med terning-server token (også TERNING_TOKEN)
    #[arg(long, global = true, env = "TERNING_TOKEN", value_name = "TOKEN", hide_env = true)]
    pub token: Option<String>,
    /// Fil med de myndigheder, som serverens certifikat kan være udstedt af (også TERNING_CA); ellers
    /// maskinens egne
    #[arg(long, global = true, env = "TERNING_CA", value_name = "FIL", hide_env = true)]
    pub ca: Option<PathBuf>,
    /// Fil med klientens eget certifikat (også TERNING_CERT); kræver --key
    #[arg(long, global = true, env = "TERNING_CERT", value_name = "FIL", hide_env = true)]
    pub cert: Option<PathBuf>,
    /// Fil med certifikatets nøgle (også TERNING_KEY)
    #[arg(long, global = true, env = "TERNING_KEY", value_name = "FIL", hide_env = true)]
    pub key: Option<PathBuf>,
    /// Hvorfor der spørges; står i serverens adgangslog
    #[arg(
        long,
        global = true,
        value_name = "TEKST",
        default_value = "",
        hide_default_value = true
    )]
    pub purpose: String,
    /// Den version, der spørges, for eksempel 2026-10.1; ellers den nyeste
    #[arg(
        long,
        global = true,
        value_name = "VERSION",
        default_value = "",
        hide_default_value = true
    )]
    pub version: String,
    /// Hvordan svaret skrives: table, csv, json eller xlsx (kræver -o); ellers som filens endelse
    /// siger, eller table
    #[arg(long, global = true, value_enum, hide_possible_values = true)]
    pub format: Option<Format>,
    /// Skriv svaret i en fil
    #[arg(short, long, global = true, value_name = "FIL")]
    pub output: Option<PathBuf>,
}

impl Common {
    /// What holds where only a server is given: tables on stdout.
    #[must_use]
    pub fn of_server(server: &str) -> Common {
        Common {
            server: server.to_owned(),
            token: None,
            ca: None,
            cert: None,
            key: None,
            purpose: String::new(),
            version: String::new(),
            format: None,
            output: None,
        }
    }
}

impl Common {
    /// How the answer is written: as asked for, else as the ending of the file says.
    #[must_use]
    pub fn format(&self) -> Format {
        let ending = || Format::from_str(self.output.as_ref()?.extension()?.to_str()?, true).ok();
        self.format.or_else(ending).unwrap_or(Format::Table)
    }
}

/// How an answer is written.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Tabel, som den læses på en skærm
    Table,
    /// Semikolonsepareret, til regneark
    Csv,
    /// JSON, til programmer
    Json,
    /// Excel-projektmappe
    Xlsx,
}

/// The commands.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Vis kuberne
    #[command(help_template = TEMPLATE, override_usage = "terning cubes [TILVALG]")]
    Cubes,
    /// Vis en kubes dimensioner, felter og mål
    #[command(help_template = TEMPLATE, override_usage = "terning describe KUBE [TILVALG]")]
    Describe {
        /// Kubens navn
        #[arg(value_name = "KUBE", help_heading = "Spørgsmålet")]
        cube: String,
    },
    /// Stil et spørgsmål med felter i kolonner og rækker
    #[command(help_template = TEMPLATE, override_usage = "terning pivot --cube KUBE [TILVALG]")]
    Pivot(Pivot),
    /// Stil et spørgsmål i MDX
    #[command(help_template = TEMPLATE, override_usage = "terning mdx MDX [TILVALG]")]
    Mdx(Mdx),
    /// Vis funktionerne i MDX, eller en af dem med eksempel
    #[command(help_template = TEMPLATE, override_usage = "terning functions [NAVN] [TILVALG]")]
    Functions {
        /// Funktionens navn; uden navn vises de alle
        #[arg(value_name = "NAVN", default_value = "", hide_default_value = true)]
        #[arg(help_heading = "Spørgsmålet")]
        name: String,
    },
    /// Stil mange spørgsmål i MDX efter hinanden; .help i skallen viser, hvad den kan
    #[command(help_template = TEMPLATE, override_usage = "terning shell [TILVALG]")]
    Shell,
    /// Kør en navngiven rapport; uden navn vises rapporterne
    #[command(help_template = TEMPLATE, override_usage = "terning report [RAPPORT] [TILVALG]")]
    Report(Report),
    /// Vis ydelserne bag en celle
    #[command(help_template = TEMPLATE, override_usage = "terning drill --cube KUBE [TILVALG]")]
    Drill(Drill),
    /// Forklar en celle: målet, som der er indberettet, og efter hver regel
    #[command(help_template = TEMPLATE, override_usage = "terning explain --cube KUBE [TILVALG]")]
    Explain(Explain),
    /// Hent en datapakke: tabeller som CSV og Parquet med beskrivelse og kontrolsummer
    #[command(help_template = TEMPLATE)]
    #[command(override_usage = "terning package --kind PAKKE --kommune NUMMER -o MAPPE [TILVALG]")]
    Package(Package),
    /// Vis, hvilke celler i en rapport der er ændret fra en version til en anden, og hvorfor
    #[command(help_template = TEMPLATE)]
    #[command(
        override_usage = "terning diff VERSION VERSION [--report NAVN | --cube KUBE …] [TILVALG]"
    )]
    Diff(Diff),
    /// Vis versionerne
    #[command(help_template = TEMPLATE, override_usage = "terning versions [TILVALG]")]
    Versions,
    /// Vis de spørgsmål, der venter eller besvares: alle for en operatør, ellers ens egne
    #[command(help_template = TEMPLATE, override_usage = "terning queries [TILVALG]")]
    Queries,
    /// Afbryd et spørgsmål, der venter eller besvares
    #[command(help_template = TEMPLATE, override_usage = "terning cancel ID [TILVALG]")]
    Cancel {
        /// Spørgsmålets id, som terning queries viser det
        #[arg(value_name = "ID", help_heading = "Spørgsmålet")]
        id: String,
    },
}

/// A statement of MDX.
#[derive(ClapArgs, Debug)]
#[command(next_help_heading = "Spørgsmålet")]
pub struct Mdx {
    /// Spørgsmålet, eller - for at læse det fra stdin
    #[arg(value_name = "MDX")]
    pub text: String,
    /// The values of parameters, each `NAME=VALUE`.
    #[arg(
        long = "param",
        value_name = "NAVN=VÆRDI",
        help = "Værdien af en parameter, for eksempel 'Aar=[Tid].[År].&[2020]' til @Aar; kan \
                gentages. Et tal er et tal, i \"…\" en tekst"
    )]
    pub parameters: Vec<String>,
    /// Vis i stedet, hvad der gøres med spørgsmålet; det køres, og tallene måles
    #[arg(long)]
    pub explain: bool,
}

/// A data package.
#[derive(ClapArgs, Debug)]
#[command(next_help_heading = "Pakken")]
pub struct Package {
    /// Pakken: raw (filerne, som de er leveret), dsa (felterne med navne og typer), datamart (efter
    /// reglerne) eller aggregat (optalt)
    #[arg(long, value_name = "PAKKE")]
    pub kind: String,
    /// Kommunens nummer; kan udelades for aggregat, som så har alle kommuner
    #[arg(long, value_name = "NUMMER")]
    pub kommune: Option<String>,
}

/// A pivot.
#[derive(ClapArgs, Debug)]
#[command(next_help_heading = "Spørgsmålet")]
pub struct Pivot {
    /// Kubens navn
    #[arg(long, value_name = "KUBE")]
    pub cube: String,
    /// En betingelse, for eksempel 'Tid.År=2020'; kan gentages. Et - i stedet for et CPR-nummer
    /// læses fra stdin
    #[arg(long = "filter", value_name = "BETINGELSE")]
    pub filters: Vec<String>,
    /// Et felt i kolonnerne, det yderste først, eventuelt med en betingelse; kan gentages
    #[arg(long, value_name = "FELT")]
    pub columns: Vec<String>,
    /// Et felt i rækkerne, det yderste først, eventuelt med en betingelse; kan gentages
    #[arg(long, value_name = "FELT")]
    pub rows: Vec<String>,
    /// Et mål; kan gentages
    #[arg(long = "measure", value_name = "MÅL")]
    pub measures: Vec<String>,
    /// Tilføj I alt til hvert felt
    #[arg(long)]
    pub totals: bool,
    /// Behold kolonner og rækker, der er helt tomme
    #[arg(long)]
    pub empty: bool,
    /// Vis i stedet spørgsmålet som MDX: --show mdx
    #[arg(long, value_name = "HVAD", hide_possible_values = true)]
    pub show: Option<Show>,
    /// Vis i stedet, hvad der gøres med spørgsmålet; det køres, og tallene måles
    #[arg(long, conflicts_with = "show")]
    pub explain: bool,
}

/// What is shown instead of the answer.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Show {
    /// Spørgsmålet som MDX
    Mdx,
}

/// A report.
#[derive(ClapArgs, Debug)]
#[command(next_help_heading = "Rapporten")]
pub struct Report {
    /// Rapportens navn: harmonisering, benchmark, noegletal, fejlliste, hand07
    #[arg(value_name = "RAPPORT")]
    pub name: Option<String>,
    /// Kommunens nummer, for eksempel 153
    #[arg(long, value_name = "NUMMER")]
    pub kommune: Option<String>,
    /// Kommunernes numre adskilt af komma, for eksempel 153,155
    #[arg(long, value_name = "NUMRE")]
    pub kommuner: Option<String>,
    /// Året; det seneste hele år, hvis det udelades
    #[arg(long, value_name = "ÅR")]
    pub aar: Option<String>,
    /// Et udtræk af HAND07 fra Statistikbanken (CSV)
    #[arg(long, value_name = "FIL")]
    pub statbank: Option<PathBuf>,
    /// Vis alle linjer, hvor en tabel ellers viser et overblik (noegletal)
    #[arg(long)]
    pub alle: bool,
}

/// The records of a cell.
#[derive(ClapArgs, Debug)]
#[command(next_help_heading = "Cellen")]
pub struct Drill {
    /// Kubens navn
    #[arg(long, value_name = "KUBE")]
    pub cube: String,
    /// En betingelse, for eksempel 'Tid.År=2020'; kan gentages. Et - i stedet for et CPR-nummer
    /// læses fra stdin
    #[arg(long = "filter", value_name = "BETINGELSE")]
    pub filters: Vec<String>,
    /// Målet, hvis ydelser eller posteringer skal vises; ellers kubens første
    #[arg(long, value_name = "MÅL", default_value = "", hide_default_value = true)]
    pub measure: String,
    /// Felter og oplysninger adskilt af komma, for eksempel 'Ydelsesid,Ydelse VH.Ydelseskode'; kan
    /// gentages
    #[arg(long, value_name = "FELTER", value_delimiter = ',')]
    pub columns: Vec<String>,
    /// Højst så mange ydelser; ellers 1000
    #[arg(long, value_name = "ANTAL", value_parser = clap::value_parser!(u32).range(1..))]
    pub max: Option<u32>,
}

/// A cell to be explained.
#[derive(ClapArgs, Debug)]
#[command(next_help_heading = "Cellen")]
pub struct Explain {
    /// Kubens navn
    #[arg(long, value_name = "KUBE")]
    pub cube: String,
    /// En betingelse, for eksempel 'Tid.År=2020'; kan gentages. Et - i stedet for et CPR-nummer
    /// læses fra stdin
    #[arg(long = "filter", value_name = "BETINGELSE")]
    pub filters: Vec<String>,
    /// Målet; ellers kubens første
    #[arg(long, value_name = "MÅL", default_value = "", hide_default_value = true)]
    pub measure: String,
}

/// Two versions to be compared.
#[derive(ClapArgs, Debug)]
#[command(next_help_heading = "Sammenligningen")]
pub struct Diff {
    /// Versionen, der sammenlignes med, for eksempel 2026-09.1
    #[arg(value_name = "FRA")]
    pub before: String,
    /// Versionen, der spørges til, for eksempel 2026-10.1
    #[arg(value_name = "TIL")]
    pub after: String,
    /// Rapporten: benchmark (som også gælder, når intet er nævnt), harmonisering eller noegletal
    #[arg(long, value_name = "RAPPORT", default_value = "", hide_default_value = true)]
    #[arg(conflicts_with = "cube")]
    pub report: String,
    /// Rapportens kommune, for eksempel 153
    #[arg(long, value_name = "NUMMER", conflicts_with = "cube")]
    pub kommune: Option<String>,
    /// Rapportens kommuner adskilt af komma, for eksempel 153,155
    #[arg(long, value_name = "NUMRE", conflicts_with = "cube")]
    pub kommuner: Option<String>,
    /// Rapportens år; det seneste hele år, hvis det udelades
    #[arg(long, value_name = "ÅR", conflicts_with = "cube")]
    pub aar: Option<String>,
    /// I stedet for en rapport en pivot: kubens navn
    #[arg(long, value_name = "KUBE")]
    pub cube: Option<String>,
    /// En betingelse i pivoten; kan gentages
    #[arg(long = "filter", value_name = "BETINGELSE", requires = "cube")]
    pub filters: Vec<String>,
    /// Et felt i pivotens kolonner; kan gentages
    #[arg(long, value_name = "FELT", requires = "cube")]
    pub columns: Vec<String>,
    /// Et felt i pivotens rækker; kan gentages
    #[arg(long, value_name = "FELT", requires = "cube")]
    pub rows: Vec<String>,
    /// Et mål i pivoten; kan gentages
    #[arg(long = "measure", value_name = "MÅL", requires = "cube")]
    pub measures: Vec<String>,
    /// Tilføj I alt til hvert felt i pivoten
    #[arg(long, requires = "cube")]
    pub totals: bool,
    /// Vis i stedet ydelserne bag: hvilke der er nye, ændrede, forsvundne eller bedømt anderledes
    #[arg(long)]
    pub records: bool,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Args::command().debug_assert();
    }

    #[test]
    fn what_holds_for_every_command_may_stand_behind_it() {
        let words =
            ["terning", "report", "benchmark", "--kommuner", "153", "--version", "2026-10.1"];
        let args = Args::try_parse_from(words).unwrap();
        assert_eq!(args.common.version, "2026-10.1");
    }

    #[test]
    fn the_ending_of_the_file_is_the_format_unless_one_is_given() {
        for (words, expected) in [
            (vec!["-o", "a.xlsx"], Format::Xlsx),
            (vec!["-o", "a.CSV"], Format::Csv),
            (vec!["-o", "a.txt"], Format::Table),
            (vec!["-o", "a.xlsx", "--format", "json"], Format::Json),
            (vec![], Format::Table),
        ] {
            let words = ["terning", "cubes"].into_iter().chain(words);
            assert_eq!(Args::try_parse_from(words).unwrap().common.format(), expected);
        }
    }
}
