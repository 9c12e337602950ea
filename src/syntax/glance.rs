//! A quick look at a text before it is parsed. Ordinary texts pass it; all others are looked at with care (`limits`).

use crate::dialect::{Finder, Skimmer, TypeSlot, slot_behind};

/// How many brackets an ordinary text nests.
const MAX_DEPTH: usize = 32;

/// How long the words are that count.
const LONGEST_WORD: usize = "lambda".len();

/// What a byte of code is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Blank,
    Word,
    Quote,
    Open,
    Close,
    Newline,
    Comment,
    Backslash,
    /// Begins a new part of a statement, which nests by itself.
    Separator,
    Colon,
    Operator,
}

const CLASSES: [Class; 256] = {
    let mut classes = [Class::Operator; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte as u8 {
            b' ' | b'\t' | b'\x0c' => Class::Blank,
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'_' | 0x80.. => Class::Word,
            b'"' | b'\'' => Class::Quote,
            b'(' | b'[' | b'{' => Class::Open,
            b')' | b']' | b'}' => Class::Close,
            b'\n' | b'\r' => Class::Newline,
            b'#' => Class::Comment,
            b'\\' => Class::Backslash,
            b',' | b';' | b'=' => Class::Separator,
            b':' => Class::Colon,
            _ => Class::Operator,
        };
        byte += 1;
    }
    classes
};

/// What a quick look gives.
pub(super) struct Glanced {
    /// The D3 types.
    pub(super) slots: Vec<TypeSlot>,
    /// Where a function or class at the top level begins, behind the middle of the text. It may have decorators before it.
    pub(super) middle: Option<usize>,
}

/// Looks at a text without faults, no statement of which nests deeper than `deep`. `None` for all others, and for some
/// that are fine.
pub(super) fn glance(text: &str, deep: usize) -> Option<Glanced> {
    let mut glance = Glance {
        text,
        bytes: text.as_bytes(),
        middle: None,
        pos: if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 },
        open: [0; MAX_DEPTH],
        operators: [0; MAX_DEPTH],
        depth: 0,
        total: 0,
        deep,
        after_dot: false,
        slots: Vec::new(),
    };
    while let Some(&byte) = glance.bytes.get(glance.pos) {
        if byte == b' ' {
            glance.pos += 1;
            continue;
        }
        glance.step(byte)?;
    }
    (glance.depth == 0).then_some(Glanced { slots: glance.slots, middle: glance.middle })
}

struct Glance<'a> {
    text: &'a str,
    bytes: &'a [u8],
    pos: usize,
    /// The open brackets, from 1 on.
    open: [u8; MAX_DEPTH],
    /// The operators in each open bracket, at 0 those of the statement itself.
    operators: [usize; MAX_DEPTH],
    depth: usize,
    total: usize,
    /// How deep a statement may nest.
    deep: usize,
    /// Whether the last token is a dot.
    after_dot: bool,
    slots: Vec<TypeSlot>,
    middle: Option<usize>,
}

