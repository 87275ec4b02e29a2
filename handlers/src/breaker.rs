//! The circuit breaker of a destructive response: asks the ledger for a place, and tells people when
//! there is none.

use crate::ApplyError;
use crate::aws::{Later, later};
use crate::ledger::{Ledger, Place, Slot};
use crate::logs::Log;
use aws_config::SdkConfig;
use aws_sdk_sns::Client;
use chrono::SecondsFormat;
use trailhook::{BreakerLimit, BreakerNotice, Reason};

/// The breaker of one response in one account.
#[derive(Debug)]
pub(crate) struct Breaker {
    response: &'static str,
    account: String,
    region: String,
    limit: BreakerLimit,
    /// Who is told when it opens; without one, the decision lines and the metric say it.
    topic: Option<(String, Later<Client>)>,
    log: Log,
}

/// Whether an action may be done.
#[derive(Debug)]
pub(crate) enum Permit {
    /// It may, and has its place.
    Given(Place),
    /// It may not.
    Open(Open),
}

/// The breaker is open.
#[derive(Debug)]
pub(crate) struct Open {
    pub(crate) reason: Reason,
    /// What became of the notice, where there is something to say of it.
    pub(crate) note: Option<String>,
}

impl Breaker {
    pub(crate) fn new(
        response: &'static str,
        account: &str,
        region: &str,
        limit: BreakerLimit,
        topic_arn: Option<String>,
        aws: &SdkConfig,
        log: &Log,
    ) -> Breaker {
        let topic = topic_arn.map(|arn| (arn, later(aws, Client::new)));
        Breaker { response, account: account.to_owned(), region: region.to_owned(), limit, topic, log: log.clone() }
    }

    /// A place for one action, or why there is none. `description` is what would be done.
    pub(crate) async fn ask(
        &self,
        ledger: &Ledger,
        description: &str,
        event_id: Option<&str>,
    ) -> Result<Permit, ApplyError> {
        let id = self.id();
        let until = match ledger.take_slot(&id, self.limit).await? {
            Slot::Taken(place) => return Ok(Permit::Given(place)),
            Slot::None { until } => until,
        };
        self.log.count("ActionsStopped", self.response);
        let message = format!(
            "the circuit breaker is open: {} are as many as {} may do; the next may be done at {}",
            self.limit,
            self.response,
            until.to_rfc3339_opts(SecondsFormat::Secs, true)
        );
        let notice = BreakerNotice {
            response: self.response,
            account: &self.account,
            region: &self.region,
            limit: self.limit,
            until,
            stopped: description,
            event_id,
        };
        let note = self.tell(ledger, &id, &notice).await;
        Ok(Permit::Open(Open { reason: Reason::new("breaker-open", message), note }))
    }

    /// Gives the place back of an action that was not done.
    pub(crate) async fn give_back(&self, ledger: &Ledger, place: &Place) -> Result<(), ApplyError> {
        ledger.give_back(&self.id(), place).await
    }

    fn id(&self) -> String {
        format!("breaker#{}#{}", self.response, self.account)
    }

    /// One notice for each window. That it can't be sent doesn't make the action happen: it is said.
    async fn tell(&self, ledger: &Ledger, id: &str, notice: &BreakerNotice<'_>) -> Option<String> {
        let (arn, sns) = self.topic.as_ref()?;
        match ledger.claim_notice(id, self.limit).await {
            Ok(true) => {}
            Ok(false) => return None,
            Err(error) => return Some(format!("nobody was told that the circuit breaker is open: {error}")),
        }
        let published = sns
            .publish()
            .topic_arn(arn)
            .subject(notice.subject())
            .message_structure("json")
            .message(notice.message().to_string())
            .send()
            .await;
        match published {
            Ok(_) => Some(match ledger.settle_notice(id, true).await {
                Ok(()) => "people were told that the circuit breaker is open".to_owned(),
                Err(error) => format!("people were told that the circuit breaker is open, and may be again: {error}"),
            }),
            Err(error) => {
                let error = ApplyError::of("sns:Publish", error);
                let again = match ledger.settle_notice(id, false).await {
                    Ok(()) => "the next one that is stopped tries again".to_owned(),
                    Err(error) => format!("one that is stopped in half a minute tries again ({error})"),
                };
                Some(format!("nobody was told that the circuit breaker is open: {error}; {again}"))
            }
        }
    }
}
