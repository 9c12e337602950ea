//! Recorded HTTP entries: their shape, and what must not stand in a recording.

use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::fault::Fault;
use super::redact::{HIDDEN, Redactor};
use crate::manifest::vocabulary::{CASE_BODY_KEYS, CASE_ENTRY_KEYS, CASE_REQUEST_KEYS, CASE_RESPONSE_KEYS, names};
use crate::text::nearest;

/// The entries of a recording: a JSON list.
///
/// # Errors
/// What is wrong with the first bad entry.
pub fn http_entries(text: &str) -> Result<Vec<Value>, String> {
    match serde_json::from_str(text) {
        Ok(Value::Array(entries)) => check(&entries).map(|()| entries).map_err(|fault| fault.message),
        Ok(_) => Err("the recorded entries must be a JSON list".to_owned()),
        Err(error) => Err(format!("the recorded entries are no JSON: {error}")),
    }
}

/// Checks the shape of entries.
pub(super) fn check(entries: &[Value]) -> Result<(), Fault> {
    for (index, entry) in entries.iter().enumerate() {
        check_entry(entry).map_err(|fault| {
            let message = format!("http entry {}: {}", index + 1, fault.message);
            Fault { message, ..fault.at(index) }
        })?;
    }
    Ok(())
}

fn check_entry(entry: &Value) -> Result<(), Fault> {
    known(entry, "the entry", &names(CASE_ENTRY_KEYS))?;
    let part =
        |name: &str, keys: &[&str]| known(&entry[name], &format!("`{name}`"), keys).map_err(|fault| fault.under(name));
    let request = part("request", &names(CASE_REQUEST_KEYS))?;
    let response = part("response", &names(CASE_RESPONSE_KEYS))?;
    for key in ["method", "url"] {
        if !request.get(key).is_some_and(Value::is_string) {
            return Err(Fault::new(format!("`request` needs `{key}` as a text")).under(key).under("request"));
        }
    }
    check_response(response).map_err(|fault| fault.under("response"))
}

fn check_response(response: &serde_json::Map<String, Value>) -> Result<(), Fault> {
    match response.get("status") {
        None => {}
        Some(status) if status.as_u64().is_some_and(|status| (100..=599).contains(&status)) => {}
        Some(status) => {
            let message = format!("`status` is {status}; it must be a number from 100 to 599");
            return Err(Fault::new(message).under("status"));
        }
    }
    if response.get("headers").is_some_and(|headers| !headers.is_object()) {
        return Err(Fault::new("`headers` must be an object").under("headers"));
    }
    for key in ["text", "base64"] {
        if response.get(key).is_some_and(|body| !body.is_string()) {
            return Err(Fault::new(format!("`{key}` must be a text")).under(key));
        }
    }
    if CASE_BODY_KEYS.into_iter().filter(|key| response.contains_key(*key)).count() > 1 {
        return Err(Fault::new("the response has more than one of `json`, `text` and `base64`"));
    }
    Ok(())
}

/// An object with none but the known keys.
pub(super) fn known<'v>(
    value: &'v Value,
    what: &str,
    keys: &[&str],
) -> Result<&'v serde_json::Map<String, Value>, Fault> {
    let Value::Object(fields) = value else { return Err(Fault::new(format!("{what} must be an object"))) };
    match fields.keys().find(|key| !keys.contains(&key.as_str())) {
        None => Ok(fields),
        Some(key) => {
            let hint = match nearest(key, keys.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("the keys are {}", keys.join(", ")),
            };
            Err(Fault::of_key(key, format!("{what} has an unknown key `{key}`; {hint}")))
        }
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
const SECRET_FIELDS: [&str; 28] = [
    "accesskey",
    "accesstoken",
    "apikey",
    "apitoken",
    "authorization",
    "authtoken",
    "bearertoken",
    "clientassertion",
    "clientsecret",
    "csrftoken",
    "idtoken",
    "jwt",
    "passphrase",
    "passwd",
    "password",
    "privatekey",
    "pwd",
    "refreshtoken",
    "secret",
    "secretaccesskey",
    "secretkey",
    "securitytoken",
    "session",
    "sessionid",
    "sessiontoken",
    "token",
    "xamzsecuritytoken",
    "xamzsignature",
];
/// A secret that an exchange showed is hidden everywhere if it has so many characters; shorter ones may be words.
const LEAST_LEARNED: usize = 8;

/// Recorded entries without the connection's secrets, and without what usually is one: tokens in headers, in fields of
/// bodies and in queries. What stands in such a field is hidden wherever else it stands: a login's token comes again.
pub fn redacted(entries: &[Value], redactor: &Redactor) -> Value {
    let mut entries = entries.to_vec();
    let mut learned = Vec::new();
    for entry in &mut entries {
        if let Some(Value::String(url)) = entry.pointer_mut("/request/url")
            && let Some((start, query)) = url.split_once('?')
        {
            *url = format!("{start}?{}", without_tokens(query, &mut learned));
        }
        for body in ["/request/body", "/response/json", "/response/text"] {
            match entry.pointer_mut(body) {
                Some(Value::String(text)) => {
                    *text = without_elements(&without_tokens(text, &mut learned), &mut learned);
                }
                Some(body) => hide_fields(body, &mut learned),
                None => {}
            }
        }
        for (name, value) in entry.pointer_mut("/response/headers").and_then(Value::as_object_mut).into_iter().flatten()
        {
            if SECRET_HEADERS.contains(&name.to_lowercase().as_str()) {
                *value = Value::from(HIDDEN);
            }
        }
    }
    learned.retain(|secret| secret.chars().count() >= LEAST_LEARNED);
    redactor.with(learned).value(&Value::from(entries))
}

fn is_secret_field(name: &str) -> bool {
    let letters: String = name.chars().filter(|letter| letter.is_alphanumeric()).collect();
    SECRET_FIELDS.contains(&letters.to_lowercase().as_str())
}

fn hide_fields(value: &mut Value, learned: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(text) if is_secret_field(name) => {
                        learned.push(std::mem::replace(text, HIDDEN.to_owned()));
                    }
                    Value::Number(_) if is_secret_field(name) => *value = Value::from(HIDDEN),
                    _ => hide_fields(value, learned),
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| hide_fields(value, learned)),
        _ => {}
    }
}

