//! Replacing ranges of a text.

use super::{TextRange, TextSize};

/// Replace the bytes of `range` by `new_text`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Edit {
    /// What is replaced, in bytes of the text before any edit; empty for an insertion.
    pub range: TextRange,
    /// What stands there afterwards; empty for a deletion.
    pub new_text: String,
}

impl Edit {
    /// Replaces `range` by `new_text`.
    pub fn replace(range: TextRange, new_text: impl Into<String>) -> Self {
        Self { range, new_text: new_text.into() }
    }

    /// Inserts `new_text` before the byte at `offset`.
    pub fn insert(offset: TextSize, new_text: impl Into<String>) -> Self {
        Self::replace(TextRange::empty(offset), new_text)
    }

    /// Deletes `range`.
    pub fn delete(range: TextRange) -> Self {
        Self::replace(range, "")
    }
}

/// Applies edits that are sorted by start and do not overlap, all against `text` as it is given.
///
/// An edit that would break these rules, or that lies outside the text or inside a
/// character, is skipped: a wrong edit must not cost the user's file.
pub fn apply<'a>(text: &str, edits: impl IntoIterator<Item = &'a Edit>) -> String {
    let mut result = String::with_capacity(text.len());
    let mut copied = 0;
    for edit in edits {
        let (start, end) = (edit.range.start().to_usize(), edit.range.end().to_usize());
        let Some(between) = text.get(copied..start) else { continue };
        if !text.is_char_boundary(end) || end > text.len() {
            continue;
        }
        result.push_str(between);
        result.push_str(&edit.new_text);
        copied = end;
    }
    result.push_str(&text[copied..]);
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(start: u32, end: u32) -> TextRange {
        TextRange::new(start.into(), end.into())
    }

    #[test]
    fn applies_in_order() {
        let edits = [Edit::insert(0.into(), "x"), Edit::replace(range(1, 2), "yy"), Edit::delete(range(2, 3))];
        assert_eq!(apply("abcd", &edits), "xayyd");
    }

    #[test]
    fn skips_overlap_and_nonsense() {
        let edits = [Edit::replace(range(0, 3), "x"), Edit::delete(range(2, 4)), Edit::delete(range(9, 12))];
        assert_eq!(apply("abcd", &edits), "xd");
        assert_eq!(apply("é", &[Edit::delete(range(0, 1))]), "é");
    }
}
