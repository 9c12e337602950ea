//! A warm engine: one process a manifest that has imported the scripts' libraries and forks for each job. Only where
//! forks can be confined; elsewhere, and where it does not start, each job gets a fresh process.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use super::host::{self, Limits};
use super::job::Request;
use super::outcome::Outcome;
use super::python::Python;

#[cfg(not(target_os = "linux"))]
use std::convert::Infallible as Engine;

/// Runs many requests, warm where that is possible.
pub struct Warm {
    python: Python,
    limits: Limits,
    engine: Option<Engine>,
}

impl Warm {
    /// Starts a warm engine for requests of the same scripts.
    pub fn start(python: &Python, limits: Limits, requests: &[&Request], cancel: Option<&Arc<AtomicBool>>) -> Self {
        let engine = start(python, limits, requests, cancel);
        Self { python: python.clone(), limits, engine }
    }

    /// Runs one of the requests.
    ///
    /// # Errors
    /// As [`host::run`].
    pub fn run(&self, request: &Request, cancel: Option<&Arc<AtomicBool>>) -> anyhow::Result<Outcome> {
        let started = Instant::now();
        match &self.engine {
            Some(engine) => engine_run(engine, &self.python, self.limits, request, cancel, started),
            None => host::run(&self.python, self.limits, request, cancel),
        }
    }
}

#[cfg(not(target_os = "linux"))]
fn start(
    _python: &Python,
    _limits: Limits,
    _requests: &[&Request],
    _cancel: Option<&Arc<AtomicBool>>,
) -> Option<Engine> {
    None
}

#[cfg(not(target_os = "linux"))]
fn engine_run(
    engine: &Engine,
    _python: &Python,
    _limits: Limits,
    _request: &Request,
    _cancel: Option<&Arc<AtomicBool>>,
    _started: Instant,
) -> anyhow::Result<Outcome> {
    match *engine {}
}

#[cfg(target_os = "linux")]
use linux::{Engine, engine_run, start};

#[cfg(target_os = "linux")]
mod linux {
    use std::collections::HashMap;
    use std::io::{BufRead, BufReader, ErrorKind, IoSlice, Write, pipe};
    use std::mem::MaybeUninit;
    use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
    use std::os::unix::net::UnixStream;
    use std::os::unix::process::ExitStatusExt;
    use std::process::{ExitStatus, Stdio};
    use std::sync::atomic::AtomicBool;
    use std::sync::mpsc::{Sender, channel};
    use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
    use std::time::{Duration, Instant};

