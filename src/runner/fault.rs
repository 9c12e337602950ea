//! What is wrong with a test case, and where in it.

use crate::manifest::{Role, Segment, key};

/// Why a case can't run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where in the case, from its root. What is missing there is missing in what stands around it.
    pub path: Vec<Segment>,
    /// Whether it is the key at the end of the path that is wrong, or its value.
    pub role: Role,
    /// What is wrong, for the user.
    pub message: String,
}

impl Fault {
    /// A wrong value: the whole of what is looked at, until [`Fault::under`] says where that is.
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { path: Vec::new(), role: Role::Value, message: message.into() }
    }

    /// A key that should not be there.
    pub(super) fn of_key(name: &str, message: impl Into<String>) -> Self {
        Self { path: vec![key(name)], role: Role::Key, message: message.into() }
    }

    /// The same, where what was looked at is the value of a key.
    pub(super) fn under(self, name: &str) -> Self {
        self.below(key(name))
    }

    /// The same, where what was looked at is an element of a list.
    pub(super) fn at(self, place: usize) -> Self {
        self.below(Segment::Index(place))
    }

    fn below(mut self, segment: Segment) -> Self {
        self.path.insert(0, segment);
        self
    }
}

/// What is wrong, all of it.
pub(super) fn joined(faults: &[Fault], separator: &str) -> String {
    faults.iter().map(|fault| fault.message.as_str()).collect::<Vec<_>>().join(separator)
}
