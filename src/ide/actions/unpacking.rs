//! `*args` and named parameters: from one to the other, where all that is done with `args` can be told.

use super::{Action, ActionKind, Here};
use crate::diagnostic::Place;
use crate::ide::layout::{self, Suites};
use crate::ide::rename::{is_name, is_reserved};
use crate::image::names;
use crate::semantic::{Context, Function, Model};
use crate::syntax::ast::{self, Expr, ExprContext, Stmt};
use crate::syntax::walk::Visitor;
use crate::text::{Edit, Ranged, TextRange, TextSize};

/// All that a function does with its `*args`.
pub(super) enum Uses<'a> {
    /// Reads of one each.
    Reads(Vec<Read<'a>>),
    /// One assignment of all of them to as many names.
    Unpacked(&'a Stmt, Vec<&'a str>),
}

/// `args[place]`.
pub(super) struct Read<'a> {
    place: usize,
    range: TextRange,
    /// The statement `name = args[place]` that it stands in, and the name.
    named: Option<(&'a Stmt, &'a str)>,
}

impl<'a> Uses<'a> {
    /// `None` where anything else is done with them.
    pub(super) fn of(model: &Model<'a>, function: &Function<'a>) -> Option<Self> {
        let parameter = function.node.parameters.vararg.as_deref()?;
        let entry = model.scope(function.scope).names.get(parameter.name.as_str())?;
        let [_only] = *entry.bindings else { return None };
        let mut suites = Suites::default();
        suites.visit_body(&function.node.body);
        let assigned: Vec<(&Stmt, &Expr, &Expr)> = suites.list.into_iter().flatten().filter_map(assignment).collect();
        let of_value = |range: TextRange| assigned.iter().find(|(_, _, value)| value.range() == range);
        let reads = || entry.references.iter().map(|id| model.references[id.0 as usize].node.range());
        if let [read] = reads().collect::<Vec<_>>()[..]
            && let Some((statement, target, _)) = of_value(read)
        {
            return Some(Self::Unpacked(statement, names_of(target)?));
        }
        let read = |read: TextRange| {
            let site = model.nodes.subscripts.iter().find(|site| site.node.value.range() == read)?;
            let Expr::NumberLiteral(number) = &*site.node.slice else { return None };
            let ast::Number::Int(place) = &number.value else { return None };
            let named = of_value(site.node.range()).and_then(|(statement, target, _)| match target {
                Expr::Name(name) => Some((*statement, name.id.as_str())),
                _ => None,
            });
            let place = place.as_usize().filter(|_| site.node.ctx == ExprContext::Load)?;
            Some(Read { place, range: site.node.range(), named })
        };
        reads().map(read).collect::<Option<_>>().map(Self::Reads)
    }

    /// The names that the script gives them, in order, where it names each.
    pub(super) fn names(&self) -> Option<Vec<&'a str>> {
        let reads = match self {
            Self::Unpacked(_, names) => return Some(names.clone()),
            Self::Reads(reads) => reads,
        };
        let count = reads.iter().map(|read| read.place.saturating_add(1)).max().unwrap_or_default();
        let name = |wanted| {
            let mut here = reads.iter().filter(|read| read.place == wanted);
            here.find_map(|read| read.named).map(|(_, name)| name)
        };
        // More places than reads can't all have a name.
        (count <= reads.len()).then(|| (0..count).map(name).collect()).flatten()
    }
}

/// `target = value`, with one target.
fn assignment(statement: &Stmt) -> Option<(&Stmt, &Expr, &Expr)> {
    let Stmt::Assign(node) = statement else { return None };
    let [target] = &*node.targets else { return None };
    Some((statement, target, &node.value))
}

/// The names of an unpacking's targets.
fn names_of(target: &Expr) -> Option<Vec<&str>> {
    let (Expr::Tuple(ast::ExprTuple { elts, .. }) | Expr::List(ast::ExprList { elts, .. })) = target else {
        return None;
    };
    elts.iter().map(|element| element.as_name_expr().map(|name| name.id.as_str())).collect()
}

/// Whether a text can be the name of a further parameter.
pub(super) fn is_free_name(name: &str, others: &[&str]) -> bool {
    is_name(name) && !is_reserved(name) && !others.contains(&name)
}

