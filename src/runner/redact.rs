//! Keeping secrets out of everything that is shown or written.

use serde_json::{Map, Value};

use crate::manifest::Manifest;

/// What stands where a secret stood.
pub(super) const HIDDEN: &str = "[redacted]";
/// Shorter values would hide half of every text.
const LEAST: usize = 6;

/// Replaces the values of a connection's secret parameters.
#[derive(Debug, Clone, Default)]
pub struct Redactor {
    /// The longest first, so that no part of a longer secret is left.
    secrets: Vec<String>,
}

impl Redactor {
    /// A redactor for the secret parameters of a connection; of 6 or more characters, also as URLs and JSON write them.
    pub fn new(manifest: Option<&Manifest>, connection: &Map<String, Value>) -> Self {
        let parameters = manifest.map_or(&[][..], |manifest| &manifest.connection);
        let mut secrets = Vec::new();
        for parameter in parameters.iter().filter(|parameter| parameter.secret) {
            if let Some(value) = connection.get(&parameter.parameter_name.value) {
                collect(value, &mut secrets);
            }
        }
        Self::default().with(secrets)
    }

    /// One that hides these as well.
    pub(super) fn with(&self, more: Vec<String>) -> Self {
        let spelled = more.iter().flat_map(|secret| spellings(secret));
        let mut secrets: Vec<String> = self.secrets.iter().cloned().chain(spelled).collect();
        secrets.extend(more);
        secrets.sort_by(|a, b| b.len().cmp(&a.len()).then(a.cmp(b)));
        secrets.dedup();
        Self { secrets }
    }

    /// The text without secrets.
    pub fn text(&self, text: &str) -> String {
        self.secrets.iter().fold(text.to_owned(), |text, secret| text.replace(secret.as_str(), HIDDEN))
    }

    /// The value without secrets, in keys and texts.
    pub fn value(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(text)),
            Value::Array(values) => values.iter().map(|value| self.value(value)).collect(),
            Value::Object(values) => {
                values.iter().map(|(key, value)| (self.text(key), self.value(value))).collect::<Map<_, _>>().into()
            }
            other => {
                let text = other.to_string();
                if self.secrets.contains(&text) { Value::String(HIDDEN.to_owned()) } else { other.clone() }
            }
        }
    }
}

fn collect(value: &Value, secrets: &mut Vec<String>) {
    match value {
        Value::String(text) if text.chars().count() >= LEAST => secrets.push(text.clone()),
        Value::Number(number) if number.to_string().len() >= LEAST => secrets.push(number.to_string()),
        Value::Array(values) => values.iter().for_each(|value| collect(value, secrets)),
        Value::Object(values) => values.values().for_each(|value| collect(value, secrets)),
        _ => {}
    }
}

/// A secret as URLs and forms write it (`quote`, `quote_plus`, `urlencode`), and as JSON does, in ASCII only and not.
fn spellings(secret: &str) -> [String; 5] {
    let encoded = percent_encoded(secret, "");
    let form = encoded.replace("%20", "+");
    [percent_encoded(secret, "/"), json_inner(secret), json_ascii(secret), form, encoded]
}

/// A text with all but letters, digits and these escaped.
fn percent_encoded(text: &str, safe: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
            _ if safe.as_bytes().contains(&byte) => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

fn json_inner(text: &str) -> String {
    let quoted = Value::String(text.to_owned()).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

fn json_ascii(text: &str) -> String {
    let mut found = String::new();
    for letter in json_inner(text).chars() {
        if letter.is_ascii() {
            found.push(letter);
        } else {
            let mut units = [0; 2];
            found.extend(letter.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn secrets_of_six_characters_go_in_any_spelling() {
        let text = r#"{"version": 1, "kind": "integration", "commands": [], "connection": [
            {"displayName": "API Key", "secret": true}, {"displayName": "Pin", "secret": true}, {"displayName": "User"}]}"#;
        let manifest = Manifest::parse(text.into());
        let connection = json!({"apikey": "s3cr\"t/key", "pin": "12345", "user": "jo.smith"});
        let redactor = Redactor::new(Some(&manifest), connection.as_object().expect("an object"));
        assert_eq!(redactor.text("key=s3cr\"t/key pin=12345 user=jo.smith"), "key=[redacted] pin=12345 user=jo.smith");
        assert_eq!(redactor.text("?key=s3cr%22t%2Fkey"), "?key=[redacted]");
        assert_eq!(redactor.text(r#"{"k": "s3cr\"t/key"}"#), r#"{"k": "[redacted]"}"#);
        let connection = json!({"apikey": "pass wörd/1"});
        let spelled = Redactor::new(Some(&manifest), connection.as_object().expect("an object"));
        for text in ["pass+w%C3%B6rd%2F1", "pass%20w%C3%B6rd/1", "pass%20w%C3%B6rd%2F1", "pass w\\u00f6rd/1"] {
            assert_eq!(spelled.text(text), "[redacted]", "{text}");
        }
        let value = redactor.value(&json!({"s3cr\"t/key": ["a s3cr\"t/key"]}));
        assert_eq!(value, json!({"[redacted]": ["a [redacted]"]}));
    }
}
