//! From what the probe script found inside D3 to an image profile.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Image, Library, names, profile, stdlib};

const PROBE: &str = include_str!("data/probe.py");

/// What marks the probe's output: the key `d3ls` with this value.
const MARK: &str = "image probe";

/// How many brackets before the mark are tried.
const MAX_TRIES: usize = 20_000;

/// The script that finds out what a D3 server offers, for a command in D3.
pub fn probe_script(image: &Image) -> String {
    let expected: Vec<&str> = image.globals().collect();
    PROBE.replace("EXPECTED = []", &format!("EXPECTED = {}", json!(expected)))
}

/// What the probe script gives.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    version: u64,
    python: String,
    libraries: Vec<Library>,
    #[serde(default)]
    modules: Vec<String>,
    pb: Vec<String>,
    #[serde(default)]
    globals: BTreeMap<String, String>,
    #[serde(default)]
    runtime: Vec<String>,
    #[serde(default)]
    utility_commands: Vec<String>,
}

/// Makes a `d3-image.json` of the probe's output, whatever stands around it: a log, the runner's report, a page.
///
/// # Errors
/// Why there is none, and what to do, for the user.
pub fn import(text: &str) -> Result<String, String> {
    let Some(found) = find(text) else {
        return Err(if text.contains(MARK) {
            "the probe's output is not whole here; save all of it, its Raw Data for instance".to_owned()
        } else {
            "there is no output of the probe in it; run the script of `d3ls image probe` inside D3 and save what it gives"
                .to_owned()
        });
    };
    let report: Report =
        serde_json::from_value(found).map_err(|error| format!("the probe's output is damaged: {error}"))?;
    if report.version != 1 {
        return Err(format!("the probe is of version {}; this d3ls reads version 1", report.version));
    }
    let text = written(&report);
    match Image::from_json(&text) {
        Ok(_) => Ok(text),
        Err(error) => Err(format!("the probe's output is damaged: {}", error.message)),
    }
}

/// The probe's output, as JSON, as JSON in a text, or as Python shows a dictionary.
fn find(text: &str) -> Option<Value> {
    let as_python = || {
        let text = text.replace('\'', "\"");
        text.replace(": None", ": null").replace(": True", ": true").replace(": False", ": false")
    };
    find_json(text).or_else(|| find_json(&text.replace("\\\"", "\""))).or_else(|| find_json(&as_python()))
}

fn find_json(text: &str) -> Option<Value> {
    text.match_indices(MARK).find_map(|(mark, _)| {
        let brackets = text[..mark].rmatch_indices('{').take(MAX_TRIES);
        brackets.map(|(at, _)| &text[at..]).find_map(|text| {
            let value = serde_json::Deserializer::from_str(text).into_iter::<Value>().next()?.ok()?;
            report_in(value)
        })
    })
}

/// The report in a value: itself, or something in it.
fn report_in(value: Value) -> Option<Value> {
    match value {
        Value::Object(ref entries) if entries.get("d3ls").is_some_and(|mark| mark == MARK) => Some(value),
        Value::Object(entries) => entries.into_iter().find_map(|(_, value)| report_in(value)),
        Value::Array(elements) => elements.into_iter().find_map(report_in),
        Value::String(text) if text.contains(MARK) => find_json(&text),
        _ => None,
    }
}

/// The text of the profile: one library or utility command a line.
fn written(report: &Report) -> String {
    let mut keys = Map::new();
    keys.insert("version".to_owned(), json!(1));
    keys.insert("python".to_owned(), json!(report.python));
    keys.insert("librariesComplete".to_owned(), json!(true));
    keys.insert("libraries".to_owned(), Value::Array(libraries(report)));
    keys.insert("pb".to_owned(), json!(report.pb));
    let is_own = |name: &str| {
        name == names::D3 || names::RESERVED_NAMES.contains(&name) || names::RESERVED_CLASSES.contains(&name)
    };
    let globals: BTreeMap<_, _> = report.globals.iter().filter(|(name, _)| !is_own(name)).collect();
    keys.insert("globals".to_owned(), json!(globals));
    let mut runtime: Vec<&str> = names::RUNTIME_KEYS.iter().map(|key| key.name).collect();
    runtime.extend(report.runtime.iter().map(String::as_str).filter(|key| names::runtime_doc(key).is_none()));
    keys.insert("runtime".to_owned(), json!(runtime));
    // A server that does not list its utility commands leaves the documented ones.
    if !report.utility_commands.is_empty() {
        let known = profile::documented_utility_commands();
        let details = |name: &String| known.iter().find(|one| one["name"] == **name).cloned();
        let commands =
            report.utility_commands.iter().map(|name| details(name).unwrap_or_else(|| json!({"name": name})));
        keys.insert("utilityCommands".to_owned(), commands.collect());
    }
    let lines: Vec<String> = keys.iter().map(|(key, value)| format!("  {}: {}", json!(key), spread(value))).collect();
    format!("{{\n{}\n}}\n", lines.join(",\n"))
}

