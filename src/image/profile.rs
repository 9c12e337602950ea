//! Reading image profiles: the documented default and a user's `d3-image.json`.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use serde::de::{Deserialize, Deserializer, Error as _};

use super::modules::top;
use super::{Image, Library, UtilityCommand, Version, stdlib};
use crate::text::nearest;

const DEFAULT: &str = include_str!("data/default.json");
const LIBRARIES: &str = include_str!("data/libraries.json");
const UTILITY_COMMANDS: &str = include_str!("data/utility-commands.json");

/// The version of the format that is read.
const FORMAT: u64 = 1;

/// What is wrong with an image profile, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileError {
    /// What is wrong, in lower case without a final dot.
    pub message: String,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in Unicode scalar values: where reading stopped.
    pub column: usize,
}

impl std::fmt::Display for ProfileError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.message)
    }
}

impl std::error::Error for ProfileError {}

/// A profile as it is written. What is absent keeps the documented default.
#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Profile {
    #[serde(rename = "$schema")]
    _schema: Option<String>,
    #[serde(rename = "version", deserialize_with = "format_version")]
    _version: u64,
    #[serde(default, deserialize_with = "python_version")]
    python: Option<(String, Version)>,
    libraries_complete: Option<bool>,
    libraries: Option<Vec<Library>>,
    pb: Option<Vec<String>>,
    globals: Option<BTreeMap<String, String>>,
    runtime: Option<Vec<String>>,
    utility_commands: Option<Vec<UtilityCommand>>,
}

/// The documented default.
pub(super) fn documented() -> Image {
    build(documented_profile())
}

/// Reads a user's profile over the documented default.
pub(super) fn read(text: &str) -> Result<Image, ProfileError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let own: Profile = serde_json::from_str(text).map_err(|error| located(&error, text))?;
    if own.libraries_complete == Some(true) && own.libraries.is_none() {
        let message = "`librariesComplete` is true, but there is no key `libraries`".to_owned();
        return Err(ProfileError { message, line: 1, column: 1 });
    }
    let documented = documented_profile();
    Ok(build(Profile {
        python: own.python.or(documented.python),
        libraries_complete: own.libraries_complete.or(documented.libraries_complete),
        libraries: own.libraries.or(documented.libraries),
        pb: own.pb.or(documented.pb),
        globals: own.globals.or(documented.globals),
        runtime: own.runtime.or(documented.runtime),
        utility_commands: own.utility_commands.or(documented.utility_commands),
        ..own
    }))
}

fn documented_profile() -> Profile {
    let mut profile: Profile = own_data(DEFAULT);
    profile.libraries = Some(own_data(LIBRARIES));
    profile.utility_commands = Some(own_data(UTILITY_COMMANDS));
    profile
}

/// The utility commands that D3's public pages document, as JSON.
pub(super) fn documented_utility_commands() -> Vec<serde_json::Value> {
    own_data(UTILITY_COMMANDS)
}

fn own_data<T: serde::de::DeserializeOwned>(text: &str) -> T {
    serde_json::from_str(text).expect("the embedded data is read by a test")
}

fn build(profile: Profile) -> Image {
    let (python, version) = profile.python.unwrap_or_else(|| ("3.9.12".to_owned(), stdlib::BASE));
    let libraries = profile.libraries.unwrap_or_default();
    let utility_commands = profile.utility_commands.unwrap_or_default();
    let mut library_modules = BTreeMap::new();
    for (index, library) in libraries.iter().enumerate() {
        for module in &library.modules {
            library_modules.entry(module.clone()).or_insert(index);
        }
    }
    let mut library_packages = FxHashMap::default();
    for (module, &index) in &library_modules {
        let package = top(module);
        let only = library_packages.entry(package.to_owned()).or_insert((package == module).then_some(index));
        *only = only.filter(|only| *only == index);
    }
    let utility_index: FxHashMap<_, _> =
        utility_commands.iter().enumerate().map(|(index, command)| (command.name.clone(), index)).collect();
    Image {
        python,
        version,
        libraries_complete: profile.libraries_complete.unwrap_or_default(),
        libraries,
        library_modules,
        library_packages,
        pb: profile.pb.unwrap_or_default(),
        globals: profile.globals.unwrap_or_default(),
        runtime: profile.runtime.unwrap_or_default(),
        utility_commands,
        utility_index,
    }
}

fn format_version<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let version = u64::deserialize(deserializer)?;
    if version == FORMAT {
        return Ok(version);
    }
    Err(D::Error::custom(format!("version {version} of the image profile is not supported, only {FORMAT} is")))
}

fn python_version<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<(String, Version)>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let mut parts = text.split('.').map(|part| part.parse::<u8>().ok());
    match (parts.next().flatten(), parts.next().flatten()) {
        (Some(3), Some(minor)) => Ok(Some((text, (3, minor)))),
        _ => Err(D::Error::custom(format!("`{text}` is no version of Python 3, as in `3.9.12`"))),
    }
}

/// An error of serde_json with its words made ours.
fn located(error: &serde_json::Error, text: &str) -> ProfileError {
    let (line, bytes) = (error.line().max(1), error.column());
    let before = text.split('\n').nth(line - 1).unwrap_or_default();
    let column = before.char_indices().take_while(|(at, _)| at + 1 < bytes).count() + 1;
    let full = error.to_string();
    let message = full.rsplit_once(" at line ").map_or(full.as_str(), |(message, _)| message);
    let message = if error.is_eof() { "the text ends before the profile does".to_owned() } else { worded(message) };
    ProfileError { message, line, column }
}

fn worded(message: &str) -> String {
    let quoted = message.split('`').nth(1).unwrap_or_default();
    if message.starts_with("unknown field ") {
        let known: Vec<&str> = message.split('`').skip(3).step_by(2).collect();
        let hint = match nearest(quoted, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the keys are {}", known.join(", ")),
        };
        format!("unknown key `{quoted}`: {hint}")
    } else if message.starts_with("missing field ") {
        format!("the key `{quoted}` is missing")
    } else if message.starts_with("duplicate field ") {
        format!("the key `{quoted}` is there twice")
    } else {
        let mut letters = message.chars();
        letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
    }
}
