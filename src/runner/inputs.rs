//! Inputs: from what a user writes to what a script gets, by declared type.

use std::path::{Path, PathBuf};

use serde_json::{Map, Number, Value, json};

use super::fault::Fault;
use super::when;
use crate::manifest::InputParameter;
use crate::text::nearest;

/// The time that D3 gives for an empty DateTime: a `datetime` in the year 1900.
const EMPTY_TIME: &str = "1900-01-01 00:00:00";

/// An input as it goes to the engine.
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// The parameter's name; `None` where inputs are given by order and none are declared.
    pub name: Option<String>,
    /// The declared type; empty where none is.
    pub kind: String,
    /// The value as JSON: a DateTime as a text in D3's format, a File as its absolute path.
    pub value: Value,
}

/// Converts inputs by their declared types, in order. `folder` is what paths of files are relative to. Where
/// nothing is `declared`, values are passed as they are.
///
/// # Errors
/// All that is wrong, as seen from the inputs: a required input that is missing, an unknown one, a value that does not convert.
pub fn convert(
    given: Option<&Value>,
    declared: Option<&[InputParameter]>,
    folder: &Path,
) -> Result<Vec<Input>, Vec<Fault>> {
    let Some(declared) = declared else { return undeclared(given) };
    let values = by_name(given, declared)?;
    let mut problems = unknown(&values, declared);
    let by_order = given.is_some_and(Value::is_array);
    let mut inputs = Vec::with_capacity(declared.len());
    for (place, parameter) in declared.iter().enumerate() {
        let name = &parameter.parameter_name.value;
        let kind = &parameter.parameter_type.value;
        let value = match values.get(name).filter(|value| !value.is_null()) {
            Some(value) => value_of(value, kind, folder),
            None => match &parameter.default {
                Some(default) if !is_empty(default) => {
                    value_of(default, kind, folder).map_err(|reason| format!("{reason} (its default)"))
                }
                _ if parameter.required => Err(format!(
                    "it is required and was not given ({kind}); give it among the inputs, or give it a `default` in the \
                     manifest"
                )),
                _ => Ok(empty(kind)),
            },
        };
        match value {
            Ok(value) => inputs.push(Input { name: Some(name.clone()), kind: kind.clone(), value }),
            Err(reason) => {
                let fault = Fault::new(format!("input `{name}`: {reason}"));
                problems.push(if by_order { fault.at(place) } else { fault.under(name) });
            }
        }
    }
    if problems.is_empty() { Ok(inputs) } else { Err(problems) }
}

/// The files that inputs name, whether they exist or not.
pub(super) fn files(given: Option<&Value>, declared: &[InputParameter], folder: &Path) -> Vec<PathBuf> {
    let values = by_name(given, declared).unwrap_or_default();
    let files = declared.iter().filter(|parameter| parameter.parameter_type.value == "File");
    let named = files.filter_map(|parameter| {
        let given = values.get(&parameter.parameter_name.value).filter(|value| !value.is_null());
        file_path(given.or(parameter.default.as_ref()).filter(|value| !is_empty(value))?, folder)
    });
    named.collect()
}

/// What an input is that is optional and not given.
pub fn empty(kind: &str) -> Value {
    match kind {
        "Number" | "Boolean" => Value::Null,
        "Text Array" | "Number Array" | "JSON Array" => json!([]),
        "JSON Object" => json!({}),
        "DateTime" => json!(EMPTY_TIME),
        _ => json!(""),
    }
}

/// The value of an input that a call leaves out: its default, or the empty value.
pub fn left_out(parameter: &InputParameter) -> Value {
    let kind = &parameter.parameter_type.value;
    let default = parameter.default.as_ref().filter(|default| !is_empty(default));
    default.and_then(|default| value_of(default, kind, Path::new("")).ok()).unwrap_or_else(|| empty(kind))
}

/// The inputs of a schedule: it sets the end time itself, so that need not be given.
pub fn scheduled(given: Option<Value>, declared: Option<&[InputParameter]>) -> Option<Value> {
    let end = crate::image::names::SCHEDULE_END_TIME;
    let has_end = declared.is_some_and(|inputs| inputs.iter().any(|input| input.parameter_name.value == end));
    match given {
        Some(Value::Object(mut values)) if has_end => {
            values.entry(end).or_insert_with(|| json!(EMPTY_TIME));
            Some(Value::Object(values))
        }
        None if has_end => Some(json!({(end): EMPTY_TIME})),
        given => given,
    }
}

