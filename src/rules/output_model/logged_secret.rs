//! D3313.

use rustc_hash::FxHashSet;

use crate::diagnostic::Severity;
use crate::image::names::{CONNECTOR, LOG, PB, RUNTIME};
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::{Effort, Origin, ScopeId, Slot, Trail, literal, names_credential, plain_name};
use crate::syntax::ast::{self, Expr};
use crate::text::{Ranged, TextRange, TextSize};

use super::key_changes::KeyChanges;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3313",
    name: "logged-secret",
    severity: Severity::Error,
    default_on: true,
    fix: FixKind::None,
    needs: Needs::Nothing,
    summary: "a secret connection value, or all of `runtime`, in the log or in an output field",
    page: include_str!("logged_secret.md"),
    check: Check::Part(check),
};

fn check(context: &Context<'_>, part: TextRange, sink: &mut Sink<'_>) {
    let model = context.model;
    let mut arguments: Vec<(&Expr, ScopeId, String)> = Vec::new();
    for site in context.sites(&model.nodes.calls, part) {
        if model.origin(&site.node.func, site.scope) == Some(Origin::Log) {
            arguments.extend(
                site.node.arguments.args.iter().map(|argument| (argument, site.scope, format!("`{PB}.{LOG}`"))),
            );
        }
    }
    for output in context.output_models(part) {
        for slot in &output.slots {
            if let Slot::Given(argument, scope) = *slot {
                arguments.push((argument, scope, "the output model".to_owned()));
            }
        }
    }
    let mut seen = FxHashSet::default();
    let mut search = Search { context, changes: KeyChanges::new(context), until: part.end() };
    for (argument, scope, place) in arguments {
        let effort = Effort::default();
        search.until = argument.start();
        let Some((range, leak)) = search.leak(argument, At { scope, hidden: None, trail: effort.trail() }) else {
            continue;
        };
        let range = if argument.range().contains_range(range) { range } else { argument.range() };
        if seen.contains(&range) {
            continue;
        }
        seen.insert(range);
        let what = match leak {
            Leak::Key(key) => format!("the secret `{key}` of the connection"),
            Leak::All => format!("all of `{RUNTIME}`, with the secrets of the connection,"),
        };
        sink.report(range, format!("{what} goes into {place}, where others can read it; leave it out"));
    }
}

/// What gets out.
enum Leak<'a> {
    Key(&'a str),
    All,
}

/// The part of an expression that holds a secret, if there is one.
type Found<'a> = Option<(TextRange, Leak<'a>)>;

/// What does not show of a dictionary though it was made with it: what comes over it on the way from there to the text.
struct Hidden<'h, 'a> {
    what: Cover<'a>,
    beyond: Option<&'h Hidden<'h, 'a>>,
}

