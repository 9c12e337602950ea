//! How runs end before their time, and that nothing is left of them. Processes are looked at as Linux shows them.

use std::fs;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::lsp::{Client, DEADLINE, initialize_params};
use crate::runs::{Integration, SCRIPT, client, execute, pulling, python, quiet, result};

/// The processes whose parent is `parent`, the ended ones that nobody has reaped included.
fn children(parent: u32) -> Vec<u32> {
    let processes = fs::read_dir("/proc").expect("processes").flatten();
    let numbers = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    numbers.filter(|number| stat(*number).is_some_and(|(_, above, _)| above == parent)).collect()
}

/// The state, the parent and the processor time, in ticks, of a process.
fn stat(number: u32) -> Option<(String, u32, u64)> {
    let text = fs::read_to_string(format!("/proc/{number}/stat")).ok()?;
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
    Some((fields[0].to_owned(), fields[1].parse().ok()?, fields[11].parse().ok()?))
}

fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + DEADLINE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "no {what} in {DEADLINE:?}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The one process of the server that has worked for a fifth of a second: the script's endless loop.
fn looping(server: u32) -> u32 {
    wait_for("endless script", || {
        children(server).into_iter().find(|number| stat(*number).is_some_and(|(_, _, ticks)| ticks >= 20))
    })
}

fn wait_until_gone(number: u32) {
    wait_for("end of the script", || stat(number).is_none_or(|(state, ..)| state == "Z").then_some(()));
}

/// Starts the endless command under a token of the client's.
fn start_loop(client: &mut Client, acme: &Integration) -> i64 {
    let arguments = json!([{"uri": acme.uri("script.py"), "command": "Loop"}]);
    client.ask("workspace/executeCommand", json!({"command": "d3ls.run", "arguments": arguments, "workDoneToken": 7}))
}

fn progress(client: &mut Client) -> Value {
    client.message_of_server("$/progress")["params"].clone()
}

#[test]
fn a_request_that_is_cancelled_kills_its_script() {
    let acme = Integration::new(&[]);
    let mut client = client(pulling(), quiet());
    let id = start_loop(&mut client, &acme);
    let begin = json!({"kind": "begin", "title": "Run Loop", "cancellable": true});
    assert_eq!(progress(&mut client), json!({"token": 7, "value": begin}));
    let script = looping(client.process());
    client.notify("$/cancelRequest", json!({"id": id}));
    assert_eq!(client.error_code(&json!(id)), -32800);
    wait_until_gone(script);
    assert_eq!(progress(&mut client), json!({"token": 7, "value": {"kind": "end"}}));
    client.finish();
}

#[test]
fn progress_that_is_cancelled_kills_its_script() {
    let acme = Integration::new(&[]);
    let mut client = client(pulling(), quiet());
    let id = start_loop(&mut client, &acme);
    let script = looping(client.process());
    client.notify("window/workDoneProgress/cancel", json!({"token": 7}));
    assert_eq!(client.error_code(&json!(id)), -32800);
    wait_until_gone(script);
    client.finish_without(|message| message["method"] == "$/progress");
}

#[test]
fn the_server_shows_progress_of_its_own_where_the_client_has_no_token() {
    let acme = Integration::new(&[]);
    let capabilities = json!({"textDocument": {"diagnostic": {}}, "window": {"workDoneProgress": true}});
    let mut client = client(capabilities, quiet());
    let id = execute(&mut client, "d3ls.run", json!({"uri": acme.uri("script.py"), "command": "Loop"}));
    let create = client.message_of_server("window/workDoneProgress/create");
    client.accept(&create);
    let begin = progress(&mut client);
    assert_eq!((&begin["token"], &begin["value"]["kind"]), (&create["params"]["token"], &json!("begin")));
    client.notify("window/workDoneProgress/cancel", json!({"token": begin["token"]}));
    assert_eq!(client.error_code(&json!(id)), -32800);
    assert_eq!(progress(&mut client)["value"]["kind"], "end");
    client.finish();
}

