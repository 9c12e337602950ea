//! D3306.

use std::cell::LazyCell;

use rustc_hash::FxHashSet;

use crate::diagnostic::{Applicability, Fix, Place, Severity};
use crate::image::names::{
    ERRORS, OUTPUT_FIELDS, PASSDOWN_DATA, PASSDOWN_START_TIME, RETRY_ACTION_KEY, RETRY_DELAY_KEY, RETURN_DATA,
};
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::{BindingId, Model, Outcomes, OutputModel, Paths, Slot};
use crate::syntax::ast::{self, Expr};
use crate::text::{Edit, Ranged, TextRange};

use super::status::{Expected, is_status};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3306",
    name: "misplaced-argument",
    severity: Severity::Warning,
    default_on: true,
    fix: FixKind::Unsafe,
    needs: Needs::Nothing,
    summary: "a status, a passdown dictionary or a result in the wrong field of an output model",
    page: include_str!("misplaced_argument.md"),
    check: Check::Part(check),
};

fn check(context: &Context<'_>, part: TextRange, sink: &mut Sink<'_>) {
    let mut seen = FxHashSet::default();
    let expected = Expected::new(context);
    let mut outcomes = Outcomes::new(context.model, Paths::All);
    let looked_up = LazyCell::new(|| looked_up(context, part));
    for output in context.output_models(part) {
        if expected.statuses(output.scope).is_none() {
            continue;
        }
        for (field, slot) in OUTPUT_FIELDS.iter().zip(&output.slots) {
            let Slot::Given(argument, _) = *slot else { continue };
            if field.deprecated || seen.contains(&argument.range()) {
                continue;
            }
            let found = match field.name {
                RETURN_DATA => {
                    let answer = || answer_as_status(context.model, output, &looked_up, &mut outcomes);
                    dictionary_as_status(context, output).or_else(answer)
                }
                ERRORS => passdown_as_errors(context, output).or_else(|| status_elsewhere(context, output, ERRORS)),
                PASSDOWN_DATA => None,
                name => status_elsewhere(context, output, name),
            };
            if let Some((message, fix)) = found {
                seen.insert(argument.range());
                sink.report(argument.range(), message).maybe_fix(fix);
            }
        }
    }
}

/// The one value that a field has on all paths.
fn only_value<'a>(context: &Context<'a>, output: &OutputModel<'a>, field: &str) -> Option<&'a Expr> {
    let values = context.model.values(output.slot(field).expr()?, output.slot_scope(field));
    match values.known[..] {
        [(value, _)] if values.complete => Some(value),
        _ => None,
    }
}

fn status_text(value: Option<&Expr>) -> Option<&str> {
    match value? {
        Expr::StringLiteral(text) => Some(text.value.to_str()).filter(|text| is_status(text)),
        _ => None,
    }
}

/// A status in a field that holds data. In `result`, which people read, it is a mistake only where it is missing in
/// returnData.
fn status_elsewhere(context: &Context<'_>, output: &OutputModel<'_>, field: &str) -> Option<(String, Option<Fix>)> {
    let status = status_text(only_value(context, output, field))?;
    let return_data = only_value(context, output, RETURN_DATA);
    if field == OUTPUT_FIELDS[0].name && (return_data.is_none() || status_text(return_data).is_some()) {
        return None;
    }
    let message = format!("the status `{status}` stands in `{field}`; its place is `{RETURN_DATA}`");
    let (argument, other) = (output.slot(field).expr()?, output.slot(RETURN_DATA).expr()?);
    let are_both_here = [argument, other].iter().all(|part| output.call.range().contains_range(part.range()));
    let fix = (are_both_here && status_text(return_data).is_none()).then(|| {
        let edits = vec![
            Edit::replace(argument.range(), context.parsed.slice(other.range())),
            Edit::replace(other.range(), context.parsed.slice(argument.range())),
        ];
        Fix::new(format!("Swap it with `{RETURN_DATA}`"), Applicability::Unsafe, Place::Script, edits)
    });
    Some((message, fix))
}

