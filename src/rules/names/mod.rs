//! D32xx: names and imports.

use std::borrow::Cow;

use rustc_hash::FxHashSet;

use crate::image::ModuleStatus;
use crate::semantic::{self, Binding, BindingKind, Import, Model, ScopeKind};
use crate::syntax::ast::Expr;
use crate::text::{Ranged, TextRange};

use super::Context;

pub(super) mod disallowed_import;
pub(super) mod implicit_import;
pub(super) mod local_import;
pub(super) mod possibly_unbound;
pub(super) mod reserved_class;
pub(super) mod reserved_name;
pub(super) mod star_import;
pub(super) mod undefined_name;
pub(super) mod unused_import;

/// Whether a binding gives its name another value inside D3: it is evaluated, no attribute of a class, no bare
/// annotation, and no stand-in for where the engine is absent (`except NameError: pb = Stub()`).
fn replaces(model: &Model<'_>, binding: &Binding<'_>) -> bool {
    let harmless = semantic::Context::NOT_EVALUATED | semantic::Context::NAME_GUARD;
    !matches!(binding.kind, BindingKind::Annotated(None))
        && !binding.context.intersects(harmless)
        && model.scope(binding.scope).kind != ScopeKind::Class
}

/// A module that the script needs for certain.
struct Required<'a> {
    /// Its dotted name, with the member of `from module import member`, which may be a module too.
    name: Cow<'a, str>,
    /// Where its name stands.
    range: TextRange,
    /// Leading dots.
    level: u32,
}

impl Required<'_> {
    /// The first part of its name.
    fn top(&self) -> &str {
        self.name.split('.').next().unwrap_or_default()
    }

    /// Whether Python's own library, the image or the manifest has it.
    fn status<'s>(&'s self, context: &'s Context<'_>) -> ModuleStatus<'s> {
        let libraries = context.manifest.into_iter().flat_map(|manifest| &manifest.libraries);
        context.image.module(&self.name, libraries.map(|library| library.value.as_str()))
    }
}

/// The modules that, in a part of the script, statements, `__import__("x")` and `importlib.import_module("x")` import, each statement's once:
/// not those that a handler, a test of the version, or a test for the module itself guards.
fn required_modules<'a>(context: &Context<'a>, part: TextRange) -> Vec<Required<'a>> {
    let model = context.model;
    let guards = semantic::Context::IMPORT_GUARD | semantic::Context::VERSION_GUARD | semantic::Context::NOT_EVALUATED;
    let imports = context.imports(part).iter();
    let statements = imports.filter(|import| !import.context.intersects(guards)).map(|import| Required {
        name: imported(import),
        range: import.module_range,
        level: import.level,
    });
    let calls = context.sites(&model.nodes.calls, part).iter();
    let calls = calls.filter(|site| !site.context.intersects(guards)).filter_map(|site| {
        let Expr::StringLiteral(module) = site.node.arguments.args.first()? else { return None };
        let name = module.value.to_str();
        let callee = model.callee(site.node)?;
        let imports = callee.is("__import__") || callee.is("importlib.import_module");
        (imports && !name.starts_with('.')).then(|| Required {
            name: Cow::Borrowed(name),
            range: module.range(),
            level: 0,
        })
    });
    statements.chain(calls).collect()
}

fn imported<'a>(import: &Import<'a>) -> Cow<'a, str> {
    match import.member {
        Some(member) if !import.is_star() && !import.module.is_empty() => {
            Cow::Owned([import.module, ".", member].concat())
        }
        _ => Cow::Borrowed(import.module),
    }
}

/// Keeps the first finding at each place: `from module import a, b` names its module once.
#[derive(Default)]
struct Once(FxHashSet<TextRange>);

impl Once {
    fn is_first(&mut self, range: TextRange) -> bool {
        self.0.insert(range)
    }
}
