//! Tests of navigation, signatures, hints, symbols and lenses.

use std::sync::Arc;

use expect_test::expect;

use super::support::{ACME, acme, alone, system, unmark, with_manifest};
use crate::diagnostic::Place;
use crate::ide::{
    LensAction, Location, Symbol, actions, definition, highlights, hints, hover, lenses, manifest_actions, references,
    rename, signature, symbols, system_name,
};
use crate::image::Image;
use crate::manifest::{Kind, Manifest};
use crate::semantic::{Analysis, Surroundings, SystemScript};
use crate::syntax;
use crate::text::{Edit, TextRange, TextSize, apply};

const SCRIPT: &str = "\
def CheckDevice(hostname, limit=1):
    conn = runtime['connector']
    key = conn.get('apikey', '') or conn['apikey']
    for limit in range(3):
        pb.log(hostname)
    other = D3.Integration.AcmeEDR.CheckDevice('a', 1)
    return pb.returnOutputModel(other, 'Successful', '', '', key, '')


def fetchEvent(*args):
    start, end = args[0], args[1]
    return _model(start)


def _model(value):
    return pb.returnOutputModel(value, 'Failed', '', '', '', errors='x')
";

/// The script with the cursor before the `nth` (from 0) `word`.
fn cursor(word: &str, nth: usize) -> (Analysis, TextSize) {
    let (at, _) = SCRIPT.match_indices(word).nth(nth).expect("the word is in the script");
    (acme(SCRIPT), TextSize::try_from(at).expect("small"))
}

/// Where the places are: the text and its offset's line from 1; in the manifest, the text alone.
fn shown(places: Vec<Location>) -> Vec<String> {
    let text = |place: &Location| match place.place {
        Place::Script => {
            let line = SCRIPT[..place.range.start().to_usize()].lines().count();
            format!("{} in {line}", &SCRIPT[place.range.start().to_usize()..place.range.end().to_usize()])
        }
        _ => format!("{} in {:?}", &ACME[place.range.start().to_usize()..place.range.end().to_usize()], place.place),
    };
    places.iter().map(text).collect()
}

fn defined(word: &str, nth: usize) -> Vec<String> {
    let (analysis, offset) = cursor(word, nth);
    shown(definition(&analysis, offset))
}

fn referenced(word: &str, nth: usize) -> Vec<String> {
    let (analysis, offset) = cursor(word, nth);
    shown(references(&analysis, offset))
}

#[test]
fn definitions_lead_to_the_script_and_its_manifest() {
    assert_eq!(defined("apikey", 0), ["API Key in Manifest"]);
    assert_eq!(defined("CheckDevice(hostname", 0), ["CheckDevice in Manifest"]);
    assert_eq!(defined("CheckDevice('a'", 0), ["CheckDevice in 1"]);
    assert_eq!(defined("hostname", 0), ["hostname in Manifest"]);
    assert_eq!(defined("hostname)", 0), ["hostname in 1"]);
    assert_eq!(defined("_model(start", 0), ["_model in 15"]);
    assert_eq!(defined("0]", 0), ["StartTime in Manifest"]);
    assert_eq!(defined("'Failed'", 0), [""; 0]);
    assert_eq!(defined("log(", 0), [""; 0]);
}

#[test]
fn references_cover_all_that_means_the_same() {
    assert_eq!(referenced("apikey", 1), ["apikey in 3", "apikey in 3", "API Key in Manifest"]);
    assert_eq!(referenced("CheckDevice('a'", 0), ["CheckDevice in 1", "CheckDevice in 6", "CheckDevice in Manifest"]);
    assert_eq!(referenced("hostname", 0), ["hostname in 1", "hostname in 5", "hostname in Manifest"]);
    assert_eq!(referenced("key =", 0), ["key in 3", "key in 7"]);
    let (analysis, offset) = cursor("conn =", 0);
    assert_eq!(highlights(&analysis, offset).len(), 3);
}

