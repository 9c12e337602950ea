//! Where an offset lies in a manifest, half-typed ones included: for completion and hover.

use crate::text::{TextRange, TextSize};

/// One step from the root of a manifest to a value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Segment {
    /// The value of this key.
    Key(String),
    /// The element at this index, from 0.
    Index(usize),
}

impl Segment {
    /// The key, where it is one.
    pub fn as_key(&self) -> Option<&str> {
        match self {
            Self::Key(key) => Some(key),
            Self::Index(_) => None,
        }
    }
}

/// What stands, or would be typed, at an offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A key.
    Key,
    /// A value.
    Value,
}

/// Where an offset lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// From the root. For a key under the cursor the last segment is that key (empty where none is typed yet).
    pub path: Vec<Segment>,
    /// Whether a key or a value stands there.
    pub role: Role,
    /// The token under the offset, a string without its quotes; empty where there is none.
    pub token: TextRange,
    /// Whether the token stands in quotes, closed or not.
    pub quoted: bool,
}

enum Frame {
    Object { key: Option<String> },
    List { index: usize },
}

/// A string, a bare word, or one punctuation character.
pub(super) struct Token<'a> {
    pub start: usize,
    pub end: usize,
    pub text: &'a str,
    /// Whether a string's closing quote is there.
    pub closed: bool,
}

/// Finds where `offset` lies. Reads tokens only, so that broken JSON does no harm; an offset outside
/// the text is its end. `None` inside nothing: a blank place before, between or after values.
pub fn locate(text: &str, offset: TextSize) -> Option<Location> {
    let offset = offset.to_usize().min(text.len());
    let mut frames: Vec<Frame> = Vec::new();
    let mut after_colon = false;
    let mut filled = false;
    let mut position = 0;
    while let Some(token) = next_token(text, position) {
        if token.start >= offset {
            break;
        }
        position = token.end;
        let quoted = token.text.starts_with('"');
        let punctuation = !quoted && matches!(token.text, "{" | "}" | "[" | "]" | ":" | ",");
        let inside = if quoted && token.closed { offset < token.end } else { offset <= token.end };
        if inside && !punctuation {
            return Some(under(&frames, after_colon, &token, quoted));
        }
        match token.text {
            "{" => frames.push(Frame::Object { key: None }),
            "[" => frames.push(Frame::List { index: 0 }),
            "}" | "]" => {
                frames.pop();
            }
            "," => {
                if let Some(Frame::List { index }) = frames.last_mut() {
                    *index += 1;
                }
            }
            _ => {}
        }
        match (token.text, frames.last_mut()) {
            (":", Some(Frame::Object { .. })) => after_colon = true,
            (_, Some(Frame::Object { key })) if !punctuation && !after_colon => *key = Some(unquote(token.text)),
            (_, _) if token.text != ":" => after_colon = false,
            _ => {}
        }
        filled = !matches!(token.text, "{" | "[" | "," | ":");
    }
    if filled || frames.is_empty() {
        return None;
    }
    let blank = Token { start: offset, end: offset, text: "", closed: false };
    Some(under(&frames, after_colon, &blank, false))
}

fn under(frames: &[Frame], after_colon: bool, token: &Token<'_>, quoted: bool) -> Location {
    let mut path = Vec::with_capacity(frames.len());
    let mut role = Role::Value;
    for (depth, frame) in frames.iter().enumerate() {
        let innermost = depth + 1 == frames.len();
        match frame {
            Frame::List { index } => path.push(Segment::Index(*index)),
            Frame::Object { .. } if innermost && !after_colon => {
                role = Role::Key;
                path.push(Segment::Key(unquote(token.text)));
            }
            Frame::Object { key } => path.push(Segment::Key(key.clone().unwrap_or_default())),
        }
    }
    let start = token.start + usize::from(quoted);
    let end = token.end - usize::from(quoted && token.closed);
    let size = |offset| TextSize::try_from(offset).unwrap_or_default();
    Location { path, role, token: TextRange::new(size(start), size(end)), quoted }
}

pub(super) fn unquote(token: &str) -> String {
    serde_json::from_str(token).unwrap_or_else(|_| token.trim_start_matches('"').trim_end_matches('"').to_owned())
}

pub(super) fn next_token(text: &str, from: usize) -> Option<Token<'_>> {
    let start = from + text[from..].find(|c: char| !c.is_whitespace() && c != '\u{feff}')?;
    let rest = &text[start..];
    let (length, closed) = match rest.as_bytes()[0] {
        b'"' => string_length(rest),
        b'{' | b'}' | b'[' | b']' | b':' | b',' => (1, true),
        _ => {
            let ends = |c: char| c.is_whitespace() || "{}[]:,\"".contains(c);
            (rest.find(ends).unwrap_or(rest.len()), true)
        }
    };
    Some(Token { start, end: start + length, text: &rest[..length], closed })
}

/// How long the string at the start of `text` is; an unclosed one ends with its line.
fn string_length(text: &str) -> (usize, bool) {
    let mut escaped = false;
    for (index, character) in text.char_indices().skip(1) {
        match character {
            '\n' | '\r' => return (index, false),
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return (index + 1, true),
            _ => {}
        }
    }
    (text.len(), false)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The path at `$0`, as text, with the role and the token.
    fn at(marked: &str) -> Option<(String, Role, String)> {
        let offset = marked.find("$0").expect("a marker");
        let text = marked.replace("$0", "");
        let location = locate(&text, TextSize::try_from(offset).expect("a small text"))?;
        let path = location.path.iter().map(|segment| match segment {
            Segment::Key(key) => format!(".{key}"),
            Segment::Index(index) => format!("[{index}]"),
        });
        let token = text[location.token.start().to_usize()..location.token.end().to_usize()].to_owned();
        Some((path.collect(), location.role, token))
    }

    fn found(path: &str, role: Role, token: &str) -> Option<(String, Role, String)> {
        Some((path.to_owned(), role, token.to_owned()))
    }

    #[test]
    fn finds_keys_and_values() {
        assert_eq!(at(r#"{"kind": "integ$0ration"}"#), found(".kind", Role::Value, "integration"));
        assert_eq!(at(r#"{"ki$0nd": "x"}"#), found(".kind", Role::Key, "kind"));
        assert_eq!(at(r#"{"a": 1, "commands": [{}, {"status": $0}]}"#), found(".commands[1].status", Role::Value, ""));
        assert_eq!(at(r#"{"a": [1, tr$0ue]}"#), found(".a[1]", Role::Value, "true"));
        assert_eq!(at(r#"{"a": {"b": 1}, $0}"#), found(".", Role::Key, ""));
    }

    #[test]
    fn finds_its_way_in_half_typed_text() {
        assert_eq!(at(r#"{"commands": [{"sta$0"#), found(".commands[0].sta", Role::Key, "sta"));
        assert_eq!(at("{\"commands\": [{\"status\": \"$0\n}]}"), found(".commands[0].status", Role::Value, ""));
        assert_eq!(at(r#"{"a": 1, "k": $0"#), found(".k", Role::Value, ""));
        assert_eq!(at(r#"{"libraries": ["a", "$0"]}"#), found(".libraries[1]", Role::Value, ""));
        assert_eq!(at(r#"{"a": "x" $0}"#), None);
        assert_eq!(at("$0"), None);
    }
}