fn undeclared(given: Option<&Value>) -> Result<Vec<Input>, Vec<Fault>> {
    let input =
        |name: Option<&String>, value: &Value| Input { name: name.cloned(), kind: String::new(), value: value.clone() };
    match given {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Object(values)) => Ok(values.iter().map(|(name, value)| input(Some(name), value)).collect()),
        Some(Value::Array(values)) => Ok(values.iter().map(|value| input(None, value)).collect()),
        Some(_) => Err(vec![Fault::new(SHAPE)]),
    }
}

const SHAPE: &str = "the inputs must be a JSON object (by name) or a list (by order)";

fn by_name(given: Option<&Value>, declared: &[InputParameter]) -> Result<Map<String, Value>, Vec<Fault>> {
    match given {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(values)) => Ok(values.clone()),
        Some(Value::Array(values)) if values.len() > declared.len() => {
            let message = format!("{} inputs are given, and the command has {}", values.len(), declared.len());
            Err(vec![Fault::new(message).at(declared.len())])
        }
        Some(Value::Array(values)) => {
            let names = declared.iter().map(|parameter| parameter.parameter_name.value.clone());
            Ok(names.zip(values.iter().cloned()).collect())
        }
        Some(_) => Err(vec![Fault::new(SHAPE)]),
    }
}

fn unknown(values: &Map<String, Value>, declared: &[InputParameter]) -> Vec<Fault> {
    let known = || declared.iter().map(|parameter| parameter.parameter_name.value.as_str());
    let unknown = values.keys().filter(|name| !known().any(|known| known == name.as_str()));
    unknown
        .map(|name| {
            let hint = match nearest(name, known()) {
                Some(near) => format!("did you mean `{near}`?"),
                None if declared.is_empty() => "it takes none".to_owned(),
                None => format!("it takes {}", known().collect::<Vec<_>>().join(", ")),
            };
            Fault::of_key(name, format!("the command has no input `{name}`; {hint}"))
        })
        .collect()
}

pub(super) fn is_empty(value: &Value) -> bool {
    matches!(value, Value::Null) || value.as_str().is_some_and(str::is_empty)
}

/// A value by its declared type.
fn value_of(value: &Value, kind: &str, folder: &Path) -> Result<Value, String> {
    let wrong = |wanted: &str| format!("{} is no {wanted}", shown(value));
    let is_blank = value.as_str().is_some_and(|text| text.trim().is_empty());
    match kind {
        "Text" => text(value).ok_or_else(|| wrong("text")),
        _ if is_blank => Ok(empty(kind)),
        "Number" => number(value).ok_or_else(|| wrong("number")),
        "Boolean" => boolean(value).ok_or_else(|| wrong("Boolean (true or false)")),
        "DateTime" => {
            let moment = value.as_str().and_then(when::parse);
            moment.map(|moment| json!(when::show(moment))).ok_or_else(|| wrong("time, as in 2024-01-31 23:59:59 (UTC)"))
        }
        "Text Array" => list(value, text).ok_or_else(|| wrong("list of texts")),
        "Number Array" => list(value, number).ok_or_else(|| wrong("list of numbers")),
        "JSON Object" => parsed(value).filter(Value::is_object).ok_or_else(|| wrong("JSON object")),
        "JSON Array" => parsed(value).filter(Value::is_array).ok_or_else(|| wrong("JSON array")),
        "File" => file(value, folder).ok_or_else(|| format!("there is no file {}", shown(value))),
        _ => Ok(value.clone()),
    }
}

fn text(value: &Value) -> Option<Value> {
    match value {
        Value::String(_) => Some(value.clone()),
        Value::Number(number) => Some(json!(number.to_string())),
        _ => None,
    }
}

/// A number, an integer where it is integral.
fn number(value: &Value) -> Option<Value> {
    let number = match value {
        Value::Number(number) => number.clone(),
        Value::String(text) => serde_json::from_str::<Number>(text.trim()).ok()?,
        _ => return None,
    };
    let float = number.as_f64()?;
    let is_integral = number.is_f64() && float.fract() == 0.0 && float.abs() < 9_007_199_254_740_992.0;
    #[allow(clippy::cast_possible_truncation)]
    Some(if is_integral { json!(float as i64) } else { Value::Number(number) })
}

fn boolean(value: &Value) -> Option<Value> {
    match value {
        Value::Bool(_) => Some(value.clone()),
        Value::String(text) if text.trim().eq_ignore_ascii_case("true") => Some(json!(true)),
        Value::String(text) if text.trim().eq_ignore_ascii_case("false") => Some(json!(false)),
        _ => None,
    }
}

