//! Where functions end, and what reaches their uses.

use crate::image::Image;
use crate::semantic::{Analysis, FunctionId, Surroundings};
use crate::syntax;

fn analysis(body: &str) -> Analysis {
    let parsed = syntax::parse(&body.into());
    assert!(parsed.errors.is_empty(), "{body}: {:?}", parsed.errors);
    Analysis::new(parsed, Surroundings::alone(Image::default_profile()))
}

/// How a function ends: each `return` as the text after it, `|` and the line on which it falls off, `raise`, `exit`.
fn ends(text: &str) -> String {
    let analysis = analysis(text);
    let model = analysis.model();
    let function = FunctionId(u32::try_from(model.functions.len() - 1).expect("few functions"));
    let ends = model.flow(function).ends();
    let mut found: Vec<String> = ends
        .returns
        .iter()
        .map(|&place| {
            analysis.parsed().slice(model.function(function).returns[place].range)["return".len()..].trim().to_owned()
        })
        .collect();
    found.extend(ends.falls_off.map(|range| format!("off after `{}`", analysis.parsed().slice(range))));
    found.extend(ends.raises.then(|| "raise".to_owned()));
    found.extend(ends.exits.then(|| "exit".to_owned()));
    found.join(", ")
}

/// A function with these statements; `;` separates lines, and `>` each add four blanks.
fn function(body: &str) -> String {
    let lines = body.split(';').map(|line| {
        let line = line.trim();
        let depth = line.chars().take_while(|&letter| letter == '>').count();
        format!("{}{}\n", "    ".repeat(depth + 1), &line[depth..].trim_start())
    });
    format!("def f(a, b):\n{}", lines.collect::<String>())
}

fn check(body: &str, expected: &str) {
    assert_eq!(ends(&function(body)), expected, "{}", function(body));
}

#[test]
fn straight_lines() {
    check("pass", "off after `pass`");
    check("return 1", "1");
    check("return", "");
    check("x = 1; return x; y = 2", "x");
    check("raise ValueError", "raise");
    check("assert False", "raise");
    check("assert a", "off after `assert a`");
}

#[test]
fn branches() {
    check("if a:; > return 1", "1, off after `if a`");
    check("if a:; > return 1; else:; > return 2", "1, 2");
    check("if a:; > return 1; elif b:; > return 2", "1, 2, off after `if a`");
    check("if a:; > return 1; elif b:; > pass; else:; > return 2", "1, 2, off after `pass`");
    check("if True:; > return 1", "1");
    check("if 0:; > return 1; return 2", "2");
    check("if not a or True:; > return 1; return 2", "1, 2");
    check("if a:; > raise E; return 1", "1, raise");
}

#[test]
fn loops() {
    check("while True:; > pass", "");
    check("while 1:; > if a:; >> break; return 1", "1");
    check("while True:; > if a:; >> return 1", "1");
    check("while a:; > return 1", "1, off after `while a`");
    check("for x in a:; > return 1", "1, off after `for x in a`");
    check("for x in [1, 2]:; > return 1", "1");
    check("for x in range(3):; > return 1", "1");
    check("for x in range(3):; > if x == 2:; >> return 1", "1");
    check("for x in range(3):; > if a == 2:; >> return 1", "1, off after `for x in range(3)`");
    check("for x in a:; > if b:; >> break; else:; > return 1", "1, off after `break`");
    check("for x in a:; > continue; else:; > return 1", "1");
    check("while a:; > break; else:; > return 1; return 2", "1, 2");
    check("while True:; > while True:; >> break", "");
    check("while True:; > try:; >> a(); > except E:; >> break; return 1", "1, raise");
}

#[test]
fn tries() {
    check("try:; > return a(); except E:; > pass", "a(), off after `pass`, raise");
    check("try:; > return a(); except Exception:; > return 2", "a(), 2");
    check("try:; > return a(); except E:; > raise", "a(), raise");
    check("try:; > a(); except E:; > return 1; else:; > return 2", "1, 2, raise");
    check("try:; > return a(); finally:; > b()", "a(), raise");
    check("try:; > x = a(); finally:; > b(); return x", "x, raise");
    check("try:; > return a(); finally:; > return 2", "2");
    check("try:; > raise E; except E:; > return 1; except F:; > pass", "1");
    check("try:; > raise E(a); except (E, F):; > return 1", "1");
    check("try:; > raise G; except E:; > return 1", "1, raise");
    check("for x in a:; > try:; >> continue; > finally:; >> b(); return 1", "1");
    check("while True:; > try:; >> break; > finally:; >> b(); return 1", "1");
    check("while True:; > try:; >> return a(); > except E:; >> pass", "a(), raise");
    check("try:; > try:; >> return a(); > finally:; >> b(); finally:; > b()", "a(), raise");
    check("try:; > a(); except:; > return 1", "1, off after `a()`");
}

