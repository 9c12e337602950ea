//! How a condition comes out when something is known of the names in it.

use crate::syntax::ast::{self, Expr};

use super::truth::truth;

/// What is known of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Fact<'a> {
    /// Whether it is true in a condition.
    pub is_true: Option<bool>,
    /// Whether it is `None`.
    pub is_none: Option<bool>,
    /// The text, where it is a known one.
    pub text: Option<&'a str>,
    /// The integer, where it is a known one.
    pub number: Option<i64>,
}

impl<'a> Fact<'a> {
    /// An object that is certainly there, and true in a condition.
    pub const OBJECT: Self = Self { is_true: Some(true), is_none: Some(false), text: None, number: None };

    /// What the expression itself tells.
    pub fn of(expr: &'a Expr) -> Self {
        match expr {
            Expr::NoneLiteral(_) => Self { is_true: Some(false), is_none: Some(true), ..Self::default() },
            Expr::StringLiteral(node) => {
                let text = node.value.to_str();
                Self { is_true: Some(!text.is_empty()), text: Some(text), ..Self::OBJECT }
            }
            Expr::FString(node) => {
                let has_text = node.value.elements().any(|element| match element {
                    ast::InterpolatedStringElement::Literal(literal) => !literal.value.is_empty(),
                    ast::InterpolatedStringElement::Interpolation(_) => false,
                });
                Self { is_true: has_text.then_some(true), ..Self::OBJECT }
            }
            Expr::ListComp(_) | Expr::DictComp(_) | Expr::SetComp(_) => Self { is_true: None, ..Self::OBJECT },
            Expr::BinOp(node) => {
                // A text with something added is no empty one.
                let is_text = |side: &Expr| matches!(side, Expr::StringLiteral(_) | Expr::FString(_) | Expr::BinOp(_));
                let is_true = node.op == ast::Operator::Add
                    && [&*node.left, &*node.right]
                        .into_iter()
                        .any(|side| is_text(side) && Fact::of(side).is_true == Some(true));
                Self { is_true: is_true.then_some(true), ..Self::OBJECT }
            }
            _ => match truth(expr) {
                Some(is_true) => Self { is_true: Some(is_true), number: integer(expr, &|_| None), ..Self::OBJECT },
                None => Self::default(),
            },
        }
    }
}

/// How `test` comes out, if that is certain. `fact` says what is known of a name.
pub fn decide<'a>(test: &Expr, fact: &impl Fn(&str) -> Option<Fact<'a>>) -> Option<bool> {
    match test {
        Expr::Name(name) => fact(name.id.as_str())?.is_true,
        Expr::UnaryOp(node) if node.op == ast::UnaryOp::Not => decide(&node.operand, fact).map(|is| !is),
        Expr::BoolOp(node) => {
            let decides = node.op == ast::BoolOp::Or;
            let mut all = Some(!decides);
            for value in &node.values {
                match decide(value, fact) {
                    Some(is) if is == decides => return Some(decides),
                    Some(_) => {}
                    None => all = None,
                }
            }
            all
        }
        Expr::Named(node) => decide(&node.value, fact),
        Expr::Call(call) => match (&*call.func, &*call.arguments.args) {
            (Expr::Name(name), [only]) if matches!(name.id.as_str(), "len" | "bool" | "any") => decide(only, fact),
            _ => None,
        },
        Expr::Compare(node) => match (&*node.ops, &*node.comparators) {
            ([op], [right]) => compare(&node.left, *op, right, fact),
            _ => None,
        },
        _ => truth(test),
    }
}

/// The integer that an expression of literals and of names with known numbers gives.
pub(super) fn integer(expr: &Expr, number: &impl Fn(&str) -> Option<i64>) -> Option<i64> {
    match expr {
        Expr::NumberLiteral(ast::ExprNumberLiteral { value: ast::Number::Int(value), .. }) => value.as_i64(),
        Expr::Name(name) => number(name.id.as_str()),
        Expr::UnaryOp(node) if node.op == ast::UnaryOp::USub => integer(&node.operand, number)?.checked_neg(),
        Expr::BinOp(node) => {
            let (left, right) = (integer(&node.left, number)?, integer(&node.right, number)?);
            match node.op {
                ast::Operator::Add => left.checked_add(right),
                ast::Operator::Sub => left.checked_sub(right),
                ast::Operator::Mult => left.checked_mul(right),
                _ => None,
            }
        }
        _ => None,
    }
}

