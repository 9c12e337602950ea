//! Frames and messages: `Content-Length` headers, JSON-RPC bodies, and what to say about broken ones.
//!
//! Owns: reading and writing the protocol's outer form. Must not know: any method, any document.

use std::io::{self, BufRead};

use serde_json::Value;
use tower_lsp_server::jsonrpc::{Error, ErrorCode, Id, Request, Response};

/// A longer body is refused and skipped, never allocated.
pub const MAX_BODY: u64 = 128 * 1024 * 1024;
/// No header line is longer; of a longer one only the end is looked at.
const MAX_LINE: usize = 256;

/// What stands between two points of the input.
#[derive(Debug, PartialEq, Eq)]
pub enum Frame {
    /// A body, as many bytes as its header said.
    Body(Vec<u8>),
    /// Something that is no frame; it was skipped.
    Bad(BadFrame),
}

/// Why input was skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadFrame {
    /// A header block without a readable `Content-Length`, or text where a header should be.
    Header,
    /// A body longer than [`MAX_BODY`].
    TooLong,
}

impl BadFrame {
    /// The answer that tells the client.
    pub fn response(self) -> Response {
        let (code, message) = match self {
            Self::Header => (ErrorCode::ParseError, "expected a header `Content-Length: <bytes>` before the message"),
            Self::TooLong => (ErrorCode::InvalidRequest, "the message is too long, it was skipped"),
        };
        Response::from_error(Id::Null, error(code, message))
    }
}

/// Reads frames from a byte stream and finds the next one after a broken one.
#[derive(Debug)]
pub struct Reader<R> {
    input: R,
    /// The length of a body whose header was read together with something bad.
    body: Option<u64>,
}

/// One line of a header block.
enum Line {
    Blank,
    Length { value: Option<u64>, garbage_before: bool },
    Other { looks_like_a_header: bool },
}

impl<R: BufRead> Reader<R> {
    /// A reader at the start of `input`.
    pub fn new(input: R) -> Self {
        Self { input, body: None }
    }

    /// The next frame; `None` at the end of the input, also in the middle of a frame.
    pub fn frame(&mut self) -> io::Result<Option<Frame>> {
        let length = match self.body.take() {
            Some(length) => length,
            None => match self.header()? {
                None => return Ok(None),
                Some((None, _)) => return Ok(Some(Frame::Bad(BadFrame::Header))),
                Some((Some(length), true)) => {
                    self.body = Some(length);
                    return Ok(Some(Frame::Bad(BadFrame::Header)));
                }
                Some((Some(length), false)) => length,
            },
        };
        if length > MAX_BODY {
            // The body is not read: the next header is found behind it, or in it if the length was wrong.
            return Ok(Some(Frame::Bad(BadFrame::TooLong)));
        }
        let mut body = Vec::new();
        io::Read::read_to_end(&mut io::Read::take(&mut self.input, length), &mut body)?;
        Ok((body.len() as u64 == length).then_some(Frame::Body(body)))
    }

    /// Reads up to the blank line: the length, if one was given, and whether anything bad was among the lines.
    fn header(&mut self) -> io::Result<Option<(Option<u64>, bool)>> {
        let (mut length, mut bad, mut empty) = (None, false, true);
        while let Some(line) = self.line()? {
            match line {
                Line::Blank if empty => continue,
                Line::Blank => return Ok(Some((length, bad || length.is_none()))),
                Line::Length { value, garbage_before } => {
                    length = value;
                    bad |= garbage_before || value.is_none();
                }
                Line::Other { looks_like_a_header } => bad |= !looks_like_a_header,
            }
            empty = false;
        }
        Ok(None)
    }

    /// Reads a line of any length, keeping only its end.
    fn line(&mut self) -> io::Result<Option<Line>> {
        let mut tail: Vec<u8> = Vec::new();
        let mut cut = false;
        loop {
            let chunk = self.input.fill_buf()?;
            if chunk.is_empty() {
                return Ok(None);
            }
            let end = chunk.iter().position(|&byte| byte == b'\n');
            let used = end.map_or(chunk.len(), |end| end + 1);
            let kept = &chunk[used.saturating_sub(MAX_LINE)..used];
            cut |= kept.len() < used;
            tail.extend_from_slice(kept);
            if tail.len() > MAX_LINE {
                tail.drain(..tail.len() - MAX_LINE);
                cut = true;
            }
            self.input.consume(used);
            if end.is_some() {
                return Ok(Some(classify(&tail, cut)));
            }
        }
    }
}

fn classify(line: &[u8], cut: bool) -> Line {
    const NAME: &[u8] = b"content-length:";
    let line = line.trim_ascii();
    if line.is_empty() && !cut {
        return Line::Blank;
    }
    let lower = line.to_ascii_lowercase();
    let Some(at) = lower.windows(NAME.len()).rposition(|window| window == NAME) else {
        let name = line.split(|&byte| byte == b':').next().unwrap_or_default();
        let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-';
        let looks_like_a_header = !cut && line.contains(&b':') && !name.is_empty() && name.iter().all(is_name);
        return Line::Other { looks_like_a_header };
    };
    let digits = line[at + NAME.len()..].trim_ascii();
    let value = (!digits.is_empty() && digits.iter().all(u8::is_ascii_digit)).then(|| {
        let text = String::from_utf8_lossy(digits);
        text.parse().unwrap_or(u64::MAX)
    });
    Line::Length { value, garbage_before: at > 0 || cut }
}

