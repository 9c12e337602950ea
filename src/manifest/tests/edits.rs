//! Edits keep the manifest readable, and its formatting.

use super::super::edits;
use super::*;

#[test]
fn edits_keep_the_layout() {
    let spread = "{\n    \"version\": 1,\n    \"kind\": \"integration\",\n    \"libraries\": [\"a\"],\n    \"commands\": [\n        {\"internalName\": \"A\", \"status\": \"Live\"}\n    ]\n}\n";
    let manifest = parse(spread);
    assert_eq!(
        apply(spread, &edits::add_command(&manifest, "B", &["x"])),
        spread.replace(
            "\"Live\"}",
            "\"Draft\"},\n        {\"internalName\": \"B\", \"inputs\": [{\"parameterName\": \"x\"}]}"
        )
    );
    assert_eq!(apply(spread, &edits::add_library(&manifest, "b")), spread.replace("[\"a\"]", "[\"a\", \"b\"]"));
    assert_eq!(
        apply(spread, &edits::add_connection_parameter(&manifest, "serverurl", &["required"])),
        spread.replace("    ]\n}", "    ],\n    \"connection\": [\n        {\n            \"parameterName\": \"serverurl\",\n            \"required\": true\n        }\n    ]\n}")
    );
    let tall = "{\r\n\t\"version\": 1,\r\n\t\"kind\": \"utility\",\r\n\t\"commands\": [\r\n\t\t{\r\n\t\t\t\"internalName\": \"A\"\r\n\t\t}\r\n\t]\r\n}\r\n";
    assert_eq!(
        apply(tall, &edits::add_command(&parse(tall), "B", &[])),
        tall.replace("\"A\"\r\n\t\t}", "\"A\"\r\n\t\t},\r\n\t\t{\r\n\t\t\t\"internalName\": \"B\"\r\n\t\t}")
    );
}

#[test]
fn inputs_follow_the_function() {
    let text = with_command(
        r#", "inputs": [{"parameterName": "a", "index": 0, "required": true}, {"parameterName": "b", "index": 1}]"#,
    );
    let set = |names: &[&str]| {
        let manifest = parse(&text);
        let edited = apply(&text, &edits::set_inputs(&manifest, &manifest.commands[0], names));
        let manifest = parse(&edited);
        assert_eq!(manifest.errors, vec![], "{edited}");
        let required = |input: &InputParameter| if input.required { "!" } else { "" };
        let inputs = manifest.commands[0].inputs.iter();
        inputs.map(|input| format!("{}{}", input.parameter_name.value, required(input))).collect::<Vec<_>>()
    };
    assert_eq!(set(&["a", "b"]), ["a!", "b"]);
    assert_eq!(set(&["b", "a"]), ["b", "a!"]);
    assert_eq!(set(&["host", "b"]), ["host!", "b"]);
    assert_eq!(set(&["a"]), ["a!"]);
    assert_eq!(set(&["a", "b", "c", "d"]), ["a!", "b", "c", "d"]);
    assert_eq!(set(&["c", "a", "b"]), ["c", "a!", "b"]);
    assert_eq!(set(&[]), Vec::<String>::new());
}
