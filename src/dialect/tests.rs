//! What is blanked, and what is not.

use super::scan;

/// The text without D3's types, and the words in them.
fn blanked(text: &str) -> (String, Vec<String>) {
    let scan = scan(text);
    assert_eq!(scan.text.len(), text.len(), "{text}");
    for slot in &scan.slots {
        assert!(text[slot.range].starts_with('<'), "{text}");
        assert!(text[slot.callee].starts_with("D3"), "{text}");
    }
    (scan.text.into_owned(), scan.slots.into_iter().map(|slot| slot.word.value).collect())
}

#[track_caller]
fn check(text: &str, expected: &str, words: &[&str]) {
    let (text, found) = blanked(text);
    assert_eq!(text, expected);
    assert_eq!(found, words);
}

#[track_caller]
fn untouched(text: &str) {
    check(text, text, &[]);
}

#[test]
fn types_are_blanked() {
    check("D3.Utility.equals<Text>(a, b)", "D3.Utility.equals      (a, b)", &["Text"]);
    check("D3.Utility.concatToRear <Text>(a)", "D3.Utility.concatToRear       (a)", &["Text"]);
    check("D3.Utility.GetUTCTimeNow<>()", "D3.Utility.GetUTCTimeNow  ()", &[""]);
    check("D3.Utility.X< JSON Object >(a)", "D3.Utility.X               (a)", &["JSON Object"]);
    check("D3 . Utility . x <Text>(a)", "D3 . Utility . x       (a)", &["Text"]);
    check("D3.Integration.Acme.Check<Text>()", "D3.Integration.Acme.Check      ()", &["Text"]);
    check("D3.Utility.x<日本>(a)", "D3.Utility.x        (a)", &["日本"]);
}

#[test]
fn nested_calls_and_line_ends() {
    check(
        "D3.Utility.a<Text>(D3.Utility.b<Number>(1), x)",
        "D3.Utility.a      (D3.Utility.b        (1), x)",
        &["Text", "Number"],
    );
    check("(D3.Utility  # why\n  .x\n  <Text>(1))", "(D3.Utility  # why\n  .x\n        (1))", &["Text"]);
    check("D3.Utility \\\n .x<Text>(1)", "D3.Utility \\\n .x      (1)", &["Text"]);
    untouched("D3.Utility.x\n<Text>(1)");
}

#[test]
fn replacement_fields_are_code() {
    check("f\"{D3.Utility.x<Text>('a')}\"", "f\"{D3.Utility.x      ('a')}\"", &["Text"]);
    check("f\"{D3.Utility.x<Text>(\"a\")}\"", "f\"{D3.Utility.x      (\"a\")}\"", &["Text"]);
    check(
        "f'{D3.Utility.x<Number>(1):>{D3.Utility.w<Text>(2)}}'",
        "f'{D3.Utility.x        (1):>{D3.Utility.w      (2)}}'",
        &["Number", "Text"],
    );
    check("f'''{\nD3.Utility.x<Text>(1)}'''", "f'''{\nD3.Utility.x      (1)}'''", &["Text"]);
    untouched("f'{{D3.Utility.x<Text>(1)}}'");
    untouched("f'{x:D3.Utility.x<Text>(1)}'");
}

#[test]
fn text_and_comparisons_are_left_alone() {
    untouched("'D3.Utility.x<Text>(1)'");
    untouched("\"\"\"\nD3.Utility.x<Text>(1)\n\"\"\"");
    untouched("r'\\' # D3.Utility.x<Text>(1)'");
    untouched("# D3.Utility.x<Text>(1)");
    untouched("D3 = 1; a < b > (c)");
    untouched("D3.a < b > (c)");
    untouched("x.D3.Utility.y < b > (c)");
    untouched("MyD3.Utility.y < b > (c)");
    untouched("D3.Utility.count(x) < b > (c)");
    untouched("D3.Utility.x <= b > (c)");
    untouched("D3.Utility.x << b > (c)");
    untouched("D3.Utility.x.y < b > (c)");
}

#[test]
fn unclosed_types_end_with_their_word() {
    check("D3.Utility.equals<", "D3.Utility.equals ", &[""]);
    check("x = D3.Utility.equals<JSON Ob\ny", "x = D3.Utility.equals        \ny", &["JSON Ob"]);
    check("D3.Utility.equals<Text(a)", "D3.Utility.equals     (a)", &["Text"]);
    check("foo(D3.Utility.equals<Text, 1)", "foo(D3.Utility.equals     , 1)", &["Text"]);
    assert!(!scan("D3.Utility.equals<Text(a)").slots[0].closed);
}

#[test]
fn unclosed_strings_end_with_their_line() {
    check("a = 'oh\nD3.Utility.x<Text>(1)", "a = 'oh\nD3.Utility.x      (1)", &["Text"]);
    check("a = f'{b\nD3.Utility.x<Text>(1)", "a = f'{b\nD3.Utility.x      (1)", &["Text"]);
}
