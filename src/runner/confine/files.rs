//! Files, through Landlock: what Python loads and the run's own folder, nothing else.

use std::os::fd::OwnedFd;
use std::path::PathBuf;

use landlock::{
    ABI, Access, AccessFs, CompatLevel, Compatible, Ruleset, RulesetAttr, RulesetCreated, RulesetCreatedAttr,
    RulesetStatus, Scope, path_beneath_rules,
};

use super::Rights;

/// What programs read to start, and Python to work.
const SYSTEM: [&str; 16] = [
    "/lib",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
    "/usr/local/lib",
    "/usr/share/zoneinfo",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/localtime",
    "/etc/mime.types",
    "/etc/ssl/openssl.cnf",
    "/dev/null",
    "/dev/urandom",
    "/dev/random",
    "/dev/zero",
];
/// What Python reads of itself.
const OWN: &str = "/proc/self";
/// What names and certificates need.
const NETWORK: [&str; 9] = [
    "/etc/resolv.conf",
    "/etc/hosts",
    "/etc/nsswitch.conf",
    "/etc/gai.conf",
    "/etc/host.conf",
    "/etc/services",
    "/etc/ssl",
    "/etc/pki",
    "/etc/ca-certificates",
];

/// Restricts the process, in words.
pub(super) fn confine(rights: &Rights) -> String {
    match restrict(rights) {
        Ok(RulesetStatus::FullyEnforced) => "landlock: files, and signals to others".to_owned(),
        Ok(RulesetStatus::PartiallyEnforced) => "landlock: files (an older kernel: some of it)".to_owned(),
        Ok(RulesetStatus::NotEnforced) => {
            "landlock: not available; scripts may read and write all that you may".to_owned()
        }
        Err(error) => format!("landlock: not available ({error}); scripts may read and write all that you may"),
    }
}

fn restrict(rights: &Rights) -> Result<RulesetStatus, landlock::RulesetError> {
    Ok(ruleset(rights, Some(OWN))?.restrict_self()?.ruleset)
}

/// The same restriction for another process, which takes it on through this descriptor; `None` where there is none.
pub(in crate::runner) fn restriction(rights: &Rights) -> Option<OwnedFd> {
    ruleset(rights, None).ok()?.into()
}

fn ruleset(rights: &Rights, own: Option<&str>) -> Result<RulesetCreated, landlock::RulesetError> {
    let abi = ABI::V6;
    let system = SYSTEM.into_iter().chain(own).map(PathBuf::from);
    let network = NETWORK.into_iter().filter(|_| rights.network).map(PathBuf::from);
    // What does not exist needs no rule.
    let readable = rights.read.iter().cloned().chain(system).chain(network).filter(|path| path.exists());
    Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(abi))?
        .scope(Scope::from_all(abi))?
        .create()?
        .add_rules(path_beneath_rules(readable, AccessFs::from_read(abi)))?
        .add_rules(path_beneath_rules(["/dev/null"], AccessFs::from_file(abi)))?
        .add_rules(path_beneath_rules([&rights.write], AccessFs::from_all(abi)))
}
