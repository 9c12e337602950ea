//! Uses of what the standard library gained or lost after the image's Python: shared by the rules about both.

use crate::image::{Image, ModuleStatus, Version, stdlib};
use crate::rules::Context;
use crate::rules::context::within;
use crate::semantic::{Context as Around, Import, Model, ScopeId};
use crate::syntax::ast::{Expr, ExprContext, Number};
use crate::text::{Ranged, TextRange};

/// What is looked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    /// What came later.
    Added,
    /// What went later.
    Removed,
}

/// What is looked for in an image.
#[derive(Clone, Copy)]
struct Changed<'c> {
    image: &'c Image,
    change: Change,
}

impl Changed<'_> {
    /// When something came or went: by its module, and its path in the module.
    fn version(self, module: &str, path: Option<&str>) -> Option<Version> {
        match self.change {
            Change::Added => self.image.added_later(module, path),
            Change::Removed => self.image.removed_later(module, path),
        }
    }

    /// Whether anything of this name came or went.
    fn has_name(self, name: &str) -> bool {
        let changes = stdlib::changes_of_name(name);
        match self.change {
            Change::Added => changes.added,
            Change::Removed => changes.removed,
        }
    }
}

/// One use of something that came or went.
pub(super) struct Use {
    /// The smallest thing a user would change.
    pub range: TextRange,
    /// What it is, for a message: "`datetime.UTC`".
    pub what: String,
    /// The version.
    pub version: Version,
}

/// A class, function or module member: its module and its path there.
struct Member {
    module: String,
    path: String,
}

/// All uses in a part of the script, in no order. Code that is not evaluated, or that a test of the version, of the attribute or of the
/// import guards, is left out.
pub(super) fn find(context: &Context<'_>, part: TextRange, change: Change) -> Vec<Use> {
    let changed = Changed { image: context.image, change };
    let mut uses = Vec::new();
    imports(context, part, changed, &mut uses);
    attributes(context, part, changed, &mut uses);
    arguments(context, part, changed, &mut uses);
    uses
}

fn is_guarded(around: Around) -> bool {
    around.intersects(Around::VERSION_GUARD | Around::ATTRIBUTE_GUARD | Around::IMPORT_GUARD | Around::NOT_EVALUATED)
}

fn imports(context: &Context<'_>, part: TextRange, changed: Changed<'_>, uses: &mut Vec<Use>) {
    for import in within(&context.model.imports, part, |import| import.statement.start()) {
        let guards = Around::VERSION_GUARD | Around::IMPORT_GUARD | Around::NOT_EVALUATED;
        if import.level > 0 || import.context.intersects(guards) {
            continue;
        }
        let found = imported_module(import, changed).or_else(|| imported_member(import, changed));
        // `from tomllib import load, loads` is one use of the module.
        let fresh = found.filter(|found| uses.last().is_none_or(|last: &Use| last.range != found.range));
        uses.extend(fresh.filter(|_| !is_library(context, import.module)));
    }
}

/// Whether a library brings a module, whatever the standard library has of that name.
fn is_library(context: &Context<'_>, module: &str) -> bool {
    let libraries = context.manifest.into_iter().flat_map(|manifest| &manifest.libraries);
    let status = context.image.module(module, libraries.map(|library| library.value.as_str()));
    matches!(status, ModuleStatus::Library { .. })
}

fn imported_module(import: &Import<'_>, changed: Changed<'_>) -> Option<Use> {
    let dots = import.module.match_indices('.').map(|(at, _)| at);
    let mut prefixes = dots.chain([import.module.len()]).map(|end| &import.module[..end]);
    let version = prefixes.find_map(|prefix| changed.version(prefix, None))?;
    Some(Use { range: import.module_range, what: format!("the module `{}`", import.module), version })
}

fn imported_member(import: &Import<'_>, changed: Changed<'_>) -> Option<Use> {
    let member = import.member.filter(|member| changed.has_name(member))?;
    let full = format!("{}.{member}", import.module);
    let version = changed.version(import.module, Some(member)).or_else(|| changed.version(&full, None))?;
    Some(Use { range: import.alias.name.range(), what: format!("`{full}`"), version })
}

