//! Keys of the connection and of `runtime` (D3's page, "Configure Integration Connection").

use super::{CompletionItem, CompletionKind};
use crate::ide::cursor::Cursor;
use crate::ide::describe;
use crate::image::names;
use crate::manifest::Kind;
use crate::semantic::ConnectionRead;

/// The connection's keys: the manifest's, or, where it is not known, those that the script uses elsewhere and those of
/// the parameters that D3's pages show. None in a utility command, which has no connection.
pub(super) fn keys(cursor: &Cursor<'_>) -> Vec<CompletionItem> {
    let surroundings = &cursor.model.script.surroundings;
    if surroundings.kind == Some(Kind::Utility) {
        return Vec::new();
    }
    let Some(manifest) = &surroundings.manifest else {
        let mut items = used_keys(cursor, &[]);
        let used: Vec<String> = items.iter().map(|item| item.label.clone()).collect();
        let documented = names::CONNECTION_PARAMETERS.iter().map(|name| (names::connection_key(name), *name));
        items.extend(documented.filter(|(key, _)| !used.contains(key)).map(|(key, name)| {
            let documentation = format!("**`{key}`** {name}\n\nA connection parameter that D3's pages show.");
            keyed(cursor, &key).detail(name).documentation(documentation)
        }));
        return items;
    };
    let declared = manifest.connection.iter().map(|parameter| {
        let key = &parameter.parameter_name.value;
        let name = parameter.display_name.as_ref().map_or(key.as_str(), |name| name.value.as_str());
        keyed(cursor, key)
            .detail(format!("{name} ({})", describe::connection_facts(parameter)))
            .documentation(describe::connection_parameter(parameter))
    });
    let mut items: Vec<_> = declared.collect();
    // The keys of a preconfigured set are not known.
    if !manifest.connection_sets.is_empty() {
        let known: Vec<&str> = manifest.connection.iter().map(|one| one.parameter_name.value.as_str()).collect();
        items.extend(used_keys(cursor, &known));
    }
    items
}

/// The keys of `runtime`.
pub(super) fn runtime_keys(cursor: &Cursor<'_>) -> Vec<CompletionItem> {
    let surroundings = &cursor.model.script.surroundings;
    let has_connection = surroundings.kind != Some(Kind::Utility);
    let keys = surroundings.image.runtime_keys().iter().filter(|key| has_connection || *key != names::CONNECTOR);
    keys.map(|key| keyed(cursor, key).documentation(describe::runtime_key(key))).collect()
}

/// The keys that the script uses elsewhere, but for those that are known anyway, each once.
fn used_keys(cursor: &Cursor<'_>, known: &[&str]) -> Vec<CompletionItem> {
    let here = cursor.statement.word.start();
    let elsewhere = |read: &&ConnectionRead<'_>| !read.key_node.range.contains_inclusive(here);
    let mut keys: Vec<&str> = cursor.model.connection_reads.iter().filter(elsewhere).map(|read| read.key).collect();
    keys.retain(|key| !key.is_empty() && !known.contains(key));
    keys.sort_unstable();
    keys.dedup();
    keys.into_iter().map(|key| keyed(cursor, key).detail("used in this script")).collect()
}

/// A text as a key: in quotes, unless the cursor is inside them.
pub(super) fn keyed(cursor: &Cursor<'_>, text: &str) -> CompletionItem {
    quoted(cursor, text, CompletionKind::Key)
}

/// A text as a string literal: in quotes, unless the cursor is inside them.
pub(super) fn quoted(cursor: &Cursor<'_>, text: &str, kind: CompletionKind) -> CompletionItem {
    let item = CompletionItem::new(text, kind, cursor.statement.word);
    if cursor.statement.in_string {
        return item;
    }
    let quote = quote(cursor);
    item.insert(format!("{quote}{text}{quote}"))
}

/// The quote for a new string literal at the cursor.
pub(super) fn quote(cursor: &Cursor<'_>) -> char {
    if cursor.statement.outer_quote == Some(b'\'') { '"' } else { '\'' }
}
