//! Starting the engine, listening to it, and stopping it: process group, wall clock, caps, scrubbed environment.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use serde_json::{Value, json};

use super::confine;
use super::folder::Folder;
use super::group::{Group, kill_group};
use super::job::Request;
use super::listener::{End, Listener, Unable};
use super::outcome::Outcome;
use super::python::Python;

/// The engine's parts, but for the first.
const PARTS: [(&str, &str); 14] = [
    ("clock", include_str!("engine/clock.py")),
    ("coverage", include_str!("engine/coverage.py")),
    ("entries", include_str!("engine/entries.py")),
    ("http", include_str!("engine/http.py")),
    ("names", include_str!("engine/names.py")),
    ("network", include_str!("engine/network.py")),
    ("patches", include_str!("engine/patches.py")),
    ("report", include_str!("engine/report.py")),
    ("run", include_str!("engine/run.py")),
    ("sockets", include_str!("engine/sockets.py")),
    ("urls", include_str!("engine/urls.py")),
    ("utility", include_str!("engine/utility.py")),
    ("waiting", include_str!("engine/waiting.py")),
    ("warm", include_str!("engine/warm.py")),
];
/// The engine's first part.
const BOOT: &str = include_str!("engine/boot.py");
/// What Python is started with: it reads the first part from its standard input.
const LOADER: &str = "import sys;s=sys.stdin.buffer;exec(compile(s.read(int(s.readline())),'<d3ls boot>','exec'))";

/// How much of anything that a script writes is kept: logs, what it prints, and its result, each in bytes.
const MAX_OUTPUT: usize = 16 * 1024 * 1024;
/// How long a process may take to end after its work is done, or to die after it was killed.
const GRACE: Duration = Duration::from_secs(2);

/// What a run may use.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Wall clock time of one attempt.
    pub timeout: Duration,
    /// Memory, in MiB.
    pub memory: u32,
    /// Whether others come first where the processor is busy: an editor must not wait for a script.
    pub considerate: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self { timeout: Duration::from_secs(60), memory: 2048, considerate: false }
    }
}

/// Something from the process.
#[cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "forks are Linux's"))]
pub(super) enum Message {
    /// A fork has begun, with this number.
    Started(u32),
    /// A line of the channel.
    Line(Vec<u8>),
    /// Something printed.
    Printed(Vec<u8>),
    /// One of the two pipes is at its end.
    Closed,
    /// The process has ended; one of our own still has to be reaped.
    Ended(Option<ExitStatus>),
}

/// A process that runs a job.
#[cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "forks are Linux's"))]
pub(super) enum Process {
    /// One of our own.
    Own(Group),
    /// A fork of a warm engine, which reaps it: its number from its start to its end, and how it ended.
    Fork(Option<u32>, Option<ExitStatus>),
}

/// Runs a request in a process of its own. `cancel` stops it early, as if it had been killed.
///
/// # Errors
/// What keeps the run from happening: Python does not start, a library is missing, the script has no such function.
pub fn run(
    python: &Python,
    limits: Limits,
    request: &Request,
    cancel: Option<&Arc<AtomicBool>>,
) -> anyhow::Result<Outcome> {
    let started = Instant::now();
    let folder = Folder::new()?;
    let token = token(folder.path());
    let mut command = command(python, limits, &[request], folder.path(), false);
    let mut group = Group::start(&mut command, limits.considerate)
        .with_context(|| format!("{} can't be started", python.program.display()))?;
    let setup = setup(&json!({"token": token, "parts": parts(), "job": job(request, limits)}));
    let receiver = connect(&mut group, setup)?;
    let process = Process::Own(group);
    follow(process, &receiver, Run { python, limits, request, cancel, token, started })
}

/// Whether the user wants no more.
pub(super) fn is_cancelled(cancel: Option<&Arc<AtomicBool>>) -> bool {
    cancel.is_some_and(|cancel| cancel.load(Ordering::Relaxed))
}

/// What following a run needs to know of it.
pub(super) struct Run<'a> {
    pub(super) python: &'a Python,
    pub(super) limits: Limits,
    pub(super) request: &'a Request,
    pub(super) cancel: Option<&'a Arc<AtomicBool>>,
    pub(super) token: String,
    pub(super) started: Instant,
}

