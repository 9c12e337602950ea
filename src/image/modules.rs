//! Which modules a script may import (D3's page, "Convention": neither standard library nor D3's
//! libraries is not allowed), with the list of libraries that D3 publishes only in part.

use std::borrow::Cow;

use super::{Image, Version, stdlib};

/// The public copy of D3's list is alphabetical and ends with this distribution.
const LAST_PUBLISHED: &str = "oauth2client";

/// What is known of a module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ModuleStatus<'a> {
    /// The image's Python has it. Windows' own modules count as well: scripts import them behind a test.
    Stdlib,
    /// The standard library of a later Python has it.
    NewerStdlib {
        /// The version that added it.
        added: Version,
    },
    /// The image, or the manifest's `libraries`, has it.
    Library {
        /// The distribution; for the manifest's, the name there.
        distribution: &'a str,
    },
    /// The image certainly lacks it: the list is whole, or the distribution would stand in the part that D3 publishes.
    UnlistedCertain {
        /// The distribution that it most likely comes from.
        distribution: Cow<'a, str>,
    },
    /// It is not in the list, and that part of the list is not public.
    Unlisted {
        /// The distribution that it most likely comes from.
        distribution: Cow<'a, str>,
    },
}

impl Image {
    /// What is known of a module, by its dotted name. `manifest_libraries` are the manifest's
    /// `libraries`: import names. A package that libraries share, such as `google.cloud`, is there
    /// if anything below it is.
    pub fn module<'a>(
        &'a self,
        module: &'a str,
        manifest_libraries: impl IntoIterator<Item = &'a str>,
    ) -> ModuleStatus<'a> {
        let newer = prefixes(module).filter_map(|prefix| self.added_later(prefix, None)).last();
        if newer.is_none() && self.is_stdlib(module) {
            return ModuleStatus::Stdlib;
        }
        if let Some(distribution) = manifest_libraries.into_iter().find(|library| covers(library, module)) {
            return ModuleStatus::Library { distribution };
        }
        if let Some(index) = self.library_of(module) {
            return ModuleStatus::Library { distribution: &self.libraries[index].distribution };
        }
        if let Some(added) = newer {
            return ModuleStatus::NewerStdlib { added };
        }
        let distribution = distribution_of(module);
        if self.libraries_complete || distribution.to_lowercase().as_str() < LAST_PUBLISHED {
            ModuleStatus::UnlistedCertain { distribution }
        } else {
            ModuleStatus::Unlisted { distribution }
        }
    }

    /// The top-level modules that a script may import, sorted, each once: for completion.
    pub fn importable(&self) -> Vec<&str> {
        let public = |module: &&str| !module.starts_with('_');
        let mut names: Vec<&str> = self.library_modules.keys().map(String::as_str).map(top).filter(public).collect();
        for module in stdlib::modules().filter(public) {
            if !module.contains('.') && self.is_stdlib(module) {
                names.push(module);
            }
        }
        names.sort_unstable();
        names.dedup();
        names
    }

    fn is_stdlib(&self, module: &str) -> bool {
        let first = top(module);
        stdlib::change(first, None).map_or_else(|| stdlib::is_module(first), |change| change.is_in(self.version))
    }

    fn library_of(&self, module: &str) -> Option<usize> {
        if let Some(only) = self.library_packages.get(top(module))? {
            return Some(*only);
        }
        let above = prefixes(module).find_map(|prefix| self.library_modules.get(prefix));
        let below = || {
            let prefix = format!("{module}.");
            let (name, index) = self.library_modules.range(prefix.clone()..).next()?;
            name.starts_with(&prefix).then_some(index)
        };
        above.or_else(below).copied()
    }
}

/// `a.b.c`, `a.b`, `a` of `a.b.c`.
fn prefixes(module: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(module), |prefix| memchr::memrchr(b'.', prefix.as_bytes()).map(|dot| &prefix[..dot]))
}

pub(super) fn top(module: &str) -> &str {
    module.split('.').next().unwrap_or(module)
}

fn covers(library: &str, module: &str) -> bool {
    module.strip_prefix(library).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// The distribution that a module most likely comes from: a well-known one, or one of its name.
fn distribution_of(module: &str) -> Cow<'_, str> {
    let first = top(module);
    if first == "google" {
        let parts = module.splitn(4, '.').take(if module.starts_with("google.cloud.") { 3 } else { 2 });
        return parts.collect::<Vec<_>>().join("-").into();
    }
    match DISTRIBUTIONS.binary_search_by_key(&first, |pair| pair.0) {
        Ok(index) => DISTRIBUTIONS[index].1.into(),
        Err(_) if first.contains('_') => first.replace('_', "-").into(),
        Err(_) => first.into(),
    }
}

