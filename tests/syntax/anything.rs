//! Any text whatever is parsed, with ranges that lie in it.

use std::sync::Arc;

use d3ls::syntax::parse;
use proptest::prelude::*;

use crate::python39::library;
use crate::ranges_in;

/// A text with much of Python's syntax, and D3's.
const RICH: &str = r#"# -*- coding: utf-8 -*-
"""Docstring."""
import os, sys as system
from a.b import (c as d, e,)

@decorate(1, *args, key='value', **kwargs)
async def f(a, /, b: int = 1, *rest, c=2, **more) -> "text":
    global counter
    async with open(a) as one, two: pass
    async for x, *y in z: await x
    return [i async for i in b if i] or {k: v for k, v in rest} or {*a, *b} or (j for j in c)

class A(B, metaclass=C):
    x: int = 1
    def g(self):
        try:
            raise E("é😀") from None
        except (E, F) as error:
            del self.a[1:2, ...], b
        else: assert x, f"{x!r:>{width}} {{}} {y['k']} {D3.Utility.equals<Text>('a', "b")}"
        finally:
            while not (a if b else c):
                break
            else: continue
        with (open(a) as b, c): lambda q, *w: (yield q)
        x = y = -1 ** ~2 @ 3 << 4 // 5 if a < b <= c is not d not in e else b"\x00" rb'\d' in 0x1F
        return pb.returnOutputModel(result, runtime['connector']['serverurl'], "", '', rawData, errors)

D3.Integration.Acme.Check(D3.Utility.X <JSON Object> ({'a': [1, 2.5e3j, None, True]}), n := 1)
"""
text""" ; print(f'''{
    x}''')
"#;

fn check(text: &str) {
    ranges_in::check(&parse(&Arc::from(text)));
}

#[test]
fn the_rich_text_is_sound() {
    let parsed = parse(&Arc::from(RICH));
    let messages: Vec<_> = parsed.errors.iter().map(|error| error.message.as_str()).collect();
    assert_eq!(messages, ["`continue` outside loop"]);
    assert_eq!(parsed.d3_calls.len(), 3);
    assert!(parsed.newer.iter().all(|newer| newer.since == (3, 12)));
}

#[test]
fn every_prefix_and_every_suffix_is_parsed() {
    for (at, _) in RICH.char_indices() {
        check(&RICH[..at]);
        check(&RICH[at..]);
        let windows = RICH[..at].replace('\n', "\r\n");
        check(&windows);
    }
}

#[test]
fn prefixes_of_the_library_are_parsed() {
    for text in library(40) {
        let step = text.len() / 12 + 1;
        for at in (0..text.len()).step_by(step).filter(|at| text.is_char_boundary(*at)) {
            check(&text[..at]);
        }
    }
}

/// Pieces that damage a text in different ways.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        proptest::sample::select(vec![
            "(",
            ")",
            "[",
            "]",
            "{",
            "}",
            "'",
            "\"",
            "\"\"\"",
            "'''",
            "f\"{",
            "f'''{",
            "\\",
            "\n",
            "\r",
            "\r\n",
            "\t",
            "#",
            ":",
            ",",
            ".",
            "<",
            ">",
            "=",
            ";",
            "@",
            "é",
            "😀",
            "\u{feff}",
            "\x0c",
            " ",
            "    ",
            "D3.Utility.",
            "D3.Utility.x<",
            "<Text>",
            "def f(",
            "class ",
            "else:",
            "return",
            "lambda",
            "async ",
            "{!r:{",
            "\\N{",
            "\0",
            "```",
            "<p>",
            "*",
            "**",
            ":=",
            "if x:\n",
            "match x:\n case",
            "except*",
            "0x",
            "1e",
            "rb'",
            "t'",
        ])
        .prop_map(str::to_owned),
        "\\PC{0,6}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_edits_are_parsed(edits in proptest::collection::vec((any::<prop::sample::Index>(), 0usize..40, piece()), 1..12)) {
        let mut text = RICH.to_owned();
        for (index, cut, piece) in edits {
            let floor = |mut at: usize| { while !text.is_char_boundary(at) { at -= 1 } at };
            let start = floor(index.index(text.len() + 1));
            let end = floor((start + cut).min(text.len()));
            text.replace_range(start..end.max(start), &piece);
            check(&text);
        }
    }

    #[test]
    fn random_pieces_are_parsed(pieces in proptest::collection::vec(piece(), 0..60)) {
        check(&pieces.concat());
    }
}

#[test]
fn a_small_stack_is_enough() {
    let deep = [
        format!("x = {}1{}\ny = 2\n", "[".repeat(10_000), "]".repeat(10_000)),
        format!("x = {}\ny = 2\n", "(".repeat(10_000)),
        format!("x = a{}\ny = 2\n", ".b".repeat(100_000)),
        format!("x = a{}\ny = 2\n", "()".repeat(100_000)),
        format!("x = a{}\ny = 2\n", "[0]".repeat(100_000)),
        format!("x = a{}\ny = 2\n", " + a".repeat(100_000)),
        format!("x = {}a\ny = 2\n", "-".repeat(100_000)),
        format!("x = {}a\ny = 2\n", "not ".repeat(100_000)),
        format!("x = {}a\ny = 2\n", "lambda: ".repeat(100_000)),
        format!("x = {}a\ny = 2\n", "a if a else ".repeat(100_000)),
        format!("x = {}a\ny = 2\n", "a ** ".repeat(100_000)),
        format!("x = {}a\ny = 2\n", "f'{".repeat(10_000)),
        format!("x = a{}\ny = 2\n", ".b".repeat(2_900)),
        format!("x = a{}\ny = 2\n", "()".repeat(2_900)),
        format!("x = {}1{}\ny = 2\n", "[".repeat(200), "]".repeat(200)),
        format!("{}pass\ny = 2\n", "if x:\n".repeat(10_000)),
        format!("{}y = 2\n", (0..1_000).map(|depth| format!("{}if x:\n", " ".repeat(depth))).collect::<String>()),
    ];
    let thread = std::thread::Builder::new().stack_size(2 * 1024 * 1024);
    let parsing = move || {
        for text in deep {
            let parsed = parse(&Arc::from(text.as_str()));
            assert!(parsed.errors.len() <= 2 || text.contains("if x"), "{:.40} {:?}", text, &parsed.errors[..3]);
            assert!(!parsed.body.is_empty(), "{text:.40}");
            drop(parsed);
        }
    };
    thread.spawn(parsing).expect("a thread starts").join().expect("no stack overflow");
}

/// How long it takes is for `benches/compare` to say.
#[test]
fn one_broken_line_costs_a_large_text_next_to_nothing() {
    let function = "def f(a, b):\n    x = D3.Utility.equals<Text>(a, [b, {'c': 1}])\n    return x\n\n";
    let sound = function.repeat(10_000);
    for damage in ["x = foo(a, ", "x = 'abc", "x = \"\"\"abc", "x = {", "x = f'{a", "(((((", "x = = 1"] {
        let parsed = parse(&Arc::from(format!("{damage}\n{sound}").as_str()));
        let functions = parsed.body.iter().filter(|statement| statement.is_function_def_stmt()).count();
        assert_eq!((parsed.errors.len(), functions, parsed.d3_calls.len()), (1, 10_000, 10_000), "{damage}");
    }
}
