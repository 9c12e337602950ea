//! What the server looks at from time to time: the client's process, and files that no client watches.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::session::Session;

/// How often it looks.
const INTERVAL: Duration = Duration::from_secs(1);

/// When a file was written and how long it is; `None` where there is none.
pub type Stamp = Option<(SystemTime, u64)>;

/// The stamp of the file or folder at `path`.
pub fn stamp(path: &Path) -> Stamp {
    let metadata = fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

/// What waits for the end of the process `id`. `None` if it can't be seen now: the client may be in another
/// container, and on Windows no process is looked at. There the end of the input tells.
pub fn process_end(id: u32) -> Option<impl Future<Output = ()>> {
    is_alive(id).then_some(async move {
        while is_alive(id) {
            tokio::time::sleep(INTERVAL).await;
        }
    })
}

#[cfg(unix)]
fn is_alive(id: u32) -> bool {
    use rustix::io::Errno;
    use rustix::process::{Pid, test_kill_process};
    let id = i32::try_from(id).ok().and_then(Pid::from_raw);
    id.is_some_and(|id| matches!(test_kill_process(id), Ok(()) | Err(Errno::PERM)))
}

#[cfg(not(unix))]
fn is_alive(_id: u32) -> bool {
    false
}

/// Looks at the files that open documents depend on, as long as the session lasts.
pub async fn files(session: Arc<Session>) {
    loop {
        tokio::time::sleep(INTERVAL).await;
        let mut known: Vec<(PathBuf, Stamp)> = Vec::new();
        session.documents.each(|_, document| {
            if let Some(checked) = &*document.checked.borrow() {
                known.extend_from_slice(&checked.stamps);
            }
        });
        let look = tokio::task::spawn_blocking(move || {
            known.retain(|(path, stamp_then)| stamp(path) != *stamp_then);
            known.sort();
            known.dedup_by(|a, b| a.0 == b.0);
            known
        });
        session.files_changed(look.await.unwrap_or_default().into_iter().map(|(path, _)| (path, true)));
    }
}