#[test]
fn the_system_script_is_a_place_too() {
    let text = "call(1)\n\n\ndef f():\n    return call(2)\n";
    let analysis = with_manifest(text, ACME, system("def call(x): pass\n"));
    let found = definition(&analysis, TextSize::new(1));
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].place, found[0].range.start().to_u32()), (Place::SystemScript, 4));
    assert_eq!(references(&analysis, TextSize::new(1)).len(), 3);
    let overriding = "def call(x, y): pass\n";
    let system = "def call(x): pass\ndef other(): call(1)\n";
    let analysis = with_manifest(overriding, ACME, self::system(system));
    let found = references(&analysis, TextSize::new(5));
    assert_eq!(found.iter().filter(|one| one.place == Place::SystemScript).count(), 2);
    assert_eq!(found.len(), 3);
}

#[test]
fn a_use_is_told_from_what_declares() {
    let uses = |word: &str, nth: usize| {
        let (analysis, offset) = cursor(word, nth);
        shown(references(&analysis, offset).into_iter().filter(|one| !one.declares).collect())
    };
    assert_eq!(uses("CheckDevice", 0), ["CheckDevice in 6"]);
    assert_eq!(uses("hostname", 0), ["hostname in 5"]);
    assert_eq!(uses("apikey", 0), ["apikey in 3", "apikey in 3"]);
    assert_eq!(uses("key =", 0), ["key in 7"]);
    let text = "x = 1\nx += 1\ndel x\n";
    let found = references(&acme(text), TextSize::new(0));
    let declares: Vec<_> = found.iter().map(|one| (one.range.start().to_u32(), one.declares)).collect();
    assert_eq!(declares, [(0, true), (6, false), (17, false)]);
}

#[test]
fn inputs_by_place_and_by_name() {
    let text = "def CheckDevice(first, *rest):\n    a = rest[0]; b = rest[0]\n    D3.Integration.AcmeEDR.CheckDevice(limit=1)\n";
    let analysis = acme(text);
    let places = |found: Vec<Location>| -> Vec<String> {
        let name = |one: Location| match one.place {
            Place::Script => text[one.range.start().to_usize()..one.range.end().to_usize()].to_owned(),
            _ => ACME[one.range.start().to_usize()..one.range.end().to_usize()].to_owned(),
        };
        found.into_iter().map(name).collect()
    };
    // What comes before `*rest` takes the first inputs.
    let at = TextSize::try_from(text.find("0]").expect("the place")).expect("small");
    assert_eq!(places(definition(&analysis, at)), ["limit"]);
    assert_eq!(places(references(&analysis, at)), ["rest[0]", "rest[0]", "limit", "limit"]);
    let why = rename(&analysis, at, "x").expect_err("refused");
    assert_eq!(why, "rename the input `limit` in the manifest");
    let whole = TextRange::up_to(TextSize::of(text));
    assert_eq!(hints(&analysis, whole).into_iter().map(|hint| hint.label).collect::<Vec<_>>(), ["limit", "limit"]);
    // A D3 call may name its inputs.
    let named = TextSize::try_from(text.find("limit=").expect("the name")).expect("small");
    assert_eq!(places(definition(&analysis, named)), ["limit"]);
    assert_eq!(places(references(&analysis, named)), ["rest[0]", "rest[0]", "limit", "limit"]);
    assert!(hover(&analysis, named).expect("a text").markdown.contains("Number"));
    let (script, _) = renamed(
        "def CheckDevice(hostname, limit): pass\nx = D3.Integration.AcmeEDR.CheckDevice(host$0name=1, limit=2)\n",
        "device",
    )
    .expect("renamed");
    assert_eq!(
        script,
        "def CheckDevice(device, limit): pass\nx = D3.Integration.AcmeEDR.CheckDevice(device=1, limit=2)\n"
    );
}

/// The signature with the active parameter in brackets.
fn signed(marked: &str) -> Option<String> {
    let (text, offset) = unmark(marked);
    let found = signature(&acme(&text), offset)?;
    let Some(active) = found.active else { return Some(found.label) };
    let (from, to) = found.parameters[active].label;
    Some(format!("{}[{}]{}", &found.label[..from], &found.label[from..to], &found.label[to..]))
}

