//! `lint --format github`: workflow commands, which GitHub Actions shows as annotations.

use super::results::{Finding, Results};
use crate::diagnostic::{Diagnostic, Severity};

/// One command a finding, each on its own line. Nothing where nothing was found.
pub fn github(results: &Results) -> String {
    results.findings.iter().map(command).collect()
}

fn command(finding: &Finding) -> String {
    let Diagnostic { code, rule, severity, message, range, .. } = &finding.diagnostic;
    let kind = match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let path = &finding.file().path;
    let (start, end) = finding.file().range(*range);
    // Columns mean nothing to GitHub where the range has several lines.
    let columns =
        if start.line == end.line { format!(",col={},endColumn={}", start.column, end.column) } else { String::new() };
    // The log shows only what stands after the colons, so the place and the code are there too.
    let text = format!("{path}:{}:{}: {code}[{rule}] {message}", start.line, start.column);
    format!(
        "::{kind} file={},line={},endLine={}{columns},title={}::{}\n",
        property(path),
        start.line,
        end.line,
        property(&format!("{code} {rule}")),
        data(&text)
    )
}

/// Text that can stand after the colons.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Text that can be the value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_end_a_value_or_a_line_is_escaped() {
        assert_eq!(data("100%: a,b\r\nc"), "100%25: a,b%0D%0Ac");
        assert_eq!(property("100%: a,b\r\nc"), "100%25%3A a%2Cb%0D%0Ac");
    }
}
