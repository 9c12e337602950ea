//! Parses a broken text: statement by statement, each broken one repaired inside itself.

use ruff_python_ast::Suite;
use ruff_python_ast::token::TokenKind;
use ruff_python_parser::{LexicalErrorType, ParseErrorType, UnsupportedSyntaxError, parse_cells_unchecked};

use super::lines::{Line, first_word, split, split_part};
use super::relocate::{Insertions, Places, relocate};
use super::{SyntaxError, limits, messages, options};
use crate::dialect::{self, Fault, FaultKind, TypeSlot};
use crate::text::{Ranged, TextRange, TextSize};

/// What a broken text comes to.
#[derive(Debug, Default)]
pub(super) struct Recovered {
    pub(super) body: Suite,
    pub(super) comments: Vec<TextRange>,
    pub(super) slots: Vec<TypeSlot>,
    pub(super) errors: Vec<SyntaxError>,
    pub(super) unsupported: Vec<UnsupportedSyntaxError>,
    /// Whether each top-level statement that is not broken is what its own text is.
    pub(super) is_divisible: bool,
    /// The top-level statements of a broken text.
    pub(super) pieces: Vec<PieceInfo>,
    /// Whether the last piece so far ends with words side by side, so that an error right
    /// behind it is no second one.
    pub(super) ends_in_prose: bool,
}

/// A top-level statement of a broken text.
#[derive(Debug)]
pub(super) struct PieceInfo {
    /// With what stands before it.
    pub(super) range: TextRange,
    /// Where its first token begins.
    pub(super) start: usize,
    /// How many logical lines it has.
    pub(super) lines: usize,
    /// Whether it holds an error.
    pub(super) broken: bool,
}

impl PieceInfo {
    /// A statement that has nothing wrong.
    fn sound((range, lines): &(TextRange, &[Line])) -> Option<Self> {
        Some(Self { range: *range, start: lines.first()?.start, lines: lines.len(), broken: false })
    }
}

/// Parses a broken text.
pub(super) fn recover(text: &str) -> Recovered {
    let mut lines = split(text);
    let deep = replace_deep(text, &mut lines);
    let text = deep.as_deref().unwrap_or(text);
    let mut recovered =
        Recovered { is_divisible: deep.is_none() && is_plainly_indented(text, &lines), ..Default::default() };
    recovered.parse(text, &pieces(text, &lines, TextRange::up_to(TextSize::of(text))));
    recovered
}

/// Parses the pieces of a broken text that lie in `part` or reach into it, and gives where they are. All others are sound
/// and stand apart. `None` where that can't be told, or where the text may not be broken at all.
pub(super) fn recover_part(text: &str, part: TextRange) -> Option<(Recovered, TextRange)> {
    let lines = split(text);
    if !are_plain(text, &lines) {
        return None;
    }
    let pieces = pieces(text, &lines, TextRange::up_to(TextSize::of(text)));
    let is_sound = |piece: &&(TextRange, &[Line])| is_sound(text, piece);
    let before = |piece: &&(TextRange, &[Line])| piece.0.end() <= part.start() && is_sound(piece);
    let first = pieces.iter().take_while(before).count();
    let behind = |piece: &&(TextRange, &[Line])| {
        piece.1.first().is_some_and(|line| line.start >= part.end().to_usize()) && is_sound(piece)
    };
    let last = pieces.len() - pieces[first..].iter().rev().take_while(behind).count();
    let (head, rest) = pieces.split_at(first);
    let (middle, tail) = rest.split_at(last - first);
    if nests_too_deeply(text, middle) {
        return None;
    }
    let covered = TextRange::new(middle.first()?.0.start(), middle.last()?.0.end());
    let mut recovered = Recovered { is_divisible: true, ..Default::default() };
    recovered.pieces.extend(head.iter().filter_map(PieceInfo::sound));
    recovered.parse(text, middle);
    recovered.pieces.extend(tail.iter().filter_map(PieceInfo::sound));
    recovered.pieces.iter().any(|piece| piece.broken).then_some((recovered, covered))
}

