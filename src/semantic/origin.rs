//! Which of the engine's own objects an expression is: through aliases, `.get` chains, attributes of
//! `self` and parameters of helpers.

use rustc_hash::FxHashSet;

use crate::image::names;
use crate::syntax::D3Call;
use crate::syntax::ast::{self, Expr, ExprContext};
use crate::text::{Ranged, TextSize};

use super::affected::ParameterOrigins;
use super::builder::{Tables, index};
use super::model::{BindingKind, Context, FunctionId, MODULE, ParameterKind, ReferenceId, ScopeId, ScopeKind, Site};
use super::trail::{Effort, Trail};
use super::{BindingId, Model};

/// One of the engine's own objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// `pb`.
    Pb,
    /// `runtime`, or `pb.runtime`.
    Runtime,
    /// The connection parameters: `runtime['connector']`.
    Connector,
    /// `pb.returnOutputModel`.
    ReturnOutputModel,
    /// `pb.log`.
    Log,
    /// `D3`.
    D3,
}

/// The text of a string literal.
pub fn literal(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::StringLiteral(literal) => Some(literal.value.to_str()),
        _ => None,
    }
}

/// `object.method(...)` with its first argument.
pub(super) fn method_call<'a>(expr: &'a Expr, method: &str) -> Option<(&'a Expr, &'a ast::ExprCall)> {
    let Expr::Call(call) = expr else { return None };
    let Expr::Attribute(attribute) = &*call.func else { return None };
    (attribute.attr.as_str() == method).then_some((&*attribute.value, call))
}

impl<'a> Model<'a> {
    /// Which of the engine's objects `expr`, evaluated in `scope`, is certain to be.
    pub fn origin(&self, expr: &'a Expr, scope: ScopeId) -> Option<Origin> {
        self.origin_within(expr, scope, Effort::default().trail())
    }

    fn origin_within(&self, expr: &'a Expr, scope: ScopeId, trail: Trail<'_>) -> Option<Origin> {
        let trail = trail.next()?;
        match expr {
            Expr::Name(name) => self.origin_of_name(name.id.as_str(), self.home(name, scope), trail),
            Expr::Attribute(attribute) => self.origin_of_attribute(attribute, scope, trail),
            Expr::Subscript(subscript) => {
                let connector = member(&subscript.slice)?;
                (self.origin_within(&subscript.value, scope, trail)? == Origin::Runtime).then_some(connector)
            }
            Expr::Call(call) => {
                let (object, call) = method_call(expr, "get")
                    .or_else(|| method_call(expr, "copy").filter(|_| call.arguments.is_empty()))?;
                match call.arguments.args.first() {
                    Some(key) => {
                        let connector = member(key)?;
                        (self.origin_within(object, scope, trail)? == Origin::Runtime).then_some(connector)
                    }
                    None => {
                        let origin = self.origin_within(object, scope, trail)?;
                        matches!(origin, Origin::Runtime | Origin::Connector).then_some(origin)
                    }
                }
            }
            // `conn = runtime.get("connector") or {}`, `conn = runtime and runtime["connector"]`
            Expr::BoolOp(node) => {
                let value = if node.op == ast::BoolOp::Or { node.values.first() } else { node.values.last() };
                self.origin_within(value?, scope, trail)
            }
            Expr::Named(node) => self.origin_within(&node.value, scope, trail),
            Expr::If(node) => {
                self.origin_within(&node.body, scope, trail).or_else(|| self.origin_within(&node.orelse, scope, trail))
            }
            _ => None,
        }
    }

    pub(super) fn origin_of_attribute(
        &self,
        attribute: &'a ast::ExprAttribute,
        scope: ScopeId,
        trail: Trail<'_>,
    ) -> Option<Origin> {
        let name = attribute.attr.as_str();
        if self.instance_attributes.contains_key(name)
            && let Some(class) = self.self_class(&attribute.value, scope)
        {
            return self.origin_of_class_attribute(class, name, trail);
        }
        let origin = match name {
            names::RUNTIME => Origin::Runtime,
            names::RETURN_OUTPUT_MODEL => Origin::ReturnOutputModel,
            names::LOG => Origin::Log,
            _ => return None,
        };
        (self.origin_within(&attribute.value, scope, trail)? == Origin::Pb).then_some(origin)
    }

    /// What a name is when the script does not bind it, or binds it to one of the engine's objects every time.
    pub(super) fn origin_of_name(&self, name: &str, home: Option<ScopeId>, trail: Trail<'_>) -> Option<Origin> {
        let Some(home) = home else {
            return match self.system().filter(|system| system.binds(name)) {
                Some(system) => system.origin_of_name(name, Some(MODULE), trail),
                None => engine_origin(name),
            };
        };
        let bindings = &self.scope(home).names.get(name)?.bindings;
        let mut common = None;
        for &id in bindings {
            let origin = self.origin_of_binding(id, trail)?;
            if common.is_some_and(|common| common != origin) {
                return None;
            }
            common = Some(origin);
        }
        common
    }

