//! Rename from the manifest's side: the same edits as from the script's.

use crate::diagnostic::Place;
use crate::ide::rename::{
    check_identifier, check_is_own, check_key, edit_of_input, edit_of_key, edits_of_calls, edits_of_command,
    rename_command, rename_key, rename_name,
};
use crate::manifest::{Command, ConnectionParameter, InputParameter};
use crate::text::{Edit, Spanned, TextRange, TextSize};

use super::navigation::place_of;
use super::subject::{Subject, declared, is_derived, subject};
use super::{File, ManifestDocument};
use crate::ide::Mentioned;

const INCOMPLETE: &str = "the manifest is not complete; mend it first";

/// The bytes of the name at `offset` that can be renamed.
///
/// # Errors
/// Why it can't be renamed, for the user.
pub fn renameable(document: &ManifestDocument, offset: TextSize) -> Result<TextRange, String> {
    target(document, offset).map(|(_, range)| range)
}

/// The edits that rename what stands at `offset` to `to`, sorted by file and range; none if it is called so already.
///
/// # Errors
/// Why that can't be done, for the user: no name, a manifest that is no JSON, a new name that is none, is reserved or
/// taken.
pub fn rename(document: &ManifestDocument, offset: TextSize, to: &str) -> Result<Vec<(File, Edit)>, String> {
    let (target, range) = target(document, offset)?;
    if document.manifest.text.get(range.start().to_usize()..range.end().to_usize()) == Some(to) {
        return Ok(Vec::new());
    }
    edits_of(document, target, to)
}

/// Why what a test case speaks of can't be renamed, if so.
///
/// # Errors
/// The reason, for the user.
pub fn renameable_for_case(document: &ManifestDocument, what: &Mentioned) -> Result<(), String> {
    target_for_case(document, what).map(|_| ())
}

/// The edits of manifest and scripts that rename what a test case speaks of; see [`rename`].
///
/// # Errors
/// Why that can't be done, for the user.
pub fn rename_for_case(document: &ManifestDocument, what: &Mentioned, to: &str) -> Result<Vec<(File, Edit)>, String> {
    let target = target_for_case(document, what)?;
    if target.name().is_some_and(|name| name.value == to) {
        return Ok(Vec::new());
    }
    edits_of(document, target, to)
}

fn target_for_case<'a>(document: &'a ManifestDocument, what: &Mentioned) -> Result<Subject<'a>, String> {
    if !document.manifest.usable {
        return Err(INCOMPLETE.to_owned());
    }
    let target = declared(document, what).ok_or("the manifest does not declare this")?;
    if let Subject::Command(command) = target {
        check_is_own(&document.manifest, command)?;
    }
    Ok(target)
}

fn edits_of(document: &ManifestDocument, target: Subject<'_>, to: &str) -> Result<Vec<(File, Edit)>, String> {
    let (script, edits) = match target {
        Subject::Command(command) => of_command(document, command, to)?,
        Subject::Input(command, input) => of_input(document, command, input, to)?,
        Subject::Connection(parameter) => of_connection(document, parameter, to)?,
        Subject::Script(_) => return Err("a script's file is not renamed from here".to_owned()),
    };
    let file = |place: Place| if place == Place::Script { File::Script(script.to_owned()) } else { File::Manifest };
    let mut edits: Vec<_> = edits.into_iter().map(|(place, edit)| (file(place), edit)).collect();
    edits.sort_by(|a, b| (&a.0, a.1.range.start()).cmp(&(&b.0, b.1.range.start())));
    edits.dedup();
    Ok(edits)
}

fn target(document: &ManifestDocument, offset: TextSize) -> Result<(Subject<'_>, TextRange), String> {
    if !document.manifest.usable {
        return Err(INCOMPLETE.to_owned());
    }
    let (subject, range) = subject(document, offset).ok_or("there is no name here that can be renamed")?;
    let derived = |name: &Spanned<String>, display: &Option<Spanned<String>>| {
        is_derived(name.range, display.as_ref().map(|display| display.range)).then(|| name.value.clone())
    };
    let derived = match subject {
        Subject::Input(_, input) => derived(&input.parameter_name, &input.display_name),
        Subject::Connection(parameter) => derived(&parameter.parameter_name, &parameter.display_name),
        Subject::Script(_) => return Err("a script's file is not renamed from here".to_owned()),
        Subject::Command(command) => {
            check_is_own(&document.manifest, command)?;
            None
        }
    };
    match derived {
        Some(name) => {
            Err(format!("this is the name that D3 shows, and `{name}` comes from it; rename it in the script"))
        }
        None => Ok((subject, range)),
    }
}

type Found<'a> = Result<(&'a str, Vec<(Place, Edit)>), String>;

fn of_command<'a>(document: &'a ManifestDocument, command: &Command, to: &str) -> Found<'a> {
    if let Some((script, analysis)) = document.script_of(command) {
        return Ok((script, rename_command(analysis, &command.internal_name.value, to)?));
    }
    check_identifier(to)?;
    if document.manifest.command(to).is_some() {
        return Err(format!("the manifest has a command `{to}` already"));
    }
    let edits = edits_of_command(&document.manifest, command, to).into_iter();
    Ok(("", edits.map(|edit| (Place::Manifest, edit)).collect()))
}

fn of_input<'a>(document: &'a ManifestDocument, command: &Command, input: &InputParameter, to: &str) -> Found<'a> {
    let name = &input.parameter_name.value;
    if let Some((script, analysis, id)) = document.function_of(command) {
        let function = analysis.model().function(id);
        let parameter = place_of(command, input).and_then(|place| function.positional().nth(place));
        if parameter.is_some_and(|parameter| parameter.parameter.name.as_str() == name) {
            return Ok((script, rename_name(analysis.model(), function.scope, name, to)?));
        }
    }
    check_identifier(to)?;
    let mut edits = edit_of_input(&document.manifest, command, input, to)?;
    let (script, analysis) = document.script_of(command).unzip();
    edits.extend(analysis.into_iter().flat_map(|analysis| edits_of_calls(analysis.model(), command, input, to)));
    Ok((script.unwrap_or_default(), edits))
}

fn of_connection<'a>(document: &'a ManifestDocument, parameter: &ConnectionParameter, to: &str) -> Found<'a> {
    if let [(script, analysis)] = &document.scripts[..] {
        return Ok((script, rename_key(analysis.model(), &parameter.parameter_name.value, to)?));
    }
    check_key(&document.manifest, to)?;
    Ok(("", edit_of_key(&document.manifest, parameter, to)))
}
