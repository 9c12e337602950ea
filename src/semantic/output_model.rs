//! Output models: calls of `pb.returnOutputModel`, directly and through wrappers
//! (D3's page, "Return Output Model").

use rustc_hash::FxHashMap;

use crate::image::names::OUTPUT_MODEL_SLOTS;
use crate::syntax::ast::{self, Expr};
use crate::text::Ranged;

use super::model::{BindingKind, FunctionId, ParameterKind, ScopeId, ScopeKind};
use super::trail::{Effort, Trail};
use super::{Model, Origin};

/// How many slots an output model has.
const SLOTS: usize = OUTPUT_MODEL_SLOTS.len();

/// What stands in one slot of an output model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Slot<'a> {
    /// Nothing is given.
    Absent,
    /// This expression, evaluated in this scope.
    Given(&'a Expr, ScopeId),
    /// Something, but behind `*` or `**`, or computed by a wrapper.
    Unknown,
}

/// One output model being made.
#[derive(Debug, Clone)]
pub struct OutputModel<'a> {
    /// The call: of `pb.returnOutputModel`, or of the wrapper.
    pub call: &'a ast::ExprCall,
    /// Where the call is evaluated.
    pub scope: ScopeId,
    /// What stands in each slot, in the order of the engine's parameters.
    pub slots: [Slot<'a>; SLOTS],
    /// The wrapper that is called, if the call is not direct.
    pub wrapper: Option<FunctionId>,
}

impl<'a> OutputModel<'a> {
    /// What stands in the slot with this name.
    pub fn slot(&self, name: &str) -> Slot<'a> {
        match OUTPUT_MODEL_SLOTS.iter().position(|slot| *slot == name) {
            Some(place) => self.slots[place],
            None => Slot::Absent,
        }
    }

    /// The scope in which the slot with this name is evaluated.
    pub fn slot_scope(&self, name: &str) -> ScopeId {
        match self.slot(name) {
            Slot::Given(_, scope) => scope,
            _ => self.scope,
        }
    }
}

impl<'a> Slot<'a> {
    /// The expression that is given.
    pub fn expr(self) -> Option<&'a Expr> {
        match self {
            Self::Given(expr, _) => Some(expr),
            _ => None,
        }
    }
}

/// All output models, in source order.
pub(super) fn collect<'a>(model: &Model<'a>) -> Vec<OutputModel<'a>> {
    let direct: Vec<OutputModel<'a>> = model
        .nodes
        .calls
        .iter()
        .filter(|site| model.origin(&site.node.func, site.scope) == Some(Origin::ReturnOutputModel))
        .map(|site| OutputModel {
            call: site.node,
            scope: site.scope,
            slots: slots(&site.node.arguments, site.scope),
            wrapper: None,
        })
        .collect();
    let mut models = direct.clone();
    // A wrapper may be wrapped in turn; each round follows one more level.
    let mut level = direct;
    for _ in 0..MAX_LEVELS {
        level = through_wrappers(model, &level);
        if level.is_empty() {
            break;
        }
        models.extend(level.iter().cloned());
    }
    models.sort_by_key(|output| output.call.start());
    models
}

/// How many wrappers around each other are followed.
const MAX_LEVELS: usize = 4;

fn slots<'a>(arguments: &'a ast::Arguments, scope: ScopeId) -> [Slot<'a>; SLOTS] {
    let mut slots = [Slot::Absent; SLOTS];
    for (place, argument) in arguments.args.iter().enumerate() {
        if argument.is_starred_expr() {
            slots[place.min(SLOTS)..].fill(Slot::Unknown);
            break;
        }
        if let Some(slot) = slots.get_mut(place) {
            *slot = Slot::Given(argument, scope);
        }
    }
    for keyword in &arguments.keywords {
        match &keyword.arg {
            Some(name) => {
                if let Some(place) = OUTPUT_MODEL_SLOTS.iter().position(|slot| *slot == name.as_str()) {
                    slots[place] = Slot::Given(&keyword.value, scope);
                }
            }
            None => {
                for slot in &mut slots {
                    if *slot == Slot::Absent {
                        *slot = Slot::Unknown;
                    }
                }
            }
        }
    }
    slots
}

