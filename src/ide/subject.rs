//! What a place in a script speaks of: the one answer that hover, definition, references and rename share.

use crate::image::names;
use crate::manifest::{Command, ConnectionParameter, InputParameter};
use crate::semantic::{
    Analysis, BindingKind, FunctionId, MODULE, Model, Origin, ParameterKind, Resolution, ScopeId, ScopeKind,
};
use crate::settings::ignores;
use crate::syntax::ast::{self, AnyNodeRef, Expr};
use crate::syntax::{D3Call, D3Target};
use crate::text::{Ranged, TextRange, TextSize};

use super::callee::{Callee, callee};
use super::cursor::{Argument, innermost_scope, keyed_object, slot_of_argument};
use super::statement::nodes_around;

/// What a place in a script speaks of.
#[derive(Debug, Clone)]
pub(super) enum Subject<'a> {
    /// A connection parameter, by its key.
    ConnectionKey(&'a str),
    /// A key of `runtime`.
    RuntimeKey(&'a str),
    /// The command of a utility call.
    Utility(&'a D3Call),
    /// The integration of an integration call.
    Integration(&'a D3Call),
    /// The command of an integration call.
    IntegrationCommand(&'a D3Call),
    /// A member of `pb`.
    Member(&'a str),
    /// A name that the engine gives: `pb`, `D3`, a reserved class.
    Engine(&'a str),
    /// A field of the output model.
    OutputField(&'static str),
    /// A name that is bound in a scope of this script.
    Name(ScopeId, &'a str),
    /// A name at the top level of the system script.
    System(&'a str),
    /// An input of a command: by its place in `*args`, or by its name in a D3 call.
    Input(&'a Command, &'a InputParameter),
    /// A rule in an ignore comment.
    Rule(String),
}

/// What stands at `offset` and the bytes that speak of it; `None` where nothing does.
pub(super) fn subject(analysis: &Analysis, offset: TextSize) -> Option<(Subject<'_>, TextRange)> {
    let (parsed, model) = (analysis.parsed(), analysis.model());
    if let Some(comment) = parsed.comments.iter().find(|comment| comment.contains_inclusive(offset)) {
        let ignores = ignores(std::slice::from_ref(comment), &parsed.text);
        let code = ignores.list.into_iter().flat_map(|ignore| ignore.codes).map(|code| code.code);
        return code
            .filter(|code| code.range.contains_inclusive(offset))
            .map(|code| (Subject::Rule(code.value), code.range))
            .next();
    }
    if let Some(found) = parsed.d3_calls.iter().find_map(|call| part_of_call(call, offset)) {
        return Some(found);
    }
    let binding = model.bindings.iter().find(|binding| binding.range.contains_inclusive(offset));
    if let Some(binding) = binding {
        return Some((Subject::Name(binding.scope, binding.name), binding.range));
    }
    let reference = model.references.iter().find(|reference| reference.node.range().contains_inclusive(offset));
    if let Some(reference) = reference {
        let name = reference.node.id.as_str();
        let subject = match reference.resolution {
            Resolution::Bound(scope) => Subject::Name(scope, name),
            Resolution::System => Subject::System(name),
            Resolution::Engine => Subject::Engine(name),
            _ => return None,
        };
        return Some((subject, reference.node.range()));
    }
    in_expression(model, &nodes_around(&parsed.body, TextRange::empty(offset)), offset)
}

/// The part of a D3 call at `offset`.
fn part_of_call(call: &D3Call, offset: TextSize) -> Option<(Subject<'_>, TextRange)> {
    let holds = |range: TextRange| !range.is_empty() && range.contains_inclusive(offset);
    if call.type_word.as_ref().is_some_and(|word| holds(word.range)) {
        return Some((Subject::Utility(call), call.type_word.as_ref()?.range));
    }
    match &call.target {
        D3Target::Utility { command } if holds(command.range) => Some((Subject::Utility(call), command.range)),
        D3Target::Integration { command, .. } if holds(command.range) => {
            Some((Subject::IntegrationCommand(call), command.range))
        }
        D3Target::Integration { integration, .. } if holds(integration.range) => {
            Some((Subject::Integration(call), integration.range))
        }
        _ if holds(call.callee) => Some((Subject::Engine(names::D3), call.callee)),
        _ => None,
    }
}

/// What a string, a number, a member or a keyword argument speaks of.
fn in_expression<'a>(
    model: &'a Model<'a>,
    nodes: &[AnyNodeRef<'a>],
    offset: TextSize,
) -> Option<(Subject<'a>, TextRange)> {
    let is_part = |node: &&AnyNodeRef<'a>| matches!(node, AnyNodeRef::Identifier(_) | AnyNodeRef::StringLiteral(_));
    let chain: Vec<AnyNodeRef<'a>> = nodes.iter().skip_while(is_part).copied().collect();
    let scope = innermost_scope(model, offset);
    match *chain.first()? {
        AnyNodeRef::ExprStringLiteral(literal) => {
            let range = content(literal);
            if let Some(read) = model.connection_reads.iter().find(|read| read.key_node.range() == literal.range()) {
                return Some((Subject::ConnectionKey(read.key), range));
            }
            let key = literal.value.to_str();
            match keyed_object(&chain).and_then(|object| model.origin(object, scope)) {
                Some(Origin::Runtime) => Some((Subject::RuntimeKey(key), range)),
                Some(_) => None,
                None => Some((Subject::OutputField(given_to(model, &chain, scope)?), literal.range())),
            }
        }
        AnyNodeRef::ExprNumberLiteral(number) => {
            let AnyNodeRef::ExprSubscript(subscript) = chain.get(1)? else { return None };
            let (command, input) = input_of_subscript(model, subscript, scope)?;
            Some((Subject::Input(command, input), number.range()))
        }
        AnyNodeRef::ExprAttribute(attribute) if attribute.attr.range.contains_inclusive(offset) => {
            let is_pb = model.origin(&attribute.value, scope) == Some(Origin::Pb);
            is_pb.then(|| (Subject::Member(attribute.attr.as_str()), attribute.attr.range))
        }
        AnyNodeRef::Keyword(keyword) => {
            let name = keyword.arg.as_ref().filter(|name| name.range.contains_inclusive(offset))?;
            let AnyNodeRef::ExprCall(call) = chain.get(2)? else { return None };
            if model.origin(&call.func, scope) == Some(Origin::ReturnOutputModel) {
                let field = slot_of_argument(model, call, Argument::Named(name.as_str()), scope)?;
                return Some((Subject::OutputField(field), name.range));
            }
            if let Some(d3_call) = model.script.parsed.d3_call(call.func.range().start()) {
                return Some((named_in_call(model, called_command(model, d3_call)?, name.as_str())?, name.range));
            }
            let callee = call.func.as_name_expr()?.id.as_str();
            let function = function_of_name(model, model.resolve(callee, scope)?, callee)?;
            let scopes = twins(model, function).map(|twin| model.function(twin).scope);
            let taking = scopes.filter(|&scope| parameter(model, scope, name.as_str()).is_some()).last()?;
            Some((Subject::Name(taking, name.as_str()), name.range))
        }
        _ => None,
    }
}

/// What a D3 call of a command means by an argument's name: the parameter of the function, if that has it, or the input.
fn named_in_call<'a>(model: &'a Model<'a>, command: &'a Command, name: &str) -> Option<Subject<'a>> {
    let place = command.inputs.iter().position(|input| input.parameter_name.value == name)?;
    let input = &command.inputs[place];
    let function = model.top_level_function(&command.internal_name.value).map(|id| model.function(id));
    let parameter = function.and_then(|function| Some((function.scope, function.positional().nth(place)?)));
    Some(match parameter.map(|(scope, parameter)| (scope, parameter.parameter.name.as_str())) {
        Some((scope, parameter)) if parameter == name => Subject::Name(scope, parameter),
        _ => Subject::Input(command, input),
    })
}

/// The field that a literal argument of an output model fills.
fn given_to<'a>(model: &'a Model<'a>, chain: &[AnyNodeRef<'a>], scope: ScopeId) -> Option<&'static str> {
    let (AnyNodeRef::Arguments(arguments), AnyNodeRef::ExprCall(call)) = (chain.get(1)?, chain.get(2)?) else {
        return None;
    };
    let place = arguments.args.iter().position(|argument| argument.range() == chain[0].range())?;
    slot_of_argument(model, call, Argument::Positional(place), scope)
}

/// The input that `args[number]` is in a command with `*args`, and the command.
pub(super) fn input_of_subscript<'a>(
    model: &'a Model<'a>,
    subscript: &ast::ExprSubscript,
    scope: ScopeId,
) -> Option<(&'a Command, &'a InputParameter)> {
    let (Expr::Name(name), Expr::NumberLiteral(number)) = (&*subscript.value, &*subscript.slice) else { return None };
    let ast::Number::Int(place) = &number.value else { return None };
    let home = model.resolve(name.id.as_str(), scope)?;
    let ScopeKind::Function(function) = model.scope(home).kind else { return None };
    let binding = model.binding(*model.scope(home).names.get(name.id.as_str())?.bindings.first()?);
    if !matches!(binding.kind, BindingKind::Parameter(ParameterKind::VarArgs)) {
        return None;
    }
    let before = model.function(function).positional().count();
    let input = input_at(model, function, before.checked_add(place.as_usize()?)?)?;
    Some((declared(model, function)?, input))
}

/// What the manifest says of the command that a function is, or one of its twins.
pub(super) fn declared<'a>(model: &'a Model<'a>, function: FunctionId) -> Option<&'a Command> {
    let own = model.function(function);
    let last = model.top_level_function(own.name()).filter(|_| own.is_top_level());
    model.command_of(last.unwrap_or(function))?.declared
}

/// The functions that are bound to the name of this one, itself included: one on either side of an `if`.
pub(super) fn twins<'a>(model: &'a Model<'a>, function: FunctionId) -> impl Iterator<Item = FunctionId> + use<'a> {
    let own = model.function(function);
    let bindings = model.scope(own.written_in).names.get(own.name()).into_iter().flat_map(|entry| &entry.bindings);
    bindings.filter_map(|&id| match model.binding(id).kind {
        BindingKind::Function(twin) => Some(twin),
        _ => None,
    })
}

/// The parameters that are called so in a function and its twins, by their functions' scopes. Only this one, where the
/// others have none of that name.
pub(super) fn twin_parameters<'a>(
    model: &'a Model<'a>,
    scope: ScopeId,
    name: &'a str,
) -> impl Iterator<Item = ScopeId> + use<'a> {
    let function = parameter(model, scope, name).map(|(function, _)| function);
    let others = function.into_iter().flat_map(|function| twins(model, function));
    let others = others.map(|twin| model.function(twin).scope).filter(move |&other| other != scope);
    std::iter::once(scope).chain(others.filter(move |&other| parameter(model, other, name).is_some()))
}

/// The names under which calls of a function give this parameter.
pub(super) fn named_by_callers<'a>(
    model: &'a Model<'a>,
    function: FunctionId,
    name: &'a str,
) -> impl Iterator<Item = TextRange> + use<'a> {
    let own = model.function(function);
    let reads = model.scope(own.written_in).names.get(own.name()).into_iter().flat_map(|entry| &entry.references);
    let calls = reads.filter_map(|&reference| model.call_of(reference));
    let calls = calls.filter_map(move |call| Some(call.node.arguments.find_keyword(name)?.arg.as_ref()?.range));
    let is_this = move |call: &ast::ExprCall, scope| match callee(model, &call.func, scope) {
        Some(Callee::Function { home, id, .. } | Callee::Class { home, init: id, .. }) => {
            std::ptr::eq(home, model) && id == function
        }
        _ => false,
    };
    let of_method = calls_of_method(model, function, name);
    calls.chain(of_method.filter(move |(call, scope, _)| is_this(call, *scope)).map(|(_, _, range)| range))
}