    fn origin_of_binding(&self, id: BindingId, trail: Trail<'_>) -> Option<Origin> {
        let binding = self.binding(id);
        match binding.kind {
            BindingKind::Assignment(Some(value)) | BindingKind::Annotated(Some(value)) | BindingKind::Walrus(value) => {
                // `runtime = runtime` or a `pb = pb or x` at the top level means the engine's own.
                if matches!(value, Expr::Name(name) if name.id.as_str() == binding.name) {
                    return engine_origin(binding.name);
                }
                self.origin_within(value, binding.written_in, trail)
            }
            BindingKind::Parameter(kind) => {
                let ScopeKind::Function(function) = self.scope(binding.scope).kind else { return None };
                self.origin_of_parameter(function, kind, binding.name, trail)
            }
            _ => None,
        }
    }

    /// What a helper's parameter is when every call of the helper gives the same.
    fn origin_of_parameter(
        &self,
        function: FunctionId,
        kind: ParameterKind,
        name: &str,
        trail: Trail<'_>,
    ) -> Option<Origin> {
        // A new instance is the first argument of its `__init__`.
        let (calls, given) = match self.calls_of(function) {
            Some(calls) => (calls, 0),
            None => (self.constructions_with(function)?, 1),
        };
        let place = match kind {
            ParameterKind::Positional(place) => Some(place.checked_sub(given)?),
            ParameterKind::KeywordOnly => None,
            ParameterKind::VarArgs | ParameterKind::KwArgs => return None,
        };
        let mut common = None;
        for call in calls {
            let arguments = &call.node.arguments;
            let by_name = arguments.find_keyword(name).map(|keyword| &keyword.value);
            let argument = by_name.or_else(|| arguments.find_positional(place?))?;
            let origin = self.origin_within(argument, call.scope, trail)?;
            if common.is_some_and(|common| common != origin) {
                return None;
            }
            common = Some(origin);
        }
        common
    }

    fn origin_of_class_attribute(&self, class: ScopeId, attribute: &'a str, trail: Trail<'_>) -> Option<Origin> {
        let mut common = None;
        for maker in &self.instance_attributes.get(attribute)?.get(&class)?.makers {
            let origin = self.origin_within(maker.expr, maker.scope, trail)?;
            if common.is_some_and(|common| common != origin) {
                return None;
            }
            common = Some(origin);
        }
        common
    }

    /// The members of `pb` that the script assigns or deletes.
    pub fn assigned_members(&self) -> &FxHashSet<String> {
        self.assigned_members.get_or_init(|| {
            let others = self.nodes.attributes.iter().filter(|site| site.node.ctx != ExprContext::Load);
            let members = others.filter(|site| self.origin(&site.node.value, site.scope) == Some(Origin::Pb));
            members.map(|site| site.node.attr.as_str().to_owned()).collect()
        })
    }

