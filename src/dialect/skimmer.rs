//! A lexer that knows just enough of Python to tell code from text: words, brackets,
//! strings with the replacement fields of f-strings, comments and line ends.
//!
//! It never fails. What is not closed is closed where it must have ended, and each such
//! place is kept as a [`Fault`].

/// What a [`Token`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An identifier, a keyword or a number.
    Word,
    /// An opening bracket, or the brace that opens a replacement field.
    Open(u8),
    /// A closing bracket that closes something.
    Close(u8),
    /// A closing bracket that closes nothing.
    Stray(u8),
    /// A whole string without replacement fields, or the opening of one that may have some.
    Text,
    /// The closing quote of a string that may have replacement fields.
    TextEnd,
    /// From `#` to before the line end.
    Comment,
    /// A line end in code, inside brackets as well.
    Newline,
    /// Any other byte.
    Other(u8),
}

/// One token: bytes `start..end` of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// What closes nothing, or is not closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FaultKind {
    /// A bracket, by its opening byte.
    Bracket(u8),
    /// A replacement field.
    Field,
    /// A string within one line, by its quote.
    String(u8),
    /// A triple-quoted string, by its quote.
    TripleString(u8),
}

/// A thing that is not closed: where it opens, and where its closer has to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) kind: FaultKind,
    pub(crate) open: usize,
    pub(crate) at: usize,
}

impl Fault {
    /// The text that closes it.
    pub(crate) fn closer(&self) -> &'static str {
        match self.kind {
            FaultKind::Bracket(b'(') => ")",
            FaultKind::Bracket(b'[') => "]",
            FaultKind::Bracket(_) | FaultKind::Field => "}",
            FaultKind::String(b'\'') => "'",
            FaultKind::String(_) => "\"",
            FaultKind::TripleString(b'\'') => "'''",
            FaultKind::TripleString(_) => "\"\"\"",
        }
    }
}

/// What the skimmer is inside of, innermost last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Frame {
    /// A bracket, by its opening byte, and where it opens.
    Bracket(u8, usize),
    /// The text of a string with replacement fields.
    Text { quote: u8, triple: bool, open: usize },
    /// The code of a replacement field.
    Field(usize),
    /// The format specifier of a replacement field.
    Spec,
}

/// What stands nearest in the stack, from a frame on down.
#[derive(Debug, Clone, Copy, Default)]
struct Nearest {
    /// The index of the string around.
    text: Option<usize>,
    /// The index of the frame that each kind of bracket closes, by [`which`].
    closes: [Option<usize>; 3],
}

/// Iterates over the tokens of `text[..end]` from `pos` on.
#[derive(Debug, Clone)]
pub(crate) struct Skimmer<'a> {
    bytes: &'a [u8],
    /// The next byte to look at.
    pub(crate) pos: usize,
    /// What `pos` is inside of.
    pub(crate) stack: Vec<Frame>,
    /// What is nearest to each frame of `stack`: brackets that are never closed may lie above it by the thousands.
    nearest: Vec<Nearest>,
    /// For each quote, where the line ends in which nothing more closes a string with it.
    unclosed: [usize; 2],
    /// What was found unclosed so far, by `at`.
    pub(crate) faults: Vec<Fault>,
    /// The end of the last token that is neither comment nor line end.
    pub(crate) last_end: usize,
}

impl<'a> Skimmer<'a> {
    /// A skimmer of `text[start..end]`, which begins in code outside brackets.
    pub(crate) fn new(text: &'a str, start: usize, end: usize) -> Self {
        // A byte order mark is no part of the first word.
        let start = if start == 0 && text.starts_with('\u{feff}') { '\u{feff}'.len_utf8().min(end) } else { start };
        Self {
            bytes: &text.as_bytes()[..end],
            pos: start,
            stack: Vec::new(),
            nearest: Vec::new(),
            unclosed: [0; 2],
            faults: Vec::new(),
            last_end: start,
        }
    }

