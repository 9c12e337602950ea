//! Recorded HTTP entries: their shape, and what must not stand in a recording.

use serde_json::Value;

use super::redact::{HIDDEN, Redactor};
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

/// Headers whose values are secret, or as good as.
const SECRET_HEADERS: [&str; 8] = [
    "authorization",
    "cookie",
    "proxy-authorization",
    "set-cookie",
    "www-authenticate",
    "x-api-key",
    "x-auth-token",
    "x-csrf-token",
];
/// Fields of bodies and queries whose values are secret, letters only.
const SECRET_FIELDS: [&str; 14] = [
    "accesstoken",
    "apikey",
    "apitoken",
    "authtoken",
    "clientsecret",
    "idtoken",
    "jwt",
    "password",
    "privatekey",
    "refreshtoken",
    "secret",
    "session",
    "sessionid",
    "token",
];

/// Recorded entries without the connection's secrets, and without what usually is one: tokens in headers, in fields of
/// bodies and in queries.
pub fn redacted(entries: &[Value], redactor: &Redactor) -> Value {
    let mut entries = redactor.value(&Value::from(entries.to_vec()));
    for entry in entries.as_array_mut().into_iter().flatten() {
        if let Some(Value::String(url)) = entry.pointer_mut("/request/url") {
            *url = without_tokens(url, '?');
        }
        match entry.pointer_mut("/request/body") {
            Some(Value::String(form)) if form.contains('=') => *form = without_tokens(form, '&'),
            Some(body) => hide_fields(body),
            None => {}
        }
        if let Some(body) = entry.pointer_mut("/response/json") {
            hide_fields(body);
        }
        for (name, value) in entry.pointer_mut("/response/headers").and_then(Value::as_object_mut).into_iter().flatten()
        {
            if SECRET_HEADERS.contains(&name.to_lowercase().as_str()) {
                *value = Value::from(HIDDEN);
            }
        }
    }
    entries
}

fn is_secret_field(name: &str) -> bool {
    let letters: String = name.chars().filter(|letter| letter.is_alphanumeric()).collect();
    SECRET_FIELDS.contains(&letters.to_lowercase().as_str())
}

fn hide_fields(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                if is_secret_field(name) && (value.is_string() || value.is_number()) {
                    *value = Value::from(HIDDEN);
                } else {
                    hide_fields(value);
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(hide_fields),
        _ => {}
    }
}

/// A query or a form whose secret fields are hidden. `before` stands before its first field.
fn without_tokens(text: &str, before: char) -> String {
    let (start, fields) = match before {
        '?' => match text.split_once('?') {
            Some((start, fields)) => (format!("{start}?"), fields),
            None => return text.to_owned(),
        },
        _ => (String::new(), text),
    };
    let hidden = |field: &str| match field.split_once('=') {
        Some((name, _)) if is_secret_field(name) => format!("{name}={HIDDEN}"),
        _ => field.to_owned(),
    };
    start + &fields.split('&').map(hidden).collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recordings_hold_no_tokens() {
        let entry = serde_json::json!({"request": {"method": "POST", "url": "https://a/b?api_key=k1&x=1", "body": "user=u&password=p1"},
            "response": {"headers": {"Set-Cookie": "s1", "X": "1"}, "json": {"data": [{"access_token": "t1", "id": 7}]}}});
        let text = redacted(&[entry], &Redactor::default()).to_string();
        assert!(["k1", "p1", "s1", "t1"].iter().all(|secret| !text.contains(secret)), "{text}");
        assert!(text.contains("x=1") && text.contains("user=u") && text.contains("\"id\":7"), "{text}");
    }

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
