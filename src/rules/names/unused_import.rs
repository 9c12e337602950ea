//! D3208.

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use crate::diagnostic::{Applicability, Fix, Place, Severity};
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::{self, Binding, BindingKind, Import, MODULE, Model, Resolution, ScopeKind};
use crate::syntax::ast::{Alias, ExprName, Stmt};
use crate::text::{Edit, Ranged, TextRange, TextSize};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3208",
    name: "unused-import",
    severity: Severity::Info,
    default_on: true,
    fix: FixKind::Safe,
    needs: Needs::Nothing,
    summary: "an import that nothing uses",
    page: include_str!("unused_import.md"),
    check: Check::Script(check),
};

fn check(context: &Context<'_>, sink: &mut Sink<'_>) {
    let model = context.model;
    let evaluates = model.read_outside().any(|reference| {
        matches!(reference.node.id.as_str(), "eval" | "exec") && reference.resolution == Resolution::Builtin
    });
    // What is broken may have been the use.
    if evaluates || model.binds_dynamically() || !context.parsed.errors.is_empty() || context.parsed.trailing.is_some()
    {
        return;
    }
    let imports = model.bindings.iter().filter_map(|binding| match binding.kind {
        BindingKind::Import(id) => Some((binding, model.import(id))),
        _ => None,
    });
    let mut unread: Vec<_> = imports.filter(|(binding, import)| is_unused(context, binding, import)).collect();
    if unread.is_empty() {
        return;
    }
    let mut named = names_in_texts(context);
    named.extend(names_read_in_classes(model));
    let shared = shared_packages(model);
    unread.retain(|(binding, import)| !named.contains(binding.name) && !loads_submodule(import, &shared));
    let mut unused: BTreeMap<TextSize, Vec<(&Binding<'_>, &Import<'_>)>> = BTreeMap::new();
    for (binding, import) in unread {
        unused.entry(import.statement.start()).or_default().push((binding, import));
    }
    for imports in unused.values() {
        let fix = remove(context, imports);
        for (binding, _) in imports {
            let message = format!("`{}` is imported and never used; remove the import", binding.name);
            sink.report(binding.range, message).maybe_fix(fix.clone());
        }
    }
}

/// The edits that remove the import of `name`, where it is read nowhere else.
pub(in crate::rules) fn removal_with_last_read(
    context: &Context<'_>,
    name: &ExprName,
    scope: semantic::ScopeId,
) -> Vec<Edit> {
    let model = context.model;
    let entry = model.resolve(&name.id, scope).and_then(|home| model.scope(home).names.get(name.id.as_str()));
    let [only] = entry.filter(|entry| entry.references.len() == 1).map_or(&[][..], |entry| &entry.bindings) else {
        return Vec::new();
    };
    let binding = model.binding(*only);
    let BindingKind::Import(id) = binding.kind else { return Vec::new() };
    let import = model.import(id);
    let stays = binding.context.intersects(GUARDS)
        || binding.scope == MODULE && is_used_below(model, binding.name)
        || names_in_texts(context).contains(binding.name);
    let fix = if stays { None } else { remove(context, &[(binding, import)]) };
    fix.map_or_else(Vec::new, |fix| fix.edits.into_iter().map(|(_, edit)| edit).collect())
}

/// What an import under a guard is there for is not known.
const GUARDS: semantic::Context =
    semantic::Context::IMPORT_GUARD.union(semantic::Context::NAME_GUARD).union(semantic::Context::VERSION_GUARD);

fn is_unused(context: &Context<'_>, binding: &Binding<'_>, import: &Import<'_>) -> bool {
    let model = context.model;
    let is_read = model.scope(binding.scope).names.get(binding.name).is_none_or(|entry| !entry.references.is_empty());
    let is_reexport = import.alias.asname.as_ref().is_some_and(|asname| asname.as_str() == import.alias.name.as_str());
    !is_read
        && !is_reexport
        && import.module != "__future__"
        && !binding.context.intersects(GUARDS)
        && model.scope(binding.scope).kind != ScopeKind::Class
        && (binding.scope != MODULE || !is_used_below(model, binding.name))
}

/// Whether the system script, whose functions see the names of this one, reads a name.
fn is_used_below(model: &Model<'_>, name: &str) -> bool {
    model.system().is_some_and(|system| {
        system.binds(name) || system.references.iter().any(|reference| reference.node.id.as_str() == name)
    })
}

