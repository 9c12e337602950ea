//! The editor's own settings, as opposed to `d3ls.toml`: how much the server logs, and which Python runs scripts. They come with `initialize`, with
//! `workspace/didChangeConfiguration`, or are asked for as the section `d3ls`.

use std::path::PathBuf;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;
use tower_lsp_server::ls_types::ConfigurationItem;
use tracing_subscriber::filter::{LevelFilter, Targets};

use super::session::Session;

/// The section that editors keep them in.
const SECTION: &str = "d3ls";

/// Changes which messages are logged.
pub type SetLogLevel = Box<dyn Fn(LogLevel) + Send + Sync>;

/// How much is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// What went wrong.
    Error,
    /// And what looks wrong.
    Warn,
    /// And what happens.
    Info,
    /// And how.
    Debug,
    /// Everything.
    Trace,
}

impl LogLevel {
    /// The filter of the log.
    pub fn filter(self) -> Targets {
        let (level, library) = match self {
            Self::Error => (LevelFilter::ERROR, LevelFilter::OFF),
            Self::Warn => (LevelFilter::WARN, LevelFilter::OFF),
            Self::Info => (LevelFilter::INFO, LevelFilter::OFF),
            Self::Debug => (LevelFilter::DEBUG, LevelFilter::OFF),
            Self::Trace => (LevelFilter::TRACE, LevelFilter::TRACE),
        };
        Targets::new().with_default(level).with_target("tower_lsp_server", library)
    }
}

/// What d3ls reads of an editor's settings; editors may send more.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Settings {
    log_level: Option<LogLevel>,
    /// `Some(None)` where the editor says that there is none.
    #[serde(default, deserialize_with = "given")]
    python: Option<Option<String>>,
}

/// Tells `null` from a setting that is not there.
fn given<'de, D: serde::Deserializer<'de>>(value: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(value).map(Some)
}

/// Takes settings: those of the section, or all with the section among them.
pub fn apply(session: &Session, settings: &Value) {
    let own = settings.get(SECTION).unwrap_or(settings);
    if !own.is_object() {
        return;
    }
    match Settings::deserialize(own) {
        Ok(Settings { log_level, python }) => {
            if let Some(level) = log_level {
                (session.set_log_level)(level);
            }
            if let Some(path) = python {
                session.set_python(path.filter(|path| !path.is_empty()).map(PathBuf::from));
            }
        }
        Err(problem) => tracing::warn!("the editor's settings are not used: {problem}"),
    }
}

/// Asks the client for the section, if it can be asked.
pub fn ask(session: &Arc<Session>) {
    if !session.agreed().has_configuration {
        return;
    }
    let session = Arc::clone(session);
    tokio::spawn(async move {
        let item = ConfigurationItem { scope_uri: None, section: Some(SECTION.to_owned()) };
        match session.client.configuration(vec![item]).await {
            Ok(found) => found.iter().for_each(|settings| apply(&session, settings)),
            Err(problem) => tracing::warn!("the client did not tell its settings: {problem}"),
        }
    });
}
