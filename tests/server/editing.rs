//! Edits: in order, in either encoding, wherever they point.

use serde_json::{Value, json};

use crate::lsp::{Client, pulling};
use crate::{HEADER, codes};

/// The seed of all random choices: a failure can be had again.
const SEED: u64 = 0x00D3_15E0;

struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).expect("64 bits") % limit
    }

    fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Unit {
    Utf8,
    Utf16,
}

/// The document as the editor sees it, on its own arithmetic: lines with their ends.
fn lines(text: &str) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['\r', '\n']) {
        let end = if rest[at..].starts_with("\r\n") { at + 2 } else { at + 1 };
        lines.push(&rest[..end]);
        rest = &rest[end..];
    }
    lines.push(rest);
    lines
}

/// The byte at a line and column; outside of the text the nearest place before it.
fn byte_at(text: &str, line: usize, column: usize, unit: Unit) -> usize {
    let lines = lines(text);
    let Some(content) = lines.get(line).map(|line| line.trim_end_matches(['\r', '\n'])) else { return text.len() };
    let start: usize = lines[..line].iter().map(|line| line.len()).sum();
    let mut left = column;
    let mut at = start;
    for character in content.chars() {
        let width = if unit == Unit::Utf8 { character.len_utf8() } else { character.len_utf16() };
        if width > left {
            break;
        }
        left -= width;
        at += character.len_utf8();
    }
    at
}

fn width(text: &str, unit: Unit) -> usize {
    if unit == Unit::Utf8 { text.len() } else { text.encode_utf16().count() }
}

/// A place in the text, and now and then one outside of it or inside a character.
fn place(random: &mut Random, text: &str, unit: Unit) -> (usize, usize) {
    let lines = lines(text);
    let beyond = usize::from(random.below(20) == 0);
    let line = random.below(lines.len() + beyond);
    let length = lines.get(line).map_or(3, |line| width(line, unit));
    (line, random.below(length + 2))
}

const PIECES: [&str; 17] = [
    "D3.Utility.alpha<Text>('🙂')\n",
    "D3.Utility.beta<Text>(\"é\")\r\n",
    "class APIError: pass\r",
    "👩‍🚒",
    "# 𝒳 \t",
    "\n",
    "\r\n",
    "\r",
    "\t",
    "\u{feff}",
    "x",
    "é",
    "(",
    "'",
    "\u{2028}",
    "def f():\n    D3.Utility.gamma<Text>()\n",
    "",
];

/// Replays random edits one by one; every so often the findings must be those of the whole text.
fn replay(unit: Unit, edits: i32) {
    let mut capabilities = pulling();
    if unit == Unit::Utf8 {
        capabilities["general"] = json!({"positionEncodings": ["utf-8"]});
    }
    let mut client = Client::initialized(capabilities);
    let mut random = Random(SEED);
    let mut text = format!("\u{feff}{HEADER}{}", PIECES.concat());
    client.open("untitled:edited", "python", 0, &text);
    let mut found = 0;
    for version in 1..=edits {
        // A text that grows long is cut: half of it goes.
        let (mut start, mut end) = (place(&mut random, &text, unit), place(&mut random, &text, unit));
        if random.below(3) > 0 && text.len() < 1500 {
            end = start;
        }
        if byte_at(&text, start.0, start.1, unit) > byte_at(&text, end.0, end.1, unit) {
            (start, end) = (end, start);
        }
        let piece = random.pick(&PIECES);
        let (from, to) = (byte_at(&text, start.0, start.1, unit), byte_at(&text, end.0, end.1, unit));
        text.replace_range(from..to, piece);
        let position = |(line, column): (usize, usize)| json!({"line": line, "character": column});
        let change = json!([{"range": {"start": position(start), "end": position(end)}, "text": piece}]);
        client.change("untitled:edited", version, change);
        if !text.trim_start_matches('\u{feff}').starts_with(HEADER) {
            text = format!("\u{feff}{HEADER}{}", PIECES.concat());
            client.change("untitled:edited", version, json!([{"text": text}]));
        }
        if version % 50 == 0 {
            let whole = format!("untitled:whole-{version}");
            client.open(&whole, "python", 1, &text);
            let edited = client.pull("untitled:edited");
            assert_eq!(edited, client.pull(&whole), "version {version} of {text:?}");
            client.close(&whole);
            found += edited.len();
        }
    }
    assert!(found > 500, "the texts show too little: {found} findings");
    client.finish();
}

#[test]
fn ten_thousand_edits_in_utf_16() {
    replay(Unit::Utf16, 10_000);
}

#[test]
fn ten_thousand_edits_in_utf_8() {
    replay(Unit::Utf8, 10_000);
}