    /// All calls of a function by its name, where it is used in no other way.
    pub fn calls_of(&self, function: FunctionId) -> Option<Vec<Site<'a, ast::ExprCall>>> {
        let definition = self.function(function);
        let entry = self.scope(definition.written_in).names.get(definition.name())?;
        if self.scope(definition.written_in).kind == ScopeKind::Class {
            return None;
        }
        let calls = self.calls_by_name(function);
        (entry.bindings.len() == 1 && calls.len() == entry.references.len()).then_some(calls)
    }

    /// What the parameters of the functions and classes at the top level are that others call, by both names.
    pub(super) fn origins_of_parameters(&self) -> ParameterOrigins {
        let mut origins = ParameterOrigins::default();
        for (function, definition) in self.functions.iter().enumerate() {
            let name = match self.class_of(definition.written_in) {
                Some(class) if definition.name() == "__init__" => class.name.as_str(),
                None if definition.is_top_level() => definition.name(),
                _ => continue,
            };
            if self.scope(MODULE).names.get(name).is_none_or(|entry| entry.references.is_empty()) {
                continue;
            }
            let id = FunctionId(index(function));
            let positional = definition.positional().enumerate();
            let positional = positional.map(|(place, parameter)| (ParameterKind::Positional(place), parameter));
            let keywords = &definition.node.parameters.kwonlyargs;
            let keywords = keywords.iter().map(|parameter| (ParameterKind::KeywordOnly, parameter));
            for (kind, parameter) in positional.chain(keywords) {
                let (parameter, trail) = (parameter.parameter.name.as_str(), Effort::default());
                if let Some(origin) = self.origin_of_parameter(id, kind, parameter, trail.trail()) {
                    origins.insert((name.to_owned(), parameter.to_owned()), origin);
                }
            }
        }
        origins
    }

    /// The class whose body a scope is.
    pub fn class_of(&self, scope: ScopeId) -> Option<&'a ast::StmtClassDef> {
        let scope = self.scope(scope);
        let classes = &self.nodes.classes;
        let place = classes.binary_search_by_key(&scope.range.start(), |site| site.node.start()).ok()?;
        (scope.kind == ScopeKind::Class).then_some(classes[place].node)
    }

    /// All calls of the class whose `__init__` a function is, where the class is used in no other way but in annotations.
    fn constructions_with(&self, function: FunctionId) -> Option<Vec<Site<'a, ast::ExprCall>>> {
        let method = self.function(function);
        let inside = self.scope(method.written_in);
        let outside = inside.parent.filter(|_| inside.kind == ScopeKind::Class && method.name() == "__init__")?;
        let class = self.class_of(method.written_in)?;
        let is_it = |id: &BindingId| matches!(self.binding(*id).kind, BindingKind::Class(node) if node.range() == class.range());
        let entry = self.scope(outside).names.get(class.name.as_str())?;
        if !matches!(&entry.bindings[..], [only] if is_it(only)) {
            return None;
        }
        let is_annotation =
            |reference: &&ReferenceId| self.references[reference.0 as usize].context.contains(Context::ANNOTATION);
        let uses = entry.references.iter().filter(|reference| !is_annotation(reference));
        uses.map(|&reference| self.call_of(reference)).collect()
    }

    /// The calls of a function by its name, in source order.
    pub fn calls_by_name(&self, function: FunctionId) -> Vec<Site<'a, ast::ExprCall>> {
        let definition = self.function(function);
        let Some(entry) = self.scope(definition.written_in).names.get(definition.name()) else { return Vec::new() };
        let is_last = entry
            .bindings
            .last()
            .is_some_and(|&last| matches!(self.binding(last).kind, BindingKind::Function(id) if id == function));
        if !is_last {
            return Vec::new();
        }
        entry.references.iter().filter_map(|&reference| self.call_of(reference)).collect()
    }

    /// The call whose callee a reference is.
    pub fn call_of(&self, reference: ReferenceId) -> Option<Site<'a, ast::ExprCall>> {
        Some(self.nodes.calls[self.references[reference.0 as usize].call? as usize])
    }

    /// The call whose callee an attribute is.
    pub fn call_of_attribute(&self, attribute: &ast::ExprAttribute) -> Option<Site<'a, ast::ExprCall>> {
        let site = self.nodes.calls.get(attribute.node_index.load().as_u32()? as usize)?;
        (site.node.func.range() == attribute.range()).then_some(*site)
    }

    /// The call that a D3 call is.
    pub fn call_of_d3(&self, call: &D3Call) -> Option<Site<'a, ast::ExprCall>> {
        let places = self.d3_callees.get_or_init(|| {
            let starts: FxHashSet<TextSize> =
                self.script.parsed.d3_calls.iter().map(|call| call.callee.start()).collect();
            let calls = self.nodes.calls.iter().enumerate();
            let callees = calls.map(|(place, site)| (site.node.func.range(), place));
            callees.filter(|(callee, _)| starts.contains(&callee.start())).collect()
        });
        places.get(&call.callee).map(|&place| self.nodes.calls[place])
    }

    /// The function of the script that `expr`, evaluated in `scope`, certainly is.
    pub fn function_named(&self, expr: &Expr, scope: ScopeId) -> Option<FunctionId> {
        let Expr::Name(name) = expr else { return None };
        match self.bindings_of_name(name, scope) {
            [only] => match self.binding(*only).kind {
                BindingKind::Function(function) => Some(function),
                _ => None,
            },
            _ => None,
        }
    }
}

/// What a key of `runtime` gives, where that counts.
fn member(key: &Expr) -> Option<Origin> {
    (literal(key)? == names::CONNECTOR).then_some(Origin::Connector)
}

fn engine_origin(name: &str) -> Option<Origin> {
    match name {
        names::PB => Some(Origin::Pb),
        names::RUNTIME => Some(Origin::Runtime),
        names::D3 => Some(Origin::D3),
        _ => None,
    }
}

/// Whether code uses `pb.returnOutputModel` or the connector of `runtime`, by the names alone.
pub(super) fn uses_engine(tables: &Tables<'_>) -> bool {
    let is_runtime = |expr: &Expr| match expr {
        Expr::Name(name) => name.id.as_str() == names::RUNTIME,
        Expr::Attribute(attribute) => {
            attribute.attr.as_str() == names::RUNTIME
                && matches!(&*attribute.value, Expr::Name(name) if name.id.as_str() == names::PB)
        }
        _ => false,
    };
    let is_connector = |key: &Expr| literal(key) == Some(names::CONNECTOR);
    tables.nodes.attributes.iter().any(|site| {
        site.node.attr.as_str() == names::RETURN_OUTPUT_MODEL
            && matches!(&*site.node.value, Expr::Name(name) if name.id.as_str() == names::PB)
    }) || tables.nodes.subscripts.iter().any(|site| is_runtime(&site.node.value) && is_connector(&site.node.slice))
        || tables.nodes.calls.iter().any(|site| match &*site.node.func {
            Expr::Attribute(attribute) if attribute.attr.as_str() == "get" => {
                is_runtime(&attribute.value) && site.node.arguments.args.first().is_some_and(is_connector)
            }
            _ => false,
        })
}
