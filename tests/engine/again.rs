//! A check after an edit finds what a check of the whole script finds.

use d3ls::check::{Before, Kept, check_again};
use d3ls::rules::Selector;
use d3ls::semantic::SystemScript;
use proptest::prelude::*;

use super::*;

/// Checks one text after the other, each with what the check before it left.
#[derive(Default)]
struct Editor(Option<Before>);

impl Editor {
    /// The findings, which are those of a check that knows nothing of earlier texts.
    fn check(&mut self, input: Input) -> Vec<Diagnostic> {
        let afresh = check(&input);
        let (report, kept) = check_again(&input, self.0.take());
        let text = input.source.text();
        assert_eq!(report.diagnostics, afresh.diagnostics, "{text}");
        assert_eq!(report.not_evaluated, afresh.not_evaluated, "{text}");
        assert_eq!(report.analysis.parsed().body, afresh.analysis.parsed().body, "{text}");
        self.0 = Some(Before { input: Box::new(input), analysis: report.analysis, kept });
        afresh.diagnostics
    }
}

fn with_all_rules(input: Input) -> Input {
    let all = [Selector::new("ALL").expect("all rules")];
    Input { selection: Arc::new(Selection::new(Some(&all), &[], &[])), ..input }
}

const LINES: &[&str] = &[
    "x = runtime['connector']['key']\n",
    "return pb.returnOutputModel({}, 'Failed', '', '', x, '')\n",
    "pb.log(runtime)\n",
    "def helper(a):\n    return a\n",
    "def helper(a):\n    a.log(runtime)\n    return {1, 2}\n",
    "if status: value = 1\n",
    "sys.exit(1)\n",
    "def _model(status, errors=''):\n    return pb.returnOutputModel({}, status, '', '', {}, errors)\n",
    "import json\n",
    "STATUS = 'Failed'\n",
    "status = 'Succesful'\n",
    "value = helper({1, 2})\n",
    "helper(pb)\n",
    "raise ValueError\n",
    "from x import *\n",
    "global STATUS\n",
    "class A:\n    def __init__(self, p):\n        self.x = {1}\n        p.log(runtime)\n",
    "A(pb)\n",
    "while True:\n    break\n",
    "if sys.version_info < (3, 10):\n    raise SystemExit\n",
    "errors = ''\n",
    "return _model('Failed')\n",
    "# d3: ignore[D3303]\n",
    "exec('x')\n",
    "@wraps\n",
    "pb.odd()\n",
    "pb.odd = helper(pb)\n",
    "from msal import x as helper\n",
    "helper('msal')\n",
    "from importlib import import_module as helper\n",
    "def input(pb, *args):\n    return locals()\n",
    "\n",
];

/// What is done to a text at one of its lines.
#[derive(Debug, Clone)]
enum Change {
    /// A line is written before it, as far to the right.
    Line(&'static str),
    /// It is taken out.
    Cut,
    /// Two words of the text change places there.
    Words(usize, usize),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        4 => prop::sample::select(LINES).prop_map(Change::Line),
        1 => Just(Change::Cut),
        2 => (any::<usize>(), any::<usize>()).prop_map(|(one, other)| Change::Words(one, other)),
    ]
}

fn changed(text: &str, line: usize, change: &Change) -> String {
    let starts: Vec<usize> = [0].into_iter().chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
    let start = starts[line % starts.len()];
    let end = text[start..].find('\n').map_or(text.len(), |length| start + length + 1);
    let here = &text[start..end];
    let new = match change {
        Change::Line(new) => {
            let indent = &here[..here.len() - here.trim_start_matches(' ').len()];
            let lines = new.lines().map(|line| format!("{indent}{line}\n"));
            lines.collect::<String>() + here
        }
        Change::Cut => String::new(),
        Change::Words(one, other) => {
            let words: Vec<&str> = text.split(|letter: char| letter != '_' && !letter.is_alphanumeric()).collect();
            here.replacen(words[one % words.len()], words[other % words.len()], 1)
        }
    };
    format!("{}{new}{}", &text[..start], &text[end..])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn edits_of_the_fixtures(
        path in prop::sample::select(fixtures("py")),
        edits in prop::collection::vec((any::<usize>(), change(), any::<bool>()), 1..6),
    ) {
        if let Ok(first) = fs::read_to_string(&path) {
            let base = with_all_rules(input(&path, &first));
            let mut editor = Editor::default();
            editor.check(base.clone());
            let mut text = first.clone();
            for (line, change, is_taken_back) in edits {
                text = changed(&text, line, &change);
                editor.check(Input { source: Source::from_text(text.as_str()), ..base.clone() });
                if is_taken_back {
                    text.clone_from(&first);
                    editor.check(base.clone());
                }
            }
        }
    }
}

