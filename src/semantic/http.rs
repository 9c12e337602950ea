//! Requests over HTTP that a script certainly makes: by requests, urllib and httpx.

use rustc_hash::FxHashMap;

use crate::syntax::ast::{self, Expr};
use crate::text::{Ranged, TextRange};

use super::model::{ScopeId, Site};
use super::{Model, QualifiedName};

/// Whether functions and methods of this name send a request.
fn is_verb(name: &str) -> bool {
    matches!(name, "get" | "post" | "put" | "patch" | "delete" | "head" | "options" | "request" | "stream")
}

/// What sends a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HttpClient {
    /// A function of requests.
    Requests,
    /// A method of a `requests.Session`.
    Session,
    /// `urllib.request.urlopen`.
    Urlopen,
    /// A function of httpx, or a method of one of its clients.
    Httpx,
}

/// A call that sends a request.
#[derive(Debug)]
pub struct HttpCall<'a> {
    /// The call.
    pub site: Site<'a, ast::ExprCall>,
    /// What sends it.
    pub client: HttpClient,
    /// The function's or method's own name: `get`.
    pub verb: &'a str,
}

impl<'a> HttpCall<'a> {
    /// The address argument.
    pub fn url(&self) -> Option<&'a Expr> {
        let place = usize::from(matches!(self.verb, "request" | "stream"));
        self.site.node.arguments.find_argument_value("url", place)
    }

    /// Whether arguments are given that the script does not spell out: `*args`, `**kwargs`.
    pub fn has_unpacked_arguments(&self) -> bool {
        has_unpacked_arguments(&self.site.node.arguments)
    }
}

/// Whether arguments hold `*args` or `**kwargs`.
pub fn has_unpacked_arguments(arguments: &ast::Arguments) -> bool {
    arguments.args.iter().any(Expr::is_starred_expr) || arguments.keywords.iter().any(|keyword| keyword.arg.is_none())
}

/// All requests, in source order, and the place of each by its call's range.
#[derive(Debug, Default)]
pub(super) struct HttpCalls<'a> {
    calls: Vec<HttpCall<'a>>,
    places: FxHashMap<TextRange, usize>,
}

/// Whether calling this makes something whose methods send requests.
fn makes_client(name: &QualifiedName<'_>) -> Option<HttpClient> {
    match name.parts() {
        ["requests", "Session" | "session"] | ["requests", "sessions", "Session" | "session"] => {
            Some(HttpClient::Session)
        }
        ["httpx", "Client" | "AsyncClient"] => Some(HttpClient::Httpx),
        _ => None,
    }
}

fn function<'a>(name: &QualifiedName<'a>) -> Option<(HttpClient, &'a str)> {
    match *name.parts() {
        ["requests", verb] | ["requests", "api", verb] if is_verb(verb) && verb != "stream" => {
            Some((HttpClient::Requests, verb))
        }
        ["httpx", verb] if is_verb(verb) => Some((HttpClient::Httpx, verb)),
        ["urllib", "request", verb @ "urlopen"] => Some((HttpClient::Urlopen, verb)),
        _ => None,
    }
}

pub(super) fn collect<'a>(model: &Model<'a>) -> HttpCalls<'a> {
    let mut found = HttpCalls::default();
    let has_clients = model.nodes.calls.iter().any(|site| {
        let last = match &*site.node.func {
            Expr::Attribute(attribute) => attribute.attr.as_str(),
            Expr::Name(_) => "Session",
            _ => "",
        };
        matches!(last, "Session" | "session" | "Client" | "AsyncClient") && model.client(site).is_some()
    });
    for site in &model.nodes.calls {
        let callee = &*site.node.func;
        let known = match callee {
            Expr::Name(_) => model.callee(site.node).and_then(function),
            Expr::Attribute(attribute) => {
                let verb = attribute.attr.as_str();
                if verb != "urlopen" && !is_verb(verb) {
                    continue;
                }
                let named = model.callee(site.node).and_then(function);
                let client = || model.http_client(&attribute.value, site.scope).map(|client| (client, verb));
                named.or_else(|| if has_clients { client() } else { None })
            }
            _ => None,
        };
        if let Some((client, verb)) = known {
            found.places.insert(site.node.range(), found.calls.len());
            found.calls.push(HttpCall { site: *site, client, verb });
        }
    }
    found
}

impl<'a> Model<'a> {
    /// Requests that the script certainly makes, in source order.
    pub fn http_calls(&self) -> &[HttpCall<'a>] {
        &self.http_calls.calls
    }

    /// Whether a call sends a request.
    pub fn is_http_call(&self, call: &ast::ExprCall) -> bool {
        self.http_calls.places.contains_key(&call.range())
    }

    /// The request that `expr` sends, if it is one.
    pub fn http_call(&self, expr: &Expr) -> Option<&HttpCall<'a>> {
        match expr {
            Expr::Call(call) => self.http_calls.places.get(&call.range()).map(|&place| &self.http_calls.calls[place]),
            _ => None,
        }
    }

    /// What `expr`, evaluated in `scope`, is where its methods certainly send requests.
    pub fn http_client(&self, expr: &'a Expr, scope: ScopeId) -> Option<HttpClient> {
        let mut common = None;
        for maker in self.makers(expr, scope)? {
            let client = match maker.expr {
                Expr::NoneLiteral(_) => continue,
                Expr::Call(call) => makes_client(self.callee(call)?)?,
                _ => return None,
            };
            if common.is_some_and(|common| common != client) {
                return None;
            }
            common = Some(client);
        }
        common
    }

    fn client(&self, site: &Site<'a, ast::ExprCall>) -> Option<HttpClient> {
        makes_client(self.callee(site.node)?)
    }
}