impl Glance<'_> {
    /// Looks at what begins with `byte`. `None` where that takes more care.
    fn step(&mut self, byte: u8) -> Option<()> {
        let class = CLASSES[usize::from(byte)];
        match class {
            Class::Blank => {
                self.pos += 1;
                return Some(());
            }
            Class::Word => return self.word(),
            Class::Quote => self.string(self.pos)?,
            Class::Open => {
                self.count(1)?;
                self.depth += 1;
                self.is_flat()?;
                *self.open.get_mut(self.depth)? = byte;
                self.operators[self.depth] = 0;
                self.pos += 1;
            }
            Class::Close => {
                let opener = if byte == b')' { b'(' } else { byte - 2 };
                if self.depth == 0 || self.open[self.depth] != opener {
                    return None;
                }
                self.total -= self.operators[self.depth];
                self.depth -= 1;
                self.pos += 1;
            }
            Class::Newline => {
                self.pos += 1;
                if self.depth == 0 {
                    self.end_line();
                }
                // The most of the indentation.
                while self.bytes[self.pos..].first_chunk() == Some(b"    ") {
                    self.pos += 4;
                }
                return Some(());
            }
            Class::Comment => {
                self.pos = self.line_end();
                return Some(());
            }
            Class::Backslash => {
                self.pos += 1;
                match self.bytes.get(self.pos) {
                    Some(b'\n') => self.pos += 1,
                    // A carriage return takes more care.
                    _ => return None,
                }
                return Some(());
            }
            Class::Separator => {
                self.total -= std::mem::take(&mut self.operators[self.depth]);
                self.pos += 1;
            }
            Class::Colon => self.pos += 1,
            Class::Operator => {
                self.count(1)?;
                self.pos += 1;
            }
        }
        self.after_dot = byte == b'.';
        Some(())
    }

    /// Whether a `def` or `class` begins here, at the beginning of a line.
    fn begins_definition(&self) -> bool {
        let rest = &self.bytes[self.pos..];
        [&b"def "[..], b"class ", b"async def "].iter().any(|word| rest.starts_with(word))
    }

    /// Counts operators. `None` where the statement nests too deep with them.
    fn count(&mut self, operators: usize) -> Option<()> {
        self.operators[self.depth] += operators;
        self.total += operators;
        self.is_flat()
    }

    /// `None` where the statement nests too deep.
    fn is_flat(&self) -> Option<()> {
        (self.total + self.depth < self.deep).then_some(())
    }

    /// Begins a new statement.
    fn end_line(&mut self) {
        self.total = 0;
        self.operators[0] = 0;
        self.after_dot = false;
        if self.pos > self.bytes.len() / 2 && self.middle.is_none() && self.begins_definition() {
            self.middle = Some(self.pos);
        }
    }

    fn line_end(&self) -> usize {
        memchr::memchr2(b'\n', b'\r', &self.bytes[self.pos..]).map_or(self.bytes.len(), |length| self.pos + length)
    }

    /// A word, or the string that it is the prefix of.
    fn word(&mut self) -> Option<()> {
        let start = self.pos;
        let rest = &self.bytes[start..];
        let length = rest.iter().position(|&byte| CLASSES[usize::from(byte)] != Class::Word).unwrap_or(rest.len());
        self.pos += length;
        let after_dot = std::mem::take(&mut self.after_dot);
        if length > LONGEST_WORD {
            return Some(());
        }
        match &rest[..length] {
            b"not" | b"lambda" | b"await" | b"if" => self.count(1)?,
            b"D3" if !after_dot => {
                if let Some(slot) = slot_behind(self.text, start, self.depth > 0) {
                    // Its dots nest, and its `<` counts for one.
                    let callee = &self.bytes[start..slot.range.start().to_usize()];
                    self.count(1 + callee.iter().filter(|&&byte| byte == b'.').count())?;
                    self.pos = slot.range.end().to_usize();
                    self.slots.push(slot);
                }
            }
            prefix if length <= 2 && matches!(rest.get(length), Some(b'"' | b'\'')) => {
                let is = |letters: &[u8]| prefix.iter().any(|byte| letters.contains(&byte.to_ascii_lowercase()));
                if is(b"ft") {
                    return self.string_with_fields(start);
                }
                if prefix.iter().all(|byte| b"rbu".contains(&byte.to_ascii_lowercase())) {
                    return self.string(start + length);
                }
            }
            _ => {}
        }
        Some(())
    }

    /// A string without fields, whose quote stands at `open`.
    fn string(&mut self, open: usize) -> Option<()> {
        let quote = self.bytes[open];
        let is_triple = self.bytes[open..].starts_with(&[quote; 3]);
        self.pos = open + if is_triple { 3 } else { 1 };
        loop {
            if is_triple {
                self.pos += memchr::memchr2(quote, b'\\', self.bytes.get(self.pos..)?)?;
            }
            match self.bytes.get(self.pos)? {
                b'\\' => self.pos += 2,
                &byte if byte == quote => {
                    if !is_triple {
                        self.pos += 1;
                        return Some(());
                    }
                    if self.bytes[self.pos..].starts_with(&[quote; 3]) {
                        self.pos += 3;
                        return Some(());
                    }
                    self.pos += 1;
                }
                b'\n' | b'\r' if !is_triple => return None,
                _ => {
                    let rest = &self.bytes[self.pos + 1..];
                    let is_plain = |class| !matches!(class, Class::Quote | Class::Backslash | Class::Newline);
                    let length = rest.iter().position(|&byte| !is_plain(CLASSES[usize::from(byte)]));
                    self.pos += 1 + length.unwrap_or(rest.len());
                }
            }
        }
    }

    /// A string with replacement fields, whose prefix begins at `start`.
    fn string_with_fields(&mut self, start: usize) -> Option<()> {
        let mut skimmer = Skimmer::new(self.text, start, self.bytes.len());
        let mut finder = Finder::new(self.text);
        loop {
            let token = skimmer.next_token()?;
            finder.step(&mut skimmer, token);
            self.count(1)?;
            if skimmer.stack.is_empty() {
                break;
            }
        }
        self.slots.extend(finder.slots);
        self.pos = skimmer.pos;
        skimmer.faults.is_empty().then_some(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::limits;
    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        /// What passes the quick look passes the careful one, with the same types.
        #[test]
        fn no_deep_text_passes(parts in prop::collection::vec(part(), 0..60), deep in 2_usize..40) {
            let text = parts.concat();
            if let Some(glanced) = glance(&text, deep) {
                let careful = limits::careful(&text);
                prop_assert_eq!(glanced.slots, careful.slots, "{}", text);
                prop_assert!(careful.depth <= deep, "{} > {}: {}", careful.depth, deep, text);
            }
        }
    }

    fn part() -> impl Strategy<Value = &'static str> {
        prop::sample::select(vec![
            "D3",
            ".Utility",
            ".Integration",
            ".x",
            "<Text>",
            "<",
            ">",
            "(",
            ")",
            "[",
            "]",
            "{",
            "}",
            "a",
            " not ",
            " if ",
            "lambda ",
            "await ",
            "+",
            "**",
            "==",
            "=",
            ",",
            ":",
            ";",
            "\n",
            "\r\n",
            "\\\n",
            "\\",
            "# D3.Utility.x<T>(\n",
            "'",
            "\"",
            "'''",
            "\"\"\"",
            "f'",
            "f\"",
            "rb'",
            "F\"\"\"",
            "'a'",
            "\"(\"",
            "f'{",
            "}'",
            "f'{a}'",
            "1.5",
            " ",
            "\t",
            "\u{feff}",
            "é",
            "D3.Utility.x<Text>(",
            "\"D3\"",
            "tr'",
        ])
    }

    #[test]
    fn the_dots_of_a_d3_call_count() {
        let text = "D3.Utility.x<Text>()";
        assert_eq!(limits::careful(text).depth, 6);
        assert!(glance(text, 5).is_none() && glance(text, 6).is_some());
    }

    #[test]
    fn ordinary_texts_pass() {
        for text in [
            "x = {'a': [1, 2], \"b\": (f'{x!r}' \"\"\"\n' \"\"\")}\n",
            "y = D3.Utility.equals<Text>(a, b)  # it's\n",
            "def f(a, b=None):\n    return a \\\n        + b if a else f'{a[\"b\"]}'\n",
        ] {
            assert!(glance(text, 40).is_some(), "{text}");
        }
    }
}
