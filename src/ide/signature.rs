//! Signature help: the parameters of the call around the cursor, and which of them is being typed.

use crate::image::names;
use crate::semantic::{Analysis, FunctionId, Model, Origin};
use crate::syntax::ast::{self, AnyNodeRef, Expr};
use crate::syntax::{D3Call, D3Target};
use crate::text::{Ranged, TextRange, TextSize};

use super::callee::{Callee, callee};
use super::cursor::Cursor;
use super::describe;
use super::statement::Statement;
use super::subject::{called_command, declared, input_at};

/// The call around the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The call with all its parameters.
    pub label: String,
    /// More about it, in Markdown.
    pub documentation: Option<String>,
    /// The parameters in order.
    pub parameters: Vec<Parameter>,
    /// The place, from 0, of the parameter that is being typed; `None` beyond the last.
    pub active: Option<usize>,
}

/// A parameter of a [`Signature`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Its bytes in the label, from and to.
    pub label: (usize, usize),
    /// More about it, in Markdown.
    pub documentation: Option<String>,
}

/// The innermost call around `offset` whose parameters D3, the manifest or the script knows.
pub fn signature(analysis: &Analysis, offset: TextSize) -> Option<Signature> {
    let statement = Statement::at(analysis.parsed(), offset)?;
    let cursor = Cursor::new(analysis.model(), &statement);
    let call = cursor.chain.iter().find_map(|node| match node {
        // Right behind the closing bracket the call is over.
        AnyNodeRef::ExprCall(call) if call.arguments.range.contains_range(statement.cursor) => Some(*call),
        _ => None,
    })?;
    let (mut signature, names) = describe_call(&cursor, call)?;
    signature.active = active(call, &statement, &names).filter(|place| *place < names.len());
    Some(signature)
}

/// The signature of a call, and its parameters' names.
fn describe_call<'a>(cursor: &Cursor<'a>, call: &'a ast::ExprCall) -> Option<(Signature, Vec<String>)> {
    let model = cursor.model;
    if let Some(d3_call) = cursor.statement.parsed.d3_call(call.func.range().start()) {
        return d3_signature(model, d3_call);
    }
    match cursor.origin(&call.func) {
        Some(Origin::ReturnOutputModel) => {
            let fields = names::OUTPUT_FIELDS.iter();
            let parameters = fields.map(|field| (field.name.to_owned(), describe::output_field(field.name))).collect();
            let name = format!("{}.{}", names::PB, names::RETURN_OUTPUT_MODEL);
            return Some(build(&name, "", parameters, names::pb_doc(names::RETURN_OUTPUT_MODEL).map(str::to_owned)));
        }
        Some(Origin::Log) => {
            let name = format!("{}.{}", names::PB, names::LOG);
            let parameters = vec![("message".to_owned(), None)];
            return Some(build(&name, "", parameters, names::pb_doc(names::LOG).map(str::to_owned)));
        }
        _ => {}
    }
    Some(match callee(model, &call.func, cursor.scope)? {
        Callee::Function { home, id, given } => {
            let documentation = declared(home, id).map(describe::command);
            build(home.function(id).name(), "", parameters_of(home, id, given), documentation)
        }
        Callee::Class { name, home, init } => build(name, "", parameters_of(home, init, 1), None),
        Callee::Fields { name, fields } => {
            build(name, "", fields.into_iter().map(|field| (field.to_owned(), None)).collect(), None)
        }
    })
}

/// The parameters of a function behind the first `given` ones, with what is known of each.
fn parameters_of(home: &Model<'_>, id: FunctionId, given: usize) -> Vec<(String, Option<String>)> {
    let function = home.function(id);
    let parameters = function.positional().enumerate().skip(given).map(|(place, parameter)| {
        (parameter.parameter.name.to_string(), input_at(home, id, place).map(describe::input))
    });
    let others = &function.node.parameters;
    let bare = others.vararg.is_none() && !others.kwonlyargs.is_empty();
    let rest = others.vararg.iter().map(|parameter| (format!("*{}", parameter.name), None));
    let rest = rest.chain(bare.then(|| ("*".to_owned(), None)));
    let keywords = others.kwonlyargs.iter().map(|parameter| (parameter.parameter.name.to_string(), None));
    parameters.chain(rest).chain(keywords).collect()
}

fn d3_signature(model: &Model<'_>, call: &D3Call) -> Option<(Signature, Vec<String>)> {
    match &call.target {
        D3Target::Utility { command } => {
            let command = model.script.surroundings.image.utility_command(&command.value)?;
            let parameters = command.parameters.iter().flatten().map(|parameter| {
                let required = if parameter.required == Some(false) { "optional" } else { "required" };
                let text = parameter.value_type.as_ref().map(|value_type| format!("{value_type}, {required}"));
                (parameter.name.clone(), text)
            });
            let name = format!("{}.{}.{}", names::D3, names::UTILITY, command.name);
            let word = format!("<{}>", command.type_word().unwrap_or_default());
            Some(build(&name, &word, parameters.collect(), Some(describe::utility_command(command))))
        }
        D3Target::Integration { integration, .. } => {
            let command = called_command(model, call)?;
            let inputs = command.inputs.iter();
            let parameters = inputs.map(|input| (input.parameter_name.value.clone(), Some(describe::input(input))));
            let name =
                format!("{}.{}.{}.{}", names::D3, names::INTEGRATION, integration.value, command.internal_name.value);
            Some(build(&name, "", parameters.collect(), Some(describe::command(command))))
        }
    }
}

fn build(
    name: &str,
    word: &str,
    parameters: Vec<(String, Option<String>)>,
    documentation: Option<String>,
) -> (Signature, Vec<String>) {
    let mut label = format!("{name}{word}(");
    let mut names = Vec::with_capacity(parameters.len());
    let mut listed = Vec::with_capacity(parameters.len());
    for (name, documentation) in parameters {
        if !names.is_empty() {
            label.push_str(", ");
        }
        let start = label.len();
        label.push_str(&name);
        listed.push(Parameter { label: (start, label.len()), documentation });
        names.push(name);
    }
    label.push(')');
    (Signature { label, documentation, parameters: listed, active: None }, names)
}

/// Which parameter the argument at the cursor is for.
fn active(call: &ast::ExprCall, statement: &Statement, names: &[String]) -> Option<usize> {
    let at = statement.cursor;
    let keyword = call.arguments.keywords.iter().find(|keyword| keyword.range.contains_range(at));
    if let Some(name) = keyword.and_then(|keyword| keyword.arg.as_ref()) {
        return names.iter().position(|known| known == name.as_str());
    }
    // Right behind an argument it is still that one: only a comma begins the next.
    let is_over = |argument: &&Expr| {
        argument.end() <= at.start() && statement.parsed.slice(TextRange::new(argument.end(), at.start())).contains(',')
    };
    let before = call.arguments.args.iter().filter(is_over).count();
    let rest = names.iter().position(|name| name.starts_with('*'));
    Some(rest.map_or(before, |rest| before.min(rest)))
}
