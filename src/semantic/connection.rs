//! Reads of connection parameters (D3's page, "Configure Integration Connection").

use crate::syntax::ast::{self, Expr, ExprContext};
use crate::text::{Ranged, TextRange};

use super::model::ScopeId;
use super::origin::literal;
use super::{Model, Origin};

/// How a connection parameter is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// `[...]`, read.
    Subscript,
    /// `[...]`, written or deleted.
    Write,
    /// `.get(...)`, `.pop(...)` or `.setdefault(...)`; whether a default is given.
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
}

/// All reads in source order.
pub(super) fn collect<'a>(model: &Model<'a>) -> Vec<ConnectionRead<'a>> {
    let mut reads = Vec::new();
    let mut push = |key: &'a Expr, object: &'a Expr, range: TextRange, access: Access, scope: ScopeId| {
        if let (Expr::StringLiteral(key_node), Some(key)) = (key, literal(key))
            && model.origin(object, scope) == Some(Origin::Connector)
        {
            reads.push(ConnectionRead { key, key_node, range, object, access, scope });
        }
    };
    for site in &model.nodes.subscripts {
        let access = if site.node.ctx == ExprContext::Load { Access::Subscript } else { Access::Write };
        push(&site.node.slice, &site.node.value, site.node.range(), access, site.scope);
    }
    for site in &model.nodes.calls {
        let Expr::Attribute(attribute) = &*site.node.func else { continue };
        if !matches!(attribute.attr.as_str(), "get" | "pop" | "setdefault") {
            continue;
        }
        if let Some(key) = site.node.arguments.args.first() {
            let default = site.node.arguments.len() > 1;
            push(key, &attribute.value, site.node.range(), Access::Get { default }, site.scope);
        }
    }
    for site in &model.nodes.compares {
        if let ([ast::CmpOp::In | ast::CmpOp::NotIn], [object]) = (&*site.node.ops, &*site.node.comparators) {
            push(&site.node.left, object, site.node.range(), Access::Test, site.scope);
        }
    }
    reads.sort_by_key(|read| read.range.start());
    reads
}
