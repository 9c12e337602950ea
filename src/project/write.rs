//! Writing a file so that nobody ever sees half of it.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

/// Replaces the content of the file at `path`, which still has to be `before`. Links are followed,
/// permissions are kept. The new content is written beside the file and moved over it.
pub fn replace(path: &Path, before: &str, after: &str) -> io::Result<()> {
    let path = path.canonicalize()?;
    let permissions = fs::metadata(&path)?.permissions();
    if fs::read(&path)? != before.as_bytes() {
        return Err(io::Error::other("the file changed while it was checked; it was left as it is"));
    }
    put(&path, after.as_bytes(), permissions)
}

/// Writes a file, over one that is there, which stays as it was until all is written. Links are followed, permissions
/// are kept. What is no file, such as a pipe, is written to.
pub fn write(path: &Path, content: impl AsRef<[u8]>) -> io::Result<()> {
    match fs::metadata(path) {
        Ok(known) if known.is_file() => put(&path.canonicalize()?, content.as_ref(), known.permissions()),
        Ok(_) => fs::write(path, content),
        Err(_) => create(path, content),
    }
}

/// Writes something beside the file at `path`, which is no link, and moves it over that.
fn put(path: &Path, content: &[u8], permissions: fs::Permissions) -> io::Result<()> {
    if permissions.readonly() {
        return Err(io::Error::other("the file is read-only; make it writable, or work in a copy of it"));
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new().prefix(".d3ls-").tempfile_in(folder)?;
    file.write_all(content)?;
    file.as_file().set_permissions(permissions)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// Writes a new file, never over one that is there; none is left behind if that fails.
pub fn create(path: &Path, content: impl AsRef<[u8]>) -> io::Result<()> {
    let mut file = fs::File::create_new(path)?;
    let written = file.write_all(content.as_ref()).and_then(|()| file.sync_all());
    if written.is_err() {
        // Half a file is worse than none; that it can't be removed is no news after that.
        let _ = fs::remove_file(path);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_changed_meanwhile_is_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.py");
        fs::write(&path, "mine").expect("written");
        let error = replace(&path, "theirs", "fixed").expect_err("refused");
        assert!(error.to_string().contains("changed"), "{error}");
        assert_eq!(fs::read_to_string(&path).expect("read"), "mine");
        replace(&path, "mine", "fixed").expect("replaced");
        assert_eq!(fs::read_to_string(&path).expect("read"), "fixed");
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1);
    }

    #[test]
    fn a_file_is_written_anew_or_over_another() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.json");
        for text in ["a longer text", "short"] {
            write(&path, text).expect("written");
            assert_eq!(fs::read_to_string(&path).expect("read"), text);
        }
        let mut permissions = fs::metadata(&path).expect("metadata").permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&path, permissions).expect("permissions");
        let error = write(&path, "other").expect_err("refused");
        assert!(error.to_string().contains("read-only"), "{error}");
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_and_permissions_kept() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().expect("a folder");
        let (path, link) = (folder.path().join("a.py"), folder.path().join("b.py"));
        fs::write(&path, "x").expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o750)).expect("permissions");
        symlink("a.py", &link).expect("a link");
        replace(&link, "x", "y").expect("replaced");
        assert!(link.is_symlink());
        assert_eq!(fs::read_to_string(&path).expect("read"), "y");
        assert_eq!(fs::metadata(&path).expect("metadata").permissions().mode() & 0o777, 0o750);
    }
}
