//! Finding a Python: 3.9 first, then any later one with a warning. A candidate counts only if it runs and says what it is.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::host::is_cancelled;
use super::remembered;
use crate::image::Version;

/// An interpreter that runs.
#[derive(Debug, Clone)]
pub struct Python {
    /// The program and the arguments that choose it (`py -3.9`), as the user knows it.
    pub command: Vec<String>,
    /// The interpreter itself, which runs without the user's environment.
    pub program: PathBuf,
    /// `3.9.18`.
    pub version: String,
    /// Major and minor version.
    pub minor: Version,
    /// The variables that it needs to run by itself, where a shim or a wrapper sets some.
    pub environment: BTreeMap<String, String>,
    /// Its own folders: what it loads from.
    pub folders: Vec<PathBuf>,
    /// Where `pip install --user` puts libraries, if it looks there.
    pub user_base: Option<String>,
}

/// What the interpreter says of itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Answer {
    version: (u8, u8, u8),
    implementation: String,
    executable: Option<PathBuf>,
    folders: Vec<PathBuf>,
    user: Option<String>,
    environment: BTreeMap<String, String>,
}

/// Prints an [`Answer`].
const PROBE: &str = "import os,sys,site,json;\
kept={n:os.environ[n] for n in ('LD_LIBRARY_PATH','DYLD_LIBRARY_PATH','PYTHONHOME','PYTHONPATH') if n in os.environ};\
folders=[sys.prefix,sys.exec_prefix,sys.base_prefix,sys.base_exec_prefix]+[p for p in sys.path if p];\
user=site.getuserbase() if site.ENABLE_USER_SITE else None;\
print(json.dumps({'version':sys.version_info[:3],'implementation':sys.implementation.name,'executable':sys.executable,'folders':folders,'user':user,'environment':kept}))";

/// The version of D3's Python.
const WANTED: Version = (3, 9);

/// Finds the interpreter to use: the one that is `named` by the user or the settings, or the best there is.
///
/// # Errors
/// The named one does not run or is too old; or none was found.
pub fn find(named: Option<&Path>, cancel: Option<&Arc<AtomicBool>>) -> anyhow::Result<Python> {
    if let Some(path) = named {
        let command = vec![path.to_string_lossy().into_owned()];
        return probe(&command, cancel).map_err(|reason| {
            anyhow::anyhow!("{}: {reason}; name a CPython of 3.9 or later, or none", path.display())
        });
    }
    let mut tried = Vec::new();
    for command in candidates() {
        match probe(&command, cancel) {
            Ok(python) => return Ok(python),
            Err(reason) => tried.push(format!("{}: {reason}", command.join(" "))),
        }
    }
    let tried = if tried.is_empty() { String::new() } else { format!(" (tried {})", tried.join("; ")) };
    anyhow::bail!(
        "no Python 3.9 or later was found{tried}; install CPython 3.9, or name one: with `--python`, as `python` under \
         `[runner]` in d3ls.toml, or in the editor's settings"
    )
}

/// The programs that may be what we want, the best first.
fn candidates() -> Vec<Vec<String>> {
    let on_path = |name: &str| -> Vec<Vec<String>> {
        let name = format!("{name}{}", std::env::consts::EXE_SUFFIX);
        let folders = std::env::var_os("PATH").unwrap_or_default();
        let programs = std::env::split_paths(&folders).map(|folder| folder.join(&name)).filter(|path| path.is_file());
        programs.map(|path| vec![path.to_string_lossy().into_owned()]).collect()
    };
    let mut found = on_path("python3.9");
    if cfg!(windows) {
        found.push(vec!["py".to_owned(), "-3.9".to_owned()]);
    }
    found.extend(on_path("python3"));
    if cfg!(windows) {
        found.extend(on_path("python"));
    }
    found.extend((10..=14).flat_map(|minor| on_path(&format!("python3.{minor}"))));
    found.dedup();
    found
}

