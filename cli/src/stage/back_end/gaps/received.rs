//! Messages that were received and are there again.
//!
//! SQS counts a message as one that can be received only until it is received for the first time, so a queue whose
//! messages were looked at seems to be empty; and it hides what is received for no time at all as long as the queue's
//! own attribute says. What is not known here: a message that SQS moves to a dead-letter queue while a call takes as
//! many as it asked for is counted in its old queue until a call takes fewer, or the message itself is received there.

use crate::stage::endpoint::json_request;
use crate::stage::front_door::Scope;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use winterbaume_core::{MockRequest, MockResponse, MockService};
use winterbaume_sqs::SqsService;

/// How many messages a call takes that doesn't say.
const ONE: u64 = 1;

/// Each message that was received and is not deleted, by Region and name of its queue.
#[derive(Debug, Default)]
pub(in crate::stage) struct Received(Mutex<HashMap<Place, BTreeMap<String, Message>>>);

type Place = (String, String);

#[derive(Debug)]
struct Message {
    receipts: Vec<String>,
    hidden_until: Instant,
}

impl Received {
    /// Learns from a call that went well. The answer to `GetQueueAttributes` counts what is there again.
    pub(in crate::stage) async fn after(
        &self,
        sqs: &SqsService,
        (action, region): (&str, &str),
        request: &[u8],
        mut answer: MockResponse,
    ) -> MockResponse {
        let asked: Value = serde_json::from_slice(request).unwrap_or_default();
        let told: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let name = |url: &Value| url.as_str().unwrap_or_default().rsplit('/').next().unwrap_or_default().to_owned();
        let place = (region.to_owned(), name(asked.get("QueueUrl").unwrap_or(&Value::Null)));
        match action {
            "ReceiveMessage" => {
                let seconds = match asked.get("VisibilityTimeout").and_then(Value::as_u64) {
                    Some(0) => {
                        give_back(sqs, region, &asked, &told).await;
                        0
                    }
                    Some(seconds) => seconds,
                    None => timeout_of(sqs, region, &asked).await,
                };
                let most = asked.get("MaxNumberOfMessages").and_then(Value::as_u64).unwrap_or(ONE);
                self.received(place, &told, Duration::from_secs(seconds), most);
            }
            "ChangeMessageVisibility" => self.hidden(&place, &asked),
            "ChangeMessageVisibilityBatch" => {
                entries(&asked, &told).for_each(|entry| self.hidden(&place, entry));
            }
            "DeleteMessage" => self.gone(&place, &asked),
            "DeleteMessageBatch" => entries(&asked, &told).for_each(|entry| self.gone(&place, entry)),
            "PurgeQueue" | "DeleteQueue" => {
                self.all().remove(&place);
            }
            "GetQueueAttributes" => answer = self.counted(&place, told, answer),
            _ => {}
        }
        answer
    }

    /// Forgets a queue that another takes the place of.
    pub(in crate::stage) fn forget(&self, region: &str, name: &str) {
        self.all().remove(&(region.to_owned(), name.to_owned()));
    }

    fn received(&self, place: Place, told: &Value, hidden: Duration, most: u64) {
        let hidden_until = Instant::now() + hidden;
        let messages = told.get("Messages").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let text = |message: &Value, name: &str| Some(message.get(name)?.as_str()?.to_owned());
        let mut all = self.all();
        for message in messages {
            let (Some(id), Some(receipt)) = (text(message, "MessageId"), text(message, "ReceiptHandle")) else {
                continue;
            };
            // It may have come here from a queue that had it too often.
            all.iter_mut().filter(|(other, _)| **other != place).for_each(|(_, had)| {
                had.remove(&id);
            });
            let had = all.entry(place.clone()).or_default().entry(id);
            let message = had.or_insert_with(|| Message { receipts: Vec::new(), hidden_until });
            message.hidden_until = hidden_until;
            message.receipts.push(receipt);
        }
        // Who takes fewer than he may has seen all: what was not given is no longer here.
        if (messages.len() as u64) < most
            && let Some(here) = all.get_mut(&place)
        {
            here.retain(|_, message| message.hidden_until > Instant::now() || message.hidden_until == hidden_until);
        }
    }

