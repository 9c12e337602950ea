//! What holds for the repository as a whole, as ordinary tests.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files_below(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files_below(&path, extension));
        } else if path.extension().is_some_and(|known| known == extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

/// The modules, top first, as lib.rs lists them.
fn modules() -> Vec<String> {
    read(&root().join("src/lib.rs"))
        .lines()
        .filter_map(|line| Some(line.strip_prefix("pub mod ")?.strip_suffix(';')?.to_owned()))
        .collect()
}

/// The source files of one module.
fn sources(module: &str) -> Vec<PathBuf> {
    let mut sources = files_below(&root().join("src").join(module), "rs");
    let single = root().join(format!("src/{module}.rs"));
    if single.exists() {
        sources.push(single);
    }
    assert!(!sources.is_empty(), "module {module} has no files");
    sources
}

/// A file without its comments and without its tests, which may look anywhere.
fn code(path: &Path) -> String {
    let text = read(path);
    let text = text.split("\n#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

fn is_test(path: &Path) -> bool {
    path.file_stem().is_some_and(|stem| stem == "tests") || path.components().any(|part| part.as_os_str() == "tests")
}

#[test]
fn a_module_uses_only_those_above_it() {
    let modules = modules();
    let mut problems = Vec::new();
    for (place, module) in modules.iter().enumerate() {
        for path in sources(module).iter().filter(|path| !is_test(path)) {
            let code = code(path);
            for below in &modules[place + 1..] {
                let uses = format!("crate::{below}");
                let names = |text: &str| {
                    text.match_indices(&uses).any(|(at, found)| {
                        let next = text[at + found.len()..].chars().next();
                        !next.is_some_and(|letter| letter.is_alphanumeric() || letter == '_')
                    })
                };
                if names(&code) {
                    problems.push(format!("{} uses {below}, which stands below {module}", shown(path)));
                }
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn only_the_seams_name_their_packages() {
    // The package's name in code, and the modules that may name it.
    let seams: [(&str, &[&str]); 6] = [
        ("ruff_python_parser", &["syntax"]),
        ("ruff_python_ast", &["syntax"]),
        ("ruff_text_size", &["text", "syntax"]),
        ("tower_lsp_server", &["server"]),
        ("ropey", &["server"]),
        ("jsonc_parser", &["manifest"]),
    ];
    let mut problems = Vec::new();
    for module in modules() {
        for path in sources(&module) {
            let text = code(&path);
            for (package, allowed) in seams {
                if text.contains(package) && !allowed.contains(&module.as_str()) {
                    problems.push(format!("{} names {package}", shown(&path)));
                }
            }
            if module != "runner" && (text.contains("process::Command") || text.contains("TcpStream")) {
                problems.push(format!("{} starts a process or opens a socket", shown(&path)));
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn the_names_of_d3_stand_in_the_image_only() {
    let names = [
        "\"returnOutputModel\"",
        "\"connector\"",
        "\"retrycount\"",
        "\"PlaybookRunTime\"",
        "\"returnData\"",
        "\"passdownData\"",
        "\"__RETRY__\"",
        "\"TestConnection\"",
        "\"fetchEvent\"",
        "\"GetUTCTimeNow\"",
    ];
    let mut problems = Vec::new();
    for module in ["semantic", "rules", "ide", "start", "server", "cli"] {
        for path in sources(module).iter().filter(|path| !is_test(path)) {
            let text = code(path);
            for name in names.iter().filter(|name| text.contains(**name)) {
                problems.push(format!("{} spells {name}", shown(path)));
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn files_are_short_and_say_what_they_are() {
    let mut problems = Vec::new();
    for folder in ["src", "tests", "examples", "benches"] {
        for path in files_below(&root().join(folder), "rs") {
            let text = read(&path);
            let lines = text.lines().count();
            if lines > 600 {
                problems.push(format!("{}: {lines} lines", shown(&path)));
            }
            if !text.starts_with("//!") && !text.starts_with("#!") {
                problems.push(format!("{}: no `//!` header", shown(&path)));
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn every_rule_has_its_page_and_is_in_the_table() {
    let codes: Vec<&str> = d3ls::rules::RULES.iter().map(|rule| rule.code).collect();
    for page in files_below(&root().join("src/rules"), "md") {
        let text = read(&page);
        let title = text.lines().next().unwrap_or_default();
        let code = title.split(['(', ')']).nth(1).unwrap_or_default();
        assert!(codes.contains(&code), "{}: {code} is not in the table of rules", shown(&page));
        assert!(page.with_extension("rs").exists(), "{} stands beside no rule", shown(&page));
    }
}
