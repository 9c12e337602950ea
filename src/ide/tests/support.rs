//! What the tests of this module share: scripts with a `$0` where the cursor is.

use std::sync::Arc;

use crate::image::Image;
use crate::manifest::{Kind, Manifest};
use crate::semantic::{Analysis, Surroundings, SystemScript};
use crate::syntax;
use crate::text::TextSize;

/// An integration with five connection parameters and three commands.
pub(in crate::ide) const ACME: &str = r#"{
  "version": 1, "kind": "integration", "name": "Acme EDR", "internalName": "AcmeEDR",
  "libraries": ["acmelib"],
  "connection": [
    {"displayName": "Server URL", "parameterType": "Text", "required": true, "description": "Where the API is."},
    {"displayName": "API Key", "parameterType": "Text", "required": true, "secret": true},
    {"displayName": "Tenant ID", "parameterName": "tenant_id"}
  ],
  "commands": [
    {"internalName": "TestConnection"},
    {"internalName": "CheckDevice", "displayName": "Check Device", "description": "Looks a device up.", "inputs": [
      {"parameterName": "hostname", "displayName": "Host Name", "required": true, "sampleData": "srv-01"},
      {"parameterName": "limit", "parameterType": "Number", "default": "10", "description": "At most so many | all."}
    ], "outputs": {"returnData": [{"type": "Text", "sampleData": "Successful"}]}},
    {"internalName": "fetchEvent", "inputs": [
      {"parameterName": "StartTime", "parameterType": "DateTime"}, {"parameterName": "EndTime", "parameterType": "DateTime"}
    ]}
  ]
}"#;

/// The text without its marker, and where the marker was.
pub(in crate::ide) fn unmark(marked: &str) -> (String, TextSize) {
    let offset = marked.find("$0").expect("the text has a marker");
    (marked.replacen("$0", "", 1), TextSize::try_from(offset).expect("the text is small"))
}

/// An analysis of a script of an integration.
pub(in crate::ide) fn acme(text: &str) -> Analysis {
    with_manifest(text, ACME, SystemScript::None)
}

/// An analysis of a script with a manifest.
pub(in crate::ide) fn with_manifest(text: &str, manifest: &str, system: SystemScript) -> Analysis {
    let manifest = Manifest::parse(Arc::from(manifest));
    assert!(manifest.usable, "{:?}", manifest.errors);
    let surroundings = Surroundings {
        kind: Some(manifest.kind),
        script: Some("script.py".to_owned()),
        manifest: Some(Arc::new(manifest)),
        system,
        image: Image::default_profile(),
    };
    Analysis::new(syntax::parse(&Arc::from(text)), surroundings)
}

/// An analysis of a script of which nothing is known, but for its kind.
pub(in crate::ide) fn alone(text: &str, kind: Option<Kind>) -> Analysis {
    let surroundings = Surroundings { kind, ..Surroundings::alone(Image::default_profile()) };
    Analysis::new(syntax::parse(&Arc::from(text)), surroundings)
}

/// A system script.
pub(in crate::ide) fn system(text: &str) -> SystemScript {
    SystemScript::Known(Arc::new(alone(text, Some(Kind::Integration))))
}
