//! What is told without a graph, against what the graph tells, for functions made at random.

use proptest::prelude::*;

use crate::image::Image;
use crate::semantic::{Analysis, FunctionId, Surroundings};
use crate::syntax;

/// Statements, each as lines without the function's own indentation.
fn block() -> impl Strategy<Value = Vec<String>> {
    let simple = prop::sample::select(vec![
        "x = a()",
        "b(x)",
        "x += 1",
        "return x",
        "raise E",
        "break",
        "continue",
        "pass",
        "assert False",
        "exit()",
        "del x",
        "import x",
        "y = [x for x in a]",
        "(x := b())",
        "def x(): pass",
    ]);
    let leaf = simple.prop_map(|line| vec![line.to_owned()]);
    leaf.prop_recursive(4, 40, 4, |inner| {
        let body = prop::collection::vec(inner, 1..4).prop_map(|parts| parts.concat());
        let heads = |heads: &'static [&'static str]| prop::sample::select(heads);
        prop_oneof![
            (
                heads(&[
                    "if a:",
                    "while b():",
                    "while True:",
                    "for x in a():",
                    "for z in [1]:",
                    "with a() as x:",
                    "if 0:"
                ]),
                body.clone()
            )
                .prop_map(|(head, body)| under(head, &body)),
            (heads(&["if a:", "if True:"]), body.clone(), heads(&["else:", "elif b:", "elif x:"]), body.clone())
                .prop_map(|(head, body, other, rest)| [under(head, &body), under(other, &rest)].concat()),
            (heads(&["for z in a:", "while a:"]), body.clone(), body.clone()).prop_map(|(head, body, rest)| [
                under(head, &body),
                under("else:", &rest)
            ]
            .concat()),
            (body.clone(), heads(&["except E as x:", "except:", "except Exception:"]), body.clone())
                .prop_map(|(body, handler, rest)| [under("try:", &body), under(handler, &rest)].concat()),
            (body.clone(), body.clone(), body.clone()).prop_map(|(body, rest, last)| {
                [under("try:", &body), under("except E:", &rest), under("else:", &last)].concat()
            }),
            (body.clone(), body).prop_map(|(body, last)| [under("try:", &body), under("finally:", &last)].concat()),
        ]
    })
}

fn under(head: &str, body: &[String]) -> Vec<String> {
    std::iter::once(head.to_owned()).chain(body.iter().map(|line| format!("    {line}"))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn a_look_tells_what_the_graph_tells(blocks in prop::collection::vec(block(), 1..6)) {
        let lines: String = blocks.concat().iter().map(|line| format!("        {line}\n")).collect();
        let text = format!("def f(a, b):\n    while b:\n{lines}    b()\n");
        let analysis = Analysis::new(syntax::parse(&text.as_str().into()), Surroundings::alone(Image::default_profile()));
        let model = analysis.model();
        prop_assert_eq!(model.unreachable(FunctionId(0)), model.flow(FunctionId(0)).unreachable(), "{}", text);
        let scope = model.scope(model.function(FunctionId(0)).scope);
        for entry in scope.names.values() {
            for &id in &entry.references {
                let read = &model.references[id.0 as usize];
                let covered = read.scope == model.function(FunctionId(0)).scope && model.is_certainly_bound(entry, read);
                let unbound = model.flow(FunctionId(0)).reaching_through_loops(model, id).is_some_and(|seen| seen.unbound);
                prop_assert!(!(covered && unbound), "{:?} in {}", read.node.range, text);
            }
        }
    }
}
