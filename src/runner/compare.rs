//! What a test case expects against what came: only what is named counts.

use serde_json::{Map, Value, json};

use super::fault::Fault;
use super::outcome::Outcome;
use crate::image::names;
use crate::manifest::vocabulary::{self, CASE_EXPECT_KEYS};
use crate::text::nearest;

/// One difference.
#[derive(Debug, Clone, PartialEq)]
pub struct Mismatch {
    /// Where: `rawData.results[0].id`.
    pub path: String,
    /// What the case expects.
    pub expected: Value,
    /// What came; `None` where there is nothing.
    pub actual: Option<Value>,
}

/// Whether `expect` names only what there is.
///
/// # Errors
/// The first unknown name, with the nearest known one.
pub(super) fn check(expect: &Map<String, Value>) -> Result<(), Fault> {
    let known = || vocabulary::names(CASE_EXPECT_KEYS).into_iter().chain(names::OUTPUT_MODEL_SLOTS);
    match expect.keys().find(|key| !known().any(|known| known == key.as_str())) {
        None => Ok(()),
        Some(key) => {
            let hint = match nearest(key, known()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("it takes {}", known().collect::<Vec<_>>().join(", ")),
            };
            Err(Fault::of_key(key, format!("`expect` names `{key}`, which is nothing; {hint}")))
        }
    }
}

/// The differences, in the order of `expect`.
pub fn compare(expect: &Map<String, Value>, outcome: &Outcome) -> Vec<Mismatch> {
    let mut found = Vec::new();
    for (name, expected) in expect {
        differ(name, &aligned(name, expected), actual(name, expected, outcome).as_ref(), &mut found);
    }
    found
}

/// An error may be named by its type alone.
fn aligned(name: &str, expected: &Value) -> Value {
    match expected {
        Value::String(kind) if name == "error" => json!({"type": kind}),
        other => other.clone(),
    }
}

/// What came under a name of `expect`, in the shape in which it is expected.
fn actual(name: &str, expected: &Value, outcome: &Outcome) -> Option<Value> {
    let last = outcome.last();
    match name {
        "success" => Some(json!(outcome.success())),
        "attempts" if expected.is_number() => Some(json!(last.attempts.len())),
        "attempts" => serde_json::to_value(&last.attempts).ok(),
        "logs" => Some(json!(last.logs)),
        "error" => serde_json::to_value(&last.error).ok(),
        field => last.output.as_ref()?.get(field).cloned(),
    }
}

/// Objects by subset, lists element by element, numbers by value.
fn differ(path: &str, expected: &Value, actual: Option<&Value>, found: &mut Vec<Mismatch>) {
    match (expected, actual) {
        (Value::Object(fields), Some(Value::Object(actual))) => {
            for (key, expected) in fields {
                let key_path = if is_word(key) { format!("{path}.{key}") } else { format!("{path}[{}]", json!(key)) };
                differ(&key_path, expected, actual.get(key), found);
            }
        }
        (Value::Array(items), Some(Value::Array(actual))) if items.len() == actual.len() => {
            for (index, (expected, actual)) in items.iter().zip(actual).enumerate() {
                differ(&format!("{path}[{index}]"), expected, Some(actual), found);
            }
        }
        (Value::Number(one), Some(Value::Number(other))) if one.as_f64() == other.as_f64() => {}
        (expected, Some(actual)) if expected == actual => {}
        (expected, actual) => {
            found.push(Mismatch { path: path.to_owned(), expected: expected.clone(), actual: actual.cloned() });
        }
    }
}

fn is_word(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|letter| letter.is_alphanumeric() || letter == '_')
}

/// `expect` as it would have to be: the same names, with what came.
pub fn updated(expect: &Map<String, Value>, outcome: &Outcome) -> Map<String, Value> {
    if expect.is_empty() {
        let mut all = Map::from_iter([("success".to_owned(), json!(outcome.success()))]);
        match (&outcome.last().output, &outcome.last().error) {
            (Some(output), _) => all.extend(output.clone()),
            (None, Some(error)) => drop(all.insert("error".to_owned(), json!(error.kind))),
            (None, None) => {}
        }
        return all;
    }
    let mut result = Map::new();
    for (name, expected) in expect {
        let Some(actual) = actual(name, expected, outcome) else { continue };
        let value = match (name.as_str(), expected) {
            ("error", Value::String(_)) => actual.get("type").cloned().unwrap_or(Value::Null),
            _ => merged(expected, &actual),
        };
        result.insert(name.clone(), value);
    }
    // Where no output model came, its fields can't be expected.
    if let Some(error) = &outcome.last().error
        && !result.contains_key("error")
    {
        result.insert("error".to_owned(), json!(error.kind));
    }
    result
}

fn merged(expected: &Value, actual: &Value) -> Value {
    match (expected, actual) {
        (Value::Object(expected), Value::Object(actual)) => {
            let named =
                expected.iter().filter_map(|(key, expected)| Some((key.clone(), merged(expected, actual.get(key)?))));
            named.collect::<Map<_, _>>().into()
        }
        (Value::Array(expected), Value::Array(actual)) if expected.len() == actual.len() => {
            expected.iter().zip(actual).map(|(expected, actual)| merged(expected, actual)).collect()
        }
        (Value::Number(one), Value::Number(other)) if one.as_f64() == other.as_f64() => expected.clone(),
        (_, actual) => actual.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runner::Tick;

    fn outcome() -> Outcome {
        let output = json!({"returnData": "Successful", "rawData": {"a": [{"b": 1, "c": 2}], "d": 5.0}, "errors": ""});
        let tick = Tick { output: output.as_object().cloned(), logs: vec!["x".to_owned()], ..Tick::default() };
        Outcome { ticks: vec![tick], ..Outcome::default() }
    }

    fn object(value: Value) -> Map<String, Value> {
        value.as_object().cloned().expect("an object")
    }

    #[test]
    fn only_what_is_named_counts() {
        let expect =
            json!({"success": true, "rawData": {"a": [{"b": 1}], "d": 5}, "logs": ["x"], "attempts": 0, "error": null});
        assert_eq!(compare(&object(expect), &outcome()), []);
        let expect = json!({"rawData": {"a": [{"b": 3, "e": 1}], "x y": 1}, "logs": ["x", "y"], "error": "KeyError"});
        let found = compare(&object(expect), &outcome());
        let paths: Vec<&str> = found.iter().map(|mismatch| mismatch.path.as_str()).collect();
        assert_eq!(paths, ["rawData.a[0].b", "rawData.a[0].e", "rawData[\"x y\"]", "logs", "error"]);
        assert_eq!((&found[0].actual, &found[1].actual), (&Some(json!(1)), &None));
    }

    #[test]
    fn an_update_keeps_the_names_and_makes_it_pass() {
        let expect = object(json!({"success": false, "rawData": {"a": [{"b": 3}], "gone": 1}, "logs": []}));
        let new = updated(&expect, &outcome());
        assert_eq!(Value::Object(new.clone()), json!({"success": true, "rawData": {"a": [{"b": 1}]}, "logs": ["x"]}));
        assert_eq!(compare(&new, &outcome()), []);
        let all = updated(&Map::new(), &outcome());
        assert_eq!((all.len(), compare(&all, &outcome())), (4, Vec::new()));
    }
}
