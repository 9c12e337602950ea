//! Hover: what a key means, and what a name stands for.

use std::fmt::Write as _;

use crate::ide::{Hover, Mentioned, describe};
use crate::manifest::{Role, Segment, Shape, ShapeKind, shape_at};
use crate::text::TextSize;

use super::ManifestDocument;
use super::subject::{Subject, declared, subject};

/// What there is to say about what stands at `offset`.
pub fn hover(document: &ManifestDocument, offset: TextSize) -> Option<Hover> {
    let location = document.manifest.path_at(offset)?;
    if location.token.is_empty() {
        return None;
    }
    let named = subject(document, offset).and_then(|(subject, _)| text(subject));
    let markdown = match (named, location.role) {
        (Some(text), _) => text,
        (None, Role::Key) => key_at(&location.path)?,
        // A value's own key says what it is; the elements of a list have none.
        (None, Role::Value) => {
            let of_key = location.path.iter().rposition(|segment| matches!(segment, Segment::Key(_)))?;
            key_at(&location.path[..=of_key])?
        }
    };
    Some(Hover { range: location.token, markdown })
}

/// What there is to say about what a test case speaks of.
pub fn hover_for_case(document: &ManifestDocument, what: &Mentioned) -> Option<String> {
    text(declared(document, what)?)
}

fn text(subject: Subject<'_>) -> Option<String> {
    match subject {
        Subject::Command(command) => Some(describe::command(command)),
        Subject::Input(_, input) => Some(describe::input(input)),
        Subject::Connection(parameter) => Some(describe::connection_parameter(parameter)),
        Subject::Script(_) => None,
    }
}

fn key_at(path: &[Segment]) -> Option<String> {
    let (Segment::Key(name), parents) = path.split_last()? else { return None };
    let ShapeKind::Object(keys) = &shape_at(parents)?.kind else { return None };
    let key = keys.iter().find(|key| key.name == *name)?;
    Some(describe_key(&key.name, &key.shape, key.required))
}

/// A key: its type, what it means, which words it takes, and what it is where it is not given.
pub(super) fn describe_key(name: &str, shape: &Shape, required: bool) -> String {
    let mut text = format!("**`{name}`** {}", type_name(shape));
    if required {
        text.push_str(", required");
    }
    if !shape.doc.is_empty() {
        let _ = write!(text, "\n\n{}", shape.doc);
    }
    let words = match &shape.kind {
        ShapeKind::Text(words) => words.as_slice(),
        ShapeKind::List(element) => match &element.kind {
            ShapeKind::Text(words) => words.as_slice(),
            _ => &[],
        },
        _ => &[],
    };
    if !words.is_empty() {
        let _ = write!(text, "\n\nOne of: {}", words.join(", "));
    }
    if let Some(default) = shape.default.as_ref().filter(|default| !default.is_array()) {
        let _ = write!(text, "\n\nDefault: `{}`", default.as_str().map_or_else(|| default.to_string(), str::to_owned));
    }
    text
}

/// What stands there, in a word or two.
pub(super) fn type_name(shape: &Shape) -> &'static str {
    match shape.kind {
        ShapeKind::Object(_) => "object",
        ShapeKind::List(_) => "list",
        ShapeKind::Text(_) => "text",
        ShapeKind::TextOrNull => "text or null",
        ShapeKind::Flag => "true or false",
        ShapeKind::Number => "number",
        ShapeKind::Any => "any value",
    }
}
