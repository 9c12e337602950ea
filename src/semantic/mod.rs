//! What a script means: scopes and bindings, commands, control flow, output-model calls,
//! connection reads, the system script underneath.
//!
//! Owns: one walk over the tree, and every question about names and values that more than one rule asks.
//! Must not know: rules, findings, the disk.

use std::sync::{Arc, OnceLock};

use rustc_hash::{FxHashMap, FxHashSet};

use crate::image::{self, Image};
use crate::manifest::{Kind, Manifest, ScriptRole};
use crate::syntax::Parsed;
use crate::syntax::ast::{Expr, ExprCall, ExprName};
use crate::text::{Ranged, TextRange, TextSize};

mod affected;
mod ancestors;
mod builder;
mod commands;
mod condition;
mod connection;
mod credential;
mod dynamic;
mod endings;
mod flow;
mod guards;
mod http;
mod makers;
mod model;
mod names;
mod origin;
mod outcomes;
mod output_model;
mod rename;
mod related;
mod trail;
mod truth;
mod unbound;
mod values;

pub use affected::Outline;
pub use commands::{Command, Definition, NotPlain};
pub use condition::{Fact, decide};
pub use connection::{Access, ConnectionRead};
pub use credential::{is_secret_parameter, names_credential, plain_name};
pub use endings::Endings;
pub use flow::{Ends, Flow, Held, Reaching, Together, Touch};
pub use http::{HttpCall, HttpClient, has_unpacked_arguments};
pub use makers::Maker;
pub use model::*;
pub use names::QualifiedName;
pub use origin::{Origin, literal};
pub use outcomes::{Field, Outcomes, Paths};
pub use output_model::{OutputModel, Slot};
pub use related::Direction;
pub use trail::{Effort, Trail};
pub use truth::truth;
pub use unbound::{Cause, Unbound};
pub use values::Values;

use affected::ParameterOrigins;
use builder::Tables;

/// The system script underneath a custom script (D3's page, "Command & Script").
#[derive(Debug, Clone, Default)]
pub enum SystemScript {
    /// There is none: a custom integration, or a utility command.
    #[default]
    None,
    /// There may be one, and we don't have it.
    Unknown,
    /// This one.
    Known(Arc<Analysis>),
}

impl SystemScript {
    /// Whether this is known to be the same script with the same meaning.
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::None, Self::None) | (Self::Unknown, Self::Unknown) => true,
            (Self::Known(one), Self::Known(other)) => Arc::ptr_eq(one, other),
            _ => false,
        }
    }
}

/// What a script's meaning depends on beside its text.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// What kind of script it is, if known.
    pub kind: Option<Kind>,
    /// Its name as its manifest writes it.
    pub script: Option<String>,
    /// Its manifest, if there is one that can be relied on.
    pub manifest: Option<Arc<Manifest>>,
    /// The system script underneath.
    pub system: SystemScript,
    /// What the D3 image offers.
    pub image: Arc<Image>,
}

impl Surroundings {
    /// A script that nothing is known of.
    pub fn alone(image: Arc<Image>) -> Self {
        Self { kind: None, script: None, manifest: None, system: SystemScript::None, image }
    }

    /// Whether it is a Live script: what was last submitted. The manifest tells of the draft, which may have other
    /// commands, inputs and connection parameters by now.
    pub fn is_live(&self) -> bool {
        let role =
            self.manifest.as_ref().zip(self.script.as_ref()).and_then(|(manifest, script)| manifest.role_of(script));
        role == Some(ScriptRole::Live)
    }
}

/// A tree and what surrounds it.
#[derive(Debug)]
pub struct Script {
    /// The tree.
    pub parsed: Parsed,
    /// What surrounds it.
    pub surroundings: Surroundings,
}

self_cell::self_cell!(
    struct Cell {
        owner: Script,
        #[covariant]
        dependent: Model,
    }

    impl {Debug}
);

/// A script with its tree and its meaning, for rules and for the editor.
#[derive(Debug)]
pub struct Analysis(Cell);

impl Analysis {
    /// Works out what `parsed` means.
    pub fn new(parsed: Parsed, surroundings: Surroundings) -> Self {
        Self(Cell::new(Script { parsed, surroundings }, |script| Model::new(script)))
    }

    /// The tree alone.
    pub fn into_parsed(self) -> Parsed {
        self.0.into_owner().parsed
    }

