use std::fmt::Write as _;
use std::sync::Arc;

use super::{D3Target, Parsed, parse};

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
