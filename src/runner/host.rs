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
use super::job::Request;
use super::listener::{End, Listener};
use super::outcome::Outcome;
use super::python::Python;

/// The engine's parts, but for the first.
const PARTS: [(&str, &str); 11] = [
    ("clock", include_str!("engine/clock.py")),
    ("coverage", include_str!("engine/coverage.py")),
    ("entries", include_str!("engine/entries.py")),
    ("http", include_str!("engine/http.py")),
    ("names", include_str!("engine/names.py")),
    ("network", include_str!("engine/network.py")),
    ("report", include_str!("engine/report.py")),
    ("run", include_str!("engine/run.py")),
    ("sockets", include_str!("engine/sockets.py")),
    ("urls", include_str!("engine/urls.py")),
    ("utility", include_str!("engine/utility.py")),
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
}

impl Default for Limits {
    fn default() -> Self {
        Self { timeout: Duration::from_secs(60), memory: 2048 }
    }
}

/// Something from the process.
enum Message {
    /// A line of the channel.
    Line(Vec<u8>),
    /// Something printed.
    Printed(Vec<u8>),
    /// One of the two pipes is at its end.
    Closed,
    /// The process has ended; it still has to be reaped.
    Ended,
}

/// Runs a request. `cancel` stops it early, as if it had been killed.
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
    let folder = tempfile::Builder::new().prefix("d3ls-run-").tempdir().context("no temporary folder")?;
    let token = token(folder.path());
    let mut child = start(python, limits, request, folder.path())?;
    let receiver = connect(&mut child, setup(request, limits, &token))?;
    let files = request.target.scripts.plan.parts.iter().map(|part| part.path.to_string_lossy().into_owned());
    let mut listener = Listener::new(token, files.collect(), MAX_OUTPUT);
    let end = listen(&receiver, &mut listener, limits.timeout, cancel);
    let status = stop(&mut child, &receiver, &mut listener, &end);
    // The process may have ended before its last words were read.
    let end = listener.end().filter(|_| end == End::Exited).unwrap_or(end);
    let mut outcome = match listener.finish(end, status, limits.timeout) {
        Ok(outcome) => outcome,
        Err(super::listener::Unable::Missing { module, distribution }) => bail!(
            "this Python has no library `{module}`, and D3's image has; install it with `{}`",
            python.pip(&distribution)
        ),
        Err(super::listener::Unable::Because(reason)) => bail!("{reason}"),
    };
    if outcome.python.is_empty() {
        outcome.python.clone_from(&python.version);
    }
    outcome.duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(outcome)
}

/// A word that a script can't guess: lines of the channel without it are not the engine's.
fn token(folder: &Path) -> String {
    use std::hash::{BuildHasher, RandomState};
    let word = || RandomState::new().hash_one(folder);
    format!("{:016x}{:016x}", word(), word())
}

fn setup(request: &Request, limits: Limits, token: &str) -> Vec<u8> {
    let mut job = request.to_json();
    job["timeout"] = json!(limits.timeout.as_secs_f64());
    let parts: serde_json::Map<String, Value> =
        PARTS.into_iter().map(|(name, text)| (name.to_owned(), json!(text))).collect();
    let setup = json!({"token": token, "parts": parts, "job": job});
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

fn start(python: &Python, limits: Limits, request: &Request, folder: &Path) -> anyhow::Result<Child> {
    let home = folder.to_string_lossy().into_owned();
    let mut command = confine::command(python, limits, request, folder);
    command
        .args(["-c", LOADER])
        .env_clear()
        .envs(environment())
        .envs(["HOME", "TMPDIR", "TEMP", "TMP"].map(|name| (name, home.clone())))
        .envs(python.user_base.iter().map(|base| ("PYTHONUSERBASE", base)))
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command.spawn().with_context(|| format!("{} can't be started", python.program.display()))
}

/// Starts the threads that write the setup and read both pipes.
fn connect(child: &mut Child, setup: Vec<u8>) -> anyhow::Result<Receiver<Message>> {
    let (sender, receiver) = channel();
    let mut stdin = child.stdin.take().context("no pipe to Python")?;
    let results = child.stdout.take().context("no pipe from Python")?;
    let mut printed = child.stderr.take().context("no pipe from Python")?;
    // A process that ends early leaves a broken pipe; its end says more than that.
    std::thread::spawn(move || drop(stdin.write_all(&setup)));
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
    wait_in_background(child, sender);
    Ok(receiver)
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
        drop(sender.send(Message::Ended));
    });
}

#[cfg(not(unix))]
fn wait_in_background(_child: &Child, _sender: Sender<Message>) {}

/// Takes what the process says until it is done, ends, or has to be stopped.
fn listen(
    receiver: &Receiver<Message>,
    listener: &mut Listener,
    timeout: Duration,
    cancel: Option<&Arc<AtomicBool>>,
) -> End {
    // Starting Python and reading its libraries is not the script's time.
    let mut deadline = Instant::now() + timeout + Duration::from_secs(30);
    let mut closed = 0;
    loop {
        if cancel.is_some_and(|cancel| cancel.load(Ordering::Relaxed)) {
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
            Ok(Message::Ended) => return End::Exited,
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
fn stop(child: &mut Child, receiver: &Receiver<Message>, listener: &mut Listener, end: &End) -> Option<ExitStatus> {
    let deadline = Instant::now() + GRACE;
    let mut closed = 0;
    let mut killed = false;
    let mut ended = matches!(end, End::Exited);
    let mut last = None;
    loop {
        if !killed && (ended || !end.is_orderly() || Instant::now() >= deadline) {
            kill_group(child);
            killed = true;
            last = Some(Instant::now() + Duration::from_millis(500));
        }
        if (closed == 2 && killed) || last.is_some_and(|last| Instant::now() >= last) {
            break;
        }
        match receiver.recv_timeout(Duration::from_millis(20)) {
            Ok(Message::Line(line)) => drop(listener.line(&line)),
            Ok(Message::Printed(bytes)) => listener.printed(&bytes),
            Ok(Message::Ended) => ended = true,
            Ok(Message::Closed) => closed += 1,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    if !killed {
        kill_group(child);
    }
    child.wait().ok()
}

#[cfg(unix)]
fn kill_group(child: &mut Child) {
    use rustix::process::{Pid, Signal, kill_process_group};
    if let Some(pid) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
        // The leader is not reaped yet, so the number is still its group's; an empty group is no error here.
        let _ = kill_process_group(pid, Signal::KILL);
    }
}

#[cfg(not(unix))]
fn kill_group(child: &mut Child) {
    let _ = child.kill();
}
