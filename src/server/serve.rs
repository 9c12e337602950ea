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
        match reader.frame() {
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
        // The service is silent about unknown methods that begin with `$/`, also where they are requests.
        Ok(Ok(response)) => response.or_else(|| id.map(|id| Response::from_error(id, Error::method_not_found()))),
        Ok(Err(ExitedError { .. })) => None,
        Err(_panic) => {
            tracing::error!("a handler of `{method}` panicked");
            id.map(|id| Response::from_error(id, Error::internal_error()))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::io::Write;
    use std::sync::{Arc, Mutex, PoisonError};

    use serde_json::{Value, json};
    use tower_lsp_server::jsonrpc::Result;
    use tower_lsp_server::ls_types::{
        DidChangeTextDocumentParams, Hover, HoverParams, InitializeParams, InitializeResult, InitializedParams,
    };
    use tower_lsp_server::{LanguageServer, LspService};

    use super::*;

    /// A server whose handlers misbehave, and which notes the edits it sees.
    struct Faulty {
        edits: Arc<Mutex<Vec<i32>>>,
    }

    impl LanguageServer for Faulty {
        async fn initialize(&self, _: InitializeParams) -> Result<InitializeResult> {
            Ok(InitializeResult::default())
        }

        async fn initialized(&self, _: InitializedParams) {
            panic!("in a notification");
        }

        async fn shutdown(&self) -> Result<()> {
            Ok(())
        }

        async fn did_change(&self, params: DidChangeTextDocumentParams) {
            self.edits.lock().unwrap_or_else(PoisonError::into_inner).push(params.text_document.version);
            tokio::task::yield_now().await;
        }

        async fn hover(&self, params: HoverParams) -> Result<Option<Hover>> {
            if params.text_document_position_params.position.line == 0 {
                panic!("in the first turn");
            }
            tokio::task::yield_now().await;
            panic!("in a later turn");
        }
    }

    #[derive(Clone, Default)]
    struct Output(Arc<Mutex<Vec<u8>>>);

    impl Write for Output {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// A client that waits for all answers before it says `exit`, which would cancel what is under way.
    struct Input {
        frames: VecDeque<(bool, Vec<u8>)>,
        requests: usize,
        output: Output,
    }

    impl Input {
        fn new(messages: &[Value], output: Output) -> Self {
            let frame = |message: &Value| {
                (message["method"] == "exit", super::super::transport::encode(message).expect("JSON"))
            };
            let requests = messages.iter().filter(|message| message["id"].is_i64()).count();
            Self { frames: messages.iter().map(frame).collect(), requests, output }
        }

        fn answers(&self) -> usize {
            let written = self.output.0.lock().unwrap_or_else(PoisonError::into_inner);
            written.windows(HEADER.len()).filter(|window| *window == HEADER).count()
        }
    }

    const HEADER: &[u8] = b"Content-Length";

    impl io::Read for Input {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if self.frames.front().is_some_and(|(is_exit, _)| *is_exit) {
                while self.answers() < self.requests {
                    std::thread::yield_now();
                }
            }
            let Some((_, frame)) = self.frames.front_mut() else { return Ok(0) };
            let length = frame.len().min(buffer.len());
            buffer[..length].copy_from_slice(&frame[..length]);
            frame.drain(..length);
            if frame.is_empty() {
                self.frames.pop_front();
            }
            Ok(length)
        }
    }

    fn serve_all(messages: &[Value]) -> (End, Vec<i32>, Vec<Value>) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().expect("a runtime");
        let output = Output::default();
        let outbox = Outbox::start(output.clone(), || {}).expect("a writer");
        let edits = Arc::new(Mutex::new(Vec::new()));
        let (service, socket) = LspService::new(|_| Faulty { edits: Arc::clone(&edits) });
        let input = io::BufReader::new(Input::new(messages, output.clone()));
        let end = serve(input, service, socket, &outbox, runtime.handle());
        // Lets the tasks that are under way come to their end.
        while runtime.metrics().num_alive_tasks() > 0 {
            std::thread::yield_now();
        }
        outbox.finish();
        let bytes = output.0.lock().expect("no panic").clone();
        let mut reader = Reader::new(&*bytes);
        let mut written = Vec::new();
        while let Some(Frame::Body(body)) = reader.frame().expect("bytes can be read") {
            written.push(serde_json::from_slice(&body).expect("JSON"));
        }
        let edits = edits.lock().expect("no panic").clone();
        (end, edits, written)
    }

    fn request(id: i32, method: &str, params: Value) -> Value {
        json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params})
    }

    fn notification(method: &str, params: Value) -> Value {
        json!({"jsonrpc": "2.0", "method": method, "params": params})
    }

    #[test]
    fn a_panic_is_one_error_answer() {
        let hover = |id, line| {
            let position = json!({"line": line, "character": 0});
            request(id, "textDocument/hover", json!({"textDocument": {"uri": "file:///a"}, "position": position}))
        };
        let (end, _, mut written) = serve_all(&[
            request(1, "initialize", json!({"capabilities": {}})),
            notification("initialized", json!({})),
            hover(2, 0),
            hover(3, 1),
            request(4, "nothing/known", Value::Null),
            request(5, "$/nothing/known", Value::Null),
            notification("$/nothing/known", Value::Null),
            request(6, "shutdown", json!({})),
            request(7, "shutdown", Value::Null),
            notification("exit", Value::Null),
        ]);
        assert_eq!(end, End::Orderly);
        written.sort_by_key(|message| message["id"].as_i64());
        let codes: Vec<_> = written.iter().map(|message| message["error"]["code"].as_i64()).collect();
        assert_eq!(codes, [None, Some(-32603), Some(-32603), Some(-32601), Some(-32601), None, Some(-32600)]);
    }

    #[test]
    fn first_turns_come_in_the_order_read() {
        let change = |version| {
            let document = json!({"uri": "file:///a", "version": version});
            notification("textDocument/didChange", json!({"textDocument": document, "contentChanges": []}))
        };
        let mut messages = vec![request(1, "initialize", json!({"capabilities": {}}))];
        messages.extend((0..5000).map(change));
        let (end, edits, _) = serve_all(&messages);
        assert_eq!(end, End::Abrupt);
        assert_eq!(edits, (0..5000).collect::<Vec<i32>>());
    }
}