    use anyhow::Context;
    use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags, sendmsg};
    use serde_json::{Value, json};

    use super::super::confine;
    use super::super::folder::Folder;
    use super::super::group::Group;
    use super::super::host::{self, Limits, Message, Process, Run};
    use super::super::job::Request;
    use super::super::outcome::Outcome;
    use super::super::plan;
    use super::super::python::Python;

    /// How long a warm engine may take to import everything.
    const START: Duration = Duration::from_secs(60);
    /// How often it is asked meanwhile whether the user still wants it.
    const LOOK: Duration = Duration::from_millis(50);

    /// The process and the way to it.
    pub(super) struct Engine {
        process: Group,
        control: Mutex<UnixStream>,
        forks: Arc<Mutex<Forks>>,
        folder: Folder,
    }

    /// The jobs that run, by their number here, and their processes.
    #[derive(Default)]
    struct Forks {
        next: u64,
        senders: HashMap<u64, Sender<Message>>,
        processes: HashMap<u32, u64>,
    }

    fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
        mutex.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `None` where it does not start, or where its forks could not be confined.
    pub(super) fn start(
        python: &Python,
        limits: Limits,
        requests: &[&Request],
        cancel: Option<&Arc<AtomicBool>>,
    ) -> Option<Engine> {
        let filter = confine::fork_filter()?;
        let folder = Folder::new().ok()?;
        let (ours, theirs) = UnixStream::pair().ok()?;
        let mut command = host::command(python, limits, requests, folder.path(), true);
        command.stdin(Stdio::from(OwnedFd::from(theirs))).stdout(Stdio::null()).stderr(Stdio::null());
        let process = Group::start(&mut command, limits.considerate).ok()?;
        drop(command);
        let forks = Arc::new(Mutex::new(Forks::default()));
        let engine = Engine { process, control: Mutex::new(ours), forks, folder };
        engine.greet(requests, &filter, cancel)?;
        Some(engine)
    }

    impl Engine {
        /// Says what to import, and waits until that is done.
        fn greet(
            &self,
            requests: &[&Request],
            filter: &[(u16, u8, u8, u32)],
            cancel: Option<&Arc<AtomicBool>>,
        ) -> Option<()> {
            let warm = json!({"scripts": scripts(requests), "globals": globals(requests), "filter": filter});
            let setup = host::setup(&json!({"parts": host::parts(), "warm": warm}));
            let mut control = lock(&self.control);
            control.write_all(&setup).ok()?;
            control.set_read_timeout(Some(LOOK)).ok()?;
            let mut reader = BufReader::new(control.try_clone().ok()?);
            let line = first_line(&mut reader, cancel)?;
            let hello: Value = serde_json::from_str(line.strip_prefix("ready ")?).ok()?;
            let layers = hello["layers"].as_array()?;
            let is_confined =
                layers.iter().any(|layer| layer.as_str().is_some_and(|layer| layer.starts_with("seccomp: no ")));
            control.set_read_timeout(None).ok()?;
            let forks = Arc::clone(&self.forks);
            std::thread::spawn(move || dispatch(reader, &forks));
            is_confined.then_some(())
        }

        /// Sends a job with the descriptors that its fork uses: where results go, where prints go, and its files.
        fn send(&self, job: &Value, descriptors: &[BorrowedFd<'_>]) -> anyhow::Result<()> {
            let body = job.to_string().into_bytes();
            let header = u64::try_from(body.len()).unwrap_or_default().to_be_bytes();
            let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(3))];
            let mut ancillary = SendAncillaryBuffer::new(&mut space);
            ancillary.push(SendAncillaryMessage::ScmRights(descriptors));
            let mut control = lock(&self.control);
            sendmsg(&*control, &[IoSlice::new(&header)], &mut ancillary, SendFlags::NOSIGNAL)?;
            Ok(control.write_all(&body)?)
        }
    }

    impl Drop for Engine {
        fn drop(&mut self) {
            self.process.kill();
            let _ = self.process.child.wait();
        }
    }

    /// The scripts, each final script once.
    fn scripts(requests: &[&Request]) -> Vec<Value> {
        let mut scripts = Vec::new();
        for request in requests {
            let parts = request.target.scripts.plan.parts.iter();
            let script: Value = parts
                .map(|part| json!({"path": part.path.to_string_lossy(), "text": plan::callable(&part.text)}))
                .collect();
            if !scripts.contains(&script) {
                scripts.push(script);
            }
        }
        scripts
    }

    fn globals(requests: &[&Request]) -> Value {
        let image = requests.first().map(|request| &request.target.scripts.image);
        let pairs =
            image.into_iter().flat_map(|image| image.globals().filter_map(|name| Some((name, image.global(name)?))));
        pairs.map(|(name, path)| (name.to_owned(), json!(path))).collect::<serde_json::Map<_, _>>().into()
    }

    /// The first line, unless it takes too long or the user wants no more.
    fn first_line(reader: &mut impl BufRead, cancel: Option<&Arc<AtomicBool>>) -> Option<String> {
        let deadline = Instant::now() + START;
        let mut line = Vec::new();
        while !line.ends_with(b"\n") {
            match reader.read_until(b'\n', &mut line) {
                Ok(0) => return None,
                Ok(_) => {}
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
                Err(_) => return None,
            }
            if host::is_cancelled(cancel) || Instant::now() >= deadline {
                return None;
            }
        }
        String::from_utf8(line).ok()
    }

    /// Reads what the engine says of its forks: `started JOB PROCESS`, `ended PROCESS STATUS`.
    fn dispatch(reader: impl BufRead, forks: &Mutex<Forks>) {
        for line in reader.lines().map_while(Result::ok) {
            let words: Vec<&str> = line.split(' ').collect();
            let [word, first, second] = words.as_slice() else { continue };
            let mut forks = lock(forks);
            match *word {
                "started" => {
                    let (Ok(job), Ok(process)) = (first.parse(), second.parse()) else { continue };
                    forks.processes.insert(process, job);
                    forks.senders.get(&job).map(|sender| sender.send(Message::Started(process)));
                }
                "ended" => {
                    let (Ok(process), Ok(status)) = (first.parse::<u32>(), second.parse()) else { continue };
                    let job = forks.processes.remove(&process).and_then(|job| forks.senders.remove(&job));
                    job.map(|sender| sender.send(Message::Ended(Some(ExitStatus::from_raw(status)))));
                }
                _ => {}
            }
        }
        // The engine is gone: no fork will be heard of again.
        lock(forks).senders.clear();
    }

    pub(super) fn engine_run(
        engine: &Engine,
        python: &Python,
        limits: Limits,
        request: &Request,
        cancel: Option<&Arc<AtomicBool>>,
        started: Instant,
    ) -> anyhow::Result<Outcome> {
        let folder = tempfile::Builder::new().tempdir_in(engine.folder.path()).context("no temporary folder")?;
        let token = host::token(folder.path());
        let (sender, receiver) = channel();
        let (results, to_results) = pipe().context("no pipe")?;
        let (printed, to_printed) = pipe().context("no pipe")?;
        host::read_in_background(results, printed, &sender);
        let number = {
            let mut forks = lock(&engine.forks);
            forks.next += 1;
            let number = forks.next;
            forks.senders.insert(number, sender);
            number
        };
        let job = json!({"id": number, "token": token, "folder": folder.path(), "job": host::job(request, limits)});
        let files = confine::fork_files(python, limits, request, folder.path());
        let descriptors = [Some(to_results.as_fd()), Some(to_printed.as_fd()), files.as_ref().map(OwnedFd::as_fd)];
        let descriptors: Vec<BorrowedFd<'_>> = descriptors.into_iter().flatten().collect();
        engine.send(&job, &descriptors).context("the warm engine has ended")?;
        drop((to_results, to_printed, files));
        let run = Run { python, limits, request, cancel, token, started };
        host::follow(Process::Fork(None, None), &receiver, run)
    }
}
