//! Test cases, run: those of one manifest by one warm engine, several at once.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context;
use rayon::prelude::*;

use super::cases::{Case, with_expect};
use super::compare::{Mismatch, compare, updated};
use super::host;
use super::job::Request;
use super::outcome::Outcome;
use super::python::Python;
use super::redact::Redactor;
use super::warm::Warm;
use crate::project::replace;

/// How cases are run.
#[derive(Debug, Clone, Copy, Default)]
pub struct Suite<'a> {
    /// The interpreter that the user names.
    pub python: Option<&'a Path>,
    /// Whether what came is written into the `expect` of cases that fail.
    pub rewrite: bool,
    /// Whether the lines that run are counted.
    pub coverage: bool,
    /// Whether an editor works beside it: one core is left free, and others come first.
    pub considerate: bool,
    /// Stops all early.
    pub cancel: Option<&'a Arc<AtomicBool>>,
}

/// What came of a case.
#[derive(Debug)]
pub struct CaseReport {
    /// Its file.
    pub path: PathBuf,
    /// Its command; empty where it could not be read.
    pub command: String,
    /// How it ended.
    pub verdict: Verdict,
    /// What the user should know.
    pub notes: Vec<String>,
    /// The run, without secrets.
    pub outcome: Option<Outcome>,
    /// Whether its `expect` was rewritten.
    pub updated: bool,
}

impl CaseReport {
    fn error(path: PathBuf, command: String, message: String) -> Self {
        Self { path, command, verdict: Verdict::Error(message), notes: Vec::new(), outcome: None, updated: false }
    }
}

/// How a case ended.
#[derive(Debug)]
pub enum Verdict {
    /// Everything expected came.
    Passed,
    /// Something else came.
    Failed(Vec<Mismatch>),
    /// It could not run.
    Error(String),
}

/// Lines of a file, and whether any case ran them.
pub type Coverage = BTreeMap<PathBuf, BTreeMap<u32, bool>>;

/// What came of all cases.
#[derive(Debug)]
pub struct Tested {
    /// Sorted by path.
    pub reports: Vec<CaseReport>,
    /// Empty where it was not counted.
    pub coverage: Coverage,
    /// What the user should know of the interpreters.
    pub warnings: BTreeSet<String>,
}

/// A case that was read, or why it can't run.
pub type ReadCase = (PathBuf, Result<Case, String>);

impl Suite<'_> {
    /// Runs cases, and tells of each when it is finished.
    ///
    /// # Errors
    /// No thread can be started.
    pub fn run(self, cases: Vec<ReadCase>, finished: &(dyn Fn(&CaseReport) + Sync)) -> anyhow::Result<Tested> {
        let mut reports = Vec::with_capacity(cases.len());
        let mut groups: BTreeMap<PathBuf, Vec<Case>> = BTreeMap::new();
        for (path, case) in cases {
            match case {
                Ok(mut case) => {
                    case.request.coverage = self.coverage;
                    groups.entry(case.request.target.folder()).or_default().push(case);
                }
                Err(message) => {
                    let report = CaseReport::error(path, String::new(), message);
                    finished(&report);
                    reports.push(report);
                }
            }
        }
        // Threads of their own: a case may keep one busy for minutes.
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        let threads = if self.considerate { cores.saturating_sub(1).max(1) } else { cores };
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().context("no thread for the cases")?;
        let (mut pythons, coverage) = (Pythons::default(), Mutex::new(Coverage::new()));
        for group in groups.into_values() {
            let python = group.first().map_or_else(|| Err(String::new()), |case| pythons.of(case, self));
            let run = || match &python {
                Ok(python) => self.group(group, python, &coverage, finished),
                Err(message) => group
                    .into_iter()
                    .map(|case| {
                        let report = CaseReport::error(case.path, case.request.target.command, message.clone());
                        finished(&report);
                        report
                    })
                    .collect(),
            };
            reports.extend(pool.install(run));
        }
        reports.sort_by(|a, b| a.path.cmp(&b.path));
        let coverage = coverage.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok(Tested { reports, coverage, warnings: pythons.warnings() })
    }

    /// Runs the cases of one manifest. Several share a warm engine.
    fn group(
        self,
        cases: Vec<Case>,
        python: &Python,
        coverage: &Mutex<Coverage>,
        finished: &(dyn Fn(&CaseReport) + Sync),
    ) -> Vec<CaseReport> {
        let limits = cases.first().map(|case| case.request.target.scripts.limits(self.considerate)).unwrap_or_default();
        let requests: Vec<&Request> = cases.iter().map(|case| &case.request).collect();
        let warm = (requests.len() > 1).then(|| Warm::start(python, limits, &requests, self.cancel));
        let run = |request: &Request| match &warm {
            Some(warm) => warm.run(request, self.cancel),
            None => host::run(python, limits, request, self.cancel),
        };
        let one = |case: &Case| {
            if host::is_cancelled(self.cancel) {
                let command = case.request.target.command.clone();
                return CaseReport::error(case.path.clone(), command, "the run was cancelled".to_owned());
            }
            let report = one(case, self.rewrite, &run, coverage);
            finished(&report);
            report
        };
        cases.par_iter().map(one).collect()
    }
}

/// The interpreters in use: the settings of each manifest may name one.
#[derive(Default)]
struct Pythons {
    found: BTreeMap<Option<PathBuf>, Result<Python, String>>,
}

impl Pythons {
    fn of(&mut self, case: &Case, suite: Suite<'_>) -> Result<Python, String> {
        let scripts = &case.request.target.scripts;
        let find = || scripts.python(suite.python, suite.cancel).map_err(|error| format!("{error:#}"));
        self.found.entry(scripts.named_python()).or_insert_with(find).clone()
    }

    fn warnings(&self) -> BTreeSet<String> {
        self.found.values().flatten().filter_map(Python::warning).collect()
    }
}

fn one(
    case: &Case,
    rewrite: bool,
    run: &(dyn Fn(&Request) -> anyhow::Result<Outcome> + Sync),
    coverage: &Mutex<Coverage>,
) -> CaseReport {
    let scripts = &case.request.target.scripts;
    let redactor = Redactor::new(scripts.manifest(), &case.request.connection);
    let mut report = CaseReport {
        path: case.path.clone(),
        command: case.request.target.command.clone(),
        verdict: Verdict::Passed,
        notes: scripts.warnings.clone(),
        outcome: None,
        updated: false,
    };
    let outcome = match run(&case.request) {
        Ok(outcome) => outcome,
        Err(error) => return CaseReport { verdict: Verdict::Error(redactor.text(&format!("{error:#}"))), ..report },
    };
    count(&outcome, coverage);
    let mismatches = compare(&case.expect, &outcome);
    if (!mismatches.is_empty() || case.expect.is_empty()) && rewrite {
        match update(case, &outcome) {
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
    let expect = updated(&case.expect, outcome);
    let text = with_expect(&case.text, &expect).ok_or("the case's `expect` can't be rewritten")?;
    replace(&case.path, &case.text, &text).map_err(|error| error.to_string())
}

fn count(outcome: &Outcome, coverage: &Mutex<Coverage>) {
    let mut coverage = coverage.lock().unwrap_or_else(PoisonError::into_inner);
    for file in &outcome.covered {
        let lines = coverage.entry(PathBuf::from(&file.path)).or_default();
        for line in &file.lines {
            lines.entry(*line).or_default();
        }
        for line in &file.ran {
            lines.insert(*line, true);
        }
    }
}
