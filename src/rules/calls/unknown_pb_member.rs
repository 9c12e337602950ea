//! D3412.

use crate::diagnostic::{Applicability, Fix, Place, Severity};
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::Origin;
use crate::text::{Edit, Ranged, TextRange, nearest};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3412",
    name: "unknown-pb-member",
    severity: Severity::Info,
    default_on: true,
    fix: FixKind::Offered,
    needs: Needs::Nothing,
    summary: "a member of `pb` that the image profile does not list",
    page: include_str!("unknown_pb_member.md"),
    check: Check::Part(check),
};

fn check(context: &Context<'_>, part: TextRange, sink: &mut Sink<'_>) {
    let model = context.model;
    let known = || context.image.pb_members().iter().map(String::as_str);
    for site in context.sites(&model.nodes.attributes, part) {
        let (member, name) = (site.node, site.node.attr.as_str());
        if name.is_empty()
            || name.starts_with("__")
            || model.origin(&member.value, site.scope) != Some(Origin::Pb)
            || known().any(|known| known == name)
            || model.assigned_members().contains(name)
        {
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
