//! The engine's words, one line each, made into an outcome. Lines without the run's token are not the engine's.

use std::collections::HashSet;
use std::process::ExitStatus;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::outcome::{Attempt, Covered, Failure, Frame, Outcome, Tick};

/// Why listening ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum End {
    /// The engine is done.
    Done,
    /// The process ended before the engine was done.
    Exited,
    /// An attempt took too long.
    Timeout,
    /// The script wrote more than is kept.
    TooMuch(&'static str),
    /// The user wants no more.
    Cancelled,
}

impl End {
    /// Whether the process will end by itself.
    pub(super) fn is_orderly(&self) -> bool {
        matches!(self, Self::Done | Self::Exited)
    }
}

/// Why there is no outcome.
#[derive(Debug)]
pub(super) enum Unable {
    /// A library that the image has and this Python has not.
    Missing { module: String, distribution: String },
    /// Anything else, as a sentence.
    Because(String),
}

/// What the engine says.
#[derive(Debug, Deserialize)]
#[serde(tag = "event", rename_all = "lowercase")]
enum Event {
    Hello { python: String, layers: Vec<String> },
    Tick { now: String, start: Option<String>, end: Option<String> },
    Attempt { retrycount: u32 },
    Log { text: String },
    Note { text: String },
    Ended { outcome: String, delay: Option<f64> },
    Result { model: Option<Map<String, Value>>, error: Option<Failure> },
    Recorded { entries: Vec<Value> },
    Covered { files: Vec<Covered> },
    Refused { text: String },
    Missing { module: String, distribution: String },
    Done,
}

/// Collects what a run says.
pub(super) struct Listener {
    token: Vec<u8>,
    /// The user's files.
    files: HashSet<String>,
    limit: usize,
    outcome: Outcome,
    printed: Vec<u8>,
    logged: usize,
    /// The attempt that is running.
    running: Option<u32>,
    /// Frames of the stack that the engine writes when the time is over, the innermost first.
    stack: Vec<Frame>,
    unable: Option<Unable>,
    end: Option<End>,
}

impl Listener {
    pub(super) fn new(token: String, files: HashSet<String>, limit: usize) -> Self {
        Self {
            token: format!("{token} ").into_bytes(),
            files,
            limit,
            outcome: Outcome::default(),
            printed: Vec::new(),
            logged: 0,
            running: None,
            stack: Vec::new(),
            unable: None,
            end: None,
        }
    }

    /// Why to listen no longer.
    pub(super) fn end(&self) -> Option<End> {
        self.end.clone()
    }

    /// Takes a line. Says whether an attempt began, so that its time starts now.
    pub(super) fn line(&mut self, line: &[u8]) -> bool {
        // A script may have written something without a line end before it.
        let at = line.windows(self.token.len()).position(|window| window == self.token);
        let Some(at) = at else {
            self.stack_line(line);
            return false;
        };
        let Ok(event) = serde_json::from_slice(&line[at + self.token.len()..]) else {
            if line.len() > self.limit {
                self.end = Some(End::TooMuch("returned"));
            }
            return false;
        };
        // What comes after the end is not the engine's.
        if self.end.is_some() {
            return false;
        }
        let begins = matches!(event, Event::Attempt { .. });
        self.event(event);
        begins
    }

    fn event(&mut self, event: Event) {
        match event {
            Event::Hello { python, layers } => {
                self.outcome.python = python;
                self.outcome.layers = layers;
            }
            Event::Tick { now, start, end } => {
                self.outcome.ticks.push(Tick { now, start, end, ..Tick::default() });
            }
            Event::Attempt { retrycount } => self.running = Some(retrycount),
            Event::Log { text } => {
                self.logged += text.len() + 1;
                if self.logged > self.limit {
                    self.end = Some(End::TooMuch("logged"));
                } else if let Some(tick) = self.outcome.ticks.last_mut() {
                    tick.logs.push(text);
                }
            }
            Event::Note { text } => self.outcome.notes.push(text),
            Event::Ended { outcome, delay } => {
                let attempt = Attempt { retrycount: self.running.take().unwrap_or_default(), outcome, delay };
                if let Some(tick) = self.outcome.ticks.last_mut() {
                    tick.attempts.push(attempt);
                }
            }
            Event::Result { model, error } => {
                if let Some(tick) = self.outcome.ticks.last_mut() {
                    tick.output = model;
                    tick.error = error;
                }
            }
            Event::Recorded { entries } => self.outcome.recorded = Some(entries),
            Event::Covered { files } => self.outcome.covered = files,
            Event::Refused { text } => self.cannot(Unable::Because(text)),
            Event::Missing { module, distribution } => self.cannot(Unable::Missing { module, distribution }),
            Event::Done => self.end = Some(End::Done),
        }
    }

