//! System scripts that a manifest names although they are neither in its folder nor below it: the way up from the script
//! does not lead to the manifest. Of other scripts that is an error.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use rustc_hash::FxHashMap;

use super::MANIFEST;

/// The manifests that name each such script, sorted.
pub type Outsiders = FxHashMap<PathBuf, Vec<PathBuf>>;

/// The manifests that were told of, and the scripts outside of their folders.
#[derive(Debug, Default)]
pub(super) struct Outside(RwLock<State>);

#[derive(Debug, Default)]
struct State {
    manifests: BTreeSet<PathBuf>,
    /// Grows whenever `scripts` is forgotten: what was computed meanwhile is not kept.
    generation: u64,
    scripts: Option<Arc<Outsiders>>,
}

impl State {
    fn forget(&mut self) {
        self.generation += 1;
        self.scripts = None;
    }
}

impl Outside {
    /// Takes in manifests.
    pub(super) fn know(&self, manifests: impl IntoIterator<Item = PathBuf>) {
        let mut state = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let before = state.manifests.len();
        state.manifests.extend(manifests);
        if state.manifests.len() > before {
            state.forget();
        }
    }

    /// The manifests that were taken in, sorted.
    pub(super) fn known(&self) -> Vec<PathBuf> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).manifests.iter().cloned().collect()
    }

    /// Forgets what a manifest said that changed, or a folder of them, and takes in a new one.
    pub(super) fn forget(&self, path: &Path) {
        let is_manifest = path.file_name().is_some_and(|name| name == MANIFEST);
        let mut state = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if is_manifest {
            state.manifests.insert(path.to_owned());
        }
        if is_manifest || state.manifests.iter().any(|manifest| manifest.starts_with(path)) {
            state.forget();
        }
    }

    /// The scripts, computed if they are not known. `outside` lists those of a manifest. No lock is held meanwhile.
    pub(super) fn get(&self, outside: impl Fn(&Path) -> Vec<PathBuf>) -> Arc<Outsiders> {
        let (generation, manifests) = {
            let state = self.0.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(scripts) = &state.scripts {
                return Arc::clone(scripts);
            }
            (state.generation, state.manifests.clone())
        };
        let mut scripts = Outsiders::default();
        for manifest in manifests {
            for script in outside(&manifest) {
                scripts.entry(script).or_default().push(manifest.clone());
            }
        }
        let scripts = Arc::new(scripts);
        let mut state = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if state.generation == generation {
            state.scripts = Some(Arc::clone(&scripts));
        }
        scripts
    }
}