/// `def f(*args)` becomes `def f(host, limit)`, by the names of the inputs.
pub(super) fn to_named(here: &Here<'_>) -> Option<Action> {
    let parameters = &here.function.node.parameters;
    let vararg = parameters.vararg.as_deref()?;
    let inputs = here.inputs()?;
    let first: Vec<&str> = here.function.positional().map(|one| one.parameter.name.as_str()).collect();
    let names = inputs.get(first.len()..).filter(|names| !names.is_empty())?;
    let keyword = parameters.kwarg.as_deref().map(|one| one.name.as_str());
    let taken: Vec<&str> = first.iter().copied().chain(keyword).collect();
    let are_free =
        names.iter().enumerate().all(|(place, name)| is_free_name(name, &taken) && is_free_name(name, &names[..place]));
    let is_plain = parameters.kwonlyargs.is_empty()
        && vararg.annotation.is_none()
        && here.function.positional().all(|one| one.default.is_none());
    if !are_free || !is_plain || here.has_comments_in_parameters() || !is_called_with(here, inputs.len()) {
        return None;
    }
    let body = match Uses::of(here.model, here.function)? {
        Uses::Unpacked(statement, targets) => name_unpacked(here, names, statement, &targets)?,
        Uses::Reads(reads) => name_reads(here, names, &reads)?,
    };
    let text = &here.analysis.parsed().text;
    let star = text[..vararg.name.start().to_usize()].rfind('*').and_then(|at| TextSize::try_from(at).ok())?;
    let edit = Edit::replace(TextRange::new(star, vararg.name.end()), names.join(", "));
    let title = "Name the parameters after the manifest's inputs";
    Some(Action::new(title, ActionKind::Rewrite).edit(Place::Script, body.into_iter().chain([edit])))
}

/// Whether all that the script does with the function is to call it with so many arguments by place.
fn is_called_with(here: &Here<'_>, count: usize) -> bool {
    here.model.calls_of(here.id).is_some_and(|calls| {
        calls.iter().all(|call| {
            let arguments = &call.node.arguments;
            let by_place = arguments.keywords.is_empty() && !arguments.args.iter().any(Expr::is_starred_expr);
            by_place && arguments.args.len() == count
        })
    })
}

/// `a, b = args` becomes `a, b = host, limit`, or goes where the names are the same.
fn name_unpacked(here: &Here<'_>, names: &[&str], statement: &Stmt, targets: &[&str]) -> Option<Vec<Edit>> {
    let Stmt::Assign(node) = statement else { return None };
    let distinct = targets.iter().enumerate().all(|(place, name)| !targets[..place].contains(name));
    let fits = names.iter().all(|name| !here.knows(name) || targets.contains(name) && is_first(here, name, statement));
    if targets.len() != names.len() || !distinct || !fits {
        return None;
    }
    if targets == names {
        return names.iter().all(|name| stays_read(here, name)).then(|| remove(here, &[statement]));
    }
    let value = if let [only] = names { format!("({only},)") } else { names.join(", ") };
    Some(vec![Edit::replace(node.value.range(), value)])
}

/// `args[0]` becomes `host`; `host = args[0]` goes.
fn name_reads(here: &Here<'_>, names: &[&str], reads: &[Read<'_>]) -> Option<Vec<Edit>> {
    let is_read =
        |(place, name): (usize, &&str)| reads.iter().any(|read| read.place == place) || stays_read(here, name);
    if !names.iter().enumerate().all(is_read) || reads.iter().any(|read| read.place >= names.len()) {
        return None;
    }
    let mut gone = Vec::new();
    for (place, name) in names.iter().enumerate().filter(|(_, name)| here.knows(name)) {
        let mut own = reads.iter().filter(|read| read.place == place);
        let (statement, _) = own.clone().find_map(|read| read.named.filter(|(_, target)| target == name))?;
        let entry = here.model.scope(here.function.scope).names.get(name)?;
        // A name that is bound again no longer is what `args[0]` still is.
        let is_the_same = entry.bindings.len() == 1 || own.nth(1).is_none();
        if !is_the_same || !is_first(here, name, statement) || !stays_read(here, name) {
            return None;
        }
        gone.push(statement);
    }
    let mut edits = remove(here, &gone);
    for read in reads.iter().filter(|read| !gone.iter().any(|statement| statement.range().contains_range(read.range))) {
        let behind = here.analysis.parsed().text[read.range.end().to_usize()..].chars().next();
        let gap = if behind.is_some_and(|letter| letter.is_alphanumeric() || letter == '_') { " " } else { "" };
        edits.push(Edit::replace(read.range, format!("{}{gap}", names[read.place])));
    }
    Some(edits)
}

