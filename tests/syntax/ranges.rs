//! Functions, their names and their parameters' ranges are those of a second parser.

use std::sync::Arc;

use d3ls::syntax::parse;
use rustpython_parser::Parse;
use rustpython_parser::ast as second;

use crate::python39::library_files;
use crate::second_parser::{ours, theirs};

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
        let (found, expected) = (ours(&parsed), theirs(&suite));
        compared += found.len();
        for (ours, theirs) in found.iter().zip(&expected) {
            assert_eq!(ours, theirs, "{}", path.display());
        }
        assert_eq!(found.len(), expected.len(), "{}", path.display());
    }
    eprintln!("{compared} functions compared");
}
