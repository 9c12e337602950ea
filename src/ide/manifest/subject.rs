//! What a value of a manifest speaks of: the one answer that hover, definition, references and rename share.

use crate::ide::Mentioned;
use crate::manifest::{Command, ConnectionParameter, InputParameter, Location, Role, Segment};
use crate::text::{Spanned, TextRange, TextSize};

use super::ManifestDocument;

/// What a value of a manifest speaks of.
#[derive(Debug, Clone, Copy)]
pub(super) enum Subject<'a> {
    /// A command, by its internal name.
    Command(&'a Command),
    /// An input of a command.
    Input(&'a Command, &'a InputParameter),
    /// A connection parameter.
    Connection(&'a ConnectionParameter),
    /// A script's path.
    Script(&'a str),
}

/// The keys whose values are scripts.
const SCRIPT_KEYS: [&str; 3] = ["script", "systemScript", "liveScript"];

/// What stands at `offset` and its bytes; `None` on keys and on values that speak of nothing else.
pub(super) fn subject(document: &ManifestDocument, offset: TextSize) -> Option<(Subject<'_>, TextRange)> {
    let manifest = &document.manifest;
    let Location { path, role: Role::Value, token, .. } = manifest.path_at(offset)? else { return None };
    let (Segment::Key(last), parents) = path.split_last()? else { return None };
    let holds = |range: TextRange| range == token;
    let found = match parents {
        [] | [Segment::Key(_), Segment::Index(_)] if SCRIPT_KEYS.contains(&last.as_str()) => {
            let written = manifest.text.get(token.start().to_usize()..token.end().to_usize())?;
            Subject::Script(written.trim_start_matches("./"))
        }
        [Segment::Key(list), Segment::Index(_)] if list == "commands" => {
            let named = |command: &&Command| holds(command.internal_name.range);
            Subject::Command(manifest.commands.iter().find(named).filter(|_| last == "internalName")?)
        }
        [Segment::Key(list), Segment::Index(_)] if list == "connection" => {
            Subject::Connection(manifest.connection.iter().find(|one| holds(one.parameter_name.range))?)
        }
        [Segment::Key(list), Segment::Index(place), Segment::Key(inputs), Segment::Index(_)]
            if list == "commands" && inputs == "inputs" =>
        {
            let command = document.command_at(*place)?;
            Subject::Input(command, command.inputs.iter().find(|input| holds(input.parameter_name.range))?)
        }
        _ => return None,
    };
    Some((found, token))
}

/// What a test case speaks of, where the manifest declares it.
pub(super) fn declared<'a>(document: &'a ManifestDocument, what: &Mentioned) -> Option<Subject<'a>> {
    let manifest = &document.manifest;
    match what {
        Mentioned::Command(name) => manifest.command(name).map(Subject::Command),
        Mentioned::Input(command, name) => {
            let command = manifest.command(command)?;
            let input = command.inputs.iter().find(|input| input.parameter_name.value == *name)?;
            Some(Subject::Input(command, input))
        }
        Mentioned::Connection(key) => manifest.connection_parameter(key).map(Subject::Connection),
    }
}

impl<'a> Subject<'a> {
    /// Its name in the manifest; `None` for a path.
    pub(super) fn name(self) -> Option<&'a Spanned<String>> {
        match self {
            Self::Command(command) => Some(&command.internal_name),
            Self::Input(_, input) => Some(&input.parameter_name),
            Self::Connection(parameter) => Some(&parameter.parameter_name),
            Self::Script(_) => None,
        }
    }
}

/// Whether a name comes from the display name, since it is not given itself.
pub(super) fn is_derived(name: TextRange, display_name: Option<TextRange>) -> bool {
    display_name == Some(name)
}
