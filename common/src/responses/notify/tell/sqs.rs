//! Queues.

use super::{Deed, critical, everyone_or, info, list, made_with, notice, shown, tell, warning, with_policy};
use crate::calls::TextMap;
use crate::calls::sqs::{
    AddPermission, CancelMessageMoveTask, CreateQueue, DeleteQueue, ListMessageMoveTasks, PurgeQueue, RemovePermission,
    SetQueueAttributes, StartMessageMoveTask, TagQueue, UntagQueue,
};

tell! {
    CreateQueue => |done| {
        let policy = done.request.and_then(|request| policy(&request.attributes));
        made_with(&done.thing, policy, done.account)
    };
    DeleteQueue => |done| notice(format!("deleted {}", done.thing));
    PurgeQueue => |done| warning(format!("deleted all messages of {}", done.thing));
    SetQueueAttributes => |done| set(&done.thing, &done.request?.attributes, done.account);
    AddPermission => |done| {
        let request = done.request?;
        let all = accounts(request).any(|id| id == "*");
        let whom = if all { everyone_or("*") } else { list(accounts(request)) };
        let what = if actions(request).any(|action| action == "*") { "everything".to_owned() } else { list(actions(request)) };
        let did = format!("let {whom} do {what} on {}", done.thing);
        let own = accounts(request).all(|id| id == done.account);
        if all { critical(did) } else if own { notice(did) } else { warning(did) }
    };
    RemovePermission => |done| notice(format!("took permission {} from {}", shown(&done.request?.label), done.thing));
    TagQueue => |done| info(format!("tagged {} with {}", done.thing, list(keys(&done.request?.tags))));
    UntagQueue => |done| {
        let keys = done.request?.tag_keys.iter().map(String::as_str);
        info(format!("took tags {} from {}", list(keys), done.thing))
    };
    StartMessageMoveTask => |done| notice(format!("began to move the messages of {}", done.thing));
    CancelMessageMoveTask => |_done| notice("stopped a move of messages between queues");
    ListMessageMoveTasks => |done| info(format!("looked at the moves of messages of {}", done.thing));
}

fn keys(map: &TextMap) -> impl Iterator<Item = &str> {
    map.keys().map(String::as_str)
}

fn accounts(request: &crate::calls::sqs::AddPermissionRequest) -> impl Iterator<Item = &str> {
    request.account_ids.iter().map(String::as_str)
}

fn actions(request: &crate::calls::sqs::AddPermissionRequest) -> impl Iterator<Item = &str> {
    request.actions.iter().map(String::as_str)
}

fn policy(attributes: &TextMap) -> Option<&str> {
    attributes.get("Policy").map(String::as_str).filter(|policy| !policy.is_empty())
}

fn set(queue: &str, attributes: &TextMap, account: &str) -> Option<Deed> {
    let did = format!("set {} of {queue}", list(keys(attributes)));
    match (policy(attributes), attributes.contains_key("Policy")) {
        (Some(policy), _) => with_policy(&did, policy, account),
        (None, true) => notice(did),
        (None, false) => info(did),
    }
}