/// Import names whose distribution has another name, sorted. Where several distributions provide
/// a module, the last in the alphabet stands here: the certain verdict needs all of them to be absent.
const DISTRIBUTIONS: &[(&str, &str)] = &[
    ("Crypto", "pycryptodome"),
    ("Cryptodome", "pycryptodomex"),
    ("IPython", "ipython"),
    ("Levenshtein", "python-Levenshtein"),
    ("MySQLdb", "mysqlclient"),
    ("OpenSSL", "pyOpenSSL"),
    ("PIL", "Pillow"),
    ("Xlib", "python-xlib"),
    ("aliyunsdkcore", "aliyun-python-sdk-core"),
    ("antlr4", "antlr4-python3-runtime"),
    ("apscheduler", "APScheduler"),
    ("arango", "python-arango"),
    ("attr", "attrs"),
    ("barcode", "python-barcode"),
    ("binance", "python-binance"),
    ("bs4", "beautifulsoup4"),
    ("bson", "pymongo"),
    ("can", "python-can"),
    ("cbc_sdk", "carbon-black-cloud-sdk"),
    ("consul", "python-consul"),
    ("crontab", "python-crontab"),
    ("cups", "pycups"),
    ("curl", "pycurl"),
    ("cv2", "opencv-python"),
    ("daemon", "python-daemon"),
    ("dateutil", "python-dateutil"),
    ("dbus", "dbus-python"),
    ("debian", "python-debian"),
    ("decouple", "python-decouple"),
    ("dns", "dnspython"),
    ("docx", "python-docx"),
    ("domaintools", "domaintools_api"),
    ("dotenv", "python-dotenv"),
    ("editor", "python-editor"),
    ("engineio", "python-engineio"),
    ("evtx", "python-evtx"),
    ("falconpy", "crowdstrike-falconpy"),
    ("fitz", "PyMuPDF"),
    ("flask", "Flask"),
    ("frontmatter", "python-frontmatter"),
    ("git", "gitPython"),
    ("github", "PyGithub"),
    ("gitlab", "python-gitlab"),
    ("gnupg", "python-gnupg"),
    ("graphql", "graphql-core"),
    ("gridfs", "pymongo"),
    ("gvm", "python-gvm"),
    ("hubspot", "hubspot-api-client"),
    ("jenkins", "python-jenkins"),
    ("jose", "python-jose"),
    ("jwt", "PyJWT"),
    ("kafka", "kafka-python"),
    ("keystoneclient", "python-keystoneclient"),
    ("ldap", "python-ldap"),
    ("linkedin", "python-linkedin"),
    ("magic", "python-magic"),
    ("markdown", "Markdown"),
    ("memcache", "python-memcached"),
    ("multipart", "python-multipart"),
    ("mysql", "mysql-connector-python"),
    ("nacl", "PyNaCl"),
    ("neutronclient", "python-neutronclient"),
    ("nmap", "python-nmap"),
    ("novaclient", "python-novaclient"),
    ("odf", "odfpy"),
    ("osgeo", "GDAL"),
    ("oxmsg", "python-oxmsg"),
    ("pdfminer", "pdfminer.six"),
    ("pptx", "python-pptx"),
    ("psycopg2", "psycopg2-binary"),
    ("pywintypes", "pywin32"),
    ("rapidjson", "python-rapidjson"),
    ("ruamel", "ruamel.yaml"),
    ("serial", "pyserial"),
    ("skimage", "scikit-image"),
    ("sklearn", "scikit-learn"),
    ("slack", "slackclient"),
    ("slugify", "python-slugify"),
    ("smb", "pysmb"),
    ("snappy", "python-snappy"),
    ("socketio", "python-socketio"),
    ("socks", "PySocks"),
    ("splunklib", "splunk-sdk"),
    ("taxii2client", "taxii2-client"),
    ("telegram", "python-telegram-bot"),
    ("tlsh", "python-tlsh"),
    ("usb", "pyusb"),
    ("vt", "vt-py"),
    ("websocket", "websocket-client"),
    ("whois", "whois"),
    ("win32api", "pywin32"),
    ("win32com", "pywin32"),
    ("winrm", "pywinrm"),
    ("wx", "wxPython"),
    ("yaml", "PyYAML"),
    ("yara", "yara-python"),
    ("zmq", "pyzmq"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn status(module: &str) -> String {
        let image = Image::default_profile();
        match image.module(module, ["pycti"]) {
            ModuleStatus::Stdlib => "stdlib".into(),
            ModuleStatus::NewerStdlib { added: (major, minor) } => format!("added {major}.{minor}"),
            ModuleStatus::Library { distribution } => format!("library {distribution}"),
            ModuleStatus::UnlistedCertain { distribution } => format!("certain {distribution}"),
            ModuleStatus::Unlisted { distribution } => format!("unlisted {distribution}"),
        }
    }

    #[test]
    fn the_standard_library_is_allowed_and_newer_modules_are_told_apart() {
        for module in ["os", "os.path", "graphlib", "xml.etree.ElementTree", "distutils.core", "winreg", "test.support"]
        {
            assert_eq!(status(module), "stdlib", "{module}");
        }
        assert_eq!(status("tomllib"), "added 3.11");
        assert_eq!(status("compression.zstd"), "added 3.14");
        assert_eq!(status("importlib.resources.abc"), "added 3.11");
    }

    #[test]
    fn listed_libraries_and_what_they_depend_on_are_allowed() {
        for (module, distribution) in [
            ("boto3.session", "boto3"),
            ("git", "gitPython"),
            ("googleapiclient.discovery", "google-api-python-client"),
            ("imap_tools", "imap-tools"),
            ("mailparser", "mail-parser"),
            ("jinja2", "Jinja2"),
            ("urllib3", "urllib3"),
            ("certifi", "certifi"),
            ("dateutil.parser", "python-dateutil"),
            ("pkg_resources", "setuptools"),
            ("pycti", "pycti"),
            ("pycti.entities", "pycti"),
        ] {
            assert_eq!(status(module), format!("library {distribution}"), "{module}");
        }
    }

    #[test]
    fn shared_packages_are_told_apart_by_what_lies_below() {
        assert_eq!(status("google.cloud.pubsub_v1"), "library google-cloud-pubsub");
        assert_eq!(status("google.oauth2.service_account"), "library google-auth");
        assert!(status("google").starts_with("library "));
        assert!(status("google.cloud").starts_with("library "));
        assert_eq!(status("google.cloud.storage.blob"), "certain google-cloud-storage");
        assert_eq!(status("google.generativeai"), "certain google-generativeai");
    }

    #[test]
    fn the_published_part_of_the_list_is_certain_and_the_rest_is_not() {
        assert_eq!(status("bs4"), "certain beautifulsoup4");
        assert_eq!(status("numpy"), "certain numpy");
        assert_eq!(status("msal_extensions.cache"), "certain msal-extensions");
        assert_eq!(status("yaml"), "unlisted PyYAML");
        assert_eq!(status("PIL.Image"), "unlisted Pillow");
        assert_eq!(status("cv2"), "unlisted opencv-python");
        assert_eq!(status("docx"), "unlisted python-docx");
        assert_eq!(status("pandas"), "unlisted pandas");
        assert_eq!(status("pyctibus"), "unlisted pyctibus", "a prefix of letters is not a package above");
    }

    #[test]
    fn a_complete_list_makes_every_verdict_certain() {
        let text = r#"{"version": 1, "python": "3.11.4", "librariesComplete": true,
            "libraries": [{"distribution": "PyYAML", "version": "6.0", "modules": ["yaml"]}]}"#;
        let image = Image::from_json(text).expect("the profile is valid");
        assert_eq!(image.module("yaml", []), ModuleStatus::Library { distribution: "PyYAML" });
        assert_eq!(image.module("zeep", []), ModuleStatus::UnlistedCertain { distribution: "zeep".into() });
        assert_eq!(image.module("tomllib", []), ModuleStatus::Stdlib, "this image has Python 3.11");
        assert_eq!(image.module("pathlib.types", []), ModuleStatus::NewerStdlib { added: (3, 14) });
        assert_eq!(image.module("binhex", []), ModuleStatus::UnlistedCertain { distribution: "binhex".into() });
    }

    #[test]
    fn completion_offers_top_level_modules_once() {
        let image = Image::default_profile();
        let names = image.importable();
        assert_eq!(names.iter().filter(|name| **name == "google").count(), 1);
        assert!(names.contains(&"json") && names.contains(&"requests") && !names.contains(&"tomllib"));
    }

    #[test]
    fn the_table_of_distributions_is_sorted_so_that_it_can_be_searched() {
        assert!(DISTRIBUTIONS.is_sorted_by_key(|pair| pair.0));
    }
}