/// As [`recover_part`], for a part of a text that is plain around it and has a sound definition `behind` it, so that the
/// script does not end in the part. `None` also where the part is not by itself.
pub(super) fn recover_plain_part(text: &str, part: TextRange, behind: TextRange) -> Option<Recovered> {
    let lines = split_part(text, part).filter(|lines| are_plain(text, lines))?;
    let pieces = pieces(text, &lines, part);
    if nests_too_deeply(text, &pieces) {
        return None;
    }
    let mut recovered = Recovered { is_divisible: true, ..Default::default() };
    recovered.parse(text, &pieces);
    recovered.pieces.push(PieceInfo { range: behind, start: behind.start().to_usize(), lines: 1, broken: false });
    recovered.pieces.iter().any(|piece| piece.broken).then_some(recovered)
}

/// Whether a part of a text, which the parser accepts, is plain: recovery finds nothing wrong with it either, and would
/// make the same of it by itself.
pub(super) fn is_plain(text: &str, part: TextRange) -> bool {
    split_part(text, part).is_some_and(|lines| {
        are_plain(text, &lines) && pieces(text, &lines, part).iter().all(|piece| is_sound(text, piece))
    })
}

/// Whether nothing is wrong with some lines that may reach far, or that the parser does not see.
fn are_plain(text: &str, lines: &[Line]) -> bool {
    let far = |fault: &Fault| matches!(fault.kind, FaultKind::TripleString(_) | FaultKind::Field);
    !lines.iter().any(|line| line.faults.iter().any(far)) && is_plainly_indented(text, lines)
}

/// Whether everything is closed in a top-level statement. A backslash before the next one joins nothing, but is an error
/// by itself.
fn is_sound(text: &str, (range, lines): &(TextRange, &[Line])) -> bool {
    let is_joined = text[..range.end().to_usize()].trim_end_matches(['\n', '\r']).ends_with('\\');
    lines.iter().all(|line| line.faults.is_empty()) && !is_joined
}

fn nests_too_deeply(text: &str, pieces: &[(TextRange, &[Line])]) -> bool {
    let mut lines = pieces.iter().flat_map(|(_, lines)| *lines);
    lines.any(|line| limits::too_deep(text, line.start, line.end).is_some())
}

/// The top-level statements of a part of a text, each with what stands before it and with its logical lines.
fn pieces<'l>(text: &str, lines: &'l [Line], part: TextRange) -> Vec<(TextRange, &'l [Line])> {
    let mut pieces = Vec::new();
    let (mut first, mut start) = (0, part.start().to_usize());
    for next in 1..=lines.len() {
        if next < lines.len() && !begins_piece(text, &lines[next - 1], &lines[next]) {
            continue;
        }
        let end = lines.get(next).map_or(part.end().to_usize(), |line| line.line_start);
        pieces.push((range(start, end), &lines[first..next]));
        (first, start) = (next, end);
    }
    pieces
}

/// Whether no indentation can be wrong in a way that the parser does not see.
fn is_plainly_indented(text: &str, lines: &[Line]) -> bool {
    !text.contains('\t') && lines.iter().all(|line| line.indent < limits::MAX_INDENTATION)
}

impl Recovered {
    /// Parses some pieces of a text.
    fn parse(&mut self, text: &str, pieces: &[(TextRange, &[Line])]) {
        let lines = pieces.iter().flat_map(|(_, lines)| *lines);
        self.slots.extend(lines.flat_map(|line| dialect::slots(text, range(line.start, line.stop))));
        let blanked = dialect::blank(text, &self.slots);
        for &(range, lines) in pieces {
            Piece { text: &blanked, range, lines }.parse(self);
        }
    }

    /// From the first to the last broken piece.
    pub(super) fn damaged(&self) -> Option<TextRange> {
        let broken = || self.pieces.iter().filter(|piece| piece.broken);
        Some(TextRange::new(broken().next()?.range.start(), broken().next_back()?.range.end()))
    }
}

