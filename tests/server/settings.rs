//! The editor's own settings: how much is logged, in each way that clients tell it.

use std::io::Read;
use std::process::{Child, ChildStderr, Command, Stdio};

use serde_json::{Value, json};

use crate::lsp::{Client, initialize_params};

/// What the server writes to its log when a document is changed that is not open.
const COMPLAINT: &str = "not open";

/// A server whose log is kept.
fn server() -> (Client, ChildStderr) {
    let mut process: Child = Command::new(env!("CARGO_BIN_EXE_d3ls"))
        .arg("server")
        .env_remove("D3LS_LOG")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the server starts");
    let log = process.stderr.take().expect("piped");
    (Client::of(process), log)
}

/// How often the server complains: before and after `change`.
fn complaints(params: Value, change: impl FnOnce(&mut Client)) -> usize {
    let (mut client, mut log) = server();
    client.request("initialize", params);
    client.notify("initialized", json!({}));
    client.change("untitled:none", 1, json!([{"text": ""}]));
    change(&mut client);
    client.change("untitled:none", 2, json!([{"text": ""}]));
    client.finish();
    let mut text = String::new();
    log.read_to_string(&mut text).expect("a text");
    text.matches(COMPLAINT).count()
}

#[test]
fn the_log_level_comes_with_the_session_and_changes_in_it() {
    let plain = || initialize_params(json!({}));
    assert_eq!(complaints(plain(), |_| {}), 2);
    let mut quiet = plain();
    quiet["initializationOptions"] = json!({"logLevel": "error"});
    assert_eq!(complaints(quiet.clone(), |_| {}), 0);
    let tell = |settings: Value| {
        move |client: &mut Client| client.notify("workspace/didChangeConfiguration", json!({"settings": settings}))
    };
    assert_eq!(complaints(plain(), tell(json!({"d3ls": {"logLevel": "error"}, "other": 1}))), 1);
    assert_eq!(complaints(quiet, tell(json!({"logLevel": "info"}))), 1);
    // What is no level changes nothing.
    assert_eq!(complaints(plain(), tell(json!({"d3ls": {"logLevel": 7}}))), 2);
    assert_eq!(complaints(plain(), tell(Value::Null)), 2);
}

#[test]
fn a_client_that_tells_its_settings_is_asked() {
    let params = initialize_params(json!({"workspace": {
        "configuration": true, "didChangeConfiguration": {"dynamicRegistration": true},
    }}));
    let answer = |client: &mut Client, settings: Value| {
        let asked = client.message_of_server("workspace/configuration");
        assert_eq!(asked["params"]["items"], json!([{"section": "d3ls"}]));
        client.message(&json!({"jsonrpc": "2.0", "id": asked["id"], "result": [settings]}));
        // The answer is taken in a task of its own: the next question shows that the server goes on.
        client.request("workspace/symbol", json!({"query": ""}));
    };
    let (mut client, _log) = server();
    client.request("initialize", params);
    client.notify("initialized", json!({}));
    let registration = client.message_of_server("client/registerCapability");
    assert_eq!(registration["params"]["registrations"][0]["method"], "workspace/didChangeConfiguration");
    client.accept(&registration);
    answer(&mut client, json!({"logLevel": "error"}));
    client.notify("workspace/didChangeConfiguration", json!({"settings": null}));
    answer(&mut client, Value::Null);
    client.finish();
}
