//! Who made a call, as far as the guards go by it.
//!
//! Kept with the call, so that whoever undoes another one can ask the guards about this one too. It keeps
//! what they look at, in the form in which it came, and nothing of the session.

use crate::{Record, UserIdentity};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What the guards look at.
const MEMBERS: [&str; 6] = ["type", "principalId", "arn", "accountId", "invokedBy", "sessionContext"];

/// Who made a call.
///
/// ```
/// use trailhook::{Record, history::Caller};
///
/// let record: Record = serde_json::from_str(r#"{"userIdentity": {"type": "Root", "accessKeyId": "AKIA"}}"#)?;
/// let caller = Caller::of(&record).unwrap();
/// assert_eq!(serde_json::to_string(&caller)?, r#"{"type":"Root"}"#);
/// assert_eq!(caller.identity().unwrap().type_name.text(), Some("Root"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Caller(Map<String, Value>);

impl Caller {
    /// The caller of a record, if it names one.
    pub fn of(record: &Record) -> Option<Caller> {
        let Ok(Value::Object(mut members)) = serde_json::to_value(record.user_identity.get()?) else {
            return None;
        };
        members.retain(|name, _| MEMBERS.contains(&name.as_str()));
        if let Some(Value::Object(context)) = members.get_mut("sessionContext") {
            context.retain(|name, _| name == "sessionIssuer");
        }
        Some(Caller(members))
    }

    /// The identity, as a record has it.
    pub fn identity(&self) -> Option<UserIdentity> {
        // By its text, as any record is read: parts of it are kept as they came.
        serde_json::from_str(&Value::Object(self.0.clone()).to_string()).ok()
    }
}