/// Whether a parameter of this name is read: one that is not would be a finding. D3 gives the commands that it defines
/// their inputs, wanted or not.
fn stays_read(here: &Here<'_>, name: &str) -> bool {
    let entry = here.model.scope(here.function.scope).names.get(name);
    entry.is_some_and(|entry| !entry.references.is_empty()) || names::system_command(here.function.name()).is_some()
}

/// Whether a name of the function is first bound by `statement`, once, and nowhere in what stands in the function.
fn is_first(here: &Here<'_>, name: &str, statement: &Stmt) -> bool {
    let (model, within) = (here.model, here.function.node.range());
    let Some(entry) = model.scope(here.function.scope).names.get(name) else { return false };
    let first = entry.bindings.first().map(|&id| model.binding(id));
    let is_first = first
        .is_some_and(|first| statement.range().contains_range(first.range) && !first.context.contains(Context::LOOP));
    let mut reads = entry.references.iter().map(|id| model.references[id.0 as usize].node.start());
    let mut inner = model.scopes.iter().filter(|scope| scope.range != model.scope(here.function.scope).range);
    is_first
        && reads.all(|start| start >= statement.end())
        && !inner.any(|scope| within.contains_range(scope.range) && scope.names.contains_key(name))
        && !model.scopes.iter().any(|scope| scope.globals.contains(&name) || scope.nonlocals.contains(&name))
}

/// Removes statements with their lines; where nothing is left of a block, or something shares their line, `pass`
/// stands for them.
fn remove(here: &Here<'_>, gone: &[&Stmt]) -> Vec<Edit> {
    let parsed = here.analysis.parsed();
    let text = &*parsed.text;
    let mut suites = Suites::default();
    suites.visit_body(&here.function.node.body);
    let is_gone = |statement: &Stmt| gone.iter().any(|one| one.range() == statement.range());
    let mut edits = Vec::new();
    for suite in suites.list {
        let mut keep = suite.iter().all(is_gone);
        for statement in suite.iter().filter(|statement| is_gone(statement)) {
            let end = layout::line_end(text, statement.end());
            let comment = parsed.comments.iter().find(|one| one.start() >= statement.end() && one.end() <= end);
            let rest = TextRange::new(statement.end(), comment.map_or(end, |comment| comment.start()));
            let is_alone =
                layout::indentation(text, statement.start()).is_some() && parsed.slice(rest).trim().is_empty();
            edits.push(match comment {
                _ if keep || !is_alone => Edit::replace(statement.range(), "pass"),
                Some(comment) => Edit::delete(TextRange::new(statement.start(), comment.start())),
                None => Edit::delete(TextRange::new(
                    layout::line_start(text, statement.start()),
                    layout::next_line(text, end),
                )),
            });
            keep = false;
        }
    }
    edits
}

/// `def f(host, limit)` becomes `def f(*args)`, which unpacks them first.
pub(super) fn to_args(here: &Here<'_>) -> Option<Action> {
    let parameters = &here.function.node.parameters;
    let positional: Vec<_> = here.function.positional().collect();
    let (first, last) = (positional.first()?, positional.last()?);
    let is_plain = parameters.posonlyargs.is_empty()
        && parameters.vararg.is_none()
        && parameters.kwonlyargs.is_empty()
        && positional.iter().all(|one| one.default.is_none() && one.parameter.annotation.is_none());
    let body = &here.function.node.body;
    let statement = body.get(usize::from(layout::is_docstring(body.first()?)))?;
    let text = &*here.analysis.parsed().text;
    let indent = layout::indentation(text, statement.start())?;
    if !is_plain
        || here.inputs()?.len() != positional.len()
        || here.knows(names::ARGS)
        || here.has_comments_in_parameters()
        || !is_called_with(here, positional.len())
    {
        return None;
    }
    let names: Vec<&str> = positional.iter().map(|one| one.parameter.name.as_str()).collect();
    let target = if let [only] = *names { format!("({only},)") } else { names.join(", ") };
    let line = format!("{indent}{target} = {}{}", names::ARGS, layout::newline(text));
    let edits = [
        Edit::replace(TextRange::new(first.start(), last.end()), format!("*{}", names::ARGS)),
        Edit::insert(layout::line_start(text, statement.start()), line),
    ];
    let title = format!("Take the inputs as `*{}`", names::ARGS);
    Some(Action::new(title, ActionKind::Rewrite).edit(Place::Script, edits))
}
