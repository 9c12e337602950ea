//! What holds for every input, one function a fuzz target. `tests/fuzz.rs` runs the same functions over the
//! fixtures and over every input that once failed, on the stable toolchain.

#[path = "../../tests/support/ranges.rs"]
mod ranges;
#[path = "../../tests/support/second_parser.rs"]
mod second_parser;

use std::path::Path;
use std::sync::Arc;

use d3ls::check::{Before, Input, check as check_input, check_again, check_manifest};
use d3ls::diagnostic::Place;
use d3ls::fix::{Diagnosis, Wanted, fix_all};
use d3ls::ide;
use d3ls::manifest::Manifest;
use d3ls::project::Workspace;
use d3ls::rules::Selection;
use d3ls::server::transport::{Frame, Reader, decode};
use d3ls::syntax::parse;
use d3ls::text::{Source, TextRange, TextSize};
use rustpython_parser::{Parse, ast as second};

/// A longer input is slow rather than new.
const LONGEST: usize = 64 * 1024;

/// The input as a text, if it is one.
fn text(input: &[u8]) -> Option<&str> {
    std::str::from_utf8(input).ok().filter(|text| text.len() <= LONGEST)
}

fn script(text: &str) -> Input {
    Workspace::default().as_script(Path::new("/nowhere/script.py"), Source::from_text(text)).input
}

fn assert_in(text: &str, range: TextRange) {
    let (start, end) = (range.start().to_usize(), range.end().to_usize());
    assert!(start <= end && text.is_char_boundary(start) && text.is_char_boundary(end), "{range:?}");
}

/// A check of any text: no rule panics, all findings and fixes lie in the text, and all safe fixes together
/// add no syntax error and leave nothing to fix.
pub fn check(input: &[u8]) {
    let Some(text) = text(input) else { return };
    let whole = script(text);
    let diagnose = |text: &Arc<str>| {
        let report = check_input(&Input { source: Source::from_text(Arc::clone(text)), ..whole.clone() });
        let text = report.analysis.parsed().text.clone();
        for found in &report.diagnostics {
            assert_ne!(found.code, "D3905", "{}", found.message);
            if found.place == Place::Script {
                assert_in(&text, found.range);
            }
            let edits = found.fixes.iter().flat_map(|fix| &fix.edits);
            edits.filter(|(place, _)| *place == Place::Script).for_each(|(_, edit)| assert_in(&text, edit.range));
        }
        let syntax_errors = report.analysis.parsed().errors.len();
        Diagnosis { diagnostics: report.diagnostics, syntax_errors }
    };
    let text: Arc<str> = whole.source.text();
    let before = diagnose(&text).syntax_errors;
    let wanted = Wanted { place: Place::Script, unsafe_fixes: false };
    let fixed = fix_all(&text, wanted, diagnose);
    assert!(diagnose(&fixed.text).syntax_errors <= before, "fixing added a syntax error:\n{}", fixed.text);
    assert_eq!(fix_all(&fixed.text, wanted, diagnose).text, fixed.text, "fixing twice is not fixing once");
}

/// A check after an edit finds what a check of the whole text finds, whatever was cut out and put back.
pub fn edits(input: &[u8]) {
    let Some(text) = text(input) else { return };
    let whole = script(text);
    let mut before = None;
    let mut compare = |text: &str| {
        let input = Input { source: Source::from_text(text), ..whole.clone() };
        let (again, kept) = check_again(&input, before.take());
        let afresh = check_input(&input);
        assert_eq!(again.diagnostics, afresh.diagnostics);
        assert_eq!(again.analysis.parsed().body, afresh.analysis.parsed().body);
        before = Some(Before { input: Box::new(input), analysis: again.analysis, kept });
    };
    compare(text);
    for place in places(text) {
        let (start, length) = (place.to_usize(), place.to_usize() % 11 + 1);
        let end = text.floor_char_boundary((start + length).min(text.len()));
        compare(&format!("{}{}", &text[..start], &text[end..]));
        compare(text);
    }
}

/// Blanking keeps length and line ends, and changes nothing but what it says.
pub fn dialect(input: &[u8]) {
    let Some(text) = text(input) else { return };
    let scan = d3ls::dialect::scan(text);
    assert_eq!(scan.text.len(), text.len());
    let is_end = |byte: &u8| matches!(byte, b'\n' | b'\r');
    for (ours, theirs) in scan.text.bytes().zip(text.bytes()) {
        assert!(ours == theirs || ours == b' ', "{ours} for {theirs}");
        assert_eq!(is_end(&ours), is_end(&theirs));
    }
}