/// The calls of the functions that return one of `models`, as output models of their own: slots that the
/// wrapper takes from its parameters hold the caller's arguments, those that it fills with literals hold these, all
/// others are the wrapper's business.
fn through_wrappers<'a>(model: &Model<'a>, models: &[OutputModel<'a>]) -> Vec<OutputModel<'a>> {
    let mut returned: FxHashMap<FunctionId, Vec<&OutputModel<'a>>> = FxHashMap::default();
    for output in models {
        let ScopeKind::Function(function) = model.scope(output.scope).kind else { continue };
        let returns = &model.function(function).returns;
        let before = returns.partition_point(|statement| statement.start() <= output.call.start());
        let value = before.checked_sub(1).and_then(|last| returns[last].value.as_deref());
        if value.is_some_and(|value| value.range() == output.call.range()) {
            returned.entry(function).or_default().push(output);
        }
    }
    let mut found = Vec::new();
    for (function, outputs) in returned {
        // With several output models in one function, which of them a call makes is not known.
        let [output] = outputs[..] else { continue };
        if !passes_parameters(model, output, function) {
            continue;
        }
        for call in model.calls_by_name(function) {
            found.push(OutputModel {
                call: call.node,
                scope: call.scope,
                slots: output.slots.map(|slot| substituted(model, slot, function, call.node, call.scope)),
                wrapper: Some(function),
            });
        }
    }
    found
}

/// Whether a slot of `output` is a parameter of `function` as it came in.
fn passes_parameters(model: &Model<'_>, output: &OutputModel<'_>, function: FunctionId) -> bool {
    output.slots.iter().any(|slot| parameter_of(model, *slot, function).is_some())
}

fn parameter_of<'a>(model: &Model<'a>, slot: Slot<'a>, function: FunctionId) -> Option<(&'a str, ParameterKind)> {
    let Slot::Given(Expr::Name(name), _) = slot else { return None };
    let scope = model.function(function).scope;
    match &model.scope(scope).names.get(name.id.as_str())?.bindings[..] {
        [only] => match model.binding(*only).kind {
            BindingKind::Parameter(kind @ (ParameterKind::Positional(_) | ParameterKind::KeywordOnly)) => {
                Some((name.id.as_str(), kind))
            }
            _ => None,
        },
        _ => None,
    }
}

fn substituted<'a>(
    model: &Model<'a>,
    slot: Slot<'a>,
    function: FunctionId,
    call: &'a ast::ExprCall,
    scope: ScopeId,
) -> Slot<'a> {
    let Some((name, kind)) = parameter_of(model, slot, function) else {
        return match slot {
            Slot::Given(literal, _) if literal.is_literal_expr() => slot,
            Slot::Absent => Slot::Absent,
            _ => Slot::Unknown,
        };
    };
    if call.arguments.args.iter().any(Expr::is_starred_expr) || call.arguments.keywords.iter().any(|k| k.arg.is_none())
    {
        return Slot::Unknown;
    }
    let argument = match kind {
        ParameterKind::Positional(place) => call.arguments.find_argument_value(name, place),
        _ => call.arguments.find_keyword(name).map(|keyword| &keyword.value),
    };
    // Without an argument the wrapper's own default applies.
    argument.map_or(Slot::Unknown, |argument| Slot::Given(argument, scope))
}

impl<'a> Model<'a> {
    /// Whether a function returns an output model on some path, itself or through other functions.
    pub fn returns_output_model(&self, function: FunctionId) -> bool {
        self.returning.get(function.0 as usize).copied().unwrap_or_default()
    }

    /// Whether `expr`, evaluated in `scope`, is an output model on some path.
    pub fn may_be_output_model(&self, expr: &'a Expr, scope: ScopeId) -> bool {
        self.may_be_model(expr, scope, Effort::default().trail(), &mut |function| self.returns_output_model(function))
    }

    fn may_be_model(
        &self,
        expr: &'a Expr,
        scope: ScopeId,
        trail: Trail<'_>,
        returns_model: &mut dyn FnMut(FunctionId) -> bool,
    ) -> bool {
        let Some(trail) = trail.next() else { return false };
        match expr {
            Expr::Call(call) => {
                self.origin(&call.func, scope) == Some(Origin::ReturnOutputModel)
                    || self.function_named(&call.func, scope).is_some_and(returns_model)
            }
            Expr::Name(name) => self.bindings_of_name(name, scope).iter().any(|&id| {
                let binding = self.binding(id);
                match binding.kind {
                    BindingKind::Assignment(Some(value))
                    | BindingKind::Annotated(Some(value))
                    | BindingKind::Walrus(value) => self.may_be_model(value, binding.written_in, trail, returns_model),
                    _ => false,
                }
            }),
            Expr::If(node) => {
                self.may_be_model(&node.body, scope, trail, returns_model)
                    || self.may_be_model(&node.orelse, scope, trail, returns_model)
            }
            Expr::BoolOp(node) => node.values.iter().any(|value| self.may_be_model(value, scope, trail, returns_model)),
            Expr::Named(node) => self.may_be_model(&node.value, scope, trail, returns_model),
            Expr::Await(node) => self.may_be_model(&node.value, scope, trail, returns_model),
            _ => false,
        }
    }
}

/// For each function whether it returns an output model on some path. Where that is found out, the functions that asked
/// are looked at again.
pub(super) fn find_returning(model: &mut Model<'_>) {
    model.returning = vec![false; model.functions.len()];
    let mut asking: Vec<Vec<usize>> = vec![Vec::new(); model.functions.len()];
    let mut waiting: Vec<usize> = (0..model.functions.len()).collect();
    while let Some(place) = waiting.pop() {
        if model.returning[place] {
            continue;
        }
        let function = &model.functions[place];
        let mut asked = Vec::new();
        let mut returns_model = |id: FunctionId| {
            asked.push(id.0 as usize);
            model.returns_output_model(id)
        };
        let mut values = function.returns.iter().filter_map(|statement| statement.value.as_deref());
        if values.any(|value| model.may_be_model(value, function.scope, Effort::default().trail(), &mut returns_model))
        {
            model.returning[place] = true;
            waiting.append(&mut asking[place]);
        } else {
            for other in asked {
                asking[other].push(place);
            }
        }
    }
}
