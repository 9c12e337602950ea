//! JSON with positions: a tree that knows the bytes of each key and value.
//!
//! Strict: no comments, no trailing commas, nothing that another JSON reader would refuse.

use jsonc_parser::ast;
use jsonc_parser::errors::ParseErrorKind;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};
use serde::de::IgnoredAny;

use super::Segment;
use crate::text::{Encoding, LineIndex, MAX_BYTES, Position, Spanned, TextRange, TextSize};

/// A value and its bytes; for a text, its quotes included.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// The bytes.
    pub range: TextRange,
    /// What they say.
    pub value: Value,
}

/// What a [`Node`] says.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `{...}`, in order, duplicate keys included.
    Object(Vec<Property>),
    /// `[...]`.
    List(Vec<Node>),
    /// A string, unescaped.
    Text(String),
    /// A text that lacks a quote, in half-typed text only. The range is that of the text, without the other quote.
    Loose(String),
    /// A number, as written.
    Number(String),
    /// `true` or `false`.
    Flag(bool),
    /// `null`.
    Null,
}

/// A key and its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Property {
    /// The key, its range without quotes.
    pub key: Spanned<String>,
    /// The value.
    pub value: Node,
}

/// Why a text is no JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonError {
    /// Where.
    pub range: TextRange,
    /// What, in lower case without a final dot.
    pub message: String,
    /// Bytes whose removal is the repair.
    pub remove: Option<TextRange>,
}

const OPTIONS: ParseOptions = ParseOptions {
    allow_comments: false,
    allow_loose_object_property_names: false,
    allow_trailing_commas: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

/// Reads a text, with or without a byte-order mark. The parser gives up at 512 levels of nesting.
pub fn parse(text: &str) -> Result<Node, JsonError> {
    if text.len() > MAX_BYTES {
        let message = format!("the manifest is too large ({} bytes; the limit is {MAX_BYTES})", text.len());
        return Err(JsonError { range: TextRange::default(), message, remove: None });
    }
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let base = text.len() - body.len();
    let parsed =
        parse_to_ast(body, &CollectOptions::default(), &OPTIONS).map_err(|error| syntax_error(text, base, &error))?;
    let Some(value) = parsed.value else {
        let message = "the manifest is empty; it needs at least `version`, `kind` and `commands`".to_owned();
        return Err(JsonError { range: TextRange::empty(size(base)), message, remove: None });
    };
    strict(text, base)?;
    Ok(node(&value, base))
}

/// Reads a text that may be half-typed, as far as it goes; `None` where there is no value.
pub fn read_any(text: &str) -> Option<Node> {
    parse(text).ok().or_else(|| super::recover::tree(text))
}

/// What the parser lets pass although JSON does not: raw control characters in strings, exotic blanks.
fn strict(text: &str, base: usize) -> Result<(), JsonError> {
    let Err(error) = serde_json::from_str::<IgnoredAny>(&text[base..]) else {
        return Ok(());
    };
    let line = u32::try_from(error.line().saturating_sub(1)).unwrap_or(u32::MAX);
    // serde_json counts columns in bytes, from 1, and 0 stands before the line's first byte.
    let column = u32::try_from(error.column().saturating_sub(1)).unwrap_or(u32::MAX);
    let index = LineIndex::new(&text[base..]);
    let start = index.offset(&text[base..], Position { line, column }, Encoding::Utf8).to_usize() + base;
    let reason = error.to_string();
    let reason = reason.split(" at line ").next().unwrap_or_default();
    Err(JsonError {
        range: character(text, start),
        message: format!("the manifest is not valid JSON: {reason}"),
        remove: None,
    })
}

fn syntax_error(text: &str, base: usize, error: &jsonc_parser::errors::ParseError) -> JsonError {
    let start = (error.range().start + base).min(text.len());
    let end = (error.range().end + base).clamp(start, text.len());
    let whole = TextRange::new(size(start), size(end));
    let (range, reason) = match error.kind() {
        ParseErrorKind::UnterminatedObject => (character(text, start), "this `{` is never closed".to_owned()),
        ParseErrorKind::UnterminatedArray => (character(text, start), "this `[` is never closed".to_owned()),
        ParseErrorKind::CommentsNotAllowed => (whole, "it allows no comments; remove this one".to_owned()),
        ParseErrorKind::TrailingCommasNotAllowed => {
            (whole, "it allows no comma after the last entry; remove it".to_owned())
        }
        ParseErrorKind::ExpectedComma => (character(text, start), "a comma is missing here".to_owned()),
        ParseErrorKind::ExpectedColonAfterObjectKey => {
            (character(text, start), "a `:` is missing after the key".to_owned())
        }
        ParseErrorKind::ExpectedObjectValue => (character(text, start), "a value is missing after `:`".to_owned()),
        ParseErrorKind::ExpectedStringObjectProperty => (whole, "keys stand in double quotes".to_owned()),
        ParseErrorKind::SingleQuotedStringsNotAllowed => {
            (character(text, start), "texts stand in double quotes".to_owned())
        }
        ParseErrorKind::MultipleRootJsonValues => {
            (character(text, start), "nothing may follow the closing bracket".to_owned())
        }
        ParseErrorKind::NestingDepthExceeded => (character(text, start), "it is nested too deeply".to_owned()),
        ParseErrorKind::UnexpectedWord | ParseErrorKind::UnexpectedToken => {
            (whole, "this is no value; texts stand in double quotes".to_owned())
        }
        other => (character(text, start), lower_first(&other.to_string())),
    };
    let remove = matches!(error.kind(), ParseErrorKind::TrailingCommasNotAllowed).then_some(whole);
    JsonError { range, message: format!("the manifest is not valid JSON: {reason}"), remove }
}

/// The character at `start`, or nothing at the end or a line's end.
fn character(text: &str, start: usize) -> TextRange {
    let mut start = start.min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let width = text[start..].chars().next().filter(|c| !matches!(c, '\n' | '\r')).map_or(0, char::len_utf8);
    TextRange::new(size(start), size(start + width))
}

fn lower_first(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_lowercase().chain(characters).collect()).unwrap_or_default()
}

