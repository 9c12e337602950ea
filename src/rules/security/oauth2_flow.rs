//! D3606.

use crate::diagnostic::Severity;
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::Context as Around;
use crate::syntax::ast::Expr;
use crate::text::{Ranged, TextRange};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3606",
    name: "oauth2-flow",
    severity: Severity::Warning,
    default_on: true,
    fix: FixKind::None,
    needs: Needs::Nothing,
    summary: "OAuth 2.0 logic, which D3 does not support in custom integrations",
    page: include_str!("oauth2_flow.md"),
    check: Check::Part(check),
};

/// Libraries that are there for OAuth 2.0.
const LIBRARIES: [&str; 12] = [
    "adal",
    "authlib",
    "google.oauth2",
    "google_auth_oauthlib",
    "httpx_oauth",
    "msal",
    "oauth2",
    "oauth2client",
    "oauthlib.oauth2",
    "rauth",
    "requests_oauthlib",
    "sanction",
];

/// Ends of the addresses that give tokens.
const ENDPOINTS: [&str; 12] = [
    "/oauth/token",
    "/oauth2/token",
    "/oauth/access_token",
    "/oauth2/access_token",
    "/oauth2/v2.0/token",
    "/oauth2/v1/token",
    "/oauth2/v2/token",
    "/oauth2/default/v1/token",
    "/openid-connect/token",
    "/connect/token",
    "oauth2.googleapis.com/token",
    "/oauth/v2/token",
];

/// No address that gives tokens ends with less.
const SHORTEST_ENDPOINT: usize = "/oauth/token".len();

/// The kinds of grants.
const GRANTS: [&str; 6] = [
    "authorization_code",
    "client_credentials",
    "password",
    "refresh_token",
    "implicit",
    "urn:ietf:params:oauth:grant-type:jwt-bearer",
];

/// What says in a query that a grant follows.
const GRANT: &str = "grant_type=";

fn check(context: &Context<'_>, part: TextRange, sink: &mut Sink<'_>) {
    let mut found: Vec<TextRange> = Vec::new();
    libraries(context, part, &mut found);
    endpoints(context, part, &mut found);
    grants(context, part, &mut found);
    found.sort_by_key(|range| (range.start(), range.end()));
    found.dedup();
    for range in found {
        let message = "D3's custom integrations don't support OAuth 2.0; use an API key or another way to log in";
        sink.report(range, message);
    }
}

fn libraries(context: &Context<'_>, part: TextRange, found: &mut Vec<TextRange>) {
    for import in context.imports(part) {
        let is_first_version = import.member.is_some_and(|member| member.starts_with("OAuth1"));
        if import.level > 0 || is_first_version || import.context.contains(Around::NOT_EVALUATED) {
            continue;
        }
        let below = |library: &str, module: &str| {
            module.strip_prefix(library).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let is_member = |library: &str| {
            library
                .strip_prefix(import.module)
                .and_then(|rest| rest.strip_prefix('.'))
                .is_some_and(|rest| import.member == Some(rest))
        };
        if LIBRARIES.iter().any(|library| below(library, import.module)) {
            found.push(import.module_range);
        } else if LIBRARIES.into_iter().any(is_member) {
            found.push(import.alias.name.range());
        }
    }
}

fn endpoints(context: &Context<'_>, part: TextRange, found: &mut Vec<TextRange>) {
    let is_endpoint = |text: &str| {
        if text.len() < SHORTEST_ENDPOINT || !text.contains('/') || !text.contains("token") {
            return false;
        }
        let address = text.split('?').next().unwrap_or_default().trim_end_matches('/');
        !text.contains(char::is_whitespace) && ENDPOINTS.iter().any(|end| address.ends_with(end))
    };
    for site in context.sites(&context.model.nodes.strings, part) {
        if is_endpoint(site.node.value.to_str()) {
            found.push(site.node.range());
        }
    }
    for site in context.sites(&context.model.nodes.f_strings, part) {
        let literals = site.node.value.elements().filter_map(|element| element.as_literal());
        found.extend(literals.filter(|literal| is_endpoint(&literal.value)).map(Ranged::range));
    }
}

/// `"grant_type": "client_credentials"` as a key, an argument or in a query.
fn grants(context: &Context<'_>, part: TextRange, found: &mut Vec<TextRange>) {
    let nodes = &context.model.nodes;
    let is_grant = |value: &Expr| match value {
        Expr::StringLiteral(literal) => GRANTS.contains(&literal.value.to_str()),
        _ => false,
    };
    let is_key = |key: &Expr| matches!(key, Expr::StringLiteral(text) if text.value.to_str() == "grant_type");
    for site in context.sites(&nodes.dicts, part) {
        for item in &site.node.items {
            if let Some(key) = item.key.as_ref().filter(|key| is_key(key) && is_grant(&item.value)) {
                found.push(key.range());
            }
        }
    }
    for site in context.sites(&nodes.assigns, part) {
        for target in &site.node.targets {
            if let Expr::Subscript(target) = target
                && is_key(&target.slice)
                && is_grant(&site.node.value)
            {
                found.push(target.slice.range());
            }
        }
    }
    for site in context.sites(&nodes.calls, part) {
        for keyword in &site.node.arguments.keywords {
            if let Some(name) = keyword.arg.as_ref().filter(|name| name.as_str() == "grant_type")
                && is_grant(&keyword.value)
            {
                found.push(name.range());
            }
        }
    }
    // A text that is a statement by itself explains.
    let in_query = |text: &str| {
        text.contains('=')
            && text.contains(GRANT)
            && GRANTS.iter().any(|grant| text.contains(&format!("{GRANT}{grant}")))
    };
    let strings = context.sites(&nodes.strings, part).iter();
    for site in strings.filter(|site| !site.context.contains(Around::STATEMENT)) {
        if in_query(site.node.value.to_str()) {
            found.push(site.node.range());
        }
    }
    for site in context.sites(&nodes.f_strings, part) {
        let literals = site.node.value.elements().filter_map(|element| element.as_literal());
        found.extend(literals.filter(|literal| in_query(&literal.value)).map(Ranged::range));
    }
}
