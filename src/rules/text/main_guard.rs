//! D3005.

use crate::diagnostic::{Applicability, Fix, Place, Severity};
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::MODULE;
use crate::syntax::ast::{self, Expr};
use crate::text::{Edit, Ranged, TextRange, TextSize};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3005",
    name: "main-guard",
    severity: Severity::Info,
    default_on: true,
    fix: FixKind::Unsafe,
    needs: Needs::Nothing,
    summary: "`if __name__ == \"__main__\"`: D3 calls the function itself",
    page: include_str!("main_guard.md"),
    check: Check::Script(check),
};

fn check(context: &Context<'_>, sink: &mut Sink<'_>) {
    for site in &context.model.nodes.ifs {
        if site.scope == MODULE && is_main_guard(&site.node.test) {
            let message = "D3 calls a command's function itself; nobody knows what `__name__` is there";
            sink.report(site.node.test.range(), message).maybe_fix(removal(context, site.node));
        }
    }
}

/// `__name__ == "__main__"`, either way round.
fn is_main_guard(test: &Expr) -> bool {
    let is_name = |expr: &Expr| matches!(expr, Expr::Name(name) if name.id.as_str() == "__name__");
    let is_main = |expr: &Expr| matches!(expr, Expr::StringLiteral(text) if text.value.to_str() == "__main__");
    let Expr::Compare(compare) = test else { return false };
    match (&*compare.ops, &*compare.comparators) {
        ([ast::CmpOp::Eq], [right]) => {
            is_name(&compare.left) && is_main(right) || is_main(&compare.left) && is_name(right)
        }
        _ => false,
    }
}

/// Removes the whole statement with its lines, where it has no `else`.
fn removal(context: &Context<'_>, statement: &ast::StmtIf) -> Option<Fix> {
    if !statement.elif_else_clauses.is_empty() {
        return None;
    }
    let text = &context.parsed.text;
    let (start, end) = (statement.start().to_usize(), statement.end().to_usize());
    let end = text[end..].find('\n').map_or(text.len(), |line_end| end + line_end + 1);
    let before = text[..start].trim_end();
    // The blank lines before it go as well, but not the end of the last line of code.
    let kept = before.len() + text[before.len()..start].find('\n').map_or(0, |line_end| line_end + 1);
    let range = TextRange::new(TextSize::try_from(kept).ok()?, TextSize::try_from(end).ok()?);
    Some(Fix::new("Remove the main guard", Applicability::Unsafe, Place::Script, vec![Edit::delete(range)]))
}
