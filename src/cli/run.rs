//! `d3ls run`: one command in the local engine.

use std::path::{Component, Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use clap::ValueEnum;
use serde_json::{Map, Value};

use super::{Status, output, run_text};
use crate::project::{Workspace, absolute, describe};
use crate::runner::{self, Limits, Outcome, Python, Redactor, Request, Schedule, Scripts};
use crate::text::nearest;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// A script, a manifest or a folder with one.
    path: PathBuf,
    /// The command's internal name.
    command: String,
    /// The inputs: a JSON object (by name) or list (by order), or a file with one.
    #[arg(long, value_name = "FILE|JSON")]
    inputs: Option<String>,
    /// The connection's parameters: a JSON object, or a file with one.
    #[arg(long, value_name = "FILE|JSON")]
    connection: Option<String>,
    /// Where all clocks stand, in UTC: 2024-01-31 23:59:59.
    #[arg(long, value_name = "TIME")]
    now: Option<String>,
    /// Recorded answers to HTTP requests.
    #[arg(long, value_name = "FILE", conflicts_with = "allow_network")]
    http: Option<PathBuf>,
    /// Record HTTP requests and their answers, without secrets.
    #[arg(long, value_name = "FILE", requires = "allow_network")]
    record: Option<PathBuf>,
    /// Let the script use the network.
    #[arg(long)]
    allow_network: bool,
    /// Run the command so many times, as a schedule would.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    schedule: Option<u32>,
    /// The time between two runs of the schedule: 10m, 1h.
    #[arg(long, value_name = "TIME", default_value = "10m", requires = "schedule")]
    interval: String,
    /// Run the script as last submitted, as playbooks and schedules do.
    #[arg(long)]
    live: bool,
    /// The Python to use.
    #[arg(long, value_name = "PATH")]
    python: Option<PathBuf>,
    /// Text for people, or JSON for programs.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Say which Python runs the script and what confines it.
    #[arg(long, short)]
    verbose: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Status> {
    let request = request(arguments)?;
    let scripts = &request.target.scripts;
    scripts.warnings.iter().for_each(|warning| output::warn(warning));
    let python = python(scripts, arguments.python.as_deref())?;
    if let Some(warning) = python.warning() {
        output::warn(&warning);
    }
    let redactor = Redactor::new(scripts.manifest(), &request.connection);
    let outcome = runner::run(&python, limits(scripts), &request, None)?;
    if arguments.verbose {
        verbose(&python, &outcome);
    }
    if let Some(path) = &arguments.record {
        let entries = runner::redacted(&outcome.recorded, &redactor);
        let text = serde_json::to_string_pretty(&entries)? + "\n";
        std::fs::write(path, text).map_err(|error| anyhow::anyhow!("{}: {}", path.display(), describe(&error)))?;
    }
    outcome.notes.iter().for_each(|note| output::warn(&redactor.text(note)));
    let report = runner::to_json(&request, &outcome, &redactor, &|path| relative(Path::new(path)));
    match arguments.format {
        Format::Text => {
            let windows = request.schedule.map(|_| runner::windows(&outcome.ticks));
            output::write_styled(&run_text::show(&report, windows.as_deref()))?;
        }
        Format::Json => output::write_plain(format!("{}\n", serde_json::to_string_pretty(&report)?).as_bytes())?,
    }
    Ok(if outcome.success() { Status::Clean } else { Status::Findings })
}

/// Which Python ran the script, and what confined it.
fn verbose(python: &Python, outcome: &Outcome) {
    output::write_error(&format!("Python {} at {}\n", python.version, python.program.display()));
    let always = "process: its own group and folder, a scrubbed environment, a limit of time and output".to_owned();
    for layer in std::iter::once(&always).chain(&outcome.layers) {
        output::write_error(&format!("confined by {layer}\n"));
    }
}

fn request(arguments: &Arguments) -> anyhow::Result<Request> {
    let now = arguments.now.as_deref().map(|text| {
        runner::parse_time(text).with_context(|| format!("`--now {text}` is no time; write 2024-01-31 23:59:59 (UTC)"))
    });
    let now = now.transpose()?;
    let interval = runner::parse_interval(&arguments.interval)
        .with_context(|| format!("`--interval {}` is no time; write 10m, 90s or 1h", arguments.interval))?;
    let target = runner::target(&Workspace::default(), &arguments.path, &arguments.command, arguments.live)?;
    let given = arguments.inputs.as_deref().map(|text| value(text, "--inputs")).transpose()?;
    let connection = arguments.connection.as_deref().map(|text| value(text, "--connection")).transpose()?;
    let connection = match connection {
        None => Map::new(),
        Some(Value::Object(connection)) => connection,
        Some(_) => bail!("the connection must be a JSON object of parameters"),
    };
    check_connection(&target.scripts, &connection);
    let folder = std::env::current_dir().unwrap_or_else(|_| target.folder());
    let declared = target.declared().map(|command| command.inputs.as_slice());
    let given = if arguments.schedule.is_some() { runner::scheduled(given, declared) } else { given };
    let inputs = runner::convert(given.as_ref(), declared, &folder)
        .map_err(|problems| anyhow::anyhow!("{}", problems.join("\n       ")))?;
    let http = match &arguments.http {
        None => Vec::new(),
        Some(path) => {
            runner::http_entries(&read(path)?).map_err(|reason| anyhow::anyhow!("{}: {reason}", path.display()))?
        }
    };
    Ok(Request {
        target,
        inputs,
        connection,
        now,
        http,
        d3: Vec::new(),
        network: arguments.allow_network,
        record: arguments.record.is_some(),
        coverage: false,
        schedule: arguments.schedule.map(|ticks| Schedule { ticks, interval }),
    })
}

/// A connection may lack parameters, since a test needs few, but one that the manifest does not know is a slip.
fn check_connection(scripts: &Scripts, connection: &Map<String, Value>) {
    let Some(manifest) = scripts.manifest() else { return };
    let known = || manifest.connection.iter().map(|parameter| parameter.parameter_name.value.as_str());
    for name in connection.keys().filter(|name| manifest.connection_parameter(name).is_none()) {
        let hint = nearest(name, known()).map_or(String::new(), |near| format!("; did you mean `{near}`?"));
        output::warn(&format!("the manifest has no connection parameter `{name}`{hint}"));
    }
}

/// JSON from the command line, or from a file that it names.
fn value(text: &str, option: &str) -> anyhow::Result<Value> {
    if text.trim_start().starts_with(['{', '[']) {
        return serde_json::from_str(text).with_context(|| format!("`{option}` is no JSON"));
    }
    let path = Path::new(text);
    serde_json::from_str(&read(path)?).with_context(|| format!("{} is no JSON", path.display()))
}

fn read(path: &Path) -> anyhow::Result<String> {
    let text =
        std::fs::read_to_string(path).map_err(|error| anyhow::anyhow!("{}: {}", path.display(), describe(&error)))?;
    Ok(text.trim_start_matches('\u{feff}').to_owned())
}

/// The interpreter: the argument's, the settings', or the best there is.
pub(super) fn python(scripts: &Scripts, argument: Option<&Path>) -> anyhow::Result<Python> {
    let setting = scripts.settings.as_ref().and_then(|(folder, settings)| {
        let path = &settings.python.as_ref()?.value;
        // A bare name is looked for on PATH, as everywhere.
        Some(if path.contains(['/', '\\']) { absolute(&folder.join(path)) } else { PathBuf::from(path) })
    });
    runner::find(argument.or(setting.as_deref()))
}

/// What the settings allow a run.
pub(super) fn limits(scripts: &Scripts) -> Limits {
    let default = Limits::default();
    let settings = scripts.settings.as_ref().map(|(_, settings)| settings);
    Limits {
        timeout: settings
            .and_then(|settings| settings.timeout)
            .map_or(default.timeout, |seconds| Duration::from_secs(u64::from(seconds))),
        memory: settings.and_then(|settings| settings.memory).unwrap_or(default.memory),
    }
}

/// A path relative to the working directory with `/`, absolute outside it.
pub(super) fn relative(path: &Path) -> String {
    let folder = absolute(Path::new("."));
    let relative = path.strip_prefix(&folder).unwrap_or(path);
    let parts = relative.components().map(|part| match part {
        Component::RootDir => std::borrow::Cow::Borrowed(""),
        part => part.as_os_str().to_string_lossy(),
    });
    parts.collect::<Vec<_>>().join("/")
}
