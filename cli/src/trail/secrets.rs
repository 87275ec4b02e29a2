//! Which members are secrets, by service and by name.
//!
//! The tables hold what CloudTrail is known to do. For the rest the name decides: the stage stands
//! in front of any service, and a record that shows too little is a smaller harm than a log file
//! with a password in it.

/// What CloudTrail leaves out of these services' records, wherever it stands.
const OMITTED: [(&str, &[&str]); 4] = [
    ("cloudformation", &["parameterValue"]),
    (
        "iam",
        &[
            "authenticationCode1",
            "authenticationCode2",
            "base32StringSeed",
            "newPassword",
            "oldPassword",
            "password",
            "qRCodePNG",
            "secretAccessKey",
        ],
    ),
    (
        "kms",
        &[
            "ciphertextBlob",
            "encryptedKeyMaterial",
            "importToken",
            "mac",
            "message",
            "plaintext",
            "privateKeyPlaintext",
            "signature",
        ],
    ),
    ("sts", &["sAMLAssertion", "secretAccessKey", "tokenCode", "webIdentityToken"]),
];

/// What is hidden though its name doesn't say so.
const ALSO_HIDDEN: [(&str, &[&str]); 2] =
    [("sns", &["PlatformCredential", "PlatformPrincipal"]), ("transfer", &["hostKey"])];

/// What is written though its name sounds like a secret: CloudTrail keeps it, or it only refers to one.
const KEPT: [(&str, &[&str]); 4] = [
    ("ecs", &["secrets"]),
    ("rds", &["masterUserSecret"]),
    ("secretsmanager", &["secretIdList"]),
    ("sts", &["sessionToken"]),
];

/// The services that have words of their own in place of a hidden value.
const MARKS: [(&str, &str); 3] = [("ec2", "<sensitiveDataRemoved>"), ("rds", "****"), ("redshift", "****")];

/// A name with one of these in it, small letters and no marks between them, is a secret's.
const SECRETS: [&str; 10] = [
    "apikeyvalue",
    "keymaterial",
    "passphrase",
    "passwd",
    "password",
    "plaintext",
    "privatekey",
    "secret",
    "token",
    "userdata",
];

/// The names among them that are no secret's.
const HARMLESS: [&str; 16] = [
    "changetoken",
    "clientrequesttoken",
    "clienttoken",
    "continuationtoken",
    "idempotencytoken",
    "locktoken",
    "nextbackwardtoken",
    "nextcontinuationtoken",
    "nextforwardtoken",
    "nextpagetoken",
    "nextsequencetoken",
    "nexttoken",
    "pagetoken",
    "paginationtoken",
    "publickeymaterial",
    "sequencetoken",
];

/// What such a name ends in when it only speaks about a secret.
const ABOUT: [&str; 20] = [
    "Age",
    "Arn",
    "Arns",
    "Count",
    "Date",
    "Days",
    "Enabled",
    "Id",
    "Ids",
    "Length",
    "Name",
    "Names",
    "Policy",
    "Prevention",
    "Required",
    "Status",
    "Type",
    "Units",
    "Validity",
    "Version",
];

/// Whether CloudTrail leaves this member out.
pub(super) fn omitted(service: &str, name: &str) -> bool {
    among(&OMITTED, service, name)
}

/// Whether the value of this member is hidden.
pub(super) fn secret(service: &str, name: &str) -> bool {
    if among(&ALSO_HIDDEN, service, name) {
        return true;
    }
    let letters = name.chars().filter(char::is_ascii_alphanumeric);
    let letters = letters.map(|letter| letter.to_ascii_lowercase()).collect::<String>();
    let about = ABOUT.iter().any(|end| name.ends_with(end))
        || ["max", "min", "number"].iter().any(|amount| letters.starts_with(amount));
    let kept = among(&KEPT, service, name) || HARMLESS.contains(&letters.as_str()) || about;
    !kept && SECRETS.iter().any(|word| letters.contains(word))
}

/// The words in place of a hidden value, where the service has its own.
pub(super) fn mark(service: &str) -> Option<&'static str> {
    MARKS.iter().find(|(name, _)| *name == service).map(|(_, mark)| *mark)
}

fn among(table: &[(&str, &[&str])], service: &str, name: &str) -> bool {
    table.iter().any(|(of, names)| *of == service && names.contains(&name))
}
