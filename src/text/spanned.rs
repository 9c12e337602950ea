//! A value and where it stands.

use super::TextRange;

/// A value read from a text, with the bytes it was read from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Its bytes in the text: for a JSON or Python string without its quotes.
    pub range: TextRange,
}

impl<T> Spanned<T> {
    /// Joins a value and its range.
    pub fn new(value: T, range: TextRange) -> Self {
        Self { value, range }
    }
}
