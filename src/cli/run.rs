//! `d3ls run`: one command in the local engine.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde_json::Value;

use super::output::Format;
use super::{Status, output};
use crate::project::{self, Workspace, describe, relative};
use crate::report;
use crate::runner::{self, Outcome, Python, Redactor, Request, Schedule, Wanted};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// A script, a manifest or a folder with one.
    path: PathBuf,
    /// The command's internal name; where there is only one, it may be left out.
    command: Option<String>,
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

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Status> {
    let request = request(arguments)?;
    let scripts = &request.target.scripts;
    scripts.warnings.iter().for_each(|warning| output::warn(warning));
    let python = scripts.python(arguments.python.as_deref(), None)?;
    if let Some(warning) = python.warning() {
        output::warn(&warning);
    }
    let redactor = Redactor::new(scripts.manifest(), &request.connection);
    let outcome = runner::run(&python, scripts.limits(false), &request, None)?;
    if arguments.verbose {
        verbose(&python, &outcome);
    }
    match (&arguments.record, &outcome.recorded) {
        (Some(path), Some(recorded)) => {
            let text = serde_json::to_string_pretty(&runner::redacted(recorded, &redactor))? + "\n";
            project::write(path, &text).map_err(|error| anyhow::anyhow!("{}: {}", path.display(), describe(&error)))?;
        }
        (Some(path), None) => {
            output::warn(&format!("{} was not written: the script did not come to its end", path.display()));
        }
        (None, _) => {}
    }
    outcome.notes.iter().for_each(|note| output::warn(&redactor.text(note)));
    let report = runner::to_json(&request, &outcome, &redactor, &relative);
    match arguments.format {
        Format::Text => output::write_styled(&report::run_text(&report, &request, &outcome, &relative))?,
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
    let interval = runner::parse_interval(&arguments.interval)
        .with_context(|| format!("`--interval {}` is no time; write 10m, 90s or 1h", arguments.interval))?;
    let workspace = Workspace::default();
    let wanted = Wanted {
        path: arguments.path.clone(),
        command: command(arguments, &workspace)?,
        inputs: arguments.inputs.as_deref().map(|text| value(text, "--inputs")).transpose()?,
        connection: arguments.connection.as_deref().map(|text| value(text, "--connection")).transpose()?,
        now: arguments.now.as_deref().map(runner::now).transpose()?,
        schedule: arguments.schedule.map(|ticks| Schedule { ticks, interval }),
        live: arguments.live,
        folder: std::env::current_dir().ok(),
        case: None,
        fills: false,
    };
    let mut request = runner::request(&workspace, wanted)?;
    if let Some(path) = &arguments.http {
        request.http =
            runner::http_entries(&read(path)?).map_err(|reason| anyhow::anyhow!("{}: {reason}", path.display()))?;
    }
    request.network = arguments.allow_network;
    request.record = arguments.record.is_some();
    Ok(request)
}

/// The command that is meant.
fn command(arguments: &Arguments, workspace: &Workspace) -> anyhow::Result<String> {
    if let Some(name) = &arguments.command {
        return Ok(name.clone());
    }
    let path = arguments.path.display();
    match runner::commands_at(workspace, &arguments.path)?.as_slice() {
        [only] => Ok(only.clone()),
        [] => bail!(
            "{path} has no command; a command is a function at the top level that returns `pb.returnOutputModel(...)`"
        ),
        several => bail!("{path} has {} commands; name one of them: {}", several.len(), several.join(", ")),
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
