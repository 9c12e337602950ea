//! What a function does with each of its inputs, and what that says of their types.

use rustc_hash::FxHashMap;

use super::inputs::array_of;
use crate::semantic::{FunctionId, Model};
use crate::syntax::ast::{self, Expr, Operator, Stmt};
use crate::syntax::walk::{self, Visitor};

/// How many calls of helpers an input is followed through.
const MAX_DEPTH: usize = 3;

/// What is known of one input.
#[derive(Debug, Default, Clone)]
pub(super) struct Evidence {
    /// How often it is read.
    reads: usize,
    /// How often it is read only to see whether there is something.
    tests: usize,
    /// Whether the script asks if there is a value.
    pub may_be_empty: bool,
    is_date: bool,
    is_number: bool,
    is_object: bool,
    is_text: bool,
    is_switch: bool,
    is_list: bool,
    /// What is known of its elements.
    elements: Option<Box<Evidence>>,
}

impl Evidence {
    /// Whether anything reads it.
    pub(super) fn is_used(&self) -> bool {
        self.reads > 0
    }

    /// The type that the uses speak for.
    pub(super) fn kind(&self) -> Option<&'static str> {
        if self.is_date {
            Some("DateTime")
        } else if self.is_object {
            Some("JSON Object")
        } else if self.is_switch {
            Some("Boolean")
        } else if self.is_number {
            Some("Number")
        } else if self.is_text {
            Some("Text")
        } else if self.is_list {
            Some(array_of(self.elements.as_deref().and_then(Self::kind)))
        } else {
            // What is only asked whether it holds is a switch.
            (self.tests > 0 && self.tests == self.reads).then_some("Boolean")
        }
    }

    fn add(&mut self, other: &Self) {
        self.reads += other.reads;
        self.tests += other.tests;
        self.may_be_empty |= other.may_be_empty;
        self.is_date |= other.is_date;
        self.is_number |= other.is_number;
        self.is_object |= other.is_object;
        self.is_text |= other.is_text;
        self.is_switch |= other.is_switch;
        self.is_list |= other.is_list;
        if let Some(elements) = &other.elements {
            self.elements.get_or_insert_default().add(elements);
        }
    }

    fn method(&mut self, name: &str, call: &ast::ExprCall) {
        match name {
            "strftime" | "timestamp" | "astimezone" | "utctimetuple" | "timetuple" => self.is_date = true,
            "replace" if !call.arguments.keywords.is_empty() => self.is_date = true,
            "items" | "keys" | "values" | "get" | "setdefault" | "update" => self.is_object = true,
            "append" | "extend" | "sort" => self.is_list = true,
            "strip" | "lstrip" | "rstrip" | "lower" | "upper" | "casefold" | "split" | "rsplit" | "splitlines"
            | "startswith" | "endswith" | "encode" | "replace" | "format" | "partition" | "rpartition" | "title"
            | "isdigit" | "removeprefix" | "find" => self.is_text = true,
            _ => {}
        }
    }
}

/// Which input an expression is, or is made from, by its place.
#[derive(Clone, Copy)]
enum Subject {
    Input(usize),
    Element(usize),
    /// All inputs from this place on: `args`, or a part of it.
    Rest(usize),
}

