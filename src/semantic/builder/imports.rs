//! Import statements.

use crate::syntax::ast::{self, Stmt};
use crate::text::{Ranged, TextRange, TextSize};

use super::{Builder, index};
use crate::semantic::guards::postpones_annotations;
use crate::semantic::model::{BindingKind, Import, ImportId};

impl<'a> Builder<'a> {
    pub(super) fn visit_import(&mut self, statement: &'a Stmt, import: &'a ast::StmtImport) {
        for alias in &import.names {
            let module = alias.name.as_str();
            let (name, range) = match &alias.asname {
                Some(name) => (name.as_str(), name.range()),
                None => {
                    let first = module.split('.').next().unwrap_or(module);
                    (first, TextRange::at(alias.name.start(), TextSize::of(first)))
                }
            };
            let id = self.push_import(statement, alias, module, alias.name.range(), None, 0);
            self.bind(name, range, BindingKind::Import(id));
        }
    }

    pub(super) fn visit_import_from(&mut self, statement: &'a Stmt, import: &'a ast::StmtImportFrom) {
        let module = import.module.as_ref().map_or("", |module| module.as_str());
        let range = self.module_range(import);
        self.postponed_annotations |= postpones_annotations(import);
        for alias in &import.names {
            let member = alias.name.as_str();
            let id = self.push_import(statement, alias, module, range, Some(member), import.level);
            if member != "*" {
                self.bind_identifier(alias.asname.as_ref().unwrap_or(&alias.name), BindingKind::Import(id));
            }
        }
    }

    /// The module's name with its leading dots.
    fn module_range(&self, import: &'a ast::StmtImportFrom) -> TextRange {
        let named = import.module.as_ref().map(Ranged::range);
        let first = import.names.first().map_or(import.end(), Ranged::start);
        let end = named.map_or(first, TextRange::start);
        let before = &self.text[import.start().to_usize()..end.to_usize()];
        match (before.find('.'), before.rfind('.')) {
            (Some(start), Some(last)) if import.level > 0 => {
                let at = |place: usize| import.start() + TextSize::of(&before[..place]);
                TextRange::new(at(start), named.map_or(at(last + 1), TextRange::end))
            }
            _ => named.unwrap_or(import.range()),
        }
    }

    fn push_import(
        &mut self,
        statement: &'a Stmt,
        alias: &'a ast::Alias,
        module: &'a str,
        module_range: TextRange,
        member: Option<&'a str>,
        level: u32,
    ) -> ImportId {
        let id = ImportId(index(self.tables.imports.len()));
        self.tables.imports.push(Import {
            statement,
            alias,
            module,
            module_range,
            member,
            level,
            scope: self.scope,
            context: self.context,
        });
        id
    }
}
