//! Stands in for what other modules will provide.

use std::sync::Arc;

use crate::manifest::{Kind, Manifest, SystemScriptSetting};
use crate::text::{Spanned, TextRange};

pub(super) fn parse_manifest(text: &Arc<str>) -> Manifest {
    Manifest {
        text: Arc::clone(text),
        errors: Vec::new(),
        usable: false,
        kind: Kind::Integration,
        name: None,
        internal_name: None,
        script: Spanned::new("script.py".to_owned(), TextRange::default()),
        system_script: SystemScriptSetting::None,
        live_script: None,
        libraries: Vec::new(),
        connection_sets: Vec::new(),
        connection: Vec::new(),
        commands: Vec::new(),
        commands_key: TextRange::default(),
    }
}
