//! Modules that a script may import, and what they hold (D3's page, "Convention").

use super::{CompletionItem, CompletionKind};
use crate::ide::cursor::Cursor;
use crate::image::stdlib;
use crate::syntax::ast::{self, AnyNodeRef};
use crate::text::TextRange;

/// Modules for `import`.
pub(super) fn modules(cursor: &Cursor<'_>) -> Vec<CompletionItem> {
    let Some(AnyNodeRef::StmtImport(import)) = cursor.chain.first() else { return Vec::new() };
    let at = cursor.statement.cursor;
    match import.names.iter().find(|alias| alias.name.range.contains_range(at)) {
        Some(alias) => below(cursor, before(cursor, alias.name.range)),
        None => Vec::new(),
    }
}

/// Modules for `from`.
pub(super) fn from_modules(cursor: &Cursor<'_>, import: &ast::StmtImportFrom) -> Vec<CompletionItem> {
    let at = cursor.statement.cursor;
    match &import.module {
        Some(module) if import.level == 0 && module.range.contains_range(at) => {
            below(cursor, before(cursor, module.range))
        }
        _ => Vec::new(),
    }
}

/// Members of a module for `from ... import`. Only the standard library's are known.
pub(super) fn members(cursor: &Cursor<'_>, import: &ast::StmtImportFrom) -> Vec<CompletionItem> {
    let at = cursor.statement.cursor;
    let is_name = import.names.iter().any(|alias| alias.name.range.contains_range(at));
    let Some(module) = import.module.as_ref().filter(|_| is_name && import.level == 0) else { return Vec::new() };
    let names = stdlib::names(module.as_str()).into_iter().flatten();
    let public = names.filter(|name| !name.starts_with('_'));
    let mut items: Vec<_> =
        public.map(|name| CompletionItem::new(name, CompletionKind::Variable, cursor.statement.word)).collect();
    let modules = below(cursor, &format!("{}.", module.as_str()));
    let known: Vec<String> = items.iter().map(|item| item.label.clone()).collect();
    items.extend(modules.into_iter().filter(|item| !known.contains(&item.label)));
    items
}

/// What is typed of a dotted name before the cursor's word.
fn before<'a>(cursor: &Cursor<'a>, name: TextRange) -> &'a str {
    cursor.statement.parsed.slice(TextRange::new(name.start(), cursor.statement.cursor.start()))
}

/// The modules right below `prefix`, which is empty or ends with a dot.
fn below(cursor: &Cursor<'_>, prefix: &str) -> Vec<CompletionItem> {
    let surroundings = &cursor.model.script.surroundings;
    let image = &surroundings.image;
    let mut names: Vec<(&str, &str)> = if prefix.is_empty() {
        image.importable().into_iter().map(|name| (name, "")).collect()
    } else {
        let modules = stdlib::modules().filter_map(|module| module.strip_prefix(prefix));
        modules.filter(|rest| !rest.contains('.') && !rest.starts_with('_')).map(|rest| (rest, "")).collect()
    };
    let image_modules = image
        .libraries()
        .iter()
        .flat_map(|library| library.modules.iter().map(|module| (module, &*library.distribution)));
    let own = surroundings.manifest.iter().flat_map(|manifest| &manifest.libraries);
    for (module, origin) in image_modules.chain(own.map(|library| (&library.value, "the manifest's libraries"))) {
        let Some(rest) = module.strip_prefix(prefix) else { continue };
        let name = rest.split('.').next().unwrap_or(rest);
        match names.iter_mut().find(|(known, _)| *known == name) {
            Some(known) if known.1.is_empty() && rest == name => known.1 = origin,
            None if !name.starts_with('_') && !name.is_empty() => names.push((name, origin)),
            _ => {}
        }
    }
    names.sort_unstable();
    let item = |(name, origin)| CompletionItem::new(name, CompletionKind::Module, cursor.statement.word).detail(origin);
    names.into_iter().map(item).collect()
}