/// Replaces each line that nests too deeply by `pass`, so that it costs itself only.
fn replace_deep(text: &str, lines: &mut [Line]) -> Option<String> {
    let mut replaced: Option<String> = None;
    for line in lines {
        let Some((at, message)) = limits::too_deep(text, line.start, line.end) else {
            continue;
        };
        line.faults.clear();
        line.too_deep = Some((at, message));
        let code = &text[line.start..line.end];
        let mut blank = String::from("pass");
        let rest = code.bytes().skip(blank.len());
        blank.extend(rest.map(|byte| if matches!(byte, b'\n' | b'\r') { byte as char } else { ' ' }));
        replaced.get_or_insert_with(|| text.to_owned()).replace_range(line.start..line.end, &blank);
    }
    replaced
}

/// Whether a logical line begins a top-level statement.
fn begins_piece(text: &str, previous: &Line, line: &Line) -> bool {
    line.indent == 0
        && !text[previous.start..].starts_with('@')
        && !matches!(first_word(&text[line.start..]), "else" | "elif" | "except" | "finally")
}

/// A top-level statement with what stands before it.
struct Piece<'a> {
    text: &'a str,
    range: TextRange,
    lines: &'a [Line],
}

impl Piece<'_> {
    fn parse(&self, recovered: &mut Recovered) {
        let unrepaired = || read(self.text, self.range, &Insertions::new(self.text, TextSize::default()));
        let repaired = self.repaired().and_then(|(source, insertions)| {
            let reading = read(&source, TextRange::up_to(TextSize::of(&source)), &insertions);
            (!insertions.has_diverged()).then_some(reading)
        });
        let reading = repaired.unwrap_or_else(unrepaired);
        let mut damage = Damage::new(self, &recovered.slots);
        damage.add_faults();
        damage.add_parse_errors(&reading.errors);
        let unsupported = reading.unsupported.into_iter();
        recovered.unsupported.extend(unsupported.filter(|error| !damage.is_broken_at(error.range.start())));
        if let Some(first) = self.lines.first() {
            let (start, lines, broken) = (first.start, self.lines.len(), damage.is_broken());
            recovered.pieces.push(PieceInfo { range: self.range, start, lines, broken });
        }
        let continues = recovered.ends_in_prose && !matches!(damage.fates.first(), None | Some(Fate::Sound));
        let errors = damage.errors();
        let skipped = usize::from(continues && errors.len() == 1);
        recovered.errors.extend(errors.into_iter().skip(skipped));
        recovered.ends_in_prose = matches!(damage.fates.last(), Some(Fate::Broken(_, true))) || skipped > 0;
        recovered.comments.extend(reading.comments);
        recovered.body.extend(reading.body);
    }

    /// The piece with all closers that it lacks; `None` if it lacks none.
    fn repaired(&self) -> Option<(String, Insertions<'_>)> {
        let mut insertions = Insertions::new(self.text, self.range.start());
        let mut repaired = String::new();
        let mut copied = self.range.start().to_usize();
        for fault in self.lines.iter().flat_map(|line| &line.faults) {
            repaired.push_str(&self.text[copied..fault.at]);
            copied = fault.at;
            let closer = closer(self.text, fault);
            insertions.push(TextSize::of(&repaired), TextSize::of(&closer));
            repaired.push_str(&closer);
        }
        if repaired.is_empty() {
            return None;
        }
        repaired.push_str(&self.text[copied..self.range.end().to_usize()]);
        Some((repaired, insertions))
    }
}

/// What the parser makes of a piece, in ranges of the text as given.
struct Reading {
    body: Suite,
    comments: Vec<TextRange>,
    errors: Vec<(TextRange, ParseErrorType)>,
    unsupported: Vec<UnsupportedSyntaxError>,
}

/// Parses a range of a text that has insertions.
fn read(source: &str, range: TextRange, insertions: &Insertions<'_>) -> Reading {
    let parsed = parse_cells_unchecked(source, [range], &options());
    let comments = parsed.tokens().iter().filter(|token| token.kind().is_comment());
    let comments = comments.map(|token| insertions.range(token.range())).collect();
    let errors: Vec<_> =
        parsed.errors().iter().map(|error| (insertions.range(error.location), error.error.clone())).collect();
    let unsupported = parsed.unsupported_syntax_errors().iter().cloned();
    let unsupported =
        unsupported.map(|error| UnsupportedSyntaxError { range: insertions.range(error.range), ..error }).collect();
    let mut body = parsed.into_suite();
    if !insertions.is_empty() || !errors.is_empty() {
        relocate(&mut body, insertions);
    }
    Reading { body, comments, errors, unsupported }
}