fn size(offset: usize) -> TextSize {
    TextSize::new(u32::try_from(offset).unwrap_or(u32::MAX))
}

fn node(value: &ast::Value<'_>, base: usize) -> Node {
    use jsonc_parser::common::Ranged as _;
    let range = value.range();
    let range = TextRange::new(size(range.start + base), size(range.end + base));
    let value = match value {
        ast::Value::Object(object) => Value::Object(
            object
                .properties
                .iter()
                .map(|property| {
                    let key = property.name.range();
                    // Keys stand in quotes: words as keys are refused above.
                    let key = TextRange::new(size(key.start + base + 1), size(key.end + base - 1));
                    Property {
                        key: Spanned::new(property.name.as_str().to_owned(), key),
                        value: node(&property.value, base),
                    }
                })
                .collect(),
        ),
        ast::Value::Array(array) => Value::List(array.elements.iter().map(|element| node(element, base)).collect()),
        ast::Value::StringLit(text) => Value::Text(text.value.clone().into_owned()),
        ast::Value::NumberLit(number) => Value::Number(number.value.to_owned()),
        ast::Value::BooleanLit(flag) => Value::Flag(flag.value),
        ast::Value::NullKeyword(_) => Value::Null,
    };
    Node { range, value }
}

impl Node {
    /// The property named `key`; of duplicates the last one, as every JSON reader takes it.
    pub fn property(&self, key: &str) -> Option<&Property> {
        match &self.value {
            Value::Object(properties) => properties.iter().rev().find(|property| property.key.value == key),
            _ => None,
        }
    }

    /// The value of `key`.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.property(key).map(|property| &property.value)
    }

    /// The elements of the list under `key`; none where there is no list.
    pub fn list(&self, key: &str) -> &[Node] {
        match self.get(key) {
            Some(Node { value: Value::List(elements), .. }) => elements,
            _ => &[],
        }
    }

    /// The text of this node, with the range of what stands between its quotes.
    pub fn text(&self) -> Option<Spanned<String>> {
        match &self.value {
            Value::Text(text) | Value::Loose(text) => Some(Spanned::new(text.clone(), self.inner())),
            _ => None,
        }
    }

    /// The value that a step leads to, if it is there.
    pub fn step(&self, segment: &Segment) -> Option<&Node> {
        match (segment, &self.value) {
            (Segment::Key(key), _) => self.get(key),
            (Segment::Index(place), Value::List(elements)) => elements.get(*place),
            (Segment::Index(_), _) => None,
        }
    }

    /// The bytes between the quotes of a text, the whole range of anything else.
    pub fn inner(&self) -> TextRange {
        match self.value {
            Value::Text(_) => {
                TextRange::new(self.range.start() + TextSize::new(1), self.range.end() - TextSize::new(1))
            }
            _ => self.range,
        }
    }

    /// What a finding about this value points at: as [`Node::inner`], but never nothing.
    pub fn mark(&self) -> TextRange {
        let inner = self.inner();
        if inner.is_empty() { self.range } else { inner }
    }

    /// The first byte: the bracket of an object or list.
    pub fn bracket(&self) -> TextRange {
        TextRange::at(self.range.start(), TextSize::new(1))
    }

    /// "a list", for messages.
    pub fn type_name(&self) -> &'static str {
        match self.value {
            Value::Object(_) => "an object",
            Value::List(_) => "a list",
            Value::Text(_) | Value::Loose(_) => "a text",
            Value::Number(_) => "a number",
            Value::Flag(_) => "true or false",
            Value::Null => "null",
        }
    }

    /// The value without positions. A number beyond what JSON readers hold is null.
    pub fn to_json(&self) -> serde_json::Value {
        match &self.value {
            Value::Object(properties) => {
                properties.iter().map(|property| (property.key.value.clone(), property.value.to_json())).collect()
            }
            Value::List(elements) => elements.iter().map(Node::to_json).collect(),
            Value::Text(text) | Value::Loose(text) => text.as_str().into(),
            Value::Number(number) => serde_json::from_str(number).unwrap_or_default(),
            Value::Flag(flag) => (*flag).into(),
            Value::Null => serde_json::Value::Null,
        }
    }
}
