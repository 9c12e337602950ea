//! A tree of any text, half-typed JSON included: what the editor works on while a manifest is no JSON.
//!
//! Nothing here is an error. A missing comma or bracket costs nothing, a key without a value has null.

use crate::text::{Spanned, TextRange, TextSize};

use super::json::{Node, Property, Value};
use super::location::{next_token, unquote};

/// Deeper brackets are not looked into: trees are dropped by recursion.
const MAX_DEPTH: usize = 256;

/// A bracket that is still open.
struct Open {
    start: usize,
    holds: Holds,
}

enum Holds {
    Object { properties: Vec<Property>, key: Option<Spanned<String>>, after_colon: bool },
    List(Vec<Node>),
}

/// Reads the first value of `text`, as far as it goes; `None` where there is none.
pub(super) fn tree(text: &str) -> Option<Node> {
    let mut open: Vec<Open> = Vec::new();
    let mut too_deep = 0_usize;
    let mut position = 0;
    while let Some(token) = next_token(text, position) {
        position = token.end;
        let is_opening = matches!(token.text, "{" | "[");
        let is_closing = matches!(token.text, "}" | "]");
        if too_deep > 0 || (is_opening && open.len() == MAX_DEPTH) {
            too_deep = (too_deep + usize::from(is_opening)).saturating_sub(usize::from(is_closing));
            continue;
        }
        match token.text {
            "{" => {
                let holds = Holds::Object { properties: Vec::new(), key: None, after_colon: false };
                open.push(Open { start: token.start, holds });
            }
            "[" => open.push(Open { start: token.start, holds: Holds::List(Vec::new()) }),
            "}" | "]" => {
                if let Some(root) = close(&mut open, token.text == "}", token.end) {
                    return Some(root);
                }
            }
            "," => {
                if let Some(last) = open.last_mut() {
                    last.end_property();
                }
            }
            ":" => {
                if let Some(Open { holds: Holds::Object { after_colon, .. }, .. }) = open.last_mut() {
                    *after_colon = true;
                }
            }
            _ => {
                let quoted = token.text.starts_with('"');
                let inner = range(token.start + usize::from(quoted), token.end - usize::from(quoted && token.closed));
                let node = if quoted && token.closed {
                    Node { range: range(token.start, token.end), value: Value::Text(unquote(token.text)) }
                } else {
                    Node {
                        range: inner,
                        value: if quoted { Value::Loose(unquote(token.text)) } else { word(token.text) },
                    }
                };
                match open.last_mut() {
                    Some(last) => last.take(node, inner),
                    None => return Some(node),
                }
            }
        }
    }
    let end = text.trim_end().len();
    while open.len() > 1 {
        close_last(&mut open, end);
    }
    close_last(&mut open, end)
}

/// Closes the innermost bracket of that kind and all within it; one that opens nowhere is passed over. The root, once that is closed.
fn close(open: &mut Vec<Open>, object: bool, end: usize) -> Option<Node> {
    let depth = open.iter().rposition(|one| matches!(one.holds, Holds::Object { .. }) == object)?;
    let mut root = None;
    while open.len() > depth {
        root = close_last(open, end);
    }
    root
}

/// Closes the innermost bracket; the root, if it was that.
fn close_last(open: &mut Vec<Open>, end: usize) -> Option<Node> {
    let mut last = open.pop()?;
    last.end_property();
    let value = match last.holds {
        Holds::Object { properties, .. } => Value::Object(properties),
        Holds::List(elements) => Value::List(elements),
    };
    let node = Node { range: range(last.start, end), value };
    match open.last_mut() {
        Some(parent) => {
            let inner = node.range;
            parent.take(node, inner);
            None
        }
        None => Some(node),
    }
}