    /// The byte at `offset`, 0 behind the end.
    fn byte(&self, offset: usize) -> u8 {
        self.bytes.get(offset).copied().unwrap_or(0)
    }

    /// The next token; `None` at the end.
    pub(crate) fn next_token(&mut self) -> Option<Token> {
        let token = match self.stack.last() {
            Some(Frame::Text { .. } | Frame::Spec) => self.string_text(),
            _ => self.code(),
        };
        if let Some(token) = token
            && !matches!(token.kind, Kind::Comment | Kind::Newline)
        {
            self.last_end = token.end;
        }
        token
    }

    /// Closes everything that is open, as a fault at `at`.
    pub(crate) fn close_all(&mut self, at: usize) {
        self.unwind(0, at);
    }

    /// Closes what is open above `depth`, as faults at `at`, innermost first.
    fn unwind(&mut self, depth: usize, at: usize) {
        while self.stack.len() > depth {
            let (kind, open) = match self.pop() {
                Some(Frame::Bracket(byte, open)) => (FaultKind::Bracket(byte), open),
                Some(Frame::Field(open)) => (FaultKind::Field, open),
                Some(Frame::Text { quote, triple: true, open }) => (FaultKind::TripleString(quote), open),
                Some(Frame::Text { quote, open, .. }) => (FaultKind::String(quote), open),
                Some(Frame::Spec) | None => continue,
            };
            self.faults.push(Fault { kind, open, at });
        }
    }

    /// Goes inside of a frame.
    pub(crate) fn push(&mut self, frame: Frame) {
        let index = self.stack.len();
        let mut nearest = self.nearest.last().copied().unwrap_or_default();
        match frame {
            Frame::Bracket(open, _) => nearest.closes[which(open)] = Some(index),
            Frame::Field(_) => nearest.closes = [None, None, Some(index)],
            Frame::Spec => nearest.closes = [None; 3],
            Frame::Text { .. } => nearest = Nearest { text: Some(index), closes: [None; 3] },
        }
        self.nearest.push(nearest);
        self.stack.push(frame);
    }

    fn pop(&mut self) -> Option<Frame> {
        self.nearest.pop();
        self.stack.pop()
    }

    /// Whether the next byte is in a string, or in the code of a string's replacement field.
    pub(crate) fn is_in_string(&self) -> bool {
        self.nearest.last().is_some_and(|nearest| nearest.text.is_some())
    }

    /// The index of the innermost string frame, with its quote.
    fn innermost_text(&self) -> Option<(usize, u8, bool)> {
        let index = self.nearest.last()?.text?;
        match self.stack.get(index)? {
            Frame::Text { quote, triple, .. } => Some((index, *quote, *triple)),
            _ => None,
        }
    }

    /// Skims the text or format specifier of a string up to its end or next field.
    fn string_text(&mut self) -> Option<Token> {
        let (index, quote, triple) = self.innermost_text()?;
        let in_spec = self.stack.last() == Some(&Frame::Spec);
        while self.pos < self.bytes.len() {
            let start = self.pos;
            match self.bytes[start] {
                b'\\' => self.escape(self.byte(start + 1) != b'{'),
                b'{' if self.byte(start + 1) == b'{' && !in_spec => self.pos += 2,
                b'{' => {
                    self.pos += 1;
                    self.push(Frame::Field(start));
                    return Some(Token { kind: Kind::Open(b'{'), start, end: self.pos });
                }
                b'}' if in_spec => {
                    self.pos += 1;
                    // The specifier, and the field that it is of.
                    self.pop();
                    self.pop();
                    return Some(Token { kind: Kind::Close(b'}'), start, end: self.pos });
                }
                byte if byte == quote && (!triple || self.is_triple(start)) => {
                    self.unwind(index + 1, start);
                    self.pop();
                    self.pos += if triple { 3 } else { 1 };
                    return Some(Token { kind: Kind::TextEnd, start, end: self.pos });
                }
                b'\n' | b'\r' if !triple => {
                    self.unwind(index, start);
                    return Some(Token { kind: Kind::TextEnd, start, end: start });
                }
                _ => self.pos += 1,
            }
        }
        self.pos = self.bytes.len();
        self.last_end = self.pos;
        None
    }

