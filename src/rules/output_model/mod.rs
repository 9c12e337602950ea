//! D33xx: the output model.

pub(super) mod deprecated_field;
pub(super) mod discarded_output_model;
pub(super) mod errors_not_text;
pub(super) mod errors_shape;
pub(super) mod failed_without_error;
mod key_changes;
pub(super) mod logged_secret;
pub(super) mod misplaced_argument;
pub(super) mod missing_output_model;
pub(super) mod not_serialisable;
pub(super) mod output_model_arguments;
pub(super) mod print_call;
mod status;
pub(super) mod successful_with_error;
pub(super) mod unknown_status;
pub(super) mod unset_status;
