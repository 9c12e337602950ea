//! How far a question follows values from name to name, so that cycles end and branches don't multiply.

use std::cell::Cell;

use super::names::MAX_STEPS;

/// How many values one question looks at in all.
const MAX_IN_ALL: usize = 2_000;

/// What is left of one question's effort.
#[derive(Debug)]
pub struct Effort(Cell<usize>);

impl Default for Effort {
    fn default() -> Self {
        Self(Cell::new(MAX_IN_ALL))
    }
}

impl Effort {
    /// A trail that begins here.
    pub fn trail(&self) -> Trail<'_> {
        Trail { steps: MAX_STEPS, left: &self.0 }
    }
}

/// The steps from the question to the value at hand.
#[derive(Debug, Clone, Copy)]
pub struct Trail<'e> {
    steps: usize,
    left: &'e Cell<usize>,
}

impl Trail<'_> {
    /// One step further; `None` where that is too far.
    pub fn next(self) -> Option<Self> {
        self.left.set(self.left.get().checked_sub(1)?);
        Some(Self { steps: self.steps.checked_sub(1)?, ..self })
    }

    /// Whether this is the last step.
    pub fn is_at_end(self) -> bool {
        self.steps == 0
    }
}
