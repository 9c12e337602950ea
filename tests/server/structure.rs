//! Semantic tokens, folding and selection.

use serde_json::{Value, json};

use crate::lsp::{Client, initialize_params, pulling};

const SCRIPT: &str =
    "\u{feff}# d3: integration\r\ndef f():\r\n\tx = '🙂'; y = D3.Utility.equals<Text>('a')\r\n\treturn runtime\r\n";

/// The numbers of tokens as line, column, length and the names of kind and modifier.
fn tokens(answer: &Value, legend: &Value) -> Vec<String> {
    let data: Vec<u64> =
        answer["data"].as_array().expect("data").iter().map(|one| one.as_u64().expect("a number")).collect();
    let (mut line, mut column) = (0, 0);
    data.chunks(5)
        .map(|token| {
            column = if token[0] == 0 { column + token[1] } else { token[1] };
            line += token[0];
            let kind = legend["tokenTypes"][token[3] as usize].as_str().expect("a kind");
            format!("{line}:{column}+{} {kind} {}", token[2], token[4])
        })
        .collect()
}

#[test]
fn tokens_in_both_encodings() {
    for (encoding, shift) in [("utf-16", 0), ("utf-8", 2)] {
        let mut client = Client::start();
        let result = client.request(
            "initialize",
            initialize_params(
                json!({"general": {"positionEncodings": [encoding]}, "textDocument": {"diagnostic": {}}}),
            ),
        );
        client.notify("initialized", json!({}));
        let legend = &result["capabilities"]["semanticTokensProvider"]["legend"];
        assert_eq!(legend["tokenModifiers"], json!(["defaultLibrary"]));
        client.open("untitled:a", "python", 1, SCRIPT);
        let document = json!({"uri": "untitled:a"});
        let all = client.request("textDocument/semanticTokens/full", json!({"textDocument": document}));
        let column = |column: u64| column + shift;
        let expected = [
            format!("2:{}+2 namespace 1", column(15)),
            format!("2:{}+7 namespace 1", column(18)),
            format!("2:{}+6 function 1", column(26)),
            format!("2:{}+4 type 1", column(33)),
            "3:8+7 variable 1".to_owned(),
        ];
        assert_eq!(tokens(&all, legend), expected, "{encoding}");
        let range = json!({"start": {"line": 3, "character": 0}, "end": {"line": 4, "character": 0}});
        let some =
            client.request("textDocument/semanticTokens/range", json!({"textDocument": document, "range": range}));
        assert_eq!(tokens(&some, legend), expected[4..]);
        client.finish();
    }
}

#[test]
fn folds_and_selections() {
    let mut client = Client::initialized(pulling());
    client.open("untitled:a", "python", 1, SCRIPT);
    let document = json!({"uri": "untitled:a"});
    let folds = client.request("textDocument/foldingRange", json!({"textDocument": document}));
    assert_eq!(folds, json!([{"startLine": 1, "endLine": 3}]));
    let positions = json!([{"line": 2, "character": 40}, {"line": 0, "character": 0}]);
    let found =
        client.request("textDocument/selectionRange", json!({"textDocument": document, "positions": positions}));
    assert_eq!(found[0]["range"]["start"], json!({"line": 2, "character": 40}));
    assert_eq!(found[0]["parent"]["range"]["start"], json!({"line": 2, "character": 39}));
    assert_eq!(found[1]["range"]["end"], json!({"line": 4, "character": 0}));
    assert_eq!(found[1]["parent"], Value::Null);
    client.finish();
}