/// A query or a form whose secret fields are hidden.
fn without_tokens(form: &str, learned: &mut Vec<String>) -> String {
    let mut hidden = |field: &str| match field.split_once('=') {
        Some((name, value)) if is_secret_field(name) => {
            learned.push(percent_decode_str(value).decode_utf8_lossy().into_owned());
            format!("{name}={HIDDEN}")
        }
        _ => field.to_owned(),
    };
    form.split('&').map(&mut hidden).collect::<Vec<_>>().join("&")
}

/// XML whose secret elements are hidden, those that hold nothing but a text.
fn without_elements(text: &str, learned: &mut Vec<String>) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, tag, content, after)) = next_element(rest) {
        let name = tag.split_whitespace().next().unwrap_or_default();
        let opens = !tag.starts_with('/') && !tag.ends_with('/') && after.starts_with("</");
        let is_secret = opens && !content.is_empty() && is_secret_field(name.rsplit(':').next().unwrap_or(name));
        if is_secret {
            learned.push(content.to_owned());
        }
        let content = if is_secret { HIDDEN } else { content };
        result.extend([before, "<", tag, ">", content]);
        rest = after;
    }
    result + rest
}

/// What is before the next tag, what the tag holds, the text behind it, and everything from the tag after that.
fn next_element(text: &str) -> Option<(&str, &str, &str, &str)> {
    let (before, rest) = text.split_once('<')?;
    let (tag, rest) = rest.split_once('>')?;
    let end = rest.find('<')?;
    Some((before, tag, &rest[..end], &rest[end..]))
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
    fn a_secret_that_was_seen_once_is_hidden_everywhere() {
        let login = serde_json::json!({"request": {"method": "POST", "url": "https://a/login", "body": {"user": "u", "password": "open sesame"}},
            "response": {"text": "<?xml version='1.0'?><r xmlns:a='b'><a:sessionId kind='x'>s-1234567</a:sessionId><id>s-1</id><token/></r>"}});
        let later = serde_json::json!({"request": {"method": "GET", "url": "https://a/s-1234567/items?next=s-1234567"},
            "response": {"json": {"you": "said open sesame", "id": "s-1"}}});
        let form = serde_json::json!({"request": {"method": "GET", "url": "https://a/"}, "response": {"text": "access_token=tok%2F12345&scope=all"}});
        let found = redacted(
            &[login, later, form, serde_json::json!({"request": {}, "response": {"text": "tok/12345 of <b"}})],
            &Redactor::default(),
        );
        assert_eq!(
            found[0]["response"]["text"],
            "<?xml version='1.0'?><r xmlns:a='b'><a:sessionId kind='x'>[redacted]</a:sessionId><id>s-1</id><token/></r>"
        );
        assert_eq!(found[1]["request"]["url"], "https://a/[redacted]/items?next=[redacted]");
        assert_eq!(found[1]["response"]["json"], serde_json::json!({"you": "said [redacted]", "id": "s-1"}));
        assert_eq!(found[2]["response"]["text"], "access_token=[redacted]&scope=all");
        assert_eq!(found[3]["response"]["text"], "[redacted] of <b");
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
