//! Where files come from: the disk, or the disk under the documents an editor has open.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use crate::text::{MAX_BYTES, NotText, Source};

/// Reads files. An editor's documents are laid over [`Disk`].
pub trait Files: Send + Sync {
    /// The content of the file at `path`.
    fn read(&self, path: &Path) -> io::Result<Source>;
    /// Whether there is a file (not a folder) at `path`.
    fn exists(&self, path: &Path) -> bool;
}

/// The disk as it is.
#[derive(Debug, Clone, Copy, Default)]
pub struct Disk;

impl Disk {
    /// The file at `path` with what is no text replaced; `None` where it is too large or can't be read.
    pub fn read_lossy(path: &Path) -> Option<Source> {
        let metadata = fs::metadata(path).ok()?;
        let bytes = (metadata.is_file() && metadata.len() <= MAX_BYTES as u64).then(|| fs::read(path).ok())??;
        Some(Source::from_text(String::from_utf8_lossy(&bytes).replace('\0', " ")))
    }
}

impl Files for Disk {
    /// A file over [`MAX_BYTES`] is measured, not read. What is neither file nor folder, a pipe for
    /// instance, is an error, since reading it might never end.
    fn read(&self, path: &Path) -> io::Result<Source> {
        let metadata = fs::metadata(path)?;
        if metadata.is_dir() {
            return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder"));
        }
        if !metadata.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file"));
        }
        if metadata.len() > MAX_BYTES as u64 {
            let bytes = usize::try_from(metadata.len()).unwrap_or(usize::MAX);
            return Ok(Source::Not(NotText::TooLarge { bytes }));
        }
        let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0) + 1);
        File::open(path)?.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes)?;
        Ok(Source::from_bytes(bytes))
    }

    fn exists(&self, path: &Path) -> bool {
        path.is_file()
    }
}
