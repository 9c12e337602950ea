//! Test cases beside a manifest: where they speak of what a script and its manifest declare.

use crate::image::names;
use crate::manifest::json::{self, Node, Value};
use crate::text::{TextRange, TextSize};

/// What a test case can speak of, by the names that the manifest gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mentioned {
    /// A command.
    Command(String),
    /// An input: its command and its own name.
    Input(String, String),
    /// A connection parameter.
    Connection(String),
}

/// The places in a case's text that name `what`, in order. `integration` is the internal name of the case's own
/// integration, whose commands its stand-ins for D3 calls may name. None in a text that is no JSON.
pub fn mentions(case: &str, integration: Option<&str>, what: &Mentioned) -> Vec<TextRange> {
    let Ok(case) = json::parse(case).map(|root| Case { text: case, root, integration }) else { return Vec::new() };
    let mut found = match what {
        Mentioned::Connection(name) => keys(case.root.get("connection"), name),
        Mentioned::Command(name) => {
            let own = case.root.get("command").filter(|value| is(value, name)).map(Node::inner);
            let length = TextSize::of(name.as_str());
            let calls = case.calls(name).filter_map(|(call, _)| {
                let name = call.inner();
                // A name with escapes does not stand in the text as it is.
                (case.slice(name) == call.text()?.value).then(|| TextRange::new(name.end() - length, name.end()))
            });
            own.into_iter().chain(calls).collect()
        }
        Mentioned::Input(command, name) => {
            let own = case.root.get("command").is_some_and(|value| is(value, command));
            let inputs = case.root.get("inputs").filter(|_| own);
            let arguments = case.calls(command).flat_map(|(_, entry)| keys(entry.get("arguments"), name));
            keys(inputs, name).into_iter().chain(arguments).collect()
        }
    };
    found.sort_by_key(|range| range.start());
    found
}

struct Case<'a> {
    text: &'a str,
    root: Node,
    integration: Option<&'a str>,
}

impl Case<'_> {
    fn slice(&self, range: TextRange) -> &str {
        &self.text[range.start().to_usize()..range.end().to_usize()]
    }

    /// The names in the stand-ins for calls of a command of the own integration, and these stand-ins.
    fn calls(&self, command: &str) -> impl Iterator<Item = (&Node, &Node)> {
        let called = self.integration.map(|own| format!("{}.{}.{own}.{command}", names::D3, names::INTEGRATION));
        let entries = self.root.list("d3").iter();
        entries.filter_map(move |entry| {
            let call = entry.get("call").filter(|call| called.as_deref().is_some_and(|called| is(call, called)))?;
            Some((call, entry))
        })
    }
}

fn is(value: &Node, text: &str) -> bool {
    matches!(&value.value, Value::Text(written) if written == text)
}

/// The keys of this name in an object.
fn keys(object: Option<&Node>, name: &str) -> Vec<TextRange> {
    let Some(Value::Object(properties)) = object.map(|object| &object.value) else { return Vec::new() };
    properties.iter().filter(|one| one.key.value == name).map(|one| one.key.range).collect()
}
