//! What a D3 image offers. The only place that spells D3's names.

pub mod names;

use std::sync::{Arc, LazyLock};

/// The image profile: what is known of one D3 server's Python image.
#[derive(Debug, Default)]
pub struct Image {}

impl Image {
    /// What D3's public pages document.
    pub fn default_profile() -> Arc<Self> {
        static DEFAULT: LazyLock<Arc<Image>> = LazyLock::new(|| Arc::new(Image::default()));
        Arc::clone(&DEFAULT)
    }
}

impl Image {
    /// Whether `name` is a builtin of the image's Python.
    pub fn is_builtin(&self, name: &str) -> bool {
        matches!(name, "print" | "len" | "str" | "int" | "Exception" | "dict" | "list" | "__name__" | "__file__")
    }

    /// The dotted path of what the engine imports beforehand under `name`: `datetime.datetime` for `datetime`.
    pub fn global(&self, _name: &str) -> Option<&str> {
        None
    }
}
