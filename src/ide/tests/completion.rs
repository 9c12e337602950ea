//! Tests of completion: the same list in every form, in half-typed code, behind any characters.

use expect_test::{Expect, expect};

use super::support::{ACME, acme, alone, system, unmark, with_manifest};
use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::ide::{CompletionItem, Documentation, Topic, complete, complete_comment, documentation};
use crate::manifest::Kind;
use crate::semantic::Analysis;
use crate::text::{Edit, TextRange, apply};

/// One line an item: label, and what stands beside it.
fn shown(items: &[CompletionItem]) -> String {
    let line = |item: &CompletionItem| match &item.detail {
        Some(detail) => format!("{}  {detail}\n", item.label),
        None => format!("{}\n", item.label),
    };
    items.iter().map(line).collect()
}

fn labels(analysis: impl Fn(&str) -> Analysis, marked: &str) -> Vec<String> {
    let (text, offset) = unmark(marked);
    complete(&analysis(&text), offset).into_iter().map(|item| item.label).collect()
}

#[track_caller]
fn check(marked: &str, expected: Expect) {
    let (text, offset) = unmark(marked);
    expected.assert_eq(&shown(&complete(&acme(&text), offset)));
}

/// What becomes of a text when the item with this label is chosen.
#[track_caller]
fn chosen(marked: &str, label: &str) -> String {
    let (text, offset) = unmark(marked);
    let items = complete(&acme(&text), offset);
    let item = items.iter().find(|item| item.label == label).unwrap_or_else(|| panic!("{label} in {items:#?}"));
    assert!(item.range.contains_inclusive(offset));
    apply(&text, &[Edit::replace(item.range, item.insert.clone())])
}

const KEYS: [&str; 3] = ["serverurl", "apikey", "tenant_id"];

