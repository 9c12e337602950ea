//! Conditions that a function asks more than once: `if found:` and later `if not found:`. As long as nothing changes
//! their names, no path takes them to hold and not to hold.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::syntax::ast::{self, CmpOp, Expr};
use crate::text::{Ranged, TextRange};

use super::super::Model;
use super::{Flow, Place, Step, Usage};

/// How many conditions are remembered in a function: each doubles the states that are followed.
const MAX_CONDITIONS: usize = 4;

/// The conditions of a function that occur in more than one test.
#[derive(Debug, Default)]
pub(super) struct Repeated {
    /// By the place of each occurrence: which condition it is, and whether it is not its opposite.
    occurrences: FxHashMap<TextRange, (u8, bool)>,
    /// The steps that may change a condition, in order, with the bits of those conditions.
    changes: Vec<(Place, u8)>,
}

/// What a path knows of the repeated conditions, a bit for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) struct Known {
    decided: u8,
    holds: u8,
}

impl Repeated {
    pub(super) fn new(model: &Model<'_>, flow: &Flow) -> Self {
        let mut starts: Vec<_> =
            flow.blocks.iter().flat_map(|block| &block.edges).filter_map(|edge| Some(edge.outcome?.test)).collect();
        starts.sort_unstable();
        starts.dedup();
        let mut found: Vec<Condition<'_>> = Vec::new();
        let mut places: FxHashMap<String, usize> = FxHashMap::default();
        for test in starts.into_iter().filter_map(|start| model.test_at(start)) {
            let mut parts = Vec::new();
            collect_parts(test, &mut parts);
            for part in parts {
                let Some((text, is_plain, names)) = normal_form(model, part) else { continue };
                let place = *places.entry(text).or_insert(found.len());
                if place == found.len() {
                    found.push(Condition { occurrences: Vec::new(), tests: FxHashSet::default(), names });
                }
                found[place].occurrences.push((part.range(), is_plain));
                found[place].tests.insert(test.range());
            }
        }
        let mut repeated = Self::default();
        let several = found.into_iter().filter(|condition| condition.tests.len() > 1).take(MAX_CONDITIONS);
        for (condition, place) in several.zip(0_u8..) {
            repeated.occurrences.extend(condition.occurrences.iter().map(|(range, is)| (*range, (place, *is))));
            for track in condition.names.into_iter().filter_map(|name| flow.track(model, name)) {
                let changes = track.steps.iter().filter(|(_, step)| !matches!(step, Step::Use(_, Usage::Read)));
                repeated.changes.extend(changes.map(|(at, _)| (*at, 1 << place)));
            }
        }
        repeated.changes.sort_unstable();
        repeated
    }

    /// What is known after the steps of a block before the step `end`.
    pub(super) fn after(&self, mut known: Known, block: usize, end: usize) -> Known {
        let first = self.changes.partition_point(|(place, _)| place.block < block);
        let inside = self.changes[first..].iter().take_while(|(place, _)| place.block == block && place.step < end);
        for (_, bits) in inside {
            known.decided &= !bits;
            known.holds &= !bits;
        }
        known
    }

    /// What is known once `test` came out so; `None` where it can't.
    pub(super) fn taking(&self, test: &Expr, is: bool, mut known: Known) -> Option<Known> {
        if self.occurrences.is_empty() {
            return Some(known);
        }
        if self.decide(test, known).is_some_and(|decided| decided != is) {
            return None;
        }
        self.learn(test, is, &mut known);
        Some(known)
    }

    fn decide(&self, test: &Expr, known: Known) -> Option<bool> {
        match test {
            Expr::UnaryOp(node) if node.op == ast::UnaryOp::Not => self.decide(&node.operand, known).map(|is| !is),
            Expr::BoolOp(node) => {
                let decides = node.op == ast::BoolOp::Or;
                let mut parts = node.values.iter().map(|part| self.decide(part, known));
                if parts.clone().any(|part| part == Some(decides)) {
                    return Some(decides);
                }
                parts.all(|part| part.is_some()).then_some(!decides)
            }
            part => {
                let (place, is_plain) = *self.occurrences.get(&part.range())?;
                let bit = 1 << place;
                (known.decided & bit != 0).then_some((known.holds & bit != 0) == is_plain)
            }
        }
    }