/// An edit of one function that changes what is found in another: the functions, what is edited, and the rule.
const FAR: &[(&str, (&str, &str), &str)] = &[
    // What it calls gives something else.
    (
        "def a():\n    return pb.returnOutputModel(b(), 'Failed', '', '', {}, 'no')\n\n\ndef b():\n    return {}\n",
        ("{}", "{1}"),
        "D3311",
    ),
    // ... two calls away.
    (
        "def a():\n    return pb.returnOutputModel(b(), 'Failed', '', '', {}, 'no')\n\n\ndef b():\n    return c()\n\n\ndef c():\n    return {}\n",
        ("return {}", "return {1}"),
        "D3311",
    ),
    // It is called with something else.
    (
        "def a(p):\n    p.log(runtime)\n\n\ndef b():\n    a(pb)\n\n\ndef c(x):\n    a(pb)\n",
        ("x):\n    a(pb)", "x):\n    a(x)"),
        "D3313",
    ),
    // ... by name.
    (
        "def a(*, p):\n    p.log(runtime)\n\n\ndef b():\n    a(p=pb)\n\n\ndef c(x):\n    a(p=pb)\n",
        ("x):\n    a(p=pb)", "x):\n    a(p=x)"),
        "D3313",
    ),
    // ... by way of another helper, and with something else under a name of its own.
    (
        "def a(p):\n    p.log(runtime)\n\n\ndef h(q):\n    r = q\n    a(r)\n\n\ndef b():\n    h(pb)\n\n\ndef c(x):\n    h(pb)\n",
        ("x):\n    h(pb)", "x):\n    h(x)"),
        "D3313",
    ),
    // Nobody calls it with anything else any more.
    (
        "def a(p):\n    p.log(runtime)\n\n\ndef b():\n    a(pb)\n\n\ndef c(x):\n    a(pb)\n    x(a)\n",
        ("    x(a)\n", ""),
        "D3313",
    ),
    // A class is made with something else.
    (
        "class A:\n    def __init__(self, p):\n        p.log(runtime)\n\n\ndef b():\n    A(pb)\n\n\ndef c(x):\n    A(pb)\n",
        ("x):\n    A(pb)", "x):\n    A(x)"),
        "D3313",
    ),
    // An attribute is made of something else by a function of its own.
    (
        "def a():\n    return runtime['connector']['apikey']\n\n\nclass B:\n    def __init__(self):\n        self.t = a()\n\n    def c(self):\n        pb.log(self.t)\n",
        ("'apikey'", "'serverurl'"),
        "D3313",
    ),
    // A constant has another value.
    (
        "STATUS = 'Failed'\n\n\ndef a():\n    return pb.returnOutputModel({}, STATUS, '', '', {}, '')\n",
        ("Failed", "Done"),
        "D3307",
    ),
    // A name gets a second meaning.
    ("def a():\n    x()\n    return 1\n    return 2\n\n\ndef b():\n    pass\n", ("def b", "def return_"), ""),
    // A function never returns any more.
    (
        "import sys\n\n\ndef a():\n    b()\n    print(1)\n\n\ndef b():\n    pass\n",
        ("    pass", "    sys.exit()"),
        "D3806",
    ),
    // An import is another one.
    (
        "import importlib\n\n\ndef a():\n    importlib.import_module('foo_lib')\n",
        ("import importlib", "import json as importlib"),
        "D3203",
    ),
    // What a test at the top level asks for is no version any more, and so nothing behind it is guarded.
    (
        "import sys\n\nOLD = sys.version_info < (3, 10)\nif OLD:\n    raise SystemExit\n\n\ndef a():\n    import foo_lib\n",
        ("version_info < (3, 10)", "platform"),
        "D3203",
    ),
    ("OLD = PY2\nif OLD:\n    raise SystemExit\n\n\ndef a():\n    from . import b\n", ("OLD = PY2", "OLD = False"), ""),
    // No annotation is evaluated any more.
    (
        "def a(x: (pb := 1)):\n    pass\n\n\nimport json\n",
        ("def a", "from __future__ import annotations\n\n\ndef a"),
        "D3202",
    ),
    // It is called with something else than the connection.
    (
        "def a(p):\n    return p['Api Key']\n\n\ndef b():\n    a(runtime['connector'])\n\n\ndef c(x):\n    a(runtime['connector'])\n",
        ("x):\n    a(runtime['connector'])", "x):\n    a(x)"),
        "D3402",
    ),
    // Another name of something is one of something else.
    ("make = pb.returnOutputModel\n\n\ndef a():\n    return make(1)\n", ("pb.returnOutputModel", "print"), "D3305"),
    (
        "import requests\n\nclient = requests.Session()\n\n\ndef TestConnection():\n    client.post('https://a.b', timeout=3)\n    return pb.returnOutputModel({}, 'Successful', '', '', {}, '')\n",
        ("requests.Session()", "None"),
        "D3110",
    ),
    // A helper makes no output model any more.
    (
        "def a():\n    b()\n\n\ndef b():\n    return pb.returnOutputModel({}, 'Failed', '', '', {}, 'no')\n",
        ("return pb.returnOutputModel({}, 'Failed', '', '', {}, 'no')", "return 1"),
        "D3302",
    ),
    // A helper builds another text.
    (
        "def a(cursor, x):\n    text = b(x)\n    cursor.execute(text)\n\n\ndef b(x):\n    return 'SELECT * FROM t WHERE n = ' + x\n",
        ("+ x", "+ '1'"),
        "D3604",
    ),
    // A constant becomes empty.
    (
        "KEYS = 'x'\n\n\ndef a():\n    return pb.returnOutputModel({}, 'Failed', KEYS, '', {}, 'no')\n",
        ("'x'", "''"),
        "D3308",
    ),
    // An import is used in one place only now, which changes the fix there.
    (
        "import json\n\n\ndef a(x):\n    return pb.returnOutputModel({}, 'Failed', json.dumps(x), '', {}, 'no')\n\n\ndef b(x):\n    return json.loads(x)\n",
        ("json.loads(x)", "x"),
        "",
    ),
    // A second function of the name: the first is no command any more.
    (
        "def a(*, x):\n    return pb.returnOutputModel({}, 'Failed', '', '', {}, 'no')\n\n\ndef b():\n    pass\n",
        ("def b", "def a"),
        "D3105",
    ),
    // A helper's time has another zone.
    (
        "from datetime import datetime\nimport pytz\n\n\ndef a(x):\n    return x < datetime.utcnow()\n\n\ndef b():\n    return a(datetime.utcnow())\n",
        ("a(datetime.utcnow())", "a(datetime.now(pytz.utc))"),
        "D3508",
    ),
    // A constant becomes a test of the version; the parameter of that name does not.
    (
        "OLD = foo()\n\n\ndef a():\n    if OLD:\n        import foo_lib\n\n\ndef b(OLD):\n    if OLD:\n        import foo_lib\n",
        ("foo()", "False"),
        "D3203",
    ),
    // What is assigned to `pb` is a member of it.
    ("def a():\n    pb.thing()\n\n\ndef b():\n    pass\n", ("    pass", "    pb.thing = 1"), "D3412"),
];

