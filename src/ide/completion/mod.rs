//! Completion: what can stand where the cursor is. Only D3's words; Python's own are other servers' business.

mod calls;
mod comments;
mod connection;
mod definitions;
mod imports;
mod output_model;

use serde::{Deserialize, Serialize};

use super::cursor::{Cursor, Word};
use super::statement::Statement;
use super::{describe, snippet};
use crate::image::names;
use crate::semantic::{Analysis, Origin, Surroundings, SystemScript};
use crate::syntax::ast::{AnyNodeRef, Expr};
use crate::text::{TextRange, TextSize};

pub use comments::complete_comment;

/// What sort of thing a completion is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompletionKind {
    /// A key of a dictionary.
    Key,
    /// A branch of `D3`, or an integration.
    Namespace,
    /// A command or method.
    Function,
    /// The type of a D3 call.
    Type,
    /// A member that holds a value.
    Property,
    /// A keyword argument.
    Keyword,
    /// A known value.
    Value,
    /// A module.
    Module,
    /// A name.
    Variable,
    /// A piece of code with places to fill in.
    Snippet,
}

/// More about a completion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Documentation {
    /// The text, in Markdown.
    Text(String),
    /// What the text is about: it is long, and [`documentation`] makes it when it is looked at.
    About(Topic),
}

/// What a text beside a completion is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Topic {
    /// A utility command, by its name in calls.
    UtilityCommand(String),
    /// A command of the manifest, by its internal name.
    Command(String),
    /// A name of the system script's top level.
    SystemName(String),
    /// A rule, by its code.
    Rule(String),
}

/// The text about a topic, in Markdown; `None` where there is no such thing any more.
pub fn documentation(surroundings: &Surroundings, topic: &Topic) -> Option<String> {
    match topic {
        Topic::UtilityCommand(name) => surroundings.image.utility_command(name).map(describe::utility_command),
        Topic::Command(name) => surroundings.manifest.as_ref()?.command(name).map(describe::command),
        Topic::SystemName(name) => match &surroundings.system {
            SystemScript::Known(system) => Some(describe::system_definition(system.model(), name)),
            SystemScript::None | SystemScript::Unknown => None,
        },
        Topic::Rule(code) => describe::rule_help(code),
    }
}

/// One thing that can stand where the cursor is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompletionItem {
    /// What the list shows.
    pub label: String,
    /// What it is.
    pub kind: CompletionKind,
    /// A few words beside the label.
    pub detail: Option<String>,
    /// More about it.
    pub documentation: Option<Documentation>,
    /// What is inserted: a plain text, or a snippet.
    pub insert: String,
    /// Whether `insert` is a snippet, with `$1` and `${1:text}` as places to fill in.
    pub is_snippet: bool,
    /// What is replaced: bytes of the script, in one line, with the cursor in it.
    pub range: TextRange,
    /// What is compared with what is typed.
    pub filter: String,
    /// The list is sorted by it.
    pub sort: String,
}

impl CompletionItem {
    pub(super) fn new(label: impl Into<String>, kind: CompletionKind, range: TextRange) -> Self {
        let label = label.into();
        Self {
            kind,
            detail: None,
            documentation: None,
            insert: label.clone(),
            is_snippet: false,
            range,
            filter: label.clone(),
            sort: String::new(),
            label,
        }
    }

    /// What is inserted where the editor knows no snippets.
    pub fn plain_insert(&self) -> String {
        if self.is_snippet { snippet::plain(&self.insert) } else { self.insert.clone() }
    }

    pub(super) fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into()).filter(|detail| !detail.is_empty());
        self
    }

    pub(super) fn documentation(mut self, documentation: impl Into<String>) -> Self {
        self.documentation = Some(Documentation::Text(documentation.into()));
        self
    }

    pub(super) fn about(mut self, topic: Topic) -> Self {
        self.documentation = Some(Documentation::About(topic));
        self
    }

    pub(super) fn insert(mut self, insert: impl Into<String>) -> Self {
        self.insert = insert.into();
        self
    }

    pub(super) fn snippet(mut self, snippet: impl Into<String>) -> Self {
        self.insert = snippet.into();
        self.is_snippet = true;
        self
    }
}

