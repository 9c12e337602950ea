//! Findings: pushed or pulled, of the newest version, cleared at the end.

use serde_json::json;

use crate::lsp::{Client, pulling};
use crate::{HEADER, RESERVED, codes};

#[test]
fn findings_are_pushed_with_their_version() {
    let mut client = Client::initialized(json!({}));
    client.open("untitled:a", "python", 3, RESERVED);
    let items = client.pushed("untitled:a", Some(3));
    assert_eq!(codes(&items), ["D3201"]);
    assert_eq!(items[0]["source"], "d3ls");
    assert_eq!(items[0]["severity"], 1);
    assert_eq!(items[0]["range"]["start"], json!({"line": 1, "character": 6}));
    assert_eq!(items[0]["range"]["end"], json!({"line": 1, "character": 14}));
    client.change("untitled:a", 4, json!([{"text": HEADER}]));
    assert_eq!(client.pushed("untitled:a", Some(4)), Vec::<serde_json::Value>::new());
    client.finish();
}

#[test]
fn closing_clears_what_was_pushed() {
    let mut client = Client::initialized(json!({}));
    client.open("untitled:a", "python", 1, RESERVED);
    assert_eq!(client.pushed("untitled:a", Some(1)).len(), 1);
    client.change("untitled:a", 2, json!([{"text": RESERVED}]));
    client.close("untitled:a");
    assert!(client.pushed("untitled:a", None).is_empty());
    // The change before the close may still have been shown, but nothing after it.
    client.finish_without(|message| message["params"]["version"] == 2);
}

#[test]
fn a_client_that_pulls_is_not_pushed_to() {
    let mut client = Client::initialized(pulling());
    client.open("untitled:a", "python", 1, RESERVED);
    assert_eq!(codes(&client.pull("untitled:a")), ["D3201"]);
    client.change("untitled:a", 2, json!([{"text": HEADER}]));
    assert!(client.pull("untitled:a").is_empty());
    client.close("untitled:a");
    assert!(client.pull("untitled:a").is_empty());
    assert!(client.pull("untitled:never-opened").is_empty());
    // That nothing else came is asserted when the client ends.
    client.finish();
}

#[test]
fn a_client_that_is_pushed_to_may_pull_as_well() {
    let mut client = Client::initialized(json!({}));
    client.open("untitled:a", "python", 1, RESERVED);
    assert_eq!(client.pull("untitled:a"), client.pushed("untitled:a", Some(1)));
    client.finish();
}

#[test]
fn ordinary_files_get_nothing() {
    let mut client = Client::initialized(json!({}));
    client.open("untitled:a", "python", 1, "class APIError:\n    pass\n(");
    client.open("untitled:b", "markdown", 1, RESERVED);
    client.open("file:///nowhere/x.json", "json", 1, "{");
    assert!(client.pull("untitled:a").is_empty());
    assert!(client.pull("untitled:b").is_empty());
    assert!(client.pull("file:///nowhere/x.json").is_empty());
    // One that stops being a D3 script loses what was shown.
    client.open("untitled:c", "python", 1, RESERVED);
    assert_eq!(client.pushed("untitled:c", Some(1)).len(), 1);
    client.change("untitled:c", 2, json!([{"text": "class APIError:\n    pass\n"}]));
    assert!(client.pushed("untitled:c", Some(2)).is_empty());
    client.close("untitled:a");
    client.close("untitled:b");
    for uri in ["untitled:a", "untitled:b"] {
        assert!(client.pushed(uri, None).is_empty());
    }
    client.finish();
}

#[test]
fn a_text_that_is_no_source_is_one_error() {
    let mut client = Client::initialized(pulling());
    client.open("untitled:nul", "python", 1, &format!("{HEADER}\0"));
    let items = client.pull("untitled:nul");
    assert_eq!(codes(&items), ["D3001"]);
    assert_eq!(items[0]["range"]["start"], json!({"line": 0, "character": 0}));
    client.open("untitled:large", "python", 1, &format!("{HEADER}{}", "#".repeat(11 * 1024 * 1024)));
    assert_eq!(codes(&client.pull("untitled:large")), ["D3001"]);
    client.open("untitled:ordinary", "python", 1, "\0");
    assert!(client.pull("untitled:ordinary").is_empty());
    client.open("untitled:deep", "python", 1, &format!("{HEADER}x = {}", "(".repeat(10_000)));
    assert_eq!(codes(&client.pull("untitled:deep")), ["D3001"]);
    client.finish();
}