    /// The tree.
    pub fn parsed(&self) -> &Parsed {
        &self.0.borrow_owner().parsed
    }

    /// What surrounds the script.
    pub fn surroundings(&self) -> &Surroundings {
        &self.0.borrow_owner().surroundings
    }

    /// The meaning.
    pub fn model(&self) -> &Model<'_> {
        self.0.borrow_dependent()
    }
}

/// What a script means.
#[derive(Debug)]
pub struct Model<'a> {
    /// The tree and what surrounds it.
    pub script: &'a Script,
    /// Namespaces; the first is the module's.
    pub scopes: Vec<Scope<'a>>,
    /// Names being bound, in source order.
    pub bindings: Vec<Binding<'a>>,
    /// Names being read, in source order.
    pub references: Vec<Reference<'a>>,
    /// Those of them that the script binds nowhere.
    outside: Vec<ReferenceId>,
    /// Functions at any depth, in source order.
    pub functions: Vec<Function<'a>>,
    /// Imported names, in source order.
    pub imports: Vec<Import<'a>>,
    /// Nodes that rules look at.
    pub nodes: Nodes<'a>,
    /// The commands of this script.
    pub commands: Vec<Command<'a>>,
    /// Reads of connection parameters, in source order.
    pub connection_reads: Vec<ConnectionRead<'a>>,
    /// Output models made, directly and through wrappers, in source order of the calls.
    pub output_models: Vec<OutputModel<'a>>,
    /// For each function whether it returns an output model on some path.
    returning: Vec<bool>,
    /// What attributes of `self` are assigned.
    instance_attributes: makers::InstanceAttributes<'a>,
    /// Requests over HTTP.
    http_calls: http::HttpCalls<'a>,
    /// The control flow of each function that was asked about.
    flows: Vec<OnceLock<Flow>>,
    /// What the names of the commands are in the final script, once that was asked for.
    definitions: OnceLock<FxHashMap<String, Definition>>,
    /// Whether code binds names that can't be seen, once that was asked for.
    dynamic: OnceLock<bool>,
    /// Which objects of the engine the parameters of helpers are, once that was asked for.
    parameter_origins: OnceLock<Arc<ParameterOrigins>>,
    /// The members of `pb` that the script gives other values, once that was asked for.
    assigned_members: OnceLock<FxHashSet<String>>,
    /// The commands by their functions, once that was asked for.
    commands_by_function: OnceLock<Vec<(FunctionId, usize)>>,
    /// The calls that D3 calls are, by their callees and places in the table of calls, once that was asked for.
    d3_callees: OnceLock<FxHashMap<TextRange, usize>>,
    /// What each call calls, by its place in the table of calls.
    callees: Vec<Option<QualifiedName<'a>>>,
}

impl<'a> Model<'a> {
    fn new(script: &'a Script) -> Self {
        let mut tables = builder::build(&script.parsed);
        names::resolve(&mut tables);
        let Tables { scopes, bindings, references, functions, imports, nodes } = tables;
        let mut model = Self {
            script,
            scopes,
            bindings,
            references,
            outside: Vec::new(),
            functions,
            imports,
            nodes,
            commands: Vec::new(),
            connection_reads: Vec::new(),
            output_models: Vec::new(),
            returning: Vec::new(),
            instance_attributes: Default::default(),
            http_calls: Default::default(),
            flows: Vec::new(),
            definitions: OnceLock::new(),
            dynamic: OnceLock::new(),
            parameter_origins: OnceLock::new(),
            assigned_members: OnceLock::new(),
            commands_by_function: OnceLock::new(),
            d3_callees: OnceLock::new(),
            callees: Vec::new(),
        };
        model.flows.resize_with(model.functions.len(), OnceLock::new);
        model.resolve_outside();
        model.callees =
            model.nodes.calls.iter().map(|site| model.qualified_name(&site.node.func, site.scope)).collect();
        model.instance_attributes = makers::instance_attributes(&model);
        model.http_calls = http::collect(&model);
        output_model::find_returning(&mut model);
        model.output_models = output_model::collect(&model);
        model.commands = commands::collect(&model);
        model.connection_reads = connection::collect(&model);
        model
    }

