//! Test cases beside a manifest: where they speak of what a script and its manifest declare.

mod completion;

use crate::image::names;
use crate::manifest::json::{self, Node, Value};
use crate::manifest::{InputParameter, Location, Manifest, Role, Segment, locate};
use crate::text::{TextRange, TextSize};

pub use completion::complete_case;

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
    let Ok(root) = json::parse(case) else { return Vec::new() };
    let case = Case { text: case, root, integration };
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

/// The bytes of a case that `path` leads to: the key at its end, or the value. What is not there is missing in what stands
/// around it. In a text that is no JSON, where it breaks.
pub fn place_in_case(case: &str, path: &[Segment], role: Role) -> TextRange {
    let root = match json::parse(case) {
        Ok(root) => root,
        Err(error) => return error.range,
    };
    let (values, key) = match path.split_last() {
        Some((Segment::Key(key), around)) if role == Role::Key => (around, Some(key)),
        _ => (path, None),
    };
    let mut node = &root;
    for segment in values {
        match node.step(segment) {
            Some(next) => node = next,
            None => return node.bracket(),
        }
    }
    if let Some(key) = key {
        return node.property(key).map_or(node.bracket(), |property| property.key.range);
    }
    match node.value {
        Value::Object(_) | Value::List(_) => node.bracket(),
        _ => node.mark(),
    }
}

/// What stands at `offset` of a case's text, and its bytes. The text may be half-typed.
pub fn mentioned_in_case(case: &str, integration: Option<&str>, offset: TextSize) -> Option<(Mentioned, TextRange)> {
    let Location { path, role, token, .. } = locate(case, offset)?;
    let case = Case { text: case, root: json::read_any(case)?, integration };
    let keys: Vec<&str> = path.iter().filter_map(Segment::as_key).collect();
    let found = match (role, &keys[..]) {
        (Role::Value, ["command"]) => Mentioned::Command(case.command()?),
        (Role::Key, ["connection", name]) => Mentioned::Connection((*name).to_owned()),
        (Role::Key, ["inputs", name]) => Mentioned::Input(case.command()?, (*name).to_owned()),
        (Role::Value, ["d3", "call"]) => {
            let command = case.called_at(&path)?;
            let length = TextSize::of(command.as_str());
            let range = TextRange::new(token.end() - length, token.end());
            return range.contains_inclusive(offset).then_some((Mentioned::Command(command), range));
        }
        (Role::Key, ["d3", "arguments", name]) => Mentioned::Input(case.called_at(&path)?, (*name).to_owned()),
        _ => return None,
    };
    Some((found, token))
}

/// The inputs that a change of a manifest renames, and their new names: what an input at the same place of the same
/// command is called, where neither name is another input's.
pub fn renamed_inputs(before: &Manifest, after: &Manifest) -> Vec<(Mentioned, String)> {
    let mut renamed = Vec::new();
    for command in &before.commands {
        let Some(changed) = after.command(&command.internal_name.value) else { continue };
        let has = |inputs: &[InputParameter], name: &str| inputs.iter().any(|one| one.parameter_name.value == name);
        for (old, new) in command.inputs.iter().zip(&changed.inputs) {
            let (old, new) = (&old.parameter_name.value, &new.parameter_name.value);
            if !has(&changed.inputs, old) && !has(&command.inputs, new) {
                renamed.push((Mentioned::Input(command.internal_name.value.clone(), old.clone()), new.clone()));
            }
        }
    }
    renamed
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

    /// The command that it runs.
    fn command(&self) -> Option<String> {
        Some(self.root.get("command")?.text()?.value)
    }

    /// The command of the own integration that the stand-in calls in which `path` lies.
    fn called_at(&self, path: &[Segment]) -> Option<String> {
        let [_, Segment::Index(place), ..] = path else { return None };
        let called = self.root.list("d3").get(*place)?.get("call")?.text()?;
        let command = called.value.strip_prefix(&self.own_calls()?)?;
        // A name with escapes does not stand in the text as it is.
        (self.slice(called.range) == called.value).then(|| command.to_owned())
    }

    /// The keys of the object in which the last key of `path` stands.
    fn keys_beside(&self, path: &[Segment]) -> Vec<&str> {
        let mut node = Some(&self.root);
        for step in &path[..path.len().saturating_sub(1)] {
            node = node.and_then(|node| match (step, &node.value) {
                (Segment::Key(key), _) => node.get(key),
                (Segment::Index(place), Value::List(elements)) => elements.get(*place),
                (Segment::Index(_), _) => None,
            });
        }
        match node.map(|node| &node.value) {
            Some(Value::Object(properties)) => properties.iter().map(|one| one.key.value.as_str()).collect(),
            _ => Vec::new(),
        }
    }

    /// What the names of the own integration's commands have before them in calls.
    fn own_calls(&self) -> Option<String> {
        Some(format!("{}.{}.{}.", names::D3, names::INTEGRATION, self.integration?))
    }

    /// The names in the stand-ins for calls of a command of the own integration, and these stand-ins.
    fn calls(&self, command: &str) -> impl Iterator<Item = (&Node, &Node)> {
        let called = self.own_calls().map(|own| format!("{own}{command}"));
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
