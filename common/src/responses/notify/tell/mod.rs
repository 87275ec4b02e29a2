//! What each declared call did, in words.
//!
//! A row for each call: the words that follow the caller's name, and how much they matter. A row sees the
//! typed parts of a call that succeeded; where it can't tell (a member is not there), it says nothing, and the
//! general sentence is used. A value of a caller's stands as it is only where it looks like a name, and in quotes
//! elsewhere: `x from 192.0.2.1` must not read like our own words.

mod compute;
mod data;
mod iam;
mod network;
mod s3;
mod sqs;
mod storage;
mod watch;

use super::severity::Severity;
use crate::calls::About;
use crate::responses::policy::{LetsIn, lets_in};
use crate::shown::one_line;
use crate::{Part, Record, WatchedCall};

/// The longest value in a sentence.
const LONGEST_VALUE: usize = 120;

/// The rows, by where they are.
const TELLERS: [&[Teller]; 8] = [
    compute::TELLERS,
    data::TELLERS,
    iam::TELLERS,
    network::TELLERS,
    s3::TELLERS,
    sqs::TELLERS,
    storage::TELLERS,
    watch::TELLERS,
];

/// What was done, as it follows the caller's name, and how much it matters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Deed {
    pub(super) did: String,
    /// What has to be said beside it, at the end of the sentence.
    pub(super) note: Option<String>,
    pub(super) severity: Severity,
}

/// What is known of a declared call.
#[derive(Clone, Debug)]
pub(super) struct Told {
    /// What kind of thing it is about.
    pub(super) kind: &'static str,
    /// Its id or name.
    pub(super) id: Option<String>,
    /// What was done; `None` for a call that failed, or whose parts don't say.
    pub(super) deed: Option<Deed>,
    /// Whether CloudTrail left a part out.
    pub(super) omitted: bool,
}

/// A call that succeeded, for a row.
struct Done<'a, C: About> {
    request: Option<&'a C::RequestParameters>,
    response: Option<&'a C::ResponseElements>,
    /// `queue orders`, or `a queue`.
    thing: String,
    account: &'a str,
}

/// A declared call that has words.
trait Tell: About {
    fn tell(done: &Done<'_, Self>) -> Option<Deed>
    where
        Self: Sized;
}

/// A row.
struct Teller {
    call: WatchedCall,
    tell: fn(&Record) -> Option<Told>,
}

impl Teller {
    const fn of<C: Tell>() -> Teller {
        Teller { call: WatchedCall::of::<C>(), tell: read::<C> }
    }
}

/// What a record's call did; `None` for a call that is not declared, or not in its declared shape.
pub(super) fn told(record: &Record) -> Option<Told> {
    (teller(record)?.tell)(record)
}

/// Whether the call is declared: then a record without its shape is odd.
pub(super) fn is_declared(record: &Record) -> bool {
    teller(record).is_some()
}

fn teller(record: &Record) -> Option<&'static Teller> {
    let (source, name) = (record.event_source.text()?, record.event_name.text()?);
    TELLERS.into_iter().flatten().find(|teller| teller.call.is(source, name))
}

fn read<C: Tell>(record: &Record) -> Option<Told> {
    // A shape that is not the declared one is no error here: the general sentence tells of any record.
    let request = Part::<C::RequestParameters>::of(&record.request_parameters, "detail.requestParameters").ok()?;
    let response = Part::<C::ResponseElements>::of(&record.response_elements, "detail.responseElements").ok()?;
    let id = C::about(request.known(), response.known());
    let omitted = matches!(request, Part::Omitted(_)) || matches!(response, Part::Omitted(_));
    let deed = if record.error_code.is_absent() && !omitted {
        let account = record.recipient_account_id.text().unwrap_or_default();
        let thing = thing(C::KIND, id.as_deref());
        C::tell(&Done { request: request.known(), response: response.known(), thing, account })
    } else {
        None
    };
    Some(Told { kind: C::KIND, id, deed, omitted })
}

/// `queue orders`, or `a queue` where its name is not known.
pub(super) fn thing(kind: &str, id: Option<&str>) -> String {
    match id {
        Some(id) => format!("{kind} {}", shown(id)),
        None if kind.starts_with(['a', 'e', 'i', 'o', 'E', 'I']) => format!("an {kind}"),
        None => format!("a {kind}"),
    }
}

