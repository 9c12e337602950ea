//! What interpreters said of themselves, so that a run need not start Python twice. Kept in the user's cache folder
//! by path and by the time the file was changed; without such a folder nothing is remembered.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde_json::{Map, Value, json};

use super::python::Answer;

/// More than that is not kept.
const MOST: usize = 50;

/// What the interpreter said, if it is still the same file.
pub(super) fn get(command: &[String]) -> Option<Answer> {
    let [program] = command else { return None };
    let stamp = stamp(Path::new(program))?;
    let known = read(&file()?)?;
    let entry = known.get(program)?;
    if entry["stamp"] != stamp {
        return None;
    }
    serde_json::from_value(entry["answer"].clone()).ok()
}

/// Remembers what it said. A shim, which may start another program next time, is asked again.
pub(super) fn put(command: &[String], program: &Path, answer: &Answer) {
    let [named] = command else { return };
    let (Some(stamp), Some(file)) = (stamp(program), file()) else { return };
    if program != Path::new(named) || is_script(program) {
        return;
    }
    let mut known = read(&file).filter(|known| known.len() < MOST).unwrap_or_default();
    known.insert(named.clone(), json!({"stamp": stamp, "answer": answer}));
    // A cache that can't be written costs time only.
    let _ = write(&file, &Value::from(known).to_string());
}

fn write(file: &Path, text: &str) -> std::io::Result<()> {
    let folder = file.parent().unwrap_or(file);
    fs::create_dir_all(folder)?;
    let mut temporary = tempfile::NamedTempFile::new_in(folder)?;
    std::io::Write::write_all(&mut temporary, text.as_bytes())?;
    temporary.persist(file).map(drop).map_err(|error| error.error)
}

fn read(file: &Path) -> Option<Map<String, Value>> {
    serde_json::from_slice(&fs::read(file).ok()?).ok()
}

fn file() -> Option<PathBuf> {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let folder = variable("XDG_CACHE_HOME")
        .or_else(|| variable("LOCALAPPDATA").filter(|_| cfg!(windows)))
        .or_else(|| variable("HOME").map(|home| home.join(".cache")))?;
    Some(folder.join("d3ls").join("pythons.json"))
}

/// When the interpreter, and the virtual environment that it belongs to, were last changed, and their sizes.
fn stamp(program: &Path) -> Option<Value> {
    let environment = program.parent()?.parent().map(|folder| folder.join("pyvenv.cfg"));
    let of = |path: &Path| {
        let metadata = fs::metadata(path).ok()?;
        let changed = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
        Some(json!([metadata.len(), changed.as_secs(), changed.subsec_nanos()]))
    };
    Some(json!([of(program)?, environment.and_then(|path| of(&path))]))
}

fn is_script(program: &Path) -> bool {
    use std::io::Read;
    let mut start = [0; 2];
    fs::File::open(program).and_then(|mut file| file.read_exact(&mut start)).is_err() || start == *b"#!"
}
