//! D3412.

use rustc_hash::FxHashSet;

use crate::diagnostic::{Applicability, Fix, Place, Severity};
use crate::image::names::PB;
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::{Model, Origin};
use crate::syntax::ast::{Expr, ExprContext};
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
    let is_passed_on = is_passed_on(model) || model.system().is_some_and(is_passed_on);
    let sites = model.nodes.attributes.iter().filter(|site| {
        (is_passed_on || is_named(&site.node.value)) && model.origin(&site.node.value, site.scope) == Some(Origin::Pb)
    });
    let members: Vec<_> = sites.map(|site| site.node).collect();
    let assigned: FxHashSet<&str> =
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

/// Whether `pb` may have other names: it is bound, or used in another way than by its members. Where it is not, there is
/// no need to look what every other name is.
fn is_passed_on(model: &Model<'_>) -> bool {
    let reads = model.read_outside().filter(|read| read.node.id.as_str() == PB).count();
    let uses = model.nodes.attributes.iter().filter(|site| is_named(&site.node.value)).count();
    reads != uses || model.scopes.iter().any(|scope| scope.names.contains_key(PB))
}

fn is_named(object: &Expr) -> bool {
    matches!(object, Expr::Name(name) if name.id.as_str() == PB)
}