/// Listens to a run until its end, and makes it an outcome.
pub(super) fn follow(mut process: Process, receiver: &Receiver<Message>, run: Run<'_>) -> anyhow::Result<Outcome> {
    let files = run.request.target.scripts.plan.parts.iter().map(|part| part.path.to_string_lossy().into_owned());
    let mut listener = Listener::new(run.token, files.collect(), MAX_OUTPUT);
    let end = listen(&mut process, receiver, &mut listener, run.limits.timeout, run.cancel);
    let status = stop(&mut process, receiver, &mut listener, &end);
    // The process may have ended before its last words were read.
    let end = listener.end().filter(|_| end == End::Exited).unwrap_or(end);
    let mut outcome = match listener.finish(end, status, run.limits.timeout) {
        Ok(outcome) => outcome,
        Err(Unable::Missing { module, distribution }) => bail!(
            "this Python has no library `{module}`, and D3's image has; install it with `{}`",
            run.python.pip(&distribution)
        ),
        Err(Unable::Because(reason)) => bail!("{reason}"),
    };
    outcome.duration_ms = u64::try_from(run.started.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(outcome)
}

/// A word that a script can't guess: lines of the channel without it are not the engine's.
pub(super) fn token(folder: &Path) -> String {
    use std::hash::{BuildHasher, RandomState};
    let word = || RandomState::new().hash_one(folder);
    format!("{:016x}{:016x}", word(), word())
}

/// A request as the engine takes it.
pub(super) fn job(request: &Request, limits: Limits) -> Value {
    let mut job = request.to_json();
    job["timeout"] = json!(limits.timeout.as_secs_f64());
    job
}

/// The engine's parts by name.
pub(super) fn parts() -> Value {
    PARTS.into_iter().map(|(name, text)| (name.to_owned(), json!(text))).collect::<serde_json::Map<_, _>>().into()
}

/// What Python reads from its standard input.
pub(super) fn setup(setup: &Value) -> Vec<u8> {
    format!("{}\n{BOOT}{setup}\n", BOOT.len()).into_bytes()
}

/// The environment that a script sees, and nothing of the user's.
pub(super) fn environment() -> Vec<(&'static str, String)> {
    let mut variables = vec![
        ("TZ", "UTC".to_owned()),
        ("LANG", "C.UTF-8".to_owned()),
        ("PYTHONUTF8", "1".to_owned()),
        ("PYTHONDONTWRITEBYTECODE", "1".to_owned()),
        ("PYTHONHASHSEED", "0".to_owned()),
    ];
    if cfg!(windows) {
        for name in ["SYSTEMROOT", "SYSTEMDRIVE", "PATH"] {
            variables.extend(std::env::var(name).ok().map(|value| (name, value)));
        }
    } else {
        variables.push(("PATH", "/usr/local/bin:/usr/bin:/bin".to_owned()));
    }
    variables
}

/// Python with the loader, confined, its three streams piped.
pub(super) fn command(
    python: &Python,
    limits: Limits,
    requests: &[&Request],
    folder: &Path,
    warm: bool,
) -> std::process::Command {
    let home = folder.to_string_lossy().into_owned();
    let mut command = confine::command(python, limits, requests, folder, warm);
    command
        .args(["-c", LOADER])
        .env_clear()
        .envs(environment())
        .envs(&python.environment)
        .envs(["HOME", "TMPDIR", "TEMP", "TMP"].map(|name| (name, home.clone())))
        .envs(python.user_base.iter().map(|base| ("PYTHONUSERBASE", base)))
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Starts the threads that write the setup and read both pipes.
fn connect(group: &mut Group, setup: Vec<u8>) -> anyhow::Result<Receiver<Message>> {
    let (sender, receiver) = channel();
    let child = &mut group.child;
    let mut stdin = child.stdin.take().context("no pipe to Python")?;
    let results = child.stdout.take().context("no pipe from Python")?;
    let printed = child.stderr.take().context("no pipe from Python")?;
    let write = move || {
        // A process that ends early leaves a broken pipe; its end says more than that.
        let _ = stdin.write_all(&setup);
        stdin
    };
    group.stdin = Some(std::thread::spawn(write));
    read_in_background(results, printed, &sender);
    wait_in_background(child, sender);
    Ok(receiver)
}

/// Starts the threads that read both pipes.
pub(super) fn read_in_background(
    results: impl Read + Send + 'static,
    mut printed: impl Read + Send + 'static,
    sender: &Sender<Message>,
) {
    let lines = sender.clone();
    std::thread::spawn(move || read_lines(BufReader::new(results), &lines));
    let output = sender.clone();
    std::thread::spawn(move || {
        let mut buffer = vec![0; 64 * 1024];
        while let Ok(count @ 1..) = printed.read(&mut buffer) {
            if output.send(Message::Printed(buffer[..count].to_vec())).is_err() {
                return;
            }
        }
        drop(output.send(Message::Closed));
    });
}

fn read_lines(mut results: impl BufRead, lines: &Sender<Message>) {
    loop {
        let mut line = Vec::new();
        // A line beyond the cap is cut, so that its token or its JSON is lost; the listener then ends the run.
        match results.by_ref().take(2 * MAX_OUTPUT as u64).read_until(b'\n', &mut line) {
            Ok(1..) if lines.send(Message::Line(line)).is_ok() => {}
            _ => break,
        }
    }
    drop(lines.send(Message::Closed));
}

/// Tells when the process ends, without reaping it, so that its group can still be killed by its number.
#[cfg(unix)]
fn wait_in_background(child: &Child, sender: Sender<Message>) {
    use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
    let Some(pid) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) else { return };
    std::thread::spawn(move || {
        while let Err(rustix::io::Errno::INTR) = waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT)
        {
        }
        drop(sender.send(Message::Ended(None)));
    });
}

