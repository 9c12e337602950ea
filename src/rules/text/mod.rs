//! D30xx: the script as text.

pub(super) mod future_import;
pub(super) mod main_guard;
pub(super) mod malformed_d3_call;
pub(super) mod syntax_error;
pub(super) mod trailing_text;
pub(super) mod uncalled_d3_command;
