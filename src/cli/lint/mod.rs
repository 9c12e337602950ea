//! `d3ls lint`: what is checked and how it is reported.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::ValueEnum;

use self::session::{Outcome, Session};
use super::{Status, output, words};
use crate::diagnostic::Severity;
use crate::manifest::Kind;
use crate::project::{self, Disk, Overrides, Problem, Workspace, describe};
use crate::report::{self, Baseline, Results, Style};

mod baseline;
mod session;
mod stdin;

/// Analysis recurses with the nesting of the code.
const STACK: usize = 64 * 1024 * 1024;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Files and folders, or `-` for standard input. A manifest stands for all scripts it names.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Apply safe fixes, except to live scripts: they are the record of what D3 holds.
    #[arg(long)]
    fix: bool,
    /// Let `--fix` and `--diff` apply unsafe fixes too.
    #[arg(long)]
    unsafe_fixes: bool,
    /// Show what `--fix` would change, and change nothing. Exits 1 if it would change anything.
    #[arg(long)]
    diff: bool,
    /// How findings are shown.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Write them to this file instead of standard output.
    #[arg(long, value_name = "FILE")]
    output_file: Option<PathBuf>,
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
    /// Leave out the findings that this file holds, wherever they have moved to.
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Write all findings to this file, for `--baseline` to leave out.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["baseline", "diff"])]
    write_baseline: Option<PathBuf>,
    /// The name of the file that comes on standard input: it decides on manifest and settings.
    #[arg(long, value_name = "PATH")]
    stdin_filename: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people: the source with carets under it.
    Text,
    /// For programs.
    Json,
    /// SARIF 2.1.0, for code hosts and editors.
    Sarif,
    /// Annotations in GitHub Actions.
    Github,
    /// A test report for CI servers.
    Junit,
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

impl From<FailOn> for Severity {
    fn from(bar: FailOn) -> Self {
        match bar {
            FailOn::Error => Self::Error,
            FailOn::Warning => Self::Warning,
            FailOn::Info => Self::Info,
        }
    }
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Status> {
    words::verify(arguments.select.as_deref().unwrap_or_default(), &arguments.ignore)?;
    if arguments.statistics && !matches!(arguments.format, Format::Text | Format::Json) {
        bail!("`--statistics` comes as text or json only; leave it out, or take one of these formats");
    }
    // Before anything is fixed.
    let known = arguments.baseline.as_deref().map(baseline::read).transpose()?;
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
        Some(name) => stdin::run(arguments, &session, known.as_ref(), name),
        None => {
            let here = [PathBuf::from(".")];
            let outcome = session.check(if arguments.paths.is_empty() { &here } else { &arguments.paths });
            report(arguments, &session, known.as_ref(), outcome, Destination::Stdout)
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

/// Where findings are shown, unless they go to a file: the fixed text of standard input takes standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Destination {
    Stdout,
    Stderr,
}

/// Shows an outcome and says how the run ended.
fn report(
    arguments: &Arguments,
    session: &Session,
    known: Option<&Baseline>,
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
    let failed = outcome.problems.iter().any(|problem| problem.fatal);
    outcome.results.failed = failed;
    if arguments.diff {
        show(arguments, &outcome.diff(), destination)?;
        let changed = match outcome.changes.len() {
            0 => "Nothing to fix.\n".to_owned(),
            files => format!("Would fix {} in {files} file(s).\n", outcome.results.fixed),
        };
        output::write_error(&changed);
        let status = if outcome.changes.is_empty() { Status::Clean } else { Status::Findings };
        return Ok(if failed || has_failed_rule(&outcome.results) { Status::Failed } else { status });
    }
    if let (Some(known), Some(path)) = (known, &arguments.baseline) {
        baseline::apply(known, path, session, &mut outcome.results);
    }
    match &arguments.write_baseline {
        Some(path) if failed => output::complain(&format!("{} is not written: not all was checked", path.display())),
        Some(path) => baseline::write(path, session, &mut outcome.results)?,
        None => {}
    }
    show(arguments, &render(arguments, &outcome.results), destination)?;
    Ok(status(&outcome.results, failed, arguments.fail_on.into()))
}

/// Writes what was found, or would change, to where it was asked for.
fn show(arguments: &Arguments, text: &str, destination: Destination) -> anyhow::Result<()> {
    let is_for_people = arguments.format == Format::Text || arguments.diff;
    match (&arguments.output_file, destination) {
        (Some(path), _) => write(path, &anstream::adapter::strip_str(text).to_string()),
        (None, Destination::Stderr) => {
            output::write_error(text);
            Ok(())
        }
        (None, Destination::Stdout) if is_for_people => output::write_styled(text),
        (None, Destination::Stdout) => output::write_plain(text.as_bytes()),
    }
}

/// Writes a file that was asked for.
fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    project::write(path, text)
        .map_err(|error| anyhow::anyhow!(describe(&error)))
        .with_context(|| format!("{} can't be written", path.display()))
}

/// How a run ends that could not do all that was asked (`failed`), or whose findings fail from severity `bar` on.
fn status(results: &Results, failed: bool, bar: Severity) -> Status {
    if failed || has_failed_rule(results) {
        Status::Failed
    } else if results.findings.iter().any(|finding| finding.diagnostic.severity >= bar) {
        Status::Findings
    } else {
        Status::Clean
    }
}

/// Whether a rule failed, so that nobody knows what it would have found.
fn has_failed_rule(results: &Results) -> bool {
    results.findings.iter().any(|finding| finding.diagnostic.code == "D3905")
}

fn render(arguments: &Arguments, results: &Results) -> String {
    let unsafe_fixes = arguments.unsafe_fixes;
    match (arguments.format, arguments.statistics) {
        (Format::Json, true) => report::statistics_json(results, unsafe_fixes),
        (Format::Json, false) => report::json(results),
        (Format::Sarif, _) => report::sarif(results),
        (Format::Github, _) => report::github(results),
        (Format::Junit, _) => report::junit(results, arguments.fail_on.into()),
        (Format::Text, true) => report::statistics_text(results, unsafe_fixes),
        (Format::Text, false) => report::text(results, Style { unsafe_fixes, fixed: arguments.fix }),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::diagnostic::{Diagnostic, Place};
    use crate::report::{File, Files, Finding};
    use crate::text::TextRange;

    fn found(code: &'static str, severity: Severity) -> Results {
        let diagnostic = Diagnostic {
            code,
            rule: "a-rule",
            severity,
            message: String::new(),
            place: Place::Script,
            range: TextRange::default(),
            related: Vec::new(),
            fixes: Vec::new(),
        };
        let main = Arc::new(File::new("a.py".to_owned(), "".into()));
        let files = Arc::new(Files { main, others: Vec::new() });
        Results { findings: vec![Finding { diagnostic, files }], ..Results::default() }
    }

    #[test]
    fn the_status_tells_clean_from_findings_from_failures() {
        let warning = found("D3201", Severity::Warning);
        assert_eq!(status(&Results::default(), false, Severity::Info), Status::Clean);
        assert_eq!(status(&warning, false, Severity::Error), Status::Clean);
        assert_eq!(status(&warning, false, Severity::Warning), Status::Findings);
        assert_eq!(status(&warning, true, Severity::Warning), Status::Failed);
        assert_eq!(status(&Results::default(), true, Severity::Warning), Status::Failed);
    }

    #[test]
    fn a_rule_that_failed_fails_the_run_whatever_the_bar() {
        assert_eq!(status(&found("D3905", Severity::Info), false, Severity::Error), Status::Failed);
    }
}