fn passdown_as_errors(context: &Context<'_>, output: &OutputModel<'_>) -> Option<(String, Option<Fix>)> {
    let Expr::Dict(dict) = only_value(context, output, ERRORS)? else { return None };
    if !has_key(dict, PASSDOWN_START_TIME) {
        return None;
    }
    let argument = output.slot(ERRORS).expr()?;
    let message = format!("passdown data stands in `{ERRORS}`, and so the command fails; pass it as `{PASSDOWN_DATA}`");
    let is_last = output.wrapper.is_none()
        && output.call.arguments.keywords.is_empty()
        && output.call.arguments.args.last().is_some_and(|last| last.range() == argument.range());
    let fix = is_last.then(|| {
        let edit = Edit::insert(argument.start(), format!("\"\", {PASSDOWN_DATA}="));
        Fix::new(format!("Pass it as `{PASSDOWN_DATA}`"), Applicability::Unsafe, Place::Script, vec![edit])
    });
    Some((message, fix))
}

fn dictionary_as_status(context: &Context<'_>, output: &OutputModel<'_>) -> Option<(String, Option<Fix>)> {
    let argument = output.slot(RETURN_DATA).expr()?;
    let values = context.model.values(argument, output.slot_scope(RETURN_DATA));
    let is_data = |value: &Expr| matches!(value, Expr::Dict(dict) if !is_retry(dict));
    // An empty one may be filled with a retry's keys later.
    let is_filled = |value: &Expr| matches!(value, Expr::Dict(dict) if !dict.items.is_empty());
    if !values.known.iter().any(|(value, _)| is_data(value) && is_filled(value)) {
        return None;
    }
    let message = format!("`{RETURN_DATA}` is the command's status; a dictionary belongs in the result or in rawData");
    Some((message, None))
}

/// A variable for statuses that holds on some path what the script looks keys up in, as D3's sample of a fetchEvent
/// does.
fn answer_as_status<'a>(
    model: &'a Model<'a>,
    output: &OutputModel<'a>,
    looked_up: &FxHashSet<TextRange>,
    outcomes: &mut Outcomes<'a, 'a>,
) -> Option<(String, Option<Fix>)> {
    let Expr::Name(name) = output.slot(RETURN_DATA).expr()? else { return None };
    let scope = output.slot_scope(RETURN_DATA);
    let function = model.function_of(scope)?;
    let entry = model.scope(model.resolve(name.id.as_str(), scope)?).names.get(name.id.as_str())?;
    let mut values = entry.bindings.iter().map(|&id| model.assigned(id));
    values.find(|value| status_text(*value).is_some())?;
    let data: Vec<BindingId> = entry
        .references
        .iter()
        .filter(|id| looked_up.contains(&model.references[id.0 as usize].node.range()))
        .filter_map(|&id| model.flow(function).reaching(model, id))
        .flat_map(|reaching| reaching.bindings.iter().copied())
        .collect();
    if data.is_empty() {
        return None;
    }
    let mut held =
        outcomes.of(output, [RETURN_DATA, ERRORS]).into_iter().filter_map(|[status, _]| status.held?.binding);
    if !held.any(|binding| data.contains(&binding)) {
        return None;
    }
    let message = format!(
        "`{RETURN_DATA}` is the command's status, and `{}` can still hold data here; give the data a name of its own",
        name.id
    );
    Some((message, None))
}

/// Where names are looked up in a part of the script by a literal key: what they hold is no status.
fn looked_up(context: &Context<'_>, part: TextRange) -> FxHashSet<TextRange> {
    let nodes = &context.model.nodes;
    let subscripts =
        context.sites(&nodes.subscripts, part).iter().filter(|site| site.node.slice.is_string_literal_expr());
    let gets = context.sites(&nodes.calls, part).iter().filter_map(|site| match &*site.node.func {
        Expr::Attribute(method) if method.attr.as_str() == "get" => Some(&*method.value),
        _ => None,
    });
    subscripts
        .map(|site| &*site.node.value)
        .chain(gets)
        .filter(|value| value.is_name_expr())
        .map(Ranged::range)
        .collect()
}

/// A dictionary that is a retry, means to be one, or may become one by `**`.
fn is_retry(dict: &ast::ExprDict) -> bool {
    has_key(dict, RETRY_ACTION_KEY)
        || has_key(dict, RETRY_DELAY_KEY)
        || dict
            .items
            .iter()
            .any(|item| !matches!(&item.key, Some(Expr::StringLiteral(key)) if !key.value.to_str().starts_with('_')))
}

fn has_key(dict: &ast::ExprDict, wanted: &str) -> bool {
    dict.items.iter().any(|item| matches!(&item.key, Some(Expr::StringLiteral(key)) if key.value.to_str() == wanted))
}
