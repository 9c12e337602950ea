//! Puts a new command's function into a script, with the helpers and imports that it needs and the script lacks.

use std::sync::Arc;

use super::template::{Keys, NewCommand, SHARED};
use crate::ide::layout;
use crate::image::{Image, ModuleStatus};
use crate::semantic::{Analysis, BindingKind, MODULE, Model};
use crate::syntax::ast::{Expr, Stmt};
use crate::syntax::walk::{self, Visitor};
use crate::syntax::{self, Parsed};
use crate::text::{Edit, Ranged, TextLen, TextRange, TextSize, apply};

/// A script with one more function.
#[derive(Debug)]
pub struct Inserted {
    /// The script.
    pub text: String,
    /// What of the helpers got another name than usual, since the script has something else of that name.
    pub renamed: Vec<(String, String)>,
}

/// A statement of the shared helpers.
struct Piece {
    name: String,
    code: String,
    kind: PieceKind,
}

/// An import to be added.
struct Import {
    module: String,
    is_member: bool,
    /// What is imported, with its `as`.
    names: String,
}

impl Import {
    fn line(&self) -> String {
        if self.is_member {
            format!("from {} import {}", self.module, self.names)
        } else {
            format!("import {}", self.names)
        }
    }
}

enum PieceKind {
    /// `import module`, or `from module import name`.
    Import {
        module: String,
        member: bool,
    },
    Constant,
    Definition,
}

/// Adds the function of `new` at the end of the script.
///
/// # Errors
/// Why that can't be done, for the user: the script has syntax errors, or the name.
pub fn insert(analysis: &Analysis, name: &str, new: &NewCommand, keys: &Keys) -> Result<Inserted, String> {
    let (model, parsed) = (analysis.model(), analysis.parsed());
    if parsed.trailing.is_some() || !parsed.errors.is_empty() {
        return Err("the script has syntax errors; `d3ls lint` shows them, correct them first".to_owned());
    }
    if model.binds(name) {
        return Err(format!("the script has a `{name}` already; choose another name"));
    }
    if model.system().is_some_and(|system| system.binds(name)) {
        return Err(format!("the system script has a `{name}`, which it would replace; choose another name"));
    }
    let pieces = needed(&new.code, pieces(keys));
    let mut code = new.code.clone();
    let mut texts: Vec<String> = pieces.iter().map(|piece| piece.code.clone()).collect();
    let mut renamed = Vec::new();
    let mut lacking = vec![true; pieces.len()];
    for (place, piece) in pieces.iter().enumerate() {
        match standing(model, piece) {
            Standing::Missing => {}
            Standing::Same => lacking[place] = false,
            Standing::Other => {
                let free = free_name(model, &piece.name);
                texts.iter_mut().for_each(|text| *text = renamed_in(text, &piece.name, &free));
                code = renamed_in(&code, &piece.name, &free);
                if matches!(piece.kind, PieceKind::Import { .. }) {
                    texts[place] = format!("{} as {free}", piece.name);
                }
                renamed.push((piece.name.clone(), free));
            }
        }
    }
    let (mut imports, mut constants, mut functions) = (Vec::new(), Vec::new(), Vec::new());
    for ((piece, text), _) in pieces.iter().zip(texts).zip(lacking).filter(|(_, lacking)| *lacking) {
        match &piece.kind {
            PieceKind::Import { module, member } => {
                let module = module.clone();
                imports.push(Import { module, is_member: *member, names: text });
            }
            PieceKind::Constant => constants.push(text),
            PieceKind::Definition => functions.push(text),
        }
    }
    functions.push(code.trim_end().to_owned());
    let text = placed(analysis, &imports, &constants, &functions);
    Ok(Inserted { text, renamed })
}

