//! What an expression can evaluate to, followed through names, conditions and functions of the script.

use crate::syntax::ast::{self, Expr};

use super::condition::Fact;
use super::flow::{Held, Touch};
use super::model::{BindingId, BindingKind, FunctionId, MODULE, ScopeId, ScopeKind};
use super::origin::literal;
use super::trail::{Effort, Trail};
use super::{Model, Origin};

/// How many values are collected before the rest is left open.
const MAX_VALUES: usize = 64;

/// The values that an expression can have.
#[derive(Debug, Default)]
pub struct Values<'a> {
    /// Those that are known, as expressions that are no names, with the scope they are evaluated in.
    pub known: Vec<(&'a Expr, ScopeId)>,
    /// Whether there are no others.
    pub complete: bool,
}

impl<'a> Model<'a> {
    /// What `expr`, evaluated in `scope`, can be. An object that is made empty and filled later counts as it is made.
    pub fn values(&self, expr: &'a Expr, scope: ScopeId) -> Values<'a> {
        let mut values = Values { known: Vec::new(), complete: true };
        self.collect_values(expr, scope, None, Effort::default().trail(), &mut values);
        values
    }

    /// Collects what `expr` can be, or those of its values only that are true in a condition, or false.
    fn collect_values(
        &self,
        expr: &'a Expr,
        scope: ScopeId,
        only: Option<bool>,
        trail: Trail<'_>,
        values: &mut Values<'a>,
    ) {
        let Some(trail) = trail.next().filter(|_| values.known.len() < MAX_VALUES) else {
            values.complete = false;
            return;
        };
        match expr {
            Expr::Name(name) => self.collect_name(name, scope, only, trail, values),
            Expr::If(node) => {
                self.collect_values(&node.body, scope, only, trail, values);
                self.collect_values(&node.orelse, scope, only, trail, values);
            }
            Expr::BoolOp(node) => {
                // Each but the last comes out only where it decides: a false one of `and`, a true one of `or`.
                let decides = node.op == ast::BoolOp::Or;
                let Some((last, before)) = node.values.split_last() else { return };
                for value in before.iter().filter(|_| only != Some(!decides)) {
                    self.collect_values(value, scope, Some(decides), trail, values);
                }
                self.collect_values(last, scope, only, trail, values);
            }
            Expr::Named(node) => self.collect_values(&node.value, scope, only, trail, values),
            Expr::Call(call) => match self.plain_function(&call.func, scope) {
                Some(function) => self.collect_returned(function, only, trail, values),
                None => values.known.push((expr, scope)),
            },
            Expr::Subscript(node) => match self.entry_of(node, scope, trail) {
                Some((value, scope)) => self.collect_values(value, scope, only, trail, values),
                None => values.known.push((expr, scope)),
            },
            _ if only.is_none_or(|is_true| may_be(expr, is_true)) => values.known.push((expr, scope)),
            _ => {}
        }
    }

    fn collect_name(
        &self,
        name: &'a ast::ExprName,
        scope: ScopeId,
        only: Option<bool>,
        trail: Trail<'_>,
        values: &mut Values<'a>,
    ) {
        for binding in self.reaching_bindings(name, scope) {
            match binding.and_then(|id| Some((self.assigned(id)?, self.binding(id).written_in))) {
                Some((value, written_in)) => self.collect_values(value, written_in, only, trail, values),
                None => values.complete = false,
            }
        }
    }

    fn collect_returned(&self, function: FunctionId, only: Option<bool>, trail: Trail<'_>, values: &mut Values<'a>) {
        let ends = self.flow(function).ends();
        let definition = self.function(function);
        values.complete &= ends.falls_off.is_none();
        for &place in &ends.returns {
            match &definition.returns[place].value {
                Some(value) => self.collect_values(value, definition.scope, only, trail, values),
                None => values.complete = false,
            }
        }
    }

    /// The bindings that a read of a name can see; `None` stands for those that are not known.
    fn reaching_bindings(&self, name: &'a ast::ExprName, scope: ScopeId) -> Vec<Option<BindingId>> {
        let Some(home) = self.home(name, scope) else { return vec![None] };
        let Some(entry) = self.scope(home).names.get(name.id.as_str()) else { return vec![None] };
        if let ScopeKind::Function(function) = self.scope(home).kind
            && self.is_inline(scope, function)
            && let Some(reference) = self.reference_of(name)
        {
            let flow = self.flow(function);
            let Some(reaching) = flow.reaching(self, reference) else { return vec![None] };
            if !entry
                .bindings
                .iter()
                .any(|&id| flow.is_shared(id) && self.function_of(self.binding(id).written_in) != Some(function))
            {
                return reaching.bindings.iter().copied().map(Some).collect();
            }
        }
        match &entry.bindings[..] {
            [only] => vec![Some(*only)],
            several => several.iter().copied().map(Some).chain([None]).collect(),
        }
    }

    /// The whole value that a binding gives its name.
    pub fn assigned(&self, id: BindingId) -> Option<&'a Expr> {
        match self.binding(id).kind {
            BindingKind::Assignment(value) | BindingKind::Annotated(value) => value,
            BindingKind::Walrus(value) => Some(value),
            _ => None,
        }
    }