/// `policy = policy.default` in a class body reads the name around it, though the class binds it too.
fn names_read_in_classes<'a>(model: &Model<'a>) -> impl Iterator<Item = &'a str> {
    let in_class = |scope| model.scope(scope).kind == ScopeKind::Class;
    model.references.iter().filter(move |read| in_class(read.scope)).map(|read| read.node.id.as_str())
}

/// The first parts of imported modules that several imports share. `import a.b` beside another import of `a` may be
/// there to load `b` only, whatever name it is used by.
fn shared_packages<'a>(model: &Model<'a>) -> FxHashSet<&'a str> {
    let mut seen = FxHashSet::default();
    let tops = model.imports.iter().filter_map(|import| import.module.split('.').next());
    tops.filter(|top| !seen.insert(*top)).collect()
}

fn loads_submodule(import: &Import<'_>, shared: &FxHashSet<&str>) -> bool {
    import.member.is_none() && import.module.split_once('.').is_some_and(|(top, _)| shared.contains(top))
}

/// Names in annotations that are texts, and in texts that may be one or a name: `__all__ = ["dumps"]`, `cast("IO[str]", x)`.
fn names_in_texts<'a>(context: &Context<'a>) -> FxHashSet<&'a str> {
    let mut names = FxHashSet::default();
    for site in &context.model.nodes.strings {
        let text = site.node.value.to_str();
        if site.context.contains(semantic::Context::ANNOTATION) || !text.contains(char::is_whitespace) {
            names.extend(text.split(|letter: char| letter != '_' && !letter.is_alphanumeric()));
        }
    }
    names
}

/// Takes the unused names out of their statement, or the whole statement away.
fn remove(context: &Context<'_>, unused: &[(&Binding<'_>, &Import<'_>)]) -> Option<Fix> {
    let (binding, import) = unused.first()?;
    let aliases: &[Alias] = match import.statement {
        Stmt::Import(node) => &node.names,
        Stmt::ImportFrom(node) => &node.names,
        _ => return None,
    };
    let is_unused = |alias: &Alias| unused.iter().any(|(_, import)| import.alias.range() == alias.range());
    let edits = match aliases.iter().rposition(|alias| !is_unused(alias)) {
        None => vec![remove_statement(context, binding, import.statement)],
        Some(last_kept) => {
            let (before, after) = aliases.split_at(last_kept + 1);
            let mut edits: Vec<Edit> = before
                .windows(2)
                .filter(|pair| is_unused(&pair[0]))
                .map(|pair| Edit::delete(TextRange::new(pair[0].start(), pair[1].start())))
                .collect();
            edits.extend(after.last().map(|last| Edit::delete(TextRange::new(aliases[last_kept].end(), last.end()))));
            edits
        }
    };
    let names: Vec<String> = unused.iter().map(|(binding, _)| format!("`{}`", binding.name)).collect();
    Some(Fix::new(format!("Remove the import of {}", names.join(", ")), Applicability::Safe, Place::Script, edits))
}

/// Deletes a statement with its line, or puts `pass` in its place where it may be all there is.
fn remove_statement(context: &Context<'_>, binding: &Binding<'_>, statement: &Stmt) -> Edit {
    let is_needed = binding.context.contains(semantic::Context::CONDITIONAL)
        || match context.model.scope(binding.written_in).kind {
            ScopeKind::Module => false,
            ScopeKind::Function(id) => is_only(context.model, id, statement),
            _ => true,
        };
    match whole_line(&context.parsed.text, statement.range()) {
        Some(line) if !is_needed => Edit::delete(line),
        _ => Edit::replace(statement.range(), "pass"),
    }
}

fn is_only(model: &Model<'_>, function: semantic::FunctionId, statement: &Stmt) -> bool {
    let body = &model.function(function).node.body;
    body.len() == 1 || !body.iter().any(|other| other.range() == statement.range())
}

/// The lines of `range` with the end of the last; `None` where anything else stands on them.
fn whole_line(text: &str, range: TextRange) -> Option<TextRange> {
    let (start, end) = (range.start().to_usize(), range.end().to_usize());
    let line_start = text[..start].rfind(['\n', '\r']).map_or(0, |at| at + 1);
    let rest = &text[end..];
    let line_end = rest.find(['\n', '\r']).unwrap_or(rest.len());
    if !text[line_start..start].trim_matches([' ', '\t']).is_empty() || !rest[..line_end].trim().is_empty() {
        return None;
    }
    let ending = if rest[line_end..].starts_with("\r\n") { 2 } else { rest[line_end..].len().min(1) };
    let at = |place: usize| TextSize::try_from(place).ok();
    Some(TextRange::new(at(line_start)?, at(end + line_end + ending)?))
}
