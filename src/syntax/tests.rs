//! What is refused, what survives, and where it stands.

use std::fmt::Write as _;
use std::sync::Arc;

use super::ast::Expr;
use super::walk::{Visitor, walk_expr};
use super::{D3Target, Parsed, parse};
use crate::text::Ranged;

pub(super) fn parsed(text: &str) -> Parsed {
    parse(&Arc::from(text))
}

/// One line a call: what is called, its type, its arguments; then what is malformed.
fn calls(text: &str) -> String {
    let parsed = parsed(text);
    let mut shown = String::new();
    for call in &parsed.d3_calls {
        match &call.target {
            D3Target::Utility { command } => {
                assert_eq!(parsed.slice(command.range), command.value);
                write!(shown, "utility {}", command.value)
            }
            D3Target::Integration { integration, command } => {
                assert_eq!(parsed.slice(command.range), command.value);
                write!(shown, "integration {} {}", integration.value, command.value)
            }
        }
        .expect("a string takes all");
        if let Some(word) = &call.type_word {
            assert_eq!(parsed.slice(word.range), word.value);
            write!(shown, " <{}>", word.value).expect("a string takes all");
        }
        if let Some(arguments) = call.arguments {
            write!(shown, " {}", parsed.slice(arguments)).expect("a string takes all");
        }
        shown.push('\n');
    }
    for call in &parsed.malformed_calls {
        writeln!(shown, "{:?} {}", call.kind, parsed.slice(call.range)).expect("a string takes all");
    }
    for error in &parsed.errors {
        writeln!(shown, "error {:?} {}", error.range, error.message).expect("a string takes all");
    }
    shown
}

#[test]
fn calls_are_nodes() {
    assert_eq!(calls("x = D3.Utility.equals <Text>('a', 'b')"), "utility equals <Text> ('a', 'b')\n");
    assert_eq!(calls("D3.Integration.Acme.Check(1)"), "integration Acme Check (1)\n");
    assert_eq!(
        calls("D3.Utility.a<Text>(D3.Utility.b<>(f'{D3.Utility.c<JSON Object>()}'))"),
        "utility a <Text> (D3.Utility.b<>(f'{D3.Utility.c<JSON Object>()}'))\n\
         utility b <> (f'{D3.Utility.c<JSON Object>()}')\nutility c <JSON Object> ()\n"
    );
}

#[test]
fn malformed_calls_are_told_apart() {
    assert_eq!(calls("D3.Utility.equals(1)"), "utility equals (1)\nMissingType equals\n");
    assert_eq!(calls("D3.Utility.equals<Text(1)"), "utility equals <Text> (1)\nUnclosedType <Text\n");
    assert_eq!(calls("D3.Utility.equals<"), "utility equals <>\nUnclosedType <\n");
    assert_eq!(
        calls("D3.Integration.Acme.Check<Text>(1)"),
        "integration Acme Check <Text> (1)\nTypeOnIntegration <Text>\n"
    );
    assert_eq!(calls("D3.Utility(1)"), "utility  (1)\nMissingCommand D3.Utility\n");
    assert_eq!(calls("x = D3.Integration.Acme"), "integration Acme \nMissingCommand D3.Integration.Acme\n");
    assert_eq!(calls("f = D3.Utility.equals<Text>\ng()"), "utility equals <Text>\nUncalled D3.Utility.equals<Text>\n");
}

/// The expressions of a text, each as its kind and its text.
fn expressions(text: &str) -> Vec<String> {
    struct Collect<'a>(&'a Parsed, Vec<String>);
    impl<'a> Visitor<'a> for Collect<'_> {
        fn visit_expr(&mut self, expr: &'a Expr) {
            let slice = self.0.slice(expr.range());
            match expr {
                Expr::Attribute(attribute) => {
                    let name = self.0.slice(attribute.attr.range);
                    assert_eq!(name, attribute.attr.as_str());
                    self.1.push(format!("attribute `{name}` of `{}`", self.0.slice(attribute.value.range())));
                }
                Expr::Subscript(subscript) => {
                    self.1.push(format!("index `{}`", self.0.slice(subscript.slice.range())));
                }
                Expr::StringLiteral(string) => {
                    let part = string.value.iter().next().expect("a part");
                    let content = self.0.slice(part.content_range());
                    self.1.push(format!("string `{content}` in `{slice}`"));
                }
                Expr::Call(call) => self.1.push(format!("call `{}`", self.0.slice(call.arguments.range))),
                _ => {}
            }
            walk_expr(self, expr);
        }
    }
    let parsed = parsed(text);
    let mut collect = Collect(&parsed, Vec::new());
    collect.visit_body(&parsed.body);
    collect.1
}

/// What is typed, in each place where it can be typed.
#[track_caller]
fn typed(code: &str, expected: &[&str]) {
    for (before, after) in [
        ("x = ", ""),
        ("", "\n"),
        ("def f():\n    y = 1\n    x = ", "\n    return y\n\ndef g():\n    pass\n"),
        ("f(a, ", "\n"),
        ("f(a, ", ")\ny = 2\n"),
        ("f(\n    ", "\n)\ny = 2\n"),
        ("x = {'a': ", "\n\ny = 2\n"),
        ("x = {'a': ", "}\ny = 2\n"),
        ("if a:\n    f(\n        ", "\n    y = 2\n"),
        ("return f(", "\n\n\nclass C:\n    pass\n"),
    ] {
        let text = format!("{before}{code}{after}");
        let found = expressions(&text);
        for wanted in expected {
            assert!(found.iter().any(|shown| shown.starts_with(wanted)), "{text}\nlacks {wanted} in {found:#?}");
        }
        let parsed = parsed(&text);
        let ours = parsed.errors.iter().filter(|error| !error.message.contains("outside of a function"));
        assert!(ours.count() <= 1, "{text}\n{:#?}", parsed.errors);
        if after.contains("y = 2") {
            assert!(parsed.body.last().is_some_and(|last| parsed.slice(last.range()).ends_with("y = 2")), "{text}");
        }
    }
}