/// Whether a call that may be one of this method, or may not, gives a parameter of this name.
pub(super) fn may_be_named_by_callers(model: &Model<'_>, function: FunctionId, name: &str) -> bool {
    let method = model.function(function).name();
    calls_of_method(model, function, name).any(|(call, scope, _)| {
        let is_named_so = matches!(&*call.func, Expr::Attribute(attribute) if attribute.attr.as_str() == method);
        is_named_so && callee(model, &call.func, scope).is_none()
    })
}

/// The calls that give something by this name, if a function is a method, and the name there.
fn calls_of_method<'a>(
    model: &'a Model<'a>,
    function: FunctionId,
    name: &'a str,
) -> impl Iterator<Item = (&'a ast::ExprCall, ScopeId, TextRange)> {
    let is_method = model.scope(model.function(function).written_in).kind == ScopeKind::Class;
    let calls = model.nodes.calls.iter().filter(move |_| is_method);
    calls.filter_map(move |site| {
        Some((site.node, site.scope, site.node.arguments.find_keyword(name)?.arg.as_ref()?.range))
    })
}

/// The function that a name of the script finally is.
pub(super) fn function_of_name(model: &Model<'_>, scope: ScopeId, name: &str) -> Option<FunctionId> {
    let last = model.scope(scope).names.get(name)?.bindings.last()?;
    match model.binding(*last).kind {
        BindingKind::Function(function) => Some(function),
        _ => None,
    }
}