/// As [`FAR`], for the command `Run(a, b)` of a manifest.
const FAR_OF_A_COMMAND: &[(&str, (&str, &str), &str)] = &[
    // A second function of the name is the command's.
    ("def Run(a):\n    pass\n\n\ndef x(a, b):\n    pass\n", ("def x", "def Run"), "D3102"),
    ("def Run(*args):\n    return args[5]\n\n\ndef x(*args):\n    pass\n", ("def x", "def Run"), "D3104"),
    ("def Run(a, b, *, c):\n    pass\n\n\ndef x(a, b):\n    pass\n", ("def x", "def Run"), "D3105"),
    // Something is said to be there.
    (
        "def a():\n    return unknown_thing\n\n\ndef b():\n    pass\n",
        ("    pass", "    try:\n        unknown_thing\n    except NameError:\n        pass"),
        "D3206",
    ),
    // Somebody counts the retries.
    (
        "def a():\n    return {'__ACTION__': '__RETRY__'}\n\n\ndef b():\n    return a()\n",
        ("return a()", "return a() if runtime['retrycount'] < 3 else None"),
        "D3505",
    ),
    // A name means something else.
    ("def Run(a, b):\n    locals()\n    return a\n\n\ndef x():\n    pass\n", ("def x", "def locals"), "D3112"),
];