fn compare<'a>(left: &Expr, op: ast::CmpOp, right: &Expr, fact: &impl Fn(&str) -> Option<Fact<'a>>) -> Option<bool> {
    let number = |name: &str| fact(name)?.number;
    if let (Some(left), Some(right)) = (integer(left, &number), integer(right, &number)) {
        return compare_numbers(left, op, right);
    }
    if let (Expr::Call(call), Expr::NumberLiteral(number)) = (left, right) {
        return compare_length(call, op, number, fact);
    }
    let (name, other) = match (left, right) {
        (Expr::Name(name), other) | (other, Expr::Name(name)) => (name, other),
        _ => return None,
    };
    let known = fact(name.id.as_str())?;
    let negated = matches!(op, ast::CmpOp::NotEq | ast::CmpOp::IsNot | ast::CmpOp::NotIn);
    let is = match (op, other) {
        (ast::CmpOp::Is | ast::CmpOp::IsNot | ast::CmpOp::Eq | ast::CmpOp::NotEq, Expr::NoneLiteral(_)) => {
            known.is_none?
        }
        (ast::CmpOp::Eq | ast::CmpOp::NotEq, Expr::StringLiteral(text)) => match known.text {
            Some(known) => known == text.value.to_str(),
            // Only an empty text equals one.
            None if text.value.is_empty() && known.is_true == Some(true) => false,
            None => return None,
        },
        (ast::CmpOp::Eq | ast::CmpOp::NotEq, Expr::List(_) | Expr::Dict(_)) if truth(other) == Some(false) => {
            match known.is_true? {
                true => false,
                false if known.text.is_some() || known.is_none == Some(true) => false,
                false => return None,
            }
        }
        // No text equals them.
        (ast::CmpOp::Eq | ast::CmpOp::NotEq, Expr::Tuple(_) | Expr::List(_) | Expr::Dict(_) | Expr::Set(_))
            if known.text.is_some() =>
        {
            false
        }
        (
            ast::CmpOp::In | ast::CmpOp::NotIn,
            Expr::Tuple(ast::ExprTuple { elts, .. })
            | Expr::List(ast::ExprList { elts, .. })
            | Expr::Set(ast::ExprSet { elts, .. }),
        ) => {
            let known = known.text?;
            let mut texts = elts.iter().map(|element| Fact::of(element).text);
            let mut found = false;
            if !texts.all(|text| {
                text.is_some_and(|text| {
                    found |= text == known;
                    true
                })
            }) {
                return None;
            }
            found
        }
        _ => return None,
    };
    Some(is != negated)
}

fn compare_numbers(left: i64, op: ast::CmpOp, right: i64) -> Option<bool> {
    match op {
        ast::CmpOp::Eq => Some(left == right),
        ast::CmpOp::NotEq => Some(left != right),
        ast::CmpOp::Lt => Some(left < right),
        ast::CmpOp::LtE => Some(left <= right),
        ast::CmpOp::Gt => Some(left > right),
        ast::CmpOp::GtE => Some(left >= right),
        ast::CmpOp::Is | ast::CmpOp::IsNot | ast::CmpOp::In | ast::CmpOp::NotIn => None,
    }
}

/// `len(errors) > 0` and its kin.
fn compare_length<'a>(
    call: &ast::ExprCall,
    op: ast::CmpOp,
    number: &ast::ExprNumberLiteral,
    fact: &impl Fn(&str) -> Option<Fact<'a>>,
) -> Option<bool> {
    let (Expr::Name(function), [Expr::Name(name)], ast::Number::Int(number)) =
        (&*call.func, &*call.arguments.args, &number.value)
    else {
        return None;
    };
    if function.id.as_str() != "len" {
        return None;
    }
    let (is_true, number) = (fact(name.id.as_str())?.is_true?, number.as_u64()?);
    match (op, number) {
        (ast::CmpOp::Gt | ast::CmpOp::NotEq, 0) | (ast::CmpOp::GtE, 1) => Some(is_true),
        (ast::CmpOp::Eq | ast::CmpOp::LtE, 0) | (ast::CmpOp::Lt, 1) => Some(!is_true),
        (ast::CmpOp::Gt | ast::CmpOp::GtE | ast::CmpOp::Eq, _) if !is_true => Some(false),
        _ => None,
    }
}