/// The function whose parameter a name is, and the parameter's place.
pub(super) fn parameter(model: &Model<'_>, scope: ScopeId, name: &str) -> Option<(FunctionId, ParameterKind)> {
    let ScopeKind::Function(function) = model.scope(scope).kind else { return None };
    let first = model.scope(scope).names.get(name)?.bindings.first()?;
    match model.binding(*first).kind {
        BindingKind::Parameter(kind) => Some((function, kind)),
        _ => None,
    }
}

/// The input that a parameter of a command takes.
pub(super) fn input_of_parameter<'a>(model: &'a Model<'a>, scope: ScopeId, name: &str) -> Option<&'a InputParameter> {
    let (function, ParameterKind::Positional(place)) = parameter(model, scope, name)? else { return None };
    input_at(model, function, place)
}

/// The input that a command's function gets at `place`. The manifest tells of the draft: a Live script may have had
/// others, and there only a parameter of an input's name is that input.
pub(super) fn input_at<'a>(model: &'a Model<'a>, function: FunctionId, place: usize) -> Option<&'a InputParameter> {
    let inputs = &declared(model, function)?.inputs;
    if !model.script.surroundings.is_live() {
        return inputs.get(place);
    }
    let parameter = model.function(function).positional().nth(place)?;
    inputs.iter().find(|input| input.parameter_name.value == parameter.parameter.name.as_str())
}

