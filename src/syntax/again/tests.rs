//! A text parsed again after an edit gives what the same text gives parsed afresh.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use proptest::prelude::*;

use super::super::{Apart, Parsed, parse};
use super::{Again, Touched, block, touched};

const PIECES: &[&str] = &[
    "x = 1\n",
    "\n",
    "    ",
    "else:\n",
    "elif x:\n",
    "finally:\n",
    "(",
    ")",
    "]",
    "'",
    "\"\"\"",
    "\\\n",
    "\\",
    "# c\n",
    ";",
    "def f(a):\n    return a\n",
    "@d\n",
    "\n@d(1)\n\n",
    "D3.Utility.a<Text>(1)\n",
    "D3.Utility.b<",
    "from __future__ import annotations\n",
    "global x\n",
    "if x:\n    global x\n",
    "\t",
    "é🙂",
    "\r\n",
    "\r",
    "match x:\n    case 1:\n        pass\n",
    "lambda: 0",
    "class A:\n    x: int = 1\n",
    "yield 1\n",
    "nonlocal x\n",
    "f'{x!r:>{y}}'\n",
    "await x\n",
    "return\n",
    "\u{feff}",
    " ",
];

fn assert_same(again: &Parsed, afresh: &Parsed, text: &str) {
    assert_eq!(again.body, afresh.body, "{text}");
    assert_eq!(again.comments, afresh.comments, "{text}");
    assert_eq!(again.errors, afresh.errors, "{text}");
    assert_eq!(again.newer, afresh.newer, "{text}");
    assert_eq!(again.d3_calls, afresh.d3_calls, "{text}");
    assert_eq!(again.malformed_calls, afresh.malformed_calls, "{text}");
    assert_eq!(again.trailing, afresh.trailing, "{text}");
    // What recovery would find is looked up only where that is of use.
    let apart = |parsed: &Parsed| parsed.apart.map(|apart| Apart { plain: false, ..apart });
    assert_eq!(apart(again), apart(afresh), "{text}");
    assert_eq!(again.text, afresh.text);
}

fn parse_again(before: Parsed, text: &Arc<str>) -> Parsed {
    match Again::new(&before, text) {
        Some(again) => again.join(before),
        None => parse(text),
    }
}

/// `text` with `piece` in place of about `length` bytes from about `at` on.
fn edited(text: &str, at: usize, length: usize, piece: &str) -> Arc<str> {
    let start = text.floor_char_boundary(at % (text.len() + 1));
    let end = text.floor_char_boundary((start + length).min(text.len())).max(start);
    format!("{}{piece}{}", &text[..start], &text[end..]).into()
}

fn scripts() -> Vec<Arc<str>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let (mut found, mut folders) = (Vec::new(), vec![folder]);
    while let Some(folder) = folders.pop() {
        let mut paths: Vec<PathBuf> =
            std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
        paths.sort();
        for path in paths {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "py") {
                found.extend(std::fs::read_to_string(path).ok().map(Arc::from));
            }
        }
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn small_scripts(
        first in prop::collection::vec(prop::sample::select(PIECES), 0..10),
        edits in prop::collection::vec((any::<usize>(), 0..6_usize, prop::sample::select(PIECES)), 1..8),
    ) {
        let text: Arc<str> = first.concat().into();
        let mut kept = parse(&text);
        for (at, length, piece) in edits {
            let text = edited(&kept.text, at, length, piece);
            kept = parse_again(kept, &text);
            assert_same(&kept, &parse(&text), &text);
        }
    }

    #[test]
    fn inside_of_one_class(
        script in prop::sample::select(scripts()),
        edits in prop::collection::vec(
            (any::<usize>(), 0..12_usize, prop::sample::select(PIECES), 0..4_usize, any::<bool>()), 1..6),
    ) {
        let first = in_class(&script);
        let mut kept = parse(&first);
        for (at, length, piece, indent, is_taken_back) in edits {
            let piece = piece.replace('\n', &format!("\n{}", "    ".repeat(indent)));
            let text = edited(&kept.text, at, length, &piece);
            kept = parse_again(kept, &text);
            assert_same(&kept, &parse(&text), &text);
            if is_taken_back {
                kept = parse_again(kept, &first);
                assert_same(&kept, &parse(&first), &first);
            }
        }
    }

    #[test]
    fn the_fixtures(
        script in prop::sample::select(scripts()),
        edits in prop::collection::vec((any::<usize>(), 0..40_usize, prop::sample::select(PIECES)), 1..4),
    ) {
        let mut kept = parse(&script);
        for (at, length, piece) in edits {
            let text = edited(&script, at, length, piece);
            kept = parse_again(kept, &text);
            assert_same(&kept, &parse(&text), &text);
            // The edit is taken back.
            kept = parse_again(kept, &script);
            assert_same(&kept, &parse(&script), &script);
        }
    }
}

