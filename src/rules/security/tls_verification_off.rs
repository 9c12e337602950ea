//! D3601.

use std::cell::OnceCell;

use crate::diagnostic::{Applicability, Fix, Place, Severity};
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::{Model, ScopeId};
use crate::syntax::ast::{self, Expr};
use crate::text::{Edit, Ranged, TextRange};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3601",
    name: "tls-verification-off",
    severity: Severity::Warning,
    default_on: true,
    fix: FixKind::Unsafe,
    needs: Needs::Nothing,
    summary: "a connection that accepts any certificate",
    page: include_str!("tls_verification_off.md"),
    check: Check::Script(check),
};

const MESSAGE: &str = "whoever is on the way can read and change this traffic, credentials included; verify the certificate, or give the path of the CA that signed it";

fn check(context: &Context<'_>, sink: &mut Sink<'_>) {
    keywords(context.model, sink);
    assignments(context, sink);
    unverified_contexts(context.model, sink);
}

/// `verify=False`, `cert_reqs="CERT_NONE"` and their kin.
fn keywords(model: &Model<'_>, sink: &mut Sink<'_>) {
    for site in &model.nodes.calls {
        for keyword in &site.node.arguments.keywords {
            let Some(name) = keyword.arg.as_ref().map(ast::Identifier::as_str) else { continue };
            let (off, repair) = match name {
                "verify" if !sends(model, site.node) => continue,
                "verify" | "verify_ssl" | "verify_certs" | "ssl_verify" | "check_hostname" => {
                    (is_bool(model, &keyword.value, site.scope, false), "True")
                }
                "disable_ssl_certificate_validation" => (is_bool(model, &keyword.value, site.scope, true), "False"),
                "cert_reqs" | "validate" => (is_cert_none(model, &keyword.value, site.scope), "CERT_REQUIRED"),
                _ => continue,
            };
            if off {
                sink.report(keyword.value.range(), MESSAGE).maybe_fix(repair_value(&keyword.value, repair));
            }
        }
    }
}

/// Whether a call sends a request or makes something that does: `verify` means other things elsewhere.
fn sends(model: &Model<'_>, call: &ast::ExprCall) -> bool {
    const NAMES: [&str; 15] = [
        "get",
        "post",
        "put",
        "patch",
        "delete",
        "head",
        "options",
        "send",
        "stream",
        "fetch",
        "Client",
        "AsyncClient",
        "client",
        "resource",
        "Session",
    ];
    let name = match &*call.func {
        Expr::Attribute(attribute) => attribute.attr.as_str(),
        Expr::Name(name) => name.id.as_str(),
        _ => return false,
    };
    NAMES.contains(&name) || name.to_ascii_lowercase().contains("request") || model.is_http_call(call)
}

/// `session.verify = False`, `context.check_hostname = False`, `context.verify_mode = ssl.CERT_NONE`.
fn assignments(context: &Context<'_>, sink: &mut Sink<'_>) {
    let model = context.model;
    let chosen = OnceCell::new();
    for site in &model.nodes.assigns {
        for target in &site.node.targets {
            let Expr::Attribute(target) = target else { continue };
            let value = &site.node.value;
            let is_context = || is_client_context(&target.value);
            let (off, repair) = match target.attr.as_str() {
                "verify" => {
                    let is_off = is_bool(model, value, site.scope, false);
                    (is_off && is_session(model, &target.value, site.scope), "True")
                }
                "check_hostname" => (is_bool(model, value, site.scope, false) && is_context(), "True"),
                "verify_mode" => (is_cert_none(model, value, site.scope) && is_context(), "CERT_REQUIRED"),
                _ => continue,
            };
            let is_chosen = || {
                let chosen = chosen.get_or_init(|| tests_of_settings(context));
                chosen.iter().any(|range: &TextRange| range.contains_range(value.range()))
            };
            if off && !is_chosen() && !is_put_back(context, target, site.scope) {
                sink.report(value.range(), MESSAGE).maybe_fix(repair_value(value, repair));
            }
        }
    }
}

