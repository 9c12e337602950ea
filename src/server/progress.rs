//! Progress of long work, shown by the client and cancelled from there.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use serde_json::{Value, json};
use tower_lsp_server::jsonrpc::{Error, Request, Result};
use tower_lsp_server::ls_types::ProgressToken;

use super::session::Session;

/// Work on fewer files than this is over before its progress can be read.
const MANY: usize = 200;

/// The progress of one piece of work. Dropped, it ends.
pub struct Progress {
    session: Arc<Session>,
    /// `None` where nobody is shown anything.
    token: Option<Value>,
    /// The client knows the token.
    known: Arc<AtomicBool>,
    begun: bool,
    done: usize,
    total: usize,
}

impl Progress {
    /// Starts to show work on `total` files: under the client's own token, or, where there are many, under a new one.
    pub fn start(session: &Arc<Session>, token: Option<ProgressToken>, total: usize) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let known = Arc::new(AtomicBool::new(token.is_some()));
        let token = match token {
            Some(token) => serde_json::to_value(token).ok(),
            None if total < MANY || !session.agreed().shows_progress => None,
            None => {
                let token = ProgressToken::String(format!("d3ls-{}", NEXT.fetch_add(1, Ordering::Relaxed)));
                let (inside, known, asked) = (Arc::clone(session), Arc::clone(&known), token.clone());
                tokio::spawn(async move {
                    let created = inside.client.create_work_done_progress(asked).await;
                    known.store(created.is_ok(), Ordering::SeqCst);
                });
                serde_json::to_value(token).ok()
            }
        };
        if let Some(token) = &token {
            session.shown.insert(token.to_string());
        }
        let mut progress = Self { session: Arc::clone(session), token, known, begun: false, done: 0, total };
        progress.begin();
        progress
    }

    fn begin(&mut self) {
        if !self.begun && self.known.load(Ordering::SeqCst) {
            self.begun = true;
            self.send(json!({"kind": "begin", "title": "d3ls", "cancellable": true, "percentage": 0}));
        }
    }

    /// One more file is done.
    ///
    /// # Errors
    /// The user cancelled the work.
    pub fn step(&mut self) -> Result<()> {
        self.done += 1;
        let Some(token) = &self.token else { return Ok(()) };
        if !self.session.shown.contains(&token.to_string()) {
            return Err(Error::request_cancelled());
        }
        self.begin();
        let percentage = |done: usize| done * 100 / self.total.max(1);
        if self.begun && percentage(self.done) != percentage(self.done - 1) {
            let message = format!("{} of {} files", self.done, self.total);
            self.send(json!({"kind": "report", "message": message, "percentage": percentage(self.done)}));
        }
        Ok(())
    }

    fn send(&self, value: Value) {
        if let Some(token) = &self.token {
            let params = json!({"token": token, "value": value});
            self.session.outbox.send(&Request::build("$/progress").params(params).finish());
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(token) = &self.token {
            self.session.shown.remove(&token.to_string());
        }
        if self.begun {
            self.send(json!({"kind": "end"}));
        }
    }
}

/// The user cancelled the work that is shown under `token`.
pub fn cancel(session: &Session, token: &ProgressToken) {
    if let Ok(token) = serde_json::to_value(token) {
        session.shown.remove(&token.to_string());
    }
}
