//! The standard library of Python 3.9 on Linux, and what later versions added or removed.
//!
//! The data is generated text, one line a module or a change, sorted: it is read where it lies, so that a start costs
//! an index of its lines and nothing is copied.

use std::sync::LazyLock;

use rustc_hash::{FxHashMap, FxHashSet};

/// A Python version: major and minor.
pub type Version = (u8, u8);

/// The version that the names are those of.
pub const BASE: Version = (3, 9);

const MODULES: &str = include_str!("data/stdlib.txt");
const CHANGES: &str = include_str!("data/versions.txt");

/// What every module has, whatever it holds.
const MODULE_ATTRIBUTES: [&str; 8] =
    ["__builtins__", "__dict__", "__doc__", "__file__", "__loader__", "__name__", "__package__", "__spec__"];

/// What the global scope of a script has besides the public names of `builtins`.
const SCRIPT_ATTRIBUTES: [&str; 9] = [
    "__annotations__",
    "__builtins__",
    "__debug__",
    "__doc__",
    "__file__",
    "__loader__",
    "__name__",
    "__package__",
    "__spec__",
];

/// What is behind the key of each line.
type Rows = FxHashMap<&'static str, &'static str>;

static MODULE_ROWS: LazyLock<Rows> = LazyLock::new(|| rows(MODULES, '\t').collect());
static CHANGE_ROWS: LazyLock<Rows> = LazyLock::new(|| rows(CHANGES, ' ').collect());
static BUILTINS: LazyLock<FxHashSet<&str>> =
    LazyLock::new(|| names("builtins").into_iter().flatten().chain(SCRIPT_ATTRIBUTES).collect());

/// The last names of all changes (`UTC`, `walk` of `Path.walk`, `strict` of `zip(strict)`) with what happened to them.
static CHANGED_NAMES: LazyLock<FxHashMap<&str, Changes>> = LazyLock::new(|| {
    let mut names = FxHashMap::<&str, Changes>::default();
    for (key, change) in rows(CHANGES, ' ') {
        let last = key.trim_end_matches(')').rsplit([':', '.', '(']).next().unwrap_or_default();
        let known = names.entry(last).or_default();
        known.added |= change.contains('+');
        known.removed |= change.contains('-');
    }
    names
});

/// What happened after 3.9 to things of one name.
#[derive(Debug, Clone, Copy, Default)]
pub struct Changes {
    /// One of them was added.
    pub added: bool,
    /// One of them was removed.
    pub removed: bool,
}

fn rows(text: &'static str, separator: char) -> impl Iterator<Item = (&'static str, &'static str)> {
    text.lines().filter_map(move |line| line.split_once(separator))
}

/// When something came to the library, and when it left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// The version that added it; `None` where 3.9 has it.
    pub added: Option<Version>,
    /// The first version without it.
    pub removed: Option<Version>,
}

impl Change {
    /// Whether a version has it.
    pub fn is_in(self, version: Version) -> bool {
        self.added.is_none_or(|added| added <= version) && self.removed.is_none_or(|removed| version < removed)
    }
}

/// Whether 3.9 has a module of exactly this dotted name.
pub fn is_module(module: &str) -> bool {
    MODULE_ROWS.contains_key(module)
}

/// The dotted names of all modules of 3.9, sorted.
pub fn modules() -> impl Iterator<Item = &'static str> {
    rows(MODULES, '\t').map(|row| row.0)
}

/// The names that a module of 3.9 has, sorted within those that `from module import *` binds and
/// the others. Empty for a module whose names are not known; `None` where 3.9 has no such module.
pub fn names(module: &str) -> Option<impl Iterator<Item = &'static str>> {
    Some(MODULE_ROWS.get(module)?.split(['\t', ' ']).filter(|name| !name.is_empty()))
}

/// Whether a module of 3.9 has a name or a submodule; `None` where the module or its names are not known.
pub fn has_name(module: &str, name: &str) -> Option<bool> {
    let mut known = names(module)?.peekable();
    if MODULE_ATTRIBUTES.contains(&name) || is_module(&format!("{module}.{name}")) {
        return Some(true);
    }
    known.peek()?;
    Some(known.any(|n| n == name))
}

/// Whether a name is a builtin of 3.9, or one that every script has, such as `__name__`.
pub fn is_builtin(name: &str) -> bool {
    BUILTINS.contains(name)
}

/// The builtins of 3.9, `__name__` and the like included, in no order.
pub fn builtins() -> impl Iterator<Item = &'static str> {
    BUILTINS.iter().copied()
}

