//! A small language client that drives the real binary from outside.
//!
//! Every wait has a deadline. When a client is dropped it asserts that the server ended as it
//! should and that no message was left unread.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// No single wait of a test takes longer, on a slow machine either.
pub const DEADLINE: Duration = Duration::from_secs(60);

/// A server process and what came from it.
pub struct Client {
    process: Child,
    input: Option<ChildStdin>,
    messages: Receiver<Value>,
    unread: Vec<Value>,
    next_id: i64,
    finished: bool,
}

/// The parameters of `initialize` with these capabilities.
pub fn initialize_params(capabilities: Value) -> Value {
    json!({"processId": null, "rootUri": null, "capabilities": capabilities})
}

/// Capabilities of a client that asks for findings and can be asked to ask again.
pub fn pulling() -> Value {
    json!({"textDocument": {"diagnostic": {}}, "workspace": {"diagnostics": {"refreshSupport": true}}})
}

/// The address of a file, as VS Code writes it.
pub fn uri_of(path: &Path) -> String {
    let path = dunce::simplified(path).to_str().expect("a path that is text").replace('\\', "/");
    let encoded = path.bytes().map(|byte| match byte {
        b'/' | b'.' | b'-' | b'_' | b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    });
    format!("file://{}{}", if path.starts_with('/') { "" } else { "/" }, encoded.collect::<String>())
}

impl Client {
    /// Starts a server and says nothing to it.
    pub fn start() -> Self {
        let process = Command::new(env!("CARGO_BIN_EXE_d3ls"))
            .arg("server")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the server starts");
        Self::of(process)
    }

