//! The names that D3's engine gives to every script (D3's page, "Convention", "Return Output Model",
//! "Utility Command & Integration Command Calls").

/// The helper object: `pb.returnOutputModel`, `pb.log`, `pb.runtime`.
pub const PB: &str = "pb";
/// The global dictionary that holds the connection; `pb.runtime` is the same one.
pub const RUNTIME: &str = "runtime";
/// The key of [`RUNTIME`] under which the connection parameters are.
pub const CONNECTOR: &str = "connector";
/// The root of D3 calls.
pub const D3: &str = "D3";
/// The branch of [`D3`] for utility commands.
pub const UTILITY: &str = "Utility";
/// The branch of [`D3`] for integration commands.
pub const INTEGRATION: &str = "Integration";
/// The member of [`PB`] that makes the output model.
pub const RETURN_OUTPUT_MODEL: &str = "returnOutputModel";
/// The member of [`PB`] that writes to the Custom Log tab.
pub const LOG: &str = "log";
/// Classes a script must not define.
pub const RESERVED_CLASSES: [&str; 3] = ["PlaybookRunTime", "APIError", "HTTPAPIError"];
/// Variables and objects a script must not define.
pub const RESERVED_NAMES: [&str; 4] = [PB, "args", RUNTIME, "input"];
/// The parameters of [`RETURN_OUTPUT_MODEL`], in order. The last one is optional.
pub const OUTPUT_MODEL_SLOTS: [&str; 7] =
    ["result", "returnData", "keyFields", "contextData", "rawData", "errors", "passdownData"];
