//! D30xx: the script as text.

pub(super) mod syntax_error;
