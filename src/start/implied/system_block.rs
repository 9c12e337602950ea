//! A system script that stands before the custom one as comments (D3's page, "Types of Custom Command Implementations").

use std::sync::Arc;

use crate::syntax::ast::Stmt;
use crate::syntax::{self, Parsed};

/// How many lines of prose before and after the code are looked past.
const MAX_PROSE: (usize, usize) = (20, 5);

/// A leading block of commented-out code.
#[derive(Debug)]
pub struct SystemBlock {
    /// The code, without the comment signs.
    pub text: Arc<str>,
    /// Its first and last line in the script, from 1.
    pub lines: (usize, usize),
}

/// The leading block of commented-out code that parses as Python and defines a function or a class.
pub fn system_block(script: &str) -> Option<SystemBlock> {
    let lines: Vec<&str> = script.trim_start_matches('\u{feff}').lines().map(str::trim_end).collect();
    let is_comment = |line: &&&str| line.is_empty() || line.starts_with('#');
    let count = lines.iter().take_while(is_comment).count();
    let block = uncommented(&lines[..count]);
    let mentions = |line: &String| {
        let words = line.trim_start();
        words.starts_with("def ") || words.starts_with("async def ") || words.starts_with("class ")
    };
    if !block.iter().any(mentions) {
        return None;
    }
    for dropped in 0..=MAX_PROSE.0 + MAX_PROSE.1 {
        for after in 0..=dropped.min(MAX_PROSE.1) {
            let (first, last) = (dropped - after, block.len().saturating_sub(after));
            if first >= last || first > MAX_PROSE.0 {
                continue;
            }
            let text: Arc<str> = block[first..last].join("\n").trim_matches('\n').into();
            if is_script(&syntax::parse(&text)) {
                return Some(SystemBlock { text: format!("{text}\n").into(), lines: (first + 1, last) });
            }
        }
    }
    None
}

/// The lines without one comment sign each, and without the blank after it where all have one.
fn uncommented(lines: &[&str]) -> Vec<String> {
    let bare: Vec<&str> = lines.iter().map(|line| line.strip_prefix('#').unwrap_or(line)).collect();
    let is_spaced = bare.iter().all(|line| line.is_empty() || line.starts_with(' '));
    let shift = |line: &&str| if is_spaced { line.strip_prefix(' ').unwrap_or(line) } else { line }.to_owned();
    bare.iter().map(shift).collect()
}

fn is_script(parsed: &Parsed) -> bool {
    parsed.errors.is_empty()
        && parsed.trailing.is_none()
        && parsed.body.iter().any(|statement| matches!(statement, Stmt::FunctionDef(_) | Stmt::ClassDef(_)))
        && parsed.body.iter().all(|statement| match statement {
            // `Acme` and `d3: integration` are words of a heading, not code.
            Stmt::Expr(node) => node.value.is_string_literal_expr() || node.value.is_call_expr(),
            Stmt::AnnAssign(node) => node.value.is_some(),
            _ => true,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commented_out_code_is_told_from_prose() {
        let block = system_block(
            "\u{feff}# System script\n# import json\n#\n# def _send(path):\n#     return json.loads(path)\n\ndef A():\n    pass\n",
        );
        let block = block.expect("a block");
        assert_eq!(
            (&*block.text, block.lines),
            ("import json\n\ndef _send(path):\n    return json.loads(path)\n", (2, 6))
        );
        let tight = system_block("#def a():\n#    return 1\nb = a()\n").expect("a block");
        assert_eq!(&*tight.text, "def a():\n    return 1\n");
        for prose in
            ["# Acme EDR\n# def is a word\nx = 1\n", "# x = 1\ny = 2\n", "import a\n# def b():\n#     pass\n", ""]
        {
            assert!(system_block(prose).is_none(), "{prose}");
        }
    }
}