fn list(value: &Value, element: impl Fn(&Value) -> Option<Value>) -> Option<Value> {
    let parsed = parsed(value)?;
    parsed.as_array()?.iter().map(element).collect::<Option<Vec<_>>>().map(Value::Array)
}

/// A value that may be written as JSON in a text.
fn parsed(value: &Value) -> Option<Value> {
    match value {
        Value::String(text) => serde_json::from_str(text).ok(),
        _ => Some(value.clone()),
    }
}

fn file(value: &Value, folder: &Path) -> Option<Value> {
    let path = file_path(value, folder)?;
    (path.is_file()).then(|| json!(path.to_string_lossy()))
}

fn file_path(value: &Value, folder: &Path) -> Option<PathBuf> {
    Some(crate::project::absolute(&folder.join(value.as_str()?)))
}

fn shown(value: &Value) -> String {
    let text = value.to_string();
    let cut: String = text.chars().take(60).collect();
    if cut.len() < text.len() { format!("{cut}...") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::Manifest;

    fn declared() -> Vec<InputParameter> {
        let text = r#"{"version": 1, "kind": "integration", "commands": [{"internalName": "A", "inputs": [
            {"parameterName": "text", "required": true}, {"parameterName": "number", "parameterType": "Number"},
            {"parameterName": "flag", "parameterType": "Boolean"}, {"parameterName": "time", "parameterType": "DateTime"},
            {"parameterName": "texts", "parameterType": "Text Array"}, {"parameterName": "object", "parameterType": "JSON Object"},
            {"parameterName": "list", "parameterType": "JSON Array"}, {"parameterName": "file", "parameterType": "File"},
            {"parameterName": "many", "parameterType": "Number", "default": "10"}]}]}"#;
        let manifest = Manifest::parse(text.into());
        manifest.commands[0].inputs.clone()
    }

    fn values(given: &Value) -> Result<Vec<Value>, Vec<String>> {
        let inputs = convert(Some(given), Some(&declared()), Path::new(env!("CARGO_MANIFEST_DIR")));
        let inputs = inputs.map_err(|faults| faults.into_iter().map(|fault| fault.message).collect::<Vec<_>>())?;
        Ok(inputs.into_iter().map(|input| input.value).collect())
    }

    #[test]
    fn what_is_not_given_is_empty_by_type() {
        let expected = json!(["x", null, null, "1900-01-01 00:00:00", [], {}, [], "", 10]);
        assert_eq!(values(&json!({"text": "x"})).map(Value::Array), Ok(expected.clone()));
        let blank = json!(["x", "", "", "", "", "", "", "", ""]);
        assert_eq!(values(&blank).map(|mut found| found.remove(3)), Ok(json!("1900-01-01 00:00:00")));
        assert_eq!(values(&json!(["x", null])).map(Value::Array), Ok(expected));
    }

    #[test]
    fn values_convert_by_type() {
        let given = json!({"text": 5, "number": "7.0", "flag": "True", "time": "2024-01-01T02:00:00+02:00",
            "texts": "[\"a\", 1]", "object": "{\"a\": 1}", "list": [1], "file": "Cargo.toml", "many": 2.5});
        let found = values(&given).expect("all convert");
        assert_eq!(
            found[..7],
            [
                json!("5"),
                json!(7),
                json!(true),
                json!("2024-01-01 00:00:00"),
                json!(["a", "1"]),
                json!({"a": 1}),
                json!([1])
            ]
        );
        assert!(found[7].as_str().is_some_and(|path| Path::new(path).is_absolute()));
        assert_eq!(found[8], json!(2.5));
    }

    #[test]
    fn everything_wrong_is_said_at_once() {
        let problems = values(&json!({"nummer": 1, "number": "x", "time": "soon", "flag": 3})).expect_err("wrong");
        assert_eq!(problems.len(), 5, "{problems:?}");
        assert_eq!(problems[0], "the command has no input `nummer`; did you mean `number`?");
        assert!(problems[1].starts_with("input `text`: it is required and was not given (Text)"), "{problems:?}");
        assert_eq!(problems[2], "input `number`: \"x\" is no number");
        assert!(values(&json!(["x", 1, true, "", [], {}, [], "", 1, 2])).is_err(), "too many by order");
        assert!(values(&json!("x")).is_err());
    }
}
