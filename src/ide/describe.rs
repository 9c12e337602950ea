//! What the editor says of D3's words, in Markdown: one text for completion and hover.

use std::fmt::Write as _;

use crate::image::{UtilityCommand, names};
use crate::manifest::{Command, ConnectionParameter, InputParameter, Manifest, Status};
use crate::rules;
use crate::semantic::{BindingKind, MODULE, Model};
use crate::syntax::ast::{Stmt, StmtFunctionDef};

/// What a rule is about, for its code: the first section of its page, and how to read on. `None` for an unknown code or name.
pub fn rule_help(code_or_name: &str) -> Option<String> {
    let rule = rules::find(code_or_name)?;
    let section =
        rule.page.split("\n## ").find_map(|section| section.strip_prefix("What it does\n")).unwrap_or(rule.summary);
    Some(format!("**{}** `{}`\n\n{}\n\n`d3ls explain {}` says more.", rule.code, rule.name, section.trim(), rule.code))
}

/// A connection parameter: how it is shown, its type, and whether it must be there.
pub(super) fn connection_parameter(parameter: &ConnectionParameter) -> String {
    let mut text = format!("**`{}`**", parameter.parameter_name.value);
    if let Some(name) = &parameter.display_name {
        let _ = write!(text, " {}", name.value);
    }
    let _ = write!(text, "\n\nConnection parameter, {}", connection_facts(parameter));
    push_paragraph(&mut text, parameter.description.as_deref());
    text
}

/// Type, required and secret of a connection parameter, in one line.
pub(super) fn connection_facts(parameter: &ConnectionParameter) -> String {
    let mut facts = parameter.parameter_type.value.clone();
    facts.push_str(if parameter.required { ", required" } else { ", optional" });
    if parameter.secret {
        facts.push_str(", secret");
    }
    facts
}

/// A key of `runtime`.
pub(super) fn runtime_key(name: &str) -> String {
    word(&format!("{}['{name}']", names::RUNTIME), names::runtime_doc(name))
}

/// A member of `pb`.
pub(super) fn pb_member(name: &str) -> String {
    let mut title = format!("{}.{name}", names::PB);
    match name {
        names::RETURN_OUTPUT_MODEL => {
            let _ = write!(title, "({})", names::OUTPUT_MODEL_SLOTS.join(", "));
        }
        names::LOG => title.push_str("(message)"),
        _ => {}
    }
    word(&title, names::pb_doc(name))
}

/// A name that the engine gives to every script.
pub(super) fn engine_name(name: &str) -> Option<String> {
    let doc = match name {
        names::PB => "The helper object that D3's engine gives to every script.",
        names::RUNTIME => {
            "The dictionary that D3's engine gives to every script: the connection's parameters and the retry count."
        }
        names::D3 => {
            "Calls of D3's own commands: `D3.Utility.{Command}<{Type}>(...)` and `D3.Integration.{Integration}.{Command}(...)`."
        }
        "input" => "Reserved for D3's playbook engine. Python's own `input` has nothing to read from in D3.",
        names::ARGS => "Reserved for D3's playbook engine, but allowed as `*args`.",
        _ if names::RESERVED_CLASSES.contains(&name) => {
            "A class of D3's playbook engine. The name is reserved: do not define it."
        }
        _ => return None,
    };
    Some(word(name, Some(doc)))
}

/// A field of the output model.
pub(super) fn output_field(name: &str) -> Option<String> {
    let field = names::OUTPUT_FIELDS.iter().find(|field| field.name == name)?;
    let mut text = word(field.name, Some(field.doc));
    text.push_str(if field.required {
        "\n\nField of the output model, required"
    } else {
        "\n\nField of the output model, optional"
    });
    Some(text)
}

/// A utility command.
pub(super) fn utility_command(command: &UtilityCommand) -> String {
    let mut text = code(&utility_signature(command));
    if let Some(name) = &command.display_name {
        let _ = write!(text, "\n\n**{name}**");
        if !command.category.is_empty() {
            let _ = write!(text, " ({})", command.category);
        }
    }
    push_paragraph(&mut text, command.description.as_deref());
    let parameters = command.parameters.as_deref().unwrap_or_default();
    if !parameters.is_empty() {
        let rows = parameters.iter().map(|parameter| {
            let required = match parameter.required {
                Some(true) => "yes",
                Some(false) => "no",
                None => "",
            };
            [parameter.name.as_str(), parameter.value_type.as_deref().unwrap_or_default(), required].map(str::to_owned)
        });
        text.push_str(&table(["Parameter", "Type", "Required"], rows));
    }
    if let Some(returns) = &command.returns {
        let _ = write!(text, "\n\nReturns: {returns}");
    }
    if !command.exact {
        text.push_str(
            "\n\nD3 does not document its call in a script: check the order and types of its arguments in D3.",
        );
    }
    if let Some(url) = &command.url {
        let _ = write!(text, "\n\n[D3's page](https://{url})");
    }
    text
}

/// The call of a utility command with its parameters' names.
pub(super) fn utility_signature(command: &UtilityCommand) -> String {
    let parameters = command.parameters.as_deref().unwrap_or_default();
    let parameters: Vec<_> = parameters.iter().map(|parameter| parameter.name.as_str()).collect();
    let word = command.type_word().unwrap_or_default();
    format!("{}.{}.{}<{word}>({})", names::D3, names::UTILITY, command.name, parameters.join(", "))
}

