//! What names of credentials are.

/// Names of credentials, in lower case without separators. A name counts if it ends with one of these.
const NAMES: [&str; 21] = [
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "secretkey",
    "clientsecret",
    "apikey",
    "apitoken",
    "apisecret",
    "accesstoken",
    "authtoken",
    "bearertoken",
    "refreshtoken",
    "accesskey",
    "secretaccesskey",
    "privatekey",
    "authkey",
    "sessiontoken",
    "token",
    "credential",
];

/// A name in lower case without separators: `API-Key` and `api_key` are `apikey`.
pub fn plain_name(name: &str) -> String {
    if name.is_ascii() {
        let letters = name.bytes().filter(u8::is_ascii_alphanumeric);
        return letters.map(|letter| char::from(letter.to_ascii_lowercase())).collect();
    }
    name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Whether the connection parameter with this key is a credential, to be kept secret: `apitoken`, `key`.
pub fn is_secret_parameter(key: &str) -> bool {
    names_credential(&plain_name(key)) || key.ends_with("key") && !key.contains("public")
}

/// Whether a name, as [`plain_name`] gives it, says that its value is a credential.
pub fn names_credential(name: &str) -> bool {
    NAMES.iter().any(|known| name.ends_with(known))
}