    /// The scope with this index.
    pub fn scope(&self, id: ScopeId) -> &Scope<'a> {
        &self.scopes[id.0 as usize]
    }

    /// The names being read that the script binds nowhere, in source order.
    pub fn read_outside(&self) -> impl Iterator<Item = &Reference<'a>> {
        self.outside.iter().map(|id| &self.references[id.0 as usize])
    }

    /// The binding with this index.
    pub fn binding(&self, id: BindingId) -> &Binding<'a> {
        &self.bindings[id.0 as usize]
    }

    /// The function with this index.
    pub fn function(&self, id: FunctionId) -> &Function<'a> {
        &self.functions[id.0 as usize]
    }

    /// The functions that some top-level statements hold.
    pub fn functions_within(&self, part: TextRange) -> impl Iterator<Item = FunctionId> + use<> {
        let place = |end: TextSize| self.functions.partition_point(|function| function.node.start() < end);
        let places = place(part.start())..place(part.end());
        places.map(|place| FunctionId(builder::index(place)))
    }

    /// The import with this index.
    pub fn import(&self, id: ImportId) -> &Import<'a> {
        &self.imports[id.0 as usize]
    }

    /// The control flow of a function. Two threads that ask for it at once both work it out: to sleep until the other
    /// has done so takes longer.
    pub fn flow(&self, id: FunctionId) -> &Flow {
        let known = &self.flows[id.0 as usize];
        known.get().unwrap_or_else(|| {
            let flow = Flow::new(self, id);
            known.get_or_init(|| flow)
        })
    }

    /// The read that a name is: the walk that fills the tables numbers the nodes it puts there.
    fn reference_of(&self, name: &ExprName) -> Option<ReferenceId> {
        name.node_index.load().as_u32().map(ReferenceId)
    }

    /// What a call calls, as [`Model::qualified_name`] gives it.
    pub fn callee(&self, call: &ExprCall) -> Option<&QualifiedName<'a>> {
        self.callees.get(call.node_index.load().as_u32()? as usize)?.as_ref()
    }

    /// The test of an `if`, `elif` or `while` that starts at `start`.
    fn test_at(&self, start: TextSize) -> Option<&'a Expr> {
        let tests = &self.nodes.tests;
        let place = tests.binary_search_by_key(&start, |test| test.start()).ok()?;
        Some(tests[place])
    }

    /// The innermost function around `scope`.
    pub fn function_of(&self, scope: ScopeId) -> Option<FunctionId> {
        let mut id = Some(scope);
        while let Some(current) = id {
            if let ScopeKind::Function(function) = self.scope(current).kind {
                return Some(function);
            }
            id = self.scope(current).parent;
        }
        None
    }

    /// Whether code in `scope` runs when the script is loaded: it stands in no function and no lambda.
    pub fn runs_at_import(&self, scope: ScopeId) -> bool {
        let mut id = Some(scope);
        while let Some(current) = id {
            if matches!(self.scope(current).kind, ScopeKind::Function(_) | ScopeKind::Lambda) {
                return false;
            }
            id = self.scope(current).parent;
        }
        true
    }

    /// Whether `scope` lies in a function that nothing but a main guard uses.
    pub fn runs_by_main_guard_only(&self, scope: ScopeId) -> bool {
        let Some(function) = self.function_of(scope) else { return false };
        let function = self.function(function);
        let Some(entry) = self.scope(MODULE).names.get(function.name()).filter(|_| function.is_top_level()) else {
            return false;
        };
        !entry.references.is_empty()
            && entry.references.iter().all(|id| self.references[id.0 as usize].context.contains(Context::MAIN_GUARD))
    }

    /// The system script's meaning, if there is one that we have.
    pub fn system(&self) -> Option<&'a Model<'a>> {
        match &self.script.surroundings.system {
            SystemScript::Known(analysis) => Some(analysis.model()),
            _ => None,
        }
    }
}

/// Whether a text holds a word without which [`uses_d3`] gives false, so that most files need not be parsed.
pub fn may_use_d3(text: &str) -> bool {
    [image::names::D3, image::names::RETURN_OUTPUT_MODEL, image::names::CONNECTOR]
        .iter()
        .any(|word| text.contains(word))
}

/// Whether a script's code uses what only D3 gives: `pb.returnOutputModel`, D3 calls, or the
/// connector of `runtime`. Strings and comments don't count.
pub fn uses_d3(parsed: &Parsed) -> bool {
    if !parsed.d3_calls.is_empty() {
        return true;
    }
    let tables = builder::build(parsed);
    origin::uses_engine(&tables)
}

#[cfg(test)]
mod tests;
