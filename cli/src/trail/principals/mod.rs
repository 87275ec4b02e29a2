//! Who is behind an access key id.
//!
//! The local stage checks no signature, so the access key id alone says who calls: `alice`, `root`,
//! a key of the `--principals` file. A key that nobody knows is an IAM user named after it, so that
//! `AWS_ACCESS_KEY_ID=carol` works without a file. Functions have the key that the stage gives them,
//! `test-<logical id>`, and are sessions of their own role in the template: what they do comes back
//! as events under that role's path, which is what the own-call guard looks at.

mod built_in;
mod error;
mod file;
mod identity;

pub use error::{PrincipalsError, PrincipalsProblem};

use crate::template::{Stack, TemplateError};
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;
use std::path::Path;
use trailhook::{Actor, UserIdentity};

/// People, roles and functions, by access key id.
#[derive(Clone, Debug)]
pub struct Principals {
    account: String,
    region: String,
    /// When their sessions began.
    since: DateTime<Utc>,
    by_key: BTreeMap<String, Principal>,
}

/// Who makes a call, as a record says it.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The record's `userIdentity`.
    pub identity: UserIdentity,
    /// The service that calls on their behalf, as `cloudformation.amazonaws.com`: the record has it
    /// for source address and user agent too.
    pub through: Option<String>,
    /// Where they call from, where that is not to be the client's real address.
    pub address: Option<String>,
    /// Whether they are signed in to the console.
    pub console: bool,
}

/// Someone, and how they came by their credentials.
#[derive(Clone, Debug)]
struct Principal {
    who: Who,
    /// Their account, where it is another one.
    account: Option<String>,
    /// Whether they signed in with a second factor, where the session says so.
    mfa: Option<bool>,
    through: Option<String>,
    address: Option<String>,
    console: bool,
}

#[derive(Clone, Debug)]
enum Who {
    Root,
    /// An IAM user, its path before the name.
    User(String),
    /// A session of a role.
    Role {
        /// The path before the name, `/` at its begin.
        role: String,
        session: String,
        /// An OpenID Connect provider's host.
        web_identity: Option<String>,
        source_identity: Option<String>,
    },
    /// A session of IAM Identity Center.
    Sso {
        permission_set: String,
        person: String,
    },
    /// A function, under its role.
    Function {
        role_arn: String,
        name: String,
        arn: String,
    },
    /// An AWS service, for itself.
    Service(String),
    /// A `userIdentity` as it is.
    Identity(Box<UserIdentity>),
}

impl Principals {
    /// The built-in ones, in this account: `root`, `alice` and `bob` (IAM users), `alice-sso` (an
    /// Identity Center session), `ci` (a pipeline's role, by OpenID Connect). Their sessions began
    /// at `since`.
    pub fn built_in(account: impl Into<String>, region: impl Into<String>, since: DateTime<Utc>) -> Principals {
        let by_key = built_in::people().into_iter().map(|(key, principal)| (key.to_owned(), principal)).collect();
        Principals { account: account.into(), region: region.into(), since, by_key }
    }

    /// Adds the functions of a stack, each under its role.
    ///
    /// # Errors
    /// The functions, or their roles, can't be resolved.
    pub fn with_functions(mut self, stack: &Stack) -> Result<Principals, TemplateError> {
        for function in stack.functions()? {
            let principal = built_in::function(&function, stack)?;
            self.by_key.insert(format!("test-{}", function.logical_id), principal);
        }
        Ok(self)
    }

    /// Adds those of a file, in the place of the ones that have the same key.
    ///
    /// # Errors
    /// The file can't be read, or something in it is not understood.
    pub fn with_file(self, file: &Path) -> Result<Principals, PrincipalsError> {
        let text =
            std::fs::read_to_string(file).map_err(|source| PrincipalsError::Read { file: file.to_owned(), source })?;
        self.with_text(&text, file)
    }

    /// The same, from the file's text; the file is for the errors.
    ///
    /// ```
    /// use trailhook_cli::trail::Principals;
    ///
    /// let built_in = Principals::built_in("111122223333", "eu-west-1", "2026-11-02T09:00:00Z".parse()?);
    /// let file = "carol-key: {role: /people/Developer, session: carol}";
    /// let principals = built_in.clone().with_text(file, "people.yaml")?;
    /// let carol = principals.caller("carol-key").identity;
    /// assert_eq!(carol.session_issuer().unwrap().arn.text(), Some("arn:aws:iam::111122223333:role/people/Developer"));
    ///
    /// let error = built_in.with_text("carol-key: {role: Developer, mfa: maybe}", "people.yaml").unwrap_err();
    /// assert_eq!(error.to_string(), "people.yaml: carol-key.mfa: expected true or false");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Something in it is not understood.
    pub fn with_text(mut self, text: &str, file: impl AsRef<Path>) -> Result<Principals, PrincipalsError> {
        self.by_key.extend(file::read(text, file.as_ref())?);
        Ok(self)
    }

    /// The access key ids that are known, and who each is, in a few words.
    pub fn known(&self) -> impl Iterator<Item = (&str, String)> {
        let who = |key: &str| Actor::of(&self.caller(key).identity).to_string();
        self.by_key.keys().map(move |key| (key.as_str(), who(key)))
    }

    /// Who this key is: someone known, or an IAM user of this name.
    pub fn caller(&self, access_key_id: &str) -> Caller {
        let unknown;
        let principal = match self.by_key.get(access_key_id) {
            Some(principal) => principal,
            None => {
                unknown = Principal::of(Who::User(access_key_id.to_owned()));
                &unknown
            }
        };
        Caller {
            identity: self.identity(principal, access_key_id),
            through: principal.through.clone(),
            address: principal.address.clone(),
            console: principal.console,
        }
    }
}

impl Principal {
    fn of(who: Who) -> Principal {
        Principal { who, account: None, mfa: None, through: None, address: None, console: false }
    }
}
