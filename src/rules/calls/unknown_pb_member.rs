//! D3412.

use rustc_hash::FxHashSet;

use crate::diagnostic::{Applicability, Fix, Place, Severity};
use crate::image::names::PB;
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::{Model, Origin, Site};
use crate::syntax::ast::{Expr, ExprAttribute, ExprContext, ExprName};
use crate::text::{Edit, Ranged, TextSize, nearest};

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
    let known = || context.image.pb_members().iter().map(String::as_str);
    let members =
        members(model, |name| name.is_empty() || name.starts_with("__") || known().any(|known| known == name));
    let assigned: FxHashSet<&str> =
        members.iter().filter(|member| member.ctx != ExprContext::Load).map(|member| member.attr.as_str()).collect();
    for member in members {
        let name = member.attr.as_str();
        if assigned.contains(name) {
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

/// The members that are taken of `pb`, under whatever name, and that are not known.
fn members<'a>(model: &Model<'a>, is_known: impl Fn(&str) -> bool) -> Vec<&'a ExprAttribute> {
    let by_name = members_by_name(model);
    // Where `pb` goes nowhere, there is no need to look what all other names are.
    let is_passed_on = is_passed_on(model, by_name.len())
        || model.system().is_some_and(|system| is_passed_on(system, members_by_name(system).len()));
    let sites = if is_passed_on { model.nodes.attributes.clone() } else { by_name };
    let unknown = sites.iter().filter(|site| !is_known(site.node.attr.as_str()));
    let of_pb = unknown.filter(|site| model.origin(&site.node.value, site.scope) == Some(Origin::Pb));
    of_pb.map(|site| site.node).collect()
}

fn members_by_name<'a>(model: &Model<'a>) -> Vec<Site<'a, ExprAttribute>> {
    let is_named = |object: &Expr| object.as_name_expr().is_some_and(is_pb);
    model.nodes.attributes.iter().filter(|site| is_named(&site.node.value)).copied().collect()
}

/// Whether `pb` may have other names: it is bound, or read for more than its members.
fn is_passed_on(model: &Model<'_>, members: usize) -> bool {
    let reads = model.read_outside().filter(|read| is_pb(read.node)).count();
    reads != members || model.scopes.iter().any(|scope| scope.names.contains_key(PB))
}

fn is_pb(name: &ExprName) -> bool {
    name.range().len() == TextSize::of(PB) && name.id.as_str() == PB
}