    fn hidden(&self, place: &Place, entry: &Value) {
        let seconds = entry.get("VisibilityTimeout").and_then(Value::as_u64).unwrap_or_default();
        let mut all = self.all();
        let message = all.get_mut(place).into_iter().flat_map(BTreeMap::values_mut).find(|one| has(one, entry));
        if let Some(message) = message {
            message.hidden_until = Instant::now() + Duration::from_secs(seconds);
        }
    }

    fn gone(&self, place: &Place, entry: &Value) {
        if let Some(here) = self.all().get_mut(place) {
            here.retain(|_, message| !has(message, entry));
        }
    }

    fn counted(&self, place: &Place, mut told: Value, mut answer: MockResponse) -> MockResponse {
        let now = Instant::now();
        let again = self.all().get(place).into_iter().flatten().filter(|(_, one)| one.hidden_until <= now).count();
        let number = told.pointer_mut("/Attributes/ApproximateNumberOfMessages");
        if let Some(number) = number
            && let Some(new) = number.as_str().and_then(|number| number.parse::<usize>().ok())
        {
            *number = json!((new + again).to_string());
            answer.body = told.to_string().into();
        }
        answer
    }

    fn all(&self) -> MutexGuard<'_, HashMap<Place, BTreeMap<String, Message>>> {
        // Each change is whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn has(message: &Message, entry: &Value) -> bool {
    let receipt = entry.get("ReceiptHandle").and_then(Value::as_str);
    receipt.is_some_and(|receipt| message.receipts.iter().any(|one| one == receipt))
}

/// The entries of a batch that went well.
fn entries<'a>(asked: &'a Value, told: &'a Value) -> impl Iterator<Item = &'a Value> {
    let list = |of: &'a Value, name: &str| of.get(name).and_then(Value::as_array).into_iter().flatten();
    let well: Vec<&Value> = list(told, "Successful").filter_map(|entry| entry.get("Id")).collect();
    list(asked, "Entries").filter(move |entry| entry.get("Id").is_some_and(|id| well.contains(&id)))
}

/// Lets what was received for no time be received again.
async fn give_back(sqs: &SqsService, region: &str, asked: &Value, told: &Value) {
    for message in told.get("Messages").and_then(Value::as_array).into_iter().flatten() {
        let (url, receipt) = (asked.get("QueueUrl"), message.get("ReceiptHandle"));
        let body = json!({ "QueueUrl": url, "ReceiptHandle": receipt, "VisibilityTimeout": 0 });
        call(sqs, region, "ChangeMessageVisibility", &body).await;
    }
}

/// How long the queue hides what is received, in seconds.
async fn timeout_of(sqs: &SqsService, region: &str, asked: &Value) -> u64 {
    let body = json!({ "QueueUrl": asked.get("QueueUrl"), "AttributeNames": ["VisibilityTimeout"] });
    let told = call(sqs, region, "GetQueueAttributes", &body).await;
    let seconds = told.pointer("/Attributes/VisibilityTimeout").and_then(Value::as_str);
    seconds.and_then(|seconds| seconds.parse().ok()).unwrap_or(30)
}

