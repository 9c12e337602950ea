//! Tests of what the editor asks, one line each: a text with a `$0` where the cursor is.

mod cases;
mod completion;
mod hover;
mod manifest;
mod navigation;
mod structure;
pub(super) mod support;
