//! D35xx: ingestion and retry.

mod common;
pub(super) mod empty_date_unchecked;
pub(super) mod local_time;
pub(super) mod lost_passdown;
pub(super) mod malformed_retry;
pub(super) mod missing_passdown;
pub(super) mod mixed_timezones;
pub(super) mod passdown_format;
pub(super) mod retry_with_errors;
pub(super) mod short_delay_list;
pub(super) mod unbounded_retry;
