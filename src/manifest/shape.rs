//! Keys, types and words of a manifest against its schema.

use std::collections::HashSet;

use crate::diagnostic::{Applicability, Severity};
use crate::text::{Edit, TextRange, edit_distance, nearest};

use super::json::{Node, Property, Value};
use super::schema::{Key, Shape, ShapeKind};
use super::{ManifestError, ManifestErrorKind, Repair, vocabulary};

/// After this many findings the rest of a manifest is not looked at: it is some other file, or generated.
pub(super) const MAX_ERRORS: usize = 200;

/// Collects findings.
#[derive(Debug, Default)]
pub(super) struct Errors {
    pub list: Vec<ManifestError>,
}

impl Errors {
    /// D3903 as an error.
    pub fn add(&mut self, range: TextRange, message: impl Into<String>) {
        self.push(Severity::Error, range, message.into(), None);
    }

    /// D3903 as an error, with a repair.
    pub fn add_fixed(&mut self, range: TextRange, message: impl Into<String>, fix: Repair) {
        self.push(Severity::Error, range, message.into(), Some(fix));
    }

    /// D3903.
    pub fn push(&mut self, severity: Severity, range: TextRange, message: String, fix: Option<Repair>) {
        let kind = ManifestErrorKind::Invalid;
        self.list.push(ManifestError { kind, severity, range, message, fix });
    }

    /// All findings, sorted by place.
    pub fn finish(mut self) -> Vec<ManifestError> {
        self.list.sort_by_key(|error| (error.range.start(), error.range.end()));
        self.list
    }

    fn full(&self) -> bool {
        self.list.len() >= MAX_ERRORS
    }
}

/// Checks `node`, which stands under the key `name` ("" at the root), against `shape`.
pub(super) fn check(node: &Node, name: &str, shape: &Shape, errors: &mut Errors) {
    if errors.full() {
        return;
    }
    match (&shape.kind, &node.value) {
        (ShapeKind::Any, _) => duplicates_below(node, errors),
        (ShapeKind::Object(keys), Value::Object(properties)) => object(node, properties, name, keys, errors),
        (ShapeKind::List(element), Value::List(elements)) => {
            elements.iter().for_each(|node| check(node, name, element, errors));
        }
        (ShapeKind::Text(words), Value::Text(text)) if !words.is_empty() => word(node, text, name, words, errors),
        (ShapeKind::Text(_) | ShapeKind::TextOrNull, Value::Text(_))
        | (ShapeKind::TextOrNull, Value::Null)
        | (ShapeKind::Flag, Value::Flag(_)) => {}
        (ShapeKind::Number, Value::Number(number)) if number.parse::<u32>().is_ok() => {}
        _ => wrong_type(node, name, shape, errors),
    }
}

fn object(node: &Node, properties: &[Property], name: &str, keys: &[Key], errors: &mut Errors) {
    duplicates(properties, errors);
    for property in properties {
        match keys.iter().find(|key| key.name == property.key.value) {
            Some(key) => check(&property.value, &key.name, &key.shape, errors),
            None => unknown_key(property, properties, keys, errors),
        }
        if errors.full() {
            return;
        }
    }
    for key in keys.iter().filter(|key| key.required) {
        let given = |property: &Property| {
            property.key.value == key.name || near_key(&property.key.value, keys) == Some(key.name.as_str())
        };
        if !properties.iter().any(given) {
            missing_key(node, name, &key.name, errors);
        }
    }
}

fn missing_key(node: &Node, parent: &str, key: &str, errors: &mut Errors) {
    let owner = match parent {
        "" => "the manifest",
        "commands" => "this command",
        "keyFields" => "this key field",
        _ => "this entry",
    };
    errors.add(node.bracket(), format!("{owner} has no `{key}`; add it"));
}

/// The one of `keys` that an unknown key was most likely meant to be.
fn near_key<'a>(name: &str, keys: &'a [Key]) -> Option<&'a str> {
    if keys.iter().any(|key| key.name == name) {
        return None;
    }
    nearest(name, keys.iter().map(|key| key.name.as_str()))
}

