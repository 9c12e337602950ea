//! `run --format json`: a run as programs read it.

use std::path::Path;

use serde_json::{Value, json};

use super::extract;
use super::job::Request;
use super::outcome::{Failure, Outcome, Tick};
use super::redact::Redactor;
use super::schedule;
use crate::image::names;

/// The report, without secrets. `shown` is how a path is shown.
pub fn to_json(request: &Request, outcome: &Outcome, redactor: &Redactor, shown: &dyn Fn(&Path) -> String) -> Value {
    let last = outcome.last();
    let raw = last.output.as_ref().and_then(|output| output.get(names::RAW_DATA)).unwrap_or(&Value::Null);
    let declared = request.target.declared();
    let schedule: Vec<Value> = request.schedule.map_or(Vec::new(), |_| outcome.ticks.iter().map(tick).collect());
    let report = json!({
        "version": 1,
        "command": request.target.command,
        "success": outcome.success(),
        "output": last.output,
        "keyFields": declared.map_or(json!({}), |declared| extract::key_fields(declared, raw).into()),
        "events": declared.map_or(Vec::new(), |declared| extract::events(declared, raw)),
        "logs": last.logs,
        "logsLost": last.output.is_none(),
        "stdout": outcome.stdout,
        "attempts": last.attempts.iter().map(|attempt| json!({
            "retrycount": attempt.retrycount,
            "outcome": attempt.outcome,
            "delay": attempt.delay.map(number),
        })).collect::<Vec<_>>(),
        "schedule": schedule,
        "error": last.error.as_ref().map(|error| failure(error, shown)),
        "python": outcome.python,
        "durationMs": outcome.duration_ms,
    });
    redactor.value(&report)
}

/// One run of a schedule, with what it passed down and what is wrong with that.
fn tick(tick: &Tick) -> Value {
    let window = schedule::window(tick);
    json!({
        "now": tick.now,
        (names::PASSDOWN_START_TIME): tick.start,
        (names::SCHEDULE_END_TIME): tick.end,
        "success": tick.success(),
        "passedDown": window.as_ref().and_then(|window| window.next.as_deref()),
        "problem": window.as_ref().and_then(|window| window.problem.as_deref()),
    })
}

fn failure(error: &Failure, shown: &dyn Fn(&Path) -> String) -> Value {
    let frames = error.traceback.iter();
    let frames: Vec<Value> = frames
        .map(|frame| json!({"path": shown(Path::new(&frame.path)), "line": frame.line, "function": frame.function}))
        .collect();
    json!({"type": error.kind, "message": error.message, "traceback": frames})
}

/// A number that is an integer where it is integral.
fn number(value: f64) -> Value {
    #[allow(clippy::cast_possible_truncation)]
    if value.fract() == 0.0 && value.abs() < 9.0e15 { json!(value as i64) } else { json!(value) }
}