/// A value of a caller's, in quotes unless it looks like a name.
pub(super) fn shown(value: &str) -> String {
    let line = one_line(value, LONGEST_VALUE);
    let plain = |character: char| character.is_ascii_alphanumeric() || "-_./:@+=#*".contains(character);
    if !line.is_empty() && line.chars().all(plain) { line } else { format!("\"{}\"", line.replace('"', "'")) }
}

/// A principal of a policy, or everyone.
fn everyone_or(principal: &str) -> String {
    if principal == "*" { "everyone".to_owned() } else { shown(principal) }
}

/// The first few values, and how many more there are.
fn list<'a>(values: impl IntoIterator<Item = &'a str>) -> String {
    const MOST: usize = 3;
    let values: Vec<&str> = values.into_iter().collect();
    let mut list = values.iter().take(MOST).map(|value| shown(value)).collect::<Vec<_>>().join(", ");
    if values.len() > MOST {
        list.push_str(&format!(" and {} more", values.len() - MOST));
    }
    list
}

impl Deed {
    fn noting(self, note: impl Into<String>) -> Deed {
        Deed { note: Some(note.into()), ..self }
    }
}

fn deed(severity: Severity, did: impl Into<String>) -> Option<Deed> {
    Some(Deed { did: did.into(), note: None, severity })
}

fn info(did: impl Into<String>) -> Option<Deed> {
    deed(Severity::Info, did)
}

fn notice(did: impl Into<String>) -> Option<Deed> {
    deed(Severity::Notice, did)
}

fn warning(did: impl Into<String>) -> Option<Deed> {
    deed(Severity::Warning, did)
}

fn critical(did: impl Into<String>) -> Option<Deed> {
    deed(Severity::Critical, did)
}

/// A deed with a policy: whom it lets in decides how much it matters, and is said beside it.
fn with_policy(did: &str, policy: &str, account: &str) -> Option<Deed> {
    match lets_in(policy, account) {
        LetsIn::Everyone => critical(did).map(|deed| deed.noting("everyone is let in")),
        LetsIn::Others(others) => {
            let others = list(others.iter().map(String::as_str));
            warning(did).map(|deed| deed.noting(format!("let in from other accounts: {others}")))
        }
        LetsIn::NobodyElse => notice(did),
        LetsIn::Unknown => warning(did).map(|deed| deed.noting("whom that lets in is not recorded")),
    }
}

/// A creation that may bring a policy. The console writes one of its own, so what lets nobody else in is
/// nothing to speak of.
fn made_with(thing: &str, policy: Option<&str>, account: &str) -> Option<Deed> {
    let made = format!("created {thing}");
    match policy.filter(|policy| !policy.is_empty()) {
        Some(policy) => with_policy(&made, policy, account).filter(|deed| deed.note.is_some()).or_else(|| info(made)),
        None => info(made),
    }
}

macro_rules! tell {
    ($($call:ty => |$done:ident| $deed:expr;)+) => {
        $(
            impl $crate::responses::notify::tell::Tell for $call {
                fn tell(
                    $done: &$crate::responses::notify::tell::Done<'_, Self>,
                ) -> Option<$crate::responses::notify::tell::Deed> {
                    $deed
                }
            }
        )+

        pub(super) const TELLERS: &[$crate::responses::notify::tell::Teller] =
            &[$($crate::responses::notify::tell::Teller::of::<$call>()),+];
    };
}
use tell;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calls::DECLARED;

    #[test]
    fn every_declared_call_has_its_words() {
        for declared in DECLARED.into_iter().flatten() {
            let rows = TELLERS.into_iter().flatten().filter(|teller| teller.call == declared.call);
            assert_eq!(rows.count(), 1, "{:?}", declared.call);
        }
    }

    #[test]
    fn what_a_caller_chose_does_not_read_like_our_words() {
        assert_eq!(thing("queue", Some("orders.fifo")), "queue orders.fifo");
        assert_eq!(thing("key pair", Some("x from 192.0.2.1")), "key pair \"x from 192.0.2.1\"");
        assert_eq!(shown("a\" b\n"), "\"a' b \"");
        assert_eq!(thing("image", None), "an image");
        assert_eq!(list(["a", "b", "c", "d", "e"]), "a, b, c and 2 more");
    }
}