/// The statements of the shared helpers, in order.
fn pieces(keys: &Keys) -> Vec<Piece> {
    let shared: Arc<str> = keys.put_into(SHARED).into();
    let parsed = syntax::parse(&shared);
    let mut pieces = Vec::new();
    for statement in &parsed.body {
        let code = parsed.slice(statement.range()).to_owned();
        match statement {
            Stmt::Import(node) => {
                for alias in &node.names {
                    let module = alias.name.to_string();
                    let kind = PieceKind::Import { module: module.clone(), member: false };
                    pieces.push(Piece { name: module.clone(), code: module, kind });
                }
            }
            Stmt::ImportFrom(node) => {
                let module = node.module.as_ref().map(ToString::to_string).unwrap_or_default();
                for alias in &node.names {
                    let name = alias.name.to_string();
                    let kind = PieceKind::Import { module: module.clone(), member: true };
                    pieces.push(Piece { name: name.clone(), code: name, kind });
                }
            }
            Stmt::Assign(node) => {
                let name =
                    node.targets.first().and_then(|target| target.as_name_expr()).map(|name| name.id.to_string());
                pieces.push(Piece { name: name.unwrap_or_default(), code, kind: PieceKind::Constant });
            }
            Stmt::FunctionDef(node) => {
                pieces.push(Piece { name: node.name.to_string(), code, kind: PieceKind::Definition });
            }
            Stmt::ClassDef(node) => {
                pieces.push(Piece { name: node.name.to_string(), code, kind: PieceKind::Definition });
            }
            _ => {}
        }
    }
    pieces
}

/// Those of the pieces that `code` uses, and those that they use.
fn needed(code: &str, pieces: Vec<Piece>) -> Vec<Piece> {
    let mut is_needed: Vec<bool> = pieces.iter().map(|piece| has_name(code, &piece.name)).collect();
    loop {
        let users: Vec<&str> = pieces
            .iter()
            .zip(&is_needed)
            .filter(|(_, needed)| **needed)
            .map(|(piece, _)| piece.code.as_str())
            .collect();
        let next: Vec<bool> = pieces
            .iter()
            .zip(&is_needed)
            .map(|(piece, needed)| *needed || users.iter().any(|user| has_name(user, &piece.name)))
            .collect();
        if next == is_needed {
            return pieces.into_iter().zip(next).filter(|(_, needed)| *needed).map(|(piece, _)| piece).collect();
        }
        is_needed = next;
    }
}

/// What a script has under the name of a helper.
enum Standing {
    Missing,
    Same,
    Other,
}

fn standing(model: &Model<'_>, piece: &Piece) -> Standing {
    let name = piece.name.as_str();
    if !model.binds(name) {
        return match model.system().filter(|system| system.binds(name)) {
            // The system script must go on finding its own.
            Some(system) if has_piece(system, piece) => Standing::Same,
            Some(_) => Standing::Other,
            None => Standing::Missing,
        };
    }
    if has_piece(model, piece) { Standing::Same } else { Standing::Other }
}

/// Whether a script binds the helper's name once, to the very same thing.
fn has_piece(model: &Model<'_>, piece: &Piece) -> bool {
    let Some(entry) = model.scope(MODULE).names.get(piece.name.as_str()) else { return false };
    let [only] = entry.bindings[..] else { return false };
    let binding = model.binding(only);
    match (&piece.kind, binding.kind) {
        (PieceKind::Import { module, member }, BindingKind::Import(id)) => {
            let import = model.import(id);
            let same = if *member { import.member == Some(piece.name.as_str()) } else { import.member.is_none() };
            same && import.module == module && import.level == 0
        }
        (PieceKind::Import { .. }, _) => false,
        _ => {
            let parsed = &model.script.parsed;
            let statement = parsed.body.iter().find(|statement| statement.range().contains_range(binding.range));
            let plain = |code: &str| code.split_whitespace().collect::<Vec<_>>().join(" ");
            statement.is_some_and(|statement| plain(parsed.slice(statement.range())) == plain(&piece.code))
        }
    }
}

