//! D3308.

use rustc_hash::FxHashSet;

use crate::diagnostic::{Applicability, Fix, Place, Severity};
use crate::image::names::OUTPUT_FIELDS;
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::{BindingId, BindingKind, Model, ReferenceId, ScopeId, Slot};
use crate::syntax::ast::Expr;
use crate::syntax::walk::{self, Visitor};
use crate::text::{Edit, Ranged, TextRange};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3308",
    name: "deprecated-field",
    severity: Severity::Warning,
    default_on: true,
    fix: FixKind::Unsafe,
    needs: Needs::Nothing,
    summary: "keyFields or contextData is filled",
    page: include_str!("deprecated_field.md"),
    check: Check::Part(check),
};

fn check(context: &Context<'_>, part: TextRange, sink: &mut Sink<'_>) {
    let mut seen = FxHashSet::default();
    for output in context.output_models(part) {
        for (field, slot) in OUTPUT_FIELDS.iter().zip(&output.slots).filter(|(field, _)| field.deprecated) {
            let Slot::Given(argument, scope) = *slot else { continue };
            if seen.contains(&argument.range()) || !is_filled(context, argument, scope) {
                continue;
            }
            seen.insert(argument.range());
            let fix = (!is_only_use(context.model, argument, scope)).then(|| {
                let edit = Edit::replace(argument.range(), "\"\"");
                Fix::new("Change to an empty text", Applicability::Unsafe, Place::Script, vec![edit])
            });
            let message = format!("`{}` is deprecated; pass `\"\"`", field.name);
            sink.report(argument.range(), message).maybe_fix(fix);
        }
    }
}

/// Whether a parameter or an import is used in the argument only: then it may have to go elsewhere, not to go.
fn is_only_use(model: &Model<'_>, argument: &Expr, scope: ScopeId) -> bool {
    let mut names = Names::default();
    names.visit_expr(argument);
    names.0.into_iter().any(|name| {
        let Some(home) = model.resolve(name, scope) else { return false };
        model.scope(home).names.get(name).is_some_and(|entry| {
            let is_inside =
                |id: &ReferenceId| argument.range().contains_range(model.references[id.0 as usize].node.range());
            let is_given =
                |id: &BindingId| matches!(model.binding(*id).kind, BindingKind::Parameter(_) | BindingKind::Import(_));
            entry.references.iter().all(is_inside) && entry.bindings.iter().any(is_given)
        })
    })
}

/// The names that an expression reads.
#[derive(Default)]
struct Names<'a>(Vec<&'a str>);

impl<'a> Visitor<'a> for Names<'a> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Name(name) => self.0.push(name.id.as_str()),
            _ => walk::walk_expr(self, expr),
        }
    }
}

/// Whether a field is certain to be more than an empty text on some path. A parameter of a wrapper is judged where the
/// wrapper is called.
fn is_filled<'a>(context: &Context<'a>, argument: &'a Expr, scope: ScopeId) -> bool {
    let is_empty = |value: &Expr| matches!(value, Expr::StringLiteral(text) if text.value.is_empty());
    // Most are, and are written so; values take longer to find.
    !is_empty(argument) && context.model.values(argument, scope).known.iter().any(|(value, _)| !is_empty(value))
}
