//! The functions of a text as two parsers see them, for comparison.

use d3ls::syntax::ast::Stmt;
use d3ls::syntax::{Parsed, walk};
use d3ls::text::Ranged;
use rustpython_parser::ast::{self as second, Ranged as _};

/// A function: where its `def` or `async` begins, its name, and each parameter with its range.
pub type Function = (usize, String, Vec<(String, usize, usize)>);

struct Ours<'a>(&'a Parsed, Vec<Function>);

impl<'a> walk::Visitor<'a> for Ours<'_> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        if let Stmt::FunctionDef(def) = stmt {
            let text = &self.0.text;
            let keyword = if def.is_async { "async" } else { "def" };
            let name = def.name.range.start().to_usize();
            let start = text[..name].rfind(keyword).expect("a function has a keyword");
            let parameters = def.parameters.iter().map(|parameter| parameter.as_parameter()).map(|parameter| {
                // The second parser's range leaves out the stars.
                let name = parameter.name.range;
                (parameter.name.to_string(), name.start().to_usize(), parameter.range().end().to_usize())
            });
            let mut parameters: Vec<_> = parameters.collect();
            parameters.sort_by_key(|parameter| parameter.1);
            self.1.push((start, def.name.to_string(), parameters));
        }
        walk::walk_stmt(self, stmt);
    }
}

fn collect(body: &[second::Stmt], functions: &mut Vec<Function>) {
    for stmt in body {
        match stmt {
            second::Stmt::FunctionDef(def) => {
                functions.push(function(stmt, &def.name, &def.args));
                collect(&def.body, functions);
            }
            second::Stmt::AsyncFunctionDef(def) => {
                functions.push(function(stmt, &def.name, &def.args));
                collect(&def.body, functions);
            }
            second::Stmt::ClassDef(class) => collect(&class.body, functions),
            second::Stmt::For(inner) => {
                [&inner.body, &inner.orelse].into_iter().for_each(|body| collect(body, functions))
            }
            second::Stmt::AsyncFor(inner) => {
                [&inner.body, &inner.orelse].into_iter().for_each(|body| collect(body, functions));
            }
            second::Stmt::While(inner) => {
                [&inner.body, &inner.orelse].into_iter().for_each(|body| collect(body, functions));
            }
            second::Stmt::If(inner) => {
                [&inner.body, &inner.orelse].into_iter().for_each(|body| collect(body, functions))
            }
            second::Stmt::With(inner) => collect(&inner.body, functions),
            second::Stmt::AsyncWith(inner) => collect(&inner.body, functions),
            second::Stmt::Try(inner) => {
                collect(&inner.body, functions);
                for handler in &inner.handlers {
                    let second::ExceptHandler::ExceptHandler(handler) = handler;
                    collect(&handler.body, functions);
                }
                collect(&inner.orelse, functions);
                collect(&inner.finalbody, functions);
            }
            _ => {}
        }
    }
}

fn function(stmt: &second::Stmt, name: &second::Identifier, arguments: &second::Arguments) -> Function {
    let with_default = arguments.posonlyargs.iter().chain(&arguments.args).chain(&arguments.kwonlyargs);
    let single = arguments.vararg.iter().chain(&arguments.kwarg).map(|argument| &**argument);
    let mut parameters: Vec<_> = with_default
        .map(|argument| &argument.def)
        .chain(single)
        .map(|argument| {
            let range = argument.range();
            (argument.arg.to_string(), range.start().to_usize(), range.end().to_usize())
        })
        .collect();
    parameters.sort_by_key(|parameter| parameter.1);
    (stmt.range().start().to_usize(), name.to_string(), parameters)
}

/// The functions of our tree, in order.
pub fn ours(parsed: &Parsed) -> Vec<Function> {
    let mut ours = Ours(parsed, Vec::new());
    walk::Visitor::visit_body(&mut ours, &parsed.body);
    ours.1.sort();
    ours.1
}

/// The functions of the second parser's tree, in order.
pub fn theirs(body: &[second::Stmt]) -> Vec<Function> {
    let mut functions = Vec::new();
    collect(body, &mut functions);
    functions.sort();
    functions
}
