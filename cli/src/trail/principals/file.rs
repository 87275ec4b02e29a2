//! The file of principals: YAML or JSON, a map from access key ids.
//!
//! One field says who it is (`root`, `user`, `role`, `sso`, `service`, or `identity` for a
//! `userIdentity` as it is), others say more. `docs/local-stage.md` has the whole of it, and an
//! example that a test reads. What is misspelt is refused, with the key and the field: a principal
//! that silently is someone else makes a guard look right that is wrong.

use super::error::{PrincipalsError, PrincipalsProblem as Problem};
use super::{Principal, Who};
use crate::template::parse_yaml;
use serde_json::{Map, Value};
use std::path::Path;

/// What says who it is, and which other fields go with it.
const KINDS: [(&str, &[&str]); 6] = [
    ("root", &["account", "address", "console", "mfa", "through"]),
    ("user", &["account", "address", "console", "mfa", "through"]),
    ("role", &["account", "address", "console", "mfa", "session", "source-identity", "through", "web-identity"]),
    ("sso", &["account", "address", "console", "person", "through"]),
    ("service", &["address"]),
    ("identity", &["address", "console"]),
];

/// A principal's fields.
struct Fields<'a> {
    members: &'a Map<String, Value>,
}

/// The principals of a file, by access key id.
pub(super) fn read(text: &str, file: &Path) -> Result<Vec<(String, Principal)>, PrincipalsError> {
    let owned = || file.to_owned();
    let root = if text.trim_start().starts_with('{') {
        // Flow style is YAML too, but JSON's own reader knows all of JSON's escapes.
        match serde_json::from_str(text) {
            Ok(root) => root,
            Err(json) => parse_yaml(text).map_err(|_| PrincipalsError::Json { file: owned(), source: json })?,
        }
    } else {
        parse_yaml(text).map_err(|source| PrincipalsError::Yaml { file: owned(), source })?
    };
    let Value::Object(principals) = root else { return Err(PrincipalsError::NoMap { file: owned() }) };
    let each = principals.into_iter().map(|(key, value)| match principal(&value, &key) {
        Ok(principal) => Ok((key, principal)),
        Err((field, problem)) => {
            let place = if field.is_empty() { key } else { format!("{key}.{field}") };
            Err(PrincipalsError::Principal { file: owned(), place, problem })
        }
    });
    each.collect()
}

/// A principal, or the field and what is wrong with it.
fn principal(value: &Value, key: &str) -> Result<Principal, (String, Problem)> {
    let whole = |problem| (String::new(), problem);
    let members = value.as_object().ok_or_else(|| whole(Problem::Expected("a map, as in `{user: carol}`")))?;
    let kinds: Vec<&(&str, &[&str])> = KINDS.iter().filter(|(kind, _)| members.contains_key(*kind)).collect();
    let (kind, others) = match kinds.as_slice() {
        [] => return Err(whole(Problem::Nobody(KINDS.map(|(kind, _)| kind).join(", ")))),
        [kind] => **kind,
        [first, second, ..] => return Err(whole(Problem::Both(first.0, second.0))),
    };
    if let Some(unknown) = members.keys().find(|name| *name != kind && !others.contains(&name.as_str())) {
        return Err((unknown.clone(), Problem::UnknownField { kind, fields: others.join(", ") }));
    }
    let fields = Fields { members };
    let who = who(kind, &fields, key)?;
    let account = fields.text("account")?;
    if account.as_ref().is_some_and(|account| !trailhook::is_account_id(account)) {
        return Err(("account".to_owned(), Problem::Expected("twelve digits, in quotes")));
    }
    Ok(Principal {
        account,
        mfa: fields.flag("mfa")?,
        through: fields.text("through")?,
        address: fields.text("address")?,
        console: fields.flag("console")?.unwrap_or_default(),
        who,
    })
}

fn who(kind: &str, fields: &Fields<'_>, key: &str) -> Result<Who, (String, Problem)> {
    let named = || fields.text(kind).map(Option::unwrap_or_default);
    Ok(match kind {
        "root" => match fields.flag("root")? {
            Some(true) => Who::Root,
            _ => return Err(("root".to_owned(), Problem::Expected("true"))),
        },
        "user" => Who::User(named()?),
        "role" => {
            let role = named()?;
            if role.starts_with("arn:") {
                let expected = "the role's path and name, as in /ci/Deploy; its account goes into account";
                return Err(("role".to_owned(), Problem::Expected(expected)));
            }
            Who::Role {
                role: format!("/{}", role.trim_start_matches('/')),
                session: fields.text("session")?.unwrap_or_else(|| key.to_owned()),
                web_identity: fields.text("web-identity")?,
                source_identity: fields.text("source-identity")?,
            }
        }
        "sso" => {
            let missing = || ("person".to_owned(), Problem::Missing("the person's user name in Identity Center"));
            Who::Sso { permission_set: named()?, person: fields.text("person")?.ok_or_else(missing)? }
        }
        "service" => Who::Service(named()?),
        _ => {
            let identity = fields.members.get("identity").cloned().unwrap_or_default();
            let expected = |_| ("identity".to_owned(), Problem::Expected("a userIdentity as it is in a record"));
            Who::Identity(Box::new(serde_json::from_value(identity).map_err(expected)?))
        }
    })
}

impl Fields<'_> {
    fn text(&self, name: &str) -> Result<Option<String>, (String, Problem)> {
        match self.members.get(name) {
            None => Ok(None),
            Some(Value::String(text)) if !text.is_empty() => Ok(Some(text.clone())),
            // An account without quotes, a name of digits.
            Some(Value::Number(number)) if name != "account" => Ok(Some(number.to_string())),
            Some(Value::Number(number)) if number.to_string().len() == 12 => Ok(Some(number.to_string())),
            Some(Value::Number(_)) => Err((name.to_owned(), Problem::Expected("twelve digits, in quotes"))),
            Some(_) => Err((name.to_owned(), Problem::Expected("a text"))),
        }
    }

    fn flag(&self, name: &str) -> Result<Option<bool>, (String, Problem)> {
        match self.members.get(name) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(_) => Err((name.to_owned(), Problem::Expected("true or false"))),
        }
    }
}
