//! What the editor asks of a script or a manifest: completion, hover, signatures, definitions, symbols, hints,
//! actions, lenses.
//!
//! Owns: pure functions from an analysis and an offset to editor words. All offsets and ranges are bytes of the script.
//! Must not know: the protocol, the disk. Code that is being typed is the rule here, not the exception.

mod actions;
mod callee;
mod cases;
mod completion;
mod cursor;
mod describe;
mod folding;
mod hints;
mod hover;
mod json_word;
pub(crate) mod layout;
mod lenses;
pub mod manifest;
mod navigation;
mod new_function;
mod record;
mod rename;
mod signature;
mod snippet;
mod statement;
mod subject;
mod symbols;
mod tokens;

#[cfg(test)]
mod tests;

pub use actions::{Action, ActionKind, actions, manifest_actions, suppressions};
pub use cases::{Mentioned, complete_case, mentioned_in_case, mentions, place_in_case, renamed_inputs};
pub use completion::{CompletionItem, CompletionKind, Documentation, Topic, complete, complete_comment, documentation};
pub use describe::rule_help;
pub use folding::{Fold, FoldKind, folds, selections};
pub use hints::{Hint, hints};
pub use hover::{Hover, hover};
pub use lenses::{Lens, LensAction, lenses};
pub use navigation::{Location, declaration, definition, highlights, mentioned, references, system_name};
pub use record::keep_unedited;
pub use rename::{is_name, is_reserved, rename, renameable, renamed_in_cases};
pub use signature::{Parameter, Signature, signature};
pub use symbols::{Symbol, SymbolKind, symbols};
pub use tokens::{Token, TokenKind, tokens};