fn spread(value: &Value) -> String {
    match value {
        Value::Array(elements) if elements.iter().any(Value::is_object) => {
            let lines: Vec<String> = elements.iter().map(|element| format!("    {element}")).collect();
            format!("[\n{}\n  ]", lines.join(",\n"))
        }
        plain => plain.to_string(),
    }
}

/// The distributions, and the modules that belong to none.
fn libraries(report: &Report) -> Vec<Value> {
    let has = report.libraries.iter().filter(|library| !library.modules.is_empty());
    let listed = has.map(
        |library| json!({"distribution": library.distribution, "version": library.version, "modules": library.modules}),
    );
    let is_listed = |name: &str| {
        let mut all = report.libraries.iter().flat_map(|library| &library.modules);
        all.any(|module| module.split('.').next() == Some(name))
    };
    let loose = report.modules.iter().filter(|name| !is_listed(name) && !stdlib::is_module(name));
    listed.chain(loose.map(|name| json!({"distribution": name, "version": null, "modules": [name]}))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORT: &str = r#"{"d3ls": "image probe", "version": 1, "python": "3.9.12", "libraries": [{"distribution": "Acme-Lib", "version": "1.2", "modules": ["acmelib"]}, {"distribution": "gone", "version": null, "modules": []}], "modules": ["acmelib", "json", "loose"], "pb": ["log", "returnOutputModel", "secretMember"], "globals": {"pb": "pb", "requests": "requests", "APIError": "d3.APIError"}, "runtime": ["retrycount", "site"], "utilityCommands": ["equals", "AcmeCommand"]}"#;

    #[test]
    fn the_output_is_found_in_whatever_surrounds_it() {
        let wanted = import(REPORT).expect("a profile");
        let in_report = json!({"logs": ["x {", REPORT], "output": null}).to_string();
        let python = REPORT.replace('"', "'").replace("null", "None");
        for text in [
            format!("2024-01-01 [INFO] {{x}} {REPORT} done }}"),
            in_report,
            format!("log: {}", REPORT.replace('"', "\\\"")),
            format!("Raw Data\n{python}\n"),
            serde_json::to_string_pretty(&serde_json::from_str::<Value>(REPORT).expect("JSON")).expect("JSON"),
        ] {
            assert_eq!(import(&text).as_ref(), Ok(&wanted), "{text}");
        }
        assert!(import(&REPORT[..200]).is_err_and(|error| error.contains("not whole")));
        assert!(import("{}").is_err_and(|error| error.contains("no output of the probe")));
        assert!(
            import(&REPORT.replace("\"version\": 1", "\"version\": 2")).is_err_and(|error| error.contains("version 2"))
        );
    }

    #[test]
    fn the_profile_is_exact() {
        let image = Image::from_json(&import(REPORT).expect("a profile")).expect("an image");
        assert!(image.libraries_complete());
        let modules: Vec<&str> =
            image.libraries().iter().flat_map(|library| &library.modules).map(String::as_str).collect();
        assert_eq!(modules, ["acmelib", "loose"]);
        assert_eq!(image.globals().collect::<Vec<_>>(), ["requests"]);
        assert_eq!(image.pb_members(), ["log", "returnOutputModel", "secretMember"]);
        assert_eq!(image.runtime_keys(), ["connector", "retrycount", "site"]);
        let names: Vec<&str> = image.utility_commands().iter().map(|command| command.name.as_str()).collect();
        assert_eq!(names, ["equals", "AcmeCommand"]);
        assert!(image.utility_command("equals").is_some_and(|command| command.exact));
    }
}