async fn call(sqs: &SqsService, region: &str, action: &str, body: &Value) -> Value {
    let (head, body) = json_request(&Scope::new("stage", region, "sqs"), action, body).into_parts();
    let uri = super::uri("sqs", region, "/");
    let asked = MockRequest { method: "POST".to_owned(), uri, headers: head.headers, body };
    // Of a queue that is gone meanwhile nothing is told.
    serde_json::from_slice(&sqs.handle(asked).await.body).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use crate::stage::back_end::services::Services;
    use crate::stage::endpoint::json_request;
    use crate::stage::front_door::Scope;
    use serde_json::{Value, json};

    const URL: &str = "https://sqs.eu-west-1.amazonaws.com/111122223333/";

    async fn call(services: &Services, action: &str, queue: &str, more: Value) -> Value {
        let scope = Scope::new("alice", "eu-west-1", "sqs");
        let mut body = json!({ "QueueUrl": format!("{URL}{queue}") });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let answer = services.call(&scope, &json_request(&scope, action, &body)).await.unwrap();
        assert_eq!(answer.status(), 200, "{action}: {answer:?}");
        serde_json::from_slice(answer.body()).unwrap_or_default()
    }

    async fn with(services: &Services, queue: &str, attributes: Value, messages: usize) {
        call(services, "CreateQueue", queue, json!({"QueueName": queue, "Attributes": attributes})).await;
        for number in 0..messages {
            call(services, "SendMessage", queue, json!({"MessageBody": number.to_string()})).await;
        }
    }

    /// How many can be received, and how many are hidden.
    async fn counts(services: &Services, queue: &str) -> (String, String) {
        let told = call(services, "GetQueueAttributes", queue, json!({"AttributeNames": ["All"]})).await;
        let number = |name: &str| told["Attributes"][name].as_str().unwrap().to_owned();
        (number("ApproximateNumberOfMessages"), number("ApproximateNumberOfMessagesNotVisible"))
    }

    async fn take(services: &Services, queue: &str, more: Value) -> Vec<Value> {
        let told = call(services, "ReceiveMessage", queue, more).await;
        told["Messages"].as_array().cloned().unwrap_or_default()
    }

    fn are(counts: (String, String), visible: &str, hidden: &str) {
        assert_eq!((counts.0.as_str(), counts.1.as_str()), (visible, hidden));
    }

    #[tokio::test]
    async fn what_was_received_and_given_back_is_counted_until_it_is_deleted() {
        let services = Services::default();
        with(&services, "q", json!({}), 3).await;
        are(counts(&services, "q").await, "3", "0");
        let taken = take(&services, "q", json!({"MaxNumberOfMessages": 10})).await;
        are(counts(&services, "q").await, "0", "3");
        let back: Vec<Value> = (taken.iter().zip(0..))
            .map(|(one, id)| json!({"Id": id.to_string(), "ReceiptHandle": one["ReceiptHandle"], "VisibilityTimeout": 0}))
            .collect();
        call(&services, "ChangeMessageVisibilityBatch", "q", json!({"Entries": back})).await;
        are(counts(&services, "q").await, "3", "0");
        call(&services, "DeleteMessage", "q", json!({"ReceiptHandle": taken[0]["ReceiptHandle"]})).await;
        let one = json!({"Id": "a", "ReceiptHandle": taken[1]["ReceiptHandle"]});
        call(&services, "DeleteMessageBatch", "q", json!({"Entries": [one]})).await;
        are(counts(&services, "q").await, "1", "0");
        call(&services, "PurgeQueue", "q", json!({})).await;
        are(counts(&services, "q").await, "0", "0");
    }

    #[tokio::test]
    async fn what_is_received_for_no_time_is_there_at_once() {
        let services = Services::default();
        with(&services, "q", json!({}), 2).await;
        for _ in 0..3 {
            let taken = take(&services, "q", json!({"MaxNumberOfMessages": 10, "VisibilityTimeout": 0})).await;
            assert_eq!(taken.len(), 2);
            are(counts(&services, "q").await, "2", "0");
        }
        // The queue's own time counts where the call says none.
        take(&services, "q", json!({})).await;
        are(counts(&services, "q").await, "1", "1");
        with(&services, "none", json!({"VisibilityTimeout": "0"}), 1).await;
        assert_eq!(take(&services, "none", json!({})).await.len(), 1);
        are(counts(&services, "none").await, "1", "0");
    }

    #[tokio::test]
    async fn what_went_to_the_dead_letter_queue_is_counted_there() {
        let services = Services::default();
        with(&services, "dead", json!({}), 0).await;
        let attributes = json!({"AttributeNames": ["QueueArn"]});
        let told = call(&services, "GetQueueAttributes", "dead", attributes).await;
        let redrive = json!({"deadLetterTargetArn": told["Attributes"]["QueueArn"], "maxReceiveCount": 1}).to_string();
        with(&services, "q", json!({"RedrivePolicy": redrive}), 1).await;
        for _ in 0..2 {
            take(&services, "q", json!({"VisibilityTimeout": 0})).await;
        }
        are(counts(&services, "q").await, "0", "0");
        are(counts(&services, "dead").await, "1", "0");
        take(&services, "dead", json!({"VisibilityTimeout": 0})).await;
        are(counts(&services, "dead").await, "1", "0");
    }
}
