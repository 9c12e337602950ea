//! The word under the cursor in JSON that may be half-typed, and what completion puts in its place.

use super::{CompletionItem, CompletionKind};
use crate::manifest::Location;
use crate::text::{TextRange, TextSize};

/// The word under the cursor.
pub(super) struct JsonWord<'a> {
    /// What is replaced: the token with its quotes; of a text without its closing quote, what stands before the cursor.
    pub range: TextRange,
    /// What is typed, without quotes.
    pub typed: &'a str,
    /// The first character behind it that is no blank.
    pub next: Option<char>,
    quoted: bool,
}

impl<'a> JsonWord<'a> {
    /// The word of `text` at `place`, which `offset` lies in.
    pub(super) fn new(text: &'a str, place: &Location, offset: TextSize) -> Self {
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
        Self { range, typed, next, quoted: place.quoted }
    }

    /// Something that stands in place of the token. Editors compare what is typed with the text that is replaced,
    /// its quotes included.
    pub(super) fn item(&self, label: &str, kind: CompletionKind) -> CompletionItem {
        let mut item = CompletionItem::new(label, kind, self.range);
        if self.quoted {
            item.filter = format!("\"{label}");
        }
        item
    }

    /// A text in quotes.
    pub(super) fn text(&self, text: &str, kind: CompletionKind) -> CompletionItem {
        self.item(text, kind).insert(quoted(text))
    }

    /// A comma, if something follows that needs one.
    pub(super) fn comma(&self) -> &'static str {
        if self.next.is_some_and(|next| !matches!(next, ',' | ':' | '}' | ']')) { "," } else { "" }
    }
}

/// A text as JSON has it.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
