//! Keys: those that fit at the place and are not there yet, with a place for the value.

use super::Spot;
use crate::ide::json_word::quoted;
use crate::ide::manifest::hover::{describe_key, type_name};
use crate::ide::snippet::placeholder;
use crate::ide::{CompletionItem, CompletionKind};
use crate::image::names;
use crate::manifest::{Key, Kind, Segment, Shape, ShapeKind, root_shape, shape_at};
use crate::text::{TextRange, TextSize};

/// Keys of the whole manifest that only an integration has.
const OF_INTEGRATIONS: [&str; 4] = ["connection", "connectionSets", "script", "liveScript"];

/// Keys of a command that only a utility command has.
const OF_UTILITIES: [&str; 3] = ["script", "liveScript", "category"];

/// The keys that can stand at the cursor. All required ones at once come first, where more than one is missing.
pub(super) fn keys(spot: &Spot<'_>) -> Vec<CompletionItem> {
    let Some((_, object)) = spot.place.path.split_last() else { return Vec::new() };
    let Some(Shape { kind: ShapeKind::Object(known), .. }) = shape_at(object) else { return Vec::new() };
    let is_change = spot.next == Some(':');
    let mut given = spot.document.manifest.keys_at(object);
    // The key under the cursor may stay what it is.
    if let Some(own) = given.iter().position(|name| *name == spot.typed) {
        given.remove(own);
    }
    let missing: Vec<&Key> =
        known.iter().filter(|key| !given.contains(&key.name.as_str()) && fits(spot, object, &key.name)).collect();
    let (required, optional): (Vec<&Key>, Vec<&Key>) = missing.iter().partition(|key| key.required);
    let mut items = Vec::new();
    if required.len() > 1 && !is_change {
        items.push(together(spot, &required));
    }
    items.extend(required.iter().chain(&optional).map(|key| {
        let item = spot.item(&key.name, CompletionKind::Property);
        let item = item.detail(type_name(&key.shape)).documentation(describe_key(&key.name, &key.shape, key.required));
        match is_change {
            true => item.insert(quoted(&key.name)),
            false => item.snippet(format!("{}: {}{}", quoted(&key.name), value(key, 1), spot.comma())),
        }
    }));
    items
}

/// Whether D3 has this key for the manifest's kind and the command's name.
fn fits(spot: &Spot<'_>, object: &[Segment], name: &str) -> bool {
    let manifest = &spot.document.manifest;
    let is_utility = manifest.kind == Kind::Utility;
    match object {
        [] => !is_utility || !OF_INTEGRATIONS.contains(&name),
        [Segment::Key(_), Segment::Index(_)] if OF_UTILITIES.contains(&name) => is_utility,
        [Segment::Key(list), Segment::Index(place)] if list == "commands" && name == "eventFieldMapping" => {
            let command = spot.document.command_at(*place);
            command.is_none_or(|command| {
                names::system_command(&command.internal_name.value).is_some_and(|system| system.ingests)
            })
        }
        _ => true,
    }
}

/// A new manifest, where there is none yet.
pub(super) fn whole(offset: TextSize) -> CompletionItem {
    let known = match &root_shape().kind {
        ShapeKind::Object(known) => known.as_slice(),
        _ => &[],
    };
    let required: Vec<&Key> = known.iter().filter(|key| key.required).collect();
    CompletionItem::new("d3.json", CompletionKind::Snippet, TextRange::empty(offset))
        .detail("a new manifest")
        .snippet(format!("{{\n  {}\n\\}}\n", entries(&required, ",\n  ")))
}

fn together(spot: &Spot<'_>, keys: &[&Key]) -> CompletionItem {
    let names: Vec<&str> = keys.iter().map(|key| key.name.as_str()).collect();
    spot.item(&names.join(", "), CompletionKind::Snippet).detail("what must be there").snippet(format!(
        "{}{}",
        entries(keys, ",\n"),
        spot.comma()
    ))
}

/// Keys with places for their values.
fn entries(keys: &[&Key], separator: &str) -> String {
    let entries = keys.iter().zip(1..).map(|(key, number)| format!("{}: {}", quoted(&key.name), value(key, number)));
    entries.collect::<Vec<_>>().join(separator)
}

/// A place for the value of a key.
fn value(key: &Key, number: usize) -> String {
    let first = |words: &[String]| match key.shape.default.as_ref().and_then(|default| default.as_str()) {
        Some(default) => default.to_owned(),
        None => words.first().cloned().unwrap_or_default(),
    };
    match &key.shape.kind {
        ShapeKind::Text(words) => format!("\"{}\"", placeholder(number, &first(words))),
        ShapeKind::TextOrNull | ShapeKind::Any => format!("\"${number}\""),
        // What is written out is what differs from the default.
        ShapeKind::Flag => placeholder(number, "true"),
        ShapeKind::Number => placeholder(number, if key.name == "version" { "1" } else { "0" }),
        ShapeKind::Object(_) => format!("{{${number}\\}}"),
        ShapeKind::List(element) => match element.kind {
            ShapeKind::Text(_) => format!("[\"${number}\"]"),
            _ => format!("[${number}]"),
        },
    }
}