/// Asks a candidate what it is.
fn probe(command: &[String], cancel: Option<&Arc<AtomicBool>>) -> Result<Python, String> {
    let (answer, program, environment) = match remembered::get(command) {
        Some(answer) => (answer, PathBuf::from(&command[0]), BTreeMap::new()),
        None => {
            let asked = ask(command, None, cancel)?;
            let (program, answer) = program(command, &asked, cancel);
            remembered::put(command, &program, &answer);
            let environment =
                if program == Path::new(&command[0]) { BTreeMap::new() } else { answer.environment.clone() };
            (answer, program, environment)
        }
    };
    let (major, minor, micro) = answer.version;
    if answer.implementation != "cpython" {
        return Err(format!("it is {}, not CPython", answer.implementation));
    }
    if (major, minor) < WANTED {
        return Err(format!("it is Python {major}.{minor}, and scripts need 3.9 or later"));
    }
    Ok(Python {
        command: command.to_vec(),
        program,
        environment,
        version: format!("{major}.{minor}.{micro}"),
        minor: (major, minor),
        folders: answer.folders,
        user_base: answer.user,
    })
}

/// The interpreter behind a command, and what it says of itself. A version manager's shim needs the user's
/// environment, and a script has none of it, so the program that it started is taken if it runs alone, or with the few
/// variables that a wrapper sets for it.
fn program(command: &[String], asked: &Answer, cancel: Option<&Arc<AtomicBool>>) -> (PathBuf, Answer) {
    let named = PathBuf::from(command.first().map_or("", String::as_str));
    let real = |path: &Path| path.canonicalize().ok();
    if let Some(executable) = &asked.executable
        && (command.len() > 1 || real(executable) != real(&named))
    {
        let alone = [executable.to_string_lossy().into_owned()];
        for environment in [&BTreeMap::new(), &asked.environment] {
            match ask(&alone, Some(environment), cancel) {
                // Without its variables it may run and not find its libraries.
                Ok(answer) if same_folders(&answer, asked) => return (executable.clone(), answer),
                _ => {}
            }
        }
    }
    (named, asked.clone())
}

fn same_folders(one: &Answer, other: &Answer) -> bool {
    other.folders.iter().all(|folder| one.folders.contains(folder))
}

/// Starts a candidate with the user's environment, or with the script's and these variables.
fn ask(
    command: &[String],
    variables: Option<&BTreeMap<String, String>>,
    cancel: Option<&Arc<AtomicBool>>,
) -> Result<Answer, String> {
    let (program, arguments) = command.split_first().ok_or_else(|| "it has no name".to_owned())?;
    let mut asked = Command::new(program);
    if let Some(variables) = variables {
        asked.env_clear().envs(super::host::environment()).envs(variables);
    }
    let mut child = asked
        .args(arguments)
        .args(["-B", "-c", PROBE])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("it can't be started ({})", crate::project::describe(&error)))?;
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => break,
            Ok(Some(status)) => return Err(format!("it does not run ({status})")),
            Ok(None) if Instant::now() < deadline && !is_cancelled(cancel) => {
                std::thread::sleep(Duration::from_millis(2))
            }
            Ok(None) | Err(_) => {
                // It is not worth more; the next candidate is asked.
                let _ = child.kill();
                let _ = child.wait();
                return Err("it does not answer".to_owned());
            }
        }
    }
    let output = child.wait_with_output().map_err(|error| error.to_string())?;
    serde_json::from_slice(&output.stdout).map_err(|_| "it does not answer as a Python does".to_owned())
}

impl Python {
    /// What differs from D3's Python, where this is a later one.
    pub fn warning(&self) -> Option<String> {
        const LATER: [(u8, &str); 5] = [
            (10, "it takes `match`, `int | None` and `zip(strict=...)`, which 3.9 refuses"),
            (11, "it takes `except*` and `tomllib`, and `datetime.fromisoformat` reads more"),
            (12, "it has no `distutils`, `imp` and `asyncore`, and its f-strings may hold any quotes"),
            (13, "it has no `cgi`, `crypt` and `telnetlib`"),
            (14, "annotations are evaluated late"),
        ];
        if self.minor == WANTED {
            return None;
        }
        let differences: Vec<&str> =
            LATER.iter().filter(|(minor, _)| (3, *minor) <= self.minor).map(|(_, what)| *what).collect();
        Some(format!(
            "D3 runs Python 3.9 and this is {}: {}; install Python 3.9, or name one with `--python` or in the settings, for the same results",
            self.version,
            differences.join("; ")
        ))
    }

    /// How to install a distribution for this Python.
    pub fn pip(&self, distribution: &str) -> String {
        format!("{} -m pip install {distribution}", self.command.join(" "))
    }
}
