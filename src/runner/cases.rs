//! Test cases: `tests/*.json` beside a manifest, one case a file.

use std::collections::BTreeMap;
use std::fs::DirEntry;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::fault::{Fault, joined};
use super::job::Request;
use super::{compare, http, inputs, target, when};
use crate::manifest::vocabulary::{CASE_CALL_KEYS, CASE_KEYS, names};
use crate::project::{MANIFEST, Problem, Workspace, absolute, describe, is_python, walk};
use crate::text::Source;

/// The name of the folder of test cases.
const FOLDER: &str = "tests";
/// What to say where there is none.
pub const NO_CASE: &str = "there is no test case here; a case is a file `tests/NAME.json` beside a `d3.json`";

/// A test case that can run.
#[derive(Debug, Clone)]
pub struct Case {
    /// Its file.
    pub path: PathBuf,
    /// Its text.
    pub text: String,
    /// What to run.
    pub request: Request,
    /// What to expect.
    pub expect: Map<String, Value>,
}

/// The files of the test cases behind paths: cases, their folders, manifests, or anything above; sorted, each once.
pub fn find_cases(paths: &[PathBuf]) -> (Vec<PathBuf>, Vec<Problem>) {
    let mut cases = Vec::new();
    let mut folders = Vec::new();
    for path in paths {
        let path = absolute(path);
        if is_case(&path) && path.is_file() {
            cases.push(path);
        } else if is_case_folder(&path) {
            cases.extend(cases_in(&path));
        } else if is_python(&path) && path.is_file() {
            let manifest = Workspace::default().manifest_for(&path).map(|named| named.path);
            cases.extend(manifest.iter().flat_map(|manifest| cases_beside(manifest)));
        } else {
            folders.push(path);
        }
    }
    let walked = walk(&folders);
    for file in walked.named.iter().chain(&walked.found) {
        if file.file_name().is_some_and(|name| name == MANIFEST) {
            cases.extend(cases_beside(file));
        }
    }
    cases.sort();
    cases.dedup();
    (cases, walked.problems.into_iter().filter(|problem| problem.fatal).collect())
}

/// Whether a path is that of a test case.
pub fn is_case(path: &Path) -> bool {
    is_named_so(path) && path.parent().is_some_and(is_case_folder)
}

/// A manifest among the cases is that of its own folder.
fn is_named_so(path: &Path) -> bool {
    let is_manifest = path.file_name().is_some_and(|name| name == MANIFEST);
    !is_manifest && path.extension().is_some_and(|extension| extension == "json")
}

fn is_case_folder(folder: &Path) -> bool {
    let is_named_so = folder.file_name().is_some_and(|name| name == FOLDER);
    is_named_so && folder.parent().is_some_and(|above| above.join(MANIFEST).is_file())
}

fn cases_in(folder: &Path) -> Vec<PathBuf> {
    let entries = is_case_folder(folder).then(|| std::fs::read_dir(folder).ok()).flatten();
    let case = |entry: DirEntry| {
        let path = entry.path();
        // A link is what it leads to.
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file() || kind.is_symlink() && path.is_file());
        (is_file && is_named_so(&path)).then_some(path)
    };
    entries.into_iter().flatten().flatten().filter_map(case).collect()
}

/// The manifest that the case at `path` is beside.
pub fn manifest_of(path: &Path) -> PathBuf {
    path.parent().and_then(Path::parent).unwrap_or(path).join(MANIFEST)
}

/// The files of the test cases beside a manifest, in no order.
pub fn cases_beside(manifest: &Path) -> Vec<PathBuf> {
    cases_in(&case_folder(manifest))
}

/// The folder of the test cases beside a manifest.
pub fn case_folder(manifest: &Path) -> PathBuf {
    manifest.parent().unwrap_or(manifest).join(FOLDER)
}

/// The command that the case at `path` runs; `None` where it names none.
pub fn command_of(workspace: &Workspace, path: &Path) -> Option<String> {
    Some(head(workspace, path)?.command)
}