#[test]
fn contexts() {
    check("with a as x:; > return 1", "1");
    check("with a, b:; > x = 1", "off after `x = 1`");
    check(
        "from contextlib import suppress; with suppress(E):; > return a()",
        "a(), off after `with suppress(E)`, raise",
    );
    check("import contextlib; with contextlib.suppress(E):; > return a(); return 2", "a(), 2, raise");
}

#[test]
fn exits() {
    check("import sys; sys.exit(1)", "exit");
    check("exit()", "exit");
    check("import os; os._exit(0)", "exit");
    check("from sys import exit as stop; stop()", "exit");
    check("if a:; > quit(1); return 1", "1, exit");
    check("exit = a; exit()", "off after `exit()`");
    let helper = "def stop(text):\n    if text:\n        raise ValueError(text)\n    else:\n        exit(1)\n";
    assert_eq!(ends(&format!("{helper}{}", function("if a:; > return 1; stop(b)"))), "1, exit");
    assert_eq!(ends(&format!("{helper}{}", function("stop = a; stop(b)"))), "off after `stop(b)`");
}

#[test]
fn matches() {
    check("match a:; > case 1:; >> return 1; > case _:; >> return 2", "1, 2");
    check("match a:; > case 1:; >> return 1", "1, off after `match a`");
    check("match a:; > case x if b:; >> return 1", "1, off after `match a`");
}

#[test]
fn unreachable_statements() {
    let dead = |body: &str| {
        let analysis = analysis(&function(body));
        let ranges = analysis.model().flow(FunctionId(0)).unreachable();
        let texts: Vec<&str> = ranges.iter().map(|&range| analysis.parsed().slice(range)).collect();
        texts.join(" / ")
    };
    assert_eq!(dead("return 1; x = 1; y = 2"), "x = 1");
    assert_eq!(dead("while True:; > pass; x = 1"), "x = 1");
    assert_eq!(dead("if a:; > return 1; > b(); else:; > raise E; > c(); return 2"), "b() / c()");
    assert_eq!(dead("try:; > x = 1; except E:; > x = 2"), "");
    assert_eq!(dead("with a:; > return 1; return 2"), "");
    assert_eq!(dead("try:; > return 1; finally:; > b()"), "");
}

/// The lines of the bindings that the read of `x` in the last line can see, and `-` where it may be unbound.
fn reaching(body: &str) -> String {
    let text = function(body);
    let analysis = analysis(&text);
    let model = analysis.model();
    let entry = &model.scope(model.function(FunctionId(0)).scope).names["x"];
    let last = *entry.references.last().expect("a read of x");
    let Some(reaching) = model.flow(FunctionId(0)).reaching(model, last) else { return "nothing".to_owned() };
    let line = |offset: usize| text[..offset].matches('\n').count();
    let mut found: Vec<String> =
        reaching.bindings.iter().map(|&id| line(model.binding(id).range.start().to_usize()).to_string()).collect();
    found.extend(reaching.unbound.then(|| "-".to_owned()));
    found.join(" ")
}

#[test]
fn bindings_that_reach() {
    assert_eq!(reaching("x = 1; x = 2; a(x)"), "2");
    assert_eq!(reaching("x = 1; if a:; > x = 2; b(x)"), "1 3");
    assert_eq!(reaching("if a:; > x = 2; b(x)"), "2 -");
    assert_eq!(reaching("for x in a:; > pass; b(x)"), "1 -");
    assert_eq!(reaching("try:; > x = a(); except E:; > b(x)"), "-");
    assert_eq!(reaching("try:; > x = 1; > y = a(); except E:; > b(x)"), "2");
    assert_eq!(reaching("x = 1; x += 2; b(x)"), "2");
    assert_eq!(reaching("try:; > a(); except E as x:; > pass; b(x)"), "-");
    assert_eq!(reaching("x = 1; del x; b(x)"), "-");
    assert_eq!(reaching("x, y = a; b(x)"), "1");
    assert_eq!(reaching("if (x := a):; > pass; b(x)"), "1");
    assert_eq!(reaching("x: int; b(x)"), "-");
    assert_eq!(reaching("with a as x:; > pass; b(x)"), "1");
    assert_eq!(reaching("return 1; b(x); x = 2; b(x)"), "nothing");
    assert_eq!(reaching("try:; > x = 1; > return x; finally:; > x = 2; > b(x)"), "5");
}

#[test]
fn deep_and_long_functions_are_no_trouble() {
    let nested: String = (0..18).map(|depth| format!("{}try:; ", "> ".repeat(depth).replace(' ', ""))).collect();
    let innermost = ">".repeat(18);
    let finallies: String = (0..18).rev().map(|depth| format!("; {0} finally:; {0}> b()", ">".repeat(depth))).collect();
    check(&format!("{nested}{innermost} return a(){finallies}"), "a(), raise");
    let long = format!("{}return 1", "if a:; > b(); ".repeat(20_000));
    check(&long, "1");
}