#[test]
fn a_flood_of_edits_and_then_a_request() {
    let mut client = Client::initialized(pulling());
    client.open("untitled:flood", "python", 0, HEADER);
    // Each edit writes at the end of the second line; in any other order the names come out wrong.
    let text = "D3.Utility.first<Text>('🙂')\r\nclass APIError: pass\n".repeat(400);
    let characters: Vec<char> = text.chars().collect();
    let (mut version, mut line, mut column) = (0, 1, 0);
    for character in characters.iter().cycle().take(20_000) {
        version += 1;
        let at = json!({"line": line, "character": column});
        let change = json!([{"range": {"start": at, "end": at}, "text": character.to_string()}]);
        client.change("untitled:flood", version, change);
        if *character == '\n' {
            (line, column) = (line + 1, 0);
        } else if *character != '\r' {
            column += character.len_utf16();
        }
    }
    let whole: String = HEADER.chars().chain(characters.into_iter().cycle().take(20_000)).collect();
    let edited = client.pull("untitled:flood");
    client.open("untitled:whole", "python", 1, &whole);
    assert_eq!(edited, client.pull("untitled:whole"));
    assert!(edited.len() > 400, "{}", edited.len());
    client.finish();
}

#[test]
fn several_changes_at_once_and_whole_texts() {
    let mut client = Client::initialized(pulling());
    client.open("untitled:a", "python", 1, "x");
    let at = |line, character| json!({"line": line, "character": character});
    let range = |start: Value, end: Value| json!({"start": start, "end": end});
    client.change(
        "untitled:a",
        2,
        json!([
            {"text": "# d3: integration\nclass X:\n    pass\n"},
            {"range": range(at(1, 6), at(1, 7)), "text": "APIErr"},
            {"range": range(at(1, 12), at(1, 12)), "text": "or", "rangeLength": 0},
        ]),
    );
    let items = client.pull("untitled:a");
    assert_eq!(codes(&items), ["D3201"]);
    assert_eq!(items[0]["range"], range(at(1, 6), at(1, 14)));
    // Far outside of the text is its end.
    client.change(
        "untitled:a",
        3,
        json!([{"range": range(at(999, 999), at(999, 999)), "text": "class APIError: pass"}]),
    );
    assert_eq!(codes(&client.pull("untitled:a")), ["D3201", "D3201"]);
    client.finish();
}

#[test]
fn half_a_character_does_not_lose_an_edit() {
    let mut client = Client::initialized(pulling());
    client.open("untitled:a", "python", 1, HEADER);
    let body = r##"{"jsonrpc":"2.0","method":"textDocument/didChange","params":{"textDocument":{"uri":"untitled:a","version":2},
        "contentChanges":[{"text":"# d3: integration\n'\ud83d'; class APIError: pass\n"}]}}"##;
    client.raw(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
    client.change(
        "untitled:a",
        3,
        json!([{"range": {
        "start": {"line": 1, "character": 3}, "end": {"line": 1, "character": 5}}, "text": "\n"}]),
    );
    let items = client.pull("untitled:a");
    assert_eq!(codes(&items), ["D3201"]);
    assert_eq!(items[0]["range"]["start"], json!({"line": 2, "character": 6}));
    client.finish();
}

#[test]
fn what_is_typed_is_completed_and_explained_before_it_is_checked() {
    let mut client = Client::initialized(pulling());
    // Seconds of checking, and a statement to complete at its end.
    let line = "a = runtime['connector']['serverurl']\n";
    let text = format!("{HEADER}{}", line.repeat(20_000));
    client.open("untitled:a", "python", 1, &text);
    let end = json!({"line": 20_001, "character": 0});
    client.change("untitled:a", 2, json!([{"range": {"start": end, "end": end}, "text": "b = D3.Utility.eq"}]));
    let document = json!({"textDocument": {"uri": "untitled:a"}});
    let findings = client.ask("textDocument/diagnostic", document);
    let at = json!({"textDocument": {"uri": "untitled:a"}, "position": {"line": 20_001, "character": 17}});
    let items = client.request("textDocument/completion", at);
    assert!(items.as_array().expect("items").iter().any(|item| item["label"] == "equals"));
    let at = json!({"textDocument": {"uri": "untitled:a"}, "position": {"line": 1, "character": 15}});
    let hover = client.request("textDocument/hover", at);
    assert!(hover["contents"]["value"].as_str().expect("a text").contains("connector"), "{hover}");
    client.notify("$/cancelRequest", json!({"id": findings}));
    // The findings were still being looked for.
    assert_eq!(client.error_code(&json!(findings)), -32800);
    client.finish();
}
