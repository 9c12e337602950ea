//! Completion in a manifest: keys, values, and what the scripts have that it does not yet declare.

mod keys;
mod paths;
mod values;

use super::ManifestDocument;
use crate::ide::{CompletionItem, CompletionKind};
use crate::manifest::{Location, Role};
use crate::text::{TextRange, TextSize};

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
    let spot = Spot::new(document, files, text, place, offset);
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
    /// What is replaced: the token with its quotes; of a text without its closing quote, what stands before the cursor.
    range: TextRange,
    /// What is typed, without quotes.
    typed: &'a str,
    /// The first character behind it that is no blank.
    next: Option<char>,
}

impl<'a> Spot<'a> {
    fn new(document: &'a ManifestDocument, files: Files<'a>, text: &'a str, place: Location, offset: TextSize) -> Self {
        let one = TextSize::new(1);
        let is_closed = place.quoted && text[place.token.end().to_usize()..].starts_with('"');
        let start = place.token.start();
        let inner = if place.quoted && !is_closed { TextRange::new(start, offset.max(start)) } else { place.token };
        let range = match (place.quoted, is_closed) {
            (true, true) => TextRange::new(start - one, inner.end() + one),
            (true, false) => TextRange::new(start - one, inner.end()),
            (false, _) => inner,
        };
        let typed = &text[inner.start().to_usize()..inner.end().to_usize()];
        let next = text[range.end().to_usize()..].chars().find(|letter| !letter.is_whitespace());
        Self { document, files, place, range, typed, next }
    }

    /// Something that stands in place of the token. Editors compare what is typed with the text that is replaced,
    /// its quotes included.
    fn item(&self, label: &str, kind: CompletionKind) -> CompletionItem {
        let mut item = CompletionItem::new(label, kind, self.range);
        if self.place.quoted {
            item.filter = format!("\"{label}");
        }
        item
    }

    /// A text in quotes.
    fn text(&self, text: &str, kind: CompletionKind) -> CompletionItem {
        self.item(text, kind).insert(quoted(text))
    }

    /// A comma, if something follows that needs one.
    fn comma(&self) -> &'static str {
        if self.next.is_some_and(|next| !matches!(next, ',' | ':' | '}' | ']')) { "," } else { "" }
    }
}

/// A text as JSON has it.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
