//! `d3ls/finalScript`: the script that D3 runs, as a document that the editor shows and can find its way in.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tower_lsp_server::ls_types::{TextDocumentIdentifier, Uri};

use super::convert::{Sheet, uri_of};
use super::session::Session;
use super::worker::{Checked, Subject};
use crate::diagnostic::Place;
use crate::manifest::Kind;
use crate::project::absolute;
use crate::runner::{Part, Plan};
use crate::semantic::SystemScript;

/// The script, or the manifest of the integration, whose final script is wanted.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FinalScriptParams {
    /// The document.
    pub text_document: TextDocumentIdentifier,
}

/// The final script and where its lines come from.
#[derive(Debug, Serialize)]
pub struct FinalScript {
    text: String,
    /// Whether all of it is there: `false` where there is, or may be, a system script that we don't have.
    complete: bool,
    /// In order and without a gap; a line of the final script and a line of a file are each in at most one.
    lines: Vec<Lines>,
}

/// Lines that come from one file; lines count from 0, as everywhere in the protocol.
#[derive(Debug, Serialize)]
struct Lines {
    /// The first one in the final script.
    start: usize,
    /// The one behind the last one.
    end: usize,
    /// The file.
    uri: Uri,
    /// The line of the file that `start` is.
    line: usize,
}

/// What is put together.
struct Scripts {
    system: Option<(Uri, Arc<str>)>,
    custom: (Uri, Arc<str>),
    complete: bool,
}

/// The final script of a checked document; `None` for what has none.
pub fn final_script(session: &Session, checked: &Checked) -> Option<FinalScript> {
    let Scripts { system, custom, complete } = match &checked.subject {
        Subject::Script { input, sheets, .. } => {
            let part = |sheet: &Sheet| (sheet.uri.clone(), Arc::clone(&sheet.text));
            Scripts {
                system: sheets.get(&Place::SystemScript).map(part),
                custom: part(sheets.get(&Place::Script)?),
                complete: !matches!(input.system, SystemScript::Unknown),
            }
        }
        Subject::Manifest { document, folder, .. } if document.manifest.kind == Kind::Integration => {
            of_file(session, &absolute(&folder.join(&document.manifest.script.value)))?
        }
        _ => return None,
    };
    // The plan knows files by their paths only; here an address stands for each.
    let part = |(uri, text): &(Uri, Arc<str>)| Part { path: PathBuf::from(uri.as_str()), text: Arc::clone(text) };
    let (text, map) = Plan::new(system.as_ref().map(part), part(&custom)).final_script();
    let files = [system.as_ref(), Some(&custom)].into_iter().flatten();
    let uri = |path: &Path| files.clone().map(|(uri, _)| uri).find(|uri| Path::new(uri.as_str()) == path).cloned();
    let lines = map.iter().filter_map(|lines| {
        Some(Lines { start: lines.start - 1, end: lines.end, uri: uri(&lines.path)?, line: lines.line - 1 })
    });
    Some(FinalScript { text, complete, lines: lines.collect() })
}

/// The scripts behind the one at `path`, as the editor has them where they are open.
fn of_file(session: &Session, path: &Path) -> Option<Scripts> {
    let uri = |path: &Path| session.documents.at(path).or_else(|| uri_of(path));
    let script = session.workspace.as_script(path, session.workspace.read(path).ok()?);
    let system = match (&script.input.system, &script.places.system) {
        (SystemScript::Known(analysis), Some(path)) => Some((uri(path)?, Arc::clone(&analysis.parsed().text))),
        _ => None,
    };
    Some(Scripts {
        system,
        custom: (uri(path)?, script.input.source.text()),
        complete: !matches!(script.input.system, SystemScript::Unknown),
    })
}
