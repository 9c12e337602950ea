//! The bundled runner: D3's engine on the user's own machine, on a real CPython.
//!
//! Owns: the final script, the engine (`engine/*.py`, embedded), inputs, finding a Python, starting
//! and stopping its process, what came of a run, test cases. The only place that starts processes.
//! Must not know: the terminal, the protocol, rules.

mod cases;
mod compare;
pub mod confine;
mod extract;
mod fault;
mod folder;
mod group;
mod host;
mod http;
mod inputs;
mod job;
mod listener;
mod outcome;
mod plan;
mod python;
mod redact;
mod remembered;
mod report;
mod schedule;
mod suite;
mod target;
mod wanted;
mod warm;
mod when;

pub use cases::{
    Case, NO_CASE, case_folder, cases_beside, cases_by_command, command_of, faults, find_cases, input_files, is_case,
    manifest_of, read_case,
};
pub use compare::Mismatch;
pub use extract::{events, key_fields};
pub use fault::Fault;
pub use host::{Limits, run};
pub use http::{http_entries, redacted};
pub use inputs::Input;
pub use job::{MAX_ATTEMPTS, Request, Schedule};
pub use outcome::{Attempt, Covered, Failure, Frame, Outcome, Tick};
pub use plan::{Lines, Part, Plan, callable};
pub use python::Python;
pub use redact::Redactor;
pub use report::to_json;
pub use schedule::{Window, windows};
pub use suite::{CaseReport, Coverage, ReadCase, Suite, Tested, Verdict};
pub use target::{Scripts, Target, commands_at, python_at, script_of, scripts_at, usable};
pub use wanted::{Wanted, now, request};
pub use when::parse_interval;