    /// Steps over a backslash in a string, and over what it escapes.
    fn escape(&mut self, takes_next: bool) {
        self.pos += 1;
        if takes_next && self.pos < self.bytes.len() {
            self.line_end();
        }
    }

    /// Skims code.
    fn code(&mut self) -> Option<Token> {
        loop {
            let start = self.pos;
            let byte = *self.bytes.get(start)?;
            match byte {
                b' ' | b'\t' | b'\x0c' => self.pos += 1,
                b'\\' if matches!(self.byte(start + 1), b'\n' | b'\r') => {
                    self.pos += 1;
                    self.line_end();
                }
                b'\n' | b'\r' => {
                    if let Some((index, _, false)) = self.innermost_text() {
                        self.unwind(index, self.behind_blanks());
                        continue;
                    }
                    self.line_end();
                    return Some(self.token(Kind::Newline, start));
                }
                b'#' => {
                    self.pos = self.line_stop(start);
                    return Some(self.token(Kind::Comment, start));
                }
                b'"' | b'\'' => return Some(self.quote(start, false)),
                b'(' | b'[' | b'{' => {
                    self.pos += 1;
                    self.push(Frame::Bracket(byte, start));
                    return Some(self.token(Kind::Open(byte), start));
                }
                b')' | b']' | b'}' => return Some(self.close(byte)),
                b':' if matches!(self.stack.last(), Some(Frame::Field(_))) => {
                    self.pos += 1;
                    self.push(Frame::Spec);
                    return Some(self.token(Kind::Other(byte), start));
                }
                _ if is_word(byte) => return Some(self.word()),
                _ => {
                    self.pos += 1;
                    return Some(self.token(Kind::Other(byte), start));
                }
            }
        }
    }

    fn token(&self, kind: Kind, start: usize) -> Token {
        Token { kind, start, end: self.pos }
    }

    /// Steps over one line end, or over one byte.
    fn line_end(&mut self) {
        self.pos += if self.bytes[self.pos] == b'\r' && self.byte(self.pos + 1) == b'\n' { 2 } else { 1 };
    }

    /// Where the line that holds `offset` ends.
    fn line_stop(&self, offset: usize) -> usize {
        self.bytes[offset..]
            .iter()
            .position(|byte| matches!(byte, b'\n' | b'\r'))
            .map_or(self.bytes.len(), |length| offset + length)
    }

    fn is_triple(&self, offset: usize) -> bool {
        let quote = self.byte(offset);
        self.byte(offset + 1) == quote && self.byte(offset + 2) == quote
    }

    /// Skims a word, or the string that it is the prefix of.
    fn word(&mut self) -> Token {
        let start = self.pos;
        while is_word(self.byte(self.pos)) {
            self.pos += 1;
        }
        let word = &self.bytes[start..self.pos];
        if matches!(self.byte(self.pos), b'"' | b'\'')
            && word.len() <= 2
            && word.iter().all(|byte| matches!(byte.to_ascii_lowercase(), b'r' | b'b' | b'u' | b'f' | b't'))
        {
            let fields = word.iter().any(|byte| matches!(byte.to_ascii_lowercase(), b'f' | b't'));
            return self.quote(start, fields);
        }
        self.token(Kind::Word, start)
    }