/// The name with a number behind it that nothing has.
fn free_name(model: &Model<'_>, name: &str) -> String {
    let is_taken = |name: &String| {
        model.references.iter().any(|read| read.node.id.as_str() == name)
            || model.bindings.iter().any(|binding| binding.name == name)
            || model.system().is_some_and(|system| system.binds(name))
    };
    let base = if name.starts_with('_') { name.to_owned() } else { format!("_{name}") };
    let numbered = (2..).map(|number| format!("{base}{number}"));
    std::iter::once(base.clone())
        .filter(|base| base != name)
        .chain(numbered)
        .find(|name| !is_taken(name))
        .unwrap_or(base)
}

/// Where a name is read or bound in a piece of code.
struct Names<'n> {
    name: &'n str,
    found: Vec<TextRange>,
}

impl<'a> Visitor<'a> for Names<'_> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        let defined = match stmt {
            Stmt::FunctionDef(node) => Some(&node.name),
            Stmt::ClassDef(node) => Some(&node.name),
            _ => None,
        };
        self.found.extend(defined.filter(|name| name.as_str() == self.name).map(Ranged::range));
        walk::walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Name(name) = expr
            && name.id.as_str() == self.name
        {
            self.found.push(name.range());
        }
        walk::walk_expr(self, expr);
    }
}

fn places_of(code: &str, name: &str) -> Vec<TextRange> {
    let mut names = Names { name, found: Vec::new() };
    names.visit_body(&syntax::parse(&Arc::from(code)).body);
    names.found.sort_by_key(Ranged::start);
    names.found
}

fn has_name(code: &str, name: &str) -> bool {
    !places_of(code, name).is_empty()
}

fn renamed_in(code: &str, name: &str, new: &str) -> String {
    let edits: Vec<Edit> = places_of(code, name).into_iter().map(|range| Edit::replace(range, new)).collect();
    apply(code, &edits)
}

/// The script with all of this in its places: imports among its own, constants behind them, functions at its end.
fn placed(analysis: &Analysis, imports: &[Import], constants: &[String], functions: &[String]) -> String {
    let newline = layout::newline(&analysis.parsed().text);
    let mut text = imports.iter().fold(analysis.parsed().text.to_string(), |text, import| {
        with_import(&syntax::parse(&Arc::from(text)), &analysis.surroundings().image, import)
    });
    if !constants.is_empty() {
        text = with_constants(&syntax::parse(&Arc::from(text)), &constants.join(newline), newline);
    }
    let content = text.trim_end_matches([' ', '\t', '\r', '\n']);
    let gap = if content.trim_start_matches('\u{feff}').is_empty() { "" } else { "\n\n\n" };
    let code = functions.join("\n\n\n").replace("    ", &layout::unit(analysis.parsed()));
    let end = format!("{gap}{code}\n").replace('\n', newline);
    format!("{content}{end}")
}

/// The statements before the first function or class.
fn head(parsed: &Parsed) -> impl Iterator<Item = &Stmt> {
    parsed.body.iter().take_while(|statement| !matches!(statement, Stmt::FunctionDef(_) | Stmt::ClassDef(_)))
}

fn imported_module(statement: &Stmt) -> Option<&str> {
    match statement {
        Stmt::Import(node) => Some(node.names.first()?.name.as_str()),
        Stmt::ImportFrom(node) => node.module.as_deref(),
        _ => None,
    }
}

