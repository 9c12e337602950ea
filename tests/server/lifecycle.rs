//! Start, end, and what stands between.

use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::lsp::{Client, initialize_params, pulling};
use crate::{HEADER, RESERVED, codes};

#[test]
fn initialize_takes_what_clients_send() {
    let variants = [
        json!({"capabilities": {}}),
        json!({"processId": null, "rootUri": null, "capabilities": {}}),
        json!({"capabilities": {}, "initializationOptions": null}),
        json!({"capabilities": {}, "initializationOptions": {}}),
        json!({"capabilities": {}, "initializationOptions": {"unknown": [1]}, "trace": "verbose", "locale": "en"}),
        json!({"capabilities": {}, "workspaceFolders": null, "clientInfo": {"name": "x"}}),
        json!({"capabilities": {}, "workspaceFolders": [{"uri": "file:///a b/[c]", "name": "x"}]}),
        json!({"capabilities": {}, "rootPath": "/a", "rootUri": "file:///a", "later": {"field": true}}),
        json!({"capabilities": {"textDocument": {"later": {}}, "experimental": {"x": 1}, "later": 7}}),
    ];
    for params in variants {
        let mut client = Client::start();
        let result = client.request("initialize", params.clone());
        assert_eq!(result["serverInfo"]["name"], "d3ls", "{params}");
        assert_eq!(result["capabilities"]["positionEncoding"], "utf-16", "{params}");
        let provider = &result["capabilities"]["diagnosticProvider"];
        assert_eq!(provider["interFileDependencies"], true, "{params}");
        client.notify("initialized", json!({}));
        client.finish();
    }
}

#[test]
fn columns_are_counted_as_agreed() {
    for (offered, agreed) in [(json!(["utf-16", "utf-8"]), "utf-8"), (json!(["utf-32"]), "utf-16")] {
        let mut client = Client::start();
        let params = initialize_params(json!({"general": {"positionEncodings": offered}}));
        assert_eq!(client.request("initialize", params)["capabilities"]["positionEncoding"], agreed);
        client.finish();
    }
}

#[test]
fn requests_outside_the_session_are_refused() {
    let mut client = Client::start();
    let early = client.ask("textDocument/diagnostic", json!({"textDocument": {"uri": "file:///a.py"}}));
    assert_eq!(client.error_code(&json!(early)), -32002);
    client.request("initialize", initialize_params(json!({})));
    let again = client.ask("initialize", initialize_params(json!({})));
    assert_eq!(client.error_code(&json!(again)), -32600);
    client.notify("initialized", json!({}));
    let unknown = client.ask("nothing/known", json!({}));
    assert_eq!(client.error_code(&json!(unknown)), -32601);
    client.notify("nothing/known", json!({}));
    client.notify("$/unknown", json!({}));
    client.request("shutdown", json!({}));
    for method in ["textDocument/diagnostic", "nothing/known", "shutdown"] {
        let late = client.ask(method, json!({"textDocument": {"uri": "file:///a.py"}}));
        assert_eq!(client.error_code(&json!(late)), -32600, "{method}");
    }
    client.notify("exit", Value::Null);
    client.expect_end(0);
}

#[test]
fn exit_without_shutdown_is_a_failure() {
    let mut client = Client::initialized(json!({}));
    client.notify("exit", Value::Null);
    client.expect_end(1);
    let mut client = Client::start();
    client.notify("exit", Value::Null);
    client.expect_end(1);
}

#[test]
fn the_end_of_the_input_is_the_end() {
    let mut client = Client::initialized(json!({}));
    client.close_input();
    client.expect_end(1);
    let mut client = Client::start();
    client.raw(b"Content-Length: 100\r\n\r\n{");
    client.close_input();
    client.expect_end(1);
}

#[test]
#[cfg(unix)]
fn the_death_of_the_client_is_the_end() {
    let mut editor = Command::new("sleep").arg("600").stdin(Stdio::null()).spawn().expect("a process");
    let mut client = Client::start();
    client.request("initialize", json!({"processId": editor.id(), "capabilities": {}}));
    editor.kill().expect("it can be ended");
    editor.wait().expect("it ends");
    // The server's input is still open.
    client.expect_end(1);
}

#[test]
fn a_process_that_cannot_be_seen_is_not_watched() {
    let mut gone =
        Command::new(env!("CARGO_BIN_EXE_d3ls")).arg("--version").stdout(Stdio::null()).spawn().expect("a process");
    gone.wait().expect("it ends");
    let mut client = Client::start();
    client.request("initialize", json!({"processId": gone.id(), "capabilities": pulling()}));
    client.notify("initialized", json!({}));
    client.open("untitled:a", "python", 1, RESERVED);
    assert_eq!(codes(&client.pull("untitled:a")), ["D3201"]);
    client.finish();
}

#[test]
fn a_slow_request_is_cancelled_at_once() {
    let mut client = Client::initialized(pulling());
    // Seconds of work, in one statement a line.
    let text = format!("{HEADER}{}", "D3.Utility.nothing<Text>(D3.Utility.nothing<Text>('a'))\n".repeat(100_000));
    client.open("untitled:slow", "python", 1, &text);
    let ids: Vec<i64> = (0..5)
        .map(|_| client.ask("textDocument/diagnostic", json!({"textDocument": {"uri": "untitled:slow"}})))
        .collect();
    for id in &ids {
        client.notify("$/cancelRequest", json!({"id": id}));
    }
    for id in ids {
        assert_eq!(client.error_code(&json!(id)), -32800);
    }
    client.finish();
}
