//! `workspace/executeCommand`: commands and test cases run in the local engine, on threads of their own.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Context;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::{OwnedSemaphorePermit, oneshot};
use tower_lsp_server::jsonrpc::{Error, Request as Message, Result};
use tower_lsp_server::ls_types::{ExecuteCommandParams, MessageType, ProgressToken, Uri};

use super::convert::{path_of, uri_of};
use super::documents::Overlay;
use super::failures::Failed;
use super::handlers::refused;
use super::progress::{Cancel, Progress};
use super::runs::Run;
use super::session::Session;
use crate::project::Workspace;
use crate::report::{self, Cases};
use crate::runner::{self, CaseReport, ReadCase, Redactor, Request, Schedule, Suite, Verdict, Wanted};

/// The command that runs one command.
pub const RUN: &str = "d3ls.run";
/// The command that runs test cases.
pub const TEST: &str = "d3ls.test";

/// What `d3ls.run` takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RunArguments {
    uri: Uri,
    command: String,
    inputs: Option<Value>,
    connection: Option<Value>,
    case: Option<Uri>,
    now: Option<String>,
    schedule: Option<u32>,
    interval: Option<String>,
    #[serde(default)]
    live: bool,
}

/// What `d3ls.test` takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct TestArguments {
    uri: Option<Uri>,
    command: Option<String>,
    cases: Option<Vec<Uri>>,
}

/// The most runs of one schedule, as for `d3ls run`.
const MOST_TICKS: u32 = 10_000;

/// Runs what is asked for. Dropped before its end, it cancels the run.
pub async fn execute(session: &Arc<Session>, params: ExecuteCommandParams) -> Result<Option<Value>> {
    let ExecuteCommandParams { command, arguments, work_done_progress_params } = params;
    let token = work_done_progress_params.work_done_token;
    let [argument] = <[Value; 1]>::try_from(arguments)
        .map_err(|_| Error::invalid_params(format!("`{command}` takes one argument, an object")))?;
    let invalid = |problem| Error::invalid_params(format!("`{command}` does not take this: {problem}"));
    match command.as_str() {
        RUN => {
            let arguments: RunArguments = serde_json::from_value(argument).map_err(invalid)?;
            let what = format!("{RUN} {} {} {}", arguments.uri.as_str(), arguments.command, arguments.live);
            let title = format!("Run {}", arguments.command);
            in_background(session, what, title, token, |background| run(background, arguments)).await
        }
        TEST => {
            let what = format!("{TEST} {argument}");
            let arguments: TestArguments = serde_json::from_value(argument).map_err(invalid)?;
            let title = arguments.command.as_ref().map_or("Test".to_owned(), |command| format!("Test {command}"));
            in_background(session, what, title, token, |background| test(background, arguments)).await
        }
        _ => Err(Error::invalid_params(format!("there is no command `{command}`; d3ls has {RUN} and {TEST}"))),
    }
}

/// Work on a thread of its own.
struct Background {
    session: Arc<Session>,
    run: Run,
    progress: Progress,
    token: Option<ProgressToken>,
    /// Until it is dropped, no other run takes this place.
    _place: OwnedSemaphorePermit,
}

/// Cancels a run that nobody waits for any more.
struct Waiting(Cancel);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

async fn in_background(
    session: &Arc<Session>,
    what: String,
    title: String,
    token: Option<ProgressToken>,
    work: impl FnOnce(&Background) -> anyhow::Result<Value> + Send + 'static,
) -> Result<Option<Value>> {
    let run = session.runs.start(Some(what));
    let cancel = Arc::clone(&run.cancel);
    let waiting = Waiting(Arc::clone(&cancel));
    let progress = Progress::of_run(session, token.clone(), &title, Arc::clone(&cancel));
    if session.runs.is_full() {
        progress.say("waiting for another run to end");
    }
    let Some(place) = session.runs.place(&cancel).await else { return Err(Error::request_cancelled()) };
    let background = Background { session: Arc::clone(session), run, progress, token, _place: place };
    let (sender, receiver) = oneshot::channel();
    let thread = std::thread::Builder::new().name("run".to_owned()).stack_size(super::STACK).spawn(move || {
        let result = work(&background);
        drop(background);
        // Nobody waits for what was cancelled.
        let _ = sender.send(result);
    });
    if let Err(problem) = thread {
        return Err(refused(format!("no thread for the run: {problem}")));
    }
    let result = receiver.await.map_err(|_panic| Error::internal_error())?;
    if cancel.load(Ordering::SeqCst) {
        return Err(Error::request_cancelled());
    }
    drop(waiting);
    result.map(Some).map_err(|problem| refused(format!("{problem:#}")))
}

