//! D3412.

use std::collections::HashSet;

use crate::diagnostic::{Applicability, Fix, Place, Severity};
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::Origin;
use crate::syntax::ast::ExprContext;
use crate::text::{Edit, Ranged, nearest};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3412",
    name: "unknown-pb-member",
    severity: Severity::Info,
    default_on: true,
    fix: FixKind::Offered,
    needs: Needs::Nothing,
    summary: "a member of `pb` that the image profile does not list",
    page: include_str!("unknown_pb_member.md"),
    check: Check::Script(check),
};

fn check(context: &Context<'_>, sink: &mut Sink<'_>) {
    let model = context.model;
    let members: Vec<_> = model
        .nodes
        .attributes
        .iter()
        .filter(|site| model.origin(&site.node.value, site.scope) == Some(Origin::Pb))
        .map(|site| site.node)
        .collect();
    let assigned: HashSet<&str> =
        members.iter().filter(|member| member.ctx != ExprContext::Load).map(|member| member.attr.as_str()).collect();
    for member in members {
        let name = member.attr.as_str();
        let known = || context.image.pb_members().iter().map(String::as_str);
        if name.is_empty() || name.starts_with("__") || assigned.contains(name) || known().any(|known| known == name) {
            continue;
        }
        let near = nearest(name, known());
        let hint = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => "check it in D3, or probe the image".to_owned(),
        };
        let fix = near.map(|near| {
            let edit = Edit::replace(member.attr.range(), near);
            Fix::new(format!("Change to `{near}`"), Applicability::Offered, Place::Script, vec![edit])
        });
        sink.report(member.attr.range(), format!("D3 documents no `pb.{name}`; {hint}")).maybe_fix(fix);
    }
}
