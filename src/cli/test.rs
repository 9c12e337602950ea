//! `d3ls test`: all test cases beside manifests.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use clap::ValueEnum;
use rayon::prelude::*;

use super::run::{limits, python, relative};
use super::{Status, output, test_report};
use crate::project::{Workspace, replace};
use crate::runner::{self, Case, Mismatch, Outcome, Python, Redactor};

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
pub(super) enum Format {
    Text,
    Json,
    Junit,
}

/// What came of a case.
pub(super) struct Report {
    /// Its file, as shown.
    pub(super) path: String,
    /// Its command, where it could be read.
    pub(super) command: String,
    /// How it ended.
    pub(super) verdict: Verdict,
    /// What the user should know.
    pub(super) notes: Vec<String>,
    /// The run, for what failed.
    pub(super) outcome: Option<Outcome>,
    /// Whether its `expect` was rewritten.
    pub(super) updated: bool,
}

/// How a case ended.
pub(super) enum Verdict {
    /// Everything expected came.
    Passed,
    /// Something else came.
    Failed(Vec<Mismatch>),
    /// It could not run.
    Error(String),
}

/// Lines of a file, and whether any case ran them.
pub(super) type Coverage = BTreeMap<String, BTreeMap<u32, bool>>;

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Status> {
    let (paths, problems) = runner::find_cases(&arguments.paths);
    for problem in &problems {
        output::complain(&format!("{}: {}", relative(&problem.path), problem.message));
    }
    let workspace = Workspace::default();
    let read: Vec<(PathBuf, Result<Case, String>)> =
        paths.into_iter().map(|path| (path.clone(), runner::read_case(&workspace, &path))).collect();
    let wanted = |path: &Path, case: &Result<Case, String>| {
        let command = case.as_ref().map_or("", |case| case.request.target.command.as_str());
        arguments.filter.as_deref().is_none_or(|filter| relative(path).contains(filter) || command.contains(filter))
    };
    let cases: Vec<_> = read.into_iter().filter(|(path, case)| wanted(path, case)).collect();
    if cases.is_empty() {
        anyhow::bail!("there is no test case here; a case is a file `tests/NAME.json` beside a `d3.json`");
    }
    let pythons = Pythons { argument: arguments.python.as_deref(), found: Mutex::default() };
    let coverage = Mutex::new(Coverage::new());
    let reports: Vec<Report> = cases
        .into_par_iter()
        .map(|(path, case)| match case {
            Ok(case) => one(case, arguments, &pythons, &coverage),
            Err(message) => Report {
                path: relative(&path),
                command: String::new(),
                verdict: Verdict::Error(message),
                notes: Vec::new(),
                outcome: None,
                updated: false,
            },
        })
        .collect();
    pythons.warn();
    let coverage = coverage.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    test_report::write(&reports, arguments.coverage.then_some(&coverage), arguments.format)?;
    let errors = reports.iter().any(|report| matches!(report.verdict, Verdict::Error(_)));
    let failures = reports.iter().any(|report| matches!(report.verdict, Verdict::Failed(_)) && !report.updated);
    Ok(match (errors || !problems.is_empty(), failures) {
        (true, _) => Status::Failed,
        (false, true) => Status::Findings,
        (false, false) => Status::Clean,
    })
}

/// The interpreters in use: the settings of each manifest may name one.
struct Pythons<'a> {
    argument: Option<&'a Path>,
    found: Mutex<BTreeMap<Option<String>, Result<Python, String>>>,
}

impl Pythons<'_> {
    fn of(&self, case: &Case) -> Result<Python, String> {
        let scripts = &case.request.target.scripts;
        let key = scripts.settings.as_ref().and_then(|(folder, settings)| {
            settings.python.as_ref().map(|python| format!("{}\n{}", folder.display(), python.value))
        });
        let mut found = self.found.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        found.entry(key).or_insert_with(|| python(scripts, self.argument).map_err(|error| format!("{error:#}"))).clone()
    }

    fn warn(&self) {
        let found = self.found.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let warnings: std::collections::BTreeSet<String> =
            found.values().flatten().filter_map(Python::warning).collect();
        warnings.iter().for_each(|warning| output::warn(warning));
    }
}

fn one(mut case: Case, arguments: &Arguments, pythons: &Pythons<'_>, coverage: &Mutex<Coverage>) -> Report {
    case.request.coverage = arguments.coverage;
    let scripts = &case.request.target.scripts;
    let redactor = Redactor::new(scripts.manifest(), &case.request.connection);
    let mut report = Report {
        path: relative(&case.path),
        command: case.request.target.command.clone(),
        verdict: Verdict::Passed,
        notes: scripts.warnings.clone(),
        outcome: None,
        updated: false,
    };
    let outcome = pythons.of(&case).and_then(|python| {
        runner::run(&python, limits(scripts), &case.request, None).map_err(|error| format!("{error:#}"))
    });
    let outcome = match outcome {
        Ok(outcome) => outcome,
        Err(message) => return Report { verdict: Verdict::Error(redactor.text(&message)), ..report },
    };
    count(&outcome, coverage);
    let mismatches = runner::compare(&case.expect, &outcome);
    if (!mismatches.is_empty() || case.expect.is_empty()) && arguments.update {
        match update(&case, &outcome) {
            Ok(()) => report.updated = true,
            Err(message) => report.verdict = Verdict::Error(message),
        }
    } else if case.expect.is_empty() {
        report.verdict = Verdict::Error("the case expects nothing; add `expect`, or run with --update".to_owned());
    } else if !mismatches.is_empty() {
        let hide = |mismatch: Mismatch| Mismatch {
            path: redactor.text(&mismatch.path),
            expected: redactor.value(&mismatch.expected),
            actual: mismatch.actual.map(|actual| redactor.value(&actual)),
        };
        report.verdict = Verdict::Failed(mismatches.into_iter().map(hide).collect());
    }
    report.notes.extend(outcome.notes.iter().map(|note| redactor.text(note)));
    report.outcome = Some(hidden(outcome, &redactor));
    report
}

/// The outcome without secrets, as far as it is shown.
fn hidden(mut outcome: Outcome, redactor: &Redactor) -> Outcome {
    for tick in &mut outcome.ticks {
        tick.logs.iter_mut().for_each(|log| *log = redactor.text(log));
        if let Some(error) = &mut tick.error {
            error.message = redactor.text(&error.message);
        }
    }
    outcome.stdout = redactor.text(&outcome.stdout);
    outcome
}

fn update(case: &Case, outcome: &Outcome) -> Result<(), String> {
    let expect = runner::updated(&case.expect, outcome);
    let text = runner::with_expect(&case.text, &expect).ok_or("the case's `expect` can't be rewritten")?;
    replace(&case.path, &case.text, &text).map_err(|error| error.to_string())
}

fn count(outcome: &Outcome, coverage: &Mutex<Coverage>) {
    let mut coverage = coverage.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    for file in &outcome.covered {
        let lines = coverage.entry(relative(Path::new(&file.path))).or_default();
        for line in &file.lines {
            lines.entry(*line).or_default();
        }
        for line in &file.ran {
            lines.insert(*line, true);
        }
    }
}
