//! The template's resources on the services in the process, with no rule at work: the test itself hands
//! the functions their events.

use crate::functions::{binaries, environment};
use crate::root;
use crate::stage::configuration;
use aws_config::SdkConfig;
use aws_sdk_sqs::types::QueueAttributeName;
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{Error, Result};
use std::sync::atomic::{AtomicUsize, Ordering};
use trailhook_cli::stage::{Binaries, Function, FunctionSettings, Live, LiveSettings};
use trailhook_cli::template::{Deployment, Stack, Template};

/// The template's resources.
pub struct World {
    stack: Stack,
    /// The stage that they are on; it does nothing by itself while nobody waits for what is next.
    pub live: Live,
    /// What clients are made from.
    pub aws: SdkConfig,
    /// A client of SQS.
    pub sqs: aws_sdk_sqs::Client,
    /// A queue that gets what is published to the template's topic.
    pub inbox: String,
}

impl World {
    /// The template with these parameters.
    pub async fn new(parameters: &[(&str, &str)]) -> Result<World> {
        let template = Template::read(&root().join("template.yaml")).map_err(Error::other)?;
        let parameters = parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let deployment = Deployment { parameters, ..Deployment::default() };
        let stack = template.deploy(deployment).map_err(Error::other)?;
        let binaries = Binaries::Ready(binaries()?);
        let live = Live::set(&stack, &binaries, &LiveSettings::default()).await.map_err(Error::other)?;
        let aws = configuration(live.endpoint_url(), "ci");
        let sqs = aws_sdk_sqs::Client::new(&aws);
        let topic = stack.topics().map_err(Error::other)?.remove(0);
        live.door().subscribe(&topic, "inbox").await.map_err(Error::other)?;
        let inbox = sqs.get_queue_url().queue_name("inbox").send().await.map_err(Error::other)?;
        let inbox = inbox.queue_url.unwrap_or_default();
        Ok(World { stack, live, aws, sqs, inbox })
    }

    /// The template's table.
    pub fn table(&self) -> Result<String> {
        Ok(self.stack.tables().map_err(Error::other)?.remove(0).name)
    }

    /// Starts a function as the template has it, which calls AWS at this endpoint, with these variables
    /// besides.
    pub async fn start(&self, binary: &str, endpoint: &str, variables: &[(&str, &str)]) -> Result<Function> {
        self.start_with(binary, endpoint, variables, |settings| settings).await
    }

    /// The same, with other settings of Lambda's.
    pub async fn start_with(
        &self,
        binary: &str,
        endpoint: &str,
        variables: &[(&str, &str)],
        with: impl FnOnce(FunctionSettings) -> FunctionSettings,
    ) -> Result<Function> {
        let functions = self.stack.functions().map_err(Error::other)?;
        let function = functions.into_iter().find(|function| function.binary == binary);
        let function = function.ok_or_else(|| Error::other(format!("the template has no {binary}")))?;
        // Nothing of the tests' own: what the template says is what is tried.
        let mut all: BTreeMap<String, String> =
            environment(endpoint).into_iter().filter(|(name, _)| !name.starts_with("TRAILHOOK_")).collect();
        all.extend(function.variables);
        all.extend(variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let settings = FunctionSettings::new(binaries()?.join(binary), all);
        Function::start(with(settings)).await.map_err(Error::other)
    }

    /// Makes a queue, and the event of its creation.
    pub async fn queue(&self, name: &str) -> Result<Value> {
        let made = self.sqs.create_queue().queue_name(name).send().await.map_err(Error::other)?;
        let url = made.queue_url.unwrap_or_default();
        let look = self.sqs.get_queue_attributes().queue_url(url).attribute_names(QueueAttributeName::All);
        let live = look.send().await.map_err(Error::other)?.attributes.unwrap_or_default();
        let created = live.get(&QueueAttributeName::CreatedTimestamp).and_then(|time| time.parse::<f64>().ok());
        let created = created.and_then(|time| DateTime::from_timestamp(time as i64, 0));
        event(name, created.ok_or_else(|| Error::other("the queue has no CreatedTimestamp"))?)
    }

    /// The names of the queues that begin so.
    pub async fn queues(&self, prefix: &str) -> Result<Vec<String>> {
        let found = self.sqs.list_queues().queue_name_prefix(prefix).send().await.map_err(Error::other)?;
        let urls = found.queue_urls.unwrap_or_default();
        Ok(urls.iter().filter_map(|url| Some(url.rsplit_once('/')?.1.to_owned())).collect())
    }

    /// What has been published: each message's subject, in the order in which they come.
    pub async fn published(&self) -> Result<Vec<String>> {
        let mut subjects = Vec::new();
        loop {
            let request = self.sqs.receive_message().queue_url(&self.inbox).max_number_of_messages(10);
            let messages = request.send().await.map_err(Error::other)?.messages.unwrap_or_default();
            if messages.is_empty() {
                return Ok(subjects);
            }
            for message in messages {
                let body: Value = serde_json::from_str(message.body().unwrap_or_default())?;
                subjects.push(body.get("Subject").and_then(Value::as_str).unwrap_or_default().to_owned());
                let handle = message.receipt_handle.unwrap_or_default();
                let done = self.sqs.delete_message().queue_url(&self.inbox).receipt_handle(handle).send().await;
                done.map_err(Error::other)?;
            }
        }
    }
}

/// The event of a queue's creation at this time, with an id of its own.
pub fn event(name: &str, time: DateTime<Utc>) -> Result<Value> {
    static MADE: AtomicUsize = AtomicUsize::new(0);
    let mut event: Value =
        serde_json::from_slice(&std::fs::read(root().join("events/sqs/CreateQueue.iam-user.json"))?)?;
    let id = format!("5afe7e57-0000-4000-8000-{:012}", MADE.fetch_add(1, Ordering::Relaxed));
    let time = Value::from(time.to_rfc3339_opts(SecondsFormat::Secs, true));
    let arn = format!("arn:aws:sqs:eu-west-1:111122223333:{name}");
    let url = format!("https://sqs.eu-west-1.amazonaws.com/111122223333/{name}");
    let changes = [
        ("/time", time.clone()),
        ("/detail/eventTime", time),
        ("/detail/eventID", Value::from(id)),
        ("/detail/requestParameters", json!({ "queueName": name })),
        ("/detail/responseElements", json!({ "queueUrl": url })),
        ("/detail/resources/0/ARN", Value::from(arn)),
    ];
    for (pointer, value) in changes {
        if let Some(place) = event.pointer_mut(pointer) {
            *place = value;
        }
    }
    Ok(event)
}
