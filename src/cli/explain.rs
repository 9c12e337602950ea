//! `d3ls explain`: a rule's page in the terminal, as Markdown where nobody looks.

use super::{Status, output, words};

const HEADING: &str = "\u{1b}[1;96m";
const CODE: &str = "\u{1b}[36m";
const BLOCK: &str = "\u{1b}[2m";
const STRONG: &str = "\u{1b}[1m";
const RESET: &str = "\u{1b}[0m";

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The rule's code or name: `D3201` or `reserved-class`.
    #[arg(value_name = "CODE|NAME")]
    rule: String,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Status> {
    let rule = words::rule(&arguments.rule)?;
    if output::is_styled() {
        output::write_styled(&styled(rule.page))?;
    } else {
        output::write_plain(rule.page.as_bytes())?;
    }
    Ok(Status::Clean)
}

/// Markdown as a terminal shows it: headings and code stand out, fences are gone.
fn styled(page: &str) -> String {
    let mut out = String::with_capacity(page.len() * 2);
    let mut in_block = false;
    for line in page.lines() {
        if line.trim_start().starts_with("```") {
            in_block = !in_block;
        } else if in_block {
            out.push_str(&format!("    {BLOCK}{line}{RESET}\n"));
        } else if let Some(heading) = line.strip_prefix('#') {
            out.push_str(&format!("{HEADING}{}{RESET}\n", heading.trim_start_matches('#').trim().replace('`', "")));
        } else {
            out.push_str(&inline(line));
            out.push('\n');
        }
    }
    out
}

/// A line with its `code` and **strong** words.
fn inline(line: &str) -> String {
    let mut out = String::new();
    for (index, part) in line.split('`').enumerate() {
        let is_code = index % 2 == 1;
        if is_code {
            out.push_str(&format!("{CODE}{part}{RESET}"));
        } else {
            for (index, part) in part.split("**").enumerate() {
                out.push_str(&if index % 2 == 1 { format!("{STRONG}{part}{RESET}") } else { part.to_owned() });
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_becomes_words() {
        let page = "# a `b`\n\nUse `x` **now**.\n\n```python\n# no heading `\n```\n";
        let plain = anstream::adapter::strip_str(&styled(page)).to_string();
        assert_eq!(plain, "a b\n\nUse x now.\n\n    # no heading `\n");
    }
}