/// The uses of all inputs of a function.
pub(super) struct Uses<'m, 'a> {
    model: &'m Model<'a>,
    function: FunctionId,
    depth: usize,
    /// How many inputs are named parameters.
    named: usize,
    subjects: FxHashMap<&'a str, Subject>,
    evidence: Vec<Evidence>,
    /// The names that the script gives what is in `*args`, the strong ones first: place and name.
    given_names: Vec<(usize, &'a str)>,
    derived_names: Vec<(usize, &'a str)>,
    /// How many inputs `*args` holds at least.
    pub vararg_count: usize,
    /// Whether `*args` is used in a way that leaves open how many there are.
    pub vararg_is_open: bool,
}

impl<'m, 'a> Uses<'m, 'a> {
    /// What the function `id` does with its inputs.
    pub(super) fn of(model: &'m Model<'a>, id: FunctionId) -> Self {
        Self::within(model, id, MAX_DEPTH)
    }

    fn within(model: &'m Model<'a>, id: FunctionId, depth: usize) -> Self {
        let function = model.function(id);
        let names =
            function.positional().enumerate().map(|(place, one)| (one.parameter.name.as_str(), Subject::Input(place)));
        let mut uses = Self {
            model,
            function: id,
            depth,
            named: function.positional().count(),
            subjects: names.collect(),
            evidence: Vec::new(),
            given_names: Vec::new(),
            derived_names: Vec::new(),
            vararg_count: 0,
            vararg_is_open: false,
        };
        if let Some(vararg) = function.node.parameters.vararg.as_deref() {
            uses.subjects.insert(vararg.name.as_str(), Subject::Rest(uses.named));
        }
        uses.visit_body(&function.node.body);
        uses
    }

    /// What is known of the input at `place`.
    pub(super) fn evidence(&self, place: usize) -> Evidence {
        self.evidence.get(place).cloned().unwrap_or_default()
    }

    /// The name that the script gives the input at a place of `*args`.
    pub(super) fn vararg_name(&self, place: usize) -> Option<String> {
        let wanted = self.named + place;
        let find = |names: &[(usize, &str)]| {
            names.iter().find(|(place, _)| *place == wanted).map(|(_, name)| (*name).to_owned())
        };
        find(&self.given_names).or_else(|| find(&self.derived_names))
    }

    fn at(&mut self, place: usize) -> &mut Evidence {
        if self.evidence.len() <= place {
            self.evidence.resize_with(place + 1, Evidence::default);
        }
        &mut self.evidence[place]
    }

    fn note(&mut self, expr: &'a Expr, what: impl FnOnce(&mut Evidence)) {
        match self.subject(expr) {
            Some(Subject::Input(place)) => what(self.at(place)),
            Some(Subject::Element(place)) => {
                let evidence = self.at(place);
                evidence.is_list = true;
                what(evidence.elements.get_or_insert_default());
            }
            Some(Subject::Rest(_)) | None => {}
        }
    }

    /// The input that an expression is: a parameter, `args[0]`, a name for one, or one with something in its stead.
    fn subject(&self, expr: &Expr) -> Option<Subject> {
        match expr {
            Expr::Name(name) => self.subjects.get(name.id.as_str()).copied(),
            Expr::Subscript(node) => match &*node.slice {
                Expr::Slice(slice) => {
                    let first = slice.lower.as_deref().map_or(Some(0), place)?;
                    self.rest(&node.value).map(|rest| Subject::Rest(rest + first))
                }
                _ => self.vararg_place(node).map(Subject::Input),
            },
            Expr::Call(call) => {
                let copies = matches!(&*call.func, Expr::Name(name) if matches!(name.id.as_str(), "list" | "tuple"));
                let first = call.arguments.args.first().filter(|_| copies)?;
                self.rest(first).map(Subject::Rest)
            }
            Expr::BoolOp(node) => self.subject(node.values.first()?),
            Expr::If(node) => self.subject(&node.body).or_else(|| self.subject(&node.orelse)),
            _ => None,
        }
    }

    fn vararg_place(&self, node: &ast::ExprSubscript) -> Option<usize> {
        Some(self.rest(&node.value)? + place(&node.slice)?)
    }

    /// The place of the first of all the inputs that an expression is.
    fn rest(&self, expr: &Expr) -> Option<usize> {
        match self.subject(expr)? {
            Subject::Rest(first) => Some(first),
            Subject::Input(_) | Subject::Element(_) => None,
        }
    }

    fn is_vararg(&self, expr: &Expr) -> bool {
        self.rest(expr).is_some()
    }

    /// `target = value`, part by part.
    fn assign(&mut self, target: &'a Expr, value: &'a Expr) {
        match (target, value) {
            (
                Expr::Tuple(ast::ExprTuple { elts: targets, .. }) | Expr::List(ast::ExprList { elts: targets, .. }),
                Expr::Tuple(ast::ExprTuple { elts: values, .. }) | Expr::List(ast::ExprList { elts: values, .. }),
            ) if targets.len() == values.len() => {
                targets.iter().zip(values).for_each(|(target, value)| self.assign(target, value));
            }
            (Expr::Tuple(ast::ExprTuple { elts, .. }) | Expr::List(ast::ExprList { elts, .. }), _) => {
                if let Some(first) = self.rest(value) {
                    self.unpack(elts, first);
                }
            }
            (Expr::Name(name), _) => match self.subject(value) {
                Some(Subject::Input(place)) => self.name(place, target),
                Some(other) => {
                    self.subjects.insert(name.id.as_str(), other);
                }
                None => {
                    if let Some(place) = self.only_place_in(value) {
                        self.derived_names.push((place, name.id.as_str()));
                    }
                }
            },
            _ => {}
        }
    }

    /// The inputs from the place `first` on go to so many targets.
    fn unpack(&mut self, targets: &'a [Expr], first: usize) {
        for (place, target) in targets.iter().enumerate() {
            self.name(first + place, target);
        }
        let starred = targets.iter().filter(|target| target.is_starred_expr()).count();
        self.vararg_count = self.vararg_count.max(first - self.named + targets.len() - starred);
        self.vararg_is_open |= starred > 0;
    }

    fn name(&mut self, place: usize, target: &'a Expr) {
        if let Expr::Name(name) = target {
            self.given_names.push((place, name.id.as_str()));
            self.subjects.insert(name.id.as_str(), Subject::Input(place));
        }
    }

    /// The one place of `*args` that an expression is made from.
    fn only_place_in(&self, value: &Expr) -> Option<usize> {
        struct Places<'u, 'm, 'a>(&'u Uses<'m, 'a>, Vec<usize>);
        impl<'v> Visitor<'v> for Places<'_, '_, '_> {
            fn visit_expr(&mut self, expr: &'v Expr) {
                if let Expr::Subscript(node) = expr
                    && let Some(place) = self.0.vararg_place(node)
                {
                    self.1.push(place);
                }
                walk::walk_expr(self, expr);
            }
        }
        let mut places = Places(self, Vec::new());
        places.visit_expr(value);
        places.1.dedup();
        if let [only] = places.1[..] { Some(only) } else { None }
    }

