//! Reads of connection parameters (D3's page, "Configure Integration Connection").

use crate::image::names::CONNECTOR;
use crate::syntax::ast::{self, Expr, ExprContext};
use crate::text::{Ranged, TextRange};

use rustc_hash::FxHashSet;

use super::model::{Context, ScopeId};
use super::origin::literal;
use super::trail::Effort;
use super::{Model, Origin};

/// How a connection parameter is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// `[...]`, read.
    Subscript,
    /// `[...]`, written or deleted.
    Write,
    /// `.setdefault(...)`: read, and written where it is not there.
    SetDefault,
    /// `.get(...)` or `.pop(...)`; whether a default is given.
    Get {
        /// Whether there is a second argument.
        default: bool,
    },
    /// `"key" in connection`.
    Test,
}

/// One place where a connection parameter is named by a literal key.
#[derive(Debug)]
pub struct ConnectionRead<'a> {
    /// The key as it is evaluated.
    pub key: &'a str,
    /// The key's literal, with its quotes.
    pub key_node: &'a ast::ExprStringLiteral,
    /// The whole read.
    pub range: TextRange,
    /// The connection expression that the key is looked up in.
    pub object: &'a Expr,
    /// How.
    pub access: Access,
    /// Where.
    pub scope: ScopeId,
    /// What surrounds it.
    pub context: Context,
}

/// All reads in source order.
pub(super) fn collect<'a>(model: &Model<'a>) -> Vec<ConnectionRead<'a>> {
    let mut reads = Vec::new();
    let mut push =
        |key: &'a Expr, object: &'a Expr, range: TextRange, access: Access, scope: ScopeId, context: Context| {
            if let (Expr::StringLiteral(key_node), Some(key)) = (key, literal(key))
                && model.origin(object, scope) == Some(Origin::Connector)
            {
                reads.push(ConnectionRead { key, key_node, range, object, access, scope, context });
            }
        };
    for site in &model.nodes.subscripts {
        let access = if site.node.ctx == ExprContext::Load { Access::Subscript } else { Access::Write };
        push(&site.node.slice, &site.node.value, site.node.range(), access, site.scope, site.context);
    }
    for site in &model.nodes.calls {
        let Expr::Attribute(attribute) = &*site.node.func else { continue };
        if !matches!(attribute.attr.as_str(), "get" | "pop" | "setdefault") {
            continue;
        }
        if let Some(key) = site.node.arguments.args.first() {
            let access = match attribute.attr.as_str() {
                "setdefault" => Access::SetDefault,
                _ => Access::Get { default: site.node.arguments.len() > 1 },
            };
            push(key, &attribute.value, site.node.range(), access, site.scope, site.context);
        }
    }
    for site in &model.nodes.compares {
        if let ([ast::CmpOp::In | ast::CmpOp::NotIn], [object]) = (&*site.node.ops, &*site.node.comparators) {
            push(&site.node.left, object, site.node.range(), Access::Test, site.scope, site.context);
        }
    }
    reads.sort_by_key(|read| read.range.start());
    reads
}

impl<'a> Model<'a> {
    /// Whether the connection is used as a whole in a way that may read any key: passed on, iterated, looked up with
    /// a key that is no literal.
    pub fn connection_escapes(&self) -> bool {
        let mut followed = FxHashSet::default();
        for site in &self.nodes.subscripts {
            if literal(&site.node.slice).is_some() {
                follow(&site.node.value, &mut followed);
            }
        }
        for site in &self.nodes.assigns {
            follow(&site.node.value, &mut followed);
        }
        for site in &self.nodes.calls {
            let arguments = &site.node.arguments;
            if let Expr::Attribute(method) = &*site.node.func
                && matches!(method.attr.as_str(), "get" | "pop" | "setdefault")
                && arguments.args.first().is_some_and(|key| literal(key).is_some())
            {
                follow(&method.value, &mut followed);
            }
            if self.function_named(&site.node.func, site.scope).and_then(|function| self.calls_of(function)).is_some() {
                arguments.args.iter().for_each(|argument| follow(argument, &mut followed));
                arguments.keywords.iter().for_each(|keyword| follow(&keyword.value, &mut followed));
            }
        }
        for site in &self.nodes.compares {
            site.node.comparators.iter().for_each(|object| follow(object, &mut followed));
        }
        self.whole_uses().any(|range| !followed.contains(&range))
    }

    /// Where the connection, or the dictionary it is in, is named.
    fn whole_uses(&self) -> impl Iterator<Item = TextRange> {
        let is_whole = |origin| matches!(origin, Some(Origin::Runtime | Origin::Connector));
        let names = self
            .references
            .iter()
            .filter(move |reference| {
                is_whole(self.origin_of_name(
                    reference.node.id.as_str(),
                    self.home(reference.node, reference.scope),
                    Effort::default().trail(),
                ))
            })
            .map(|reference| reference.node.range());
        let attributes = self
            .nodes
            .attributes
            .iter()
            .filter(move |site| is_whole(self.origin_of_attribute(site.node, site.scope, Effort::default().trail())))
            .map(|site| site.node.range());
        names.chain(attributes).chain(self.connector_uses())
    }

    /// Where the connection is taken out of the dictionary it is in.
    fn connector_uses(&self) -> impl Iterator<Item = TextRange> {
        let is_connector = move |object: &'a Expr, key: &Expr, scope| {
            literal(key) == Some(CONNECTOR) && self.origin(object, scope) == Some(Origin::Runtime)
        };
        let subscripts = self
            .nodes
            .subscripts
            .iter()
            .filter(move |site| is_connector(&site.node.value, &site.node.slice, site.scope))
            .map(|site| site.node.range());
        let gets = self.nodes.calls.iter().filter_map(move |site| {
            let Expr::Attribute(method) = &*site.node.func else { return None };
            let key = site.node.arguments.args.first()?;
            (method.attr.as_str() == "get" && is_connector(&method.value, key, site.scope)).then(|| site.node.range())
        });
        subscripts.chain(gets)
    }

    /// Whether the script reads the connection at all.
    pub fn uses_connection(&self) -> bool {
        !self.connection_reads.is_empty() || self.connector_uses().next().is_some()
    }

    /// Whether any string of the script holds `word`.
    pub fn mentions(&self, word: &str) -> bool {
        self.nodes.strings.iter().any(|site| site.node.value.to_str().contains(word))
    }
}

/// Adds the expressions that `expr` takes its value from.
fn follow(expr: &Expr, followed: &mut FxHashSet<TextRange>) {
    followed.insert(expr.range());
    match expr {
        Expr::BoolOp(node) => node.values.iter().for_each(|value| follow(value, followed)),
        Expr::If(node) => {
            follow(&node.body, followed);
            follow(&node.orelse, followed);
        }
        Expr::Named(node) => follow(&node.value, followed),
        _ => {}
    }
}