#[cfg(not(unix))]
fn wait_in_background(_child: &Child, _sender: Sender<Message>) {}

/// Takes what the process says until it is done, ends, or has to be stopped.
fn listen(
    process: &mut Process,
    receiver: &Receiver<Message>,
    listener: &mut Listener,
    timeout: Duration,
    cancel: Option<&Arc<AtomicBool>>,
) -> End {
    // Starting Python and reading its libraries is not the script's time.
    let mut deadline = Instant::now() + timeout + Duration::from_secs(30);
    let mut closed = 0;
    loop {
        if is_cancelled(cancel) {
            return End::Cancelled;
        }
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return End::Timeout;
        }
        match receiver.recv_timeout(left.min(Duration::from_millis(50))) {
            Ok(Message::Line(line)) => {
                if listener.line(&line) {
                    // The engine writes where the script stands when its time is over; that must still arrive.
                    deadline = Instant::now() + timeout + Duration::from_millis(500);
                }
            }
            Ok(Message::Printed(bytes)) => listener.printed(&bytes),
            Ok(Message::Started(number)) => process.started(number),
            Ok(Message::Ended(status)) => {
                process.ended(status);
                return End::Exited;
            }
            Ok(Message::Closed) => closed += 1,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return End::Exited,
        }
        if cfg!(not(unix)) && closed == 2 {
            return End::Exited;
        }
        if let Some(end) = listener.end() {
            return end;
        }
    }
}

/// Lets a process that is done end by itself, kills the whole group, and takes what is still in the pipes.
fn stop(process: &mut Process, receiver: &Receiver<Message>, listener: &mut Listener, end: &End) -> Option<ExitStatus> {
    let deadline = Instant::now() + GRACE;
    let mut closed = 0;
    let mut killed = false;
    let mut ended = matches!(end, End::Exited);
    let mut last = None;
    loop {
        if !killed && (ended || !end.is_orderly() || Instant::now() >= deadline) {
            process.kill();
            killed = true;
            last = Some(Instant::now() + Duration::from_millis(500));
        }
        if (closed == 2 && killed) || last.is_some_and(|last| Instant::now() >= last) {
            break;
        }
        match receiver.recv_timeout(Duration::from_millis(20)) {
            Ok(Message::Line(line)) => drop(listener.line(&line)),
            Ok(Message::Printed(bytes)) => listener.printed(&bytes),
            Ok(Message::Started(number)) => process.started(number),
            Ok(Message::Ended(status)) => {
                process.ended(status);
                ended = true;
            }
            Ok(Message::Closed) => closed += 1,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    if !killed {
        process.kill();
    }
    process.status()
}

impl Process {
    fn started(&mut self, number: u32) {
        if let Self::Fork(known, _) = self {
            *known = Some(number);
        }
    }

    fn ended(&mut self, how: Option<ExitStatus>) {
        if let Self::Fork(number, status) = self {
            // It is reaped, so its number may soon be another's.
            (*number, *status) = (None, how);
        }
    }

    /// Kills the process and its group. An empty group is no error here.
    fn kill(&mut self) {
        match self {
            Self::Own(group) => group.kill(),
            Self::Fork(number, _) => number.iter().copied().for_each(kill_group),
        }
    }

    /// How it ended; reaps it if it is our own.
    fn status(&mut self) -> Option<ExitStatus> {
        match self {
            Self::Own(group) => group.child.wait().ok(),
            Self::Fork(_, status) => *status,
        }
    }
}
