//! Recorded HTTP entries: their shape, and what must not stand in a recording.

use serde_json::Value;

use crate::text::nearest;

/// The keys of a request and of a response.
const REQUEST: [&str; 3] = ["method", "url", "body"];
const RESPONSE: [&str; 5] = ["status", "headers", "json", "text", "base64"];

/// The entries of a recording: a JSON list.
///
/// # Errors
/// What is wrong with the first bad entry.
pub fn http_entries(text: &str) -> Result<Vec<Value>, String> {
    match serde_json::from_str(text) {
        Ok(Value::Array(entries)) => check(&entries).map(|()| entries),
        Ok(_) => Err("the recorded entries must be a JSON list".to_owned()),
        Err(error) => Err(format!("the recorded entries are no JSON: {error}")),
    }
}

/// Checks the shape of entries.
pub(super) fn check(entries: &[Value]) -> Result<(), String> {
    for (index, entry) in entries.iter().enumerate() {
        check_entry(entry).map_err(|reason| format!("http entry {}: {reason}", index + 1))?;
    }
    Ok(())
}

fn check_entry(entry: &Value) -> Result<(), String> {
    known(entry, "the entry", &["request", "response"])?;
    let request = known(&entry["request"], "`request`", &REQUEST)?;
    let response = known(&entry["response"], "`response`", &RESPONSE)?;
    for key in ["method", "url"] {
        if !request.get(key).is_some_and(Value::is_string) {
            return Err(format!("`request` needs `{key}` as a text"));
        }
    }
    match response.get("status") {
        None => {}
        Some(status) if status.as_u64().is_some_and(|status| (100..=599).contains(&status)) => {}
        Some(status) => return Err(format!("`status` is {status}; it must be a number from 100 to 599")),
    }
    if response.get("headers").is_some_and(|headers| !headers.is_object()) {
        return Err("`headers` must be an object".to_owned());
    }
    for key in ["text", "base64"] {
        if response.get(key).is_some_and(|body| !body.is_string()) {
            return Err(format!("`{key}` must be a text"));
        }
    }
    if ["json", "text", "base64"].into_iter().filter(|key| response.contains_key(*key)).count() > 1 {
        return Err("the response has more than one of `json`, `text` and `base64`".to_owned());
    }
    Ok(())
}

/// An object with none but the known keys.
pub(super) fn known<'v>(
    value: &'v Value,
    what: &str,
    keys: &[&str],
) -> Result<&'v serde_json::Map<String, Value>, String> {
    let Value::Object(fields) = value else { return Err(format!("{what} must be an object")) };
    match fields.keys().find(|key| !keys.contains(&key.as_str())) {
        None => Ok(fields),
        Some(key) => Err(match nearest(key, keys.iter().copied()) {
            Some(near) => format!("{what} has an unknown key `{key}`; did you mean `{near}`?"),
            None => format!("{what} has an unknown key `{key}`; the keys are {}", keys.join(", ")),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_entries_are_named() {
        let wrong = |text: &str| http_entries(text).expect_err("wrong");
        assert!(
            http_entries(r#"[{"request": {"method": "GET", "url": "https://a/"}, "response": {"json": {}}}]"#).is_ok()
        );
        assert!(wrong("{}").contains("JSON list"));
        assert!(
            wrong(r#"[{"request": {"method": "GET"}, "response": {}}]"#)
                .contains("http entry 1: `request` needs `url`")
        );
        assert!(
            wrong(r#"[{"request": {"method": "GET", "url": "x"}, "responce": {}}]"#)
                .contains("did you mean `response`")
        );
        let status = r#"[{"request": {"method": "GET", "url": "x"}, "response": {"status": 7}}]"#;
        assert!(wrong(status).contains("from 100 to 599"));
    }
}
