//! The rules: one file a rule, one table, each rule's page beside it.
//!
//! Owns: what is reported and why. Must not know: output formats, the protocol, the disk.

use crate::diagnostic::Severity;

mod selection;

pub use selection::Selection;

/// One rule. The table [`RULES`] is the registry that `d3ls rules`, `explain` and the docs are made from.
#[derive(Debug)]
pub struct Rule {
    /// `D3201`. Never reused.
    pub code: &'static str,
    /// `reserved-class`. Reads well after "allow".
    pub name: &'static str,
    /// Unless a finding or the settings say otherwise.
    pub severity: Severity,
    /// On unless selected otherwise.
    pub default_on: bool,
    /// What its fix is, if it has one.
    pub fix: FixKind,
    /// Needs a manifest: without one it is silent and listed as not evaluated.
    pub needs_manifest: bool,
    /// One line for tables.
    pub summary: &'static str,
    /// The rule's page, Markdown.
    pub page: &'static str,
}

/// What a rule's fix is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FixKind {
    /// It has none.
    None,
    /// Applied by `--fix`.
    Safe,
    /// Applied by `--fix --unsafe-fixes`.
    Unsafe,
    /// Offered in the editor only.
    Offered,
}

/// All rules, by code.
pub static RULES: &[Rule] = &[];

/// The rule with this code or name.
pub fn find(code_or_name: &str) -> Option<&'static Rule> {
    RULES
        .iter()
        .find(|rule| rule.code == code_or_name || rule.name == code_or_name)
}
