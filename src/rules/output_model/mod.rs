//! D33xx: the output model.

pub(super) mod deprecated_field;
pub(super) mod discarded_output_model;
pub(super) mod missing_output_model;
pub(super) mod output_model_arguments;
pub(super) mod print_call;
mod status;
pub(super) mod unknown_status;
