//! The output model's fields, statuses, retry and passdown (D3's page, "Return Output Model").

use super::connection::{keyed, quote, quoted};
use super::{CompletionItem, CompletionKind};
use crate::ide::cursor::{Argument, Cursor, Word};
use crate::ide::describe;
use crate::image::names;
use crate::semantic::Origin;
use crate::syntax::ast::{AnyNodeRef, Expr};
use crate::text::Ranged;

/// The arguments of a new output model, as a snippet.
pub(super) const ARGUMENTS: &str = "${1:result}, ${2:returnData}, \"\", \"\", ${3:rawData}, ${4:errors}";

/// The fields of the output model that are not given yet, as keyword arguments.
pub(super) fn keywords(cursor: &Cursor<'_>) -> Vec<CompletionItem> {
    let Some((call, argument)) = cursor.argument(0) else { return Vec::new() };
    let is_value = matches!((cursor.word, argument), (Word::Name, Argument::Named(_)));
    if is_value || cursor.origin(&call.func) != Some(Origin::ReturnOutputModel) {
        return Vec::new();
    }
    let at = cursor.statement.cursor;
    let by_place = call.arguments.args.iter().filter(|argument| argument.end() <= at.start()).count();
    let keywords = call.arguments.keywords.iter().filter(|keyword| !keyword.range.contains_range(at));
    let given: Vec<&str> = keywords.filter_map(|keyword| keyword.arg.as_ref()).map(|name| name.as_str()).collect();
    let free = names::OUTPUT_FIELDS.iter().skip(by_place).filter(|field| !given.contains(&field.name));
    free.map(|field| {
        let item = CompletionItem::new(format!("{}=", field.name), CompletionKind::Keyword, cursor.statement.word)
            .documentation(describe::output_field(field.name).unwrap_or_default());
        match argument {
            Argument::Named(_) => item.insert(field.name),
            Argument::Positional(_) => item,
        }
    })
    .collect()
}

/// What fits into the output field that the cursor's word ends up in.
pub(super) fn values(cursor: &Cursor<'_>) -> Vec<CompletionItem> {
    if cursor.dictionary_value() == Some(names::RETRY_ACTION_KEY) {
        return vec![quoted(cursor, names::RETRY_ACTION, CompletionKind::Value)];
    }
    if cursor.is_dictionary_key() {
        return keys(cursor, cursor.output_slot(1));
    }
    if let Some(Expr::Name(dictionary)) = cursor.keyed_object() {
        return keys(cursor, cursor.output_slot_of_name(dictionary.id.as_str()));
    }
    match cursor.output_slot(0) {
        Some(names::RETURN_DATA) => return_data(cursor),
        // By place the field's name comes first: D3 passes it by keyword.
        Some(names::PASSDOWN_DATA) if !cursor.statement.in_string && !is_positional(cursor) => vec![passdown(cursor)],
        _ => Vec::new(),
    }
}

fn is_positional(cursor: &Cursor<'_>) -> bool {
    matches!(cursor.argument(0), Some((_, Argument::Positional(_))))
}

/// The statuses of the command around the cursor, and the retry dictionary.
fn return_data(cursor: &Cursor<'_>) -> Vec<CompletionItem> {
    let function = cursor.model.top_level_function_of(cursor.scope);
    let command = function.map_or("", |function| cursor.model.function(function).name());
    let statuses = names::statuses(command).iter();
    let mut items: Vec<_> = statuses.map(|status| quoted(cursor, status, CompletionKind::Value)).collect();
    if !cursor.statement.in_string {
        items.push(retry(cursor));
    }
    items
}

fn retry(cursor: &Cursor<'_>) -> CompletionItem {
    let quote = quote(cursor);
    let word = |word: &str| format!("{quote}{word}{quote}");
    let snippet = format!(
        "{{{}: {}, {}: [${{1:10, 20, 30, 40}}]}}",
        word(names::RETRY_ACTION_KEY),
        word(names::RETRY_ACTION),
        word(names::RETRY_DELAY_KEY)
    );
    let doc = format!(
        "D3 runs the command again after each delay. Test `{}.{}.get('{}', 0)` first, or it never ends.",
        names::PB,
        names::RUNTIME,
        names::RETRY_COUNT
    );
    CompletionItem::new("retry", CompletionKind::Snippet, cursor.statement.word)
        .detail("run the command again")
        .documentation(doc)
        .snippet(snippet)
}

fn passdown(cursor: &Cursor<'_>) -> CompletionItem {
    let quote = quote(cursor);
    let (key, format) = (names::PASSDOWN_START_TIME, names::DATE_FORMAT);
    CompletionItem::new("passdown", CompletionKind::Snippet, cursor.statement.word)
        .detail("the next scheduled run's StartTime")
        .documentation(describe::output_field(names::PASSDOWN_DATA).unwrap_or_default())
        .snippet(format!("{{{quote}{key}{quote}: ${{1:endTime}}.strftime({quote}{format}{quote})}}"))
}

/// Keys of a dictionary that ends up in an output field, if it does.
fn keys(cursor: &Cursor<'_>, slot: Option<&str>) -> Vec<CompletionItem> {
    let retry = [names::RETRY_ACTION_KEY, names::RETRY_DELAY_KEY];
    let given = other_keys(cursor);
    let known: &[&str] = match slot {
        Some(names::RETURN_DATA) => &retry,
        Some(names::PASSDOWN_DATA) => &[names::PASSDOWN_START_TIME],
        Some(names::RAW_DATA) => &names::ERROR_KEYS,
        _ if given.iter().any(|key| retry.contains(key)) => &retry,
        _ => &[],
    };
    known.iter().filter(|key| !given.contains(key)).map(|key| keyed(cursor, key)).collect()
}

/// The literal keys of the dictionary beside the cursor's own.
fn other_keys<'a>(cursor: &Cursor<'a>) -> Vec<&'a str> {
    let Some(AnyNodeRef::ExprDict(node)) = cursor.chain.get(1) else { return Vec::new() };
    let keys = node.items.iter().filter_map(|item| item.key.as_ref());
    keys.filter(|key| !key.range().contains_range(cursor.statement.cursor))
        .filter_map(|key| Some(key.as_string_literal_expr()?.value.to_str()))
        .collect()
}
