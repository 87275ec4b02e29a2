//! What the event of the try proves: that a trail tells of SQS's calls that change something in this Region, whoever may
//! not look at the trail. Of another service's calls it proves nothing.

use super::super::super::{Row, Seen, Verdict};
use super::hungry;
use super::records::Source;

/// Makes a note of what AWS did not tell of the trails, and of what is wrong with some, where the event answers all that is
/// open about them.
pub(in super::super) fn came(rows: &mut [Row], seen: &Seen) {
    if !rows.iter().any(|row| row.check == "event-log" && row.verdict == Verdict::Good) {
        return;
    }
    let is_proved = |source: &Source| *source == Source::Of(trailhook::calls::sqs::EVENT_SOURCE.to_owned());
    let open: Vec<Source> = hungry(seen).into_iter().filter(|source| !is_proved(source)).collect();
    for row in rows.iter_mut().filter(|row| row.check.starts_with("trail")) {
        match (open.first(), row.verdict) {
            (None, Verdict::Untold) => {
                row.verdict = Verdict::Note;
                row.seen = format!("the event came, so a trail records; which one is not told: {}", row.seen);
            }
            (None, Verdict::Bad) => {
                row.verdict = Verdict::Note;
                row.seen = format!("the event came, so it was a trail's, and not by what this says: {}", row.seen);
            }
            (_, Verdict::Good | Verdict::Note) | (Some(_), Verdict::Bad) => {}
            (Some(first), Verdict::Untold) => {
                row.seen =
                    format!("the event came, which says nothing of {}: {}", what(first, open.len() - 1), row.seen);
            }
        }
    }
}

fn what(source: &Source, more: usize) -> String {
    let more = if more == 0 { String::new() } else { format!(" (and {more} more)") };
    match source {
        Source::Of(source) => format!("the calls of {source}{more}"),
        Source::Unnamed { rule } => format!("the other calls that {rule} asks for{more}"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::super::{Selectors, Trail};
    use super::super::judge;
    use super::*;
    use crate::aws::{AwsError, Rule};
    use serde_json::json;

    fn rule(name: &str, source: serde_json::Value) -> (String, Result<Rule, AwsError>) {
        let pattern = json!({ "source": [source] }).to_string();
        (name.to_owned(), Ok(Rule { name: name.to_owned(), pattern, ..Rule::default() }))
    }

    fn denied(call: &'static str) -> AwsError {
        AwsError { call, code: Some("AccessDenied".to_owned()), message: "no".to_owned() }
    }

    /// The trail's rows that are untold before and after the event came.
    fn untold(seen: &Seen) -> (usize, usize) {
        let count = |rows: &[Row]| rows.iter().filter(|row| row.verdict == Verdict::Untold).count();
        let mut rows = judge(seen);
        let before = count(&rows);
        came(&mut rows, seen);
        assert_eq!(count(&rows), before, "without the event nothing is proved");
        rows.push(Row::good("event-log", "/aws/events/t", "the event e"));
        came(&mut rows, seen);
        (before, count(&rows))
    }

    #[test]
    fn the_event_of_a_call_of_sqs_proves_nothing_of_another_services() {
        let sqs = || rule("ours", json!("aws.sqs"));
        let seen =
            |rules: Vec<_>, trails| Seen { rules: rules.into_iter().collect(), trails, ..Seen::nothing("eu-west-1") };
        let trails = || Err(denied("cloudtrail:DescribeTrails"));
        let hidden = || {
            Ok(vec![Trail {
                name: "t".to_owned(),
                home_region: "eu-west-1".to_owned(),
                is_logging: Err(denied("cloudtrail:GetTrailStatus")),
                selectors: Err(denied("cloudtrail:GetEventSelectors")),
            }])
        };
        assert_eq!(untold(&seen(vec![sqs()], trails())), (1, 0));
        assert_eq!(untold(&seen(vec![sqs()], hidden())), (2, 0));
        for other in [rule("keys", json!("aws.kms")), rule("all", json!({"prefix": "aws."}))] {
            assert_eq!(untold(&seen(vec![sqs(), other.clone()], trails())), (1, 1), "{other:?}");
            assert_eq!(untold(&seen(vec![sqs(), other.clone()], hidden())), (2, 2), "{other:?}");
        }
        // What another trail is known to record is not open.
        let keys_only = Selectors::Advanced(vec![crate::validate::seen::Field {
            name: "eventSource".to_owned(),
            is: vec!["kms.amazonaws.com".to_owned()],
            is_not: Vec::new(),
            more: false,
        }]);
        let known = Trail {
            name: "keys".to_owned(),
            home_region: "eu-west-1".to_owned(),
            is_logging: Ok(true),
            selectors: Ok(vec![keys_only]),
        };
        let mut both = hidden();
        both.iter_mut().for_each(|trails: &mut Vec<Trail>| trails.push(known.clone()));
        let both = seen(vec![sqs(), rule("keys", json!("aws.kms"))], both);
        assert_eq!(untold(&both), (2, 0));
        assert!(judge(&both).iter().all(|row| row.verdict != Verdict::Bad), "the hidden one may record it");
        // Nobody is known to, and nobody may.
        let alone = seen(vec![sqs()], Ok(vec![known]));
        let bad = |rows: &[Row]| rows.iter().filter(|row| row.verdict == Verdict::Bad).count();
        let mut rows = judge(&alone);
        assert_eq!(bad(&rows), 1);
        rows.push(Row::good("event-log", "/aws/events/t", "the event e"));
        came(&mut rows, &alone);
        assert_eq!(bad(&rows), 0, "it came all the same");
    }

    #[test]
    fn what_stays_open_is_named() {
        let rules = [rule("ours", json!("aws.sqs")), rule("keys", json!("aws.kms"))].into_iter().collect();
        let seen = Seen { rules, trails: Err(denied("cloudtrail:DescribeTrails")), ..Seen::nothing("eu-west-1") };
        let mut rows = judge(&seen);
        rows.push(Row::good("event-log", "/aws/events/t", "the event e"));
        came(&mut rows, &seen);
        let said = &rows[0].seen;
        assert!(said.contains("nothing of the calls of kms.amazonaws.com: cloudtrail:DescribeTrails"), "{said}");
    }
}