/// How paths are shown: from the root, since an editor does not know the server's working directory.
fn shown(path: &Path) -> String {
    let text = path.to_string_lossy();
    if cfg!(windows) { text.replace('\\', "/") } else { text.into_owned() }
}

fn file(uri: &Uri) -> anyhow::Result<PathBuf> {
    path_of(uri).with_context(|| format!("{} is no file; save it before it is run", uri.as_str()))
}

impl Background {
    /// The files as they are now: what is open over the disk, past everything that was remembered.
    fn workspace(&self) -> Workspace {
        Workspace::new(Overlay(Arc::clone(&self.session.documents)))
    }

    fn is_cancelled(&self) -> bool {
        self.run.cancel.load(Ordering::SeqCst)
    }

    /// Shows the text in the client's log, and one line of it to the user.
    fn tell(&self, good: bool, text: &str, line: &str) {
        let kind = if good { MessageType::INFO } else { MessageType::ERROR };
        let plain = anstream::adapter::strip_str(text).to_string();
        self.notify("window/logMessage", json!({"type": kind, "message": plain.trim_end()}));
        if !self.session.agreed().quiet_runs {
            self.notify("window/showMessage", json!({"type": kind, "message": line}));
        }
    }

    fn warn(&self, text: &str) {
        self.notify("window/logMessage", json!({"type": MessageType::WARNING, "message": text}));
    }

    fn inform(&self, text: &str) {
        self.notify("window/logMessage", json!({"type": MessageType::INFO, "message": text}));
    }

    fn notify(&self, method: &'static str, params: Value) {
        self.session.outbox.send(&Message::build(method).params(params).finish());
    }

    /// The next run has begun: failures in its scripts are out of date.
    fn forget_failures<'a>(&self, requests: impl Iterator<Item = &'a Request>) {
        let mut paths: Vec<&Path> =
            requests.flat_map(|request| &request.target.scripts.plan.parts).map(|part| part.path.as_path()).collect();
        paths.sort();
        paths.dedup();
        let had: Vec<&Path> = paths.into_iter().filter(|path| self.session.failures.forget(path)).collect();
        self.session.republish(&had);
    }

    /// Shows failures, unless the script was edited meanwhile.
    fn show_failures(&self, failed: &[Failed<'_>]) {
        let mut touched: Vec<PathBuf> = Vec::new();
        for one in failed {
            for (path, finding) in one.findings(&self.session) {
                if let Some(text) = self.as_it_was(&path, one.request) {
                    self.session.failures.add(&path, text, finding);
                    touched.push(path);
                }
            }
        }
        touched.sort();
        touched.dedup();
        self.session.republish(&touched);
    }

    /// The text of a script that was run, unless there is another now.
    fn as_it_was<'a>(&self, path: &Path, request: &'a Request) -> Option<&'a Arc<str>> {
        let part = request.target.scripts.plan.parts.iter().find(|part| part.path == path)?;
        let now = self.session.workspace.read(path).ok()?.text();
        (part.text == now).then_some(&part.text)
    }
}

fn run(background: &Background, arguments: RunArguments) -> anyhow::Result<Value> {
    let session = &background.session;
    let interval = arguments.interval.as_deref().unwrap_or("10m");
    let interval = runner::parse_interval(interval)
        .with_context(|| format!("`interval` is \"{interval}\", which is no time; write 10m, 90s or 1h"))?;
    if let Some(ticks) = arguments.schedule.filter(|ticks| !(1..=MOST_TICKS).contains(ticks)) {
        anyhow::bail!("`schedule` is {ticks}; it may be 1 to {MOST_TICKS}");
    }
    let wanted = Wanted {
        path: file(&arguments.uri)?,
        command: arguments.command,
        inputs: arguments.inputs,
        connection: arguments.connection,
        now: arguments.now.as_deref().map(runner::now).transpose()?,
        schedule: arguments.schedule.map(|ticks| Schedule { ticks, interval }),
        live: arguments.live,
        folder: None,
        case: arguments.case.as_ref().map(file).transpose()?,
        fills: true,
    };
    let request = runner::request(&background.workspace(), wanted)?;
    if let Some(case) = &request.case {
        background.inform(&format!("{} is given what {} gives", request.target.command, shown(case)));
    }
    background.forget_failures(std::iter::once(&request));
    let scripts = &request.target.scripts;
    let cancel = Some(&background.run.cancel);
    let python = scripts.python(session.python().as_deref(), cancel)?;
    let warnings = scripts.warnings.iter().cloned().chain(python.warning());
    warnings.for_each(|warning| background.warn(&format!("warning: {warning}")));
    let redactor = Redactor::new(scripts.manifest(), &request.connection);
    let outcome = runner::run(&python, scripts.limits(true), &request, cancel)?;
    let report = runner::to_json(&request, &outcome, &redactor, &shown);
    if background.is_cancelled() {
        return Ok(report);
    }
    outcome.notes.iter().for_each(|note| background.warn(&format!("warning: {}", redactor.text(note))));
    let failed = outcome.last().error.as_ref().map(|error| {
        let message = redactor.text(&format!("{}: {}", error.kind, error.message));
        Failed::run(&request, "d3ls run", error, message)
    });
    background.show_failures(failed.as_slice());
    let text = report::run_text(&report, &request, &outcome, &shown);
    background.tell(outcome.success(), &text, &report::run_verdict(&report));
    Ok(report)
}

