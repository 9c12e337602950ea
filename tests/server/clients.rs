//! What real editors send first, as `scripts/test-editors` recorded it: each gets what it can take.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::codes;
use crate::lsp::Client;

/// D3312 stands behind an emoji, which is four bytes and two units of UTF-16.
const SCRIPT: &str = "# d3: integration\ndef A():\n    a = \"🙂\"; print(a)\n    return pb.returnOutputModel(a, \"Successful\", \"\", \"\", \"\", \"\")\n";

fn recorded() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/server/clients");
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).expect("the recordings").map(|entry| entry.expect("a file").path()).collect();
    files.sort();
    files
}

/// The client's name, whether it asks for findings, and where `print` starts in its units.
const EXPECTED: [(&str, bool, u64); 5] = [
    ("emacs", false, 14),
    ("helix", false, 16),
    ("neovim-0.11", true, 16),
    ("neovim-0.7", false, 14),
    ("vim", false, 14),
];

#[test]
fn findings_reach_each_client_in_its_own_way_and_units() {
    for path in recorded() {
        let name = path.file_stem().and_then(|stem| stem.to_str()).expect("a name").to_owned();
        let (_, pulls, column) = *EXPECTED.iter().find(|(known, ..)| *known == name).expect("a known client");
        let params: Value = serde_json::from_str(&std::fs::read_to_string(&path).expect("read")).expect("JSON");
        let mut client = Client::start();
        client.request("initialize", params);
        client.notify("initialized", json!({}));
        client.open("untitled:a", "python", 0, SCRIPT);
        let items = if pulls { client.pull("untitled:a") } else { client.pushed("untitled:a", Some(0)) };
        assert_eq!(codes(&items), ["D3312"], "{name}");
        assert_eq!(items[0]["range"]["start"], json!({"line": 2, "character": column}), "{name}");
        // Some clients take registrations, settings and progress, and some do not; what comes of that is tested elsewhere.
        client.finish_without(|message| message["method"] != "textDocument/publishDiagnostics");
    }
}
