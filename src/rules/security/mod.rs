//! D36xx: what gives secrets away or lets others in.

mod credential;
pub(super) mod credential_input;
pub(super) mod dangerous_call;
pub(super) mod hard_coded_secret;
pub(super) mod oauth2_flow;
pub(super) mod plain_http;
mod provider_keys;
pub(super) mod sql_injection;
pub(super) mod tls_verification_off;
