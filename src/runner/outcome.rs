//! What came of a run, as data.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// One attempt of a command.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    /// 0 for the first.
    pub retrycount: u32,
    /// `retry`, `success`, `failure` (an output model with errors) or `error` (no output model).
    pub outcome: String,
    /// Seconds before the next one.
    pub delay: Option<f64>,
}

/// Why no output model came back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The exception's name, or one of the runner's own: `NoOutputModel`, `NotSerialisable`, `Exit`, `Timeout`,
    /// `Killed`, `RetryLimit`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What happened.
    pub message: String,
    /// The user's own frames, the outermost first.
    pub traceback: Vec<Frame>,
}

/// One line of a traceback.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frame {
    /// The user's file.
    pub path: String,
    /// Its line, from 1.
    pub line: u32,
    /// The function, `<module>` outside any.
    pub function: String,
}

/// One run of a command: the only one, or one of a schedule.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tick {
    /// The time at its start, in D3's format.
    pub now: String,
    /// The schedule's start time.
    pub start: Option<String>,
    /// The schedule's end time.
    pub end: Option<String>,
    /// What `pb.log` was given.
    pub logs: Vec<String>,
    /// Its attempts.
    pub attempts: Vec<Attempt>,
    /// The output model's seven fields, by order.
    pub output: Option<Map<String, Value>>,
    /// Why there is none.
    pub error: Option<Failure>,
}

impl Tick {
    /// Whether D3 would call it successful: there is an output model, and its `errors` is empty (D3's page, "Error Handling").
    pub fn success(&self) -> bool {
        let errors = crate::image::names::ERRORS;
        self.output.as_ref().is_some_and(|output| output.get(errors).is_none_or(is_empty))
    }
}

/// Whether Python takes a value for false.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(value) => !value,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(values) => values.is_empty(),
        Value::Object(values) => values.is_empty(),
    }
}

/// A whole run.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// Its ticks: one, or those of the schedule. Never empty.
    pub ticks: Vec<Tick>,
    /// What the script printed, standard output and error together.
    pub stdout: String,
    /// What the user should know.
    pub notes: Vec<String>,
    /// The recorded HTTP entries, not redacted.
    pub recorded: Option<Vec<Value>>,
    /// What confined the script, in words.
    pub layers: Vec<String>,
    /// The lines that ran, where they were counted.
    pub covered: Vec<Covered>,
    /// The Python that ran it: `3.9.18`.
    pub python: String,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
}

impl Outcome {
    /// Whether D3 would call all of it successful.
    pub fn success(&self) -> bool {
        self.ticks.iter().all(Tick::success)
    }

    /// The last tick.
    ///
    /// # Panics
    /// Never: there is always one.
    pub fn last(&self) -> &Tick {
        self.ticks.last().expect("a run has a tick")
    }
}

/// Which lines of a file have code, and which of them ran.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Covered {
    /// The user's file.
    pub path: String,
    /// Lines with code, from 1, sorted.
    pub lines: Vec<u32>,
    /// Those that ran, sorted.
    pub ran: Vec<u32>,
}

#[cfg(test)]
mod tests {
    use serde::Serialize;

    use super::*;
    use crate::manifest::vocabulary::{CASE_ATTEMPT_KEYS, CASE_ERROR_KEYS, names};

    #[test]
    fn a_case_knows_the_keys_of_what_came() {
        fn keys(came: impl Serialize) -> Vec<String> {
            let came = serde_json::to_value(came).expect("JSON");
            came.as_object().expect("an object").keys().cloned().collect()
        }
        let attempt = Attempt { retrycount: 0, outcome: String::new(), delay: None };
        let failure = Failure { kind: String::new(), message: String::new(), traceback: Vec::new() };
        assert_eq!(keys(attempt), names(CASE_ATTEMPT_KEYS));
        assert_eq!(keys(failure), names(CASE_ERROR_KEYS));
    }
}
