//! The rules: one file a rule, one table, each rule's page beside it.
//!
//! Owns: what is reported and why. Must not know: output formats, the protocol, the disk.

use crate::diagnostic::Severity;
use crate::manifest::Manifest;
use crate::text::TextRange;

mod calls;
mod commands;
mod context;
mod ingestion;
mod names;
mod output_model;
mod python39;
mod robustness;
mod security;
mod selection;
mod text;
mod tool;

pub use context::{Answers, Context, Finding, Sink};
pub use selection::{Selection, Selector};

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
    /// Without this it is silent and listed as not evaluated.
    pub needs: Needs,
    /// One line for tables, in the third person without a final dot.
    pub summary: &'static str,
    /// The rule's page, Markdown.
    pub page: &'static str,
    /// How it looks for its findings.
    pub check: Check,
}

/// How a rule looks for its findings.
#[derive(Debug, Clone, Copy)]
pub enum Check {
    /// In a script, with its manifest where there is one.
    Script(fn(&Context<'_>, &mut Sink<'_>)),
    /// In a part of a script: one top-level statement or several. What is found in a statement follows from it and from
    /// those that it uses: whose names it reads, and so on. One place is reported once.
    Part(fn(&Context<'_>, TextRange, &mut Sink<'_>)),
    /// In a manifest by itself.
    Manifest(fn(&Manifest, &mut Sink<'_>)),
    /// It is about the findings of other rules: `check` makes it.
    Engine,
}

/// What a rule can't be evaluated without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// A script is enough.
    Nothing,
    /// A manifest that can be relied on.
    Manifest,
    /// To know whether the script belongs to an integration or is a utility command.
    Kind,
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
pub static RULES: &[&Rule] = &[
    &text::syntax_error::RULE,
    &text::malformed_d3_call::RULE,
    &text::uncalled_d3_command::RULE,
    &text::trailing_text::RULE,
    &text::main_guard::RULE,
    &text::future_import::RULE,
    &commands::command_without_function::RULE,
    &commands::parameter_count::RULE,
    &commands::parameter_mismatch::RULE,
    &commands::args_out_of_range::RULE,
    &commands::uncallable_signature::RULE,
    &commands::not_a_plain_function::RULE,
    &commands::duplicate_command::RULE,
    &commands::undeclared_command::RULE,
    &commands::no_test_connection::RULE,
    &commands::heavy_test_connection::RULE,
    &commands::overrides_system_name::RULE,
    &commands::unused_input::RULE,
    &names::reserved_class::RULE,
    &names::reserved_name::RULE,
    &names::disallowed_import::RULE,
    &names::local_import::RULE,
    &names::star_import::RULE,
    &names::undefined_name::RULE,
    &names::implicit_import::RULE,
    &names::unused_import::RULE,
    &names::possibly_unbound::RULE,
    &output_model::missing_output_model::RULE,
    &output_model::discarded_output_model::RULE,
    &output_model::failed_without_error::RULE,
    &output_model::successful_with_error::RULE,
    &output_model::output_model_arguments::RULE,
    &output_model::misplaced_argument::RULE,
    &output_model::unknown_status::RULE,
    &output_model::deprecated_field::RULE,
    &output_model::errors_not_text::RULE,
    &output_model::unset_status::RULE,
    &output_model::not_serialisable::RULE,
    &output_model::print_call::RULE,
    &output_model::logged_secret::RULE,
    &output_model::errors_shape::RULE,
    &calls::unknown_connection_key::RULE,
    &calls::malformed_connection_key::RULE,
    &calls::unguarded_connection_key::RULE,
    &calls::connection_in_utility::RULE,
    &calls::integration_call_in_utility::RULE,
    &calls::foreign_integration_call::RULE,
    &calls::unknown_integration_command::RULE,
    &calls::unknown_utility_command::RULE,
    &calls::utility_arguments::RULE,
    &calls::draft_call::RULE,
    &calls::unused_connection_parameter::RULE,
    &calls::unknown_pb_member::RULE,
    &ingestion::missing_passdown::RULE,
    &ingestion::passdown_format::RULE,
    &ingestion::lost_passdown::RULE,
    &ingestion::malformed_retry::RULE,
    &ingestion::unbounded_retry::RULE,
    &ingestion::short_delay_list::RULE,
    &ingestion::retry_with_errors::RULE,
    &ingestion::mixed_timezones::RULE,
    &ingestion::local_time::RULE,
    &ingestion::empty_date_unchecked::RULE,
    &security::tls_verification_off::RULE,
    &security::hard_coded_secret::RULE,
    &security::plain_http::RULE,
    &security::sql_injection::RULE,
    &security::dangerous_call::RULE,
    &security::oauth2_flow::RULE,
    &security::credential_input::RULE,
    &python39::newer_syntax::RULE,
    &python39::newer_stdlib::RULE,
    &python39::runtime_union::RULE,
    &python39::removed_later::RULE,
    &robustness::request_without_timeout::RULE,
    &robustness::reads_stdin::RULE,
    &robustness::exits_process::RULE,
    &robustness::long_sleep::RULE,
    &robustness::endless_loop::RULE,
    &robustness::unreachable_code::RULE,
    &robustness::silent_except::RULE,
    &robustness::duplicate_dict_key::RULE,
    &robustness::work_at_import::RULE,
    &robustness::unchecked_response::RULE,
    &tool::unused_ignore::RULE,
    &tool::unknown_code::RULE,
    &tool::invalid_manifest::RULE,
    &tool::mixed_status::RULE,
    &tool::internal_error::RULE,
];

/// The rule with this code or name.
pub fn find(code_or_name: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.code == code_or_name || rule.name == code_or_name)
}
