//! Scopes and bindings as Python has them.

use std::sync::Arc;

use crate::image::Image;
use crate::syntax;

use super::{Analysis, Context, Model, Resolution, ScopeKind, Surroundings};

fn analysed(source: &str) -> Analysis {
    Analysis::new(syntax::parse(&Arc::from(source)), Surroundings::alone(Image::default_profile()))
}

/// What a scope is called in these tests.
fn scope_name(model: &Model<'_>, resolution: Resolution) -> String {
    match resolution {
        Resolution::Bound(scope) => match model.scope(scope).kind {
            ScopeKind::Module => "module".to_owned(),
            ScopeKind::Function(id) => model.function(id).name().to_owned(),
            ScopeKind::Class => "class".to_owned(),
            ScopeKind::Lambda => "lambda".to_owned(),
            ScopeKind::Comprehension => "comprehension".to_owned(),
        },
        other => format!("{other:?}").to_lowercase(),
    }
}

/// Where each read of `name` finds it, in source order.
fn reads(source: &str, name: &str) -> Vec<String> {
    let analysis = analysed(source);
    let model = analysis.model();
    let reads = model.references.iter().filter(|reference| reference.node.id.as_str() == name);
    reads.map(|reference| scope_name(model, reference.resolution)).collect()
}

/// In which scope each binding of `name` lives, in source order.
fn binds(source: &str, name: &str) -> Vec<String> {
    let analysis = analysed(source);
    let model = analysis.model();
    let bindings = model.bindings.iter().filter(|binding| binding.name == name);
    bindings.map(|binding| scope_name(model, Resolution::Bound(binding.scope))).collect()
}

#[test]
fn comprehensions_have_their_own_scope_but_for_the_first_iterable() {
    assert_eq!(reads("x = 1\ny = [x for x in x]\n", "x"), ["module", "comprehension"]);
    assert_eq!(reads("x = 1\ny = [x for _ in () for x in x]\n", "x"), ["comprehension", "comprehension"]);
    assert_eq!(binds("y = {x: 1 for x in ()}\nz = (x for x in ())\n", "x"), ["comprehension", "comprehension"]);
}

#[test]
fn class_bodies_are_seen_from_themselves_only() {
    let source = "class A:\n    x = 1\n    y = x\n    z = [x for _ in x]\n    def f(self):\n        return x\n";
    assert_eq!(reads(source, "x"), ["class", "class", "unknown", "unknown"]);
}

#[test]
fn methods_see_the_names_around_the_class() {
    let source = "def f():\n    x = 1\n    class A:\n        x = 2\n        def g(self):\n            return x\n";
    assert_eq!(reads(source, "x"), ["f"]);
}

#[test]
fn a_class_gives_some_names() {
    let source = "class A:\n    a = __module__\n    b = __qualname__\n    def f(self):\n        return __class__\n";
    for name in ["__module__", "__qualname__", "__class__"] {
        assert_eq!(reads(source, name), ["builtin"], "{name}");
    }
    assert_eq!(reads("def f():\n    return __class__, __qualname__\n", "__class__"), ["unknown"]);
}

#[test]
fn global_names_live_in_the_module() {
    let source = "def f():\n    global x\n    x = 1\n    def g():\n        return x\ndef h():\n    return x\n";
    assert_eq!(binds(source, "x"), ["module"]);
    assert_eq!(reads(source, "x"), ["module", "module"]);
    // A declaration in a class body is not one of its methods.
    let source =
        "x = 0\ndef f():\n    x = 1\n    class A:\n        global x\n        def g(self):\n            return x\n";
    assert_eq!(reads(source, "x"), ["f"]);
}

#[test]
fn nonlocal_names_live_in_the_nearest_function_that_binds_them() {
    let source = "def f():\n    def g():\n        nonlocal x\n        x = 1\n        return x\n    x = 0\n";
    assert_eq!(binds(source, "x"), ["f", "f"]);
    assert_eq!(reads(source, "x"), ["f"]);
    let source = "x = 0\ndef f(x):\n    class A:\n        x = 1\n        def g(self):\n            def h():\n                nonlocal x\n                x = 2\n";
    assert_eq!(binds(source, "x"), ["module", "f", "class", "f"]);
}

