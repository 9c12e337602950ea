//! `d3ls server`: the language server on stdio. The only place that names the protocol's types.
//!
//! Owns: transport, open documents, the order of things. Must not know: any rule.
//! The server never computes on the transport's thread, never waits for the client inside a handler, and
//! changes a document before a handler's first await. Results carry the revision they were
//! computed for and are dropped when stale.

mod actions;
mod assist;
mod capabilities;
mod case_document;
mod cases;
mod convert;
mod documents;
mod failures;
mod final_script;
mod handlers;
mod lens;
mod manifest;
mod navigate;
mod notice;
mod outbox;
mod progress;
mod project;
mod run;
mod runs;
mod serve;
mod session;
mod settings;
mod structure;
pub mod transport;
mod watch;
mod worker;
mod workspace;

use std::env;
use std::fs::File;
use std::io;
use std::process::ExitCode;
use std::sync::{Arc, mpsc};
use std::thread;

use anyhow::Context;
use tower_lsp_server::LspService;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{fmt, reload};

use handlers::Handlers;
use outbox::Outbox;
use runs::Runs;
use serve::{End, serve};
use session::Session;
use settings::{LogLevel, SetLogLevel};

/// Enough for the deepest tree that the parser lets through. It is address space; only what is used costs memory.
const STACK: usize = 64 * 1024 * 1024;

/// Serves one client on stdin and stdout. The status is 0 after `shutdown` and `exit`, 1 otherwise.
/// Logs go to stderr; `D3LS_LOG` says which (`debug`, `d3ls=trace`), and where it says nothing, the editor's settings.
pub fn run() -> ExitCode {
    let from_environment = env::var("D3LS_LOG").ok().and_then(|said| said.parse::<Targets>().ok());
    let is_fixed = from_environment.is_some();
    let (filter, handle) = reload::Layer::new(from_environment.unwrap_or_else(|| LogLevel::Warn.filter()));
    let logs = fmt::layer().with_writer(io::stderr).with_ansi(false).with_filter(filter);
    // Only a second subscriber in one process is refused, and then the first one serves.
    let _ = tracing_subscriber::registry().with(logs).try_init();
    let set_log_level = move |level: LogLevel| {
        if !is_fixed && let Err(problem) = handle.reload(level.filter()) {
            tracing::warn!("the log stays as it is: {problem}");
        }
    };
    match session(Box::new(set_log_level)) {
        Ok(End::Orderly) => ExitCode::SUCCESS,
        Ok(End::Abrupt) => ExitCode::FAILURE,
        Err(problem) => {
            tracing::error!("{problem:#}");
            ExitCode::FAILURE
        }
    }
}

/// The standard output as a file. The library's own writes each line by itself, so that a message would come in two parts.
fn stdout() -> io::Result<File> {
    #[cfg(unix)]
    let output = std::os::fd::AsFd::as_fd(&io::stdout()).try_clone_to_owned()?;
    #[cfg(windows)]
    let output = std::os::windows::io::AsHandle::as_handle(&io::stdout()).try_clone_to_owned()?;
    Ok(output.into())
}

fn session(set_log_level: SetLogLevel) -> anyhow::Result<End> {
    let cores = thread::available_parallelism().map_or(2, std::num::NonZero::get);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
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
    let output = stdout().context("could not get at the standard output")?;
    let outbox = Outbox::start(output, ended(End::Abrupt)).context("could not start the writer")?;
    let client_ended = ended(End::Abrupt);
    let runs = Arc::<Runs>::default();
    let pool = rayon::ThreadPoolBuilder::new()
        .stack_size(STACK)
        .panic_handler(|_| tracing::error!("a task of the threads that check panicked"))
        .build()
        .context("could not start the threads that check")?;
    let session =
        |client| Session::new(client, outbox.clone(), Arc::clone(&runs), pool, runtime.handle().clone(), set_log_level);
    let (service, socket) = LspService::build(|client| Handlers::new(session(client), client_ended))
        .custom_method("window/workDoneProgress/cancel", Handlers::cancel_progress)
        .custom_method("d3ls/finalScript", Handlers::final_script)
        .custom_method("d3ls/project", Handlers::project)
        .custom_method("d3ls/testCases", Handlers::test_cases)
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
    runs.end();
    runs.wait();
    outbox.finish();
    runtime.shutdown_background();
    Ok(how)
}