/// A message of the client.
#[derive(Debug)]
pub enum Incoming {
    /// A request or, without an id, a notification.
    Request(Request),
    /// The answer to a request of the server.
    Response(Response),
}

/// Reads a body; what is no message becomes the answer that says so.
pub fn decode(body: &[u8]) -> Result<Incoming, Box<Response>> {
    let refuse = |id, code, message: &str| Err(Box::new(Response::from_error(id, error(code, message))));
    let value: Value = match serde_json::from_slice(body) {
        Ok(value) => value,
        Err(problem) => match mend_surrogates(body).map(|mended| serde_json::from_slice(&mended)) {
            Some(Ok(value)) => value,
            _ => return refuse(Id::Null, ErrorCode::ParseError, &format!("the message is no JSON: {problem}")),
        },
    };
    let Value::Object(mut object) = value else {
        return refuse(Id::Null, ErrorCode::InvalidRequest, "expected a request object");
    };
    let id = object.get("id").and_then(|id| serde_json::from_value(id.clone()).ok()).unwrap_or_default();
    let is_response = !object.contains_key("method") && (object.contains_key("result") || object.contains_key("error"));
    if is_response {
        return match serde_json::from_value(Value::Object(object)) {
            Ok(response) => Ok(Incoming::Response(response)),
            Err(problem) => refuse(Id::Null, ErrorCode::InvalidRequest, &format!("unreadable response: {problem}")),
        };
    }
    if object.get("method").and_then(Value::as_str).is_none_or(str::is_empty) {
        return refuse(id, ErrorCode::InvalidRequest, "expected a request with a method");
    }
    if let Some(params) = object.get_mut("params") {
        mend_uris(params);
    }
    match serde_json::from_value(Value::Object(object)) {
        Ok(request) => Ok(Incoming::Request(request)),
        Err(problem) => refuse(id, ErrorCode::InvalidRequest, &format!("unreadable request: {problem}")),
    }
}

/// A message with its header.
pub fn encode(message: &impl serde::Serialize) -> serde_json::Result<Vec<u8>> {
    let body = serde_json::to_vec(message)?;
    let mut frame = format!("Content-Length: {}\r\n\r\n", body.len()).into_bytes();
    frame.extend_from_slice(&body);
    Ok(frame)
}

fn error(code: ErrorCode, message: &str) -> Error {
    Error { code, message: message.to_owned().into(), data: None }
}

/// Replaces escapes of lone surrogates by U+FFFD, which is as long in UTF-16. Editors whose texts
/// are UTF-16 can send half a character, and a message refused for it would lose an edit for good.
fn mend_surrogates(body: &[u8]) -> Option<Vec<u8>> {
    let unit = |at: usize| -> Option<u16> {
        let escape = body.get(at..at + 6)?.strip_prefix(b"\\u")?;
        u16::from_str_radix(std::str::from_utf8(escape).ok()?, 16).ok()
    };
    let mut mended = Vec::with_capacity(body.len());
    let (mut at, mut changed) = (0, false);
    while at < body.len() {
        let used = match (unit(at), unit(at + 6)) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => 12,
            (Some(0xD800..=0xDFFF), _) => {
                mended.extend_from_slice(b"\\ufffd");
                changed = true;
                at += 6;
                continue;
            }
            _ if body[at] == b'\\' => 2,
            _ => 1,
        };
        mended.extend_from_slice(&body[at..(at + used).min(body.len())]);
        at += used;
    }
    changed.then_some(mended)
}

/// Percent-encodes what a URI may not hold. Some clients send brackets, blanks or letters beyond
/// ASCII as they are, and the URI type would refuse the whole message.
fn mend_uris(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(mend_uris),
        Value::Object(object) => {
            for (key, value) in object {
                match value {
                    Value::String(uri) if key.to_ascii_lowercase().ends_with("uri") => {
                        if let Some(mended) = mended_uri(uri) {
                            *uri = mended;
                        }
                    }
                    _ => mend_uris(value),
                }
            }
        }
        _ => {}
    }
}