fn test(background: &Background, arguments: TestArguments) -> anyhow::Result<Value> {
    let session = &background.session;
    let chosen = arguments.cases.as_deref().unwrap_or(arguments.uri.as_slice());
    let paths = chosen.iter().map(file).collect::<anyhow::Result<Vec<_>>>()?;
    let (paths, problems) = runner::find_cases(&paths);
    problems.iter().for_each(|problem| background.warn(&format!("{}: {}", shown(&problem.path), problem.message)));
    let workspace = background.workspace();
    let read = paths.into_iter().map(|path| {
        let case = runner::read_case(&workspace, &path);
        (path, case)
    });
    let is_wanted = |(_, case): &ReadCase| match (&arguments.command, case) {
        (Some(command), Ok(case)) => case.request.target.command == *command,
        (Some(_), Err(_)) => false,
        (None, _) => true,
    };
    let cases: Vec<ReadCase> = read.filter(is_wanted).collect();
    if cases.is_empty() {
        anyhow::bail!(runner::NO_CASE);
    }
    let requests: Vec<(PathBuf, Request)> =
        cases.iter().filter_map(|(path, case)| Some((path.clone(), case.as_ref().ok()?.request.clone()))).collect();
    background.forget_failures(requests.iter().map(|(_, request)| request));
    let python = session.python();
    let suite = Suite {
        python: python.as_deref(),
        considerate: true,
        cancel: Some(&background.run.cancel),
        ..Suite::default()
    };
    let (total, done) = (cases.len(), AtomicUsize::new(0));
    let tested = suite.run(cases, &|case| {
        let done = done.fetch_add(1, Ordering::Relaxed) + 1;
        background.progress.say(&format!("{done} of {total} test cases"));
        if session.agreed().test_case_notifications && !background.is_cancelled() {
            let message = as_shown(std::slice::from_ref(case)).message(case);
            background.notify("d3ls/testCase", case_params(background, case, message));
        }
    })?;
    let cases = as_shown(&tested.reports);
    if background.is_cancelled() {
        return Ok(cases.json());
    }
    tested.warnings.iter().for_each(|warning| background.warn(&format!("warning: {warning}")));
    let failed = tested.reports.iter().filter_map(|report| {
        let (_, request) = requests.iter().find(|(path, _)| *path == report.path)?;
        failed_case(report, request, cases)
    });
    background.show_failures(&failed.collect::<Vec<_>>());
    let good = tested.reports.iter().all(|report| matches!(report.verdict, Verdict::Passed));
    background.tell(good, &cases.text(), &cases.verdict());
    Ok(cases.json())
}

fn as_shown(reports: &[CaseReport]) -> Cases<'_> {
    Cases { reports, coverage: None, shown: &shown }
}

fn case_params(background: &Background, case: &CaseReport, message: Option<String>) -> Value {
    json!({
        "token": background.token,
        "uri": uri_of(&case.path),
        "command": case.command,
        "outcome": report::outcome(case),
        "message": message,
        "durationMs": report::duration_ms(case),
    })
}

/// Where a case failed: on the line of its error, else on the command's function.
fn failed_case<'a>(report: &'a CaseReport, request: &'a Request, cases: Cases<'_>) -> Option<Failed<'a>> {
    let name = report.path.file_stem().unwrap_or_default().to_string_lossy();
    let error = report.outcome.as_ref().and_then(|outcome| outcome.last().error.as_ref());
    let message = cases.message(report)?;
    let (code, message) = match (&report.verdict, error) {
        (_, Some(error)) => {
            let message = format!("test case {name}: {}: {}", error.kind, error.message);
            return Some(Failed::run(request, "d3ls test", error, message));
        }
        (Verdict::Failed(_), None) => ("mismatch", format!("test case {name} failed:\n{}", message.trim_end())),
        _ => ("error", format!("test case {name} could not run: {message}")),
    };
    Some(Failed { request, source: "d3ls test", code, message, traceback: &[] })
}
