//! What the editor asks of a script: completion, hover, signatures, definitions, symbols, hints.
//!
//! Owns: pure functions from an analysis and an offset to editor words. All offsets and ranges are bytes of the script.
//! Must not know: the protocol, the disk. Code that is being typed is the rule here, not the exception.

mod completion;
mod cursor;
mod describe;
mod snippet;
mod statement;

#[cfg(test)]
mod testing;

pub use completion::{CompletionItem, CompletionKind, complete};
pub use describe::rule_help;