#[test]
fn a_walrus_binds_outside_of_comprehensions() {
    let source = "def f(rows):\n    a = [last := row for row in rows]\n    return last\n";
    assert_eq!(binds(source, "last"), ["f"]);
    assert_eq!(reads(source, "last"), ["f"]);
    assert_eq!(binds("def f():\n    global x\n    return [[x := 1 for _ in ()] for _ in ()]\n", "x"), ["module"]);
    assert_eq!(binds("f = lambda: (x := 1)\n", "x"), ["lambda"]);
}

#[test]
fn defaults_decorators_and_annotations_belong_to_the_scope_around() {
    let source = "x = 1\n@x\ndef f(x: x = x, *, y=x) -> x:\n    return x\n";
    assert_eq!(reads(source, "x"), ["module", "module", "module", "module", "module", "f"]);
    assert_eq!(reads("x = 1\nf = lambda x=x: x\n", "x"), ["module", "lambda"]);
    assert_eq!(reads("x = 1\nclass A(x, metaclass=x):\n    x = x\n", "x"), ["module", "module", "class"]);
}

#[test]
fn names_are_bound_in_every_way_python_has() {
    let source = "def f(a, *b, c, **d):\n    import e.x\n    from g import h as i\n    for j, (k, *l) in a: pass\n    with a as (m, n): pass\n    try: pass\n    except E as o: pass\n    p += 1\n    q: int = 1\n    def r(): pass\n    class s: pass\n    del t\n    [u, v.w] = a\n";
    let analysis = analysed(source);
    let model = analysis.model();
    let mut names: Vec<&str> = model.scope(model.functions[0].scope).names.keys().copied().collect();
    names.sort_unstable();
    assert_eq!(names, "a b c d e i j k l m n o p q r s t u".split(' ').collect::<Vec<_>>());
}

#[test]
fn del_makes_a_name_local_and_reads_it() {
    assert_eq!(reads("x = 1\ndef f():\n    del x\n", "x"), ["f"]);
}

#[test]
fn annotations_are_evaluated_where_python_does() {
    let evaluated = |source: &str| {
        let analysis = analysed(source);
        let model = analysis.model();
        let found = model.references.iter().find(|reference| reference.node.id.as_str() == "T").expect("a read of T");
        !found.context.contains(Context::NOT_EVALUATED)
    };
    assert!(evaluated("x: T = 1\n"));
    assert!(evaluated("class A:\n    x: T\n"));
    assert!(evaluated("def f(x: T): pass\n"));
    assert!(!evaluated("def f():\n    x: T = 1\n"));
    assert!(!evaluated("def f(self):\n    self.x: T = 1\n"));
    assert!(!evaluated("from __future__ import annotations\ndef f(x: T): pass\n"));
}

#[test]
fn handlers_guard_what_they_name() {
    let context = |source: &str| {
        let analysis = analysed(source);
        analysis.model().imports[0].context
    };
    assert!(context("try:\n    import a\nexcept ImportError:\n    pass\n").contains(Context::IMPORT_GUARD));
    assert!(context("try:\n    import a\nexcept Exception:\n    a = None\n").contains(Context::IMPORT_GUARD));
    let command =
        "def f():\n    try:\n        import a\n        return a.b()\n    except Exception as e:\n        return e\n";
    assert!(!context(command).intersects(Context::IMPORT_GUARD | Context::NAME_GUARD));
    assert!(context("if find_spec('a'):\n    import a\n").contains(Context::IMPORT_GUARD));
}

#[test]
fn dynamic_names_are_seen() {
    let dynamic = |source: &str| analysed(source).model().binds_dynamically();
    assert!(dynamic("exec(code)\n"));
    assert!(dynamic("globals()['x'] = 1\n"));
    assert!(dynamic("globals().update(x=1)\n"));
    assert!(dynamic("g = globals()\n"));
    assert!(!dynamic("globals()['x']\nglobals().get('x')\n'x' in globals()\n"));
    assert!(!dynamic("def f():\n    return '{x}'.format(**locals())\n"));
    assert!(!dynamic("def exec(x): pass\nexec(1)\n"));
}
