//! Input that is no message costs itself only.

use serde_json::json;

use crate::lsp::Client;

fn framed(body: &[u8]) -> Vec<u8> {
    let mut frame = format!("Content-Length: {}\r\n\r\n", body.len()).into_bytes();
    frame.extend_from_slice(body);
    frame
}

/// What is sent, and the codes of the errors that come back, each with the id `null`.
fn malformed() -> Vec<(Vec<u8>, Vec<i64>)> {
    let (unreadable, no_request) = (-32700, -32600);
    vec![
        (b"hello\r\n\r\n".to_vec(), vec![unreadable]),
        (b"Content-Length: x\r\n\r\n".to_vec(), vec![unreadable]),
        (b"Content-Length: -5\r\n\r\n".to_vec(), vec![unreadable]),
        (b"Content-Length: \r\n\r\n".to_vec(), vec![unreadable]),
        (b"Content-Type: application/json\r\n\r\n".to_vec(), vec![unreadable]),
        (b"Content-Length: 999999999999\r\n\r\n".to_vec(), vec![no_request]),
        (b"Content-Length: 99999999999999999999999\r\n\r\n{}".to_vec(), vec![no_request, unreadable]),
        (b"\xff\xfe\xfd\r\n\r\n".to_vec(), vec![unreadable]),
        (b"Content-Length: 3\r\n\r\n{\"jsonrpc\"".to_vec(), vec![unreadable, unreadable]),
        (framed(b""), vec![unreadable]),
        (framed(b"{"), vec![unreadable]),
        (framed(b"\"\xff\""), vec![unreadable]),
        (framed("[".repeat(100_000).as_bytes()), vec![unreadable]),
        (framed(b"[]"), vec![no_request]),
        (framed(b"null"), vec![no_request]),
        (framed(b"{}"), vec![no_request]),
        (framed(b"{\"jsonrpc\":\"2.0\",\"method\":7}"), vec![no_request]),
        (framed(b"{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"m\"}"), vec![no_request]),
        (framed(b"{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":7}"), vec![no_request]),
    ]
}

#[test]
fn malformed_input_is_answered_and_skipped() {
    for (input, expected) in malformed() {
        let shown = String::from_utf8_lossy(&input[..input.len().min(60)]).into_owned();
        let mut client = Client::initialized(json!({}));
        client.raw(&input);
        let id = client.ask("nothing/known", json!({}));
        assert_eq!(client.error_code(&json!(id)), -32601, "{shown:?}");
        for code in expected {
            assert_eq!(client.error_code(&json!(null)), code, "{shown:?}");
        }
        client.finish();
    }
}

#[test]
fn all_malformed_input_in_a_row() {
    let mut client = Client::initialized(json!({}));
    for (input, _) in malformed() {
        client.raw(&input);
        let id = client.ask("nothing/known", json!({}));
        assert_eq!(client.error_code(&json!(id)), -32601);
    }
    client.finish_without(|message| message["id"].is_null() && message["error"].is_object());
}

#[test]
fn odd_but_legal_frames_are_read() {
    let mut client = Client::initialized(json!({}));
    let body = br#"{"jsonrpc":"2.0","id":"odd","method":"nothing/known"}"#;
    for header in ["content-length:", "CONTENT-LENGTH:", "Content-Type: a; charset=utf-8\r\ncontent-LENGTH:  "] {
        client.raw(format!("{header}{}\r\n\r\n", body.len()).as_bytes());
        client.raw(body);
        assert_eq!(client.error_code(&json!("odd")), -32601);
    }
    // A message that comes byte by byte.
    for byte in framed(body) {
        client.raw(&[byte]);
    }
    assert_eq!(client.error_code(&json!("odd")), -32601);
    client.finish();
}

#[test]
fn wrong_parameters_cost_their_request() {
    let mut client = Client::initialized(json!({}));
    let id = client.ask("textDocument/diagnostic", json!({"textDocument": 7}));
    assert_eq!(client.error_code(&json!(id)), -32602);
    client.notify("textDocument/didChange", json!([]));
    client.notify("textDocument/didOpen", json!(null));
    client.notify("$/cancelRequest", json!({"id": 12345}));
    client.message(&json!({"jsonrpc": "2.0", "id": 777, "result": null}));
    client.finish();
}
