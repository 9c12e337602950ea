//! The real binary in a folder of its own, with nothing of the tester's environment.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A temporary folder with files.
pub struct Folder {
    folder: tempfile::TempDir,
}

/// What a run of `d3ls` did.
#[derive(Debug)]
pub struct Run {
    /// The exit status.
    pub status: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Folder {
    /// A folder with these files.
    pub fn new(files: &[(&str, &str)]) -> Self {
        let folder = Self { folder: tempfile::tempdir().expect("a folder") };
        for (path, text) in files {
            folder.write(path, text);
        }
        folder
    }

    /// Where it is.
    pub fn path(&self) -> PathBuf {
        self.folder.path().canonicalize().expect("a folder")
    }

    /// Writes a file, and the folders it lies in.
    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        fs::write(path, content).expect("written");
    }

    /// The bytes of a file.
    pub fn read(&self, path: &str) -> Vec<u8> {
        fs::read(self.path().join(path)).expect("read")
    }

    /// The command `d3ls` in this folder.
    pub fn command(&self, arguments: &[&str]) -> Command {
        d3ls(&self.path(), arguments)
    }

    /// Runs `d3ls` in this folder.
    pub fn run(&self, arguments: &[&str]) -> Run {
        self.run_with(arguments, b"")
    }

    /// Runs `d3ls` in this folder with this standard input.
    pub fn run_with(&self, arguments: &[&str], input: &[u8]) -> Run {
        finish(self.command(arguments), input)
    }

    /// `lint --format json` with more arguments.
    pub fn json(&self, arguments: &[&str]) -> serde_json::Value {
        let run = self.run(&[&["lint", "--format", "json"], arguments].concat());
        serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run:?}"))
    }
}

/// The command `d3ls` in `folder`, in an empty environment.
pub fn d3ls(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_d3ls"));
    command.args(arguments).current_dir(folder).env_clear();
    command
}

/// Runs a command to its end.
pub fn finish(mut command: Command, input: &[u8]) -> Run {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("started");
    // A command that reads nothing has closed its end.
    let _ = child.stdin.take().expect("a pipe").write_all(input);
    let output = child.wait_with_output().expect("finished");
    Run {
        status: output.status.code().expect("not killed"),
        stdout: String::from_utf8(output.stdout).expect("text"),
        stderr: String::from_utf8(output.stderr).expect("text"),
    }
}