#[test]
fn signatures_follow_the_cursor() {
    let equals = "D3.Utility.equals<Text>(Input 1, [Input 2])";
    for form in [
        "D3.Utility.equals<Text>('a', $0)",
        "D3.Utility.equals<Text>('a', $0",
        "D3.Utility.equals<Text>('a', 'b$0')",
        "D3.Utility.equals<Text>('a', '$0",
        "D3.Utility.equals<Text>('a', 'b'$0)",
        "D3.Utility.equals<Text>(a, b[1]$0)",
        "D3.Utility.equals<Text>(a, f(1, 2)$0",
        "D3.Utility.equals<Text>(f('x', 1), y$0)",
        "x = {'a': [D3.Utility.equals<Text>('é',\n  $0",
        "f\"{D3.Utility.equals<Text>('a', $0)}\"",
        "def g():\n    D3.Utility.equals<Text>('a', $0\n    return 1\n",
    ] {
        assert_eq!(signed(form).as_deref(), Some(equals), "{form}");
    }
    assert_eq!(
        signed("D3.Integration.AcmeEDR.CheckDevice($0").as_deref(),
        Some("D3.Integration.AcmeEDR.CheckDevice([hostname], limit)")
    );
    assert_eq!(signed("D3.Utility.GetUTCTimeNow<>($0)").as_deref(), Some("D3.Utility.GetUTCTimeNow<>()"));
    assert_eq!(
        signed("pb.returnOutputModel(a, b, errors=$0)").as_deref(),
        Some("pb.returnOutputModel(result, returnData, keyFields, contextData, rawData, [errors], passdownData)")
    );
    assert_eq!(signed("pb.log($0").as_deref(), Some("pb.log([message])"));
    assert_eq!(signed("def helper(a, *rest): pass\nhelper(1, 2, 3, $0)").as_deref(), Some("helper(a, [*rest])"));
    assert_eq!(signed("def helper(a): pass\nhelper(1, $0)").as_deref(), Some("helper(a)"));
    let (text, offset) = unmark("call(1, $0)");
    let analysis = with_manifest(&text, ACME, system("def call(url, timeout=5, *, key=None): pass\n"));
    let found = signature(&analysis, offset).expect("a signature");
    assert_eq!((found.label.as_str(), found.active), ("call(url, timeout, *, key)", Some(1)));
    for form in ["$0f(1)", "print($0)", "x = (1, $0)", "pb.log('x')$0", "# pb.log($0", "pb.l$0og('x')"] {
        assert_eq!(signed(form), None, "{form}");
    }
}

