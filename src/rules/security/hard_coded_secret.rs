//! D3602.

use crate::diagnostic::Severity;
use crate::rules::context::within;
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::{BindingKind, literal, names_credential, plain_name};
use crate::syntax::ast::{self, Expr};
use crate::text::{Ranged, TextRange};

use super::credential;
use super::provider_keys;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3602",
    name: "hard-coded-secret",
    severity: Severity::Warning,
    default_on: true,
    fix: FixKind::None,
    needs: Needs::Nothing,
    summary: "a credential that is written out in the script",
    page: include_str!("hard_coded_secret.md"),
    check: Check::Part(check),
};

fn check(context: &Context<'_>, part: TextRange, sink: &mut Sink<'_>) {
    let mut found = Vec::new();
    by_shape(context, part, &mut found);
    by_name(context, part, &mut found);
    // One literal is one finding; what the shape says is the better message.
    found.sort_by_key(|(range, who)| (range.start(), range.end(), who.is_none()));
    found.dedup_by_key(|(range, _)| *range);
    for (range, who) in found {
        let what = match who {
            Some("private") => "a private key".to_owned(),
            Some("JWT") => "a signed token (JWT)".to_owned(),
            Some(provider) => format!("a key of {provider}"),
            None => "a credential".to_owned(),
        };
        let message = format!(
            "{what} is written out here, for everybody who can read the script; keep it in a connection parameter"
        );
        sink.report(range, message);
    }
}

type Found = Vec<(TextRange, Option<&'static str>)>;

fn by_shape(context: &Context<'_>, part: TextRange, found: &mut Found) {
    for site in context.sites(&context.model.nodes.strings, part) {
        if let Some(who) = provider_keys::provider(site.node.value.to_str()) {
            found.push((site.node.range(), Some(who)));
        }
    }
    for site in context.sites(&context.model.nodes.f_strings, part) {
        for literal in site.node.value.elements().filter_map(|element| element.as_literal()) {
            if let Some(who) = provider_keys::provider(&literal.value) {
                found.push((literal.range(), Some(who)));
            }
        }
    }
}

/// Literals that a credential's name is bound to: by an assignment, a default, an argument, a key.
fn by_name(context: &Context<'_>, part: TextRange, found: &mut Found) {
    let model = context.model;
    let mut look = |name: &str, value: &Expr| {
        let Some(text) = literal(value).filter(|text| credential::may_be_value(text)) else { return };
        let name = plain_name(name);
        // The value of such a header has its scheme before it.
        let (is_name, text) = match text.strip_prefix("Bearer ").or_else(|| text.strip_prefix("Basic ")) {
            Some(rest) if name == "authorization" => (true, rest),
            _ => (names_credential(&name), text),
        };
        if is_name && credential::is_value(&name, text) {
            found.push((value.range(), None));
        }
    };
    for binding in within(&model.bindings, part, |binding| binding.range.start()) {
        match binding.kind {
            BindingKind::Assignment(Some(value)) | BindingKind::Annotated(Some(value)) | BindingKind::Walrus(value) => {
                look(binding.name, value);
            }
            _ => {}
        }
    }
    for function in model.functions_within(part) {
        for parameter in &*model.function(function).node.parameters {
            if let Some(default) = parameter.default() {
                look(parameter.name().as_str(), default);
            }
        }
    }
    for site in context.sites(&model.nodes.assigns, part) {
        for target in &site.node.targets {
            match target {
                Expr::Attribute(target) => look(target.attr.as_str(), &site.node.value),
                Expr::Subscript(target) => {
                    if let Some(key) = literal(&target.slice) {
                        look(key, &site.node.value);
                    }
                }
                _ => {}
            }
        }
    }
    for site in context.sites(&model.nodes.calls, part) {
        for keyword in &site.node.arguments.keywords {
            if let Some(name) = &keyword.arg {
                look(name.as_str(), &keyword.value);
                if let ("auth", Expr::Tuple(pair)) = (name.as_str(), &keyword.value)
                    && let [_, password] = &*pair.elts
                {
                    look("password", password);
                }
            }
        }
    }
    for site in context.sites(&model.nodes.dicts, part) {
        for ast::DictItem { key, value } in &site.node.items {
            if let Some(key) = key.as_ref().and_then(literal) {
                look(key, value);
            }
        }
    }
}
