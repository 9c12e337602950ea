//! What a script means: scopes and bindings, commands, control flow, output-model calls,
//! connection reads, the system script underneath.
//!
//! Must not know: rules, findings, the disk.

use std::sync::Arc;

use crate::syntax::Parsed;

/// The system script underneath a custom script (D3's page, "Command & Script").
#[derive(Debug, Clone)]
pub enum SystemScript {
    /// There is none: a custom integration, or a utility command.
    None,
    /// There may be one, and we don't have it.
    Unknown,
    /// This one.
    Known(Arc<Parsed>),
}

/// A script with its tree and its meaning, for rules and for the editor.
#[derive(Debug)]
pub struct Analysis {
    /// The tree.
    pub parsed: Parsed,
}