fn unknown_key(property: &Property, siblings: &[Property], keys: &[Key], errors: &mut Errors) {
    let name = &property.key.value;
    let range = if property.key.range.is_empty() { property.value.range } else { property.key.range };
    let Some(near) = near_key(name, keys) else {
        let known: Vec<&str> = keys.iter().map(|key| key.name.as_str()).filter(|key| *key != "$schema").collect();
        errors.add(range, format!("unknown key `{name}`; known here are {}", known.join(", ")));
        return;
    };
    if siblings.iter().any(|sibling| sibling.key.value == near) {
        errors.add(range, format!("unknown key `{name}`, and `{near}` is given too; remove it"));
        return;
    }
    let edit = Edit::replace(property.key.range, near);
    let fix = (format!("Rename to `{near}`"), vec![edit], trust(name, near));
    errors.add_fixed(range, format!("unknown key `{name}`; did you mean `{near}`?"), fix);
}

/// One letter or the case off: nothing else can have been meant.
fn trust(name: &str, near: &str) -> Applicability {
    if edit_distance(name, near) <= 1 { Applicability::Safe } else { Applicability::Offered }
}

fn duplicates(properties: &[Property], errors: &mut Errors) {
    let mut seen = HashSet::new();
    for property in properties {
        if !seen.insert(property.key.value.as_str()) && !errors.full() {
            let range = if property.key.range.is_empty() { property.value.range } else { property.key.range };
            errors.add(
                range,
                format!("the key `{}` is given twice, and the last one counts; remove one", property.key.value),
            );
        }
    }
}

fn duplicates_below(node: &Node, errors: &mut Errors) {
    match &node.value {
        Value::Object(properties) => {
            duplicates(properties, errors);
            properties.iter().for_each(|property| duplicates_below(&property.value, errors));
        }
        Value::List(elements) => elements.iter().for_each(|element| duplicates_below(element, errors)),
        _ => {}
    }
}

fn word(node: &Node, text: &str, name: &str, words: &[String], errors: &mut Errors) {
    if words.iter().any(|word| word == text) {
        return;
    }
    if let Some(near) = nearest(text, words.iter().map(String::as_str)) {
        let edit = Edit::replace(node.inner(), near);
        let fix = (format!("Change to `{near}`"), vec![edit], trust(text, near));
        errors.add_fixed(node.mark(), format!("`{name}` can't be `{text}`; did you mean `{near}`?"), fix);
        return;
    }
    let known = words.join(", ");
    if words.iter().map(String::as_str).eq(vocabulary::PARAMETER_TYPES.iter().copied()) && !text.is_empty() {
        // The list in D3's form is a picture: another type may exist.
        let message = format!("`{text}` is not among the types that D3 publishes: {known}");
        errors.push(Severity::Warning, node.mark(), message, None);
    } else {
        errors.add(node.mark(), format!("`{name}` can't be `{text}`; use one of {known}"));
    }
}

fn wrong_type(node: &Node, name: &str, shape: &Shape, errors: &mut Errors) {
    let wanted = match shape.kind {
        ShapeKind::Object(_) => "an object",
        ShapeKind::List(_) => "a list",
        ShapeKind::Text(_) => "a text",
        ShapeKind::TextOrNull => "a text or null",
        ShapeKind::Flag => "true or false",
        ShapeKind::Number => "a whole number from 0",
        ShapeKind::Any => return,
    };
    let got = match &node.value {
        Value::Number(number) if shape.kind == ShapeKind::Number => number.as_str(),
        _ => node.type_name(),
    };
    let (subject, range) = match node.value {
        Value::Object(_) | Value::List(_) => (name, node.bracket()),
        _ => (name, node.range),
    };
    let subject = if subject.is_empty() { "the manifest".to_owned() } else { format!("`{subject}`") };
    let message = format!("{subject} must be {wanted}, not {got}");
    match unquoted(node, shape) {
        Some(value) => {
            let fix = (format!("Change to `{value}`"), vec![Edit::replace(node.range, value)], Applicability::Safe);
            errors.add_fixed(range, message, fix);
        }
        None => errors.add(range, message),
    }
}

/// A flag or number that stands in quotes.
fn unquoted(node: &Node, shape: &Shape) -> Option<String> {
    let Value::Text(text) = &node.value else {
        return None;
    };
    let value = text.trim().to_ascii_lowercase();
    match shape.kind {
        ShapeKind::Flag => matches!(value.as_str(), "true" | "false").then_some(value),
        ShapeKind::Number => value.parse::<u32>().ok().map(|number| number.to_string()),
        _ => None,
    }
}
