//! A process with all that it starts, ended together: a process group on Unix, a job on Windows.

use std::io;
use std::process::{Child, ChildStdin, Command};
use std::thread::JoinHandle;

/// A process that was started, and what it starts.
pub(super) struct Group {
    /// The process.
    pub(super) child: Child,
    /// What writes its standard input, and then holds it open as long as d3ls lives.
    pub(super) stdin: Option<JoinHandle<ChildStdin>>,
    /// Ends all in it when it is closed, and so with d3ls. `None` where the system has none.
    #[cfg(windows)]
    job: Option<win32job::Job>,
}

#[cfg(unix)]
impl Group {
    /// Starts a process in a group of its own. `considerate` is the business of what confines it.
    pub(super) fn start(command: &mut Command, _considerate: bool) -> io::Result<Self> {
        std::os::unix::process::CommandExt::process_group(command, 0);
        Ok(Self { child: command.spawn()?, stdin: None })
    }

    /// Kills the process and its group. An empty group is no error here.
    pub(super) fn kill(&mut self) {
        kill_group(self.child.id());
    }
}

/// Kills a group by its leader's number, which is still its own as long as the leader is not reaped.
#[cfg(unix)]
pub(super) fn kill_group(leader: u32) {
    use rustix::process::{Pid, Signal, kill_process_group};
    if let Some(leader) = i32::try_from(leader).ok().and_then(Pid::from_raw) {
        let _ = kill_process_group(leader, Signal::KILL);
    }
}

#[cfg(windows)]
impl Group {
    /// Starts a process and puts it into a job, before it has read what it is to do. Where it is `considerate`, others
    /// come first.
    pub(super) fn start(command: &mut Command, considerate: bool) -> io::Result<Self> {
        let child = command.spawn()?;
        let job = job(&child, considerate).ok();
        Ok(Self { child, stdin: None, job })
    }

    /// Kills the process and what is in its job. What has ended already is no error here.
    pub(super) fn kill(&mut self) {
        self.job = None;
        let _ = self.child.kill();
    }
}

#[cfg(windows)]
fn job(child: &Child, considerate: bool) -> Result<win32job::Job, win32job::JobError> {
    use std::os::windows::io::AsRawHandle;
    let mut limits = win32job::ExtendedLimitInfo::new();
    limits.limit_kill_on_job_close();
    if considerate {
        limits.limit_priority_class(win32job::PriorityClass::BelowNormal);
    }
    let job = win32job::Job::create_with_limit_info(&limits)?;
    job.assign_process(child.as_raw_handle() as isize)?;
    Ok(job)
}

/// There are no forks here.
#[cfg(windows)]
pub(super) fn kill_group(_leader: u32) {}
