//! Byte offsets to lines and columns, and back.

use super::{TextRange, TextSize};

/// The unit that columns are counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Encoding {
    /// Bytes.
    Utf8,
    /// UTF-16 code units, the protocol's default.
    #[default]
    Utf16,
    /// Unicode scalar values, as in reports for people and programs.
    Utf32,
}

/// A place in a text; line and column count from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Position {
    /// The line, from 0.
    pub line: u32,
    /// The column, from 0, in units of an [`Encoding`].
    pub column: u32,
}

/// Where each line of one text starts. Lines end at LF, CRLF or a lone CR, as
/// in Python and in the protocol, and at nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineIndex {
    starts: Vec<TextSize>,
    len: TextSize,
    ascii: bool,
}

impl LineIndex {
    /// Indexes `text`; texts over 4 GiB are cut there.
    pub fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = Vec::with_capacity(bytes.len() / 32 + 1);
        starts.push(TextSize::new(0));
        for index in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            if bytes[index] == b'\n' || bytes.get(index + 1) != Some(&b'\n') {
                starts.push(TextSize::new(u32::try_from(index + 1).unwrap_or(u32::MAX)));
            }
        }
        Self { starts, len: TextSize::new(u32::try_from(bytes.len()).unwrap_or(u32::MAX)), ascii: text.is_ascii() }
    }

    /// How many lines there are; a text that ends with a line end has an empty last line.
    pub fn line_count(&self) -> usize {
        self.starts.len()
    }

    /// The line, from 0, that holds `offset`.
    pub fn line(&self, offset: TextSize) -> usize {
        self.starts.partition_point(|&start| start <= offset) - 1
    }

    /// The offset of the first byte of `line` (from 0), or the end of the text beyond the last.
    pub fn line_start(&self, line: usize) -> TextSize {
        self.starts.get(line).copied().unwrap_or(self.len)
    }

    /// The bytes of `line` (from 0), its line end included.
    pub fn line_range(&self, line: usize) -> TextRange {
        TextRange::new(self.line_start(line), self.line_start(line + 1))
    }

    /// The line and column of `offset` in `text`, the text this index was made from.
    /// An offset beyond the end, or inside a character, is moved back to the nearest place before it.
    pub fn position(&self, text: &str, offset: TextSize, encoding: Encoding) -> Position {
        let offset = offset.min(self.len);
        let line = self.line(offset);
        let start = self.line_start(line);
        let bytes = offset - start;
        let column = if self.ascii || encoding == Encoding::Utf8 {
            bytes.to_u32()
        } else {
            let mut end = offset.to_usize();
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            let before = &text[start.to_usize()..end];
            let units = match encoding {
                Encoding::Utf16 => before.chars().map(char::len_utf16).sum(),
                _ => before.chars().count(),
            };
            u32::try_from(units).unwrap_or(u32::MAX)
        };
        Position { line: u32::try_from(line).unwrap_or(u32::MAX), column }
    }

    /// The offset of `position` in `text`. A column beyond the line's end is the end of the line
    /// (before its line end); one inside a character is its start; a line beyond the last is the end of the text.
    pub fn offset(&self, text: &str, position: Position, encoding: Encoding) -> TextSize {
        let line = position.line as usize;
        if line >= self.starts.len() {
            return self.len;
        }
        let range = self.line_range(line);
        let content = text[range.start().to_usize()..range.end().to_usize()].trim_end_matches(['\r', '\n']);
        let mut units = 0;
        for (index, character) in content.char_indices() {
            let width = match encoding {
                Encoding::Utf8 => character.len_utf8(),
                Encoding::Utf16 => character.len_utf16(),
                Encoding::Utf32 => 1,
            };
            if units + width > position.column as usize {
                return range.start() + TextSize::try_from(index).unwrap_or_default();
            }
            units += width;
        }
        range.start() + TextSize::try_from(content.len()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_where_python_ends_them() {
        let index = LineIndex::new("a\r\nb\rc\nd\u{2028}\u{b}\u{c}e");
        assert_eq!(index.line_count(), 4);
        assert_eq!(index.line_start(1).to_u32(), 3);
        assert_eq!(index.line_start(2).to_u32(), 5);
    }

    #[test]
    fn every_offset_comes_back() {
        let text = "\u{feff}x = '👩‍🚒é'\r\n\ty\r🙂\nend";
        let index = LineIndex::new(text);
        for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
            for (offset, character) in text.char_indices() {
                if character == '\n' && text[..offset].ends_with('\r') {
                    continue;
                }
                let offset = TextSize::try_from(offset).expect("small");
                let position = index.position(text, offset, encoding);
                assert_eq!(index.offset(text, position, encoding), offset, "{encoding:?} {position:?}");
            }
        }
    }

    #[test]
    fn columns_differ_by_encoding() {
        let text = "é🙂x";
        let index = LineIndex::new(text);
        let at = TextSize::new(6);
        assert_eq!(index.position(text, at, Encoding::Utf8).column, 6);
        assert_eq!(index.position(text, at, Encoding::Utf16).column, 3);
        assert_eq!(index.position(text, at, Encoding::Utf32).column, 2);
    }

    #[test]
    fn out_of_range_is_clamped() {
        let text = "ab\r\ncd";
        let index = LineIndex::new(text);
        let offset = |line, column| index.offset(text, Position { line, column }, Encoding::Utf16).to_u32();
        assert_eq!(offset(0, 99), 2);
        assert_eq!(offset(1, 99), 6);
        assert_eq!(offset(9, 0), 6);
        assert_eq!(index.position(text, TextSize::new(99), Encoding::Utf16), Position { line: 1, column: 2 });
        let text = "🙂";
        let index = LineIndex::new(text);
        assert_eq!(index.offset(text, Position { line: 0, column: 1 }, Encoding::Utf16).to_u32(), 0);
    }
}