/// The text that closes what is not closed. A string may end with a part of its closer, or
/// with a backslash that would take the closer for text.
fn closer(text: &str, fault: &Fault) -> String {
    let closer = fault.closer();
    let (FaultKind::String(quote) | FaultKind::TripleString(quote)) = fault.kind else {
        return closer.to_owned();
    };
    let opener = text[fault.open..fault.at].find(quote as char).map_or(0, |prefix| prefix + closer.len());
    let content = text.get(fault.open + opener..fault.at).unwrap_or_default();
    let backslashes = content.bytes().rev().take_while(|byte| *byte == b'\\').count();
    let quotes = content.bytes().rev().take_while(|byte| *byte == quote).count();
    match backslashes % 2 {
        1 => format!("\\{closer}"),
        _ => closer[quotes.min(closer.len() - 1)..].to_owned(),
    }
}

/// What one logical line has wrong.
#[derive(Debug, Clone)]
enum Fate {
    Sound,
    /// Another error is the cause.
    Caused,
    /// An error of its own; whether the line looks like prose.
    Broken(SyntaxError, bool),
}

/// The errors of a piece: one for each damaged place.
struct Damage<'a> {
    piece: &'a Piece<'a>,
    /// The D3 types, unclosed ones included.
    slots: &'a [TypeSlot],
    fates: Vec<Fate>,
    /// Whether an earlier line's indentation is wrong, so that later ones can't be right.
    indentation: bool,
}

impl<'a> Damage<'a> {
    fn new(piece: &'a Piece<'a>, slots: &'a [TypeSlot]) -> Self {
        Self { piece, slots, fates: vec![Fate::Sound; piece.lines.len()], indentation: false }
    }

    /// Finds what is not closed: a string, or else the outermost bracket of each line.
    fn add_faults(&mut self) {
        for (line, fate) in self.piece.lines.iter().zip(&mut self.fates) {
            if let Some((at, message)) = line.too_deep {
                let error = SyntaxError { range: range(at, at + 1), message: message.to_owned() };
                *fate = Fate::Broken(error, false);
            }
            let is_string = |fault: &&Fault| matches!(fault.kind, FaultKind::String(_) | FaultKind::TripleString(_));
            let Some(fault) = line.faults.iter().find(is_string).or(line.faults.last()) else {
                continue;
            };
            let (end, message) = match fault.kind {
                FaultKind::Bracket(byte) => (fault.open + 1, format!("`{}` is never closed", byte as char)),
                FaultKind::Field => (fault.open + 1, "`{` in an f-string is never closed".to_owned()),
                FaultKind::String(_) => (fault.at, "this string is not closed on its line".to_owned()),
                FaultKind::TripleString(_) => {
                    let opener = self.piece.text[fault.open..fault.at].find(['"', '\'']).unwrap_or(0) + 3;
                    (fault.open + opener, "this triple-quoted string is never closed".to_owned())
                }
            };
            *fate = Fate::Broken(SyntaxError { range: range(fault.open, end), message }, false);
        }
    }

    /// Adds the parser's errors in lines that have none yet.
    fn add_parse_errors(&mut self, found: &[(TextRange, ParseErrorType)]) {
        for (location, error) in found {
            let Some(index) = self.line_at(location.start()) else {
                continue;
            };
            if !matches!(self.fates[index], Fate::Sound) {
                continue;
            }
            let caused = self.is_caused(index, error);
            self.indentation |= is_indentation(error);
            self.fates[index] = if caused {
                Fate::Caused
            } else {
                let range = self.visible(index, *location);
                let prose = matches!(error, ParseErrorType::SimpleStatementsOnSameLine);
                let word = first_word(&self.piece.text[self.piece.lines[index].start..]);
                let message = match word {
                    "print" | "exec" if prose => format!("missing parentheses in call to `{word}`"),
                    _ => messages::of(error),
                };
                Fate::Broken(SyntaxError { range, message }, prose && !matches!(word, "print" | "exec"))
            };
        }
    }

