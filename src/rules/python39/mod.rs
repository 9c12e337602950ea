//! D37xx: Python 3.9, and no later one.

mod changes;
pub(super) mod newer_stdlib;
pub(super) mod newer_syntax;
pub(super) mod removed_later;
pub(super) mod runtime_union;