/// The test cases beside a manifest, by command. First come those that expect success, by name: a run that is given
/// nothing else takes the first.
pub fn cases_by_command(workspace: &Workspace, manifest: &Path) -> BTreeMap<String, Vec<PathBuf>> {
    let read = |path: PathBuf| head(workspace, &path).map(|head| (head, path));
    let mut found: Vec<(Head, PathBuf)> = cases_beside(manifest).into_iter().filter_map(read).collect();
    found.sort_by(|(a, path), (b, other)| {
        (a.expects_failure(), path.file_stem()).cmp(&(b.expects_failure(), other.file_stem()))
    });
    let mut cases: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for (head, path) in found {
        cases.entry(head.command).or_default().push(path);
    }
    cases
}

/// What tells cases apart without checking all of them.
#[derive(serde::Deserialize)]
struct Head {
    command: String,
    #[serde(default)]
    expect: Value,
}

impl Head {
    fn expects_failure(&self) -> bool {
        self.expect.get("success") == Some(&Value::Bool(false))
            || self.expect.get("error").is_some_and(|error| !error.is_null())
    }
}

fn head(workspace: &Workspace, path: &Path) -> Option<Head> {
    let text = workspace.read(path).ok()?.text();
    serde_json::from_str(text.strip_prefix('\u{feff}').unwrap_or(&text)).ok()
}

/// A case as it is written.
#[derive(Debug, Clone)]
pub(super) struct Written {
    pub(super) text: String,
    pub(super) command: String,
    pub(super) inputs: Option<Value>,
    pub(super) connection: Map<String, Value>,
    pub(super) now: Option<Timestamp>,
    pub(super) http: Vec<Value>,
    pub(super) d3: Vec<Value>,
    pub(super) expect: Map<String, Value>,
}

/// Reads a case, and nothing of what it runs.
pub(super) fn written(workspace: &Workspace, path: &Path) -> Result<Written, String> {
    parsed(&text_of(workspace, path)?).map_err(|fault| fault.message)
}

fn text_of(workspace: &Workspace, path: &Path) -> Result<String, String> {
    match workspace.read(path).map_err(|error| describe(&error))? {
        Source::Text(text) => Ok(text.to_string()),
        Source::Not(reason) => Err(reason.to_string()),
    }
}

fn parsed(text: &str) -> Result<Written, Fault> {
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let value: Value =
        serde_json::from_str(body).map_err(|error| Fault::new(format!("the case is no JSON: {error}")))?;
    let fields = http::known(&value, "the case", &names(CASE_KEYS))?;
    let Some(command) = fields.get("command").and_then(Value::as_str) else {
        return Err(Fault::new("the case needs `command`, the internal name of a command").under("command"));
    };
    let connection = object(fields, "connection")?;
    let expect = object(fields, "expect")?;
    compare::check(&expect).map_err(|fault| fault.under("expect"))?;
    let (http, d3) = (list(fields, "http")?, list(fields, "d3")?);
    http::check(&http).map_err(|fault| fault.under("http"))?;
    check_calls(&d3).map_err(|fault| fault.under("d3"))?;
    let now = match fields.get("now") {
        None | Some(Value::Null) => None,
        Some(now) => {
            let moment = now.as_str().and_then(when::parse);
            let message = || format!("`now` is {now}, which is no time; write 2024-01-31 23:59:59 (UTC)");
            Some(moment.ok_or_else(|| Fault::new(message()).under("now"))?)
        }
    };
    let (command, inputs) = (command.to_owned(), fields.get("inputs").cloned());
    Ok(Written { command, inputs, connection, now, http, d3, expect, text: text.to_owned() })
}

/// Reads a case and everything that it runs.
///
/// # Errors
/// What is wrong with it, so that nothing was run.
pub fn read_case(workspace: &Workspace, path: &Path) -> Result<Case, String> {
    checked(workspace, path, &text_of(workspace, path)?).map_err(|faults| joined(&faults, "; "))
}

/// What is wrong with the case at `path` that has this text, so that [`read_case`] would refuse it.
pub fn faults(workspace: &Workspace, path: &Path, text: &str) -> Vec<Fault> {
    checked(workspace, path, text).err().unwrap_or_default()
}

/// The files that a case at `path` hands to its command, whether they exist or not.
pub fn input_files(workspace: &Workspace, path: &Path, text: &str) -> Vec<PathBuf> {
    let manifest = manifest_of(path);
    let Some((case, known)) = parsed(text).ok().zip(workspace.manifest(&manifest)) else { return Vec::new() };
    let declared = known.command(&case.command).map(|command| &command.inputs[..]);
    let folder = manifest.parent().unwrap_or(&manifest);
    inputs::files(case.inputs.as_ref(), declared.unwrap_or_default(), folder)
}

