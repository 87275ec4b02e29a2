//! Every SQS call decodes into its type, in all its spellings, only through the guards.

use chrono::Utc;
use trailhook::calls::sqs::*;
use trailhook::{ApiCall, Arn, Call, FailedCalls, FromRecord, Guards, Part, Replayed, ShapeError, admit, decode};
use trailhook_tests::{events, root, say};

fn typed<C: ApiCall>(file: &str) -> Result<Call<C>, ShapeError> {
    let bytes = std::fs::read(root().join("events/sqs").join(file)).unwrap();
    let envelope = decode(&bytes).unwrap();
    let region = envelope.detail.aws_region.text().unwrap().to_owned();
    let account = envelope.account.clone().unwrap();
    let mut guards = Guards::of::<Call<C>>(account, region, "/nobody/".parse().unwrap());
    guards.replayed = Replayed::Act;
    guards.failed_calls = FailedCalls::Admit;
    guards.max_age = None;
    Call::from_record(admit(envelope, &guards, Utc::now()).unwrap_or_else(|refusal| panic!("{file}: {refusal}")))
}

fn request<C: ApiCall>(file: &str) -> C::RequestParameters {
    match typed::<C>(file).unwrap_or_else(|error| panic!("{file}: {error}")).request {
        Part::Known(request) => request,
        Part::Null => panic!("{file}: null"),
        Part::Omitted(_) => panic!("{file}: omitted"),
    }
}

#[test]
fn every_sample_of_every_call_has_its_shape() {
    let mut count = 0;
    for (file, _) in events("sqs").unwrap() {
        let shape = match file.split('.').next().unwrap() {
            "AddPermission" => typed::<AddPermission>(&file).map(drop),
            "CancelMessageMoveTask" => typed::<CancelMessageMoveTask>(&file).map(drop),
            "CreateQueue" => typed::<CreateQueue>(&file).map(drop),
            "DeleteQueue" => typed::<DeleteQueue>(&file).map(drop),
            "ListMessageMoveTasks" => typed::<ListMessageMoveTasks>(&file).map(drop),
            "PurgeQueue" => typed::<PurgeQueue>(&file).map(drop),
            "RemovePermission" => typed::<RemovePermission>(&file).map(drop),
            "SetQueueAttributes" => typed::<SetQueueAttributes>(&file).map(drop),
            "StartMessageMoveTask" => typed::<StartMessageMoveTask>(&file).map(drop),
            "TagQueue" => typed::<TagQueue>(&file).map(drop),
            "UntagQueue" => typed::<UntagQueue>(&file).map(drop),
            other => panic!("{other} is not declared"),
        };
        shape.unwrap_or_else(|error| panic!("{file}: {error}"));
        count += 1;
    }
    say(format!("{count} sample events of {} calls have their call's shape", MANAGEMENT_CALLS.len()));
}

#[test]
fn the_spellings_of_the_years_say_the_same() {
    for file in ["old-shape-2017", "old-shape-2019", "old-shape-2022", "query-protocol", "success", "console"] {
        let request = request::<CreateQueue>(&format!("CreateQueue.{file}.json"));
        assert!(!request.attributes.is_empty(), "{file}");
    }
    for file in ["old-shape-2019", "query-protocol", "success"] {
        assert!(!request::<CreateQueue>(&format!("CreateQueue.{file}.json")).tags.is_empty(), "{file}");
    }
    for file in ["success", "old-shape", "old-shape-capital", "camel-account-ids", "public"] {
        let request = request::<AddPermission>(&format!("AddPermission.{file}.json"));
        assert!(!request.account_ids.is_empty() && !request.actions.is_empty(), "{file}");
    }
    assert_eq!(request::<AddPermission>("AddPermission.public.json").account_ids, ["*"]);
    assert_eq!(
        request::<UntagQueue>("UntagQueue.success.json").tag_keys.len(),
        request::<UntagQueue>("UntagQueue.query-protocol.json").tag_keys.len()
    );
    assert!(!request::<TagQueue>("TagQueue.query-protocol.json").tags.is_empty());
    assert!(!request::<SetQueueAttributes>("SetQueueAttributes.old-shape.json").attributes.is_empty());
}

#[test]
fn null_and_omitted_parts_are_not_empty_ones() {
    assert!(matches!(typed::<CreateQueue>("CreateQueue.failed.json").unwrap().request, Part::Null));
    for file in ["CreateQueue.omitted.json", "CreateQueue.omitted-bool.json"] {
        match typed::<CreateQueue>(file).unwrap().request {
            Part::Omitted(note) => assert!(note.omitted.get().unwrap().is_set(), "{file}"),
            other => panic!("{file}: {other:?}"),
        }
    }
}

#[test]
fn the_arn_built_from_a_url_is_the_one_that_the_record_names() {
    let mut compared = 0;
    for (file, _) in events("sqs").unwrap().iter().filter(|(file, _)| file.starts_with("CreateQueue.")) {
        let call = typed::<CreateQueue>(file).unwrap();
        let Some(response) = call.response.known() else { continue };
        let built = response.queue_url.arn(call.record.aws_region.text().unwrap());
        let named = call.record.resources.get().and_then(|resources| resources.first()?.arn());
        if let Some(named) = named {
            assert_eq!(built, named.parse::<Arn>().unwrap(), "{file}");
            compared += 1;
        }
    }
    assert!(compared > 15, "only {compared} records name their queue");
}