#[test]
fn hints_name_what_stands_by_place() {
    let whole = TextRange::up_to(TextSize::of(SCRIPT));
    let shown: String = hints(&acme(SCRIPT), whole)
        .iter()
        .map(|hint| {
            let offset = hint.offset.to_usize();
            let line = SCRIPT[..offset].lines().count();
            let near = if hint.behind {
                &SCRIPT[offset - 7..offset]
            } else {
                SCRIPT[offset..].split([',', ')']).next().unwrap_or_default()
            };
            format!("{line}: {} {near}\n", hint.label)
        })
        .collect();
    expect![[r#"
        7: result= other
        7: returnData= 'Successful'
        7: keyFields= ''
        7: contextData= ''
        7: rawData= key
        7: errors= ''
        11: StartTime args[0]
        11: EndTime args[1]
        16: result= value
        16: returnData= 'Failed'
        16: keyFields= ''
        16: contextData= ''
        16: rawData= ''
    "#]]
    .assert_eq(&shown);
    assert_eq!(hints(&acme(SCRIPT), TextRange::up_to(TextSize::new(40))), []);
    let named = "pb.returnOutputModel(result, returnData, '', '', rawData, errors)";
    assert_eq!(hints(&acme(named), TextRange::up_to(TextSize::of(named))).len(), 2);
}

#[test]
fn symbols_tell_commands_from_helpers() {
    let text = "LIMIT = 1\nclass Client:\n    def get(self): pass\nif LIMIT:\n    def _one(): pass\ndef CheckDevice(a, b):\n    def inner(): pass\n    return 1\ndef \n";
    fn lines(symbols: &[Symbol], depth: usize, shown: &mut String) {
        for symbol in symbols {
            let detail = symbol.detail.as_deref().unwrap_or_default();
            shown.push_str(format!("{}{:?} {} {detail}", "  ".repeat(depth), symbol.kind, symbol.name).trim_end());
            shown.push('\n');
            lines(&symbol.children, depth + 1, shown);
        }
    }
    let mut shown = String::new();
    lines(&symbols(&acme(text)), 0, &mut shown);
    expect![[r#"
        Variable LIMIT
        Class Client
          Method get
        Function _one
        Command CheckDevice Check Device
          Function inner
    "#]]
    .assert_eq(&shown);
}

#[test]
fn lenses_stand_above_commands_and_overrides() {
    let text = "def call(): pass\ndef CheckDevice(a, b): pass\ndef helper(): pass\ndef TestConnection(): pass\n";
    let manifest =
        ACME.replace("\"internalName\": \"CheckDevice\"", "\"internalName\": \"CheckDevice\", \"status\": \"Live\"");
    let analysis = with_manifest(text, &manifest, system("def call(): pass\n"));
    let cases = |command: &str| if command == "CheckDevice" { 3 } else { 0 };
    let shown = lenses(&analysis, &cases).into_iter();
    let shown: Vec<_> = shown.map(|lens| format!("{}: {}", analysis.parsed().slice(lens.range), lens.title)).collect();
    expect![[r#"
        call: Overrides the system script's call
        CheckDevice: Run
        CheckDevice: Test (3)
        CheckDevice: Live
        CheckDevice: hostname: Text, limit?: Number
        TestConnection: Run
        TestConnection: Draft
        TestConnection: No inputs"#]]
    .assert_eq(&shown.join("\n"));
    // Without a manifest, what gives back an output model looks like a command.
    let alone = alone("def helper(): pass\ndef Check(): return pb.returnOutputModel('', '', '', '', '', '')\n", None);
    let actions: Vec<_> = lenses(&alone, &cases).into_iter().filter_map(|lens| lens.action).collect();
    assert_eq!(actions, [LensAction::Run("Check".to_owned())]);
}

/// The script and the manifest after a rename.
fn renamed(marked: &str, to: &str) -> Result<(String, String), String> {
    let (text, offset) = unmark(marked);
    let edits = rename(&acme(&text), offset, to)?;
    let of = |wanted: Place| -> Vec<Edit> {
        edits.iter().filter(|(place, _)| *place == wanted).map(|(_, edit)| edit.clone()).collect()
    };
    Ok((apply(&text, &of(Place::Script)), apply(ACME, &of(Place::Manifest))))
}

#[test]
fn rename_edits_script_and_manifest_at_once() {
    let (script, manifest) =
        renamed("def Check$0Device(a, b): pass\nx = D3.Integration.AcmeEDR.CheckDevice(1, 2)\n", "LookUp")
            .expect("renamed");
    assert_eq!(script, "def LookUp(a, b): pass\nx = D3.Integration.AcmeEDR.LookUp(1, 2)\n");
    assert_eq!(manifest, ACME.replace("\"internalName\": \"CheckDevice\"", "\"internalName\": \"LookUp\""));

    let (script, manifest) =
        renamed("def CheckDevice(hostname, limit):\n    return host$0name\n", "host").expect("renamed");
    assert_eq!(script, "def CheckDevice(host, limit):\n    return host\n");
    assert_eq!(manifest, ACME.replace("\"parameterName\": \"hostname\"", "\"parameterName\": \"host\""));

    let (script, manifest) =
        renamed("c = runtime['connector']\nc.get('tenant$0_id', c['tenant_id'])\n", "tenant").expect("renamed");
    assert_eq!(script, "c = runtime['connector']\nc.get('tenant', c['tenant'])\n");
    assert_eq!(manifest, ACME.replace("\"parameterName\": \"tenant_id\"", "\"parameterName\": \"tenant\""));

    // A key that comes from the display name gets a name of its own.
    let (_, manifest) = renamed("x = runtime['connector']['api$0key']", "token").expect("renamed");
    let manifest = crate::manifest::Manifest::parse(std::sync::Arc::from(manifest));
    assert!(manifest.errors.is_empty(), "{:?}", manifest.errors);
    assert_eq!(manifest.connection[1].parameter_name.value, "token");
    assert_eq!(manifest.connection[1].display_name.as_ref().map(|name| &*name.value), Some("API Key"));

    let (script, _) = renamed("def _m(a$0, b): return a\n_m(b=1, a=2)\n", "c").expect("renamed");
    assert_eq!(script, "def _m(c, b): return c\n_m(b=1, c=2)\n");

    let class =
        "class Client:\n    def __init__(self, *, key): self.key = key\n    def send(self, body): return body\n";
    let calls = "c = Client(key=1)\nc.send(body=2)\n";
    let (script, _) = renamed(&format!("{class}{calls}").replace("*, key", "*, ke$0y"), "token").expect("renamed");
    assert_eq!(
        script,
        format!("{class}{calls}").replace("*, key", "*, token").replace("= key", "= token").replace("(key=", "(token=")
    );
    let (script, _) = renamed(&format!("{class}{calls}").replace("body)", "bo$0dy)"), "data").expect("renamed");
    assert_eq!(script, format!("{class}{calls}").replace("body", "data"));
}

#[test]
fn the_same_name_changes_nothing() {
    for (marked, name) in [
        ("def Check$0Device(hostname, limit): pass", "CheckDevice"),
        ("def CheckDevice(host$0name, limit): pass", "hostname"),
        ("runtime['connector']['api$0key']", "apikey"),
        ("x$0 = 1", "x"),
    ] {
        let (text, offset) = unmark(marked);
        assert_eq!(rename(&acme(&text), offset, name), Ok(vec![]), "{marked}");
    }
}

#[test]
fn rename_says_why_not() {
    let why = |marked: &str, to: &str| renamed(marked, to).expect_err("refused");
    assert_eq!(why("def Check$0Device(a, b): pass", "args"), "`args` is reserved for D3's playbook engine");
    assert_eq!(why("def Check$0Device(a, b): pass", "fetchEvent"), "the manifest has a command `fetchEvent` already");
    assert_eq!(why("def f$0(): pass", "class"), "`class` is no name in Python");
    assert_eq!(why("def f$0(): pass", "a b"), "`a b` is no name in Python");
    assert_eq!(why("x$0 = 1\ny = 2", "y"), "`y` is taken, or `x` is shared between scopes");
    assert_eq!(
        why("runtime['connector']['api$0key']", "serverurl"),
        "there is a connection parameter `serverurl` already"
    );
    assert_eq!(why("runtime['connector']['api$0key']", "API Key"), "a connection key is in lower case without spaces");
    assert_eq!(why("p$0b.log(1)", "x"), "`pb` is D3's own name");
    assert_eq!(why("$0 + 1", "x"), "there is no name here that can be renamed");
    assert_eq!(why("import os\no$0s.getcwd()", "x"), "`os` is imported, and its module calls it so");
    assert_eq!(
        why("m = lambda err$0or: error\nm(error=1)\n", "x"),
        "something is given as `error`, and it can't be told whether to this lambda"
    );
    let (script, _) = renamed("m = lambda err$0or: error\nm(1)\n", "x").expect("renamed");
    assert_eq!(script, "m = lambda x: x\nm(1)\n");
    assert_eq!(why("def fetch$0Event(a, b): pass", "x"), "D3 calls `fetchEvent` by this name");
    let class = "class Client:\n    def send(self, body): pass\nother().send(body=1)\n";
    assert_eq!(
        why(&class.replace("def send", "def se$0nd"), "x"),
        "`send` belongs to a class, and where it is used can't be told for certain"
    );
    assert_eq!(
        why(&class.replace("body)", "bo$0dy)"), "x"),
        "something is given to a `send` as `body`, and it can't be told whether to this one"
    );
    let other = "something is given as `a`, and it can't be told whether to `f`, which has another name too";
    assert_eq!(why("def f(a$0): pass\ng = f\ng(a=2)\n", "x"), other);
    assert_eq!(why("from functools import partial\ndef f(a$0): pass\ng = partial(f, a=1)\n", "x"), other);
    assert_eq!(why("def f(a$0): pass\nT = {'x': f}\nT['x'](a=2)\n", "x"), other);
    let (script, _) = renamed("def f(a$0): pass\ng = f\ng(2)\n", "x").expect("renamed");
    assert_eq!(script, "def f(x): pass\ng = f\ng(2)\n");
    let text = "a text in an annotation or in `__all__` holds `A`; rename it there by hand first";
    assert_eq!(why("class A$0: pass\ndef f(x: 'List[A]'): pass\n", "B"), text);
    assert_eq!(why("__all__ = ['A']\nclass A$0: pass\n", "B"), text);
    let analysis = with_manifest("call(1)\nx = 1\n", ACME, system("def call(x): pass\n"));
    let why = |offset: u32, to: &str| rename(&analysis, offset.into(), to).expect_err("refused");
    assert_eq!(why(1, "x"), "`call` is defined in the system script, which D3 does not let you edit");
    assert_eq!(why(8, "call"), "`call` would override the system script's");
}

/// The manifest with a Live script and a system script.
fn with_records() -> String {
    let names = "\"version\": 1, \"liveScript\": \"live.py\", \"systemScript\": \"system.py\",";
    ACME.replacen("\"version\": 1,", names, 1)
}

/// An analysis of one of the scripts of that manifest.
fn record(script: &str, text: &str) -> Analysis {
    let surroundings = Surroundings {
        kind: Some(Kind::Integration),
        script: Some(script.to_owned()),
        manifest: Some(Arc::new(Manifest::parse(Arc::from(with_records())))),
        system: SystemScript::None,
        image: Image::default_profile(),
    };
    Analysis::new(syntax::parse(&Arc::from(text)), surroundings)
}

/// The manifest has the inputs of the draft; those of a Live script may have been others.
#[test]
fn a_live_script_knows_inputs_by_their_names() {
    let text = "def CheckDevice(limit, host):\n    pass\n\n\ndef fetchEvent(*args):\n    return args[0]\n";
    let at = |word: &str| TextSize::try_from(text.find(word).expect("the word")).expect("small");
    let live = record("live.py", text);
    let manifest = with_records();
    let named = |word: &str| -> Vec<String> {
        let found = definition(&live, at(word)).into_iter().filter(|one| one.place == Place::Manifest);
        found.map(|one| manifest[one.range.start().to_usize()..one.range.end().to_usize()].to_owned()).collect()
    };
    assert_eq!(named("limit"), ["limit"]);
    assert_eq!(named("host"), [""; 0]);
    assert_eq!(named("0]"), [""; 0]);
    assert_eq!(hover(&live, at("host")), None);
    let command = hover(&live, at("CheckDevice")).expect("a text").markdown;
    assert!(command.ends_with("The manifest tells of the draft; this is the Live script."), "{command}");
    assert_eq!(hints(&live, TextRange::up_to(TextSize::of(text))), []);
    let titles: Vec<_> = lenses(&live, &|_| 0).into_iter().map(|lens| lens.title).collect();
    assert_eq!(titles, ["Run", "Live", "Run", "Live"]);
    let draft = record("script.py", text);
    assert_eq!(hints(&draft, TextRange::up_to(TextSize::of(text))).len(), 1);
    assert!(hover(&draft, at("host")).expect("a text").markdown.contains("limit"));
}

/// Who is asked for a name of the system script, wherever the question comes from.
#[test]
fn names_of_the_system_script() {
    let name = |analysis: &Analysis, offset: u32| system_name(analysis, TextSize::new(offset)).map(str::to_owned);
    let system = record("system.py", "def call(url):\n    return url\n");
    assert_eq!(name(&system, 5).as_deref(), Some("call"));
    assert_eq!(name(&system, 10), None);
    let draft = with_manifest("call(1)\ndef own(): pass\n", ACME, self::system("def call(url): pass\n"));
    assert_eq!(name(&draft, 1).as_deref(), Some("call"));
    assert_eq!(name(&draft, 13), None);
    let overriding = with_manifest("def call(): pass\n", ACME, self::system("def call(url): pass\n"));
    assert_eq!(name(&overriding, 5).as_deref(), Some("call"));
}

/// A script with another role than the draft's is searched and never edited.
#[test]
fn live_and_system_scripts_are_not_edited() {
    let manifest = with_records();
    let text = "def CheckDevice(hostname, limit):\n    x = runtime['connector']['apikey']\n    return x\n";
    let of = |script: &str| record(script, text);
    let key = TextSize::try_from(text.find("apikey").expect("the key")).expect("small");
    let refused = |script: &str, offset| rename(&of(script), offset, "host").expect_err("refused");
    for offset in [TextSize::new(5), TextSize::new(18), key] {
        assert!(refused("live.py", offset).starts_with("this is the Live script"));
        assert!(refused("system.py", offset).starts_with("this is the system script"));
        assert!(rename(&of("script.py"), offset, "host").is_ok());
    }
    let everything = TextRange::empty(TextSize::new(5));
    assert!(!actions(&of("script.py"), everything).is_empty());
    for script in ["live.py", "system.py"] {
        assert_eq!(actions(&of(script), everything), []);
        assert_eq!(manifest_actions(&of(script), TextRange::up_to(TextSize::of(&*manifest))), []);
    }
}

#[test]
fn what_the_system_script_uses_keeps_its_name() {
    let system = system(
        "def log_in():\n    D3.Integration.AcmeEDR.CheckDevice('a', 1)\n    return runtime['connector']['apikey']\n",
    );
    let text = "def CheckDevice(hostname, limit):\n    return runtime['connector']['apikey']\n";
    let analysis = with_manifest(text, ACME, system);
    let why = |word: &str| {
        let at = TextSize::try_from(text.find(word).expect("the word")).expect("small");
        rename(&analysis, at, "other").expect_err("refused")
    };
    assert_eq!(why("apikey"), "the system script uses `apikey`, and D3 does not let you edit that");
    assert_eq!(why("CheckDevice"), "the system script uses `CheckDevice`, and D3 does not let you edit that");
}

#[test]
fn signatures_of_classes_and_methods() {
    let script = "class Base:\n    def close(self, reason): pass\n\
        class Client(Base):\n    def __init__(self, url, key=None): pass\n    \
        def send(self, method, path, *, body=None):\n        self.close($0)\n    \
        @classmethod\n    def of(cls, text): pass\n    @staticmethod\n    def join(a, b): pass\n\
        def make():\n    return Client('u')\n";
    let at_end = |call: &str| signed(&format!("{}{call}\n", script.replace("self.close($0)", "pass")));
    assert_eq!(signed(script).as_deref(), Some("close([reason])"));
    for (call, expected) in [
        ("Client($0)", "Client([url], key)"),
        ("Client('u', $0", "Client(url, [key])"),
        ("Client(key=$0)", "Client(url, [key])"),
        ("c = Client('u')\nc.send('GET', $0)", "send(method, [path], *, body)"),
        ("c = Client('u')\nc.send('GET', '/', $0)", "send(method, path, [*], body)"),
        ("c = Client('u')\nc.send('GET', '/', body=$0)", "send(method, path, *, [body])"),
        ("c = Client('u')\nc.close($0)", "close([reason])"),
        ("def f():\n    c = make()\n    c.send($0", "send([method], path, *, body)"),
        ("Client('u').close($0)", "close([reason])"),
        ("Client.of($0)", "of([text])"),
        ("Client.join($0)", "join([a], b)"),
        ("c = Client('u')\nc.join(1, $0)", "join(a, [b])"),
        ("Client.close($0)", "close([self], reason)"),
        ("Base($0)", "Base()"),
        ("class Plain(object):\n    pass\nPlain($0)", "Plain()"),
    ] {
        assert_eq!(at_end(call).as_deref(), Some(expected), "{call}");
    }
    for call in [
        "c.send($0)",
        "c = Client('u')\nc = other()\nc.send($0)",
        "c = Client('u')\nc.gone($0)",
        "class Mine(requests.Session):\n    pass\nMine($0)",
        "class Loop(Loop):\n    pass\nLoop($0)",
    ] {
        assert_eq!(at_end(call), None, "{call}");
    }
}

#[test]
fn signatures_of_data_classes_and_of_the_system_script() {
    let script = "from dataclasses import dataclass, field\nfrom typing import ClassVar, List\n\
        @dataclass\nclass Point:\n    kind: ClassVar[str] = 'p'\n    x: int\n    y: int = 0\n\
        @dataclass(frozen=True)\nclass Named(Point):\n    name: str = ''\n    tags: List[str] = field(default_factory=list)\n";
    for (call, expected) in [
        ("Point(1, $0)", Some("Point(x, [y])")),
        ("Named(name=$0)", Some("Named(x, y, [name], tags)")),
        ("@dataclass\nclass Odd:\n    a: int = field(init=False)\nOdd($0)", None),
        ("@other\nclass Odd:\n    a: int\nOdd($0)", None),
    ] {
        assert_eq!(signed(&format!("{script}{call}\n")).as_deref(), expected, "{call}");
    }
    let system = system("class Api:\n    def __init__(self, url): pass\n    def get(self, path, query): pass\n");
    let (text, offset) = unmark("api = Api('u')\napi.get('/', $0)\n");
    let found = signature(&with_manifest(&text, ACME, system), offset).expect("a signature");
    assert_eq!((found.label.as_str(), found.active), ("get(path, query)", Some(1)));
}

/// One name that is bound on either side of an `if`.
#[test]
fn rename_takes_both_functions_of_one_name() {
    let script = "if x:\n    def CheckDevice(hostname, limit): return hostname\nelse:\n    def CheckDevice(hostname, limit): return limit\nCheckDevice(hostname=1, limit=2)\n";
    let ends: Vec<usize> = script.match_indices("CheckDevice").map(|(at, _)| at + 3).collect();
    assert_eq!(ends.len(), 3);
    for at in ends {
        let marked = format!("{}$0{}", &script[..at], &script[at..]);
        let (after, manifest) = renamed(&marked, "LookUp").expect("renamed");
        assert_eq!(after, script.replace("CheckDevice", "LookUp"));
        assert_eq!(manifest, ACME.replace("\"CheckDevice\"", "\"LookUp\""));
    }
    let places: Vec<usize> = script.match_indices("hostname").map(|(at, _)| at + 3).collect();
    assert_eq!(places.len(), 4);
    for at in places {
        let marked = format!("{}$0{}", &script[..at], &script[at..]);
        let (after, manifest) = renamed(&marked, "host").expect("renamed");
        assert_eq!(after, script.replace("hostname", "host"), "{at}");
        assert_eq!(manifest, ACME.replace("\"parameterName\": \"hostname\"", "\"parameterName\": \"host\""));
        let found = references(&acme(script), TextSize::try_from(at).expect("small"));
        assert_eq!(found.iter().filter(|one| one.place == Place::Script).count(), 4, "{at}");
    }
    // Where only one of them has the parameter, the other keeps what it has.
    let (after, _) =
        renamed("if x:\n    def f(a$0): return a\nelse:\n    def f(b): return b\nf(1)\n", "c").expect("renamed");
    assert_eq!(after, "if x:\n    def f(c): return c\nelse:\n    def f(b): return b\nf(1)\n");
}
