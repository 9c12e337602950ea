//! Tests of the manifest in the editor.

use std::sync::Arc;

use expect_test::expect;

use super::support::{ACME, unmark};
use crate::ide::CompletionItem;
use crate::ide::manifest::{
    File, FileRange, ManifestDocument, complete, definition, hover, links, references, rename, renameable, symbols,
};
use crate::image::Image;
use crate::manifest::{Manifest, ScriptRole};
use crate::semantic::{Analysis, Surroundings, SystemScript};
use crate::syntax;
use crate::text::{Edit, TextSize, apply};

const SCRIPT: &str = "\
def CheckDevice(hostname, maximum):
    conn = runtime['connector']
    return D3.Integration.AcmeEDR.CheckDevice(conn['apikey'], conn.get('🙂token'))


def fetchEvent(*args):
    return args[1]


def Isolate(host, *rest):
    return _help(host)


def _help(x):
    return x
";

/// The manifest with its script.
fn document(manifest: &str, script: &str) -> ManifestDocument {
    let manifest = Arc::new(Manifest::parse(Arc::from(manifest)));
    let surroundings = Surroundings {
        kind: Some(manifest.kind),
        script: Some("script.py".to_owned()),
        manifest: manifest.usable.then(|| Arc::clone(&manifest)),
        system: SystemScript::None,
        image: Image::default_profile(),
    };
    let analysis = Arc::new(Analysis::new(syntax::parse(&Arc::from(script)), surroundings));
    let mut document = ManifestDocument::new(manifest.recovered());
    document.add("script.py".to_owned(), ScriptRole::Draft, analysis);
    document
}

fn files() -> Vec<String> {
    ["lib/more.py", "script.py", "système.py"].map(str::to_owned).to_vec()
}

fn items(marked: &str) -> Vec<CompletionItem> {
    let (text, offset) = unmark(marked);
    complete(&document(&text, SCRIPT), &files, offset)
}

fn labels(marked: &str) -> Vec<String> {
    items(marked).into_iter().map(|item| item.label).collect()
}

/// The text after taking the item with this label, as an editor without snippets has it.
#[track_caller]
fn taken(marked: &str, label: &str) -> String {
    let (text, _) = unmark(marked);
    let items = items(marked);
    let item = items.iter().find(|item| item.label == label).unwrap_or_else(|| panic!("{label} in {items:#?}"));
    let replaced = &text[item.range.start().to_usize()..item.range.end().to_usize()];
    let typed = replaced.trim_end_matches('"');
    assert!(item.filter.starts_with(typed), "editors compare {:?} with {typed:?}", item.filter);
    apply(&text, &[Edit::replace(item.range, item.plain_insert())])
}