fn checked(workspace: &Workspace, path: &Path, text: &str) -> Result<Case, Vec<Fault>> {
    let case = parsed(text).map_err(|fault| vec![fault])?;
    let Written { text, command, inputs, connection, now, http, d3, expect } = case;
    let manifest = manifest_of(path);
    let target = target::target(workspace, &manifest, &command, false)
        .map_err(|error| vec![Fault::new(format!("{error:#}")).under("command")])?;
    let declared = target.declared().map(|command| command.inputs.as_slice());
    let folder = manifest.parent().unwrap_or(&manifest);
    let inputs = inputs::convert(inputs.as_ref(), declared, folder)
        .map_err(|faults| faults.into_iter().map(|fault| fault.under("inputs")).collect::<Vec<_>>())?;
    let request = Request {
        target,
        case: Some(path.to_owned()),
        inputs,
        connection,
        now,
        http,
        d3,
        network: false,
        record: false,
        coverage: false,
        schedule: None,
    };
    Ok(Case { path: path.to_owned(), text, request, expect })
}

fn object(fields: &Map<String, Value>, key: &str) -> Result<Map<String, Value>, Fault> {
    match fields.get(key) {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(object)) => Ok(object.clone()),
        Some(_) => Err(Fault::new(format!("`{key}` must be an object")).under(key)),
    }
}

fn list(fields: &Map<String, Value>, key: &str) -> Result<Vec<Value>, Fault> {
    match fields.get(key) {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(list)) => Ok(list.clone()),
        Some(_) => Err(Fault::new(format!("`{key}` must be a list")).under(key)),
    }
}

fn check_calls(entries: &[Value]) -> Result<(), Fault> {
    entries.iter().enumerate().try_for_each(|(index, entry)| {
        check_call(entry, &format!("d3 entry {}", index + 1)).map_err(|fault| fault.at(index))
    })
}

fn check_call(entry: &Value, place: &str) -> Result<(), Fault> {
    let fields = http::known(entry, place, &names(CASE_CALL_KEYS))?;
    if !fields.get("call").is_some_and(Value::is_string) {
        let message = format!("{place} needs `call`, as in \"D3.Utility.SetIncidentField\"");
        return Err(Fault::new(message).under("call"));
    }
    match fields.get("arguments") {
        None | Some(Value::Null | Value::Array(_) | Value::Object(_)) => Ok(()),
        Some(_) => {
            let message = format!("`arguments` of {place} must be a list, an object by name, or null for any");
            Err(Fault::new(message).under("arguments"))
        }
    }
}

/// The text of a case with another `expect`; everything else stays as it is written.
pub(super) fn with_expect(text: &str, expect: &Map<String, Value>) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Whole<'a> {
        #[serde(borrow)]
        expect: Option<&'a RawValue>,
    }
    let shown = serde_json::to_string_pretty(expect).ok()?.replace('\n', "\n  ");
    let start = text.len() - text.trim_start_matches('\u{feff}').len();
    let whole: Whole<'_> = serde_json::from_str(&text[start..]).ok()?;
    if let Some(old) = whole.expect.map(RawValue::get) {
        let at = old.as_ptr() as usize - text.as_ptr() as usize;
        return Some(format!("{}{shown}{}", &text[..at], &text[at + old.len()..]));
    }
    let end = text.rfind('}')?;
    let before = text[..end].trim_end();
    let comma = if before.ends_with('{') { "" } else { "," };
    Some(format!("{before}{comma}\n  \"expect\": {shown}\n{}", &text[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_expect_is_rewritten() {
        let expect = Map::from_iter([("success".to_owned(), Value::Bool(true))]);
        let text = "{\"command\": \"A\",   \"expect\": {\"success\": false}, \"inputs\": {}}\n";
        let expected = "{\"command\": \"A\",   \"expect\": {\n    \"success\": true\n  }, \"inputs\": {}}\n";
        assert_eq!(with_expect(text, &expect).as_deref(), Some(expected));
        let added = with_expect("{\n  \"command\": \"A\"\n}\n", &expect).expect("written");
        assert_eq!(added, "{\n  \"command\": \"A\",\n  \"expect\": {\n    \"success\": true\n  }\n}\n");
    }
}
