//! What was made from a file, until the file changes.

use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock};

use rustc_hash::FxHashMap;

/// Values by path. A value computed while its path was forgotten is handed out but not kept.
#[derive(Debug)]
pub(super) struct Cache<T> {
    state: RwLock<State<T>>,
}

#[derive(Debug)]
struct State<T> {
    /// Counts calls of [`Cache::forget`].
    generation: u64,
    values: FxHashMap<PathBuf, T>,
}

impl<T> Default for Cache<T> {
    fn default() -> Self {
        Self { state: RwLock::new(State { generation: 0, values: FxHashMap::default() }) }
    }
}

impl<T: Clone> Cache<T> {
    /// The value at `path`, computed if it is not there. No lock is held meanwhile.
    pub(super) fn get(&self, path: &Path, compute: impl FnOnce() -> T) -> T {
        let generation = {
            let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(value) = state.values.get(path) {
                return value.clone();
            }
            state.generation
        };
        let value = compute();
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        if state.generation == generation {
            state.values.insert(path.to_owned(), value.clone());
        }
        value
    }

    /// The value at `path`, if it is there.
    pub(super) fn peek(&self, path: &Path) -> Option<T> {
        self.state.read().unwrap_or_else(PoisonError::into_inner).values.get(path).cloned()
    }

    /// Forgets the value at `path` and all below it.
    pub(super) fn forget(&self, path: &Path) {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        state.generation += 1;
        state.values.retain(|known, _| !known.starts_with(path));
    }

    /// Forgets everything.
    pub(super) fn clear(&self) {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        state.generation += 1;
        state.values.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn computes_once_until_forgotten() {
        let cache = Cache::default();
        let path = Path::new("/a/b");
        assert_eq!(cache.get(path, || 1), 1);
        assert_eq!(cache.get(path, || 2), 1);
        cache.forget(Path::new("/a"));
        assert_eq!(cache.get(path, || 3), 3);
    }

    #[test]
    fn a_value_that_became_stale_while_computed_is_not_kept() {
        let cache = Cache::default();
        let path = Path::new("/a");
        let stale = cache.get(path, || {
            cache.forget(path);
            1
        });
        assert_eq!(stale, 1);
        assert_eq!(cache.get(path, || 2), 2);
    }
}
