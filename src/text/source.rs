//! What a file's bytes are before they are a text.

use std::sync::Arc;

/// A script or manifest larger than this many bytes is not analysed.
pub const MAX_BYTES: usize = 10 * 1024 * 1024;

/// The content of a file: a text, or the reason why it is none.
#[derive(Debug, Clone)]
pub enum Source {
    /// UTF-8 without NUL, of at most [`MAX_BYTES`]. A byte-order mark stays in the text.
    Text(Arc<str>),
    /// Anything else.
    Not(NotText),
}

/// Why bytes are not taken as a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotText {
    /// The byte at `offset` begins no UTF-8 character.
    NotUtf8 {
        /// The first bad byte, from 0.
        offset: usize,
    },
    /// There is a NUL byte at `offset`.
    Nul {
        /// The first NUL, from 0.
        offset: usize,
    },
    /// More than [`MAX_BYTES`].
    TooLarge {
        /// The size in bytes.
        bytes: usize,
    },
}

impl Source {
    /// Takes the bytes of a file.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        if bytes.len() > MAX_BYTES {
            return Self::Not(NotText::TooLarge { bytes: bytes.len() });
        }
        match String::from_utf8(bytes) {
            Ok(text) => Self::from_text(text),
            Err(error) => Self::Not(NotText::NotUtf8 { offset: error.utf8_error().valid_up_to() }),
        }
    }

    /// Takes a text, from an editor for instance.
    pub fn from_text(text: impl Into<Arc<str>>) -> Self {
        let text = text.into();
        if text.len() > MAX_BYTES {
            return Self::Not(NotText::TooLarge { bytes: text.len() });
        }
        match memchr::memchr(0, text.as_bytes()) {
            Some(offset) => Self::Not(NotText::Nul { offset }),
            None => Self::Text(text),
        }
    }

    /// The text, or the empty text where there is none.
    pub fn text(&self) -> Arc<str> {
        match self {
            Self::Text(text) => Arc::clone(text),
            Self::Not(_) => Arc::from(""),
        }
    }
}

impl std::fmt::Display for NotText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotUtf8 { offset } => write!(f, "the file is not UTF-8 (byte {offset}); save it as UTF-8"),
            Self::Nul { offset } => write!(f, "the file holds a NUL byte (byte {offset}); it is no Python source"),
            Self::TooLarge { bytes } => {
                write!(f, "the file is too large to analyse ({bytes} bytes; the limit is {MAX_BYTES})")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_become_text_or_a_reason() {
        assert!(matches!(Source::from_bytes(b"x = 1".to_vec()), Source::Text(_)));
        assert!(matches!(Source::from_bytes(b"x\xff".to_vec()), Source::Not(NotText::NotUtf8 { offset: 1 })));
        assert!(matches!(Source::from_bytes(b"ab\0".to_vec()), Source::Not(NotText::Nul { offset: 2 })));
        assert!(matches!(Source::from_bytes(vec![b' '; MAX_BYTES + 1]), Source::Not(NotText::TooLarge { .. })));
    }
}
