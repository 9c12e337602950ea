//! A language-server exchange on a real script, printed line by line: what an editor and d3ls say to each other.
//!
//! `exchange D3LS SCRIPT`

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

/// What a user types at the end of the script, up to the cursor.
const TYPED: &str = "\n\ndef CloseAlert(alertId):\n    url = runtime['connector']['";

struct Server {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Server {
    fn send(&mut self, message: &Value) -> Result<()> {
        let body = serde_json::to_string(message)?;
        write!(self.input, "Content-Length: {}\r\n\r\n{body}", body.len())?;
        Ok(self.input.flush()?)
    }

    fn read(&mut self) -> Result<Value> {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if self.output.read_line(&mut line)? == 0 {
                bail!("the server ended");
            }
            match line.trim_end().split_once(": ") {
                Some(("Content-Length", value)) => length = value.parse()?,
                Some(_) => {}
                None => break,
            }
        }
        let mut body = vec![0; length];
        self.output.read_exact(&mut body)?;
        Ok(serde_json::from_slice(&body)?)
    }

    /// Reads on until a message fits.
    fn wait(&mut self, fits: impl Fn(&Value) -> bool) -> Result<Value> {
        loop {
            let message = self.read()?;
            if fits(&message) {
                return Ok(message);
            }
        }
    }

    fn request(&mut self, id: u32, method: &str, params: Value) -> Result<Value> {
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}))?;
        let answer = self.wait(|message| message["id"] == id && message["method"].is_null())?;
        Ok(answer["result"].clone())
    }

    fn notify(&mut self, method: &str, params: Value) -> Result<()> {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}))
    }
}

/// A text of the server's, without quotes.
fn plain(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn say(line: std::fmt::Arguments<'_>) -> Result<()> {
    Ok(writeln!(std::io::stdout().lock(), "{line}")?)
}

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (Some(program), Some(script)) = (arguments.next(), arguments.next()) else {
        bail!("usage: exchange D3LS SCRIPT");
    };
    let path = std::fs::canonicalize(&script).with_context(|| format!("{script} is not there"))?;
    let uri = format!("file://{}", path.display());
    let text = std::fs::read_to_string(&path)?;
    let lines = text.lines().count();
    let mut child = Command::new(program).arg("server").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else { bail!("no pipes") };
    let mut server = Server { child, input, output: BufReader::new(output) };

    let answer = server.request(1, "initialize", json!({"processId": null, "rootUri": null, "capabilities": {}}))?;
    say(format_args!("-> initialize"))?;
    say(format_args!("<- {} {}", plain(&answer["serverInfo"]["name"]), plain(&answer["serverInfo"]["version"])))?;
    server.notify("initialized", json!({}))?;
    let document = json!({"uri": uri, "languageId": "python", "version": 1, "text": text});
    server.notify("textDocument/didOpen", json!({"textDocument": document}))?;
    say(format_args!("-> textDocument/didOpen {script}, {lines} lines"))?;
    let published = |version: u32| {
        let uri = uri.clone();
        move |message: &Value| {
            message["method"] == "textDocument/publishDiagnostics"
                && message["params"]["uri"] == uri.as_str()
                && message["params"]["version"] == version
        }
    };
    let answer = server.wait(published(1))?;
    show_diagnostics(&answer)?;

    let end = json!({"line": lines, "character": 0});
    let change = json!({"range": {"start": end, "end": end}, "text": TYPED});
    let version = json!({"uri": uri, "version": 2});
    server.notify("textDocument/didChange", json!({"textDocument": version, "contentChanges": [change]}))?;
    say(format_args!("-> textDocument/didChange: a new command, half typed:{}", TYPED.replace('\n', "\n     ")))?;
    let answer = server.wait(published(2))?;
    show_diagnostics(&answer)?;

    let typed: Vec<&str> = TYPED.split('\n').collect();
    let position = json!({"line": lines + typed.len() - 1, "character": typed.last().map_or(0, |line| line.len())});
    let answer =
        server.request(2, "textDocument/completion", json!({"textDocument": {"uri": uri}, "position": position}))?;
    say(format_args!("-> textDocument/completion at the end"))?;
    let items = answer["items"].as_array().or(answer.as_array()).cloned().unwrap_or_default();
    for item in &items {
        say(format_args!("<- {}: {}", plain(&item["label"]), plain(&item["detail"])))?;
    }
    server.request(3, "shutdown", Value::Null)?;
    server.notify("exit", Value::Null)?;
    let status = server.child.wait()?;
    say(format_args!("-> shutdown, exit\n<- {status}"))?;
    Ok(())
}

fn show_diagnostics(message: &Value) -> Result<()> {
    let diagnostics = message["params"]["diagnostics"].as_array().cloned().unwrap_or_default();
    say(format_args!("<- textDocument/publishDiagnostics: {}", diagnostics.len()))?;
    for diagnostic in diagnostics {
        let line = diagnostic["range"]["start"]["line"].as_u64().unwrap_or_default() + 1;
        say(format_args!("     line {line}: {} {}", plain(&diagnostic["code"]), plain(&diagnostic["message"])))?;
    }
    Ok(())
}
