//! What there is to know and to do above functions, as code lenses.

use serde_json::{Value, json};
use tower_lsp_server::ls_types::{CodeLens, Command};

use super::assist::script;
use super::cases;
use super::convert::path_of;
use super::run::{RUN, TEST};
use super::session::Session;
use super::worker::Checked;
use crate::ide::{self, LensAction};
use crate::manifest::ScriptRole;

/// The lenses of a script. One that only tells something has a command without a name.
pub fn lenses(session: &Session, checked: &Checked) -> Option<Vec<CodeLens>> {
    let (analysis, sheet) = script(checked)?;
    let agreed = session.agreed();
    let named = path_of(&sheet.uri).and_then(|path| session.workspace.manifest_for(&path));
    let is_live = named.as_ref().is_some_and(|named| named.role == ScriptRole::Live);
    let counts = named.filter(|_| agreed.executes).map(|named| cases::counts(session, &named.path)).unwrap_or_default();
    let run = |command: &str| {
        let mut arguments = json!({"uri": sheet.uri, "command": command});
        if is_live {
            arguments["live"] = json!(true);
        }
        arguments
    };
    let lens = |lens: ide::Lens| {
        let (command, arguments): (_, Option<Value>) = match &lens.action {
            None => ("", None),
            Some(LensAction::Run(command)) => (RUN, Some(run(command))),
            Some(LensAction::Test(command)) => (TEST, Some(json!({"uri": sheet.uri, "command": command}))),
        };
        let arguments = arguments.map(|arguments| vec![arguments]);
        CodeLens {
            range: sheet.range(lens.range, agreed.encoding),
            command: Some(Command { title: lens.title, command: command.to_owned(), arguments }),
            data: None,
        }
    };
    let count = |command: &str| if is_live { 0 } else { counts.get(command).copied().unwrap_or_default() };
    let lenses = ide::lenses(analysis, &count).into_iter();
    Some(lenses.filter(|lens| agreed.executes || lens.action.is_none()).map(lens).collect())
}
