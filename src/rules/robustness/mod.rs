//! D38xx: what makes a command hang, vanish or fail without a word.

pub(super) mod duplicate_dict_key;
pub(super) mod endless_loop;
pub(super) mod exits_process;
pub(super) mod long_sleep;
pub(super) mod reads_stdin;
pub(super) mod request_without_timeout;
pub(super) mod silent_except;
pub(super) mod unchecked_response;
pub(super) mod unreachable_code;
pub(super) mod work_at_import;
