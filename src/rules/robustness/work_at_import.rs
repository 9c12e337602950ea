//! D3809.

use std::cell::LazyCell;

use rustc_hash::FxHashMap;

use crate::diagnostic::{Place, Severity};
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::{Context as Around, FunctionId, Model, ScopeId, Site};
use crate::syntax::ast::{self, Expr};
use crate::text::{Ranged, TextRange};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3809",
    name: "work-at-import",
    severity: Severity::Warning,
    default_on: true,
    fix: FixKind::None,
    needs: Needs::Nothing,
    summary: "network, file or D3 calls at the top level of a script",
    page: include_str!("work_at_import.md"),
    check: Check::Script(check),
};

fn check(context: &Context<'_>, sink: &mut Sink<'_>) {
    let model = context.model;
    let helpers = LazyCell::new(|| working_helpers(context));
    for site in &model.nodes.calls {
        if !runs_at_import(model, site) {
            continue;
        }
        let callee = site.node.func.range();
        if let Some(work) = work(context, site) {
            let message = format!(
                "{work} runs whenever D3 loads the script, for each command; move it into the commands that need it"
            );
            sink.report(callee, message);
        } else if let Some((range, work)) =
            model.function_named(&site.node.func, site.scope).and_then(|function| helpers.get(&function))
        {
            let message = format!(
                "{work} runs whenever D3 loads the script, for each command; call this in the commands that need it"
            );
            sink.report(callee, message).related(Place::Script, *range, "here");
        }
    }
}

fn runs_at_import(model: &Model<'_>, site: &Site<'_, ast::ExprCall>) -> bool {
    !site.context.intersects(Around::MAIN_GUARD | Around::NOT_EVALUATED) && model.runs_at_import(site.scope)
}

/// Functions that do such work whenever they are called, with the first place where they do.
fn working_helpers(context: &Context<'_>) -> FxHashMap<FunctionId, (TextRange, &'static str)> {
    let mut helpers = FxHashMap::default();
    for site in &context.model.nodes.calls {
        let Some(function) = context.model.function_of(site.scope) else { continue };
        let node = context.model.function(function).node;
        let is_certain = !site.context.intersects(Around::CONDITIONAL | Around::LOOP)
            && context.model.function(function).scope == site.scope
            && !context.model.function(function).is_generator
            && !node.is_async;
        if is_certain
            && !helpers.contains_key(&function)
            && let Some(work) = work(context, site)
        {
            helpers.insert(function, (site.node.func.range(), work));
        }
    }
    helpers
}

/// What a call does that should wait for a command.
fn work<'a>(context: &Context<'a>, site: &'a Site<'a, ast::ExprCall>) -> Option<&'static str> {
    let model = context.model;
    if context.parsed.d3_call(site.node.start()).is_some() {
        return Some("this D3 call");
    }
    if model.is_http_call(site.node) {
        return Some("this request");
    }
    let name = model.callee(site.node);
    match name.as_ref().map(|name| name.parts()) {
        Some(["open"] | ["io" | "codecs" | "gzip" | "bz2" | "lzma", "open"]) => Some("this file access"),
        Some(
            ["os", "listdir" | "scandir" | "mkdir" | "makedirs" | "remove" | "unlink" | "rename" | "replace" | "rmdir"]
            | ["shutil", "rmtree" | "copy" | "copy2" | "copyfile" | "copytree" | "move"]
            | ["tempfile", "mkstemp" | "mkdtemp" | "NamedTemporaryFile" | "TemporaryDirectory"],
        ) => Some("this file access"),
        Some(
            ["socket", "create_connection" | "gethostbyname" | "getaddrinfo"]
            | ["smtplib", "SMTP" | "SMTP_SSL"]
            | ["imaplib", "IMAP4" | "IMAP4_SSL"]
            | ["poplib", "POP3" | "POP3_SSL"]
            | ["ftplib", "FTP" | "FTP_TLS"]
            | ["urllib", "request", "urlretrieve"],
        ) => Some("this connection"),
        Some(_) => None,
        None => path_method(model, &site.node.func, site.scope),
    }
}

/// A method of a `pathlib.Path` that touches the disk.
fn path_method<'a>(model: &Model<'a>, callee: &'a Expr, scope: ScopeId) -> Option<&'static str> {
    let Expr::Attribute(attribute) = callee else { return None };
    let touches = matches!(
        attribute.attr.as_str(),
        "read_text" | "read_bytes" | "write_text" | "write_bytes" | "open" | "mkdir" | "unlink" | "iterdir" | "glob"
    );
    if !touches {
        return None;
    }
    let maker = model.only_maker(&attribute.value, scope)?;
    let Expr::Call(made) = maker.expr else { return None };
    let name = model.callee(made)?;
    name.is("pathlib.Path").then_some("this file access")
}
