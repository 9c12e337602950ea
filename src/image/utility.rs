//! Utility commands, as a profile lists them.

/// A utility command (D3's page, "Utility Command & Integration Command Calls").
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UtilityCommand {
    /// The internal name, as in `D3.Utility.{name}`. Its case is irregular.
    pub name: String,
    /// The name in D3's forms.
    #[serde(default)]
    pub display_name: Option<String>,
    /// Basic, System or Cyber Utility; empty where not known.
    #[serde(default)]
    pub category: String,
    /// Its parameters in order; `None` where not even their number is known.
    #[serde(default)]
    pub parameters: Option<Vec<UtilityParameter>>,
    /// The type of its Return Data, or of its Context Data where only that is shown.
    #[serde(default)]
    pub returns: Option<String>,
    /// Whether parameters and types are exact enough to check a call against.
    #[serde(default)]
    pub exact: bool,
    /// What it does, in D3's words.
    #[serde(default)]
    pub description: Option<String>,
    /// A call from D3's page.
    #[serde(default)]
    pub sample: Option<String>,
    /// The address of its page, without scheme.
    #[serde(default)]
    pub url: Option<String>,
}

/// A parameter of a utility command.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UtilityParameter {
    /// The name in D3's forms; a call passes arguments by order.
    pub name: String,
    /// One of [`super::names::PARAMETER_TYPES`], where known.
    #[serde(rename = "type", default)]
    pub value_type: Option<String>,
    /// Whether it must be given, where known.
    #[serde(default)]
    pub required: Option<bool>,
}

impl UtilityCommand {
    /// The word between `<` and `>`: the type of the first parameter, where known.
    pub fn type_word(&self) -> Option<&str> {
        self.parameters.as_ref()?.first()?.value_type.as_deref()
    }

    /// The least and the greatest number of arguments; `None` where that is not exactly known.
    pub fn argument_count(&self) -> Option<(usize, usize)> {
        let parameters = self.parameters.as_ref().filter(|_| self.exact)?;
        let required = parameters.iter().filter(|parameter| parameter.required != Some(false)).count();
        Some((required, parameters.len()))
    }
}