fn mended_uri(uri: &str) -> Option<String> {
    let bytes = uri.as_bytes();
    let legal = |at: usize| match bytes[at] {
        b'%' => bytes.get(at + 1..at + 3).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit)),
        byte => byte.is_ascii_graphic() && !b"\"<>\\^`{|}[]".contains(&byte),
    };
    if (0..bytes.len()).all(legal) {
        return None;
    }
    let mut mended = String::with_capacity(uri.len() + 16);
    for (at, &byte) in bytes.iter().enumerate() {
        if legal(at) {
            mended.push(char::from(byte));
        } else {
            mended.push_str(&format!("%{byte:02X}"));
        }
    }
    Some(mended)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(input: &[u8]) -> Vec<Frame> {
        let mut reader = Reader::new(input);
        std::iter::from_fn(|| reader.frame().expect("bytes can be read")).collect()
    }

    fn body(text: &str) -> Frame {
        Frame::Body(text.as_bytes().to_vec())
    }

    const BAD: Frame = Frame::Bad(BadFrame::Header);
    const TOO_LONG: Frame = Frame::Bad(BadFrame::TooLong);

    #[test]
    fn reads_frames_with_any_headers() {
        let input = b"Content-Length: 2\r\n\r\n{}content-length:3\nContent-Type: a/b; charset=x\n\n[1]\r\n\
            Content-Type: c\r\nCONTENT-LENGTH:  1 \r\n\r\n7";
        assert_eq!(frames(input), [body("{}"), body("[1]"), body("7")]);
        assert_eq!(frames(b"Content-Length: 0\r\n\r\nContent-Length: 1\r\n\r\n1"), [body(""), body("1")]);
    }

    #[test]
    fn a_cut_frame_is_the_end() {
        for input in ["", "Content-Le", "Content-Length: 5\r\n", "Content-Length: 5\r\n\r\n{}"] {
            assert_eq!(frames(input.as_bytes()), [], "{input:?}");
        }
    }

    #[test]
    fn finds_the_next_frame_after_a_bad_header() {
        for bad in [
            "Content-Length: x\r\n\r\n{}",
            "Content-Length: -2\r\n\r\n{}",
            "Content-Type: a\r\n\r\n{}",
            "Content-Length:\r\n\r\n{}",
        ] {
            let input = format!("{bad}Content-Length: 2\r\n\r\n[]");
            assert_eq!(frames(input.as_bytes()), [BAD, BAD, body("[]")], "{bad:?}");
        }
        assert_eq!(frames(b"hello\r\nContent-Length: 2\r\n\r\n[]"), [BAD, body("[]")]);
        assert_eq!(frames(b"\xff\xfe\x00Content-Length: 2\r\n\r\n[]"), [BAD, body("[]")]);
    }

    #[test]
    fn a_length_beyond_the_cap_is_refused_and_found_again() {
        for length in ["999999999999", "99999999999999999999999999"] {
            let input = format!("Content-Length: {length}\r\n\r\n{{\"a\":1}}Content-Length: 2\r\n\r\n[]");
            assert_eq!(frames(input.as_bytes()), [TOO_LONG, BAD, body("[]")], "{length}");
        }
    }

    #[test]
    fn a_long_line_keeps_its_end() {
        let mut input = vec![b'x'; 1_000_000];
        input.extend_from_slice(b"Content-Length: 2\r\n\r\n[]");
        assert_eq!(frames(&input), [BAD, body("[]")]);
    }

    fn code(input: &str) -> (i64, Id) {
        let response = decode(input.as_bytes()).expect_err("refused");
        (response.error().expect("an error").code.code(), response.id().clone())
    }

    #[test]
    fn says_what_is_wrong_with_a_body() {
        assert_eq!(code("{").0, -32700);
        assert_eq!(decode(b"\"\xff\"").expect_err("refused").error().map(|error| error.code.code()), Some(-32700));
        assert_eq!(code(&"[".repeat(100_000)).0, -32700);
        assert_eq!(code("[]"), (-32600, Id::Null));
        assert_eq!(code("7"), (-32600, Id::Null));
        assert_eq!(code(r#"{"id":1}"#), (-32600, Id::Number(1)));
        assert_eq!(code(r#"{"id":1,"method":7,"jsonrpc":"2.0"}"#), (-32600, Id::Number(1)));
        assert_eq!(code(r#"{"id":"a","method":"m","jsonrpc":"1.0"}"#), (-32600, Id::String("a".to_owned())));
        assert_eq!(code(r#"{"id":{},"method":"m","jsonrpc":"2.0"}"#), (-32600, Id::Null));
    }

    fn params(input: &str) -> Value {
        match decode(input.as_bytes()) {
            Ok(Incoming::Request(request)) => request.params().cloned().unwrap_or_default(),
            other => panic!("no request: {other:?}"),
        }
    }

    #[test]
    fn half_a_character_costs_itself_only() {
        let input = r#"{"jsonrpc":"2.0","method":"m","params":["\ud83d","\ude00x","\ud83d\ude00","\\ud83d"]}"#;
        assert_eq!(params(input), serde_json::json!(["\u{fffd}", "\u{fffd}x", "😀", "\\ud83d"]));
    }

    #[test]
    fn uris_become_legal() {
        let input = r#"{"jsonrpc":"2.0","method":"m","params":{"a":[{"uri":"file:///a b/[c]/é%20%zz"}],"text":"a b"}}"#;
        let expected = serde_json::json!({"a": [{"uri": "file:///a%20b/%5Bc%5D/%C3%A9%20%25zz"}], "text": "a b"});
        assert_eq!(params(input), expected);
    }
}
