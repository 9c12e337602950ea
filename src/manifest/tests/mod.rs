//! What a user sees of a manifest: its values, defaults and findings.

mod edits;
mod hostile;

use super::*;
use crate::text::apply;

const FULL: &str = include_str!("../../../tests/manifest/full.json");

fn parse(text: &str) -> Manifest {
    Manifest::parse(Arc::from(text))
}

fn slice(text: &str, range: TextRange) -> &str {
    &text[range.start().to_usize()..range.end().to_usize()]
}

/// Each finding as "marked text: message".
fn findings(text: &str) -> Vec<String> {
    parse(text).errors.iter().map(|error| format!("{}: {}", slice(text, error.range), error.message)).collect()
}

/// The text after the fix of its only finding, and how far that fix can be trusted.
fn fixed(text: &str) -> (String, Applicability) {
    let errors = parse(text).errors;
    let [error] = errors.as_slice() else { panic!("one finding, not {errors:#?}") };
    let (_, edits, applicability) = error.fix.as_ref().expect("a fix");
    (apply(text, edits), *applicability)
}

/// An integration whose only command has these further keys.
fn with_command(keys: &str) -> String {
    format!(r#"{{"version": 1, "kind": "integration", "commands": [{{"internalName": "Check"{keys}}}]}}"#)
}

/// An integration with these further keys and no command.
fn with(keys: &str) -> String {
    format!(r#"{{"version": 1, "kind": "integration", "commands": []{keys}}}"#)
}

#[test]
fn a_full_manifest_has_no_findings() {
    assert_eq!(findings(FULL), Vec::<String>::new());
    let manifest = parse(FULL);
    assert!(manifest.usable);
    assert_eq!(manifest.connection[1].parameter_name.value, "apikey");
    assert!(manifest.connection_parameter("apikey").is_some_and(|parameter| parameter.secret));
    assert_eq!(slice(FULL, manifest.commands[0].internal_name.range), "CheckDevice");
    assert_eq!(manifest.role_of("live/script.py"), Some(ScriptRole::Live));
    assert_eq!(manifest.role_of("system.py"), Some(ScriptRole::System));
    assert_eq!(manifest.commands_of("script.py").count(), 2);
}

#[test]
fn defaults_are_what_a_reader_expects() {
    let text = r#"{"version": 1, "kind": "integration", "name": "Acme EDR", "connection": [{"displayName": "Server URL"}],
        "commands": [{"internalName": "Check", "inputs": [{"parameterName": "a"}, {"displayName": "Host Name"}]}]}"#;
    let manifest = parse(text);
    assert_eq!(manifest.errors, vec![]);
    assert_eq!(manifest.internal_name.as_ref().map(|name| name.value.as_str()), Some("AcmeEDR"));
    assert_eq!(manifest.script.value, "script.py");
    assert_eq!(manifest.system_script, SystemScriptSetting::None);
    assert_eq!(manifest.connection[0].parameter_name.value, "serverurl");
    let command = &manifest.commands[0];
    assert_eq!((command.implementation, command.status.value), (Implementation::Python, Status::Draft));
    assert_eq!((command.inputs[0].index, command.inputs[1].index), (0, 1));
    assert_eq!(command.inputs[0].parameter_type.value, "Text");
    assert!(!command.inputs[0].required);
    assert_eq!(command.inputs[1].parameter_name.value, "HostName");

    let utility = parse(r#"{"version": 1, "kind": "utility", "commands": [{"internalName": "Join"}]}"#);
    assert_eq!(utility.scripts()[0].value, "Join.py");
    assert_eq!(utility.commands_of("Join.py").count(), 1);
    assert_eq!(utility.commands_of("script.py").count(), 0);
}

#[test]
fn a_missing_system_script_differs_from_none() {
    assert_eq!(parse(&with(r#", "systemScript": null"#)).system_script, SystemScriptSetting::Unknown);
    assert!(matches!(parse(&with(r#", "systemScript": "./system.py""#)).system_script,
        SystemScriptSetting::File(file) if file.value == "system.py"));
}

#[test]
fn broken_json_is_one_finding_where_it_breaks() {
    for (text, finding) in [
        ("", ": the manifest is empty; it needs at least `version`, `kind` and `commands`"),
        ("{\"a\": 1,}", ",: the manifest is not valid JSON: it allows no comma after the last entry; remove it"),
        ("{ // no\n}", "// no: the manifest is not valid JSON: it allows no comments; remove this one"),
        ("{\"a\": 1", "{: the manifest is not valid JSON: this `{` is never closed"),
        ("{\"a\" 1}", "1: the manifest is not valid JSON: a `:` is missing after the key"),
        ("{'a': 1}", "': the manifest is not valid JSON: texts stand in double quotes"),
        ("{a: 1}", "a: the manifest is not valid JSON: keys stand in double quotes"),
        ("{} {}", "{: the manifest is not valid JSON: nothing may follow the closing bracket"),
        ("[]", "[: the manifest must be an object, not a list"),
        ("7", "7: the manifest must be an object, not a number"),
    ] {
        assert_eq!(findings(text), [finding], "{text}");
        assert!(!parse(text).usable, "{text}");
    }
    assert_eq!(fixed("{\"version\": 1,\n}").0, "{\"version\": 1\n}");
}

#[test]
fn a_byte_order_mark_is_no_fault_and_offsets_stay_true() {
    let text = format!("\u{feff}{}", with(r#", "nmae": "Acme""#));
    assert_eq!(findings(&text), ["nmae: unknown key `nmae`; did you mean `name`?"]);
    assert_eq!(fixed(&text), (format!("\u{feff}{}", with(r#", "name": "Acme""#)), Applicability::Safe));
}

#[test]
fn keys_are_known_and_given_once() {
    assert_eq!(findings(&with_command(r#", "colour": 1"#)).len(), 1);
    assert_eq!(
        findings(&with_command(r#", "inputs": [{"parameterName": "a", "paramterName": "b"}]"#)),
        ["paramterName: unknown key `paramterName`, and `parameterName` is given too; remove it"]
    );
    assert_eq!(
        findings(&with(r#", "name": "A", "name": "B""#)),
        ["name: the key `name` is given twice, and the last one counts; remove one"]
    );
    let sample = r#", "inputs": [{"parameterName": "a", "sampleData": {"x": 1, "x": 2, "any": []}}]"#;
    assert_eq!(findings(&with_command(sample)).len(), 1);
}

#[test]
fn required_keys_are_named() {
    assert_eq!(
        findings("{}"),
        [
            "{: the manifest has no `version`; add it",
            "{: the manifest has no `kind`; add it",
            "{: the manifest has no `commands`; add it"
        ]
    );
    let text = r#"{"version": 1, "kind": "utility", "commands": [{}]}"#;
    assert_eq!(findings(text), ["{: this command has no `internalName`; add it"]);
    assert!(parse(text).usable, "a bad command costs itself");
    assert_eq!(
        findings(r#"{"version": 2, "kind": "utility", "commands": []}"#),
        ["2: version 2 is not supported; this d3ls reads version 1"]
    );
}

#[test]
fn types_and_words() {
    assert_eq!(
        fixed(&with_command(r#", "inputs": [{"parameterName": "a", "required": "True"}]"#)),
        (with_command(r#", "inputs": [{"parameterName": "a", "required": true}]"#), Applicability::Safe)
    );
    assert_eq!(
        findings(&with_command(r#", "inputs": [{"parameterName": "a", "index": -1}]"#)),
        ["-1: `index` must be a whole number from 0, not -1"]
    );
    assert_eq!(findings(&with(r#", "name": null"#)), ["null: `name` must be a text, not null"]);
    assert_eq!(findings(&with(r#", "libraries": {}"#)), ["{: `libraries` must be a list, not an object"]);
    assert_eq!(
        fixed(&with_command(r#", "status": "live""#)),
        (with_command(r#", "status": "Live""#), Applicability::Safe)
    );
    assert_eq!(
        findings(&with_command(r#", "features": ["Playbook"]"#)),
        ["Playbook: `features` can't be `Playbook`; use one of Command Task, Conditional Task, Transform Command, \
          Ad-Hoc Command, Allow command to be run on agent"]
    );
    let odd = parse(&with_command(r#", "inputs": [{"parameterName": "a", "parameterType": "Duration"}]"#));
    assert_eq!(odd.errors[0].severity, Severity::Warning, "D3 may have types that its page does not show");
}

#[test]
fn indexes_count_from_zero() {
    let inputs = |first: &str, second: &str| {
        with_command(&format!(r#", "inputs": [{{"parameterName": "a"{first}}}, {{"parameterName": "b"{second}}}]"#))
    };
    assert_eq!(findings(&inputs(r#", "index": 1"#, r#", "index": 0"#)), Vec::<String>::new());
    assert_eq!(
        findings(&inputs(r#", "index": 0"#, r#", "index": 0"#)),
        ["0: another input has index 0 already; each place in the order is taken once"]
    );
    assert_eq!(
        findings(&inputs(r#", "index": 1"#, r#", "index": 2"#)),
        ["1: the indexes skip 0; they count from 0 without a gap"]
    );
    assert_eq!(
        fixed(&inputs(r#", "index": 3"#, r#", "index": 0"#)),
        (inputs(r#", "index": 1"#, r#", "index": 0"#), Applicability::Offered)
    );
    assert_eq!(findings(&inputs(r#", "index": 1"#, "")).len(), 1, "the second one's default is 1 too");
    let names: Vec<_> = parse(&inputs(r#", "index": 1"#, r#", "index": 0"#)).commands[0]
        .inputs
        .iter()
        .map(|input| input.parameter_name.value.clone())
        .collect();
    assert_eq!(names, ["b", "a"], "sorted by index");
}

#[test]
fn input_types_fit_their_parameter_types() {
    let input = |keys: &str| with_command(&format!(r#", "inputs": [{{"parameterName": "a", {keys}}}]"#));
    assert_eq!(findings(&input(r#""inputType": "Drop Down Option", "options": ["x"]"#)), Vec::<String>::new());
    assert_eq!(
        findings(&input(r#""parameterType": "Number", "inputType": "Drop Down Option", "options": ["1"]"#)),
        ["Drop Down Option: Drop Down Option works with the parameter type Text only, and this one is Number"]
    );
    assert_eq!(
        fixed(&input(r#""inputType": "Multi Select Option", "options": ["x"]"#)),
        (
            input(r#""inputType": "Multi Select Option", "parameterType": "Text Array", "options": ["x"]"#),
            Applicability::Offered
        )
    );
    assert_eq!(
        findings(&input(r#""inputType": "Drop Down Option", "options": []"#)),
        ["[]: Drop Down Option needs options; list what can be chosen"]
    );
    assert_eq!(
        findings(&input(r#""inputType": "Drop Down Option""#)),
        ["Drop Down Option: Drop Down Option needs `options`; list what can be chosen"]
    );
}

#[test]
fn names_are_unique_and_identifiers() {
    let text = r#"{"version": 1, "kind": "integration", "commands": [{"internalName": "A"}, {"internalName": "A"}, {"internalName": "a"}]}"#;
    assert_eq!(findings(text), ["A: there is a command `A` already; rename or remove one"]);
    let text = with_command("").replace("Check", "check device");
    assert_eq!(fixed(&text), (with_command("").replace("Check", "CheckDevice"), Applicability::Offered));
    let playbook = with_command(r#", "implementation": "Codeless Playbook""#).replace("Check", "check device");
    assert_eq!(findings(&playbook), Vec::<String>::new(), "a playbook has no function");
    assert_eq!(
        findings(&with_command(r#", "inputs": [{"parameterName": "a"}, {"parameterName": "a"}, {}]"#)),
        [
            "a: there is an input `a` already; rename or remove one",
            "{: this input has no `parameterName`; add the parameter's name in the function"
        ]
    );
    assert_eq!(
        findings(&with(r#", "connection": [{"displayName": "API Key"}, {"parameterName": "apikey"}]"#)),
        ["apikey: there is a connection parameter `apikey` already; rename or remove one"]
    );
    assert_eq!(
        fixed(&with(r#", "connection": [{"parameterName": "API Key"}]"#)),
        (with(r#", "connection": [{"parameterName": "apikey"}]"#), Applicability::Safe)
    );
}

#[test]
fn json_paths_are_readable() {
    let field = |path: &str| {
        with_command(&format!(r#", "outputs": {{"keyFields": [{{"name": "id", "jsonPath": "{path}"}}]}}"#))
    };
    assert_eq!(findings(&field("$.items[*].id")), Vec::<String>::new());
    assert_eq!(findings(&field("$.items[0")), ["[: this is no JSON path: this `[` is never closed"]);
    assert_eq!(findings(&field("id")), ["id: this is no JSON path: it starts with `$`, the raw data"]);
}

#[test]
fn mappings_belong_to_ingestion() {
    let mapping = r#", "eventFieldMapping": [{"fieldName": "Host", "sourceField": "$.host."}]"#;
    assert_eq!(
        findings(&with_command(mapping)),
        [
            "eventFieldMapping: only fetchEvent and fetchIncident have an event field mapping; remove it",
            ".: this is no JSON path: a name is missing after the dot"
        ]
    );
    let fetch = with_command(mapping).replace("Check", "FetchEvent").replace("host.", "host");
    assert_eq!(findings(&fetch), Vec::<String>::new());
}

#[test]
fn sql_commands_need_their_connection_set() {
    let text = with_command(r#", "implementation": "MS SQL""#);
    assert_eq!(
        findings(&text),
        ["MS SQL: a command of MS SQL needs the connection set MS SQL; add it to `connectionSets`"]
    );
    let (mended, _) = fixed(&text);
    assert_eq!(findings(&mended), Vec::<String>::new(), "{mended}");
}

#[test]
fn keys_of_the_other_kind_are_misplaced() {
    let utility = r#"{"version": 1, "kind": "utility", "connection": [], "script": "a.py", "commands": [{"internalName": "A", "category": "Basic Utility", "script": "a.py"}]}"#;
    let marked: Vec<_> =
        findings(utility).iter().map(|finding| finding.split(':').next().unwrap_or_default().to_owned()).collect();
    assert_eq!(marked, ["connection", "script"]);
    assert_eq!(
        findings(&with_command(r#", "category": "Basic Utility""#)),
        ["category: only utility commands have a `category`; remove it"]
    );
    assert_eq!(findings(&with_command(r#", "script": "a.py""#)).len(), 1);
}

#[test]
fn paths_stay_below_the_manifest() {
    assert_eq!(
        fixed(&with(r#", "liveScript": "live\\script.py""#)),
        (with(r#", "liveScript": "live/script.py""#), Applicability::Safe)
    );
    for path in ["../script.py", "/script.py", "C:/script.py", ""] {
        assert_eq!(findings(&with(&format!(r#", "script": "{path}""#))).len(), 1, "{path}");
    }
}

#[test]
fn hints_are_infos() {
    let empty = parse(&with_command(r#", "features": []"#));
    assert_eq!(empty.errors[0].severity, Severity::Info);
    assert_eq!(slice(&empty.text, empty.errors[0].range), "[]");
    let sample = |word: &str| with_command(&format!(r#", "outputs": {{"returnData": [{{"sampleData": "{word}"}}]}}"#));
    assert_eq!(fixed(&sample("Sucessful")), (sample("Successful"), Applicability::Safe));
    assert_eq!(parse(&sample("done")).errors[0].severity, Severity::Info);
    assert_eq!(findings(&sample("Successful with No Event Data")).len(), 1);
    assert_eq!(findings(&sample("Successful with No Event Data").replace("Check", "fetchIncident")).len(), 0);
}

#[test]
fn mixed_status_is_one_finding_and_becomes_draft() {
    let text = r#"{"version": 1, "kind": "integration", "commands": [
        {"internalName": "A", "status": "Live"}, {"internalName": "B"}, {"internalName": "C", "status": "Live"},
        {"internalName": "D", "implementation": "Codeless Playbook", "status": "Live"}]}"#;
    let manifest = parse(text);
    assert_eq!(manifest.errors[0].kind, ManifestErrorKind::MixedStatus);
    assert_eq!(slice(text, manifest.errors[0].range), "Live");
    let (mended, applicability) = fixed(text);
    assert_eq!((parse(&mended).errors.len(), applicability), (0, Applicability::Safe));
    assert!(mended.contains(r#""Codeless Playbook", "status": "Live""#), "a playbook keeps its own status");
    assert_eq!(findings(&text.replace("integration", "utility")), Vec::<String>::new());
    let misspelt = text.replace("\"B\"", "\"B\", \"status\": \"live\"");
    assert_eq!(findings(&misspelt), ["live: `status` can't be `live`; did you mean `Live`?"]);
}

#[test]
fn places_and_texts_for_the_editor() {
    let manifest = parse(FULL);
    let path = [key("commands"), Segment::Index(0), key("status")];
    assert_eq!(manifest.range_of(&path).map(|range| slice(FULL, range)), Some("Draft"));
    let offset = manifest.range_of(&path).expect("a range").start();
    let location = manifest.path_at(offset).expect("a location");
    assert_eq!((location.path.as_slice(), location.role), (path.as_slice(), Role::Value));
    let shape = shape_at(&path).expect("a known key");
    assert!(shape.doc.starts_with("`Draft`"));
    assert_eq!(shape.kind, ShapeKind::Text(vec!["Draft".to_owned(), "Live".to_owned()]));
    assert!(manifest.keys_at(&path[..2]).contains(&"inputs"));
}
