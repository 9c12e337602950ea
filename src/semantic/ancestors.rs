//! The nodes around a place in a function, outermost first.

use crate::syntax::ast::visitor::source_order::{self, SourceOrderVisitor, TraversalSignal};
use crate::syntax::ast::{AnyNodeRef, Stmt};
use crate::text::{Ranged, TextRange};

use super::Model;
use super::model::FunctionId;

struct Finder<'a> {
    range: TextRange,
    found: Vec<AnyNodeRef<'a>>,
}

impl<'a> SourceOrderVisitor<'a> for Finder<'a> {
    fn enter_node(&mut self, node: AnyNodeRef<'a>) -> TraversalSignal {
        if node.range().contains_range(self.range) {
            self.found.push(node);
            TraversalSignal::Traverse
        } else {
            TraversalSignal::Skip
        }
    }
}

impl<'a> Model<'a> {
    /// The nodes of `function`'s body that contain `range`, outermost first.
    pub fn ancestors(&self, function: FunctionId, range: TextRange) -> Vec<AnyNodeRef<'a>> {
        let mut finder = Finder { range, found: Vec::new() };
        let body: &'a [Stmt] = &self.function(function).node.body;
        let place = body.partition_point(|statement| statement.end() < range.end());
        if let Some(statement) = body.get(place) {
            source_order::walk_stmt(&mut finder, statement);
        }
        finder.found
    }
}
