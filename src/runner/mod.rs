//! The bundled runner: D3's engine on the user's own machine, on a real CPython.
//!
//! Owns: the final script, the engine (`engine/*.py`, embedded), inputs, finding a Python, starting
//! and stopping its process, what came of a run, test cases. The only place that starts processes.
//! Must not know: the terminal, the protocol, rules.

mod cases;
mod compare;
pub mod confine;
mod extract;
mod host;
mod http;
mod inputs;
mod job;
mod listener;
mod outcome;
mod plan;
mod python;
mod redact;
mod report;
mod schedule;
mod target;
mod when;

pub use cases::{Case, find_cases, read_case, with_expect};
pub use compare::{Mismatch, compare, updated};
pub use extract::{events, key_fields};
pub use host::{Limits, run};
pub use http::{http_entries, redacted};
pub use inputs::{Input, convert, scheduled};
pub use job::{MAX_ATTEMPTS, Request, Schedule};
pub use outcome::{Attempt, Covered, Failure, Frame, Outcome, Tick};
pub use plan::{Lines, Part, Plan, callable};
pub use python::{Python, find};
pub use redact::Redactor;
pub use report::to_json;
pub use schedule::{Window, windows};
pub use target::{Scripts, Target, scripts_at, target};
pub use when::{parse as parse_time, parse_interval};