#[test]
fn the_same_command_asked_for_again_replaces_the_run() {
    let acme = Integration::new(&[]);
    let uri = acme.uri("script.py");
    let mut client = client(pulling(), quiet());
    let first = start_loop(&mut client, &acme);
    let script = looping(client.process());
    // Another command does not disturb it.
    result(&mut client, "d3ls.run", json!({"uri": uri, "command": "Greet"}));
    assert!(stat(script).is_some_and(|(state, ..)| state == "R"));
    client.open(&uri, "python", 1, &SCRIPT.replace("while True:", "while False:"));
    let (report, _) = result(&mut client, "d3ls.run", json!({"uri": uri, "command": "Loop"}));
    assert_eq!(report["error"]["type"], "NoOutputModel");
    assert_eq!(client.error_code(&json!(first)), -32800);
    wait_until_gone(script);
    client.finish_without(|message| message["method"].is_string());
}

#[test]
fn a_few_runs_go_on_at_once_and_the_others_wait() {
    let acme = Integration::new(&[]);
    let names: Vec<String> = (0..7).map(|number| format!("Loop{number}")).collect();
    let commands: Vec<Value> = names.iter().map(|name| json!({"internalName": name})).collect();
    acme.write("d3.json", &json!({"version": 1, "kind": "integration", "commands": commands}).to_string());
    let loops: String = names.iter().map(|name| format!("def {name}():\n    while True:\n        pass\n")).collect();
    acme.write("script.py", &loops);
    let mut client = client(pulling(), quiet());
    let mut ask = |name: &str| {
        let arguments = json!([{"uri": acme.uri("script.py"), "command": name}]);
        let params = json!({"command": "d3ls.run", "arguments": arguments, "workDoneToken": name});
        client.ask("workspace/executeCommand", params)
    };
    let ids: Vec<i64> = names.iter().map(|name| ask(name)).collect();
    let looping = |server: u32| -> Vec<u32> {
        children(server).into_iter().filter(|number| stat(*number).is_some_and(|(_, _, ticks)| ticks >= 20)).collect()
    };
    let server = client.process();
    let first = wait_for("four runs", || Some(looping(server)).filter(|found| found.len() == 4));
    assert_eq!(children(server).len(), 4, "the others wait");
    // One that waits is cancelled, then one that runs: the next one takes its place.
    client.notify("$/cancelRequest", json!({"id": ids[4]}));
    assert_eq!(client.error_code(&json!(ids[4])), -32800);
    client.notify("window/workDoneProgress/cancel", json!({"token": "Loop5"}));
    assert_eq!(client.error_code(&json!(ids[5])), -32800);
    client.notify("$/cancelRequest", json!({"id": ids[0]}));
    assert_eq!(client.error_code(&json!(ids[0])), -32800);
    wait_for("the next run", || looping(server).into_iter().find(|number| !first.contains(number)));
    assert_eq!(children(server).len(), 4);
    for id in [1, 2, 3, 6].map(|place| ids[place]) {
        client.notify("$/cancelRequest", json!({"id": id}));
        assert_eq!(client.error_code(&json!(id)), -32800);
    }
    client.finish_without(|message| message["method"] == "$/progress");
}

#[test]
fn test_cases_that_are_cancelled_leave_nothing() {
    let case = json!({"command": "Loop", "expect": {"success": true}});
    let names = ["a", "b", "c", "d"].map(|name| (name, case.clone()));
    let acme = Integration::new(&names);
    let mut client = client(pulling(), quiet());
    let id = execute(&mut client, "d3ls.test", json!({"uri": acme.uri("script.py")}));
    // The warm engine's forks are its children.
    let engine =
        wait_for("warm engine", || children(client.process()).into_iter().find(|engine| !children(*engine).is_empty()));
    let forks = children(engine);
    client.notify("$/cancelRequest", json!({"id": id}));
    assert_eq!(client.error_code(&json!(id)), -32800);
    wait_until_gone(engine);
    forks.into_iter().for_each(wait_until_gone);
    client.finish();
}

#[test]
fn the_end_of_the_session_is_the_end_of_its_runs() {
    let acme = Integration::new(&[]);
    let ends: [fn(&mut Client); 3] = [
        |client| {
            client.request("shutdown", Value::Null);
            client.notify("exit", Value::Null);
            client.expect_end(0);
        },
        |client| {
            client.close_input();
            client.expect_end(1);
        },
        |client| client.kill(),
    ];
    for end in ends {
        let mut client = client(pulling(), quiet());
        let id = start_loop(&mut client, &acme);
        let script = looping(client.process());
        end(&mut client);
        wait_until_gone(script);
        client.forget(|message| message["method"] == "$/progress" || message["id"] == json!(id));
    }
}

