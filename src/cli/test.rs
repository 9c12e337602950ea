//! `d3ls test`: all test cases beside manifests.

use std::path::PathBuf;

use clap::ValueEnum;

use super::{Status, output};
use crate::project::{Workspace, relative};
use crate::report;
use crate::runner::{self, ReadCase, Suite, Tested, Verdict};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Test cases, their folders, manifests, or folders above them.
    #[arg(default_value = ".")]
    paths: Vec<PathBuf>,
    /// Only cases whose path or command contains this.
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// Write what came into the `expect` of cases that fail.
    #[arg(long)]
    update: bool,
    /// Say which lines of the scripts no case ran.
    #[arg(long)]
    coverage: bool,
    /// The Python to use.
    #[arg(long, value_name = "PATH")]
    python: Option<PathBuf>,
    /// Text for people, JSON or JUnit's XML for programs.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
    Junit,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Status> {
    let (paths, problems) = runner::find_cases(&arguments.paths);
    for problem in &problems {
        output::complain(&format!("{}: {}", relative(&problem.path), problem.message));
    }
    let workspace = Workspace::default();
    let read = paths.into_iter().map(|path| {
        let case = runner::read_case(&workspace, &path);
        (path, case)
    });
    let wanted = |(path, case): &ReadCase| {
        let command = case.as_ref().map_or("", |case| case.request.target.command.as_str());
        arguments.filter.as_deref().is_none_or(|filter| relative(path).contains(filter) || command.contains(filter))
    };
    let cases: Vec<ReadCase> = read.filter(wanted).collect();
    if cases.is_empty() && !problems.is_empty() {
        return Ok(Status::Failed);
    }
    if cases.is_empty() {
        anyhow::bail!(runner::NO_CASE);
    }
    let suite = Suite {
        python: arguments.python.as_deref(),
        rewrite: arguments.update,
        coverage: arguments.coverage,
        ..Suite::default()
    };
    let tested = suite.run(cases, &|_| {})?;
    tested.warnings.iter().for_each(|warning| output::warn(warning));
    write(&tested, arguments)?;
    let errors = tested.reports.iter().any(|report| matches!(report.verdict, Verdict::Error(_)));
    let failures = tested.reports.iter().any(|report| matches!(report.verdict, Verdict::Failed(_)) && !report.updated);
    Ok(match (errors || !problems.is_empty(), failures) {
        (true, _) => Status::Failed,
        (false, true) => Status::Findings,
        (false, false) => Status::Clean,
    })
}

fn write(tested: &Tested, arguments: &Arguments) -> anyhow::Result<()> {
    let cases = report::Cases {
        reports: &tested.reports,
        coverage: arguments.coverage.then_some(&tested.coverage),
        shown: &relative,
    };
    match arguments.format {
        Format::Text => output::write_styled(&cases.text()),
        Format::Json => output::write_plain(format!("{}\n", serde_json::to_string_pretty(&cases.json())?).as_bytes()),
        Format::Junit => output::write_plain(cases.junit().as_bytes()),
    }
}