impl Open {
    /// Takes a value, or a text as the key of the next one; `inner` are its bytes without quotes.
    fn take(&mut self, node: Node, inner: TextRange) {
        match &mut self.holds {
            Holds::List(elements) => elements.push(node),
            Holds::Object { properties, key, after_colon: true } => {
                if let Some(key) = key.take() {
                    properties.push(Property { key, value: node });
                }
                self.end_property();
            }
            Holds::Object { .. } => {
                self.end_property();
                if let (Holds::Object { key, .. }, Value::Text(text) | Value::Loose(text)) =
                    (&mut self.holds, node.value)
                {
                    *key = Some(Spanned::new(text, inner));
                }
            }
        }
    }

    /// Ends a property; a key that got no value has null.
    fn end_property(&mut self) {
        if let Holds::Object { properties, key, after_colon } = &mut self.holds {
            *after_colon = false;
            if let Some(key) = key.take() {
                let value = Node { range: TextRange::empty(key.range.end()), value: Value::Null };
                properties.push(Property { key, value });
            }
        }
    }
}

/// What a bare word says; one that is no value of JSON's is taken as a text.
fn word(word: &str) -> Value {
    match word {
        "true" => Value::Flag(true),
        "false" => Value::Flag(false),
        "null" => Value::Null,
        number if number.parse::<f64>().is_ok() => Value::Number(number.to_owned()),
        other => Value::Loose(other.to_owned()),
    }
}

fn range(start: usize, end: usize) -> TextRange {
    let size = |offset| TextSize::try_from(offset).unwrap_or_default();
    TextRange::new(size(start), size(end.max(start)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::manifest::json;

    /// The tree without positions.
    fn read(text: &str) -> serde_json::Value {
        tree(text).map(|node| node.to_json()).unwrap_or_default()
    }

    #[test]
    fn what_is_json_is_read_as_such() {
        let text = "\u{feff}{\"a\": [1, {\"b\": \"\\u00e9 🙂\"}, []],\r\n\t\"c\": {\"d\": null, \"e\": -1.5e3}}";
        assert_eq!(tree(text), json::parse(text).ok());
    }

    #[test]
    fn what_is_half_typed_is_read_as_far_as_it_goes() {
        let json = |text: &str| serde_json::from_str::<serde_json::Value>(text).expect("JSON");
        assert_eq!(read(r#"{"a": 1, "b": [{"c": "x", "d"#), json(r#"{"a": 1, "b": [{"c": "x", "d": null}]}"#));
        assert_eq!(read("{\"a\": \"x\n, \"b\": 2}"), json(r#"{"a": "x", "b": 2}"#));
        assert_eq!(read(r#"{"a": [{"b": 1, ], "c": 2}"#), json(r#"{"a": [{"b": 1}], "c": 2}"#));
        assert_eq!(read(r#"{"a": 1 "b": , "c" "d": tru}"#), json(r#"{"a": 1, "b": null, "c": null, "d": "tru"}"#));
        assert_eq!(read(r#"{"a": [1}"#), json(r#"{"a": [1]}"#));
        assert_eq!(read("]"), json("null"));
    }

    #[test]
    fn deep_nesting_is_no_problem() {
        let text = "[".repeat(100_000) + &"]".repeat(100_000);
        assert!(tree(&text).is_some());
    }

    proptest! {
        #[test]
        fn any_text_gives_ranges_inside_it(
            pieces in prop::collection::vec(
                prop::sample::select(&["{", "}", "[", "]", ":", ",", "\"a\"", "\"é🙂", "\\", "1", " ", "\r\n", "x"][..]),
                0..30,
            ),
        ) {
            fn inside(node: &Node, text: &str) {
                assert!(text.get(node.inner().start().to_usize()..node.inner().end().to_usize()).is_some());
                match &node.value {
                    Value::Object(properties) => for property in properties {
                        assert!(text.get(property.key.range.start().to_usize()..property.key.range.end().to_usize()).is_some());
                        inside(&property.value, text);
                    },
                    Value::List(elements) => elements.iter().for_each(|node| inside(node, text)),
                    _ => {}
                }
            }
            let text = pieces.concat();
            if let Some(node) = tree(&text) {
                inside(&node, &text);
            }
        }
    }
}
