//! Paths as names: nothing here looks at the disk, except for the working directory.

use std::path::{Component, Path, PathBuf};

/// `path` from the root, without `.` and `..`. Symbolic links are kept as they are named, so that
/// a file is reported under the name its user knows.
pub fn absolute(path: &Path) -> PathBuf {
    normalised(&std::path::absolute(path).unwrap_or_else(|_| path.to_owned()))
}

/// `path` without `.` and `..`.
pub(super) fn normalised(path: &Path) -> PathBuf {
    let mut result = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                result.pop();
            }
            _ => result.push(component),
        }
    }
    result
}

/// Whether a file is named as Python files are: on Windows also in capitals.
pub fn is_python(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("py"))
}

/// `path` for people and programs: relative to `folder`, or absolute outside it, with `/` on every system.
pub fn relative_to(folder: &Path, path: &Path) -> String {
    let path = dunce::simplified(path);
    let mut shown = String::new();
    for part in path.strip_prefix(dunce::simplified(folder)).unwrap_or(path).components() {
        match part {
            Component::RootDir => shown.push('/'),
            Component::Prefix(prefix) => shown.push_str(&prefix.as_os_str().to_string_lossy().replace('\\', "/")),
            part => {
                if !shown.is_empty() && !shown.ends_with('/') {
                    shown.push('/');
                }
                shown.push_str(&part.as_os_str().to_string_lossy());
            }
        }
    }
    if shown.is_empty() { ".".to_owned() } else { shown }
}

/// `path` as [`relative_to`] shows it from the working directory.
pub fn relative(path: &Path) -> String {
    relative_to(&absolute(Path::new(".")), path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_are_resolved_by_name() {
        assert_eq!(normalised(Path::new("/a/./b/../c")), Path::new("/a/c"));
        assert_eq!(normalised(Path::new("/../a")), Path::new("/a"));
    }

    #[test]
    fn paths_are_shown_from_a_folder_or_from_the_root() {
        let shown = |path| relative_to(Path::new("/work"), Path::new(path));
        assert_eq!([shown("/work/a/b.py"), shown("/work"), shown("/tmp/a.py")], ["a/b.py", ".", "/tmp/a.py"]);
    }

    #[cfg(windows)]
    #[test]
    fn drives_and_shares_are_shown_with_slashes() {
        let shown = |path| relative_to(Path::new(r"C:\work"), Path::new(path));
        assert_eq!(shown(r"\\?\C:\work\a\b.py"), "a/b.py");
        assert_eq!(shown(r"D:\a.py"), "D:/a.py");
        assert_eq!(shown(r"\\server\share\a.py"), "//server/share/a.py");
    }
}