#[test]
fn a_client_that_is_killed_takes_its_runs_with_it() {
    let acme = Integration::new(&[]);
    let mut editor = std::process::Command::new("sleep").arg("600").spawn().expect("a process");
    let mut client = Client::start();
    let mut params = initialize_params(pulling());
    params["processId"] = json!(editor.id());
    params["initializationOptions"] = json!({"python": python()});
    client.request("initialize", params);
    client.notify("initialized", json!({}));
    let id = start_loop(&mut client, &acme);
    let script = looping(client.process());
    editor.kill().expect("it can be ended");
    editor.wait().expect("it ends");
    client.expect_end(1);
    assert!(stat(script).is_none(), "the script outlived the server");
    client.forget(|message| message["method"] == "$/progress" || message["id"] == json!(id));
}

#[test]
fn other_requests_are_answered_while_a_script_loops() {
    let acme = Integration::new(&[]);
    let uri = acme.uri("script.py");
    let mut client = client(pulling(), quiet());
    client.open(&uri, "python", 1, SCRIPT);
    let id = start_loop(&mut client, &acme);
    let script = looping(client.process());
    let position = json!({"textDocument": {"uri": uri}, "position": {"line": 5, "character": 7}});
    for version in 2..20 {
        client.change(&uri, version, json!([{"text": SCRIPT.replace("hello", &format!("hello {version}"))}]));
        assert!(
            client.request("textDocument/completion", position.clone()).as_array().is_some_and(|it| !it.is_empty())
        );
    }
    assert!(stat(script).is_some_and(|(state, ..)| state == "R"), "the script still runs");
    client.notify("$/cancelRequest", json!({"id": id}));
    assert_eq!(client.error_code(&json!(id)), -32800);
    assert_eq!(progress(&mut client)["value"]["kind"], "begin");
    assert_eq!(progress(&mut client)["value"]["kind"], "end");
    client.finish();
}

#[test]
fn without_a_python_the_error_says_what_to_do() {
    let acme =
        Integration::new(&[("a", json!({"command": "Greet", "inputs": {"name": "x"}, "expect": {"success": true}}))]);
    let empty = tempfile::tempdir().expect("a folder");
    let process = std::process::Command::new(env!("CARGO_BIN_EXE_d3ls"))
        .arg("server")
        .env("PATH", empty.path())
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("the server starts");
    let mut client = Client::of(process);
    let mut params = initialize_params(pulling());
    params["initializationOptions"] = quiet();
    client.request("initialize", params);
    client.notify("initialized", json!({}));
    let uri = acme.uri("script.py");
    let run = |client: &mut Client| {
        let id = execute(client, "d3ls.run", json!({"uri": uri, "command": "Greet"}));
        client.answer(&json!(id))
    };
    let none = "no Python 3.9 or later was found; install CPython 3.9, or name one: with `--python`, as `python` under `[runner]` in d3ls.toml, or in the editor's settings";
    assert_eq!(run(&mut client)["error"]["message"], none);
    let (report, _) = result(&mut client, "d3ls.test", json!({"uri": acme.uri("script.py")}));
    assert_eq!((&report["summary"]["errors"], &report["cases"][0]["message"]), (&json!(1), &json!(none)));
    let found =
        |client: &mut Client| client.request("d3ls/project", json!({"uri": acme.uri("script.py")}))["python"].clone();
    assert_eq!(found(&mut client), Value::Null);
    // Then the user names one, and takes it back.
    let tell = |client: &mut Client, python: Value| {
        client.notify("workspace/didChangeConfiguration", json!({"settings": {"d3ls": {"python": python}}}));
    };
    tell(&mut client, json!(python()));
    assert_eq!(run(&mut client)["result"]["success"], true);
    assert!(found(&mut client)["path"].is_string());
    tell(&mut client, json!("/nowhere/python"));
    let message = run(&mut client)["error"]["message"].as_str().expect("an error").to_owned();
    assert!(message.starts_with("/nowhere/python: it can't be started ("), "{message}");
    tell(&mut client, Value::Null);
    assert_eq!(run(&mut client)["error"]["message"], none);
    client.finish_without(|message| message["method"].is_string());
}
