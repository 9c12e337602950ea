//! The real Python 3.9 with the libraries that scripts import, and short ways to run scripts with it.

use std::process::Command;
use std::sync::OnceLock;

use crate::support::{Folder, Run};
use serde_json::Value;

/// A Python 3.9 with requests, pytz, httpx and boto3: the one that `scripts/test` names, or made by the scripts.
pub fn python() -> &'static str {
    static PYTHON: OnceLock<String> = OnceLock::new();
    PYTHON.get_or_init(|| {
        std::env::var("D3LS_PYTHON39_VENV")
            .ok()
            .filter(|path| !path.is_empty())
            .unwrap_or_else(|| output("scripts/runner-venv", &[&output("scripts/python39", &[])]))
    })
}

fn output(program: &str, arguments: &[&str]) -> String {
    let program = format!("{}/{program}", env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(&program).args(arguments).output().expect("a script of the repository");
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("a path").trim().to_owned()
}

/// A folder with one integration script without a manifest.
pub fn script(text: &str) -> Folder {
    Folder::new(&[("a.py", &format!("# d3: integration\n{text}"))])
}

/// Runs a command of `a.py`, or of another path given first.
pub fn run(folder: &Folder, arguments: &[&str]) -> Run {
    folder.run(&[&["run"], arguments, &["--python", python()]].concat())
}

/// The same as JSON.
pub fn json(folder: &Folder, arguments: &[&str]) -> Value {
    let run = run(folder, &[arguments, &["--format", "json"]].concat());
    serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run:?}"))
}