    fn cannot(&mut self, unable: Unable) {
        self.unable = Some(unable);
        self.end = Some(End::Done);
    }

    /// Reads `  File "script.py", line 3 in work`, of the main thread only.
    fn stack_line(&mut self, line: &[u8]) {
        let text = String::from_utf8_lossy(line);
        let frame = || {
            let (path, rest) = text.trim().strip_prefix("File \"")?.split_once("\", line ")?;
            let (line, function) = rest.split_once(" in ")?;
            let known = self.files.contains(path);
            let line = line.parse().ok()?;
            known.then(|| Frame { path: path.to_owned(), line, function: function.to_owned() })
        };
        if let Some(frame) = frame().filter(|_| self.stack.len() < 60) {
            self.stack.push(frame);
        }
    }

    /// Takes what the script printed.
    pub(super) fn printed(&mut self, bytes: &[u8]) {
        let room = self.limit.saturating_sub(self.printed.len());
        self.printed.extend_from_slice(&bytes[..bytes.len().min(room)]);
        if bytes.len() > room && self.end.is_none() {
            self.end = Some(End::TooMuch("printed"));
        }
    }

    /// The outcome, where the process has ended in this way.
    pub(super) fn finish(mut self, end: End, status: Option<ExitStatus>, timeout: Duration) -> Result<Outcome, Unable> {
        if let Some(unable) = self.unable {
            return Err(unable);
        }
        self.outcome.stdout = String::from_utf8_lossy(&self.printed).into_owned();
        if self.outcome.python.is_empty() {
            let said = self.outcome.stdout.trim();
            let said = if said.is_empty() { "it said nothing".to_owned() } else { format!("it said: {said}") };
            return Err(Unable::Because(format!("Python did not start the engine; {said}")));
        }
        let Some(failure) = failure(end, status, timeout, self.limit) else { return Ok(self.outcome) };
        if self.outcome.ticks.is_empty() {
            self.outcome.ticks.push(Tick::default());
        }
        self.stack.reverse();
        if let Some(tick) = self.outcome.ticks.last_mut() {
            if let Some(retrycount) = self.running {
                tick.attempts.push(Attempt { retrycount, outcome: "error".to_owned(), delay: None });
            }
            let traceback = if failure.kind == "Timeout" { self.stack } else { Vec::new() };
            tick.output = None;
            tick.error = Some(Failure { traceback, ..failure });
        }
        Ok(self.outcome)
    }
}

/// What the end of a process says of the script; `None` where the engine was done.
fn failure(end: End, status: Option<ExitStatus>, timeout: Duration, limit: usize) -> Option<Failure> {
    let (kind, message) = match end {
        End::Done => return None,
        End::Exited => exited(status),
        End::Timeout => (
            "Timeout",
            format!(
                "the attempt took longer than {} seconds and was stopped; set `timeout` under `[runner]` in d3ls.toml \
                 where that is right",
                timeout.as_secs()
            ),
        ),
        End::TooMuch(what) => {
            ("Killed", format!("the script {what} more than {} MiB and was stopped", limit / 1024 / 1024))
        }
        End::Cancelled => ("Killed", "the run was cancelled".to_owned()),
    };
    Some(Failure { kind: kind.to_owned(), message, traceback: Vec::new() })
}

fn exited(status: Option<ExitStatus>) -> (&'static str, String) {
    #[cfg(unix)]
    if let Some(signal) = status.and_then(|status| std::os::unix::process::ExitStatusExt::signal(&status)) {
        let hint = match signal {
            9 => " (SIGKILL: by the script itself, or because memory ran out)",
            11 => " (SIGSEGV: a library crashed, or the stack overflowed)",
            6 => " (SIGABRT: Python or a library gave up)",
            31 => " (SIGSYS: a system call that scripts may not make)",
            _ => "",
        };
        return ("Killed", format!("the script's process was killed by signal {signal}{hint}"));
    }
    match status.and_then(|status| status.code()) {
        Some(code) if code != 0 => {
            ("Exit", format!("the script ended its process with status {code} instead of returning"))
        }
        _ => ("Exit", "the script ended its process, or closed the runner's channel, instead of returning".to_owned()),
    }
}
