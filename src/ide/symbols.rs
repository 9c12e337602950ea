//! Document symbols: the script's commands, functions, classes and constants.

use crate::semantic::{Analysis, BindingKind, MODULE, Model};
use crate::syntax::ast::Stmt;
use crate::text::{Ranged, TextRange};

use super::subject::{declared, function_of_name};

/// What sort of thing a symbol is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SymbolKind {
    /// A command: D3 calls it.
    Command,
    /// Any other function.
    Function,
    /// A function in a class.
    Method,
    /// A class.
    Class,
    /// A variable at the top level.
    Variable,
    /// An input of a command, in a manifest.
    Input,
    /// A connection parameter, in a manifest.
    ConnectionParameter,
}

/// A thing that a script defines or a manifest declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symbol {
    /// Its name.
    pub name: String,
    /// A few words beside it: a command's display name.
    pub detail: Option<String>,
    /// What it is.
    pub kind: SymbolKind,
    /// All of it.
    pub range: TextRange,
    /// Its name's bytes.
    pub selection: TextRange,
    /// What is defined in it.
    pub children: Vec<Symbol>,
}

/// What a script defines, in source order.
pub fn symbols(analysis: &Analysis) -> Vec<Symbol> {
    let model = analysis.model();
    let mut found = inside(model, &analysis.parsed().body, SymbolKind::Function, true);
    for name in model.scope(MODULE).names.values() {
        let Some(binding) = name.bindings.first().map(|&id| model.binding(id)) else { continue };
        if matches!(binding.kind, BindingKind::Assignment(_) | BindingKind::Annotated(_)) {
            found.push(Symbol {
                name: binding.name.to_owned(),
                detail: None,
                kind: SymbolKind::Variable,
                range: binding.range,
                selection: binding.range,
                children: Vec::new(),
            });
        }
    }
    found.sort_by_key(|symbol| symbol.selection.start());
    found
}

/// The functions and classes of a body, and those of its blocks.
fn inside(model: &Model<'_>, body: &[Stmt], kind: SymbolKind, top: bool) -> Vec<Symbol> {
    let mut found = Vec::new();
    for statement in body {
        match statement {
            Stmt::FunctionDef(node) => {
                let name = node.name.as_str();
                let function =
                    function_of_name(model, MODULE, name).filter(|&id| top && model.command_of(id).is_some());
                let display =
                    function.and_then(|id| declared(model, id)).and_then(|command| command.display_name.as_ref());
                found.push(Symbol {
                    name: name.to_owned(),
                    detail: display.map(|name| name.value.clone()),
                    kind: if function.is_some() { SymbolKind::Command } else { kind },
                    range: node.range(),
                    selection: node.name.range(),
                    children: inside(model, &node.body, SymbolKind::Function, false),
                });
            }
            Stmt::ClassDef(node) => found.push(Symbol {
                name: node.name.to_string(),
                detail: None,
                kind: SymbolKind::Class,
                range: node.range(),
                selection: node.name.range(),
                children: inside(model, &node.body, SymbolKind::Method, false),
            }),
            Stmt::If(node) => {
                found.extend(inside(model, &node.body, kind, top));
                found.extend(node.elif_else_clauses.iter().flat_map(|clause| inside(model, &clause.body, kind, top)));
            }
            Stmt::Try(node) => {
                for body in [&node.body, &node.orelse, &node.finalbody] {
                    found.extend(inside(model, body, kind, top));
                }
            }
            _ => {}
        }
    }
    found.retain(|symbol| !symbol.name.is_empty());
    found
}
