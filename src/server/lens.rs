//! What there is to know above functions, as code lenses.

use tower_lsp_server::ls_types::{CodeLens, Command};

use super::assist::script;
use super::capabilities::Agreed;
use super::worker::Checked;
use crate::ide;

/// The lenses of a script. They tell something and do nothing: their command has no name.
pub fn lenses(checked: &Checked, agreed: &Agreed) -> Option<Vec<CodeLens>> {
    let (analysis, sheet) = script(checked)?;
    let lens = |lens: ide::Lens| CodeLens {
        range: sheet.range(lens.range, agreed.encoding),
        command: Some(Command { title: lens.title, command: String::new(), arguments: None }),
        data: None,
    };
    Some(ide::lenses(analysis).into_iter().map(lens).collect())
}
