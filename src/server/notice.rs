//! What the user is told in words, since no open document shows it: settings that can't be used.

use std::path::{Path, PathBuf};

use dashmap::DashMap;
use serde_json::json;
use tower_lsp_server::jsonrpc::Request;
use tower_lsp_server::ls_types::MessageType;

use super::session::Session;
use crate::project::Problem;

/// What was told of each settings file, until that is mended.
#[derive(Debug, Default)]
pub struct Told {
    by_path: DashMap<PathBuf, String>,
}

/// Tells of what is wrong with the settings in force for the file at `path`, once. Settings that are open in the
/// editor carry it themselves.
pub fn settings(session: &Session, path: &Path) {
    let Some(file) = session.workspace.settings_for(path) else { return };
    let problems = session.workspace.settings_problems(path);
    let Some(first) = problems.first().filter(|_| session.documents.at(&file.path).is_none()) else {
        session.told.by_path.remove(&file.path);
        return;
    };
    let more = match problems.len() {
        1 => String::new(),
        count => format!(" (and {} more)", count - 1),
    };
    let message = format!("{}{more}", shown(first));
    let before = session.told.by_path.insert(file.path.clone(), message.clone());
    if before.as_ref() != Some(&message) {
        let params = json!({"type": MessageType::WARNING, "message": message});
        session.outbox.send(&Request::build("window/showMessage").params(params).finish());
    }
}

/// A problem with its file and place.
pub fn shown(problem: &Problem) -> String {
    let at = problem.position.map_or(String::new(), |(line, column)| format!("{line}:{column}: "));
    format!("{}: {at}{}", problem.path.display(), problem.message)
}