    fn call(&mut self, call: &'a ast::ExprCall) {
        if let Expr::Attribute(method) = &*call.func {
            self.note(&method.value, |evidence| evidence.method(method.attr.as_str(), call));
            if method.attr.as_str() == "update"
                && let [only] = &*call.arguments.args
            {
                self.note(only, |evidence| evidence.is_object = true);
            }
            if method.attr.as_str() == "join"
                && let Some(joined) = call.arguments.args.first()
            {
                self.note(joined, |evidence| evidence.is_list = true);
            }
        }
        let scope = self.model.function(self.function).scope;
        if let Expr::Name(name) = &*call.func {
            self.builtin(name.id.as_str(), &call.arguments.args);
        }
        for keyword in &call.arguments.keywords {
            // `requests.post(..., json=body)`, `f(**fields)`
            let is_object = keyword.arg.as_ref().is_none_or(|name| name.as_str() == "json");
            self.note(&keyword.value, |evidence| evidence.is_object |= is_object);
        }
        let is_duration = match &*call.func {
            Expr::Name(name) => name.id.as_str() == "timedelta",
            Expr::Attribute(attribute) => attribute.attr.as_str() == "timedelta",
            _ => false,
        };
        for keyword in call.arguments.keywords.iter().filter(|_| is_duration) {
            self.note(&keyword.value, |evidence| evidence.is_number = true);
        }
        if let Some(helper) = self.model.plain_function(&call.func, scope).filter(|_| self.depth > 0) {
            self.follow(helper, call);
        }
    }