fn attributes(context: &Context<'_>, part: TextRange, changed: Changed<'_>, uses: &mut Vec<Use>) {
    let model = context.model;
    for site in context.sites(&model.nodes.attributes, part) {
        let name = site.node.attr.as_str();
        if !changed.has_name(name) || site.node.ctx != ExprContext::Load || is_guarded(site.context) {
            continue;
        }
        let member = members(model, &site.node.value, site.scope).into_iter().find_map(|owner| {
            let path = if owner.path.is_empty() { name.to_owned() } else { format!("{}.{name}", owner.path) };
            Some((changed.version(&owner.module, Some(&path))?, Member { module: owner.module, path }))
        });
        if let Some((version, member)) = member {
            uses.push(Use { range: site.node.attr.range(), what: format!("`{}`", member.shown()), version });
        }
    }
}

fn arguments(context: &Context<'_>, part: TextRange, changed: Changed<'_>, uses: &mut Vec<Use>) {
    let model = context.model;
    for site in context.sites(&model.nodes.calls, part) {
        let is_tried = site.context.contains(Around::TYPE_GUARD);
        if site.node.arguments.keywords.is_empty() || is_tried || is_guarded(site.context) {
            continue;
        }
        for argument in site.node.arguments.keywords.iter().filter_map(|keyword| keyword.arg.as_ref()) {
            if !changed.has_name(argument.as_str()) {
                continue;
            }
            let found = callees(model, &site.node.func, site.scope).into_iter().find_map(|callee| {
                let path = format!("{}({argument})", callee.path);
                Some((changed.version(&callee.module, Some(&path))?, callee))
            });
            if let Some((version, callee)) = found {
                let what = format!("the argument `{argument}` of `{}`", callee.shown());
                uses.push(Use { range: argument.range(), what, version });
            }
        }
    }
}

/// What a callee may be called in the data.
fn callees<'a>(model: &Model<'a>, callee: &'a Expr, scope: ScopeId) -> Vec<Member> {
    if let Some(named) = named(model, callee, scope) {
        return vec![named];
    }
    let Expr::Attribute(attribute) = callee else { return Vec::new() };
    members(model, &attribute.value, scope)
        .into_iter()
        .filter(|owner| !owner.path.is_empty())
        .map(|owner| Member { path: format!("{}.{}", owner.path, attribute.attr), ..owner })
        .collect()
}

/// The module or class that an attribute is looked up in: one that is named, or the class of a value.
fn members<'a>(model: &Model<'a>, owner: &'a Expr, scope: ScopeId) -> Option<Member> {
    if let Some(named) = named(model, owner, scope) {
        return Some(named);
    }
    let maker = model.only_maker(owner, scope)?;
    let builtin = |name: &str| Some(Member { module: "builtins".to_owned(), path: name.to_owned() });
    match maker.expr {
        Expr::StringLiteral(_) | Expr::FString(_) => builtin("str"),
        Expr::BytesLiteral(_) => builtin("bytes"),
        Expr::List(_) | Expr::ListComp(_) => builtin("list"),
        Expr::Dict(_) | Expr::DictComp(_) => builtin("dict"),
        Expr::Set(_) | Expr::SetComp(_) => builtin("set"),
        Expr::Tuple(_) => builtin("tuple"),
        Expr::NumberLiteral(number) => match number.value {
            Number::Int(_) => builtin("int"),
            Number::Float(_) => builtin("float"),
            Number::Complex { .. } => builtin("complex"),
        },
        // The data has members of classes only, so a function's result is found nowhere.
        Expr::Call(call) => named(model, &call.func, maker.scope).filter(|class| !class.path.is_empty()),
        _ => None,
    }
}

/// What of the standard library an expression names.
fn named<'a>(model: &Model<'a>, expr: &'a Expr, scope: ScopeId) -> Option<Member> {
    let name = model.qualified_name(expr, scope)?;
    let parts = name.parts();
    let module = (1..=parts.len()).rev().find(|&length| stdlib::is_module(&parts[..length].join(".")));
    match module {
        Some(length) => Some(Member { module: parts[..length].join("."), path: parts[length..].join(".") }),
        None if stdlib::is_builtin(parts.first()?) => {
            Some(Member { module: "builtins".to_owned(), path: parts.join(".") })
        }
        None => None,
    }
}

impl Member {
    fn shown(&self) -> String {
        match self.module.as_str() {
            "builtins" => self.path.clone(),
            module => format!("{module}.{}", self.path),
        }
    }
}
