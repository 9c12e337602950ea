//! Functions, their names and their parameters' ranges are those of a second parser.

use std::sync::Arc;

use d3ls::syntax::ast::Stmt;
use d3ls::syntax::{Parsed, parse, walk};
use d3ls::text::Ranged;
use rustpython_parser::Parse;
use rustpython_parser::ast::{self as second, Ranged as _};

use crate::python39::library_files;

/// A function: where its `def` or `async` begins, its name, and each parameter with its range.
type Function = (usize, String, Vec<(String, usize, usize)>);

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

fn theirs(body: &[second::Stmt], functions: &mut Vec<Function>) {
    for stmt in body {
        match stmt {
            second::Stmt::FunctionDef(def) => {
                functions.push(function(stmt, &def.name, &def.args));
                theirs(&def.body, functions);
            }
            second::Stmt::AsyncFunctionDef(def) => {
                functions.push(function(stmt, &def.name, &def.args));
                theirs(&def.body, functions);
            }
            second::Stmt::ClassDef(class) => theirs(&class.body, functions),
            second::Stmt::For(inner) => {
                [&inner.body, &inner.orelse].into_iter().for_each(|body| theirs(body, functions))
            }
            second::Stmt::AsyncFor(inner) => {
                [&inner.body, &inner.orelse].into_iter().for_each(|body| theirs(body, functions));
            }
            second::Stmt::While(inner) => {
                [&inner.body, &inner.orelse].into_iter().for_each(|body| theirs(body, functions));
            }
            second::Stmt::If(inner) => {
                [&inner.body, &inner.orelse].into_iter().for_each(|body| theirs(body, functions))
            }
            second::Stmt::With(inner) => theirs(&inner.body, functions),
            second::Stmt::AsyncWith(inner) => theirs(&inner.body, functions),
            second::Stmt::Try(inner) => {
                theirs(&inner.body, functions);
                for handler in &inner.handlers {
                    let second::ExceptHandler::ExceptHandler(handler) = handler;
                    theirs(&handler.body, functions);
                }
                theirs(&inner.orelse, functions);
                theirs(&inner.finalbody, functions);
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

#[test]
fn functions_and_parameters_are_those_of_a_second_parser() {
    let mut compared = 0;
    for path in library_files() {
        let Ok(text) = std::fs::read_to_string(&path) else {
            continue;
        };
        let parsed = parse(&Arc::from(text.as_str()));
        if !parsed.errors.is_empty() {
            continue;
        }
        let Ok(suite) = second::Suite::parse(&text, "f") else {
            continue;
        };
        let mut expected = Vec::new();
        theirs(&suite, &mut expected);
        let mut ours = Ours(&parsed, Vec::new());
        walk::Visitor::visit_body(&mut ours, &parsed.body);
        let mut found = ours.1;
        found.sort();
        expected.sort();
        compared += found.len();
        for (ours, theirs) in found.iter().zip(&expected) {
            assert_eq!(ours, theirs, "{}", path.display());
        }
        assert_eq!(found.len(), expected.len(), "{}", path.display());
    }
    eprintln!("{compared} functions compared");
}
