//! Progress of long work, shown by the client and cancelled from there.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};
use tower_lsp_server::jsonrpc::{Error, Request, Result};
use tower_lsp_server::ls_types::ProgressToken;

use super::session::Session;

/// Work on fewer files than this is over before its progress can be read.
const MANY: usize = 200;

/// Whether work is cancelled.
pub type Cancel = Arc<AtomicBool>;

/// The progress of one piece of work. Dropped, it ends.
pub struct Progress {
    /// `None` where nobody is shown anything.
    shown: Option<Arc<Shown>>,
    cancel: Cancel,
    done: AtomicUsize,
    total: usize,
}

/// What the client sees of it.
struct Shown {
    session: Arc<Session>,
    token: Value,
    stage: Mutex<Stage>,
}

enum Stage {
    /// The client does not know the token yet.
    Asked,
    /// The client shows it.
    Begun,
    /// The work is over.
    Ended,
}

impl Progress {
    /// Starts to show work on `total` files: under the client's own token, or, where there are many, under a new one.
    pub fn of_files(session: &Arc<Session>, token: Option<ProgressToken>, total: usize) -> Self {
        let shows = token.is_some() || total >= MANY;
        let begin = json!({"kind": "begin", "title": "d3ls", "cancellable": true, "percentage": 0});
        Self::start(session, token, shows, begin, Cancel::default(), total)
    }

    /// Starts to show a run, whose length nobody knows. `cancel` is set where the user cancels it.
    pub fn of_run(session: &Arc<Session>, token: Option<ProgressToken>, title: &str, cancel: Cancel) -> Self {
        let begin = json!({"kind": "begin", "title": title, "cancellable": true});
        Self::start(session, token, true, begin, cancel, 0)
    }

    fn start(
        session: &Arc<Session>,
        token: Option<ProgressToken>,
        shows: bool,
        begin: Value,
        cancel: Cancel,
        total: usize,
    ) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let creates = token.is_none() && shows && session.agreed().shows_progress;
        let new = || ProgressToken::String(format!("d3ls-{}", NEXT.fetch_add(1, Ordering::Relaxed)));
        let token = token.or_else(|| creates.then(new));
        let shown = token.and_then(|token| {
            let value = serde_json::to_value(&token).ok()?;
            session.shown.insert(value.to_string(), Arc::clone(&cancel));
            let shown = Shown { session: Arc::clone(session), token: value, stage: Mutex::new(Stage::Asked) };
            let shown = Arc::new(shown);
            if creates {
                let shown = Arc::clone(&shown);
                tokio::spawn(async move {
                    if shown.session.client.create_work_done_progress(token).await.is_ok() {
                        shown.begin(begin);
                    }
                });
            } else {
                shown.begin(begin);
            }
            Some(shown)
        });
        Self { shown, cancel, done: AtomicUsize::new(0), total }
    }

    /// One more file is done.
    ///
    /// # Errors
    /// The user cancelled the work.
    pub fn step(&self) -> Result<()> {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        if self.cancel.load(Ordering::SeqCst) {
            return Err(Error::request_cancelled());
        }
        let percentage = |done: usize| done * 100 / self.total.max(1);
        if percentage(done) != percentage(done - 1) {
            let message = format!("{done} of {} files", self.total);
            self.report(json!({"kind": "report", "message": message, "percentage": percentage(done)}));
        }
        Ok(())
    }

    /// Says how far a run is.
    pub fn say(&self, message: &str) {
        self.report(json!({"kind": "report", "message": message}));
    }

    fn report(&self, value: Value) {
        if let Some(shown) = &self.shown
            && matches!(*shown.stage(), Stage::Begun)
        {
            shown.send(value);
        }
    }
}

impl Shown {
    fn stage(&self) -> std::sync::MutexGuard<'_, Stage> {
        self.stage.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(&self, value: Value) {
        let mut stage = self.stage();
        if matches!(*stage, Stage::Asked) {
            *stage = Stage::Begun;
            self.send(value);
        }
    }

    fn send(&self, value: Value) {
        let params = json!({"token": self.token, "value": value});
        self.session.outbox.send(&Request::build("$/progress").params(params).finish());
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        let Some(shown) = &self.shown else { return };
        shown.session.shown.remove(&shown.token.to_string());
        let mut stage = shown.stage();
        if matches!(*stage, Stage::Begun) {
            shown.send(json!({"kind": "end"}));
        }
        *stage = Stage::Ended;
    }
}

/// The user cancelled the work that is shown under `token`.
pub fn cancel(session: &Session, token: &ProgressToken) {
    if let Ok(token) = serde_json::to_value(token)
        && let Some(cancel) = session.shown.get(&token.to_string())
    {
        cancel.store(true, Ordering::SeqCst);
    }
}