/// Whether the same function puts the value back that it has kept in a name: then something else verifies meanwhile.
fn is_put_back(context: &Context<'_>, target: &ast::ExprAttribute, scope: ScopeId) -> bool {
    let model = context.model;
    let text = context.parsed.slice(target.range());
    let is_same = |other: &Expr| context.parsed.slice(other.range()) == text;
    model.nodes.assigns.iter().any(|site| {
        let Expr::Name(kept) = &*site.node.value else { return false };
        site.scope == scope
            && site.node.targets.iter().any(is_same)
            && matches!(model.bindings_of(kept.id.as_str(), scope), [only] if model.assigned(*only).is_some_and(is_same))
    })
}

/// Code under a test of a setting about certificates: there somebody has chosen, and the other way is open.
fn tests_of_settings(context: &Context<'_>) -> Vec<TextRange> {
    const WORDS: [&str; 6] = ["verify", "secure", "ssl", "tls", "cert", "hostname"];
    let is_about = |test: &Expr| {
        let text = context.parsed.slice(test.range()).to_ascii_lowercase();
        WORDS.iter().any(|word| text.contains(word))
    };
    let tests = context.model.nodes.ifs.iter().filter(|site| is_about(&site.node.test));
    tests.map(|site| site.node.range()).collect()
}

/// Whether an object may be the context of a client's connections: servers ask for no certificates, and a class that
/// sets its own attribute only starts with it.
fn is_client_context(object: &Expr) -> bool {
    match object {
        Expr::Name(name) => name.id.as_str() != "self" && !name.id.to_ascii_lowercase().contains("server"),
        Expr::Attribute(attribute) => !attribute.attr.to_ascii_lowercase().contains("server"),
        _ => true,
    }
}

fn is_session<'a>(model: &Model<'a>, object: &'a Expr, scope: ScopeId) -> bool {
    let name = match object {
        Expr::Name(name) => name.id.as_str(),
        Expr::Attribute(attribute) => attribute.attr.as_str(),
        _ => "",
    };
    name.to_ascii_lowercase().contains("session") || model.http_client(object, scope).is_some()
}

/// `ssl._create_unverified_context`, called or not.
fn unverified_contexts(model: &Model<'_>, sink: &mut Sink<'_>) {
    let name = "_create_unverified_context";
    for site in &model.nodes.attributes {
        if site.node.attr.as_str() == name {
            // Called without arguments, the other function gives the same, but for what it verifies.
            let plain = model.call_of_attribute(site.node).filter(|call| call.node.arguments.is_empty());
            let fix = plain.map(|_| fix(site.node.attr.range(), "create_default_context"));
            sink.report(site.node.attr.range(), MESSAGE).maybe_fix(fix);
        }
    }
    for import in model.imports.iter().filter(|import| import.module == "ssl" && import.member == Some(name)) {
        sink.report(import.alias.name.range(), MESSAGE);
    }
}

fn is_bool<'a>(model: &Model<'a>, expr: &'a Expr, scope: ScopeId, wanted: bool) -> bool {
    match model.only_maker(expr, scope).map(|maker| maker.expr) {
        Some(Expr::BooleanLiteral(literal)) => literal.value == wanted,
        _ => false,
    }
}

fn is_cert_none<'a>(model: &Model<'a>, expr: &'a Expr, scope: ScopeId) -> bool {
    match expr {
        Expr::StringLiteral(literal) => literal.value.to_str() == "CERT_NONE",
        _ => model.qualified_name(expr, scope).is_some_and(|name| name.is("ssl.CERT_NONE")),
    }
}

/// Another value in place of a literal one; a name's value is set elsewhere, and may be meant for more.
fn repair_value(value: &Expr, repair: &str) -> Option<Fix> {
    match value {
        Expr::BooleanLiteral(_) => Some(fix(value.range(), repair)),
        Expr::StringLiteral(_) => Some(fix(value.range(), &format!("\"{repair}\""))),
        Expr::Attribute(attribute) if attribute.attr.as_str() == "CERT_NONE" => {
            Some(fix(attribute.attr.range(), repair))
        }
        _ => None,
    }
}

fn fix(range: TextRange, text: &str) -> Fix {
    Fix::new("Verify certificates", Applicability::Unsafe, Place::Script, vec![Edit::replace(range, text)])
}
