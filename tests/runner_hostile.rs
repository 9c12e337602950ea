//! Hostile scripts: each loses only its own run, and leaves no process.
#![cfg(target_os = "linux")]

#[path = "runner/mod.rs"]
#[allow(dead_code, reason = "each test file uses some of it")]
mod runner;
#[allow(dead_code, reason = "each test file uses some of it")]
mod support;

use std::path::Path;

use runner::{python, script};
use serde_json::{Value, json};

/// What a script does, and how its run ends: the error's type, or nothing where it comes to no harm.
const TABLE: &[(&str, &str, &str)] = &[
    ("forks without end", "import os\nwhile True:\n    os.fork()", "PermissionError"),
    ("starts a program", "import subprocess\nsubprocess.Popen(['/bin/sleep', '600'])", "PermissionError"),
    (
        "starts a process that outlives it",
        "import os\nif os.fork() == 0:\n    os.setsid()\n    while True:\n        pass",
        "PermissionError",
    ),
    (
        "starts a process through multiprocessing",
        "import multiprocessing\nmultiprocessing.Process(target=print).start()",
        "PermissionError",
    ),
    (
        "starts threads without end",
        "import threading\nwhile True:\n    threading.Thread(target=threading.Event().wait, daemon=True).start()",
        "RuntimeError",
    ),
    ("loops", "while True:\n    pass", "Timeout"),
    ("loops in C code", "sum(iter(int, 1))", "Timeout"),
    ("waits for ever", "import threading\nthreading.Event().wait()", "Timeout"),
    (
        "leaves a thread behind",
        "import threading\nthreading.Thread(target=threading.Event().wait).start()\nreturn good",
        "",
    ),
    (
        "ignores every signal",
        "import signal\nfor number in range(1, 65):\n    try:\n        signal.signal(number, signal.SIG_IGN)\n    except (OSError, ValueError):\n        pass\nwhile True:\n    pass",
        "Timeout",
    ),
    (
        "catches everything",
        "while True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        pass",
        "Timeout",
    ),
    ("fills memory", "kept = []\nwhile True:\n    kept.append(bytearray(64 * 1024 * 1024))", "MemoryError"),
    ("prints without end", "while True:\n    print('x' * 100000)", "Killed"),
    ("logs without end", "while True:\n    pb.log('x' * 100000)", "Killed"),
    ("returns too much", "return pb.returnOutputModel('x' * 40000000, '', '', '', '', '')", "Killed"),
    ("writes beside its folder", "open('../left', 'w')", "PermissionError"),
    ("looks for the folders of other cases", "import os\nos.listdir('..')", "PermissionError"),
    (
        "fills the disk",
        "with open('big', 'wb') as file:\n    while True:\n        file.write(b'x' * 1000000)",
        "OSError",
    ),
    ("closes its pipes", "import os\nos.closerange(0, 1000)\nwhile True:\n    pass", "Timeout"),
    ("closes its pipes and returns", "import os\nos.closerange(0, 1000)\nreturn good", "Exit"),
    (
        "writes into the result channel",
        "import os\nfor number in range(1000):\n    try:\n        os.write(number, b'{\"event\": \"done\"}\\ngarbage')\n    except OSError:\n        pass\nreturn good",
        "",
    ),
    ("kills its parent", "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)", "PermissionError"),
    ("kills everything", "import os, signal\nos.kill(-1, signal.SIGKILL)", "PermissionError"),
    ("kills its group", "import os, signal\nos.killpg(0, signal.SIGKILL)", "PermissionError"),
    ("kills itself", "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "Killed"),
    ("crashes", "import ctypes\nctypes.string_at(0)", "Killed"),
    (
        "overflows the stack",
        "import sys\nsys.setrecursionlimit(10**9)\ndef down(n):\n    return down(n + 1)\ndown(0)",
        "Killed",
    ),
    ("recurses", "def down(n):\n    return down(n + 1)\ndown(0)", "RecursionError"),
    ("ends its process", "import os\nos._exit(0)", "Exit"),
    ("reads what is the user's", "open('/etc/passwd').read()", "PermissionError"),
    ("writes outside its folder", "open('/tmp/d3ls-evil', 'w')", "PermissionError"),
    (
        "opens a socket past the standard library",
        "import _socket\n_socket.socket(_socket.AF_INET, _socket.SOCK_STREAM, 0)",
        "PermissionError",
    ),
    (
        "takes the engine's names away",
        "import builtins, json, os, sys\nfor module in (json, sys, os):\n    module.__dict__.clear()\nreturn good",
        "",
    ),
];

#[test]
fn a_hostile_script_loses_only_its_own_run() {
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let chunks = TABLE.chunks(TABLE.len().div_ceil(4));
        let threads: Vec<_> =
            chunks.map(|chunk| scope.spawn(|| chunk.iter().filter_map(wrong).collect::<Vec<_>>())).collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("no panic")).collect()
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn it_loses_only_its_own_case() {
    let folder = support::Folder::new(&[]);
    for is_timeout in [true, false] {
        let name = if is_timeout { "timeouts" } else { "others" };
        let (mut text, mut commands) = (String::new(), Vec::new());
        let rows = TABLE.iter().filter(|(_, _, expected)| (*expected == "Timeout") == is_timeout);
        for (number, (_, body, expected)) in rows.enumerate() {
            text += &format!("def C{number}():\n    {GOOD}\n    {}\n", body.replace('\n', "\n    "));
            commands.push(json!({"internalName": format!("C{number}")}));
            let error = if expected.is_empty() { Value::Null } else { json!(expected) };
            let case = json!({"command": format!("C{number}"), "expect": {"error": error}});
            folder.write(&format!("{name}/tests/{number:02}.json"), case.to_string());
        }
        let manifest = json!({"version": 1, "kind": "integration", "commands": commands});
        folder.write(&format!("{name}/script.py"), text);
        folder.write(&format!("{name}/d3.json"), manifest.to_string());
        folder.write(&format!("{name}/d3ls.toml"), settings(is_timeout));
    }
    let mut command = folder.command(&["test", "--python", python()]);
    command.env("TMPDIR", folder.path());
    let run = support::finish(command, b"");
    let expected = format!("{0} passed of {0} test cases\n", TABLE.len());
    assert_eq!((run.status, &run.stdout), (0, &expected), "{run:?}");
    assert_eq!(left_behind(&folder.path()), Vec::<String>::new());
}

/// What a script returns that does no harm after all.
const GOOD: &str = "good = pb.returnOutputModel('', 'Successful', '', '', '', '')";

/// A short time where it is to run out, and enough of it where it is not, on a busy machine too.
fn settings(is_timeout: bool) -> String {
    format!("[runner]\ntimeout = {}\nmemory = 512\n", if is_timeout { 1 } else { 120 })
}

/// What is not as the table says.
fn wrong((name, body, expected): &(&str, &str, &str)) -> Option<String> {
    let folder = script(&format!("def A():\n    {GOOD}\n    {}\n", body.replace('\n', "\n    ")));
    folder.write("d3ls.toml", settings(*expected == "Timeout"));
    let mut command = folder.command(&["run", "a.py", "A", "--format", "json", "--python", python()]);
    command.env("TMPDIR", folder.path());
    let run = support::finish(command, b"");
    let Ok(report) = serde_json::from_str::<Value>(&run.stdout) else { return Some(format!("{name}: {run:?}")) };
    let kind = report["error"]["type"].as_str().unwrap_or_default();
    let left = left_behind(&folder.path());
    let files: Vec<_> =
        std::fs::read_dir(folder.path()).expect("a folder").flatten().map(|entry| entry.file_name()).collect();
    let status = i32::from(!expected.is_empty());
    if kind != *expected || run.status != status || !left.is_empty() || files.len() != 2 {
        return Some(format!(
            "{name}: {kind}, status {}, processes {left:?}, files {files:?}: {}",
            run.status, report["error"]
        ));
    }
    None
}

/// Processes whose working directory lies in a folder.
fn left_behind(folder: &Path) -> Vec<String> {
    let processes = std::fs::read_dir("/proc").expect("processes").flatten();
    let inside = processes.filter(|process| {
        std::fs::read_link(process.path().join("cwd"))
            .is_ok_and(|cwd| cwd.to_string_lossy().starts_with(&*folder.to_string_lossy()))
    });
    inside.map(|process| process.file_name().to_string_lossy().into_owned()).collect()
}

#[test]
fn verbose_says_which_layers_hold() {
    let folder = script("def A():\n    return pb.returnOutputModel('', '', '', '', '', '')\n");
    let run = folder.run(&["run", "a.py", "A", "-v", "--python", python()]);
    for layer in ["process: ", "rlimits: ", "landlock: ", "seccomp: "] {
        assert!(run.stderr.contains(&format!("confined by {layer}")), "{run:?}");
    }
}

#[test]
fn the_hidden_command_does_nothing_without_rights() {
    let folder = support::Folder::new(&[]);
    let run = folder.run(&["__confine", "{}", "/bin/echo", "x"]);
    assert!(run.status == 127 && run.stdout.is_empty() && run.stderr.contains("the rights can't be read"), "{run:?}");
    assert_eq!(json!(folder.run(&["__confine"]).status), 127);
}
