//! System calls, through seccomp: no network, no other processes, no rights over this one.

use std::collections::BTreeMap;

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
    TargetArch, apply_filter,
};

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// Calls that a script has no use for: other processes, the kernel, the machine.
const REFUSED: &[i64] = &[
    libc::SYS_setsid,
    libc::SYS_setpgid,
    libc::SYS_tkill,
    libc::SYS_rt_sigqueueinfo,
    libc::SYS_rt_tgsigqueueinfo,
    libc::SYS_pidfd_open,
    libc::SYS_pidfd_send_signal,
    libc::SYS_pidfd_getfd,
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_process_madvise,
    libc::SYS_kcmp,
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_open_by_handle_at,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_keyctl,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_kexec_load,
    libc::SYS_reboot,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_acct,
    libc::SYS_quotactl,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_clock_adjtime,
    libc::SYS_adjtimex,
    libc::SYS_sethostname,
    libc::SYS_setdomainname,
    libc::SYS_setpriority,
    libc::SYS_sched_setscheduler,
    libc::SYS_sched_setparam,
    libc::SYS_sched_setattr,
    libc::SYS_ioprio_set,
];
/// The old calls that start a process, where the architecture has them.
#[cfg(target_arch = "x86_64")]
const FORKS: &[i64] = &[libc::SYS_fork, libc::SYS_vfork];
#[cfg(not(target_arch = "x86_64"))]
const FORKS: &[i64] = &[];

/// Restricts the process, in words.
pub(super) fn confine(network: bool) -> String {
    match restrict(network) {
        Ok(()) if network => "seccomp: no processes, no signals to others, no control of the system".to_owned(),
        Ok(()) => "seccomp: no network, no processes, no signals to others, no control of the system".to_owned(),
        Err(error) => format!("seccomp: not available ({error})"),
    }
}

fn restrict(network: bool) -> Result<(), seccompiler::Error> {
    // The C library takes this answer for an old kernel and asks for threads with `clone`, whose flags can be seen.
    let unknown = Rules::from([(libc::SYS_clone3, Vec::new())]);
    let first = program(unknown, libc::ENOSYS)?;
    let second = program(rules(network)?, libc::EPERM)?;
    apply_filter(&first)?;
    apply_filter(&second)
}

fn program(rules: Rules, error: i32) -> Result<BpfProgram, seccompiler::Error> {
    let refuse = SeccompAction::Errno(error.unsigned_abs());
    let architecture = TargetArch::try_from(std::env::consts::ARCH)?;
    Ok(SeccompFilter::new(rules, SeccompAction::Allow, refuse, architecture)?.try_into()?)
}

fn rules(network: bool) -> Result<Rules, seccompiler::Error> {
    let mut rules: Rules = REFUSED.iter().chain(FORKS).map(|call| (*call, Vec::new())).collect();
    if !network {
        // A pair of connected sockets is another call, and stays.
        rules.insert(libc::SYS_socket, Vec::new());
    }
    // Becoming another program keeps the number, so this is Python's own.
    let own = u64::from(std::process::id());
    let other = |argument| SeccompCondition::new(argument, SeccompCmpArgLen::Dword, SeccompCmpOp::Ne, own);
    let not_group = SeccompCondition::new(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Ne, 0)?;
    rules.insert(libc::SYS_kill, vec![SeccompRule::new(vec![other(0)?])?]);
    rules.insert(libc::SYS_tgkill, vec![SeccompRule::new(vec![other(0)?])?]);
    rules.insert(libc::SYS_prlimit64, vec![SeccompRule::new(vec![other(0)?, not_group])?]);
    let thread = u64::from(libc::CLONE_THREAD.unsigned_abs());
    let is_process = SeccompCondition::new(0, SeccompCmpArgLen::Dword, SeccompCmpOp::MaskedEq(thread), 0)?;
    rules.insert(libc::SYS_clone, vec![SeccompRule::new(vec![is_process])?]);
    Ok(rules)
}