/// The script with one more import: in the line that imports from its module, behind the last import of its sort, else
/// before or behind all others.
fn with_import(parsed: &Parsed, image: &Image, import: &Import) -> String {
    let text = &*parsed.text;
    let newline = layout::newline(text);
    let same_module = head(parsed).find(|statement| {
        let is_member = matches!(statement, Stmt::ImportFrom(node) if node.level == 0) && import.is_member;
        is_member
            && imported_module(statement) == Some(&import.module)
            && !parsed.slice(statement.range()).ends_with(')')
    });
    if let Some(statement) = same_module {
        return apply(text, &[Edit::insert(statement.end(), format!(", {}", import.names))]);
    }
    let is_stdlib = |module: &str| matches!(image.module(module, []), ModuleStatus::Stdlib);
    let (line, sort) = (import.line(), is_stdlib(&import.module));
    let imports: Vec<&Stmt> = head(parsed).filter(|statement| imported_module(statement).is_some()).collect();
    let like = || imports.iter().filter(|other| imported_module(other).is_some_and(|module| is_stdlib(module) == sort));
    let same_form = like().rev().find(|other| matches!(other, Stmt::ImportFrom(_)) == import.is_member);
    let before = |statement: &Stmt, gap: &str| apply(text, &[Edit::insert(statement.start(), format!("{line}{gap}"))]);
    match (same_form, like().next(), like().next_back(), imports.first(), imports.last()) {
        (Some(other), ..) => behind(text, other.end(), &line, newline),
        (_, Some(first), ..) if !import.is_member => before(first, newline),
        (_, _, Some(last), ..) => behind(text, last.end(), &line, newline),
        (.., Some(first), _) if sort => before(first, &newline.repeat(2)),
        (.., Some(last)) => behind(text, last.end(), &format!("{newline}{line}"), newline),
        _ => before_all(parsed, &line, newline),
    }
}

/// The text with a line behind the one on which `offset` lies, and apart from a function or class that follows.
fn behind(text: &str, offset: TextSize, line: &str, newline: &str) -> String {
    let at = layout::next_line(text, offset);
    let lead = if text[..at.to_usize()].ends_with(['\n', '\r']) { "" } else { newline };
    let is_definition = ["def ", "async ", "class ", "@"].iter().any(|word| text[at.to_usize()..].starts_with(word));
    let gap = if is_definition { newline.repeat(2) } else { String::new() };
    apply(text, &[Edit::insert(at, format!("{lead}{line}{newline}{gap}"))])
}

/// The script with lines behind its docstring, else before its first statement.
fn before_all(parsed: &Parsed, lines: &str, newline: &str) -> String {
    let text = &*parsed.text;
    match parsed.body.first() {
        Some(first) if layout::is_docstring(first) => behind(text, first.end(), lines, newline),
        Some(first) => {
            let at = above_comments(text, first.start());
            apply(text, &[Edit::insert(at, format!("{lines}{}", newline.repeat(3)))])
        }
        None => behind(text, text.text_len(), lines, newline).trim_start_matches(['\r', '\n']).to_owned(),
    }
}

/// The script with constants behind those that follow its imports.
fn with_constants(parsed: &Parsed, constants: &str, newline: &str) -> String {
    let text = &*parsed.text;
    let last_import = head(parsed).filter(|statement| imported_module(statement).is_some()).last();
    let last_constant = head(parsed).filter(|statement| matches!(statement, Stmt::Assign(_))).last();
    match (last_import, last_constant) {
        (import, Some(constant)) if import.is_none_or(|import| import.end() < constant.start()) => {
            behind(text, constant.end(), constants, newline)
        }
        (Some(import), _) => behind(text, import.end(), &format!("{newline}{constants}"), newline),
        (None, _) => before_all(parsed, constants, newline),
    }
}

/// Before the comments just above a statement, but not before those that the script begins with.
fn above_comments(text: &str, statement: TextSize) -> TextSize {
    let mut at = statement.to_usize();
    while let Some(line) = text[..at].strip_suffix('\n').map(|before| before.rsplit('\n').next().unwrap_or_default()) {
        if !line.starts_with('#') {
            break;
        }
        at -= line.len() + 1;
    }
    if at == 0 || &text[..at] == "\u{feff}" { statement } else { TextSize::try_from(at).unwrap_or(statement) }
}