#[test]
fn keys_that_fit_and_are_not_there_yet() {
    assert_eq!(
        labels(r#"{"version": 1, "kind": "utility", $0}"#),
        ["commands", "$schema", "name", "internalName", "systemScript", "libraries"]
    );
    assert_eq!(labels(r#"{$0}"#)[0], "version, kind, commands");
    let keys = labels(r#"{"commands": [{"internalName": "A", "$0"}]}"#);
    assert!(keys.contains(&"inputs".to_owned()) && !keys.contains(&"internalName".to_owned()), "{keys:?}");
    for absent in ["category", "script", "liveScript", "eventFieldMapping"] {
        assert!(!keys.contains(&absent.to_owned()), "{absent}");
    }
    let keys = labels(r#"{"kind": "utility", "commands": [{"internalName": "A", "$0"}]}"#);
    assert!(keys.contains(&"category".to_owned()), "{keys:?}");
    let keys = labels(r#"{"commands": [{"internalName": "fetchEvent", "$0"}]}"#);
    assert!(keys.contains(&"eventFieldMapping".to_owned()), "{keys:?}");
    assert_eq!(labels(r#"{"unknown": {$0}}"#), [""; 0]);
}

#[test]
fn a_key_brings_its_value_and_the_comma() {
    assert_eq!(taken(r#"{"ki$0"}"#, "kind"), r#"{"kind": "integration"}"#);
    assert_eq!(taken(r#"{"ki$0": "utility"}"#, "kind"), r#"{"kind": "utility"}"#);
    assert_eq!(taken("{\"ki$0\n\"name\": 1}", "kind"), "{\"kind\": \"integration\",\n\"name\": 1}");
    assert_eq!(taken(r#"{ki$0, "name": "🙂"}"#, "kind"), r#"{"kind": "integration", "name": "🙂"}"#);
    assert_eq!(taken("\u{feff}{\r\n\t$0\r\n}", "commands"), "\u{feff}{\r\n\t\"commands\": []\r\n}");
    assert_eq!(taken(r#"{"connection": [{$0}]}"#, "secret"), r#"{"connection": [{"secret": true}]}"#);
    assert_eq!(
        taken("{$0}", "version, kind, commands"),
        "{\"version\": 1,\n\"kind\": \"integration\",\n\"commands\": []}"
    );
    let new = taken("$0", "d3.json");
    assert!(Manifest::parse(Arc::from(new.as_str())).usable, "{new}");
}

#[test]
fn words_of_the_vocabularies() {
    assert_eq!(labels(r#"{"kind": "$0"}"#), ["integration", "utility"]);
    assert_eq!(taken(r#"{"kind": $0}"#, "utility"), r#"{"kind": "utility"}"#);
    assert_eq!(taken("{\"kind\": \"ut$0\n}", "utility"), "{\"kind\": \"utility\"\n}");
    assert_eq!(labels(r#"{"commands": [{"inputs": [{"required": $0}]}]}"#), ["true", "false"]);
    assert_eq!(labels(r#"{"commands": [{"features": ["Command Task", "$0"]}]}"#).len(), 4);
    assert_eq!(labels(r#"{"version": $0}"#), ["1"]);
    assert_eq!(
        labels(r#"{"connection": [{"displayName": "API Key"}, {"displayName": "Server $0"}]}"#)[0],
        "Server URL"
    );
    let status = r#"{"commands": [{"internalName": "fetchEvent", "outputs": {"returnData": [{"sampleData": "$0"}]}}]}"#;
    assert_eq!(labels(status).len(), 4);
    assert_eq!(labels(r#"{"name": "$0"}"#), [""; 0]);
}

#[test]
fn files_beside_the_manifest() {
    assert_eq!(labels(r#"{"script": "$0"}"#), ["lib/more.py", "script.py", "système.py"]);
    assert_eq!(labels(r#"{"systemScript": $0}"#), ["lib/more.py", "système.py", "null"]);
    assert_eq!(taken(r#"{"systemScript": "s$0"}"#, "système.py"), r#"{"systemScript": "système.py"}"#);
}

#[test]
fn names_of_the_script() {
    let names =
        labels(r#"{"kind": "integration", "commands": [{"internalName": "fetchEvent"}, {"internalName": "$0"}]}"#);
    assert_eq!(names[..2], ["CheckDevice", "Isolate"]);
    assert!(names.contains(&"TestConnection".to_owned()) && !names.contains(&"fetchEvent".to_owned()), "{names:?}");
    let inputs = r#"{"commands": [{"internalName": "CheckDevice", "inputs": [{"parameterName": "hostname"}, {"parameterName": "$0"}]}]}"#;
    assert_eq!(labels(inputs), ["maximum"]);
    // Half-typed: the last bracket is missing, and a comma.
    let inputs = r#"{"commands": [{"internalName": "CheckDevice" "inputs": [{"parameterName": "$0"#;
    assert_eq!(labels(inputs), ["hostname", "maximum"]);
    let documented = r#"{"commands": [{"internalName": "fetchEvent", "inputs": [{"parameterName": "StartTime"}, {"parameterName": "$0"}]}]}"#;
    assert_eq!(labels(documented)[0], "EndTime");
    assert_eq!(labels(r#"{"connection": [{"parameterName": "$0"}]}"#), ["apikey", "🙂token"]);
}

#[test]
fn whole_elements() {
    let marked = r#"{"commands": [$0]}"#;
    assert_eq!(
        taken(marked, "CheckDevice"),
        r#"{"commands": [{"internalName": "CheckDevice", "inputs": [{"parameterName": "hostname"}, {"parameterName": "maximum"}]}]}"#
    );
    assert_eq!(taken(marked, "command"), r#"{"commands": [{"internalName": ""}]}"#);
    assert_eq!(
        taken(r#"{"commands": [$0 {"internalName": "A"}]}"#, "Isolate"),
        r#"{"commands": [{"internalName": "Isolate", "inputs": [{"parameterName": "host"}]}, {"internalName": "A"}]}"#
    );
    assert_eq!(labels(r#"{"connection": [$0]}"#), ["apikey", "🙂token", "connection parameter"]);
    assert_eq!(
        taken(r#"{"commands": [{"eventFieldMapping": [$0]}]}"#, "field mapping"),
        r#"{"commands": [{"eventFieldMapping": [{"fieldName": "", "sourceField": ""}]}]}"#
    );
}

/// What hover says, below what it is about.
fn said(marked: &str) -> String {
    let (text, offset) = unmark(marked);
    match hover(&document(&text, SCRIPT), offset) {
        Some(hover) => {
            let about = &text[hover.range.start().to_usize()..hover.range.end().to_usize()];
            format!("[{about}]\n{}", hover.markdown)
        }
        None => "nothing".to_owned(),
    }
}

#[test]
fn hover_says_what_a_key_means_and_what_a_name_stands_for() {
    expect![[r#"
        [status]
        **`status`** text

        `Draft`: editable, runs only as a test. `Live`: what playbooks and schedules use. All Python commands of an integration have the same status.

        One of: Draft, Live

        Default: `Draft`"#]]
    .assert_eq(&said(r#"{"commands": [{"sta$0tus": "Live"}]}"#));
    assert!(said(r#"{"commands": [{"status": "Li$0ve"}]}"#).starts_with("[Live]\n**`status`** text"));
    assert!(said(r#"{"features": 1, "commands": [{"features": ["Command T$0ask"]}]}"#).contains("at least one"));
    assert!(said(r#"{"ki$0nd": "x"}"#).contains("text, required"));
    assert!(said(&ACME.replace("\"CheckDevice\"", "\"Check$0Device\"")).contains("Looks a device up."));
    assert!(said(&ACME.replace("\"hostname\"", "\"host$0name\"")).contains("Input 0, Text, required"));
    assert!(said(&ACME.replace("\"tenant_id\"", "\"tenant$0_id\"")).contains("Connection parameter"));
    assert_eq!(said(r#"{"unknown$0": 1}"#), "nothing");
    assert_eq!(said(r#"{"kind": "x"}$0"#), "nothing");
    assert_eq!(said("$0"), "nothing");
}

/// The texts of places, with their file.
fn shown(found: Vec<FileRange>, manifest: &str) -> Vec<String> {
    let text = |one: FileRange| {
        let range = one.range.start().to_usize()..one.range.end().to_usize();
        match one.file {
            File::Manifest => format!("{} at {} in d3.json", &manifest[range.clone()], range.start),
            File::Script(name) => format!("{} at {} in {name}", &SCRIPT[range.clone()], range.start),
        }
    };
    found.into_iter().map(text).collect()
}

/// The manifest with a marker behind the first letter of a name.
fn at(name: &str) -> (String, TextSize) {
    let (text, offset) = (ACME, ACME.find(&format!("\"{name}\"")).expect("the name is there") + 2);
    (text.to_owned(), TextSize::try_from(offset).expect("small"))
}

fn offset_of(word: &str) -> usize {
    SCRIPT.find(word).expect("the word is in the script")
}

fn defined(name: &str) -> Vec<String> {
    let (text, offset) = at(name);
    shown(definition(&document(&text, SCRIPT), offset), &text)
}

#[test]
fn definitions_lead_to_the_script() {
    assert_eq!(defined("CheckDevice"), ["CheckDevice at 4 in script.py"]);
    assert_eq!(defined("hostname"), ["hostname at 16 in script.py"]);
    // By place, as D3 passes them, whatever the name.
    assert_eq!(defined("limit"), ["maximum at 26 in script.py"]);
    assert_eq!(defined("EndTime"), [format!("args[1] at {} in script.py", offset_of("args[1]"))]);
    assert_eq!(defined("StartTime"), [""; 0]);
    assert_eq!(defined("API Key"), [format!("apikey at {} in script.py", offset_of("apikey"))]);
    assert_eq!(defined("TestConnection"), [""; 0]);
    let half = "{\"script\": \"script.py\", \"commands\": [{\"internalName\": \"CheckDevice\", \"inputs\": [{\"parameterName\": \"maximum";
    let document = document(half, SCRIPT);
    let found = |word: &str| {
        let offset = TextSize::try_from(half.find(word).expect("there") + 1).expect("small");
        shown(definition(&document, offset), half)
    };
    assert_eq!(found("CheckDevice"), ["CheckDevice at 4 in script.py"]);
    assert_eq!(found("maximum"), ["hostname at 16 in script.py"]);
    assert_eq!(found("script.py"), [" at 0 in script.py"]);
}

#[test]
fn references_reach_both_files() {
    let referenced = |name: &str| {
        let (text, offset) = at(name);
        shown(references(&document(&text, SCRIPT), offset), &text).join(", ")
    };
    let place = |name: &str| ACME.find(&format!("\"{name}\"")).expect("there") + 1;
    assert_eq!(
        referenced("CheckDevice"),
        format!(
            "CheckDevice at {} in d3.json, CheckDevice at 4 in script.py, CheckDevice at 102 in script.py",
            place("CheckDevice")
        )
    );
    assert_eq!(referenced("limit"), format!("limit at {} in d3.json, maximum at 26 in script.py", place("limit")));
    assert_eq!(
        referenced("EndTime"),
        format!("EndTime at {} in d3.json, args[1] at {} in script.py", place("EndTime"), offset_of("args[1]"))
    );
    assert_eq!(
        referenced("API Key"),
        format!("API Key at {} in d3.json, apikey at {} in script.py", place("API Key"), offset_of("apikey"))
    );
}

/// The manifest and the script after a rename.
fn renamed(manifest: &str, name: &str, to: &str) -> Result<(String, String), String> {
    let offset = TextSize::try_from(manifest.find(&format!("\"{name}\"")).expect("there") + 2).expect("small");
    let document = document(manifest, SCRIPT);
    let edits = rename(&document, offset, to)?;
    let of = |wanted: File| -> Vec<Edit> {
        edits.iter().filter(|(file, _)| *file == wanted).map(|(_, edit)| edit.clone()).collect()
    };
    let script = of(File::Script("script.py".to_owned()));
    Ok((apply(manifest, &of(File::Manifest)), apply(SCRIPT, &script)))
}

#[test]
fn the_same_name_changes_nothing() {
    for name in ["CheckDevice", "hostname", "tenant_id"] {
        assert_eq!(renamed(ACME, name, name), Ok((ACME.to_owned(), SCRIPT.to_owned())));
    }
}

#[test]
fn rename_edits_both_files() {
    let (manifest, script) = renamed(ACME, "CheckDevice", "LookUp").expect("renamed");
    assert_eq!(manifest, ACME.replace("\"CheckDevice\"", "\"LookUp\""));
    assert_eq!(script, SCRIPT.replace("CheckDevice", "LookUp"));
    let (manifest, script) = renamed(ACME, "hostname", "host").expect("renamed");
    assert_eq!(manifest, ACME.replace("\"hostname\"", "\"host\""));
    assert_eq!(script, SCRIPT.replacen("hostname", "host", 1));
    // The function calls it something else: that stays.
    let (manifest, script) = renamed(ACME, "limit", "most").expect("renamed");
    assert_eq!((manifest, script), (ACME.replace("\"limit\"", "\"most\""), SCRIPT.to_owned()));
    let (manifest, script) = renamed(ACME, "tenant_id", "tenant").expect("renamed");
    assert_eq!((manifest, script), (ACME.replace("\"tenant_id\"", "\"tenant\""), SCRIPT.to_owned()));
    // No function yet.
    let waiting = ACME.replace("TestConnection", "Wait");
    let (manifest, _) = renamed(&waiting, "Wait", "Ping").expect("renamed");
    assert_eq!(manifest, waiting.replace("\"Wait\"", "\"Ping\""));
    assert_eq!(renamed(ACME, "TestConnection", "Ping").expect_err("refused"), "D3 calls `TestConnection` by this name");
}

#[test]
fn a_utility_command_keeps_its_script() {
    let manifest = r#"{"version": 1, "kind": "utility", "commands": [{"internalName": "Other"}]}"#;
    let (manifest, _) = renamed(manifest, "Other", "Join").expect("renamed");
    assert_eq!(
        manifest,
        r#"{"version": 1, "kind": "utility", "commands": [{"internalName": "Join", "script": "Other.py"}]}"#
    );
}

#[test]
fn rename_says_why_not() {
    let why = |name: &str, to: &str| renamed(ACME, name, to).expect_err("refused");
    assert_eq!(why("CheckDevice", "fetchEvent"), "the manifest has a command `fetchEvent` already");
    assert_eq!(why("CheckDevice", "args"), "`args` is reserved for D3's playbook engine");
    assert_eq!(why("CheckDevice", "a b"), "`a b` is no name in Python");
    assert_eq!(why("hostname", "limit"), "the command has an input `limit` already");
    assert_eq!(why("limit", "hostname"), "the command has an input `hostname` already");
    assert_eq!(why("hostname", "maximum"), "`maximum` is taken, or `hostname` is shared between scopes");
    assert_eq!(why("tenant_id", "apikey"), "there is a connection parameter `apikey` already");
    assert_eq!(why("tenant_id", "Tenant ID"), "a connection key is in lower case without spaces");
    assert_eq!(
        why("API Key", "token"),
        "this is the name that D3 shows, and `apikey` comes from it; rename it in the script"
    );
    assert_eq!(why("Acme EDR", "x"), "there is no name here that can be renamed");
    let broken = document(r#"{"commands": [{"internalName": "A"}"#, SCRIPT);
    assert_eq!(
        renameable(&broken, TextSize::new(33)).expect_err("refused"),
        "the manifest is not complete; mend it first"
    );
    let (_, offset) = at("CheckDevice");
    assert_eq!(
        renameable(&document(ACME, SCRIPT), offset)
            .map(|range| &ACME[range.start().to_usize()..range.end().to_usize()]),
        Ok("CheckDevice")
    );
}

#[test]
fn symbols_in_half_typed_text_too() {
    let lines = |text: &str| {
        let mut lines = Vec::new();
        for symbol in symbols(&document(text, SCRIPT)) {
            assert!(symbol.range.contains_range(symbol.selection));
            let children: Vec<_> = symbol.children.iter().map(|child| child.name.as_str()).collect();
            let detail = symbol.detail.as_deref().unwrap_or("-");
            lines.push(format!("{:?} {} ({detail}) [{}]", symbol.kind, symbol.name, children.join(" ")));
        }
        lines.join("\n")
    };
    let expected = expect![[r#"
        ConnectionParameter serverurl (Server URL, Text) []
        ConnectionParameter apikey (API Key, Text) []
        ConnectionParameter tenant_id (Tenant ID, Text) []
        Command TestConnection (-) []
        Command CheckDevice (Check Device) [hostname limit]
        Command fetchEvent (-) [StartTime EndTime]"#]];
    expected.assert_eq(&lines(ACME));
    let half = ACME.trim_end().trim_end_matches('}').replace("\"kind\": \"integration\",", "\"kind\": ");
    expected.assert_eq(&lines(&half));
}

#[test]
fn links_are_paths_that_are_written_out() {
    let links =
        |text: &str| -> Vec<String> { links(&document(text, SCRIPT)).into_iter().map(|link| link.target).collect() };
    assert_eq!(
        links(r#"{"$schema": "d3.schema.json", "script": "a/b.py", "systemScript": null, "liveScript": "é.py"}"#),
        ["d3.schema.json", "a/b.py", "é.py"]
    );
    assert_eq!(links(r#"{"kind": "utility", "commands": [{"internalName": "A"}, {"script": "b.py"}]}"#), ["b.py"]);
}

#[test]
fn no_prefix_is_a_problem() {
    for (end, _) in ACME.char_indices() {
        let document = document(&ACME[..end], SCRIPT);
        for offset in [end, end / 2] {
            let offset = TextSize::try_from(offset).expect("small");
            complete(&document, &files, offset);
            hover(&document, offset);
            definition(&document, offset);
            references(&document, offset);
            assert!(rename(&document, offset, "x").is_err());
        }
        symbols(&document);
        links(&document);
    }
}

#[test]
fn libraries_are_what_the_scripts_import_and_the_image_lacks() {
    let script = "import json, acme_sdk.auth, requests\nfrom helper import x\nfrom zlib2 import y\nfrom . import z\n";
    let labels = |marked: &str| {
        let (text, offset) = unmark(marked);
        let files = || vec!["helper.py".to_owned(), "script.py".to_owned()];
        let items = complete(&document(&text, script), &files, offset);
        items.into_iter().map(|item| item.label).collect::<Vec<_>>()
    };
    assert_eq!(labels(r#"{"libraries": ["$0"]}"#), ["acme_sdk", "zlib2"]);
    assert_eq!(labels(r#"{"libraries": ["acme_sdk", $0]}"#), ["zlib2"]);
}

#[test]
fn json_paths_come_from_the_sample_of_the_raw_data() {
    let outputs = |rest: &str| {
        format!(
            r#"{{"commands": [{{"internalName": "fetchEvent", "outputs": {{"rawData": [{{"type": "JSON Object", "sampleData": {{"results": [{{"id": 7, "a b": {{"x'y": null}}}}], "next": ""}}}}], "keyFields": [{{"name": "id", "jsonPath": "$0"}}]}}{rest}}}]}}"#
        )
    };
    let marked = outputs("");
    let (text, offset) = unmark(&marked);
    let items = complete(&document(&text, SCRIPT), &files, offset);
    let shown: Vec<_> = items.iter().map(|item| (item.label.as_str(), item.detail.as_deref())).collect();
    let wanted = [
        ("$.results", Some("list")),
        ("$.results[*]", Some("object")),
        ("$.results[*].id", Some("7")),
        ("$.results[*]['a b']", Some("object")),
        ("$.results[*]['a b']['x\\'y']", Some("null")),
        ("$.next", Some("\"\"")),
    ];
    for one in wanted {
        assert!(shown.contains(&one), "{one:?} in {shown:?}");
    }
    assert_eq!(shown.len(), wanted.len());
    for (path, _) in shown {
        assert_eq!(crate::manifest::json_path::check(path), None, "{path}");
    }
    // An event is one of the items, so its paths begin there.
    let marked = outputs(r#", "eventFieldMapping": [{"fieldName": "Id", "sourceField": "$1"}]"#);
    let marked = marked.replace("$0", "$").replace("$1", "$0");
    assert_eq!(labels(&marked), ["$.id", "$['a b']", "$['a b']['x\\'y']"]);
}

/// Drafts, Live and system scripts of one manifest.
#[test]
fn references_cover_live_and_system_scripts() {
    let manifest = ACME.replacen("\"version\": 1,", "\"version\": 1, \"liveScript\": \"live.py\",", 1);
    let mut document = document(&manifest, SCRIPT);
    let analysed = |text: &str| {
        let (_, draft) = &document.scripts[0];
        let surroundings = draft.surroundings();
        let surroundings = Surroundings {
            kind: surroundings.kind,
            script: Some("live.py".to_owned()),
            manifest: surroundings.manifest.clone(),
            system: SystemScript::None,
            image: Arc::clone(&surroundings.image),
        };
        Arc::new(Analysis::new(syntax::parse(&Arc::from(text)), surroundings))
    };
    let live = analysed("def CheckDevice(limit, hostname):\n    return runtime['connector']['apikey'], hostname\n");
    document.add("live.py".to_owned(), ScriptRole::Live, live);
    let found = |word: &str| {
        let at = manifest.find(word).expect("the word") + 1;
        let found = references(&document, TextSize::try_from(at).expect("small"));
        let shown = |one: FileRange| {
            let scripts = document.scripts.iter().chain(&document.records);
            let script = scripts.clone().find(|(name, _)| one.file == File::Script(name.clone()));
            let Some((name, analysis)) = script else { return "manifest".to_owned() };
            let text = &analysis.parsed().text;
            let line = text[..one.range.start().to_usize()].lines().count();
            format!("{} in {name} {line}", &text[one.range.start().to_usize()..one.range.end().to_usize()])
        };
        found.into_iter().map(shown).collect::<Vec<_>>()
    };
    assert_eq!(found("API Key\""), ["manifest", "apikey in live.py 2", "apikey in script.py 3"]);
    assert_eq!(
        found("CheckDevice\""),
        ["manifest", "CheckDevice in live.py 1", "CheckDevice in script.py 1", "CheckDevice in script.py 3"]
    );
    // By its name, whatever its place was when it was submitted.
    assert_eq!(
        found("hostname\""),
        ["manifest", "hostname in live.py 1", "hostname in live.py 2", "hostname in script.py 1"]
    );
}
