//! D3 calls as nodes, and those that are not written as D3 wants them.

use ruff_python_ast::visitor::{Visitor, walk_expr};
use ruff_python_ast::{Expr, ExprAttribute, Stmt};

use super::{D3Call, D3Target, MalformedCall, MalformedKind};
use crate::dialect::TypeSlot;
use crate::text::{Ranged, Spanned, TextRange};

/// The D3 calls of a module, by start, and the malformed ones, by start.
pub(super) fn find(text: &str, body: &[Stmt], slots: &[TypeSlot]) -> (Vec<D3Call>, Vec<MalformedCall>) {
    let mut finder = Finder { text, slots, calls: Vec::new(), malformed: Vec::new() };
    if memchr::memmem::find(text.as_bytes(), b"D3").is_some() {
        finder.visit_body(body);
    }
    finder.calls.sort_by_key(|call| call.callee.start());
    finder.malformed.sort_by_key(|call| call.range.start());
    (finder.calls, finder.malformed)
}

struct Finder<'s> {
    text: &'s str,
    slots: &'s [TypeSlot],
    calls: Vec<D3Call>,
    malformed: Vec<MalformedCall>,
}

impl<'a> Visitor<'a> for Finder<'_> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Call(call) = expr
            && let Some(target) = target(&call.func)
        {
            self.add(call.func.range(), target, Some(call.arguments.range));
            self.visit_arguments(&call.arguments);
        } else if let Some(target) = target(expr) {
            self.add(expr.range(), target, None);
        } else {
            walk_expr(self, expr);
        }
    }
}

impl<'s> Finder<'s> {
    fn add(&mut self, callee: TextRange, target: D3Target, arguments: Option<TextRange>) {
        let slot = self.slot(callee);
        if let Some((range, kind)) = fault(self.text, callee, &target, slot, arguments) {
            self.malformed.push(MalformedCall { range, kind });
        }
        let type_word = slot.map(|slot| slot.word.clone());
        self.calls.push(D3Call { callee, target, type_word, arguments });
    }

    fn slot(&self, callee: TextRange) -> Option<&'s TypeSlot> {
        let index = self.slots.binary_search_by_key(&callee.start(), |slot| slot.callee.start()).ok()?;
        self.slots.get(index)
    }
}

/// What is wrong with a call, and the smallest thing to change.
fn fault(
    text: &str,
    callee: TextRange,
    target: &D3Target,
    slot: Option<&TypeSlot>,
    arguments: Option<TextRange>,
) -> Option<(TextRange, MalformedKind)> {
    let (command, is_utility) = match target {
        D3Target::Utility { command } => (command, true),
        D3Target::Integration { command, .. } => (command, false),
    };
    if command.value.is_empty() {
        // What is half-typed after a dot is a syntax error; with a type it is a call without its name.
        let half_typed = slot.is_none() && text[callee].ends_with('.');
        return (!half_typed).then_some((callee, MalformedKind::MissingCommand));
    }
    match slot {
        Some(slot) if !slot.closed => Some((slot.range, MalformedKind::UnclosedType)),
        Some(slot) if !is_utility => Some((slot.range, MalformedKind::TypeOnIntegration)),
        Some(slot) if arguments.is_none() => {
            Some((TextRange::new(callee.start(), slot.range.end()), MalformedKind::Uncalled))
        }
        None if is_utility && arguments.is_some() => Some((command.range, MalformedKind::MissingType)),
        _ => None,
    }
}

/// What a callee names, if it is D3's.
fn target(expr: &Expr) -> Option<D3Target> {
    let outer = expr.as_attribute_expr()?;
    if let Some(is_utility) = namespace(outer) {
        let missing = Spanned::new(String::new(), TextRange::empty(outer.range.end()));
        return Some(if is_utility {
            D3Target::Utility { command: missing }
        } else {
            D3Target::Integration { integration: missing.clone(), command: missing }
        });
    }
    let middle = outer.value.as_attribute_expr()?;
    if let Some(is_utility) = namespace(middle) {
        let name = attribute_name(outer);
        return Some(if is_utility {
            D3Target::Utility { command: name }
        } else {
            let missing = Spanned::new(String::new(), TextRange::empty(outer.range.end()));
            D3Target::Integration { integration: name, command: missing }
        });
    }
    let inner = middle.value.as_attribute_expr()?;
    let is_integration = namespace(inner) == Some(false);
    is_integration
        .then(|| D3Target::Integration { integration: attribute_name(middle), command: attribute_name(outer) })
}

fn attribute_name(attribute: &ExprAttribute) -> Spanned<String> {
    Spanned::new(attribute.attr.as_str().to_owned(), attribute.attr.range)
}

/// `D3.Utility` gives `true`, `D3.Integration` gives `false`.
fn namespace(attribute: &ExprAttribute) -> Option<bool> {
    let name = attribute.value.as_name_expr()?;
    if name.id.as_str() != "D3" {
        return None;
    }
    match attribute.attr.as_str() {
        "Utility" => Some(true),
        "Integration" => Some(false),
        _ => None,
    }
}