#[test]
fn what_is_being_typed_is_in_the_tree() {
    typed("runtime['connector']['", &["index `'`", "string `` in `'`", "index `'connector'`"]);
    typed("runtime['connector']['serv", &["string `serv` in `'serv`", "index `'serv`"]);
    typed("runtime[\"connector\"][\"", &["string `` in `\"`", "index `\"connector\"`"]);
    typed("D3.Utility.", &["attribute `` of `D3.Utility`"]);
    typed("pb.", &["attribute `` of `pb`"]);
    typed("runtime.get(\"connector\", {}).get(", &["attribute `get` of `runtime.get(\"connector\", {})`"]);
    typed("runtime.get(\"connector\", {}).get('", &["string `` in `'`"]);
    typed("foo(a, ", &["call `(a, "]);
    typed("f\"{runtime['", &["index `'`"]);
    typed("f\"{runtime['\"", &["index `'`"]);
    typed("f\"{runtime['}\"", &["index `'`"]);
    typed("f\"{pb.}\"", &["attribute `` of `pb`"]);
    typed("f\"{D3.Utility.equals<}\"", &["attribute `equals` of `D3.Utility`"]);
}

#[test]
fn what_is_half_typed_is_one_error() {
    for text in
        ["D3.Utility.", "x = D3.Utility.\ny = 1", "foo(a, ", "x = ", "pb.", "def f(", "def f():\n    x.\n    y = 1\n"]
    {
        assert_eq!(parsed(text).errors.len(), 1, "{text}\n{:#?}", parsed(text).errors);
    }
    assert!(parsed("D3.Utility.equals<").errors.is_empty());
    assert!(parsed("D3.Utility.<Text>(1)").errors.is_empty());
}

const SCRIPT: &str = "def TestConnection():\n    return pb.returnOutputModel('', '', '', '', '', '')\n\n";

/// The text after the script, and how many errors there are.
fn trailing(after: &str) -> (Option<String>, usize) {
    let parsed = parsed(&format!("{SCRIPT}{after}"));
    assert_eq!(parsed.body.len().min(1), 1);
    (parsed.trailing.map(|range| parsed.slice(range).to_owned()), parsed.errors.len())
}

#[test]
fn text_after_the_script_is_one_thing() {
    for text in [
        "<p>Some text</p>\n<ul>\n  <li>one\n</ul>",
        "```\n\nThis script tests the connection.",
        "```",
        "{\n  \"results\": [<response rawData>]\n  \"errorMessages\": []\n}",
        "READER NOTE\n\nWe offer the functionality to schedule your test connection command.\nDon't forget it.",
        "To test your connection, you can send a request.\nIf it fails, the command should fail.\n\nSample Code\nCODE",
        "<!DOCTYPE html>\n<html>\n<script>\nx = 1\n</script>",
    ] {
        assert_eq!(trailing(text), (Some(text.to_owned()), 0), "{text}");
    }
}

#[test]
fn broken_code_is_no_trailing_text() {
    for text in [
        "def f(:\n    pass\n",
        "x = = 1\n",
        "x = 1\nprint x\n",
        "foo(a, b\n",
        "D3.Utility.\n",
        "runtime['connector']['\n",
        "import\n",
        "a b\n",
        "retry_count max_count\n",
        "results = []\nfor result in\n",
        "pb.\npb.log('x')\n",
        "else:\n    pass\n",
        "class Client\n    pass\n",
        "print 'not found here anymore'\n",
        "[x for x in y if]\n",
    ] {
        let (range, errors) = trailing(text);
        assert_eq!((range, errors), (None, 1), "{text}");
    }
    let fenced = parsed(&format!("```python\n{SCRIPT}```\n"));
    assert!(fenced.body.iter().any(|stmt| stmt.is_function_def_stmt()));
    assert!(fenced.trailing.is_some_and(|range| fenced.slice(range) == "```"));
    assert_eq!(fenced.errors.len(), 1);
    assert_eq!(trailing("# a comment\n\"\"\"text\"\"\"\n{'a': true}\nword\n"), (None, 0));
}

#[test]
fn offsets_are_true_in_odd_texts() {
    for text in ["", "\n\n", "# only\n# comments", "\u{feff}", "\u{feff}# c", "\x0c\n", "    ", "\\\n", "\r"] {
        let parsed = parsed(text);
        assert!(parsed.body.is_empty() && parsed.trailing.is_none(), "{text:?}");
    }
    for end in ["\n", "\r\n", "\r"] {
        let text = format!("\u{feff}é = '😀'{end}if é:{end}\tx = runtime['{end}\x0cy = 2 # 日本{end}");
        let parsed = parsed(&text);
        let names: Vec<_> = parsed.body.iter().map(|stmt| parsed.slice(stmt.range())).collect();
        assert_eq!(names, ["é = '😀'", &format!("if é:{end}\tx = runtime['"), "y = 2"], "{text:?}");
        assert_eq!(parsed.slice(parsed.comments[0]), "# 日本");
        assert_eq!(parsed.errors.len(), 1);
    }
}