#[test]
fn connection_keys_say_what_they_are() {
    check(
        "runtime['connector']['$0']",
        expect![[r#"
            serverurl  Server URL (Text, required)
            apikey  API Key (Text, required, secret)
            tenant_id  Tenant ID (Text, optional)
        "#]],
    );
}

#[test]
fn connection_keys_come_in_every_form() {
    let forms = [
        "runtime['connector']['$0']",
        "runtime[\"connector\"][\"$0\"]",
        "runtime['connector'].get('$0')",
        "runtime[\"connector\"].get(\"$0\", \"\")",
        "runtime.get('connector').get('$0')",
        "runtime.get('connector', {}).get('$0', 'x')",
        "pb.runtime['connector']['$0']",
        "pb.runtime.get(\"connector\", {})[\"$0\"]",
        "conn = runtime['connector']\nconn['$0']",
        "conn = runtime.get('connector', {}) or {}\nurl = conn.get('$0')",
        "def f():\n    conn = runtime['connector']\n    return conn['$0']",
        "r = pb.runtime\nr['connector']['$0']",
        "class Client:\n    def __init__(self):\n        self.conn = runtime['connector']\n    def url(self):\n        return self.conn['$0']",
        "def url(conn):\n    return conn['$0']\nurl(runtime['connector'])",
        "def url(path, *, conn):\n    return conn['$0']\nurl('/', conn=runtime['connector'])",
        "class Client:\n    def __init__(self, *, conn=None):\n        self.conn = conn\n    def url(self):\n        return self.conn['$0']\nClient(conn=runtime['connector'])",
        "f\"{runtime['connector']['$0']}/api\"",
        "url = f'{runtime[\"connector\"][\"$0\"]}'",
        "def f():\n    return f\"\"\"{runtime['connector']['$0']}\n\"\"\"",
        "runtime['connector'][\n    '$0'\n]",
        "runtime['connector'][  # the address\n    '$0']",
        "runtime['connector'].get(\n  # the address\n  '$0',\n  '')",
        "print(len(str(runtime['connector']['$0'])))",
        "requests.get(url, headers={'X-Key': runtime['connector']['$0']}, timeout=5)",
        "requests.get(url, key=runtime['connector']['$0'])",
        "x = [runtime['connector']['$0'] for _ in range(3)]",
        "x = lambda: runtime['connector']['$0']",
        "if '$0' in runtime['connector']:\n    pass",
        "if runtime['connector']['$0'] == 'x':\n    pass",
        "if a:\n    pass\nelif runtime['connector']['$0']:\n    pass",
        "try:\n    pass\nexcept E:\n    x = runtime['connector']['$0']",
        "runtime['connector']['$0'] = 1",
        "runtime['connector']['ser$0ver']",
        "x = 1; y = runtime['connector']['$0']; z = 2",
        "async def f():\n    async with s.get(runtime['connector']['$0']) as r:\n        pass",
        "runtime['connector'].pop('$0')",
        "runtime['connector'][r'$0']",
        "@retry(runtime['connector']['$0'])\ndef f():\n    pass",
        "assert runtime['connector']['$0'], 'no key'",
    ];
    for form in forms {
        assert_eq!(labels(acme, form), KEYS, "{form}");
    }
}

#[test]
fn connection_keys_come_while_typing() {
    let forms = [
        "runtime['connector']['$0",
        "x = runtime['connector'][\"$0",
        "runtime['connector'].get('$0",
        "runtime.get('connector', {}).get('$0)",
        "print(runtime['connector']['$0)",
        "def f():\n    url = runtime['connector']['$0\n    return url",
        "def f():\n    url = g(runtime['connector']['$0\n    return pb.returnOutputModel('', '', '', '', '', '')\n",
        "def f():\n    conn = runtime['connector']\n    x = conn['$0\n\n\ndef g():\n    pass\n",
        "def f(a):\n    conn = runtime['connector']\n    if conn['$0\n        return 1\n",
        "def f(a):\n    conn = runtime['connector']\n    if a and conn.get('$0']\n    x = 2\n",
        "x = f\"{runtime['connector']['$0\ny = 1",
        "d = {'a': runtime['connector']['$0,\n     'b': 2}\nx = 1",
        "d = {\n    'a': runtime['connector']['$0\n    'b': 2,\n}\nx = 1",
        "def f():\n    try:\n        x = runtime['connector']['$0\n    except Exception:\n        pass\n",
        "foo(\n    a,\n    runtime['connector']['$0\n\ndef g():\n    pass\n",
        "return runtime['connector']['s$0",
        "for x in runtime['connector']['$0",
        "with open(runtime['connector']['$0\n",
        "class A:\n    def __init__(self):\n        self.c = runtime['connector']\n    def f(self):\n        self.c['$0\n    def g(self):\n        pass\n",
    ];
    for form in forms {
        assert_eq!(labels(acme, form), KEYS, "{form}");
    }
}

#[test]
fn connection_keys_come_behind_any_characters() {
    let forms = [
        "x = '🚒👩‍🚒é'; y = runtime['connector']['$0']",
        "x = 1\r\ny = runtime['connector']['$0']\r\nz = 2\r\n",
        "\u{feff}runtime['connector']['$0']",
        "\u{feff}# é\r\nruntime['connector']['$0",
        "def f():\n\treturn\truntime['connector']['$0']",
        "def f():\r\tx = runtime['connector']['$0\r\treturn x\r",
    ];
    for form in forms {
        assert_eq!(labels(acme, form), KEYS, "{form:?}");
    }
}

#[test]
fn a_chosen_key_replaces_the_old_one() {
    assert_eq!(chosen("runtime['connector']['ap$0i'] + 1", "apikey"), "runtime['connector']['apikey'] + 1");
    assert_eq!(
        chosen("x = '🚒'; runtime['connector'][\"$0\"]", "apikey"),
        "x = '🚒'; runtime['connector'][\"apikey\"]"
    );
    assert_eq!(chosen("f(runtime['connector']['a$0)", "apikey"), "f(runtime['connector']['apikey)");
    assert_eq!(chosen("runtime['connector'][$0]", "apikey"), "runtime['connector']['apikey']");
    assert_eq!(chosen("runtime['connector'].get(api$0)", "apikey"), "runtime['connector'].get('apikey')");
    assert_eq!(chosen("f'{runtime[\"connector\"][$0]}'", "apikey"), "f'{runtime[\"connector\"][\"apikey\"]}'");
}

#[test]
fn runtime_has_its_own_keys() {
    for form in ["runtime['$0']", "pb.runtime.get('$0', 0)", "runtime.get(\"$0", "r = runtime\nr['$0']"] {
        assert_eq!(labels(acme, form), ["connector", "retrycount"], "{form}");
    }
    let utility = |text: &str| alone(text, Some(Kind::Utility));
    assert_eq!(labels(utility, "runtime['$0']"), ["retrycount"]);
    assert_eq!(labels(utility, "runtime['connector']['$0']"), [""; 0]);
}

#[test]
fn without_a_manifest_used_and_documented_keys_come() {
    let text = "a = runtime['connector']['zone']\nb = runtime['connector']['$0']\n";
    let (text, offset) = unmark(text);
    let items = complete(&alone(&text, None), offset);
    assert_eq!(
        shown(&items).lines().take(3).collect::<Vec<_>>(),
        ["zone  used in this script", "serverurl  Server URL", "username  Username"]
    );
}

#[test]
fn nothing_comes_where_no_word_of_d3_fits() {
    let places = [
        "x = 'runtime[$0]'",
        "# runtime['connector']['$0']",
        "\"\"\"\nruntime['connector']['$0']\n\"\"\"",
        "other['connector']['$0']",
        "response['$0']",
        "response.get('$0')",
        "response.$0",
        "f'connector $0'",
        "f'{x:$0}'",
        "x = {'$0': 1}",
        "print('$0')",
        "x = 1.$0",
        "runtime = {}\nruntime['connector']['$0']",
        "def f(runtime):\n    return runtime['connector']['$0']",
        "runtime['connector']['x']['$0']",
        "x.D3.Utility.$0",
        "D3.Other.$0",
        "a < b$0 > (c)",
    ];
    for place in places {
        let found = labels(acme, place);
        assert!(found.iter().all(|label| matches!(label.as_str(), "pb" | "runtime" | "D3")), "{place}: {found:?}");
        assert!(place.contains("< b") || found.is_empty(), "{place}: {found:?}");
    }
}

#[test]
fn d3_has_branches_and_commands() {
    assert_eq!(labels(acme, "D3.$0"), ["Utility", "Integration"]);
    assert_eq!(labels(|text| alone(text, Some(Kind::Utility)), "x = D3.$0\n"), ["Utility"]);
    let (text, offset) = unmark("def f():\n    return D3.Utility.$0\n");
    let items = complete(&acme(&text), offset);
    assert!(items.len() > 50);
    expect![[r#"
        concatToRear
        contains  Contains Text
        equals  Text Equals to
    "#]]
    .assert_eq(&shown(
        &items
            .iter()
            .filter(|item| ["concatToRear", "contains", "equals"].contains(&&*item.label))
            .cloned()
            .collect::<Vec<_>>(),
    ));
}

#[test]
fn utility_commands_come_while_typing() {
    let forms = [
        "D3.Utility.$0",
        "D3.Utility.eq$0",
        "x = f(a, D3.Utility.$0)",
        "x = f(a, D3.Utility.$0",
        "D3.Utility.$0<Text>('a', 'b')",
        "D3.Utility.eq$0uals<Text>('a', 'b')",
        "D3.Utility.equals<Text>(D3.Utility.$0, 'b')",
        "D3.Utility.equals<Text>('a', D3.Utility.$0",
        "f\"{D3.Utility.$0}\"",
        "if D3.Utility.$0\n    pass",
        "x = (D3\n  .Utility  # why\n  .$0)",
        "def f():\n    x = D3.Utility.$0\n    return x\n",
    ];
    for form in forms {
        assert!(labels(acme, form).contains(&"equals".to_owned()), "{form}");
    }
}

/// A key is no name, a new name is none in use, and what follows a number or a text directly is neither.
#[test]
fn names_come_only_where_one_can_stand() {
    for form in ["runtime['connector'][$0", "runtime['connector'].get($0", "conn = runtime['connector']\nconn[$0]"] {
        assert_eq!(labels(acme, form), KEYS, "{form}");
    }
    assert_eq!(labels(acme, "runtime[$0"), ["connector", "retrycount"]);
    for form in [
        "for $0",
        "for $0 in x:\n    pass",
        "with open(a) as $0",
        "try:\n    pass\nexcept ValueError as $0",
        "try:\n    pass\nexcept ValueError as er$0:\n    pass",
        "x = 1$0",
        "x = 1.$0",
        "x = 'a'$0",
        "x = f\"{runtime[\"connector\"][\"$0",
        "$0 = 1",
        "x = [a for $0",
    ] {
        assert_eq!(labels(acme, form), [""; 0], "{form}");
    }
    for form in ["for x in $0", "if x:\n    y = $0", "alias = $0", "x = basis + $0", "x = ('a' + $0", "d['a'] = $0"] {
        assert_eq!(labels(acme, form), ["pb", "runtime", "D3"], "{form}");
    }
}

#[test]
fn a_chosen_command_brings_its_call() {
    assert_eq!(chosen("D3.Utility.$0", "equals"), "D3.Utility.equals<Text>(${1:Input 1}, ${2:Input 2})");
    assert_eq!(chosen("D3.Utility.$0", "GetUTCTimeNow"), "D3.Utility.GetUTCTimeNow<>()");
    assert_eq!(chosen("D3.Utility.eq$0<Text>(a, b)", "equals"), "D3.Utility.equals<Text>(a, b)");
    assert_eq!(chosen("D3.Utility.$0 (a, b)", "equals"), "D3.Utility.equals (a, b)");
    assert_eq!(
        chosen("D3.Integration.AcmeEDR.$0", "CheckDevice"),
        "D3.Integration.AcmeEDR.CheckDevice(${1:hostname}, ${2:limit})"
    );
    assert_eq!(chosen("D3.Integration.$0", "AcmeEDR"), "D3.Integration.AcmeEDR");
    assert_eq!(chosen("pb.$0", "log"), "pb.log($1)");
    assert_eq!(chosen("pb.l$0('x')", "log"), "pb.log('x')");
}

#[test]
fn integration_calls_are_the_own_ones() {
    assert_eq!(labels(acme, "D3.Integration.$0"), ["AcmeEDR"]);
    assert_eq!(labels(acme, "x = D3.Integration.AcmeEDR.$0"), ["TestConnection", "CheckDevice", "fetchEvent"]);
    assert_eq!(labels(acme, "D3.Integration.Other.$0"), [""; 0]);
    assert_eq!(labels(|text| alone(text, None), "D3.Integration.$0"), [""; 0]);
}

#[test]
fn types_begin_with_the_commands_own() {
    for form in [
        "D3.Utility.greaterThan<$0>(1, 2)",
        "D3.Utility.greaterThan<$0",
        "D3.Utility.greaterThan <Te$0xt>(1, 2)",
        "x = f(D3.Utility.greaterThan<$0>(1, 2), 3)",
        "f'{D3.Utility.greaterThan<$0>(1, 2)}'",
        "def f():\n    if D3.Utility.greaterThan<Num$0\n    return 1\n",
    ] {
        let found = labels(acme, form);
        assert_eq!(found[..2], ["Number", "Text"], "{form}");
        assert_eq!(found.len(), 9, "{form}");
    }
    assert_eq!(chosen("D3.Utility.equals<$0>(a)", "JSON Object"), "D3.Utility.equals<JSON Object>(a)");
    assert_eq!(chosen("D3.Utility.equals<JSON Ob$0ject>(a)", "Text"), "D3.Utility.equals<Text>(a)");
    assert_eq!(chosen("D3.Utility.equals<T$0", "Text"), "D3.Utility.equals<Text>");
    assert_eq!(chosen("D3.Utility.equals<T$0(a)", "Text"), "D3.Utility.equals<Text>(a)");
}

#[test]
fn members_of_the_engines_objects() {
    for form in ["pb.$0", "x = pb.re$0", "return pb.$0\n", "helper = pb\nhelper.$0", "f(pb.$0, 1)"] {
        assert_eq!(labels(acme, form), ["returnOutputModel", "log", "runtime"], "{form}");
    }
    assert_eq!(labels(acme, "runtime.$0"), ["get"]);
    assert_eq!(labels(acme, "runtime['connector'].$0"), ["get"]);
    assert_eq!(chosen("runtime['connector'].$0", "get"), "runtime['connector'].get('$1', $2)");
}

#[test]
fn output_model_arguments() {
    assert_eq!(labels(acme, "pb.returnOutputModel(r, 'Failed', '', '', '', '', $0)")[..1], ["passdownData="]);
    let found = labels(acme, "pb.returnOutputModel(r, errors=e, $0");
    assert!(found.contains(&"rawData=".to_owned()) && !found.contains(&"errors=".to_owned()), "{found:?}");
    assert!(!found.contains(&"result=".to_owned()));
    assert_eq!(labels(acme, "f(r, 'Failed', $0)"), ["pb", "runtime", "D3"]);
    // The value of one argument is no other.
    assert_eq!(labels(acme, "pb.returnOutputModel(r, errors=$0"), ["pb", "runtime", "D3"]);
    assert_eq!(chosen("pb.returnOutputModel(r, err$0ors=e)", "errors="), "pb.returnOutputModel(r, errors=e)");
}

#[test]
fn statuses_come_where_they_end_up() {
    let statuses = ["Successful", "Partially Successful", "Failed"];
    for form in [
        "pb.returnOutputModel(r, '$0', '', '', '', '')",
        "return pb.returnOutputModel(r, '$0",
        "pb.returnOutputModel(r, returnData='$0')",
        "def f():\n    status = '$0'\n    return pb.returnOutputModel('', status, '', '', '', '')",
        "def f():\n    status = '$0' if error else 'Failed'\n    return pb.returnOutputModel('', status, '', '', '', '')",
        "pb.returnOutputModel(r, 'Failed' if error else '$0', '', '', '', error)",
        "def _m(status, error):\n    return pb.returnOutputModel('', status, '', '', '', error)\ndef f():\n    return _m('$0', '')",
    ] {
        assert_eq!(labels(acme, form), statuses, "{form}");
    }
    let test = "pb.returnOutputModel(r, 'Failed' if '$0' else 'Successful', '', '', '', error)";
    assert_eq!(labels(acme, test), [""; 0]);
    let event = "def fetchEvent(a, b):\n    return pb.returnOutputModel('', '$0', '', '', '', '')";
    assert_eq!(labels(acme, event)[3..], ["Successful with No Event Data"]);
}

#[test]
fn retry_and_passdown_words() {
    assert_eq!(labels(acme, "pb.returnOutputModel(r, {'$0'}, '', '', '', '')"), ["__ACTION__", "__DELAY__"]);
    assert_eq!(labels(acme, "pb.returnOutputModel(r, {'__ACTION__': '$0'}, '', '', '', '')"), ["__RETRY__"]);
    assert_eq!(labels(acme, "x = {'__ACTION__': '__RETRY__', '$0'}"), ["__DELAY__"]);
    assert_eq!(labels(acme, "pb.returnOutputModel(a, b, '', '', c, d, passdownData={'$0'})"), ["StartTime"]);
    let variable = "def f():\n    p = {'$0'}\n    return pb.returnOutputModel(a, b, '', '', c, d, passdownData=p)";
    assert_eq!(labels(acme, variable), ["StartTime"]);
    let set =
        "def f():\n    p = {}\n    p['$0'] = b\n    return pb.returnOutputModel(a, b, '', '', c, d, passdownData=p)";
    assert_eq!(labels(acme, set), ["StartTime"]);
    assert_eq!(labels(acme, &set.replace("passdownData", "errors")), [""; 0]);
}

#[test]
fn imports() {
    let modules = labels(acme, "import $0");
    for module in ["json", "os", "requests", "acmelib", "jsonpath_ng"] {
        assert!(modules.contains(&module.to_owned()), "{module}");
    }
    assert!(!modules.contains(&"numpy".to_owned()) && !modules.contains(&"tomllib".to_owned()));
    assert!(labels(acme, "from dat$0").contains(&"datetime".to_owned()));
    assert!(labels(acme, "from datetime import $0").contains(&"timedelta".to_owned()));
    assert!(labels(acme, "from datetime import datetime, $0").contains(&"timezone".to_owned()));
    assert!(labels(acme, "import os.$0").contains(&"path".to_owned()));
    assert!(labels(acme, "import json, $0\nx = 1").contains(&"os".to_owned()));
}

#[test]
fn commands_that_are_not_written_yet() {
    let text = "def TestConnection():\n    return pb.returnOutputModel('', '', '', '', '', '')\n\n\n";
    let (marked, offset) = unmark(&format!("{text}$0"));
    let items = complete(&acme(&marked), offset);
    let commands: Vec<_> =
        items.iter().filter(|item| item.detail.as_deref() == Some("command of the manifest")).collect();
    assert_eq!(commands.iter().map(|item| &*item.label).collect::<Vec<_>>(), ["def CheckDevice", "def fetchEvent"]);
    expect![[r#"
        def CheckDevice(hostname, limit):
            try:
                result = ${1:{"hostname": hostname, "limit": limit\}}
                return pb.returnOutputModel(result, "Successful", "", "", result, "")
            except Exception as error:
                return pb.returnOutputModel("", "Failed", "", "", "", str(error))$0"#]]
    .assert_eq(&commands[0].insert);
    assert!(items.iter().any(|item| item.label == "def checkIPReputation"));
    assert_eq!(labels(acme, &format!("{text}def $0")), ["CheckDevice", "fetchEvent"]);
    // What follows the name is written already.
    assert_eq!(chosen("def Ch$0(x):\n    pass\n", "CheckDevice"), "def CheckDevice(x):\n    pass\n");
    assert_eq!(chosen("def Ch$0:\n    pass\n", "CheckDevice"), "def CheckDevice:\n    pass\n");
    // D3 calls no method, no inner function and no coroutine.
    for not in ["class A:\n    def $0", "def f():\n    def $0", "async def $0"] {
        assert_eq!(labels(acme, &format!("{text}{not}")), [""; 0], "{not}");
    }
    let inside = labels(acme, &format!("{text}def f():\n    $0\n    pass\n"));
    assert_eq!(inside, ["pb", "runtime", "D3"]);
}

#[test]
fn names_of_the_system_script() {
    let script = "import json\nBASE = 1\ndef call():\n    '''Calls.\n\n    Twice.'''\n    return json\n";
    let analysis = |text: &str| with_manifest(text, ACME, system(script));
    let (text, offset) = unmark("def f():\n    x = $0\n    return x\n");
    expect![[r#"
        pb
        runtime
        D3
        BASE  system script
        call  system script
        json  system script
    "#]]
    .assert_eq(&shown(&complete(&analysis(&text), offset)));
    let items = complete(&analysis(&text), offset);
    let Some(Documentation::About(topic)) = &items[4].documentation else { panic!("{items:#?}") };
    let about = documentation(analysis(&text).surroundings(), topic);
    assert_eq!(about.as_deref(), Some("```python\ncall()\n```\n\nCalls.\n\nTwice."));
}

#[test]
fn no_offset_makes_it_fail() {
    let text = "\u{feff}def f(a):\r\n\tx = f\"{runtime['connector']['é']}\" + D3.Utility.equals<Text>('🚒', \"\"\"b\"\"\")  # c\r\n\tif x:\n";
    for end in (0..=text.len()).filter(|end| text.is_char_boundary(*end)) {
        let analysis = acme(&text[..end]);
        for offset in 0..=end + 1 {
            let offset = u32::try_from(offset).expect("small");
            for item in complete(&analysis, offset.into()) {
                assert!(text.get(item.range.start().to_usize()..item.range.end().to_usize()).is_some());
            }
        }
    }
}

/// The completions in a comment, each with what is inserted; the findings are at the given codes' first byte.
fn in_comment(marked: &str, findings: &[(&'static str, u32)]) -> Option<Vec<(String, String)>> {
    let (text, offset) = unmark(marked);
    let finding = |&(code, at): &(&'static str, u32)| Diagnostic {
        code,
        rule: "",
        severity: Severity::Error,
        message: String::new(),
        place: Place::Script,
        range: TextRange::empty(at.into()),
        related: Vec::new(),
        fixes: Vec::new(),
    };
    let findings: Vec<_> = findings.iter().map(finding).collect();
    let items = complete_comment(&acme(&text), &findings.iter().collect::<Vec<_>>(), offset)?;
    let chosen = |item: CompletionItem| {
        assert!(item.range.contains_inclusive(offset));
        (item.label.clone(), apply(&text, &[Edit::replace(item.range, item.plain_insert())]))
    };
    Some(items.into_iter().map(chosen).collect())
}

#[test]
fn ignore_comments_take_the_codes_of_their_line_first() {
    let found = in_comment("x = 1\ny = '🙂'  # d3: ignore[$0", &[("D3601", 0), ("D3402", 6), ("D3001", 6)]);
    let found = found.expect("a comment");
    assert_eq!(found[0], ("D3402".to_owned(), "x = 1\ny = '🙂'  # d3: ignore[D3402".to_owned()));
    assert!(found.len() > 80 && !found.iter().any(|(label, _)| label == "D3001"), "{found:?}");
    let (file, _) = &in_comment("# d3: ignore-file[$0]\nx = 1\n", &[("D3601", 24)]).expect("a comment")[0];
    assert_eq!(file, "D3601");
    let second = in_comment("x = 1  # d3: ignore[D3402, D3$06]", &[("D3402", 0), ("D3601", 0)]).expect("a comment");
    assert_eq!(second[0].1, "x = 1  # d3: ignore[D3402, D3601]");
    let name = in_comment("x = 1  # d3: ignore[reserved$0-cl]", &[]).expect("a comment");
    let wanted = ("reserved-class".to_owned(), "x = 1  # d3: ignore[reserved-class]".to_owned());
    assert!(name.contains(&wanted), "{name:?}");
}

#[test]
fn comments_take_d3lss_words_where_one_begins() {
    let codes = [("D3402", 0), ("D3601", 0)];
    let words = |marked: &str| in_comment(marked, &codes).expect("a comment");
    let labels = |marked: &str| words(marked).into_iter().map(|(label, _)| label).collect::<Vec<_>>();
    assert_eq!(labels("# d3: $0\nx = 1\n"), ["ignore", "ignore-file", "integration", "utility"]);
    assert_eq!(labels("x = 1  # d3:$0"), ["ignore", "ignore-file"]);
    assert_eq!(words("x = 1  # d3: ig$0nore")[0].1, "x = 1  # d3: ignore[D3402, D3601]");
    assert_eq!(words("x = 1  # D3$0")[0].1, "x = 1  # d3: ignore[D3402, D3601]");
    assert_eq!(words("# d3: ut$0il\n")[3].1, "# d3: utility\n");
    for other in ["# $0", "# d3 is $0", "# see d3: i$0", "# d3: ignore[D3402]$0 x", "# d3: ignore this $0"] {
        assert_eq!(words(other), [], "{other}");
    }
    for code in ["'# d3: $0'", "x = 1$0  # d3:", "# d3: ignore[\n$0"] {
        assert_eq!(in_comment(code, &codes), None, "{code}");
    }
}

#[test]
fn long_texts_wait_until_they_are_asked_for() {
    let (text, offset) = unmark("D3.Utility.$0");
    let analysis = acme(&text);
    let items = complete(&analysis, offset);
    let equals = items.iter().find(|item| item.label == "equals").expect("equals");
    let Some(Documentation::About(topic)) = &equals.documentation else { panic!("{equals:?}") };
    let text = documentation(analysis.surroundings(), topic).expect("a text");
    assert!(text.contains("D3.Utility.equals<Text>(Input 1, Input 2)"), "{text}");
    let command = documentation(analysis.surroundings(), &Topic::Command("CheckDevice".to_owned())).expect("a text");
    assert!(command.contains("| hostname | Text | yes |"), "{command}");
    assert_eq!(documentation(analysis.surroundings(), &Topic::Command("Gone".to_owned())), None);
    assert!(items.iter().all(|item| matches!(&item.documentation, Some(Documentation::About(_)))));
}
