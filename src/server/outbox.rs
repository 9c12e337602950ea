//! All that the server writes, in one queue and on one thread.

use std::io::{self, Write};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::Duration;

use tower_lsp_server::jsonrpc::Request;
use tower_lsp_server::ls_types::{Diagnostic, PublishDiagnosticsParams, Uri};

use super::transport::encode;

/// How long the end waits for a client that does not read.
const PATIENCE: Duration = Duration::from_secs(2);

enum Item {
    Frame(Vec<u8>),
    Last(Sender<()>),
}

/// The queue. Sending never waits.
#[derive(Debug, Clone)]
pub struct Outbox {
    queue: Sender<Item>,
}

impl Outbox {
    /// Starts the thread that writes to `output`. It calls `broken` when the client no longer reads.
    pub fn start(output: impl Write + Send + 'static, broken: impl FnOnce() + Send + 'static) -> io::Result<Self> {
        let (queue, items) = mpsc::channel();
        thread::Builder::new().name("writer".to_owned()).spawn(move || {
            if let Err(problem) = write(io::BufWriter::new(output), &items) {
                tracing::error!("could not write to the client: {problem}");
                broken();
            }
        })?;
        Ok(Self { queue })
    }

    /// Queues a message.
    pub fn send(&self, message: &impl serde::Serialize) {
        match encode(message) {
            // The writer is gone only when the session has ended.
            Ok(frame) => drop(self.queue.send(Item::Frame(frame))),
            Err(problem) => tracing::error!("could not encode a message: {problem}"),
        }
    }

    /// Queues the findings of a document.
    pub fn publish(&self, uri: &Uri, diagnostics: Vec<Diagnostic>, version: Option<i32>) {
        let params = PublishDiagnosticsParams { uri: uri.clone(), diagnostics, version };
        match serde_json::to_value(params) {
            Ok(params) => self.send(&Request::build("textDocument/publishDiagnostics").params(params).finish()),
            Err(problem) => tracing::error!("could not encode findings: {problem}"),
        }
    }

    /// Writes all that is queued; gives up on a client that does not read.
    pub fn finish(&self) {
        let (done, wait) = mpsc::channel();
        if self.queue.send(Item::Last(done)).is_ok() {
            let _ = wait.recv_timeout(PATIENCE);
        }
    }
}

fn write(mut output: impl Write, items: &Receiver<Item>) -> io::Result<()> {
    let mut next = items.recv().ok();
    while let Some(item) = next {
        match item {
            Item::Frame(frame) => output.write_all(&frame)?,
            Item::Last(done) => {
                output.flush()?;
                drop(done);
                return Ok(());
            }
        }
        next = match items.try_recv() {
            Ok(item) => Some(item),
            Err(_) => {
                output.flush()?;
                items.recv().ok()
            }
        };
    }
    Ok(())
}