#[test]
fn an_edit_of_one_function_counts_in_those_that_use_it() {
    let command = Manifest::parse(
        r#"{"version": 1, "kind": "integration", "name": "Acme", "script": "script.py", "commands":
            [{"internalName": "Run", "inputs": [{"parameterName": "a"}, {"parameterName": "b"}]}]}"#
            .into(),
    );
    let command = Arc::new(command);
    let with_command = |input: Input| Input {
        manifest: Some(Arc::clone(&command)),
        script: Some("script.py".to_owned()),
        system: SystemScript::None,
        ..input
    };
    let rows = FAR.iter().map(|row| (row, false)).chain(FAR_OF_A_COMMAND.iter().map(|row| (row, true)));
    for ((text, (old, new), code), has_command) in rows {
        let input = |text: &str| {
            let input = with_all_rules(alone(text));
            if has_command { with_command(input) } else { input }
        };
        let edited = text.replace(old, new);
        assert_ne!(edited, *text, "{old}");
        // Enough around it that the edit is a small one.
        let around: String = (0..20).map(|n| format!("\n\ndef _other{n}(n):\n    return n + {n}\n")).collect();
        let [text, edited] = [*text, &edited].map(|text| format!("# d3: integration\n{text}{around}"));
        let mut editor = Editor::default();
        let found = |diagnostics: Vec<Diagnostic>| diagnostics.iter().filter(|one| one.code == *code).count();
        let before = found(editor.check(input(&text)));
        let after = found(editor.check(input(&edited)));
        let again = found(editor.check(input(&text)));
        assert_eq!(before, again);
        assert!(code.is_empty() || before != after, "{code} in\n{edited}");
    }
}

#[test]
fn another_manifest_counts() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/acme-edr/script.py");
    let text = fs::read_to_string(&path).expect("a fixture").replace("def CheckDevice(", "def CheckDevices(");
    let Candidate::Script(script) = Workspace::new(Disk).input(&path, Source::from_text(text.as_str()), None) else {
        panic!("no script");
    };
    let mut editor = Editor::default();
    let without = Input { manifest: None, script: None, ..script.input.clone() };
    let one = editor.check(without.clone());
    let other = editor.check(script.input);
    editor.check(without);
    assert_ne!(one, other);
}

#[test]
fn a_script_that_someone_still_reads_is_parsed_whole() {
    let mut editor = Editor::default();
    editor.check(alone("def a():\n    return 1\n"));
    let before = editor.0.take().expect("a check");
    let reader = Arc::clone(&before.analysis);
    editor.0 = Some(before);
    editor.check(alone("def a():\n    return 2\n"));
    assert_eq!(&*reader.parsed().text, "def a():\n    return 1\n");
}

#[test]
fn what_was_sound_is_made_use_of_behind_a_broken_text() {
    let text: String =
        (0..40).map(|n| format!("def f{n}(a):\n    if a:\n        b = {n}\n    return b\n\n\n")).collect();
    let mut editor = Editor::default();
    editor.check(alone(&text));
    editor.check(alone(&text.replace("b = 7\n", "b = (\n")));
    let found = editor.check(alone(&text.replace("b = 7\n", "b = (7)\n")));
    assert_eq!(found.len(), 40, "D3209 in each function");
    // A text whose check left nothing.
    editor.0 = editor.0.take().map(|before| Before { kept: Kept::default(), ..before });
    editor.check(alone(&text));
}
