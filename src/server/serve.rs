//! The serve loop: reads messages and gives each its first turn, in the order read.
//!
//! A handler that needs no more than its first turn is answered at once; any other goes on as a
//! task of its own. So an edit is applied before the next message is read, nothing waits for a slow request,
//! and a panic costs one answer.
//! Must not know: any method but `initialize`, `shutdown` and `exit`.

use std::io::{self, BufRead};
use std::panic::AssertUnwindSafe;

use futures::{FutureExt, SinkExt, StreamExt};
use tokio::runtime::Handle;
use tower_lsp_server::jsonrpc::{Error, Id, Request, Response};
use tower_lsp_server::{ClientSocket, ExitedError};
use tower_service::Service;

use super::outbox::Outbox;
use super::transport::{Frame, Incoming, Reader, decode};

/// How a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The client said so, after `shutdown`.
    Orderly,
    /// Anything else: `exit` without `shutdown`, the end of the input, a client that is gone.
    Abrupt,
}

/// Serves until the input or the session ends. Blocks; call it on a thread of its own, inside `runtime`.
pub fn serve<S>(input: impl BufRead, mut service: S, socket: ClientSocket, outbox: &Outbox, runtime: &Handle) -> End
where
    S: Service<Request, Response = Option<Response>, Error = ExitedError>,
    S::Future: Send + Unpin + 'static,
{
    let _inside = runtime.enter();
    let (mut requests, mut responses) = socket.split();
    let to_client = outbox.clone();
    runtime.spawn(async move {
        while let Some(request) = requests.next().await {
            to_client.send(&request);
        }
    });
    let mut reader = Reader::new(input);
    let mut shut_down = false;
    loop {
        let body = match next(&mut reader) {
            Some(Frame::Body(body)) => body,
            Some(Frame::Bad(bad)) => {
                outbox.send(&bad.response());
                continue;
            }
            None => return End::Abrupt,
        };
        match decode(&body) {
            Err(refusal) => outbox.send(&*refusal),
            Ok(Incoming::Response(response)) => drop(responses.send(response).now_or_never()),
            Ok(Incoming::Request(request)) => match (request.method(), request.id().is_some()) {
                ("exit", false) => {
                    call(&mut service, request, outbox, runtime);
                    return if shut_down { End::Orderly } else { End::Abrupt };
                }
                (_, true) if shut_down => refuse(&request, outbox),
                ("shutdown", true) => {
                    shut_down = call(&mut service, without_params(request), outbox, runtime);
                }
                _ => drop(call(&mut service, request, outbox, runtime)),
            },
        }
    }
}

fn next<R: BufRead>(reader: &mut Reader<R>) -> Option<Frame> {
    loop {
        match reader.next() {
            Ok(frame) => return frame,
            Err(problem) if problem.kind() == io::ErrorKind::Interrupted => {}
            Err(problem) => {
                tracing::error!("could not read from the client: {problem}");
                return None;
            }
        }
    }
}

/// `shutdown` has no parameters, but some clients send an empty object.
fn without_params(request: Request) -> Request {
    let (method, id, _) = request.into_parts();
    let request = Request::build(method);
    match id {
        Some(id) => request.id(id).finish(),
        None => request.finish(),
    }
}

fn refuse(request: &Request, outbox: &Outbox) {
    if let Some(id) = request.id() {
        outbox.send(&Response::from_error(id.clone(), Error::invalid_request()));
    }
}

/// Gives a request its first turn. Returns whether it was answered at once, with success.
fn call<S>(service: &mut S, request: Request, outbox: &Outbox, runtime: &Handle) -> bool
where
    S: Service<Request, Response = Option<Response>, Error = ExitedError>,
    S::Future: Send + Unpin + 'static,
{
    let id = request.id().cloned();
    let method = request.method().to_owned();
    let mut turns = AssertUnwindSafe(service.call(request)).catch_unwind();
    if let Some(outcome) = (&mut turns).now_or_never() {
        let response = answer(outcome, id, &method);
        let succeeded = response.as_ref().is_some_and(Response::is_ok);
        if let Some(response) = response {
            outbox.send(&response);
        }
        return succeeded;
    }
    let outbox = outbox.clone();
    runtime.spawn(async move {
        let outcome = turns.await;
        if let Some(response) = answer(outcome, id, &method) {
            outbox.send(&response);
        }
    });
    false
}

type Outcome = std::thread::Result<Result<Option<Response>, ExitedError>>;

fn answer(outcome: Outcome, id: Option<Id>, method: &str) -> Option<Response> {
    match outcome {
        Ok(Ok(response)) => response,
        Ok(Err(ExitedError { .. })) => None,
        Err(_panic) => {
            tracing::error!("a handler of `{method}` panicked");
            id.map(|id| Response::from_error(id, Error::internal_error()))
        }
    }
}
