//! What is looked up when somebody asks: what runs, what is kept, which version answers, and what the
//! process takes.

use std::fmt;
use std::fs;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use rustix::fs::statvfs;
use rustix::time::{ClockId, clock_gettime};

use crate::audit::Log;
use crate::grpc::Work;
use crate::rebuild::LastRun;
use crate::versions::{Cache, State, Version, Versions};

/// Where things are looked up.
#[derive(Clone)]
pub struct Collected {
    /// What waits and runs.
    pub work: Work,
    /// The answers that are kept.
    pub cache: Arc<Cache>,
    /// The access log.
    pub log: Log,
    /// The versions.
    pub versions: Arc<Versions>,
    /// When the service started.
    pub started: SystemTime,
}

type Written = Result<(), fmt::Error>;
type Labels<'a> = [(&'a str, &'a str)];

impl fmt::Debug for Collected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Collected").finish_non_exhaustive()
    }
}

impl Collected {
    /// Why questions cannot be answered now; nothing where they can.
    #[must_use]
    pub fn unready(&self) -> Option<&'static str> {
        if self.work.is_closed() {
            return Some("serveren lukker");
        }
        if self.versions.active().is_none() {
            return Some("der er ingen version, der kan spørges");
        }
        if self.log.fails() {
            return Some("adgangsloggen kan ikke skrives");
        }
        self.work.is_stuck().then_some("spørgsmål venter, og ingen er blevet færdige længe")
    }
}

impl Collector for Collected {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> Written {
        let mut out = Out(encoder);
        let build = [("version", env!("CARGO_PKG_VERSION"))];
        out.gauge_of("terning_build_info", "Programmets version; altid 1", &build, 1.0)?;
        let ready = f64::from(self.unready().is_none());
        out.gauge("terning_ready", "1, når spørgsmål kan besvares, ellers 0", ready)?;
        self.queries(&mut out)?;
        self.cache(&mut out)?;
        self.log(&mut out)?;
        self.versions(&mut out)?;
        self.disk(&mut out)?;
        self.rebuild(&mut out)?;
        if let Some(active) = self.versions.active() {
            version(&mut out, &active)?;
        }
        self.process(&mut out)
    }
}

impl Collected {
    fn queries(&self, out: &mut Out<'_>) -> Written {
        let queries = self.work.queries();
        let running = queries.iter().filter(|query| query.runs()).count();
        let waiting = queries.len() - running;
        out.gauge("terning_queries_running", "Spørgsmål, der besvares nu", running as f64)?;
        out.gauge("terning_queries_waiting", "Spørgsmål, der venter på en plads", waiting as f64)
    }

    fn cache(&self, out: &mut Out<'_>) -> Written {
        let (hits, misses) = self.cache.hits_and_misses();
        let bytes = self.cache.bytes() as f64;
        out.counter("terning_cache_hits", "Svar, der var gemt", hits as f64)?;
        out.counter("terning_cache_misses", "Svar, der måtte regnes ud", misses as f64)?;
        out.gauge("terning_cache_bytes", "Bytes af gemte svar", bytes)
    }

    fn log(&self, out: &mut Out<'_>) -> Written {
        let (waiting, unwritten) = (self.log.waiting() as f64, self.log.unwritten() as f64);
        out.gauge("terning_audit_waiting", "Linjer af adgangsloggen, der venter", waiting)?;
        let help = "Linjer af adgangsloggen, der ikke kunne skrives";
        out.counter("terning_audit_unwritten", help, unwritten)?;
        let behind = self.log.head_behind().as_secs_f64();
        let help = "Sekunder, som adgangsloggens hoved er bagud";
        out.gauge("terning_audit_head_behind_seconds", help, behind)
    }

    fn versions(&self, out: &mut Out<'_>) -> Written {
        let listed = self.versions.list();
        let states = ["active", "kept", "aside", "awaiting", "damaged"];
        let count = |name| listed.iter().filter(|one| state(&one.state) == name).count() as f64;
        let series = states.map(|name| (name, count(name)));
        out.gauges("terning_versions", "Versioner efter tilstand", "state", &series)
    }

    /// The room for new versions and lines of the log; nothing where the system does not say.
    fn disk(&self, out: &mut Out<'_>) -> Written {
        let Ok(found) = statvfs(self.versions.data()) else { return Ok(()) };
        let free = found.f_bavail.saturating_mul(found.f_frsize) as f64;
        out.gauge("terning_data_free_bytes", "Ledige bytes på datamappens disk", free)
    }

