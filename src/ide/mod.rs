//! What the editor asks of a script: completion, hover, signatures, definitions, symbols, hints.
//!
//! Owns: pure functions from an analysis and an offset to editor words. All offsets and ranges are bytes of the script.
//! Must not know: the protocol, the disk. Code that is being typed is the rule here, not the exception.

mod completion;
mod cursor;
mod describe;
mod hover;
mod snippet;
mod statement;
mod subject;

#[cfg(test)]
mod hover_tests;
#[cfg(test)]
mod testing;

pub use completion::{CompletionItem, CompletionKind, complete};
pub use describe::rule_help;
pub use hover::{Hover, hover};
