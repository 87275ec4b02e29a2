//! `AddPermission`, `RemovePermission`.

use super::{Missing, Nothing};
use crate::QueueUrl;
use crate::calls::declare;
use serde::Deserialize;

declare! { "sqs.amazonaws.com"
    /// A statement was added to a queue's policy.
    AddPermission(AddPermissionRequest) -> Nothing,
        "queue" |request, _| Some(request?.queue_url.name().to_owned());
    /// A statement was taken out of a queue's policy.
    RemovePermission(RemovePermissionRequest) -> Nothing,
        "queue" |request, _| Some(request?.queue_url.name().to_owned());
}

/// What `AddPermission` was asked for.
///
/// ```
/// use trailhook::calls::sqs::AddPermissionRequest;
///
/// for spelling in ["aWSAccountIds", "AWSAccountIds", "awsAccountIds"] {
///     let json = format!(
///         r#"{{"queueUrl": "https://sqs.eu-west-1.amazonaws.com/111122223333/orders",
///             "label": "share", "actions": ["SendMessage"], "{spelling}": ["444455556666"]}}"#
///     );
///     let request: AddPermissionRequest = serde_json::from_str(&json)?;
///     assert_eq!(request.account_ids, ["444455556666"]);
/// }
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "Spellings")]
pub struct AddPermissionRequest {
    /// The queue's URL.
    pub queue_url: QueueUrl,
    /// The statement's id.
    pub label: String,
    /// Who is let in: account ids.
    pub account_ids: Vec<String>,
    /// To do what, as in `SendMessage` or `*`.
    pub actions: Vec<String>,
}

/// What `RemovePermission` was asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RemovePermissionRequest {
    /// The queue's URL.
    pub queue_url: QueueUrl,
    /// The statement's id.
    pub label: String,
}

/// `aWSAccountIds` in 2014 and 2019, `AWSAccountIds` in the user guide of 2018, `awsAccountIds` in
/// between. `actions` is `actionNames` in other services' records of the same call.
#[derive(Deserialize)]
struct Spellings {
    #[serde(rename = "queueUrl")]
    queue_url: QueueUrl,
    label: String,
    #[serde(rename = "aWSAccountIds")]
    of_2014: Option<Vec<String>>,
    #[serde(rename = "AWSAccountIds")]
    of_2018: Option<Vec<String>>,
    #[serde(rename = "awsAccountIds")]
    plain: Option<Vec<String>>,
    actions: Option<Vec<String>>,
    #[serde(rename = "actionNames")]
    action_names: Option<Vec<String>>,
}

impl TryFrom<Spellings> for AddPermissionRequest {
    type Error = Missing;

    fn try_from(spellings: Spellings) -> Result<Self, Missing> {
        let account_ids = spellings.of_2014.or(spellings.of_2018).or(spellings.plain);
        Ok(AddPermissionRequest {
            queue_url: spellings.queue_url,
            label: spellings.label,
            account_ids: account_ids.ok_or(Missing("aWSAccountIds"))?,
            actions: spellings.actions.or(spellings.action_names).ok_or(Missing("actions"))?,
        })
    }
}
