//! `d3ls lint`: what is checked and how it is reported.

use std::path::PathBuf;

use anyhow::bail;
use clap::ValueEnum;

use self::session::{Outcome, Session};
use super::{Status, output, words};
use crate::diagnostic::Severity;
use crate::manifest::Kind;
use crate::project::{Disk, Overrides, Problem, Workspace};
use crate::report::{self, Results, Style};

mod session;
mod stdin;

/// Analysis recurses with the nesting of the code.
const STACK: usize = 64 * 1024 * 1024;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Files and folders, or `-` for standard input. A manifest stands for all scripts it names.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Apply safe fixes.
    #[arg(long)]
    fix: bool,
    /// Let `--fix` and `--diff` apply unsafe fixes too.
    #[arg(long)]
    unsafe_fixes: bool,
    /// Show what `--fix` would change, and change nothing. Exits 1 if it would change anything.
    #[arg(long)]
    diff: bool,
    /// Text for people, or JSON for programs.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Rules to check instead of the default ones: codes, beginnings of codes, names or ALL.
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    select: Option<Vec<String>>,
    /// Rules not to check: codes, beginnings of codes or names.
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    ignore: Vec<String>,
    /// The least severity that makes the exit status 1.
    #[arg(long, value_enum, value_name = "SEVERITY", default_value_t = FailOn::Warning)]
    fail_on: FailOn,
    /// Count the findings of each rule instead of showing them.
    #[arg(long)]
    statistics: bool,
    /// Take every Python file that nothing else says a kind of as a D3 script of this kind.
    #[arg(long, value_enum, value_name = "KIND")]
    treat_as: Option<TreatAs>,
    /// The name of the file that comes on standard input: it decides on manifest and settings.
    #[arg(long, value_name = "PATH")]
    stdin_filename: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FailOn {
    Error,
    Warning,
    Info,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum TreatAs {
    Integration,
    Utility,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Status> {
    words::verify(arguments.select.as_deref().unwrap_or_default())?;
    words::verify(&arguments.ignore)?;
    let overrides = Overrides { select: arguments.select.clone(), ignore: arguments.ignore.clone() };
    let session = Session {
        workspace: Workspace::new(Disk).with_overrides(overrides),
        treat_as: arguments.treat_as.map(|kind| match kind {
            TreatAs::Integration => Kind::Integration,
            TreatAs::Utility => Kind::Utility,
        }),
        fix: arguments.fix || arguments.diff,
        write: arguments.fix && !arguments.diff,
        unsafe_fixes: arguments.unsafe_fixes,
        folder: std::env::current_dir().unwrap_or_default(),
    };
    let pool = rayon::ThreadPoolBuilder::new().stack_size(STACK).build()?;
    pool.install(|| match stdin_path(arguments)? {
        Some(name) => stdin::run(arguments, &session, name),
        None => {
            let here = [PathBuf::from(".")];
            let outcome = session.check(if arguments.paths.is_empty() { &here } else { &arguments.paths });
            report(arguments, &session, outcome, Destination::Stdout)
        }
    })
}

/// The name of the file on standard input, if that is what shall be checked.
fn stdin_path(arguments: &Arguments) -> anyhow::Result<Option<Option<&PathBuf>>> {
    let dash = arguments.paths.iter().any(|path| path.as_os_str() == "-");
    match (&arguments.stdin_filename, arguments.paths.len()) {
        (_, 2..) if dash => bail!("`-` can't be combined with other paths"),
        (Some(_), 1..) if !dash => bail!("`--stdin-filename` goes with `-`, not with other paths"),
        (name, _) if dash || name.is_some() => Ok(Some(name.as_ref())),
        _ => Ok(None),
    }
}

/// Where findings are shown: the fixed text of standard input takes standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Destination {
    Stdout,
    Stderr,
}

/// Shows an outcome and says how the run ended.
fn report(
    arguments: &Arguments,
    session: &Session,
    mut outcome: Outcome,
    destination: Destination,
) -> anyhow::Result<Status> {
    outcome.results.sort();
    outcome.problems.sort();
    outcome.problems.dedup();
    for Problem { path, position, message, fatal } in &outcome.problems {
        let at = position.map_or(String::new(), |(line, column)| format!("{line}:{column}:"));
        let line = format!("{}:{at} {message}", session.shown(path));
        if *fatal { output::complain(&line) } else { output::warn(&line) }
    }
    let results = &outcome.results;
    let failed = outcome.problems.iter().any(|problem| problem.fatal)
        || results.findings.iter().any(|finding| finding.diagnostic.code == "D3905");
    if arguments.diff {
        output::write_styled(&outcome.diff())?;
        let changed = match outcome.changes.len() {
            0 => "Nothing to fix.\n".to_owned(),
            files => format!("Would fix {} in {files} file(s).\n", results.fixed),
        };
        output::write_error(&changed);
        let status = if outcome.changes.is_empty() { Status::Clean } else { Status::Findings };
        return Ok(if failed { Status::Failed } else { status });
    }
    let text = render(arguments, results);
    match (arguments.format, destination) {
        (Format::Json, Destination::Stdout) => output::write_plain(text.as_bytes())?,
        (Format::Text, Destination::Stdout) => output::write_styled(&text)?,
        (_, Destination::Stderr) => output::write_error(&text),
    }
    let least = match arguments.fail_on {
        FailOn::Error => Severity::Error,
        FailOn::Warning => Severity::Warning,
        FailOn::Info => Severity::Info,
    };
    Ok(if failed {
        Status::Failed
    } else if results.findings.iter().any(|finding| finding.diagnostic.severity >= least) {
        Status::Findings
    } else {
        Status::Clean
    })
}

fn render(arguments: &Arguments, results: &Results) -> String {
    let unsafe_fixes = arguments.unsafe_fixes;
    match (arguments.format, arguments.statistics) {
        (Format::Json, true) => report::statistics_json(results, unsafe_fixes),
        (Format::Json, false) => report::json(results),
        (Format::Text, true) => report::statistics_text(results, unsafe_fixes),
        (Format::Text, false) => report::text(results, Style { unsafe_fixes, fixed: arguments.fix }),
    }
}