/// Any text is parsed, and every statement, comment, error and D3 call lies in it.
pub fn syntax(input: &[u8]) {
    let Some(text) = text(input) else { return };
    let parsed = parse(&Arc::from(text));
    ranges::check(&parsed);
}

/// Where two parsers accept a text, they see the same functions with the same parameters at the same places.
pub fn differential(input: &[u8]) {
    let Some(text) = text(input) else { return };
    let parsed = parse(&Arc::from(text));
    if !parsed.errors.is_empty() || !parsed.d3_calls.is_empty() || !parsed.newer.is_empty() {
        return;
    }
    let Ok(suite) = second::Suite::parse(text, "script") else { return };
    assert_eq!(second_parser::ours(&parsed), second_parser::theirs(&suite));
}

/// Any text is read as a manifest, and its findings lie in it.
pub fn manifest(input: &[u8]) {
    let Some(text) = text(input) else { return };
    let manifest = Arc::new(Manifest::parse(text.into()));
    for found in check_manifest(&manifest, &Selection::default()) {
        assert_ne!(found.code, "D3905", "{}", found.message);
        assert_in(text, found.range);
    }
    let document = ide::manifest::ManifestDocument::new(manifest.recovered());
    for at in places(text) {
        ide::manifest::complete(&document, &|| vec!["script.py".to_owned()], at);
        ide::manifest::hover(&document, at);
        ide::manifest::definition(&document, at);
        ide::manifest::references(&document, at);
        ide::manifest::selections(&document, at);
    }
    ide::manifest::symbols(&document);
    ide::manifest::folds(&document);
    ide::manifest::links(&document);
}

/// Frames are read to their end whatever stands between them, and bodies are decoded or refused.
pub fn frames(input: &[u8]) {
    let mut reader = Reader::new(input);
    let mut read = 0;
    while let Some(frame) = reader.frame().expect("a slice can always be read") {
        if let Frame::Body(body) = frame {
            let _ = decode(&body);
        }
        read += 1;
        assert!(read <= input.len(), "more frames than bytes");
    }
}

/// Nothing that an editor asks at any place panics, and all that it is told lies in the text.
pub fn editor(input: &[u8]) {
    let Some(text) = text(input) else { return };
    let whole = script(text);
    let text = whole.source.text();
    let analysis = check_input(&whole).analysis;
    for at in places(&text) {
        ide::complete(&analysis, at);
        ide::hover(&analysis, at);
        ide::signature(&analysis, at);
        ide::definition(&analysis, at);
        ide::references(&analysis, at);
        ide::highlights(&analysis, at).into_iter().for_each(|range| assert_in(&text, range));
        ide::selections(&analysis, at).into_iter().for_each(|range| assert_in(&text, range));
        if let Ok(range) = ide::renameable(&analysis, at) {
            assert_in(&text, range);
            for (place, edit) in ide::rename(&analysis, at, "renamed").into_iter().flatten() {
                assert!(place != Place::Script || (edit.range.end() <= TextSize::of(&*text)));
            }
        }
        for action in ide::actions(&analysis, TextRange::empty(at)) {
            let edits = action.edits.iter().filter(|(place, _)| *place == Place::Script);
            edits.for_each(|(_, edit)| assert_in(&text, edit.range));
        }
    }
    let all = TextRange::up_to(TextSize::of(&*text));
    ide::tokens(&analysis, all).iter().for_each(|token| assert_in(&text, token.range));
    ide::hints(&analysis, all);
    ide::folds(&analysis);
    ide::symbols(&analysis);
    ide::lenses(&analysis, &|_| 1);
}

/// A few places of a text, spread over it and at its end.
fn places(text: &str) -> impl Iterator<Item = TextSize> {
    let step = text.len() / 7 + 1;
    let ends = (0..text.len()).step_by(step).chain([text.len()]);
    ends.map(|at| (0..=at).rev().find(|&at| text.is_char_boundary(at)).unwrap_or_default())
        .map(|at| TextSize::try_from(at).unwrap_or_default())
}
