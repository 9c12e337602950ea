//! Tests of semantic tokens, folding and selection.

use expect_test::expect;

use super::support::{ACME, acme, unmark};
use crate::ide::manifest::{self, ManifestDocument};
use crate::ide::{folds, selections, tokens};
use crate::manifest::Manifest;
use crate::text::{TextRange, TextSize};

fn whole(text: &str) -> TextRange {
    TextRange::up_to(TextSize::of(text))
}

/// The tokens of a script, `+` for what D3 gives.
fn shown(text: &str, range: TextRange) -> String {
    let analysis = acme(text);
    let found = tokens(&analysis, range).into_iter().map(|token| {
        let given = if token.given { "+" } else { "" };
        format!("{}:{:?}{given}", analysis.parsed().slice(token.range), token.kind)
    });
    found.collect::<Vec<_>>().join(" ")
}

fn all(text: &str) -> String {
    shown(text, whole(text))
}

#[test]
fn tokens_of_calls_keys_and_given_objects() {
    assert_eq!(
        all("x = '🙂'; y = D3.Utility.equals <JSON Object>(D3.Integration.AcmeEDR.CheckDevice(1), 2)"),
        "D3:Namespace+ Utility:Namespace+ equals:Function+ JSON Object:Type+ \
         D3:Namespace+ Integration:Namespace+ AcmeEDR:Namespace CheckDevice:Function"
    );
    assert_eq!(
        all("\u{feff}c = runtime['connector']\r\n\tk = c.get('é') or c['api' 'key'] or f\"{c['🙂']}\"\r\n"),
        "runtime:Variable+ é:Property 'api' 'key':Property 🙂:Property"
    );
    assert_eq!(all("try:\n    pb.log(1)\nexcept APIError:\n    pass"), "pb:Variable+ APIError:Class+");
    assert_eq!(all("pb = 1\npb.log(pb)\nprint('D3.Utility.equals')"), "");
    assert_eq!(all("D3.Utility."), "D3:Namespace+ Utility:Namespace+");
    assert_eq!(all("D3.Utility.GetUTCTimeNow<>()"), "D3:Namespace+ Utility:Namespace+ GetUTCTimeNow:Function+");
    assert_eq!(all("x = 1 < 2 > (3)"), "");
}

#[test]
fn tokens_of_a_range() {
    let text = "pb.log(1)\nruntime\npb.log(2)\n";
    assert_eq!(shown(text, TextRange::new(10.into(), 17.into())), "runtime:Variable+");
    assert_eq!(shown(text, TextRange::new(11.into(), 19.into())), "runtime:Variable+ pb:Variable+");
}

const SCRIPT: &str = "\
# One
# two
import os
import sys
from a import (
    b,
)


@decorator
def f(
    x,
):
    '''Says
    something.'''
    if x:  # three
        y = [
            1,
        ]
    elif 2:
        pass
    else:
        pass
    try:
        g(1,
          2)
    except A:
        pass
    else:
        pass
    finally:
        pass
    for i in y:
        pass
    else:
        pass
    return {'a': 1,
            'b': 2}


# Four
x = 1
";

/// The folds: the first and the last line, from 1.
fn lines(text: &str, folds: &[crate::ide::Fold]) -> String {
    let line = |offset: TextSize| text[..offset.to_usize()].matches('\n').count() + 1;
    let shown = |fold: &crate::ide::Fold| {
        let first = text.lines().nth(line(fold.range.start()) - 1).unwrap_or_default().trim();
        format!("{}-{} {:?} {first}\n", line(fold.range.start()), line(fold.range.end()), fold.kind)
    };
    folds.iter().map(shown).collect()
}

#[test]
fn folds_of_blocks_comments_and_imports() {
    let expected = expect![[r#"
        1-2 Comment # One
        3-7 Imports import os
        5-7 Code from a import (
        11-38 Code def f(
        14-15 Code '''Says
        16-19 Code if x:  # three
        17-19 Code y = [
        20-21 Code elif 2:
        22-23 Code else:
        24-26 Code try:
        25-26 Code g(1,
        27-28 Code except A:
        29-30 Code else:
        31-32 Code finally:
        33-34 Code for i in y:
        35-36 Code else:
        37-38 Code return {'a': 1,
    "#]];
    let crlf = SCRIPT.replace('\n', "\r\n");
    expected.assert_eq(&lines(SCRIPT, &folds(&acme(SCRIPT))));
    expected.assert_eq(&lines(&crlf, &folds(&acme(&crlf))));
}

fn document(text: &str) -> ManifestDocument {
    let manifest = std::sync::Arc::new(Manifest::parse(std::sync::Arc::from(text)));
    ManifestDocument::new(manifest.recovered())
}

#[test]
fn folds_of_a_manifest() {
    let text = "{\n  \"commands\": [\n    {\n      \"internalName\": \"A\"\n    }, {\"internalName\": \"B\"}\n  ]\n}\n";
    let expected = "1-7 Code {\n2-6 Code \"commands\": [\n3-5 Code {\n";
    assert_eq!(lines(text, &manifest::folds(&document(text))), expected);
    let half = &text[..text.find(']').expect("a bracket")];
    assert_eq!(lines(half, &manifest::folds(&document(half))), "1-5 Code {\n2-5 Code \"commands\": [\n3-5 Code {\n");
}

/// The pieces around the cursor, the whole text left out.
fn pieces(text: &str, found: Vec<TextRange>) -> Vec<String> {
    let slice = |range: &TextRange| text[range.start().to_usize()..range.end().to_usize()].to_owned();
    assert!(found.windows(2).all(|pair| pair[1].contains_range(pair[0]) && pair[0] != pair[1]), "{found:?}");
    assert_eq!(found.last(), Some(&whole(text)));
    found[..found.len() - 1].iter().map(slice).collect()
}

#[test]
fn selections_grow_from_word_to_statement() {
    let (text, offset) = unmark("x = 1\ny = f('🙂', D3.Utility.equals<Text>('a$0b', 1))\n");
    assert_eq!(
        pieces(&text, selections(&acme(&text), offset)),
        [
            "ab",
            "'ab'",
            "('ab', 1)",
            "D3.Utility.equals<Text>('ab', 1)",
            "('🙂', D3.Utility.equals<Text>('ab', 1))",
            "f('🙂', D3.Utility.equals<Text>('ab', 1))",
            "y = f('🙂', D3.Utility.equals<Text>('ab', 1))",
        ]
    );
    let (text, offset) = unmark("\n$0\nx = 1\n");
    assert_eq!(pieces(&text, selections(&acme(&text), offset)), [""; 0]);
}

#[test]
fn selections_in_a_manifest() {
    let offset = TextSize::try_from(ACME.find("acmelib").expect("there") + 1).expect("small");
    assert_eq!(
        pieces(ACME, manifest::selections(&document(ACME), offset))[..4],
        ["acmelib", "\"acmelib\"", "[\"acmelib\"]", "\"libraries\": [\"acmelib\"]"]
    );
}
