//! Which rules are on for one file, and how severe they are.

use crate::diagnostic::Severity;

use super::RULES;

/// Which rules are on for one file, and how severe they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    on: Vec<bool>,
    severity: Vec<Option<Severity>>,
}

impl Default for Selection {
    fn default() -> Self {
        Self {
            on: RULES.iter().map(|rule| rule.default_on).collect(),
            severity: vec![None; RULES.len()],
        }
    }
}
