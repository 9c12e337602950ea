//! Document symbols, links, folding and selection of a manifest.

use crate::ide::folding::{growing, one_a_line};
use crate::ide::{Fold, FoldKind, Symbol, SymbolKind};
use crate::manifest::{Command, Kind, Segment, key};
use crate::text::{LineIndex, Spanned, TextRange, TextSize};

use super::ManifestDocument;

/// A path in a manifest that leads to a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The path's bytes, without quotes.
    pub range: TextRange,
    /// The path, relative to the manifest, or a web address.
    pub target: String,
}

/// The connection's parameters, and the commands with their inputs, in source order.
pub fn symbols(document: &ManifestDocument) -> Vec<Symbol> {
    let manifest = &document.manifest;
    let connection = manifest.connection.iter().map(|parameter| Symbol {
        name: parameter.parameter_name.value.clone(),
        detail: detail(parameter.display_name.as_ref(), Some(&parameter.parameter_type)),
        kind: SymbolKind::ConnectionParameter,
        range: parameter.range,
        selection: within(parameter.parameter_name.range, parameter.range),
        children: Vec::new(),
    });
    let mut found: Vec<_> = connection.chain(manifest.commands.iter().map(of_command)).collect();
    found.retain(|symbol| !symbol.name.is_empty());
    found.sort_by_key(|symbol| symbol.range.start());
    found
}

fn of_command(command: &Command) -> Symbol {
    let inputs = command.inputs.iter().filter(|input| !input.parameter_name.value.is_empty());
    let inputs = inputs.map(|input| Symbol {
        name: input.parameter_name.value.clone(),
        detail: detail(input.display_name.as_ref(), Some(&input.parameter_type)),
        kind: SymbolKind::Input,
        range: input.range,
        selection: within(input.parameter_name.range, input.range),
        children: Vec::new(),
    });
    Symbol {
        name: command.internal_name.value.clone(),
        detail: detail(command.display_name.as_ref(), None),
        kind: SymbolKind::Command,
        range: command.range,
        selection: within(command.internal_name.range, command.range),
        children: inputs.collect(),
    }
}

/// The display name and the type.
fn detail(display_name: Option<&Spanned<String>>, value_type: Option<&Spanned<String>>) -> Option<String> {
    let parts: Vec<&str> = [display_name, value_type].into_iter().flatten().map(|part| part.value.as_str()).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// Clients refuse a selection outside its symbol.
fn within(selection: TextRange, range: TextRange) -> TextRange {
    if range.contains_range(selection) { selection } else { TextRange::empty(range.start()) }
}

/// The scripts and the schema that the manifest writes out.
pub fn links(document: &ManifestDocument) -> Vec<Link> {
    let manifest = &document.manifest;
    let mut paths: Vec<Vec<Segment>> =
        ["$schema", "script", "systemScript", "liveScript"].into_iter().map(|name| vec![key(name)]).collect();
    if manifest.kind == Kind::Utility {
        let command = |place| vec![key("commands"), Segment::Index(place)];
        for command in (0..).map(command).take_while(|path| manifest.range_of(path).is_some()) {
            let of_command = |name| command.iter().cloned().chain([key(name)]).collect();
            paths.extend(["script", "liveScript"].map(of_command));
        }
    }
    let link = |path: Vec<Segment>| {
        let range = manifest.range_of(&path)?;
        let target = manifest.text.get(range.start().to_usize()..range.end().to_usize())?;
        (!target.is_empty() && target != "null").then(|| Link { range, target: target.to_owned() })
    };
    let mut found: Vec<_> = paths.into_iter().filter_map(link).collect();
    found.sort_by_key(|link| link.range.start());
    found
}

/// The objects and lists over several lines, one a first line, in order.
pub fn folds(document: &ManifestDocument) -> Vec<Fold> {
    let blocks = document.manifest.blocks().into_iter().map(|range| Fold { range, kind: FoldKind::Code });
    one_a_line(blocks.collect(), &LineIndex::new(&document.manifest.text))
}

/// The pieces of the manifest around `offset`, each within the next: from the word to the whole text.
pub fn selections(document: &ManifestDocument, offset: TextSize) -> Vec<TextRange> {
    let manifest = &document.manifest;
    let token = manifest.path_at(offset).map(|location| location.token).filter(|token| !token.is_empty());
    let mut found: Vec<_> = token.into_iter().chain(manifest.ranges_around(offset)).collect();
    found.push(TextRange::up_to(TextSize::of(&*manifest.text)));
    growing(found, offset)
}
