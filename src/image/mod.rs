//! What a D3 image offers. The only place that spells D3's names.

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