    fn rebuild(&self, out: &mut Out<'_>) -> Written {
        let last = LastRun::read(self.versions.data());
        let (at, took) = last.as_ref().map_or((0, 0.0), |last| (last.at, last.seconds));
        let help = "Hvornår den seneste genopbygning endte, Unix-tid; 0, hvor ingen kendes";
        out.gauge("terning_rebuild_last_timestamp_seconds", help, at as f64)?;
        let help = "Sekunder, som den seneste genopbygning tog";
        out.gauge("terning_rebuild_last_duration_seconds", help, took)?;
        let help = "Hvordan den seneste genopbygning endte, og dens version; altid 1";
        let labels = last
            .as_ref()
            .map(|last| [("outcome", last.ended.name()), ("version", last.version.as_str())]);
        let series: Vec<(&Labels<'_>, f64)> =
            labels.iter().map(|labels| (labels.as_slice(), 1.0)).collect();
        out.family("terning_rebuild_last_info", help, &series)
    }

    fn process(&self, out: &mut Out<'_>) -> Written {
        let cpu = clock_gettime(ClockId::ProcessCPUTime);
        let cpu = cpu.tv_sec as f64 + cpu.tv_nsec as f64 / 1e9;
        out.counter("process_cpu_seconds", "Sekunder af processorens tid", cpu)?;
        let started = seconds(self.started);
        out.gauge("process_start_time_seconds", "Hvornår serveren startede, Unix-tid", started)?;
        let (resident, own) = (memory("VmRSS:"), memory("RssAnon:"));
        let help = "Bytes af hukommelse, kuber på disken med";
        out.gauge("process_resident_memory_bytes", help, resident)?;
        let help = "Bytes af hukommelse, som ingen fil står bag";
        out.gauge("terning_process_own_memory_bytes", help, own)?;
        let open = fs::read_dir("/proc/self/fd").map_or(0, Iterator::count) as f64;
        out.gauge("process_open_fds", "Åbne filer og forbindelser", open)
    }
}

/// What is told of the version that answers.
fn version(out: &mut Out<'_>, active: &Version) -> Written {
    let (name, manifest) = (active.name.to_string(), &active.manifest);
    let labels = [("version", name.as_str()), ("as_of", &manifest.as_of)];
    out.gauge_of("terning_version_info", "Den version, der svarer; altid 1", &labels, 1.0)?;
    let built: Option<jiff::Timestamp> = manifest.built_at.parse().ok();
    let built = built.map_or(0.0, |at| at.as_second() as f64);
    let help = "Hvornår den version, der svarer, blev bygget, Unix-tid";
    out.gauge("terning_version_built_timestamp_seconds", help, built)?;
    let as_of: Option<jiff::civil::Date> = manifest.as_of.parse().ok();
    let as_of = as_of.and_then(|day| day.to_zoned(jiff::tz::TimeZone::UTC).ok());
    let as_of = as_of.map_or(0.0, |day| day.timestamp().as_second() as f64);
    let help = "Den dag, som den version, der svarer, er opgjort til og med, Unix-tid";
    out.gauge("terning_version_as_of_timestamp_seconds", help, as_of)?;
    let cubes = active.cubes.iter().filter(|cube| !cube.hidden);
    let rows = |cube: &terning_engine::cube::Cube| {
        cube.groups.iter().map(|group| group.rows.len()).sum::<usize>() as f64
    };
    let series: Vec<(&str, f64)> = cubes.map(|cube| (cube.name.as_str(), rows(cube))).collect();
    out.gauges("terning_version_rows", "Rækker i kuberne", "cube", &series)
}

fn state(state: &State) -> &'static str {
    match state {
        State::Active => "active",
        State::Kept => "kept",
        State::Aside(_) => "aside",
        State::Awaiting(_) => "awaiting",
        State::Damaged(_) => "damaged",
    }
}

fn seconds(time: SystemTime) -> f64 {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}

/// A line of `/proc/self/status`, in bytes; nought where this is not Linux.
fn memory(name: &str) -> f64 {
    let text = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse::<f64>().unwrap_or(0.0) * 1024.0
}

/// What is written.
struct Out<'a>(DescriptorEncoder<'a>);

impl Out<'_> {
    fn gauge(&mut self, name: &str, help: &str, value: f64) -> Written {
        let gauge = ConstGauge::new(value);
        let encoder = self.0.encode_descriptor(name, help, None, gauge.metric_type())?;
        gauge.encode(encoder)
    }

    fn counter(&mut self, name: &str, help: &str, value: f64) -> Written {
        let counter = ConstCounter::new(value);
        let encoder = self.0.encode_descriptor(name, help, None, counter.metric_type())?;
        counter.encode(encoder)
    }

    fn gauge_of(&mut self, name: &str, help: &str, labels: &Labels<'_>, value: f64) -> Written {
        self.family(name, help, &[(labels, value)])
    }

    /// One measurement for each value of a label.
    fn gauges(&mut self, name: &str, help: &str, label: &str, series: &[(&str, f64)]) -> Written {
        let labels: Vec<[(&str, &str); 1]> =
            series.iter().map(|(value, _)| [(label, *value)]).collect();
        let series = labels.iter().zip(series).map(|(one, (_, value))| (one.as_slice(), *value));
        self.family(name, help, &series.collect::<Vec<_>>())
    }

    fn family(&mut self, name: &str, help: &str, series: &[(&Labels<'_>, f64)]) -> Written {
        let kind = ConstGauge::new(0.0).metric_type();
        let mut encoder = self.0.encode_descriptor(name, help, None, kind)?;
        for (labels, value) in series {
            ConstGauge::new(*value).encode(encoder.encode_family(labels)?)?;
        }
        Ok(())
    }
}
