//! The runs under way: one at a time of each kind, a few at once, all ended with the session.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::progress::Cancel;

/// How many run at once. Each may take a core and much memory, and the editor is to stay quick.
const AT_ONCE: usize = 4;
/// How often one that waits looks whether it is cancelled.
const LOOK: Duration = Duration::from_millis(50);

/// How long the session's end waits for processes to die. A run looks every 50 milliseconds whether it is cancelled.
const PATIENCE: Duration = Duration::from_secs(5);

/// The runs of a session.
#[derive(Debug)]
pub struct Runs {
    state: Mutex<State>,
    ended: Condvar,
    places: Arc<Semaphore>,
}

impl Default for Runs {
    fn default() -> Self {
        Self { state: Mutex::default(), ended: Condvar::default(), places: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

#[derive(Debug, Default)]
struct State {
    next: u64,
    running: Vec<Running>,
    /// The session ends: nothing runs any more.
    over: bool,
}

#[derive(Debug)]
struct Running {
    number: u64,
    /// `None` for what may run twice.
    what: Option<String>,
    cancel: Cancel,
}

/// One run under way. Dropped, it is over.
#[derive(Debug)]
pub struct Run {
    runs: Arc<Runs>,
    number: u64,
    /// Set where nobody wants it any more.
    pub cancel: Cancel,
}

impl Runs {
    /// Starts a run of `what`, and cancels one of the same under way: the user asks for it with what stands there now.
    pub fn start(self: &Arc<Self>, what: Option<String>) -> Run {
        let cancel = Cancel::default();
        let mut state = self.state();
        for older in state.running.iter().filter(|older| what.is_some() && older.what == what) {
            older.cancel.store(true, Ordering::SeqCst);
        }
        cancel.store(state.over, Ordering::SeqCst);
        state.next += 1;
        let number = state.next;
        state.running.push(Running { number, what, cancel: Arc::clone(&cancel) });
        Run { runs: Arc::clone(self), number, cancel }
    }

    /// Whether a run has to wait for another to end.
    pub fn is_full(&self) -> bool {
        self.places.available_permits() == 0
    }

    /// A place to run in, in the order of asking; `None` where the run is cancelled before it gets one.
    pub async fn place(&self, cancel: &Cancel) -> Option<OwnedSemaphorePermit> {
        let place = Arc::clone(&self.places).acquire_owned();
        tokio::pin!(place);
        loop {
            tokio::select! {
                biased;
                place = &mut place => return place.ok(),
                () = tokio::time::sleep(LOOK) => {
                    if cancel.load(Ordering::SeqCst) {
                        return None;
                    }
                }
            }
        }
    }

    /// Cancels all, and those that are asked for later.
    pub fn end(&self) {
        let mut state = self.state();
        state.over = true;
        state.running.iter().for_each(|run| run.cancel.store(true, Ordering::SeqCst));
    }

    /// Waits until no process is left.
    pub fn wait(&self) {
        let state = self.state();
        let waited = self.ended.wait_timeout_while(state, PATIENCE, |state| !state.running.is_empty());
        if waited.is_ok_and(|(state, _)| !state.running.is_empty()) {
            tracing::error!("a run did not end");
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        self.runs.state().running.retain(|run| run.number != self.number);
        self.runs.ended.notify_all();
    }
}
