//! Completion in a manifest: keys, values, and what the scripts have that it does not yet declare.

mod keys;
mod paths;
mod values;

use std::ops::Deref;

use super::ManifestDocument;
use crate::ide::CompletionItem;
use crate::ide::json_word::JsonWord;
use crate::manifest::{Location, Role};
use crate::text::TextSize;

/// Lists the Python files in a manifest's folder and below, relative to it, `/` between folders. Asked only where a
/// file can stand.
pub type Files<'a> = &'a dyn Fn() -> Vec<String>;

/// What can stand at `offset`, the likeliest first.
pub fn complete(document: &ManifestDocument, files: Files<'_>, offset: TextSize) -> Vec<CompletionItem> {
    let text = &document.manifest.text;
    let is_empty = text.trim_start_matches('\u{feff}').trim().is_empty();
    let Some(place) = document.manifest.path_at(offset) else {
        return is_empty.then(|| keys::whole(offset)).into_iter().collect();
    };
    let word = JsonWord::new(text, &place, offset);
    let spot = Spot { document, files, place, word };
    let mut items = match spot.place.role {
        Role::Key => keys::keys(&spot),
        Role::Value => values::values(&spot),
    };
    for (order, item) in items.iter_mut().enumerate() {
        item.sort = format!("{order:04}");
    }
    items
}

/// The cursor's place in a manifest.
struct Spot<'a> {
    document: &'a ManifestDocument,
    files: Files<'a>,
    place: Location,
    word: JsonWord<'a>,
}

impl<'a> Deref for Spot<'a> {
    type Target = JsonWord<'a>;

    fn deref(&self) -> &JsonWord<'a> {
        &self.word
    }
}
