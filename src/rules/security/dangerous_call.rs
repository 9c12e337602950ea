//! D3605.

use crate::diagnostic::{Applicability, Fix, Place, Severity};
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::{MODULE, Model, QualifiedName, Site};
use crate::syntax::ast::{self, Expr};
use crate::text::{Edit, Ranged, TextRange};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3605",
    name: "dangerous-call",
    severity: Severity::Warning,
    default_on: true,
    fix: FixKind::Unsafe,
    needs: Needs::Nothing,
    summary: "a call that runs whatever its argument says",
    page: include_str!("dangerous_call.md"),
    check: Check::Script(check),
};

fn check(context: &Context<'_>, sink: &mut Sink<'_>) {
    for site in &context.model.nodes.calls {
        let callee = &*site.node.func;
        let Some(name) = context.model.callee(site.node) else { continue };
        let (range, message) = match *name.parts() {
            ["eval"] | ["exec"] | ["builtins", "eval" | "exec"] if !is_written_out(context.model, site) => {
                (callee.range(), "this runs its text as code; use `ast.literal_eval` or `json.loads` for data")
            }
            ["os", "system" | "popen"] => (
                callee.range(),
                "a shell reads this text, and runs all that is in it; use `subprocess.run` with a list",
            ),
            ["pickle" | "_pickle" | "cPickle" | "dill", "load" | "loads" | "Unpickler"]
                if !is_own_copy(context.model, site) =>
            {
                (callee.range(), "this runs code that the data names; use `json` for data that comes from elsewhere")
            }
            ["yaml", "load" | "load_all"] if !has_safe_loader(site) => {
                (callee.range(), "this makes any object that the text names; use `yaml.safe_load`")
            }
            ["yaml", "unsafe_load" | "unsafe_load_all"] => {
                (callee.range(), "this makes any object that the text names; use `yaml.safe_load`")
            }
            ["subprocess", ..] => match shell(&site.node.arguments) {
                Some(range) => {
                    (range, "a shell reads this text, and runs all that is in it; pass a list without `shell`")
                }
                None => continue,
            },
            _ => continue,
        };
        sink.report(range, message).maybe_fix(fix(context, site, name));
    }
}

/// Whether the code is a literal, so that nothing comes from elsewhere.
fn is_written_out(model: &Model<'_>, site: &Site<'_, ast::ExprCall>) -> bool {
    let Some(code) = site.node.arguments.args.first() else { return false };
    let is_literal = |expr: &Expr| matches!(expr, Expr::StringLiteral(_) | Expr::BytesLiteral(_));
    model.makers(code, site.scope).is_some_and(|makers| makers.iter().all(|maker| is_literal(maker.expr)))
}

/// `pickle.loads(pickle.dumps(x))`, directly or through names, copies what is there; a literal is there already.
fn is_own_copy(model: &Model<'_>, site: &Site<'_, ast::ExprCall>) -> bool {
    let Some(data) = site.node.arguments.args.first() else { return false };
    model.makers(data, site.scope).is_some_and(|makers| makers.iter().all(|maker| is_own(maker.expr)))
}

fn is_own(expr: &Expr) -> bool {
    let Expr::Call(call) = expr else { return expr.is_bytes_literal_expr() };
    match &*call.func {
        Expr::Attribute(attribute) => attribute.attr.as_str() == "dumps",
        Expr::Name(name) => name.id.as_str() == "dumps",
        _ => false,
    }
}

/// The argument `shell=True`.
fn shell(arguments: &ast::Arguments) -> Option<TextRange> {
    let keyword = arguments.find_keyword("shell")?;
    matches!(&keyword.value, Expr::BooleanLiteral(literal) if literal.value).then(|| keyword.range())
}

/// Whether a loader is given that makes plain data only, or one that is not known.
fn has_safe_loader(site: &Site<'_, ast::ExprCall>) -> bool {
    let Some(loader) = site.node.arguments.find_argument_value("Loader", 1) else {
        return site.node.arguments.keywords.iter().any(|keyword| keyword.arg.is_none());
    };
    let name = match loader {
        Expr::Attribute(attribute) => attribute.attr.as_str(),
        Expr::Name(name) => name.id.as_str(),
        _ => return true,
    };
    !matches!(name, "Loader" | "UnsafeLoader" | "CLoader")
}

fn fix(context: &Context<'_>, site: &Site<'_, ast::ExprCall>, name: &QualifiedName<'_>) -> Option<Fix> {
    let arguments = &site.node.arguments;
    let (title, text) = match *name.parts() {
        ["yaml", "load" | "unsafe_load"] => ("Use `yaml.safe_load`", "safe_load"),
        ["eval"] if arguments.len() == 1 && imports_ast(context.model) => {
            ("Use `ast.literal_eval`", "ast.literal_eval")
        }
        _ => return None,
    };
    let mut edits = match &*site.node.func {
        Expr::Attribute(attribute) => vec![Edit::replace(attribute.attr.range(), text)],
        Expr::Name(callee) if text.contains('.') => vec![Edit::replace(callee.range(), text)],
        _ => return None,
    };
    // `safe_load` takes no loader.
    if let (true, Some(loader), Some(data)) =
        (name.starts_with("yaml"), arguments.find_argument("Loader", 1), arguments.args.first())
    {
        let after = TextRange::new(data.end(), loader.range().end());
        if arguments.len() != 2 || context.parsed.slice(after).contains('#') {
            return None;
        }
        edits.push(Edit::delete(after));
    }
    Some(Fix::new(title, Applicability::Unsafe, Place::Script, edits))
}

fn imports_ast(model: &Model<'_>) -> bool {
    model.imports.iter().any(|import| {
        import.module == "ast" && import.member.is_none() && import.alias.asname.is_none() && import.scope == MODULE
    })
}
