//! A real Python 3.9 and its library.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

/// `D3LS_PYTHON39`, or what the project's script finds or fetches.
fn python39() -> PathBuf {
    std::env::var_os("D3LS_PYTHON39").map_or_else(
        || {
            let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("scripts/python39");
            let output = Command::new(script).output().expect("scripts/python39 runs");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            PathBuf::from(String::from_utf8_lossy(&output.stdout).trim())
        },
        PathBuf::from,
    )
}

/// What a Python program prints that is given `input`.
pub fn run(program: &str, input: &str) -> String {
    let mut child = Command::new(python39())
        .args(["-W", "ignore", "-c", program])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Python 3.9 starts");
    child.stdin.take().expect("a pipe").write_all(input.as_bytes()).expect("Python reads its input");
    let output = child.wait_with_output().expect("Python 3.9 ends");
    assert!(output.status.success());
    String::from_utf8(output.stdout).expect("Python prints UTF-8")
}

/// The files of 3.9's library, tests and all, in order.
pub fn library_files() -> Vec<PathBuf> {
    let folder = run("import sysconfig; print(sysconfig.get_path('stdlib'), end='')", "");
    let mut files = Vec::new();
    collect(Path::new(&folder), &mut files);
    files.sort();
    files
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for path in std::fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.path()) {
        if path.is_dir() && !path.ends_with("site-packages") {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "py") {
            files.push(path);
        }
    }
}

/// The texts of the library's own modules, every so many of them.
pub fn library(every: usize) -> Vec<Arc<str>> {
    let files = library_files();
    let own = files.iter().filter(|path| !path.components().any(|part| part.as_os_str() == "test"));
    own.step_by(every).filter_map(|path| std::fs::read_to_string(path).ok()).map(Arc::from).collect()
}