    /// Skims a string whose prefix starts at `start` and whose quote is at `pos`.
    fn quote(&mut self, start: usize, fields: bool) -> Token {
        let open = self.pos;
        let quote = self.bytes[open];
        let triple = self.is_triple(open);
        if !fields && start == open && !triple && self.ends_outer(open, quote) {
            if let Some((index, ..)) = self.innermost_text() {
                self.unwind(index + 1, open);
                self.pop();
            }
            self.pos += 1;
            return self.token(Kind::TextEnd, start);
        }
        self.pos += if triple { 3 } else { 1 };
        if fields {
            self.push(Frame::Text { quote, triple, open: start });
        } else {
            self.plain_string(quote, triple, start);
        }
        self.token(Kind::Text, start)
    }

    /// Whether a quote inside a replacement field ends the string around it: it is that
    /// string's quote, and nothing on the line closes a string that it would open.
    fn ends_outer(&self, offset: usize, quote: u8) -> bool {
        matches!(self.innermost_text(), Some((_, outer, false)) if outer == quote)
            && self.bytes[offset + 1..].iter().find(|byte| matches!(byte, b'\n' | b'\r') || **byte == quote)
                != Some(&quote)
    }

    /// Skims the rest of a string without replacement fields.
    fn plain_string(&mut self, quote: u8, triple: bool, open: usize) {
        let content = self.pos;
        let unclosed = usize::from(quote == b'"');
        // An unclosed string may be over before its line is, and many may follow.
        if !triple && content < self.unclosed[unclosed] {
            self.pos = self.unclosed[unclosed];
        }
        while self.pos < self.bytes.len() {
            match self.bytes[self.pos] {
                b'\\' => self.escape(true),
                byte if byte == quote && !triple => {
                    self.pos += 1;
                    return;
                }
                byte if byte == quote && self.is_triple(self.pos) => {
                    self.pos += 3;
                    return;
                }
                b'\n' | b'\r' if !triple => break,
                _ => self.pos += 1,
            }
        }
        if !triple {
            self.unclosed[unclosed] = self.pos;
            self.pos = self.before_closers(content);
        }
        let kind = if triple { FaultKind::TripleString(quote) } else { FaultKind::String(quote) };
        self.faults.push(Fault { kind, open, at: self.pos });
    }

    /// Where a string whose text begins at `content` and that is not closed must have ended: before the closers
    /// of the brackets around it at the end of its line, or of the string around it.
    fn before_closers(&self, content: usize) -> usize {
        let mut text = &self.bytes[content..self.pos];
        let mut closes = false;
        if let Some((_, outer, false)) = self.innermost_text()
            && let Some(length) = text.iter().position(|byte| *byte == outer)
        {
            text = &text[..length];
            closes = true;
        }
        let is_tail = |byte: &u8| matches!(byte, b')' | b']' | b'}' | b',' | b':' | b' ' | b'\t');
        let tail = text.iter().rev().take_while(|byte| is_tail(byte)).count();
        closes |= text[text.len() - tail..].iter().any(|byte| matches!(byte, b')' | b']' | b'}'));
        if closes && !self.stack.is_empty() { content + text.len() - tail } else { self.pos }
    }

    /// Where a missing closer goes: behind the last token and the blanks after it, where more
    /// may be typed.
    pub(crate) fn behind_blanks(&self) -> usize {
        let rest = &self.bytes[self.last_end.min(self.bytes.len())..];
        self.last_end + rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
    }

    /// Skims a closing bracket.
    fn close(&mut self, byte: u8) -> Token {
        let start = self.pos;
        self.pos += 1;
        let Some(index) = self.nearest.last().and_then(|nearest| nearest.closes[which(byte)]) else {
            return self.token(Kind::Stray(byte), start);
        };
        self.unwind(index + 1, self.behind_blanks());
        self.pop();
        self.token(Kind::Close(byte), start)
    }
}

/// The kind of a bracket, opening or closing.
fn which(bracket: u8) -> usize {
    match bracket {
        b'(' | b')' => 0,
        b'[' | b']' => 1,
        _ => 2,
    }
}

/// Whether a byte is part of an identifier, a keyword or a number.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}
