//! The real program, as an operator starts it.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use clap::Parser;
use rustix::process::{Pid, Signal, kill_process};
use terning::args::Args;

/// The program, without the variables that this test is asked with.
pub fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_terning-server"));
    let asked = std::env::vars_os().map(|(name, _)| name);
    for name in asked.filter(|name| name.to_string_lossy().starts_with("TERNING_")) {
        command.env_remove(name);
    }
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).stdin(Stdio::null());
    command
}

/// A rebuild.
pub fn rebuild(deliveries: &Path, data: &Path) -> Command {
    let mut command = command();
    command.arg("rebuild").arg("--deliveries").arg(deliveries).arg("--data").arg(data);
    command
}

/// A server that answers; killed when it is dropped.
pub struct Serving {
    program: Child,
    url: String,
}

impl Serving {
    /// Starts it, and waits until it can answer.
    pub fn start(data: &Path) -> Serving {
        let mut command = command();
        command.arg("serve").arg("--data").arg(data).args(["--listen", "127.0.0.1:0"]);
        let mut program = command.stderr(Stdio::null()).spawn().unwrap();
        let mut said = BufReader::new(program.stdout.take().unwrap());
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        let url = line.trim().strip_prefix("listening on ").unwrap().to_owned();
        Serving { program, url }
    }

    /// What it answers, or how it refuses.
    pub fn ask(&self, words: &[&str]) -> Result<String, String> {
        let folder = tempfile::tempdir().unwrap();
        let output = folder.path().join("svar");
        let common = ["--server", &self.url, "-o", output.to_str().unwrap()];
        let words = ["terning"].iter().chain(words).chain(&common);
        let args = Args::try_parse_from(words).map_err(|error| error.to_string())?;
        terning::run(args).map_err(|error| error.to_string())?;
        Ok(std::fs::read_to_string(output).unwrap())
    }

    /// The two standard reports, a figure of each cube, and which version answers.
    pub fn figures(&self) -> Vec<String> {
        let count = |cube: &str| {
            let cube = format!("--cube={cube}");
            self.ask(&["pivot", &cube, "--rows=Tid.År", "--measure=Antal Ydelser", "--format=json"])
        };
        let report = |words: &[&str]| self.ask(&[&["report"], words, &["--format=json"]].concat());
        [
            report(&["harmonisering", "--kommune=153", "--aar=2023"]),
            report(&["benchmark", "--kommuner=153,461", "--aar=2023"]),
            count("Voksne Handicappede"),
            count("Voksne Handicappede Benchmark"),
        ]
        .map(Result::unwrap)
        .into()
    }

    /// Ends the program at once, while others are asking.
    pub fn kill_now(&self) {
        kill_process(Pid::from_child(&self.program), Signal::KILL).unwrap();
    }

    /// Ends it as a power cut would.
    pub fn kill(mut self) {
        self.end();
    }

    fn end(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.end();
    }
}