/// The connection parameter with this key.
pub(super) fn connection_parameter<'a>(model: &'a Model<'a>, key: &str) -> Option<&'a ConnectionParameter> {
    model.script.surroundings.manifest.as_ref()?.connection_parameter(key)
}

/// The command of an integration call, where it is the own integration's.
pub(super) fn called_command<'a>(model: &'a Model<'a>, call: &D3Call) -> Option<&'a Command> {
    let D3Target::Integration { integration, command } = &call.target else { return None };
    let manifest = model.script.surroundings.manifest.as_ref()?;
    let is_own = manifest.internal_name.as_ref().is_some_and(|name| name.value == integration.value);
    if is_own { manifest.command(&command.value) } else { None }
}

/// The names under which D3 calls of a command of the own integration give this input.
pub(super) fn named_in_calls<'a>(
    model: &'a Model<'a>,
    command: &'a Command,
    input: &'a str,
) -> impl Iterator<Item = TextRange> + use<'a> {
    let parsed = &model.script.parsed;
    let is_of = move |call: &D3Call| called_command(model, call).is_some_and(|called| called.range == command.range);
    let calls = parsed.d3_calls.iter().any(is_of).then_some(&model.nodes.calls).into_iter().flatten();
    let calls = calls.filter(move |site| parsed.d3_call(site.node.func.range().start()).is_some_and(is_of));
    calls.filter_map(|site| Some(site.node.arguments.find_keyword(input)?.arg.as_ref()?.range))
}

/// Whether the script's top level defines what the system script defines too.
pub(super) fn overrides(model: &Model<'_>, scope: ScopeId, name: &str) -> bool {
    scope == MODULE && model.system().is_some_and(|system| system.binds(name))
}

/// The bytes of a literal between its quotes; the whole literal where it has several parts.
pub(super) fn content(literal: &ast::ExprStringLiteral) -> TextRange {
    match literal.as_single_part_string() {
        Some(part) => part.content_range(),
        None => literal.range(),
    }
}
