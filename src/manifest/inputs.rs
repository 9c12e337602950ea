//! What the inputs of a command say against D3's rules (D3's page, "Command Input Setup").

use std::collections::{HashMap, HashSet};

use crate::diagnostic::Applicability;
use crate::text::{Edit, TextRange};

use super::json::{Node, Value};
use super::shape::Errors;
use super::{DEFAULT_TYPE, read, vocabulary};

/// Checks the inputs of the command `node`.
pub(super) fn check(node: &Node, errors: &mut Errors) {
    let inputs: Vec<&Node> =
        node.list("inputs").iter().filter(|input| matches!(input.value, Value::Object(_))).collect();
    let mut names = HashSet::new();
    for input in &inputs {
        name(input, &mut names, errors);
        input_type(input, errors);
    }
    indexes(&inputs, errors);
}

fn name(input: &Node, names: &mut HashSet<String>, errors: &mut Errors) {
    let Some(node) = input.get("parameterName") else {
        if input.get("displayName").is_none() {
            errors.add(input.bracket(), "this input has no `parameterName`; add the parameter's name in the function");
        }
        return;
    };
    let Some(text) = node.text() else { return };
    if text.value.is_empty() {
        errors.add(node.range, "`parameterName` is empty; write the parameter's name in the function");
    } else if !names.insert(text.value.clone()) {
        errors.add(text.range, format!("there is an input `{}` already; rename or remove one", text.value));
    }
}

/// Drop Down Option goes with Text, Multi Select Option with Text Array, and both need options.
fn input_type(input: &Node, errors: &mut Errors) {
    let Some(node) = input.get("inputType") else {
        return;
    };
    let Some(word) = node.text() else { return };
    let wanted = match word.value.as_str() {
        vocabulary::DROP_DOWN => "Text",
        vocabulary::MULTI_SELECT => "Text Array",
        _ => return,
    };
    let given = input.get("parameterType");
    let actual = given.and_then(Node::text).map_or_else(|| DEFAULT_TYPE.to_owned(), |word| word.value);
    // A type that is no type is reported as such.
    if actual != wanted && vocabulary::PARAMETER_TYPES.contains(&actual.as_str()) {
        let edit = match given {
            Some(given) => Edit::replace(given.inner(), wanted),
            None => Edit::insert(node.range.end(), format!(", \"parameterType\": \"{wanted}\"")),
        };
        let fix = (format!("Change the parameter type to {wanted}"), vec![edit], Applicability::Offered);
        let message = format!("{} works with the parameter type {wanted} only, and this one is {actual}", word.value);
        errors.add_fixed(word.range, message, fix);
    }
    match input.get("options") {
        None => errors.add(word.range, format!("{} needs `options`; list what can be chosen", word.value)),
        Some(options @ Node { value: Value::List(elements), .. }) if elements.is_empty() => {
            errors.add(options.range, format!("{} needs options; list what can be chosen", word.value));
        }
        Some(_) => {}
    }
}

/// The indexes of the inputs are 0, 1, 2 and so on, each once.
fn indexes(inputs: &[&Node], errors: &mut Errors) {
    let mut seen: HashMap<u32, TextRange> = HashMap::new();
    let mut numbered: Vec<(u32, TextRange)> = Vec::with_capacity(inputs.len());
    let mut duplicate = false;
    for (place, input) in inputs.iter().enumerate() {
        if input.get("index").is_some() && read::index(input).is_none() {
            return;
        }
        let index = read::index(input).unwrap_or_else(|| u32::try_from(place).unwrap_or(u32::MAX));
        let range = input.get("index").map_or(input.bracket(), |node| node.range);
        if seen.insert(index, range).is_some() {
            duplicate = true;
            let message = format!("another input has index {index} already; each place in the order is taken once");
            errors.add_fixed(range, message, renumber(inputs, |place, _| place));
        }
        numbered.push((index, range));
    }
    if duplicate {
        return;
    }
    let mut sorted = numbered;
    sorted.sort_by_key(|(index, _)| *index);
    for (expected, (index, range)) in (0_u32..).zip(&sorted) {
        if *index != expected {
            let message = format!("the indexes skip {expected}; they count from 0 without a gap");
            let order: Vec<u32> = sorted.iter().map(|(index, _)| *index).collect();
            let rank = |_, index| order.iter().position(|other| *other == index).unwrap_or_default();
            errors.add_fixed(*range, message, renumber(inputs, rank));
            return;
        }
    }
}

/// Gives each input the number that `number` makes of its place in the list and its present index.
fn renumber(inputs: &[&Node], number: impl Fn(usize, u32) -> usize) -> super::Repair {
    let mut edits = Vec::new();
    for (place, input) in inputs.iter().enumerate() {
        let default = u32::try_from(place).unwrap_or(u32::MAX);
        let wanted = number(place, read::index(input).unwrap_or(default));
        match input.get("index") {
            Some(node) => edits.push(Edit::replace(node.range, wanted.to_string())),
            None if wanted != place => {
                let at = input.bracket().end();
                edits.push(Edit::insert(at, format!("\"index\": {wanted}, ")));
            }
            None => {}
        }
    }
    ("Number the inputs from 0".to_owned(), edits, Applicability::Offered)
}
