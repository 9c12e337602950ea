//! What a profile gives its users.

use super::*;

fn error(text: &str) -> String {
    Image::from_json(text).expect_err("the profile is wrong").to_string()
}

#[test]
fn the_documented_default_is_whole() {
    let image = Image::default_profile();
    assert_eq!((image.python(), image.python_version(), image.libraries_complete()), ("3.9.12", (3, 9), false));
    assert_eq!(image.pb_members(), ["returnOutputModel", "log", "runtime"]);
    assert_eq!(image.runtime_keys(), ["connector", "retrycount"]);
    let globals: Vec<_> = image.globals().collect();
    assert_eq!(globals, ["datetime", "pytz", "requests", "timedelta"]);
    assert_eq!(image.utility_commands().len(), 55);
    assert!(image.libraries().iter().any(|library| library.version.as_deref() == Some("0.34.0")));
    for member in image.pb_members() {
        assert!(names::pb_doc(member).is_some(), "{member} has a text for hover");
    }
    for key in image.runtime_keys() {
        assert!(names::runtime_doc(key).is_some(), "{key} has a text for hover");
    }
}

#[test]
fn only_the_commands_of_d3s_own_page_are_exact() {
    let image = Image::default_profile();
    let exact: Vec<_> = image.utility_commands().iter().filter(|c| c.exact).map(|c| c.name.as_str()).collect();
    assert_eq!(
        exact,
        [
            "ExtractArtifactsToJsonObjectArrayWithArrayKeyValueO",
            "GetUTCTimeNow",
            "concatToRear",
            "contains",
            "equals",
            "greaterThan"
        ]
    );
    let equals = image.utility_command("equals").expect("equals is documented");
    assert_eq!((equals.type_word(), equals.argument_count()), (Some("Text"), Some((2, 2))));
    assert_eq!(equals.returns.as_deref(), Some("Boolean"));
    let now = image.utility_command("GetUTCTimeNow").expect("GetUTCTimeNow is documented");
    assert_eq!((now.type_word(), now.argument_count()), (None, None), "its arguments are not known");
    let zip = image.utility_command("UnzipAndSave").expect("UnzipAndSave is in the table");
    assert_eq!((zip.type_word(), zip.argument_count()), (None, None), "REST words are no D3 types");
}

#[test]
fn utility_commands_have_only_d3s_types() {
    let image = Image::default_profile();
    for command in image.utility_commands() {
        let types = command.parameters.iter().flatten().filter_map(|p| p.value_type.as_deref());
        for word in types.chain(command.returns.as_deref()) {
            assert!(names::PARAMETER_TYPES.contains(&word), "{}: {word}", command.name);
        }
        assert!(!command.name.contains(' '), "{} can be called", command.name);
    }
}

#[test]
fn globals_say_how_to_import_them() {
    let image = Image::default_profile();
    assert_eq!(image.global_import("requests").as_deref(), Some("import requests"));
    assert_eq!(image.global_import("datetime").as_deref(), Some("from datetime import datetime"));
    assert_eq!(image.global_import("json"), None);
    let own =
        Image::from_json(r#"{"version": 1, "globals": {"np": "numpy", "c": "a.b"}}"#).expect("the profile is valid");
    assert_eq!(own.global_import("np").as_deref(), Some("import numpy as np"));
    assert_eq!(own.global_import("c").as_deref(), Some("from a import b as c"));
}

#[test]
fn a_users_profile_replaces_what_it_names() {
    let image = Image::from_json(r#"{"version": 1, "pb": ["log", "getFile"], "globals": {"np": "numpy"}}"#)
        .expect("the profile is valid");
    assert_eq!(image.pb_members(), ["log", "getFile"]);
    assert!(image.global("np").is_some() && image.global("requests").is_none());
    assert_eq!(image.utility_commands().len(), 55, "what it does not name stays as documented");
}

#[test]
fn a_newer_python_knows_more() {
    let default = Image::default_profile();
    assert_eq!(default.added_later("datetime", Some("UTC")), Some((3, 11)));
    assert_eq!(default.removed_later("distutils", None), Some((3, 12)));
    assert!(!default.is_builtin("aiter"));
    let image = Image::from_json(r#"{"version": 1, "python": "3.12.1"}"#).expect("the profile is valid");
    assert_eq!(image.added_later("datetime", Some("UTC")), None);
    assert_eq!(image.added_later("pathlib", Some("Path.copy")), Some((3, 14)));
    assert_eq!(image.removed_later("distutils", None), None, "it has left already");
    assert!(image.is_builtin("aiter"));
}

#[test]
fn wrong_profiles_are_told_with_their_place() {
    // The place is that of the wrong thing's last letter, or the one behind it.
    assert_eq!(error("{\"version\": 1,\n \"pyton\": \"3.9\"}"), "2:8: unknown key `pyton`: did you mean `python`?");
    assert_eq!(error(r#"{"version": 2}"#), "1:14: version 2 of the image profile is not supported, only 1 is");
    assert_eq!(error(r#"{}"#), "1:2: the key `version` is missing");
    assert_eq!(error(r#"{"version": 1, "pb": "log"}"#), "1:26: invalid type: string \"log\", expected a sequence");
    assert_eq!(error(r#"{"version": 1, "version": 1}"#), "1:24: the key `version` is there twice");
    assert_eq!(error(r#"{"version": 1, "python": "2.7"}"#), "1:31: `2.7` is no version of Python 3, as in `3.9.12`");
    assert_eq!(error(""), "1:1: the text ends before the profile does");
    assert!(error(r#"{"version": 1, "librariesComplete": true}"#).contains("no key `libraries`"));
    assert!(error(r#"{"version": 1, "libraries": [{"distribution": "x"}]}"#).contains("`modules` is missing"));
}
