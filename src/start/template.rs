//! Templates of commands: code, manifest entry and test case (D3's page, "Pre-defined Commands").

use serde_json::{Map, Value, json};

use super::name::Name;
use crate::image::names;

/// The helpers that the templates share.
pub(super) const SHARED: &str = include_str!("templates/shared.py");

/// The name of the command in a template that is no system-defined one.
const PLACEHOLDER: (&str, &str) = ("NewCommand", "New Command");

/// The connection's parameters in the templates.
const KEYS: (&str, &str) = ("serverurl", "apikey");

/// A template.
#[derive(Debug, Clone, Copy)]
pub struct Template {
    code: &'static str,
    data: &'static str,
}

macro_rules! template {
    ($name:literal) => {
        Template {
            code: include_str!(concat!("templates/", $name, ".py")),
            data: include_str!(concat!("templates/", $name, ".json")),
        }
    };
}

/// Those of the commands whose names D3 defines, in the order of [`names::SYSTEM_COMMANDS`].
const SYSTEM: [Template; names::SYSTEM_COMMANDS.len()] = [
    template!("test_connection"),
    template!("fetch_event"),
    template!("fetch_incident"),
    template!("check_ip_reputation"),
    template!("check_url_reputation"),
    template!("check_file_reputation"),
    template!("on_dismiss_event"),
    template!("on_escalate_event"),
];

/// An integration command.
pub const COMMAND: Template = template!("command");

/// A utility command.
pub const UTILITY: Template = template!("utility");

/// The template of a system-defined command.
pub fn system_template(name: &str) -> Option<Template> {
    let place = names::SYSTEM_COMMANDS.iter().position(|command| command.name.eq_ignore_ascii_case(name))?;
    SYSTEM.get(place).copied()
}

/// The connection parameters that a new command reads.
#[derive(Debug, Clone)]
pub struct Keys {
    /// The server's address.
    pub server: String,
    /// The secret.
    pub secret: String,
}

impl Default for Keys {
    fn default() -> Self {
        Self { server: KEYS.0.to_owned(), secret: KEYS.1.to_owned() }
    }
}

impl Keys {
    /// A text of a template, with these keys in place of its own.
    pub(super) fn put_into(&self, code: &str) -> String {
        let quoted = |code: String, from: &str, to: &str| {
            let code = code.replace(&format!("\"{from}\""), &format!("\"{to}\""));
            code.replace(&format!("'{from}'"), &format!("'{to}'"))
        };
        quoted(quoted(code.to_owned(), KEYS.0, &self.server), KEYS.1, &self.secret)
    }
}

/// A template filled in.
#[derive(Debug, Clone)]
pub struct NewCommand {
    /// The function, without the helpers and imports that it needs.
    pub code: String,
    /// The entry of the manifest.
    pub entry: Value,
    /// The name of the test case's file.
    pub case_file: String,
    /// The test case.
    pub case: Value,
}

impl Template {
    /// The command `name` made from this template.
    pub fn fill(self, name: &Name, keys: &Keys) -> NewCommand {
        let code = keys.put_into(self.code).replace(PLACEHOLDER.0, &name.internal);
        let data: Value = serde_json::from_str(self.data).expect("the templates are read by a test");
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let own = text(&data["command"]["internalName"]);
        let internal = if own == PLACEHOLDER.0 { name.internal.clone() } else { own };
        let mut entry = data["command"].clone();
        entry["internalName"] = json!(internal);
        entry["displayName"] = json!(name.display);
        let mut case = Map::new();
        case.insert("command".to_owned(), json!(internal));
        let mut rest = data["test"].as_object().cloned().unwrap_or_default();
        if let Some(inputs) = rest.remove("inputs") {
            case.insert("inputs".to_owned(), inputs);
        }
        if rest.contains_key("http") {
            let connection = json!({(&keys.server): "https://api.example", (&keys.secret): "example-key-1"});
            case.insert("connection".to_owned(), connection);
        }
        case.extend(rest);
        let case_file = format!("{internal}-{}.json", text(&data["case"]));
        NewCommand { code, entry, case_file, case: Value::Object(case) }
    }

    /// Whether D3 does not document the inputs of this command.
    pub fn is_undocumented(self) -> bool {
        self.code.contains("(*args):")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_template_is_that_of_its_command() {
        for (command, template) in names::SYSTEM_COMMANDS.iter().zip(SYSTEM) {
            let name = Name::new(command.name).expect("a name");
            let new = template.fill(&name, &Keys::default());
            assert_eq!(new.entry["internalName"], command.name);
            assert!(new.code.starts_with(&format!("def {}(", command.name)));
            assert_eq!(template.is_undocumented(), command.parameters.is_none(), "{}", command.name);
            let inputs = new.entry["inputs"].as_array().map_or(0, Vec::len);
            assert_eq!(inputs, command.parameters.map_or(0, <[_]>::len), "{}", command.name);
        }
    }

    #[test]
    fn names_and_keys_are_put_in() {
        let keys = Keys { server: "base".to_owned(), secret: "token".to_owned() };
        let new = COMMAND.fill(&Name::new("Get Host").expect("a name"), &keys);
        assert!(new.code.starts_with("def GetHost(itemId):"));
        assert_eq!(
            (&new.entry["displayName"], &new.case["connection"]["token"]),
            (&json!("Get Host"), &json!("example-key-1"))
        );
        assert!(
            keys.put_into(SHARED).contains("connector[\"base\"]")
                && keys.put_into(SHARED).contains("connector['token']")
        );
    }
}