    /// A client of a server that is started, with its input and output piped.
    pub fn of(mut process: Child) -> Self {
        let input = process.stdin.take();
        let output = process.stdout.take().expect("piped");
        let (sender, messages) = mpsc::channel();
        thread::spawn(move || {
            let mut output = BufReader::new(output);
            while let Some(message) = read_message(&mut output) {
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        Self { process, input, messages, unread: Vec::new(), next_id: 0, finished: false }
    }

    /// Starts a server and initialises it with these capabilities.
    pub fn initialized(capabilities: Value) -> Self {
        let mut client = Self::start();
        client.request("initialize", initialize_params(capabilities));
        client.notify("initialized", json!({}));
        client
    }

    /// The number of the server's process.
    pub fn process(&self) -> u32 {
        self.process.id()
    }

    /// Kills the server, as the system does when memory runs out.
    pub fn kill(&mut self) {
        self.finished = true;
        self.process.kill().expect("it can be ended");
        self.process.wait().expect("it ends");
    }

    /// Writes bytes as they are.
    pub fn raw(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().expect("the input is open");
        input.write_all(bytes).expect("the server reads");
        input.flush().expect("the server reads");
    }

    /// Writes a message with its header.
    pub fn message(&mut self, message: &Value) {
        let body = message.to_string();
        self.raw(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
    }

    /// Sends a notification.
    pub fn notify(&mut self, method: &str, params: Value) {
        self.message(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    /// Sends a request and returns its id.
    pub fn ask(&mut self, method: &str, params: Value) -> i64 {
        self.next_id += 1;
        self.message(&json!({"jsonrpc": "2.0", "id": self.next_id, "method": method, "params": params}));
        self.next_id
    }

    /// Sends a request and returns its result.
    pub fn request(&mut self, method: &str, params: Value) -> Value {
        let id = self.ask(method, params);
        let mut answer = self.answer(&json!(id));
        assert!(answer.get("error").is_none(), "{method} failed: {answer}");
        answer["result"].take()
    }

    /// Waits for the answer to the request `id`.
    pub fn answer(&mut self, id: &Value) -> Value {
        self.find("an answer", |message| message.get("method").is_none() && message["id"] == *id)
    }

    /// Waits for the code of the error that answers the request `id`.
    pub fn error_code(&mut self, id: &Value) -> i64 {
        let answer = self.answer(id);
        answer["error"]["code"].as_i64().unwrap_or_else(|| panic!("expected an error: {answer}"))
    }

    /// Waits for a request or notification of the server.
    pub fn message_of_server(&mut self, method: &str) -> Value {
        self.find(method, |message| message["method"] == method)
    }

    /// Answers a request of the server with `null`.
    pub fn accept(&mut self, request: &Value) {
        self.message(&json!({"jsonrpc": "2.0", "id": request["id"], "result": null}));
    }

    /// Waits for a message and leaves those that come before it unread.
    fn find(&mut self, what: &str, is_it: impl Fn(&Value) -> bool) -> Value {
        if let Some(at) = self.unread.iter().position(&is_it) {
            return self.unread.remove(at);
        }
        let deadline = Instant::now() + DEADLINE;
        loop {
            match self.messages.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(message) if is_it(&message) => return message,
                Ok(message) => self.unread.push(message),
                Err(RecvTimeoutError::Timeout) => panic!("no {what} in {DEADLINE:?}; unread: {:?}", self.unread),
                Err(RecvTimeoutError::Disconnected) => panic!("no {what}: the server ended; unread: {:?}", self.unread),
            }
        }
    }

    /// Drops the unread messages for which `expected` says so: those that a test does not look at.
    pub fn forget(&mut self, expected: impl Fn(&Value) -> bool) {
        while let Ok(message) = self.messages.try_recv() {
            self.unread.push(message);
        }
        self.unread.retain(|message| !expected(message));
    }

    /// Opens a document.
    pub fn open(&mut self, uri: &str, language: &str, version: i32, text: &str) {
        let document = json!({"uri": uri, "languageId": language, "version": version, "text": text});
        self.notify("textDocument/didOpen", json!({"textDocument": document}));
    }

    /// Changes a document.
    pub fn change(&mut self, uri: &str, version: i32, changes: Value) {
        let document = json!({"uri": uri, "version": version});
        self.notify("textDocument/didChange", json!({"textDocument": document, "contentChanges": changes}));
    }

    /// Closes a document.
    pub fn close(&mut self, uri: &str) {
        self.notify("textDocument/didClose", json!({"textDocument": {"uri": uri}}));
    }

    /// Asks for a document's findings.
    pub fn pull(&mut self, uri: &str) -> Vec<Value> {
        let report = self.request("textDocument/diagnostic", json!({"textDocument": {"uri": uri}}));
        assert_eq!(report["kind"], "full");
        report["items"].as_array().expect("items").clone()
    }

    /// Waits for the findings that are pushed for `version` of a document. Those of older versions
    /// may come before.
    pub fn pushed(&mut self, uri: &str, version: Option<i32>) -> Vec<Value> {
        let version = json!(version);
        let push = self.find("findings", |message| {
            message["method"] == "textDocument/publishDiagnostics"
                && message["params"]["uri"] == uri
                && message["params"]["version"] == version
        });
        self.unread.retain(|message| {
            message["params"]["uri"] != uri || message["params"]["version"].as_i64() >= version.as_i64()
        });
        push["params"]["diagnostics"].as_array().expect("findings").clone()
    }

    /// Ends the session as the protocol has it.
    pub fn finish(self) {
        self.finish_without(|_| false);
    }

    /// Ends the session like [`Self::finish`]; messages of this kind may be left, and may still come.
    pub fn finish_without(mut self, unwanted: impl Fn(&Value) -> bool) {
        self.request("shutdown", Value::Null);
        self.notify("exit", Value::Null);
        self.expect_end(0);
        self.forget(unwanted);
    }

    /// Closes the server's input.
    pub fn close_input(&mut self) {
        self.input = None;
    }

    /// Waits for the end of the server and asserts its status.
    pub fn expect_end(&mut self, status: i32) {
        self.finished = true;
        let ended = wait(&mut self.process);
        assert_eq!(ended.code(), Some(status));
        let rest: Vec<Value> = self.messages.iter().collect();
        self.unread.extend(rest);
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        if thread::panicking() {
            let _ = self.process.kill();
            let _ = self.process.wait();
            return;
        }
        assert!(self.finished, "the test did not end the server");
        assert!(self.unread.is_empty(), "unread: {:#?}", self.unread);
    }
}

/// Waits for the end of a process; one that does not end in time is killed.
fn wait(process: &mut Child) -> ExitStatus {
    let (sender, ended) = mpsc::channel::<()>();
    let id = process.id();
    let guard = thread::spawn(move || {
        if ended.recv_timeout(DEADLINE) == Err(RecvTimeoutError::Timeout) {
            let _ = Command::new("kill").arg("-9").arg(id.to_string()).status();
        }
    });
    let status = process.wait().expect("a child can be waited for");
    drop(sender);
    guard.join().expect("the guard ends");
    status
}

fn read_message(output: &mut impl BufRead) -> Option<Value> {
    let mut length = None;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        let value = line.strip_prefix("Content-Length: ").expect("no other header is sent");
        length = Some(value.parse().expect("a length"));
    }
    let mut body = vec![0; length.expect("a length")];
    output.read_exact(&mut body).ok()?;
    Some(serde_json::from_slice(&body).expect("the server writes JSON"))
}
