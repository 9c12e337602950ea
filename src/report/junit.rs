//! `lint --format junit`: a suite a file, a test case a finding, as test reports of CI servers show them.

use std::collections::BTreeMap;
use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::results::{Finding, Results};
use crate::diagnostic::{Diagnostic, Severity};

type Xml = Writer<Vec<u8>>;

/// All results as JUnit XML. Findings of at least `fail_on` are failures, the others are passed cases that say what
/// was found; a file without findings is one passed case.
pub fn junit(results: &Results, fail_on: Severity) -> String {
    let mut xml = Writer::new_with_indent(Vec::new(), b' ', 2);
    // Writing to memory can't fail.
    let written = document(&mut xml, results, fail_on);
    let mut text = written.ok().and_then(|()| String::from_utf8(xml.into_inner()).ok()).unwrap_or_default();
    text.push('\n');
    text
}

fn document(xml: &mut Xml, results: &Results, fail_on: Severity) -> io::Result<()> {
    let mut suites: BTreeMap<&str, Vec<&Finding>> =
        results.files.iter().map(|path| (path.as_str(), Vec::new())).collect();
    for finding in &results.findings {
        suites.entry(&finding.file().path).or_default().push(finding);
    }
    let tests = suites.values().map(|findings| findings.len().max(1)).sum();
    let failures = failures(&results.findings.iter().collect::<Vec<_>>(), fail_on);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let all = xml.create_element("testsuites").with_attributes([("name", "d3ls")]);
    all.with_attributes(counts(tests, failures).iter().map(attribute)).write_inner_content(|xml| {
        suites.iter().try_for_each(|(path, findings)| suite(xml, path, findings, fail_on))
    })?;
    Ok(())
}

fn suite(xml: &mut Xml, path: &str, findings: &[&Finding], fail_on: Severity) -> io::Result<()> {
    let path = allowed(path);
    let counts = counts(findings.len().max(1), failures(findings, fail_on));
    let suite = xml.create_element("testsuite").with_attribute(("name", path.as_str()));
    suite.with_attributes(counts.iter().map(attribute)).write_inner_content(|xml| {
        if findings.is_empty() {
            let case = xml.create_element("testcase").with_attribute(("name", "d3ls lint"));
            case.with_attribute(("classname", path.as_str())).write_empty()?;
        }
        findings.iter().try_for_each(|finding| case(xml, &path, finding, fail_on))
    })?;
    Ok(())
}

fn case(xml: &mut Xml, path: &str, finding: &Finding, fail_on: Severity) -> io::Result<()> {
    let Diagnostic { code, rule, severity, message, range, .. } = &finding.diagnostic;
    let at = finding.file().position(range.start());
    let name = format!("{code} {rule} ({}:{})", at.line, at.column);
    let message = allowed(message);
    let text = format!("{path}:{}:{}: {} {code}[{rule}]: {message}", at.line, at.column, severity.as_str());
    let case = xml.create_element("testcase").with_attribute(("name", name.as_str()));
    case.with_attribute(("classname", path)).write_inner_content(|xml| {
        let outcome = if *severity >= fail_on {
            xml.create_element("failure")
                .with_attribute(("type", severity.as_str()))
                .with_attribute(("message", message.as_str()))
        } else {
            xml.create_element("system-out")
        };
        outcome.write_text_content(BytesText::new(&text)).map(|_| ())
    })?;
    Ok(())
}

fn failures(findings: &[&Finding], fail_on: Severity) -> usize {
    findings.iter().filter(|finding| finding.diagnostic.severity >= fail_on).count()
}

fn counts(tests: usize, failures: usize) -> [(&'static str, String); 3] {
    [("tests", tests.to_string()), ("failures", failures.to_string()), ("errors", "0".to_owned())]
}

fn attribute<'a>((name, value): &'a (&'static str, String)) -> (&'a str, &'a str) {
    (name, value)
}

/// `text` without what XML can't hold or would change.
fn allowed(text: &str) -> String {
    let is_allowed = |letter: char| !letter.is_control() && !matches!(letter, '\u{fffe}' | '\u{ffff}');
    text.chars().map(|letter| if is_allowed(letter) { letter } else { '\u{fffd}' }).collect()
}