    fn learn(&self, test: &Expr, is: bool, known: &mut Known) {
        match test {
            Expr::UnaryOp(node) if node.op == ast::UnaryOp::Not => self.learn(&node.operand, !is, known),
            Expr::BoolOp(node) if is == (node.op == ast::BoolOp::And) => {
                node.values.iter().for_each(|part| self.learn(part, is, known));
            }
            Expr::BoolOp(_) => {}
            part => {
                let Some(&(place, is_plain)) = self.occurrences.get(&part.range()) else { return };
                known.decided |= 1 << place;
                if is == is_plain {
                    known.holds |= 1 << place;
                } else {
                    known.holds &= !(1 << place);
                }
            }
        }
    }
}

struct Condition<'a> {
    occurrences: Vec<(TextRange, bool)>,
    tests: FxHashSet<TextRange>,
    names: Vec<&'a str>,
}

/// The parts of a test that `not`, `and` and `or` join.
fn collect_parts<'a>(test: &'a Expr, parts: &mut Vec<&'a Expr>) {
    match test {
        Expr::UnaryOp(node) if node.op == ast::UnaryOp::Not => collect_parts(&node.operand, parts),
        Expr::BoolOp(node) => node.values.iter().for_each(|part| collect_parts(part, parts)),
        part => parts.push(part),
    }
}

/// The text that equal conditions share, whether this is it and not its opposite, and the names that it reads. `None`
/// for a condition that may come out otherwise the next time, and for one that is always the same.
fn normal_form<'a>(model: &Model<'a>, part: &'a Expr) -> Option<(String, bool, Vec<&'a str>)> {
    let mut names = Vec::new();
    if !is_lasting(part, &mut names) || names.is_empty() {
        return None;
    }
    let slice = |expr: &Expr| model.script.parsed.slice(expr.range());
    Some(match part {
        Expr::Compare(node) if node.ops.len() == 1 => {
            let (op, is_plain) = match node.ops[0] {
                CmpOp::NotEq => (CmpOp::Eq, false),
                CmpOp::IsNot => (CmpOp::Is, false),
                CmpOp::NotIn => (CmpOp::In, false),
                CmpOp::GtE => (CmpOp::Lt, false),
                CmpOp::Gt => (CmpOp::LtE, false),
                op => (op, true),
            };
            (format!("{} {op} {}", slice(&node.left), slice(&node.comparators[0])), is_plain, names)
        }
        _ => (slice(part).to_owned(), true, names),
    })
}

/// Whether an expression gives the same again as long as its names, which are collected, hold the same.
fn is_lasting<'a>(expr: &'a Expr, names: &mut Vec<&'a str>) -> bool {
    match expr {
        Expr::Name(name) => {
            names.push(name.id.as_str());
            true
        }
        Expr::Attribute(node) => is_lasting(&node.value, names),
        Expr::Subscript(node) => is_lasting(&node.value, names) && is_lasting(&node.slice, names),
        Expr::Compare(node) => {
            is_lasting(&node.left, names) && node.comparators.iter().all(|right| is_lasting(right, names))
        }
        Expr::BinOp(node) => is_lasting(&node.left, names) && is_lasting(&node.right, names),
        Expr::UnaryOp(node) => is_lasting(&node.operand, names),
        Expr::Tuple(node) => node.elts.iter().all(|element| is_lasting(element, names)),
        Expr::List(node) => node.elts.iter().all(|element| is_lasting(element, names)),
        Expr::Set(node) => node.elts.iter().all(|element| is_lasting(element, names)),
        Expr::Call(call) => {
            let is_plain = match &*call.func {
                Expr::Name(name) => {
                    matches!(name.id.as_str(), "len" | "isinstance" | "bool" | "str" | "int" | "hasattr")
                }
                Expr::Attribute(method) => {
                    matches!(
                        method.attr.as_str(),
                        "get" | "startswith" | "endswith" | "lower" | "upper" | "strip" | "isdigit"
                    ) && is_lasting(&method.value, names)
                }
                _ => false,
            };
            is_plain
                && call.arguments.keywords.is_empty()
                && call.arguments.args.iter().all(|argument| is_lasting(argument, names))
        }
        _ => expr.is_literal_expr(),
    }
}
