//! What the editor asks of a script: completion, hover, signatures, definitions, symbols, hints.
//!
//! Owns: pure functions from an analysis and an offset to editor words. All offsets and ranges are bytes of the script.
//! Must not know: the protocol, the disk. Code that is being typed is the rule here, not the exception.

mod completion;
mod cursor;
mod describe;
mod hints;
mod hover;
mod lenses;
mod navigation;
mod rename;
mod signature;
mod snippet;
mod statement;
mod subject;
mod symbols;

#[cfg(test)]
mod tests;

pub use completion::{CompletionItem, CompletionKind, complete};
pub use describe::rule_help;
pub use hints::{Hint, hints};
pub use hover::{Hover, hover};
pub use lenses::{Lens, LensKind, lenses};
pub use navigation::{Location, definition, highlights, references};
pub use rename::{rename, renameable};
pub use signature::{Parameter, Signature, signature};
pub use symbols::{Symbol, SymbolKind, symbols};
