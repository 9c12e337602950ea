//! Confining the engine: d3ls starts itself as a hidden, single-threaded sub-command, which takes rights away from
//! itself and then becomes Python.
//!
//! Owns: which files, system calls and resources a script has. Every layer is best effort: what the system does not
//! offer is left out and named in `d3ls run -v`.

#[cfg(target_os = "linux")]
mod files;
#[cfg(target_os = "linux")]
mod syscalls;

#[cfg(target_os = "linux")]
pub(super) use syscalls::fork_filter;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use serde::{Deserialize, Serialize};

use super::host::Limits;
use super::job::Request;
use super::python::Python;

/// The hidden sub-command.
pub const COMMAND: &str = "__confine";
/// The variable that tells the engine which layers hold; it hides it from the script.
const LAYERS: &str = "D3LS_LAYERS";

/// The largest file that a script may write, in MiB.
#[cfg(unix)]
const MAX_FILE: u64 = 64;
/// How much less of a busy processor a considerate script gets: a tenth of what others do.
#[cfg(unix)]
const NICE: i32 = 10;
/// How many files a script may have open.
#[cfg(unix)]
const MAX_OPEN: u64 = 512;

/// What a script may use.
#[derive(Debug, Serialize, Deserialize)]
struct Rights {
    /// Files and folders to read.
    read: Vec<PathBuf>,
    /// The one folder to write.
    write: PathBuf,
    /// Memory, in MiB.
    memory: u64,
    /// Whether others come first where the processor is busy.
    considerate: bool,
    /// Whether the network is open.
    network: bool,
    /// Whether it is a warm engine, which forks and confines its forks further.
    warm: bool,
}

/// The command that becomes `python`, confined where the system can, for these requests. `folder` is the one to write.
pub(super) fn command(python: &Python, limits: Limits, requests: &[&Request], folder: &Path, warm: bool) -> Command {
    let own = std::env::current_exe().ok().filter(|_| cfg!(unix));
    let Some(own) = own else { return Command::new(&python.program) };
    let rights = Rights { warm, ..rights(python, limits, requests, folder) };
    let mut command = Command::new(own);
    command.arg(COMMAND).arg(serde_json::to_string(&rights).unwrap_or_default()).arg(&python.program);
    command
}

/// What one fork of a warm engine may read and write, for it to take on: what a process of its own could, and no more.
#[cfg(target_os = "linux")]
pub(super) fn fork_files(
    python: &Python,
    limits: Limits,
    request: &Request,
    folder: &Path,
) -> Option<std::os::fd::OwnedFd> {
    files::restriction(&rights(python, limits, &[request], folder))
}

fn rights(python: &Python, limits: Limits, requests: &[&Request], folder: &Path) -> Rights {
    let mut read = python.folders.clone();
    read.push(python.program.clone());
    read.extend(python.program.canonicalize());
    read.extend(python.user_base.iter().map(PathBuf::from));
    read.extend(python.environment.values().flat_map(std::env::split_paths).filter(|path| path.is_absolute()));
    read.extend(requests.iter().flat_map(|request| &request.target.scripts.plan.parts).map(|part| part.path.clone()));
    let files = requests.iter().flat_map(|request| &request.inputs).filter(|input| input.kind == "File");
    read.extend(files.filter_map(|input| input.value.as_str()).filter(|path| !path.is_empty()).map(PathBuf::from));
    read.sort();
    read.dedup();
    Rights {
        read,
        write: folder.to_owned(),
        memory: u64::from(limits.memory),
        considerate: limits.considerate,
        network: requests.iter().any(|request| request.network),
        warm: false,
    }
}

/// The hidden sub-command: `d3ls __confine RIGHTS PROGRAM ARGUMENT...`. Does not return where all is well.
pub fn main(arguments: &[String]) -> ExitCode {
    let failed = |message: String| {
        // The parent shows what is said here.
        let _ = std::io::Write::write_all(&mut std::io::stderr(), format!("{message}\n").as_bytes());
        ExitCode::from(127)
    };
    let [rights, program, rest @ ..] = arguments else { return failed("this sub-command is d3ls's own".to_owned()) };
    let rights: Rights = match serde_json::from_str(rights) {
        Ok(rights) => rights,
        Err(error) => return failed(format!("the rights can't be read: {error}")),
    };
    let layers = confine(&rights);
    let mut command = Command::new(program);
    command.args(rest).env(LAYERS, layers.join("\n"));
    failed(become_it(command))
}

/// Takes the rights away; gives what holds, and what does not, in words.
#[cfg(unix)]
fn confine(rights: &Rights) -> Vec<String> {
    let mut layers = vec![limits(rights)];
    if rights.considerate {
        // Where it is refused, the script is as quick as others.
        let _ = rustix::process::nice(NICE);
    }
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{Signal, set_parent_process_death_signal};
        if set_parent_process_death_signal(Some(Signal::KILL)).is_ok() {
            layers.push("parent: dies with d3ls".to_owned());
        }
        layers.push(files::confine(rights));
        layers.push(syscalls::confine(rights.network, rights.warm));
    }
    #[cfg(not(target_os = "linux"))]
    layers.push("files and system calls: not confined on this system".to_owned());
    layers
}

#[cfg(not(unix))]
fn confine(_rights: &Rights) -> Vec<String> {
    Vec::new()
}

/// Memory, file sizes, open files, core dumps.
#[cfg(unix)]
fn limits(rights: &Rights) -> String {
    use rlimit::Resource;
    const MIB: u64 = 1024 * 1024;
    let wanted = [
        (Resource::AS, rights.memory * MIB, "memory"),
        (Resource::FSIZE, MAX_FILE * MIB, "file size"),
        (Resource::NOFILE, MAX_OPEN, "open files"),
        (Resource::CORE, 0, "core dumps"),
    ];
    let (held, missing): (Vec<_>, Vec<_>) = wanted.into_iter().partition(|(resource, most, _)| {
        let hard = resource.get().map_or(u64::MAX, |(_, hard)| hard);
        resource.set((*most).min(hard), (*most).min(hard)).is_ok()
    });
    let names = |list: &[(Resource, u64, &'static str)]| list.iter().map(|one| one.2).collect::<Vec<_>>().join(", ");
    if missing.is_empty() {
        format!("rlimits: {} ({} MiB of memory)", names(&held), rights.memory)
    } else {
        format!("rlimits: {}; not available: {}", names(&held), names(&missing))
    }
}

#[cfg(unix)]
fn become_it(mut command: Command) -> String {
    let error = std::os::unix::process::CommandExt::exec(&mut command);
    format!("{} can't be started: {error}", command.get_program().to_string_lossy())
}

#[cfg(not(unix))]
fn become_it(_command: Command) -> String {
    "this sub-command needs a Unix".to_owned()
}
