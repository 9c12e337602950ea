//! Tests of hover.

use expect_test::{Expect, expect};

use super::support::{ACME, acme, alone, system, unmark, with_manifest};
use crate::ide::hover;
use crate::semantic::Analysis;

/// What is said, below the piece of text that it is about.
fn shown(analysis: &Analysis, offset: crate::text::TextSize) -> String {
    match hover(analysis, offset) {
        Some(hover) => format!("[{}]\n{}\n", analysis.parsed().slice(hover.range), hover.markdown),
        None => "nothing\n".to_owned(),
    }
}

#[track_caller]
fn check(marked: &str, expected: Expect) {
    let (text, offset) = unmark(marked);
    expected.assert_eq(&shown(&acme(&text), offset));
}

fn about(marked: &str) -> String {
    let (text, offset) = unmark(marked);
    shown(&acme(&text), offset).lines().next().unwrap_or_default().to_owned()
}

#[test]
fn connection_keys() {
    check(
        "x = runtime['connector']['server$0url']",
        expect![[r#"
            [serverurl]
            **`serverurl`** Server URL

            Connection parameter, Text, required

            Where the API is.
        "#]],
    );
    for form in [
        "conn = runtime['connector']\nconn.get('api$0key', '')",
        "f'🚒 {runtime[\"connector\"][\"api$0key\"]}'",
        "'apikey$0' in pb.runtime['connector']",
        "\u{feff}x = 1\r\n\ty = runtime['connector'][\r\n 'apikey$0']",
        "def f():\n    runtime['connector']['$0apikey'",
    ] {
        assert_eq!(about(form), "[apikey]", "{form}");
    }
    for form in ["x['server$0url']", "'serverurl$0'", "runtime['connector']['no$0ne']", "# serverurl$0"] {
        assert_eq!(about(form), "nothing", "{form}");
    }
    assert_eq!(about("runtime['connec$0tor']"), "[connector]");
    assert_eq!(about("pb.runtime.get('retry$0count', 0)"), "[retrycount]");
}

#[test]
fn utility_calls() {
    check(
        "x = D3.Utility.eq$0uals<Text>('a', 'b')",
        expect![[r#"
            [equals]
            ```python
            D3.Utility.equals<Text>(Input 1, Input 2)
            ```

            **Text Equals to**

            Checks if the two input texts are identical

            | Parameter | Type | Required |
            |---|---|---|
            | Input 1 | Text | yes |
            | Input 2 | Text | yes |

            Returns: Boolean
        "#]],
    );
    assert_eq!(about("D3.Utility.equals<Te$0xt>(a, b)"), "[Text]");
    assert_eq!(about("D3.Uti$0lity.equals<Text>(a, b)"), "[D3.Utility.equals]");
    assert_eq!(about("f(D3.Utility.SendEm$0ail<Text>(D3.Utility.equals<Text>('a', 'b')))"), "[SendEmail]");
    assert_eq!(about("D3.Utility.Unkn$0own<Text>()"), "nothing");
}

#[test]
fn commands_and_inputs() {
    check(
        "def Check$0Device(hostname, limit):\n    return pb.returnOutputModel('', '', '', '', '', '')",
        expect![[r#"
            [CheckDevice]
            ```python
            CheckDevice(hostname, limit)
            ```

            **Check Device** (Python command, Draft)

            Looks a device up.

            | Input | Type | Required | Default | Sample | Description |
            |---|---|---|---|---|---|
            | hostname | Text | yes |  | srv-01 |  |
            | limit | Number | no | 10 |  | At most so many \| all. |

            Return Data: Text, such as Successful
        "#]],
    );
    check(
        "def CheckDevice(hostname, limit):\n    return lim$0it",
        expect![[r#"
            [limit]
            **`limit`**

            Input 1, Number, optional

            At most so many | all.

            Default: `10`
        "#]],
    );
    assert_eq!(about("def CheckDevice(host$0name, limit): pass"), "[hostname]");
    assert_eq!(about("def CheckDevice(*args):\n    return args[$01]"), "[1]");
    assert_eq!(about("def CheckDevice(*args):\n    return args[$07]"), "nothing");
    assert_eq!(about("def other(host$0name): pass"), "nothing");
    assert_eq!(about("D3.Integration.AcmeEDR.Check$0Device('a', 1)"), "[CheckDevice]");
    assert_eq!(about("D3.Integration.Acme$0EDR.CheckDevice('a', 1)"), "[AcmeEDR]");
    assert_eq!(about("D3.Integration.Other.Check$0Device('a', 1)"), "nothing");
}

#[test]
fn the_engine_and_the_output_model() {
    check(
        "p$0b.log('x')",
        expect![[r#"
            [pb]
            ```python
            pb
            ```

            The helper object that D3's engine gives to every script.
        "#]],
    );
    assert_eq!(about("pb.lo$0g('x')"), "[log]");
    assert_eq!(about("return pb.return$0OutputModel()"), "[returnOutputModel]");
    assert_eq!(about("run$0time['connector']"), "[runtime]");
    assert_eq!(about("except_ = API$0Error"), "[APIError]");
    assert_eq!(about("pb.returnOutputModel(r, s, '', '', w, e, passdown$0Data=p)"), "[passdownData]");
    assert_eq!(about("pb.returnOutputModel(r, 'Fai$0led', '', '', w, e)"), "['Failed']");
    assert_eq!(about("pb.returnOutputModel(r, s, $0'', '', w, e)"), "['']");
    assert_eq!(about("pb = 1\np$0b"), "nothing");
    assert_eq!(about("x.lo$0g('x')"), "nothing");
}

#[test]
fn system_script_and_rules() {
    let analysis = |text: &str| {
        with_manifest(
            text,
            ACME,
            system("def call(url,\n         key=None):\n    'Asks.'\nclass Client:\n    pass\nBASE = 1\n"),
        )
    };
    let at = |marked: &str| {
        let (text, offset) = unmark(marked);
        shown(&analysis(&text), offset)
    };
    assert_eq!(at("ca$0ll('x')"), "[call]\n```python\ncall(url, key=None)\n```\n\nAsks.\n\nFrom the system script.\n");
    assert_eq!(at("Cli$0ent()"), "[Client]\n```python\nclass Client\n```\n\nFrom the system script.\n");
    let replaced = "Overrides `call` of the system script:\n\n```python\ncall(url, key=None)\n```\n\nAsks.\n";
    assert_eq!(at("def ca$0ll(): pass"), format!("[call]\n{replaced}"));
    let rule = at("class APIError: pass  # d3: ignore[D3$0201]");
    assert!(rule.starts_with("[D3201]\n**D3201** `reserved-class`\n\nReports a class"), "{rule}");
    assert!(!rule.contains("## "), "{rule}");
}

#[test]
fn commands_that_d3_defines_need_no_manifest() {
    let (text, offset) =
        unmark("def fetchEvent(a, b, c, d, to$0l):\n    return pb.returnOutputModel('', '', '', '', '', '')\n");
    assert_eq!(shown(&alone(&text, None), offset), "[tol]\n**`tol`** ToleranceScope\n\nInput 4, Number\n");
}
