//! `d3ls server`: the language server on stdio. The only place that names the protocol's types.
//!
//! Owns: transport, open documents, the order of things. Must not know: any rule.
//! The server never computes on the transport's thread, never waits for the client inside a handler, and
//! changes a document before a handler's first await. Results carry the revision they were
//! computed for and are dropped when stale.

mod actions;
mod assist;
mod capabilities;
mod convert;
mod documents;
mod handlers;
mod lens;
mod manifest;
mod navigate;
mod outbox;
mod progress;
mod serve;
mod session;
mod structure;
mod transport;
mod watch;
mod worker;
mod workspace;

use std::io;
use std::process::ExitCode;
use std::sync::mpsc;
use std::thread;

use anyhow::Context;
use tower_lsp_server::LspService;
use tracing_subscriber::EnvFilter;

use handlers::Handlers;
use outbox::Outbox;
use serve::{End, serve};

/// Enough for the deepest tree that the parser lets through. It is address space; only what is used costs memory.
const STACK: usize = 64 * 1024 * 1024;

/// Serves one client on stdin and stdout. The status is 0 after `shutdown` and `exit`, 1 otherwise.
/// Logs go to stderr; `D3LS_LOG` says which (`debug`, `d3ls=trace`).
pub fn run() -> ExitCode {
    let filter = EnvFilter::try_from_env("D3LS_LOG").unwrap_or_else(|_| EnvFilter::new("warn,tower_lsp_server=off"));
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).with_ansi(false);
    // Only a second subscriber in one process is refused, and then the first one serves.
    let _ = logs.try_init();
    match session() {
        Ok(End::Orderly) => ExitCode::SUCCESS,
        Ok(End::Abrupt) => ExitCode::FAILURE,
        Err(problem) => {
            tracing::error!("{problem:#}");
            ExitCode::FAILURE
        }
    }
}

fn session() -> anyhow::Result<End> {
    let cores = thread::available_parallelism().map_or(2, std::num::NonZero::get);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .max_blocking_threads(cores.max(2))
        .thread_stack_size(STACK)
        .enable_time()
        .build()
        .context("could not start the runtime")?;
    let (ends, end) = mpsc::channel();
    // A second end comes too late to matter.
    let ended = |how: End| {
        let ends = ends.clone();
        move || {
            let _ = ends.send(how);
        }
    };
    let outbox = Outbox::start(io::stdout(), ended(End::Abrupt)).context("could not start the writer")?;
    let client_ended = ended(End::Abrupt);
    let (service, socket) = LspService::build(|client| Handlers::new(client, outbox.clone(), client_ended))
        .custom_method("window/workDoneProgress/cancel", Handlers::cancel_progress)
        .finish();
    let (to_client, handle) = (outbox.clone(), runtime.handle().clone());
    thread::Builder::new()
        .name("reader".to_owned())
        .stack_size(STACK)
        .spawn(move || {
            let how = serve(io::stdin().lock(), service, socket, &to_client, &handle);
            let _ = ends.send(how);
        })
        .context("could not start the reader")?;
    let how = end.recv().unwrap_or(End::Abrupt);
    outbox.finish();
    runtime.shutdown_background();
    Ok(how)
}