    /// What a builtin is given.
    fn builtin(&mut self, name: &str, arguments: &'a [Expr]) {
        match (name, arguments) {
            ("int" | "float" | "abs" | "round" | "range", [first, ..]) => {
                self.note(first, |evidence| evidence.is_number = true);
            }
            ("min" | "max", [_, _, ..]) => {
                arguments.iter().for_each(|argument| self.note(argument, |evidence| evidence.is_number = true));
            }
            ("sorted" | "list" | "set" | "enumerate" | "any" | "all", [first, ..]) => {
                self.note(first, |evidence| evidence.is_list = true);
            }
            ("len", [first]) => {
                self.vararg_is_open |= self.is_vararg(first);
                self.note(first, |evidence| evidence.may_be_empty = true);
            }
            _ => {}
        }
    }

    /// What a helper does with the inputs that it is given.
    fn follow(&mut self, helper: FunctionId, call: &'a ast::ExprCall) {
        let passed: Vec<(usize, &Expr)> =
            call.arguments.args.iter().enumerate().filter(|(_, argument)| self.subject(argument).is_some()).collect();
        if passed.is_empty() || helper == self.function {
            return;
        }
        let inner = Self::within(self.model, helper, self.depth - 1);
        for (place, argument) in passed {
            let found = inner.evidence(place);
            self.note(argument, |evidence| evidence.add(&found));
        }
    }

    fn iterate(&mut self, target: &'a Expr, iterable: &'a Expr) {
        self.vararg_is_open |= self.is_vararg(iterable);
        let listed = match iterable {
            Expr::Call(call) => match (&*call.func, call.arguments.args.first()) {
                (Expr::Name(name), Some(first))
                    if matches!(name.id.as_str(), "sorted" | "set" | "list" | "reversed") =>
                {
                    first
                }
                _ => iterable,
            },
            _ => iterable,
        };
        self.note(listed, |evidence| evidence.is_list = true);
        if let (Some(Subject::Input(place)), Expr::Name(name)) = (self.subject(listed), target) {
            self.subjects.insert(name.id.as_str(), Subject::Element(place));
        }
    }

    /// A condition: what it asks of an input by itself is whether there is one.
    fn test(&mut self, test: &'a Expr) {
        match test {
            Expr::UnaryOp(node) => self.test(&node.operand),
            Expr::BoolOp(node) => node.values.iter().for_each(|value| self.test(value)),
            _ => self.note(test, |evidence| {
                evidence.may_be_empty = true;
                evidence.tests += 1;
            }),
        }
    }

    fn compare(&mut self, node: &'a ast::ExprCompare) {
        let sides = std::iter::once(&*node.left).chain(&*node.comparators).collect::<Vec<_>>();
        for (place, operator) in node.ops.iter().enumerate() {
            let (left, right) = (sides[place], sides[place + 1]);
            for (one, other) in [(left, right), (right, left)] {
                let empty =
                    other.is_none_literal_expr() || matches!(other, Expr::StringLiteral(text) if text.value.is_empty());
                let number = other.is_number_literal_expr();
                let ordered = matches!(operator, ast::CmpOp::Lt | ast::CmpOp::LtE | ast::CmpOp::Gt | ast::CmpOp::GtE);
                self.note(one, |evidence| {
                    evidence.may_be_empty |= empty;
                    evidence.is_number |= number && (ordered || matches!(operator, ast::CmpOp::Eq | ast::CmpOp::NotEq));
                    evidence.is_switch |= other.is_boolean_literal_expr();
                });
                if let Expr::Attribute(attribute) = one
                    && attribute.attr.as_str() == "year"
                {
                    self.note(&attribute.value, |evidence| evidence.may_be_empty = true);
                }
            }
            // `str(flag).lower() in ("true", "yes")`
            if let (ast::CmpOp::In | ast::CmpOp::Eq, Some(flag)) = (operator, as_text(left))
                && says_true(right)
            {
                self.note(flag, |evidence| evidence.is_switch = true);
            }
        }
    }
}

/// A whole number that is written out. More inputs than this no form has.
fn place(expr: &Expr) -> Option<usize> {
    let Expr::NumberLiteral(number) = expr else { return None };
    let ast::Number::Int(place) = &number.value else { return None };
    place.as_usize().filter(|place| *place < 256)
}

