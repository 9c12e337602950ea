//! Copies of commands (D3's page, "Clone Integration System Command" and "Clone Utility Custom Command").

use serde_json::{Value, json};

use super::name::{Name, display_name};
use crate::ide::layout;
use crate::image::names;
use crate::semantic::{Analysis, MODULE, Model};
use crate::syntax::Parsed;
use crate::syntax::ast::Stmt;
use crate::text::{Edit, Ranged, TextLen, TextRange, apply};

/// The name of a copy: the command's with the first number from 2 on that makes it free.
pub fn copy_name(original: &str, is_taken: impl Fn(&str) -> bool) -> Name {
    let numbered = (2_u32..).map(|number| (number, format!("{original}{number}")));
    let (number, internal) =
        numbered.into_iter().find(|(_, name)| !is_taken(name)).unwrap_or_else(|| (2, format!("{original}2")));
    Name { display: format!("{} {number}", display_name(original)), internal }
}

/// The entry of a copy in the manifest: all of the original's but its names, its status and its own files.
pub fn copied_entry(original: &Value, name: &Name) -> Value {
    let mut entry = original.clone();
    entry["internalName"] = json!(name.internal);
    entry["displayName"] = json!(name.display);
    if let Some(keys) = entry.as_object_mut() {
        if keys.contains_key("status") {
            keys.insert("status".to_owned(), json!("Draft"));
        }
        for own in ["script", "liveScript"] {
            keys.shift_remove(own);
        }
        if names::system_command(&name.internal).is_none_or(|command| !command.ingests) {
            keys.shift_remove("eventFieldMapping");
        }
    }
    entry
}

/// The script with a copy of the command's function behind it, or at the end if the function is the system script's.
///
/// # Errors
/// Why that can't be done, for the user.
pub fn copied_function(analysis: &Analysis, original: &str, name: &str) -> Result<String, String> {
    let (model, parsed) = (analysis.model(), analysis.parsed());
    if parsed.trailing.is_some() || !parsed.errors.is_empty() {
        return Err("the script has syntax errors; `d3ls lint` shows them, correct them first".to_owned());
    }
    if model.binds(name) || model.system().is_some_and(|system| system.binds(name)) {
        return Err(format!("there is a `{name}` already; give the copy another name"));
    }
    let text = &*parsed.text;
    let newline = layout::newline(text);
    let gap = newline.repeat(3);
    if let Some(function) = function(parsed, original) {
        let copy = renamed(model, function, original, name);
        return Ok(apply(text, &[Edit::insert(whole_lines(text, function).end(), gap + &copy)]));
    }
    let in_system = model.system().and_then(|system| Some((system, function(&system.script.parsed, original)?)));
    let Some((system, function)) = in_system else {
        return Err(if model.binds(original) {
            format!("`{original}` is no function at the top level here; copy it by hand")
        } else {
            format!("neither this script nor its system script has a function `{original}`")
        });
    };
    let copy = renamed(system, function, original, name);
    let lines: Vec<&str> = copy.lines().collect();
    Ok(format!("{}{gap}{}{newline}", text.trim_end(), lines.join(newline)))
}

/// A whole script whose command gets another name, for a utility command.
pub fn renamed_script(analysis: &Analysis, original: &str, name: &str) -> Result<String, String> {
    let (model, parsed) = (analysis.model(), analysis.parsed());
    if function(parsed, original).is_none() {
        return Err(format!("the script has no function `{original}` at its top level"));
    }
    Ok(apply(&parsed.text, &edits(model, original, name, TextRange::up_to(parsed.text.text_len()))))
}

/// The last function of the name among the top-level statements.
fn function<'p>(parsed: &'p Parsed, name: &str) -> Option<&'p Stmt> {
    let is_it = |statement: &&Stmt| matches!(statement, Stmt::FunctionDef(node) if node.name.as_str() == name);
    parsed.body.iter().rev().find(is_it)
}

/// The text of a function under another name, by which it also calls itself.
fn renamed(model: &Model<'_>, function: &Stmt, original: &str, name: &str) -> String {
    let text = &*model.script.parsed.text;
    let range = whole_lines(text, function);
    let mut edits = edits(model, original, name, range);
    edits.iter_mut().for_each(|edit| edit.range -= range.start());
    apply(&text[range.start().to_usize()..range.end().to_usize()], &edits)
}

/// A function with the comment behind its last statement.
fn whole_lines(text: &str, function: &Stmt) -> TextRange {
    TextRange::new(function.start(), layout::line_end(text, function.end()))
}

/// The edits that rename the top-level function `original` within a range.
fn edits(model: &Model<'_>, original: &str, name: &str, range: TextRange) -> Vec<Edit> {
    let Some(entry) = model.scope(MODULE).names.get(original) else { return Vec::new() };
    let bound = entry.bindings.iter().map(|&id| model.binding(id).range);
    let read = entry.references.iter().map(|id| model.references[id.0 as usize].node.range());
    let mut edits: Vec<Edit> = bound
        .chain(read)
        .filter(|place| range.contains_range(*place))
        .map(|place| Edit::replace(place, name))
        .collect();
    edits.sort_by_key(|edit| edit.range.start());
    edits
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::image::Image;
    use crate::semantic::Surroundings;

    fn copied(script: &str) -> Result<String, String> {
        let analysis =
            Analysis::new(crate::syntax::parse(&Arc::from(script)), Surroundings::alone(Image::default_profile()));
        copied_function(&analysis, "A", "A2")
    }

    #[test]
    fn a_copy_stands_behind_its_original_and_calls_itself() {
        let script = "@once\ndef A(n):\n    A = 'A'\n    return n and A\n\nx = 1\n";
        assert_eq!(
            copied(script).as_deref(),
            Ok(
                "@once\ndef A(n):\n    A = 'A'\n    return n and A\n\n\n@once\ndef A2(n):\n    A = 'A'\n    return n and A\n\nx = 1\n"
            )
        );
        let own = copied("def A(n):\r\n    return n and A(n - 1)\r\n").expect("a copy");
        assert!(own.ends_with("\r\n\r\n\r\ndef A2(n):\r\n    return n and A2(n - 1)\r\n"), "{own:?}");
        let commented = copied("def A():\n    return 1  # why\nx = A\n");
        assert_eq!(
            commented.as_deref(),
            Ok("def A():\n    return 1  # why\n\n\ndef A2():\n    return 1  # why\nx = A\n")
        );
        assert!(copied("A = lambda: 1\n").is_err());
        assert!(copied("def A(:\n").is_err());
    }

    #[test]
    fn the_next_free_number_is_taken() {
        let name = copy_name("CheckDevice", |name| name == "CheckDevice2");
        assert_eq!((name.display.as_str(), name.internal.as_str()), ("Check Device 3", "CheckDevice3"));
    }
}
