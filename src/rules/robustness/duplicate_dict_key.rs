//! D3808.

use rustc_hash::FxHashMap;

use crate::diagnostic::{Place, Severity};
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::syntax::ast::{Expr, Number};
use crate::text::{Ranged, TextRange};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3808",
    name: "duplicate-dict-key",
    severity: Severity::Error,
    default_on: true,
    fix: FixKind::None,
    needs: Needs::Nothing,
    summary: "the same key twice in one dictionary",
    page: include_str!("duplicate_dict_key.md"),
    check: Check::Part(check),
};

/// A key as Python compares it: `1`, `1.0` and `True` are one.
#[derive(PartialEq, Eq, Hash)]
enum Key<'a> {
    Text(&'a str),
    Bytes(Vec<u8>),
    Whole(u64),
    Float(u64),
    None,
}

fn check(context: &Context<'_>, part: TextRange, sink: &mut Sink<'_>) {
    for site in context.sites(&context.model.nodes.dicts, part) {
        if site.node.items.len() < 2 {
            continue;
        }
        let mut seen: FxHashMap<Key<'_>, TextRange> = FxHashMap::default();
        for item in &site.node.items {
            // What `**other` holds is not known, and a key may override it on purpose.
            let Some(node) = &item.key else {
                seen = FxHashMap::default();
                continue;
            };
            let Some(key) = key(node) else { continue };
            if let Some(&first) = seen.get(&key) {
                let shown = context.parsed.slice(node.range());
                let message =
                    format!("the key {shown} stands in this dictionary before, and only its last value counts");
                sink.report(node.range(), message).related(Place::Script, first, "the first one");
            } else {
                seen.insert(key, node.range());
            }
        }
    }
}

fn key(node: &Expr) -> Option<Key<'_>> {
    Some(match node {
        Expr::StringLiteral(literal) => Key::Text(literal.value.to_str()),
        Expr::BytesLiteral(literal) => Key::Bytes(literal.value.bytes().collect()),
        Expr::BooleanLiteral(literal) => Key::Whole(u64::from(literal.value)),
        Expr::NoneLiteral(_) => Key::None,
        Expr::NumberLiteral(literal) => match &literal.value {
            Number::Int(value) => Key::Whole(value.as_u64()?),
            Number::Float(value) if value.fract() == 0.0 && (0.0..1e15).contains(value) => Key::Whole(*value as u64),
            Number::Float(value) => Key::Float(value.to_bits()),
            Number::Complex { .. } => return None,
        },
        _ => return None,
    })
}