/// What `str(x)`, with any methods of texts after it, makes a text of.
fn as_text(expr: &Expr) -> Option<&Expr> {
    let Expr::Call(call) = expr else { return None };
    match &*call.func {
        Expr::Attribute(method) => as_text(&method.value),
        Expr::Name(name) if name.id.as_str() == "str" => call.arguments.args.first(),
        _ => None,
    }
}

fn says_true(expr: &Expr) -> bool {
    match expr {
        Expr::StringLiteral(text) => text.value.to_str().eq_ignore_ascii_case("true"),
        Expr::Tuple(ast::ExprTuple { elts, .. })
        | Expr::List(ast::ExprList { elts, .. })
        | Expr::Set(ast::ExprSet { elts, .. }) => elts.iter().any(says_true),
        _ => false,
    }
}

impl<'a> Visitor<'a> for Uses<'_, 'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::Assign(node) => {
                for target in &node.targets {
                    self.assign(target, &node.value);
                }
            }
            Stmt::For(node) => self.iterate(&node.target, &node.iter),
            Stmt::If(node) => {
                self.test(&node.test);
                for clause in &node.elif_else_clauses {
                    if let Some(test) = &clause.test {
                        self.test(test);
                    }
                }
            }
            Stmt::While(node) => self.test(&node.test),
            _ => {}
        }
        walk::walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Name(_) => self.note(expr, |evidence| evidence.reads += 1),
            Expr::Call(call) => self.call(call),
            Expr::Subscript(node) => {
                if let Some(place) = self.vararg_place(node) {
                    self.vararg_count = self.vararg_count.max(place - self.named + 1);
                    self.at(place).reads += 1;
                } else if !node.slice.is_slice_expr() {
                    self.vararg_is_open |= self.is_vararg(&node.value);
                }
                let key = node.slice.is_string_literal_expr();
                self.note(&node.value, |evidence| evidence.is_object |= key);
                if let Expr::Slice(slice) = &*node.slice {
                    for bound in [&slice.lower, &slice.upper].into_iter().flatten() {
                        self.note(bound, |evidence| evidence.is_number = true);
                    }
                }
            }
            Expr::Starred(node) => self.vararg_is_open |= self.is_vararg(&node.value),
            Expr::Attribute(node) => {
                let is_date = matches!(node.attr.as_str(), "year" | "month" | "tzinfo" | "hour" | "minute");
                self.note(&node.value, |evidence| evidence.is_date |= is_date);
            }
            Expr::BinOp(node) => {
                let is_number = match node.op {
                    Operator::Sub | Operator::Mult | Operator::Div | Operator::FloorDiv | Operator::Mod => true,
                    Operator::Add => node.left.is_number_literal_expr() || node.right.is_number_literal_expr(),
                    _ => false,
                };
                if is_number && (node.left.is_number_literal_expr() || node.right.is_number_literal_expr()) {
                    self.note(&node.left, |evidence| evidence.is_number = true);
                    self.note(&node.right, |evidence| evidence.is_number = true);
                }
                if node.left.is_string_literal_expr() && node.op == Operator::Add {
                    self.note(&node.right, |evidence| evidence.is_text = true);
                }
            }
            Expr::BoolOp(node) => {
                // All but the last are asked whether they hold something.
                for value in node.values.iter().rev().skip(1) {
                    self.note(value, |evidence| evidence.may_be_empty = true);
                }
            }
            Expr::If(node) => self.test(&node.test),
            Expr::Compare(node) => self.compare(node),
            Expr::ListComp(node) => self.comprehensions(&node.generators),
            Expr::SetComp(node) => self.comprehensions(&node.generators),
            Expr::DictComp(node) => self.comprehensions(&node.generators),
            Expr::Generator(node) => self.comprehensions(&node.generators),
            _ => {}
        }
        walk::walk_expr(self, expr);
    }
}

impl<'a> Uses<'_, 'a> {
    fn comprehensions(&mut self, generators: &'a [ast::Comprehension]) {
        for generator in generators {
            self.iterate(&generator.target, &generator.iter);
            generator.ifs.iter().for_each(|test| self.test(test));
        }
    }
}