    /// Whether an error stems from an earlier one, or from a D3 call that is not written well.
    fn is_caused(&self, index: usize, error: &ParseErrorType) -> bool {
        let line = &self.piece.lines[index];
        let word = first_word(&self.piece.text[line.start..]);
        let orphan = matches!(word, "else" | "elif" | "except" | "finally");
        let earlier = self.fates[..index].iter().any(|fate| !matches!(fate, Fate::Sound));
        let after_error = index > 0 && !matches!(self.fates[index - 1], Fate::Sound);
        let structural = is_indentation(error) || matches!(error, ParseErrorType::OtherError(_));
        let at_end = matches!(error, ParseErrorType::ExpectedToken { expected: TokenKind::Dedent, .. });
        self.has_malformed_type(line)
            || earlier && (orphan || at_end)
            || after_error && structural
            || self.indentation && is_indentation(error)
    }

    fn has_malformed_type(&self, line: &Line) -> bool {
        let first = self.slots.partition_point(|slot| slot.range.start().to_usize() < line.start);
        let mut inside = self.slots[first..].iter().take_while(|slot| slot.range.start().to_usize() < line.end);
        // A type right after a dot belongs to a call without a command.
        let is_nameless = |slot: &TypeSlot| {
            let between = TextRange::new(slot.callee.end(), slot.range.start());
            self.piece.text[between].contains('.')
        };
        inside.any(|slot| !slot.closed || is_nameless(slot))
    }

    /// The errors, with each run of lines that are prose as one.
    fn errors(&self) -> Vec<SyntaxError> {
        let mut errors = Vec::new();
        let runs = self.fates.chunk_by(|a, b| matches!(a, Fate::Sound) == matches!(b, Fate::Sound));
        for run in runs {
            let is_prose = run.iter().any(|fate| matches!(fate, Fate::Broken(_, true)));
            let own = run.iter().filter_map(|fate| match fate {
                Fate::Broken(error, _) => Some(error.clone()),
                Fate::Sound | Fate::Caused => None,
            });
            errors.extend(own.take(if is_prose { 1 } else { usize::MAX }));
        }
        errors
    }

    fn is_broken(&self) -> bool {
        self.fates.iter().any(|fate| !matches!(fate, Fate::Sound))
    }

    fn line_at(&self, offset: TextSize) -> Option<usize> {
        let offset = offset.to_usize();
        let behind = self.piece.lines.partition_point(|line| line.line_start <= offset);
        (!self.fates.is_empty()).then(|| behind.saturating_sub(1))
    }

    fn is_broken_at(&self, offset: TextSize) -> bool {
        self.line_at(offset).is_some_and(|index| !matches!(self.fates[index], Fate::Sound))
    }

    /// The part of an error's range that lies in its line, and at least one character of it.
    fn visible(&self, index: usize, location: TextRange) -> TextRange {
        let line = &self.piece.lines[index];
        let end = location.end().to_usize().min(line.end);
        let start = location.start().to_usize().max(line.start);
        if start < end {
            return range(start, end);
        }
        let text = &self.piece.text[line.start..line.end];
        let at = start.min(line.end);
        if at < line.end {
            let width = self.piece.text[at..].chars().next().map_or(0, char::len_utf8);
            return range(at, at + width);
        }
        range(line.end - text.chars().next_back().map_or(0, char::len_utf8), line.end)
    }
}

/// Whether an error is about indentation.
fn is_indentation(error: &ParseErrorType) -> bool {
    matches!(error, ParseErrorType::UnexpectedIndentation | ParseErrorType::Lexical(LexicalErrorType::IndentationError))
}

/// The range of two offsets of a text, which is shorter than 4 GiB.
fn range(start: usize, end: usize) -> TextRange {
    let size = |offset: usize| TextSize::try_from(offset).unwrap_or(TextSize::new(u32::MAX));
    TextRange::new(size(start), size(end))
}