/// What puts something else over the values of a dictionary.
enum Cover<'a> {
    /// Only the keys are looked at, or the values may be others by now.
    All,
    /// A display goes on with these.
    Items(&'a [ast::DictItem]),
    /// `dict(..., key=value)`.
    Keywords(&'a [ast::Keyword]),
    /// What is done from here on to the dictionary that a name holds.
    Changes(&'a ast::ExprName, ScopeId, TextSize),
}

/// The keys whose values don't show.
#[derive(Default)]
struct Keys<'a> {
    all: bool,
    some: Vec<&'a str>,
}

/// How an expression is looked at.
#[derive(Clone, Copy)]
struct At<'s, 'a> {
    /// The scope it is evaluated in.
    scope: ScopeId,
    /// What does not show of it, if it is a dictionary.
    hidden: Option<&'s Hidden<'s, 'a>>,
    trail: Trail<'s>,
}

impl<'s, 'a> At<'s, 'a> {
    /// As a part of a text, or of something that is no dictionary: all of it shows.
    fn inside(self) -> Self {
        Self { hidden: None, ..self }
    }

    /// As what shows no more than this of itself.
    fn behind(self, hidden: &'s Hidden<'s, 'a>) -> Self {
        Self { hidden: Some(hidden), ..self }
    }
}

/// Looks for secrets.
struct Search<'c, 'a> {
    context: &'c Context<'a>,
    changes: KeyChanges<'c, 'a>,
    /// Where the text goes out.
    until: TextSize,
}

impl<'a> Search<'_, 'a> {
    /// The first part of an expression whose text holds a secret.
    fn leak(&mut self, expr: &'a Expr, at: At<'_, 'a>) -> Found<'a> {
        let at = At { trail: at.trail.next()?, ..at };
        if let Some(read) = read_at(self.context, expr) {
            return is_secret(self.context, read).then_some((expr.range(), Leak::Key(read)));
        }
        match expr {
            Expr::Name(name) => self.leak_of_name(name, expr, at).map(|(_, what)| (expr.range(), what)),
            Expr::Attribute(attribute) => {
                let whole = self.leak_of_whole(expr, at);
                whole.or_else(|| self.leak_of_attribute(attribute, expr, at))
            }
            Expr::Subscript(_) => self.leak_of_whole(expr, at),
            Expr::Call(call) => self.leak_of_call(call, expr, at),
            Expr::FString(node) => node.value.elements().find_map(|element| match element {
                ast::InterpolatedStringElement::Interpolation(part) => self.leak(&part.expression, at.inside()),
                ast::InterpolatedStringElement::Literal(_) => None,
            }),
            Expr::BinOp(node) => {
                let over = match &*node.right {
                    Expr::Dict(right) if node.op == ast::Operator::BitOr => &right.items[..],
                    _ => &[],
                };
                let left = Hidden { what: Cover::Items(over), beyond: at.hidden };
                let left = self.leak(&node.left, at.behind(&left));
                left.or_else(|| self.leak(&node.right, at))
            }
            Expr::If(node) => {
                let body = self.leak(&node.body, at);
                body.or_else(|| self.leak(&node.orelse, at))
            }
            Expr::BoolOp(node) => {
                // Before `and` nothing comes out but what is false.
                let first = if node.op == ast::BoolOp::Or { 0 } else { node.values.len() - 1 };
                node.values[first..].iter().find_map(|value| self.leak(value, at))
            }
            Expr::Dict(node) => self.leak_of_items(&node.items, at),
            Expr::List(ast::ExprList { elts, .. }) | Expr::Tuple(ast::ExprTuple { elts, .. }) => {
                self.leak_of_all(elts, at.inside())
            }
            _ => None,
        }
    }

    fn leak_of_all(&mut self, exprs: &'a [Expr], at: At<'_, 'a>) -> Found<'a> {
        exprs.iter().find_map(|expr| self.leak(expr, at))
    }

    /// The connection, or the dictionary it is in, unless what is secret in it does not show.
    fn leak_of_whole(&mut self, expr: &'a Expr, at: At<'_, 'a>) -> Found<'a> {
        let is_hidden = match self.context.model.origin(expr, at.scope)? {
            Origin::Runtime => self.hides(at, Some(CONNECTOR)),
            Origin::Connector => {
                let keys = self.hidden_keys(at);
                keys.all || are_all_secrets(self.context, &keys.some)
            }
            _ => return None,
        };
        (!is_hidden).then_some((expr.range(), Leak::All))
    }

    /// What a name was given, with what its function did to it since.
    fn leak_of_name(&mut self, name: &'a ast::ExprName, expr: &'a Expr, at: At<'_, 'a>) -> Found<'a> {
        let model = self.context.model;
        let changed = Hidden { what: Cover::Changes(name, at.scope, TextSize::default()), beyond: at.hidden };
        let only = match model.bindings_of_name(name, at.scope) {
            [only] => Some(*only),
            _ => None,
        };
        // `runtime = runtime` means the engine's own.
        let is_itself = |value: &Expr| matches!(value, Expr::Name(other) if other.id == name.id);
        let value = only.and_then(|only| Some((model.assigned(only)?, model.binding(only).written_in)));
        match value.filter(|(value, _)| !is_itself(value)) {
            Some((value, written_in)) => {
                let given = self.leak(value, At { scope: written_in, ..at.behind(&changed) });
                let may_be_filled = given.is_none() && is_dictionary(value);
                if may_be_filled { self.leak_of_changes(name, at) } else { given }
            }
            None => self.leak_of_whole(expr, at.behind(&changed)),
        }
    }

    /// A secret that was certainly put into the dictionary that a name holds, and was not replaced later.
    fn leak_of_changes(&mut self, name: &'a ast::ExprName, at: At<'_, 'a>) -> Found<'a> {
        let changes = self.changes.of(name, at.scope);
        let mut before = changes.iter().filter(|change| change.start < name.start() && !change.is_conditional);
        before.find_map(|change| {
            let later = Hidden { what: Cover::Changes(name, at.scope, change.start), beyond: at.hidden };
            self.leak_under(change.key, change.value?, At { scope: change.scope, ..at.behind(&later) })
        })
    }

    /// What an attribute of `self` was given. Any method may have changed a dictionary in it, so only texts count.
    fn leak_of_attribute(&mut self, attribute: &'a ast::ExprAttribute, expr: &'a Expr, at: At<'_, 'a>) -> Found<'a> {
        let model = self.context.model;
        model.self_class(&attribute.value, at.scope)?;
        let maker = model.only_maker(expr, at.scope)?;
        let texts = Hidden { what: Cover::All, beyond: None };
        self.leak(maker.expr, At { scope: maker.scope, ..at.behind(&texts) }).map(|(_, what)| (expr.range(), what))
    }

    fn leak_of_items(&mut self, items: &'a [ast::DictItem], at: At<'_, 'a>) -> Found<'a> {
        items.iter().enumerate().find_map(|(place, item)| {
            let later = Hidden { what: Cover::Items(&items[place + 1..]), beyond: at.hidden };
            match &item.key {
                Some(key) => self.leak_under(literal(key), &item.value, at.behind(&later)),
                None => self.leak(&item.value, at.behind(&later)),
            }
        })
    }

    /// What stands in a dictionary under a key.
    fn leak_under(&mut self, key: Option<&'a str>, value: &'a Expr, at: At<'_, 'a>) -> Found<'a> {
        let found = self.leak(value, at.inside())?;
        (!self.hides(at, key)).then_some(found)
    }

    /// What a call gives holds the text of what it is given, or some of it.
    fn leak_of_call(&mut self, call: &'a ast::ExprCall, expr: &'a Expr, at: At<'_, 'a>) -> Found<'a> {
        let arguments = &call.arguments;
        let keys_only = Hidden { what: Cover::All, beyond: None };
        match &*call.func {
            Expr::Attribute(method) => match method.attr.as_str() {
                "get" => self.leak_of_whole(expr, at),
                "copy" if arguments.is_empty() => self.leak(&method.value, at),
                "join" => self.leak_of_all(&arguments.args, at.behind(&keys_only)),
                "format" | "strip" | "upper" | "lower" => {
                    let object = self.leak(&method.value, at.inside());
                    object.or_else(|| self.leak_of_texts(arguments, at))
                }
                "dumps" if self.context.model.callee(call).is_some_and(|name| name.is("json.dumps")) => {
                    self.leak_of_texts(arguments, at)
                }
                _ => None,
            },
            Expr::Name(function) => match function.id.as_str() {
                "str" | "repr" | "dumps" | "format" => self.leak_of_texts(arguments, at),
                "list" => self.leak_of_all(&arguments.args, at.behind(&keys_only)),
                "dict" => self.leak_of_dict(arguments, at),
                _ => None,
            },
            _ => None,
        }
    }

    /// The arguments of a call that makes a text of them.
    fn leak_of_texts(&mut self, arguments: &'a ast::Arguments, at: At<'_, 'a>) -> Found<'a> {
        let given = self.leak_of_all(&arguments.args, at.inside());
        // Of what is unpacked only the named values show: `"{serverurl}".format(**connection)`.
        let mut named = arguments.keywords.iter().filter(|keyword| keyword.arg.is_some());
        given.or_else(|| named.find_map(|keyword| self.leak(&keyword.value, at.inside())))
    }

    /// `dict(other, key=value)`.
    fn leak_of_dict(&mut self, arguments: &'a ast::Arguments, at: At<'_, 'a>) -> Found<'a> {
        let over = Hidden { what: Cover::Keywords(&arguments.keywords), beyond: at.hidden };
        let others = self.leak_of_all(&arguments.args, at.behind(&over));
        others.or_else(|| {
            arguments.keywords.iter().find_map(|keyword| match &keyword.arg {
                Some(key) => self.leak_under(Some(key.as_str()), &keyword.value, at),
                None => self.leak(&keyword.value, at),
            })
        })
    }

    /// Whether the value under a key does not show.
    fn hides(&mut self, at: At<'_, 'a>, key: Option<&str>) -> bool {
        let keys = self.hidden_keys(at);
        keys.all || key.is_some_and(|key| keys.some.contains(&key))
    }

    /// The keys whose values don't show. A value that holds a secret itself hides none.
    fn hidden_keys(&mut self, at: At<'_, 'a>) -> Keys<'a> {
        let mut keys = Keys::default();
        let mut next = at.hidden;
        while let Some(Hidden { what, beyond }) = next {
            match *what {
                Cover::All => keys.all = true,
                Cover::Items(items) => keys.some.extend(items.iter().filter_map(|item| literal(item.key.as_ref()?))),
                Cover::Keywords(keywords) => {
                    keys.some.extend(keywords.iter().filter_map(|keyword| Some(keyword.arg.as_ref()?.as_str())));
                }
                Cover::Changes(name, scope, after) => {
                    for change in &*self.changes.of(name, scope) {
                        let counts = after < change.start && change.start < self.until;
                        let is_secret = |value| self.leak(value, At { scope: change.scope, ..at.inside() }).is_some();
                        if counts && !change.value.is_some_and(is_secret) {
                            keys.some.extend(change.key);
                            keys.all |= change.key.is_none();
                        }
                    }
                }
            }
            next = *beyond;
        }
        keys
    }
}

/// Whether an expression makes a dictionary.
fn is_dictionary(expr: &Expr) -> bool {
    match expr {
        Expr::Dict(_) => true,
        Expr::Call(call) => matches!(&*call.func, Expr::Name(name) if name.id.as_str() == "dict"),
        _ => false,
    }
}

/// Whether all secrets of the connection stand under these keys. Where none is known, one key that names a credential
/// tells that the script takes care of them.
fn are_all_secrets(context: &Context<'_>, keys: &[&str]) -> bool {
    let parameters = context.manifest.map_or(&[][..], |manifest| &manifest.connection[..]);
    let mut secrets = parameters.iter().filter(|parameter| parameter.secret).peekable();
    match secrets.peek() {
        Some(_) => secrets.all(|parameter| keys.contains(&parameter.parameter_name.value.as_str())),
        None => keys.iter().any(|key| names_credential(&plain_name(key))),
    }
}

/// The key of the connection that an expression reads, if it is such a read.
fn read_at<'a>(context: &Context<'a>, expr: &Expr) -> Option<&'a str> {
    if !matches!(expr, Expr::Subscript(_) | Expr::Call(_)) {
        return None;
    }
    let reads = &context.model.connection_reads;
    let first = reads.partition_point(|read| read.range.start() < expr.start());
    reads[first..]
        .iter()
        .take_while(|read| read.range.start() == expr.start())
        .find(|read| read.range == expr.range())
        .map(|read| read.key)
}

/// Whether a connection parameter is secret: as the manifest says, or without one by its name.
fn is_secret(context: &Context<'_>, key: &str) -> bool {
    if let Some(parameter) = context
        .manifest
        .and_then(|manifest| manifest.connection.iter().find(|parameter| parameter.parameter_name.value == key))
    {
        return parameter.secret;
    }
    names_credential(&plain_name(key))
}
