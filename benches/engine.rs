//! The pure engine: parsing, checking, completion and hover at several sizes and shapes.
//!
//! `cargo bench --bench engine`; `benches/compare` measures the whole program beside others.

use std::path::Path;
use std::sync::Arc;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use d3ls::check::{Before, Input, analyse, check, check_again};
use d3ls::ide::{complete, hover};
use d3ls::project::Workspace;
use d3ls::syntax;
use d3ls::text::{Source, TextSize};

const SCRIPT: &str = include_str!("../fixtures/acme-edr/script.py");

/// About so many lines.
const SIZES: [usize; 3] = [1_000, 2_600, 10_000];

/// The same, of what is edited.
const EDITED: [usize; 3] = [1_000, 2_600, 50_000];

/// How many texts an edited script goes through, each second one being the script itself.
const TEXTS: usize = 64;

fn input(text: &str) -> Input {
    Workspace::default().as_script(Path::new("/nowhere/script.py"), Source::from_text(text)).input
}

/// The fixture's script over and over.
fn real(lines: usize) -> String {
    SCRIPT.repeat(lines.div_ceil(SCRIPT.lines().count()))
}

fn many_functions(lines: usize) -> String {
    (0..lines / 5).map(|place| format!("def f{place}(n):\n    x = n + {place}\n    return x\n\n\n")).collect()
}

fn long_function(lines: usize) -> String {
    let body: String =
        (0..lines / 3).map(|place| format!("    if n == {place}:\n        x = {place}\n        print(x)\n")).collect();
    format!("def f(n):\n    x = 0\n{body}    return x\n")
}

fn broken(lines: usize) -> String {
    let mut text = many_functions(lines);
    let middle = text.len() / 2 + text[text.len() / 2..].find("def ").unwrap_or_default();
    text.insert_str(middle, "def broken(:\n    x = (\n\n\n");
    text
}

/// A shape: its name, and the text of about so many lines.
type Shape = (&'static str, fn(usize) -> String);

const SHAPES: [Shape; 4] = [
    ("real", real),
    ("many short functions", many_functions),
    ("one long function", long_function),
    ("broken", broken),
];

fn parse_and_check(criterion: &mut Criterion) {
    for (name, text) in SHAPES {
        for lines in SIZES {
            let text = text(lines);
            let script = Arc::<str>::from(text.as_str());
            let input = input(&text);
            let mut group = criterion.benchmark_group(name);
            group.throughput(Throughput::Bytes(text.len() as u64));
            group.bench_function(BenchmarkId::new("parse", lines), |bench| bench.iter(|| syntax::parse(&script)));
            group.bench_function(BenchmarkId::new("check", lines), |bench| bench.iter(|| check(&input)));
        }
    }
}

/// Types a comment at one place after the other and takes it away again, each a check that makes use of the one before.
fn edits(criterion: &mut Criterion) {
    for (name, text) in SHAPES {
        for lines in EDITED {
            let text = text(lines);
            let places: Vec<usize> = text.match_indices('\n').map(|(at, _)| at).collect();
            let typed = |number: usize| {
                // A stride that visits all lines in an order of its own.
                let at = places[number * 7_919 % places.len()];
                format!("{}  # {number}{}", &text[..at], &text[at..])
            };
            let texts: Vec<Source> = (0..TEXTS)
                .map(|number| Source::from_text(if number % 2 == 0 { typed(number) } else { text.clone() }))
                .collect();
            let mut input = input(&text);
            let (report, kept) = check_again(&input, None);
            let mut before = Some(Before { input: Box::new(input.clone()), analysis: report.analysis, kept });
            let mut sources = texts.iter().cycle();
            criterion.benchmark_group(name).bench_function(BenchmarkId::new("edit", lines), |bench| {
                bench.iter(|| {
                    input.source = sources.next().expect("they go round").clone();
                    let (report, kept) = check_again(&input, before.take());
                    let found = report.diagnostics.len();
                    before = Some(Before { input: Box::new(input.clone()), analysis: report.analysis, kept });
                    found
                });
            });
        }
    }
}

fn assist(criterion: &mut Criterion) {
    let text = real(2_600);
    let analysis = analyse(&input(&text));
    let place = text.rfind("connector.get").map(|at| at + "connector.".len());
    let offset = place.and_then(|at| TextSize::try_from(at).ok()).unwrap_or_default();
    criterion.bench_function("completion", |bench| bench.iter(|| complete(&analysis, offset)));
    criterion.bench_function("hover", |bench| bench.iter(|| hover(&analysis, offset)));
}

criterion_group!(engine, parse_and_check, edits, assist);
criterion_main!(engine);