    /// The function of the script that `callee` certainly is, where calling it runs its body and gives what it returns.
    pub fn plain_function(&self, callee: &Expr, scope: ScopeId) -> Option<FunctionId> {
        let function = self.function_named(callee, scope)?;
        let definition = self.function(function);
        let is_plain =
            !definition.is_generator && !definition.node.is_async && definition.node.decorator_list.is_empty();
        is_plain.then_some(function)
    }

    /// What stands under a literal key in a dictionary that the script writes once, at the top level.
    fn entry_of(&self, node: &'a ast::ExprSubscript, scope: ScopeId, trail: Trail<'_>) -> Option<(&'a Expr, ScopeId)> {
        let (Expr::Name(name), Some(key)) = (&*node.value, literal(&node.slice)) else { return None };
        let [only] = self.bindings_of_name(name, scope) else { return None };
        let binding = self.binding(*only);
        let Some(Expr::Dict(dict)) = self.assigned(*only).filter(|_| binding.scope == MODULE && !trail.is_at_end())
        else {
            return None;
        };
        let mut items = dict.items.iter().filter(|item| item.key.as_ref().and_then(literal) == Some(key));
        items.next_back().map(|item| (&item.value, binding.written_in))
    }

    /// What is known of a name that holds this.
    pub fn fact_of(&self, held: Held) -> Option<Fact<'a>> {
        let binding = self.binding(held.binding?);
        let (fact, is_mutable) = match binding.kind {
            BindingKind::Assignment(Some(value)) | BindingKind::Annotated(Some(value)) | BindingKind::Walrus(value) => {
                (self.fact_of_value(value, binding.written_in), !is_text_or_number(value))
            }
            BindingKind::Augmented(node) if node.op == ast::Operator::Add => {
                let fact = Fact::of(&node.value);
                let is_true = fact.is_true.filter(|&is| is);
                (Fact { is_true, ..Fact::OBJECT }, !is_text_or_number(&node.value))
            }
            BindingKind::Except | BindingKind::Function(_) | BindingKind::Class(_) | BindingKind::Import(_) => {
                (Fact::OBJECT, false)
            }
            _ => return None,
        };
        Some(match held.touch {
            Touch::None => fact,
            Touch::Grown => Fact::OBJECT,
            Touch::Changed if is_mutable => Fact { is_true: None, ..fact },
            Touch::Changed => fact,
        })
    }

    fn fact_of_value(&self, value: &'a Expr, scope: ScopeId) -> Fact<'a> {
        match value {
            Expr::Call(call) if self.origin(&call.func, scope) == Some(Origin::ReturnOutputModel) => Fact::OBJECT,
            _ => Fact::of(value),
        }
    }
}

/// Whether what `value` makes may be true in a condition, or false. What is made empty may be filled later.
fn may_be(value: &Expr, is_true: bool) -> bool {
    matches!(value, Expr::List(_) | Expr::Dict(_) | Expr::Set(_))
        || Fact::of(value).is_true.is_none_or(|known| known == is_true)
}

/// Whether a value can't be changed in place.
fn is_text_or_number(value: &Expr) -> bool {
    value.is_literal_expr() || matches!(value, Expr::FString(_) | Expr::Compare(_))
}