/// What happened after 3.9 to anything of this name, in whatever module: the quick question before [`change`].
pub fn changes_of_name(name: &str) -> Changes {
    CHANGED_NAMES.get(name).copied().unwrap_or_default()
}

/// What happened after 3.9 to a module, or to a path in it: a name (`UTC`), a member of a class
/// (`Path.walk`), a parameter (`zip(strict)`, `Path.exists(follow_symlinks)`).
/// `None` where nothing did, or where nothing is known.
pub fn change(module: &str, path: Option<&str>) -> Option<Change> {
    let text = match path {
        None => CHANGE_ROWS.get(module),
        Some(path) => CHANGE_ROWS.get(format!("{module}:{path}").as_str()),
    }?;
    let mut change = Change { added: None, removed: None };
    for part in text.split(' ') {
        let version = part
            .get(1..)
            .and_then(|text| text.split_once('.'))
            .and_then(|(major, minor)| Some((major.parse().ok()?, minor.parse().ok()?)));
        if part.starts_with('+') {
            change.added = version;
        } else {
            change.removed = version;
        }
    }
    Some(change)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn added(module: &str, path: &str) -> Option<Version> {
        change(module, Some(path)).and_then(|change| change.added)
    }

    #[test]
    fn knows_the_modules_of_3_9() {
        for module in ["os.path", "concurrent.futures", "xml.etree.ElementTree", "graphlib", "zoneinfo", "distutils"] {
            assert!(is_module(module), "{module}");
        }
        for module in ["tomllib", "yaml", "typing_extensions", "_typeshed", "os.", ""] {
            assert!(!is_module(module), "{module}");
        }
    }

    #[test]
    fn knows_what_modules_hold() {
        for (module, name) in [
            ("os", "path"),
            ("os", "_exit"),
            ("json", "loads"),
            ("json", "JSONDecodeError"),
            ("asyncio", "gather"),
            ("datetime", "timezone"),
            ("collections", "abc"),
            ("concurrent", "futures"),
            ("xml.etree", "ElementTree"),
            ("collections.abc", "Mapping"),
            ("typing", "Annotated"),
            ("re", "__name__"),
            ("importlib", "metadata"),
        ] {
            assert_eq!(has_name(module, name), Some(true), "{module}.{name}");
        }
        for (module, name) in [("datetime", "UTC"), ("json", "load_all"), ("typing", "Self"), ("os", "startfile")] {
            assert_eq!(has_name(module, name), Some(false), "{module}.{name}");
        }
        assert_eq!(has_name("yaml", "load"), None);
        assert_eq!(has_name("_datetime", "datetime"), None, "a module whose names are not known");
    }

    #[test]
    fn knows_what_came_after_3_9() {
        assert_eq!(added("datetime", "UTC"), Some((3, 11)));
        assert_eq!(added("builtins", "zip(strict)"), Some((3, 10)));
        assert_eq!(added("dataclasses", "dataclass(slots)"), Some((3, 10)));
        assert_eq!(added("builtins", "int.bit_count"), Some((3, 10)));
        assert_eq!(added("asyncio", "TaskGroup"), Some((3, 11)));
        assert_eq!(added("pathlib", "Path.walk"), Some((3, 12)));
        assert_eq!(change("tomllib", None), Some(Change { added: Some((3, 11)), removed: None }));
        for (module, path) in
            [("builtins", "str.removeprefix"), ("json", "loads"), ("math", "lcm"), ("functools", "cache")]
        {
            assert_eq!(change(module, Some(path)), None, "{module}.{path} is in 3.9");
        }
    }

    #[test]
    fn knows_what_left_after_3_9() {
        assert_eq!(change("distutils", None), Some(Change { added: None, removed: Some((3, 12)) }));
        assert_eq!(change("asyncio", Some("coroutine")).and_then(|c| c.removed), Some((3, 11)));
    }

    #[test]
    fn knows_the_builtins() {
        for name in ["print", "__name__", "__file__", "__import__", "exit", "OSError", "NotImplemented"] {
            assert!(is_builtin(name), "{name}");
        }
        for name in ["reveal_type", "WindowsError", "aiter", "ExceptionGroup", "unicode", "function"] {
            assert!(!is_builtin(name), "{name}");
        }
    }

    #[test]
    fn no_line_of_the_data_hides_another() {
        assert!(modules().is_sorted());
        assert!(MODULE_ROWS.len() > 700 && MODULE_ROWS.len() == rows(MODULES, '\t').count());
        assert!(CHANGE_ROWS.len() > 2000 && CHANGE_ROWS.len() == rows(CHANGES, ' ').count());
    }
}
