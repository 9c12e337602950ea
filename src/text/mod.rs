//! Offsets, lines and edits of a text.
//!
//! Owns: byte offsets and ranges, the line index, columns in three encodings,
//! text edits, and what a file's bytes are before they are a text.
//! Must not know: Python, D3, JSON, the protocol.

mod edit;
mod line_index;
mod nearest;
mod source;
mod spanned;

pub use edit::{Edit, apply};
pub use line_index::{Encoding, LineIndex, Position};
pub use nearest::{edit_distance, nearest};
pub use ruff_text_size::{Ranged, TextLen, TextRange, TextSize};
pub use source::{MAX_BYTES, NotText, Source};
pub use spanned::Spanned;