/// A command of the manifest: what it is, its inputs, and what it returns.
pub(super) fn command(command: &Command) -> String {
    let parameters: Vec<_> = command.inputs.iter().map(|input| input.parameter_name.value.as_str()).collect();
    let mut text = code(&format!("{}({})", command.internal_name.value, parameters.join(", ")));
    let status = if command.status.value == Status::Live { "Live" } else { "Draft" };
    let implementation = command.implementation.as_str();
    match &command.display_name {
        Some(name) => {
            let _ = write!(text, "\n\n**{}** ({implementation} command, {status})", name.value);
        }
        None => {
            let _ = write!(text, "\n\n{implementation} command, {status}");
        }
    }
    let documented = names::system_command(&command.internal_name.value).map(|system| system.doc);
    push_paragraph(&mut text, command.description.as_deref().or(documented));
    if !command.inputs.is_empty() {
        text.push_str(&table(
            ["Input", "Type", "Required", "Default", "Sample", "Description"],
            command.inputs.iter().map(input_row),
        ));
    }
    if let Some(returned) = command.outputs.return_data.first() {
        let _ = write!(text, "\n\nReturn Data: {}", returned.value_type.value);
        if let Some(sample) = &returned.sample_data {
            let _ = write!(text, ", such as {}", plain(&sample.value));
        }
    }
    text
}

/// A command that the manifest does not have, but whose name D3 defines.
pub(super) fn system_command(name: &str) -> Option<String> {
    let system = names::system_command(name)?;
    Some(word(system.name, Some(system.doc)))
}

/// An input of a command.
pub(super) fn input(input: &InputParameter) -> String {
    let mut text = format!("**`{}`**", input.parameter_name.value);
    if let Some(name) = &input.display_name {
        let _ = write!(text, " {}", name.value);
    }
    let required = if input.required { "required" } else { "optional" };
    let _ = write!(text, "\n\nInput {}, {}, {required}", input.index, input.parameter_type.value);
    push_paragraph(&mut text, input.description.as_deref());
    for (title, value) in [("Default", &input.default), ("Sample", &input.sample_data)] {
        if let Some(value) = value.as_ref().map(plain).filter(|value| !value.is_empty()) {
            let _ = write!(text, "\n\n{title}: `{value}`");
        }
    }
    if !input.options.is_empty() {
        let _ = write!(text, "\n\nOptions: {}", input.options.join(", "));
    }
    text
}

/// The manifest's integration, for `D3.Integration.{name}`.
pub(super) fn integration(manifest: &Manifest) -> String {
    let name = manifest.name.as_ref().or(manifest.internal_name.as_ref()).map_or("", |name| name.value.as_str());
    format!("**{name}**\n\nThis integration. Only its own commands may be called: {} of them.", manifest.commands.len())
}

/// What the top level of the system script means by a name: how it is called, and its docstring.
pub(super) fn system_definition(system: &Model<'_>, name: &str) -> String {
    let last = system.bindings_of(name, MODULE).last();
    let (head, body) = match last.map(|&id| system.binding(id).kind) {
        Some(BindingKind::Function(id)) => {
            let node = system.function(id).node;
            (format!("{name}({})", parameters(node, &system.script.parsed.text)), &*node.body)
        }
        Some(BindingKind::Class(node)) => (format!("class {name}"), &*node.body),
        _ => (name.to_owned(), &[][..]),
    };
    word(&head, body.first().and_then(docstring).as_deref())
}

/// The parameters of a function as they are written, on one line.
fn parameters(function: &StmtFunctionDef, text: &str) -> String {
    let range = function.parameters.range;
    let written = text.get(range.start().to_usize()..range.end().to_usize()).unwrap_or_default();
    let inside = written.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')).unwrap_or(written);
    inside.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text of a docstring, without its indentation.
fn docstring(first: &Stmt) -> Option<String> {
    let literal = first.as_expr_stmt()?.value.as_string_literal_expr()?;
    let lines: Vec<&str> = literal.value.to_str().trim().lines().map(str::trim).collect();
    Some(lines.join("\n"))
}

/// A name in code, and what it is.
pub(super) fn word(name: &str, doc: Option<&str>) -> String {
    let mut text = code(name);
    push_paragraph(&mut text, doc);
    text
}

fn input_row(input: &InputParameter) -> [String; 6] {
    [
        input.parameter_name.value.clone(),
        input.parameter_type.value.clone(),
        if input.required { "yes" } else { "no" }.to_owned(),
        input.default.as_ref().map(plain).unwrap_or_default(),
        input.sample_data.as_ref().map(plain).unwrap_or_default(),
        input.description.clone().unwrap_or_default(),
    ]
}

/// A JSON value as a person writes it: a text without its quotes.
fn plain(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Null => String::new(),
        other => other.to_string(),
    }
}

fn code(text: &str) -> String {
    format!("```python\n{text}\n```")
}

fn push_paragraph(text: &mut String, paragraph: Option<&str>) {
    if let Some(paragraph) = paragraph.filter(|paragraph| !paragraph.is_empty()) {
        let _ = write!(text, "\n\n{paragraph}");
    }
}

fn table<const COLUMNS: usize>(head: [&str; COLUMNS], rows: impl Iterator<Item = [String; COLUMNS]>) -> String {
    let mut text = format!("\n\n| {} |\n|{}", head.join(" | "), "---|".repeat(COLUMNS));
    for row in rows {
        let cells = row.map(|cell| cell.replace('|', "\\|").replace(['\r', '\n'], " "));
        let _ = write!(text, "\n| {} |", cells.join(" | "));
    }
    text
}