#[test]
fn an_edit_in_a_function_costs_its_neighbourhood_only() {
    let text: String = (0..20).map(|n| format!("def f{n}(a):\n    return a + {n}\n\n\n")).collect();
    let kept = parse(&text.as_str().into());
    let within = touched(&kept, &text.replace("a + 7\n", "a + 7777\n")).expect("functions stand apart");
    assert_eq!(within.statements, 7..8);
    // What is written before a function may belong to the one before it.
    let before = touched(&kept, &text.replace("def f7", "async def f7")).expect("functions stand apart");
    assert_eq!(before.statements, 6..8);
}

/// A script as the body of a class.
fn in_class(script: &str) -> Arc<str> {
    let lines: String = script.split_inclusive('\n').map(|line| format!("    {line}")).collect();
    format!("class A:\n    a = 1\n{lines}\n    z = 1\n").into()
}

#[test]
fn an_edit_in_a_large_statement_costs_the_lines_around_it_only() {
    let methods = (0..100)
        .map(|n| format!("def f{n}(a):\n    if a:\n        b = a + {n}\n        return b\n    c = a\n    return c\n"));
    let text = in_class(&methods.collect::<String>());
    let kept = parse(&text);
    let lines = |edited: &str| {
        let Touched { statements, edit, .. } = touched(&kept, edited)?;
        let [statement] = &kept.body[statements] else { return None };
        block::parse(statement, &text, edited, edit).map(|again| kept.slice(again.lines).to_owned())
    };
    let with = |new: &str| text.replace("b = a + 50\n", new);
    let line = Some("            b = a + 50\n".to_owned());
    assert_eq!(lines(&with("b = c(a, 50)\n")), line);
    assert_eq!(lines(&with("b = [\n1,\n]  # c\n            x = 1\n")), line);
    // The last statement of a block may go on, or be followed by one of another block.
    let last = text.replace("a + 50\n            return b\n", "a + 50\n            return d\n");
    let around = "        if a:\n            b = a + 50\n            return b\n";
    assert_eq!(lines(&last), Some(around.to_owned()));
    let broken =
        ["b = (a +\n", "b = a\n        else:\n            b = 1\n", "b = a + \\\n", "b = a\n\n  x = 1\n", "b = '''\n"];
    for broken in broken {
        assert_ne!(lines(&with(broken)), line, "{broken}");
    }
}

#[test]
fn a_decorator_belongs_to_the_definition_behind_it() {
    let text: Arc<str> = (0..20).map(|n| format!("def f{n}(a):\n    return a + {n}\n\n\n")).collect::<String>().into();
    // Behind a broken text, what is broken is looked for around the edit only.
    let broken = text.replace("a + 7\n", "a + (\n").into();
    let kept = parse_again(parse_again(parse(&text), &broken), &text);
    assert!(kept.apart.is_some_and(|apart| apart.plain));
    let decorated: Arc<str> = text.replace("a + 7\n\n\n", "a + 7\n\n@d(\n1)\n# c\n\n").into();
    let again = parse_again(kept, &decorated);
    assert_eq!(again.errors, []);
    assert_same(&again, &parse(&decorated), &decorated);
}