/// What can stand at `offset`, the likeliest first. Empty in comments, in ordinary strings, and where only Python's
/// own words fit.
pub fn complete(analysis: &Analysis, offset: TextSize) -> Vec<CompletionItem> {
    let Some(statement) = Statement::at(analysis.parsed(), offset) else { return Vec::new() };
    let cursor = Cursor::new(analysis.model(), &statement);
    ranked(match cursor.word {
        Word::Type(call) => calls::types(&cursor, call),
        Word::Member(member) => members(&cursor, &member.value),
        Word::Module => imports::modules(&cursor),
        Word::FromModule(import) => imports::from_modules(&cursor, import),
        Word::FromMember(import) => imports::members(&cursor, import),
        Word::Definition if is_top_level_function(&cursor) => definitions::functions(&cursor, definitions::Form::Name),
        Word::Definition => Vec::new(),
        Word::Keyword => output_model::keywords(&cursor),
        Word::Text => values(&cursor),
        Word::Name if keyed_dictionary(&cursor).is_some() => values(&cursor),
        Word::Name => {
            let mut items = values(&cursor);
            items.extend(output_model::keywords(&cursor));
            items.extend(names_in_reach(&cursor));
            items
        }
        Word::Other => Vec::new(),
    })
}

/// Completions that are shown in their order.
fn ranked(mut items: Vec<CompletionItem>) -> Vec<CompletionItem> {
    for (place, item) in items.iter_mut().enumerate() {
        item.sort = format!("{place:04}");
    }
    items
}

/// What fits by its value: keys of the engine's dictionaries and of output fields, statuses.
fn values(cursor: &Cursor<'_>) -> Vec<CompletionItem> {
    match keyed_dictionary(cursor) {
        Some(Origin::Connector) => connection::keys(cursor),
        Some(Origin::Runtime) => connection::runtime_keys(cursor),
        _ => output_model::values(cursor),
    }
}

/// Which of the engine's dictionaries the word is a key of.
fn keyed_dictionary(cursor: &Cursor<'_>) -> Option<Origin> {
    let origin = cursor.origin(cursor.keyed_object()?);
    origin.filter(|origin| matches!(origin, Origin::Connector | Origin::Runtime))
}

/// What stands behind the dot of one of the engine's objects.
fn members<'a>(cursor: &Cursor<'a>, object: &'a Expr) -> Vec<CompletionItem> {
    if let Some(items) = calls::members(cursor, object) {
        return items;
    }
    match cursor.origin(object) {
        Some(Origin::Pb) => pb_members(cursor),
        Some(Origin::Runtime) => vec![get(cursor, "The value of a key, or the default where there is none.")],
        Some(Origin::Connector) => {
            vec![get(cursor, "The value of a connection parameter, or the default where there is none.")]
        }
        _ => Vec::new(),
    }
}

fn pb_members(cursor: &Cursor<'_>) -> Vec<CompletionItem> {
    let called = cursor.statement.next == Some(b'(');
    let members = cursor.model.script.surroundings.image.pb_members().iter();
    members
        .map(|name| {
            let kind = if name == names::RUNTIME { CompletionKind::Property } else { CompletionKind::Function };
            let item = CompletionItem::new(name, kind, cursor.statement.word).documentation(describe::pb_member(name));
            match name.as_str() {
                _ if called => item,
                names::RETURN_OUTPUT_MODEL => item.snippet(format!("{name}({})", output_model::ARGUMENTS)),
                names::LOG => item.snippet(format!("{name}($1)")),
                _ => item,
            }
        })
        .collect()
}

fn get(cursor: &Cursor<'_>, doc: &str) -> CompletionItem {
    let item = CompletionItem::new("get", CompletionKind::Function, cursor.statement.word)
        .documentation(describe::word("get(key, default)", Some(doc)));
    let quote = connection::quote(cursor);
    if cursor.statement.next == Some(b'(') { item } else { item.snippet(format!("get({quote}$1{quote}, $2)")) }
}

/// Whether the function that is being named can be a command: no other is called by D3.
fn is_top_level_function(cursor: &Cursor<'_>) -> bool {
    let is_plain = matches!(cursor.chain.first(), Some(AnyNodeRef::StmtFunctionDef(node)) if !node.is_async);
    cursor.statement.at_margin && is_plain
}

/// The names that D3 and the system script give, and where a top-level statement begins, what can be defined.
fn names_in_reach(cursor: &Cursor<'_>) -> Vec<CompletionItem> {
    let range = cursor.statement.word;
    let mut items = Vec::new();
    let is_statement = matches!(cursor.chain.get(1), Some(AnyNodeRef::StmtExpr(_)));
    if is_statement && cursor.statement.at_margin && cursor.statement.is_first {
        items.extend(definitions::functions(cursor, definitions::Form::Whole));
        items.extend(definitions::templates(cursor));
    }
    items.extend([names::PB, names::RUNTIME, names::D3].into_iter().filter_map(|name| {
        let bound = cursor.model.resolve(name, cursor.scope).is_some();
        let documentation = describe::engine_name(name).filter(|_| !bound)?;
        Some(CompletionItem::new(name, CompletionKind::Variable, range).documentation(documentation))
    }));
    items.extend(definitions::system_names(cursor));
    items
}
