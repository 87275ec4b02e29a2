//! What a trail's selectors record of the calls that a rule asks for.

use super::super::super::seen::Field;
use super::super::super::{Selectors, Trail};

/// Whether a trail records what is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Records {
    Yes,
    No(Why),
    NobodyKnows(String),
}

/// Why a trail records none of it; the more particular, the greater.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub(super) enum Why {
    #[error("none of its selectors records management events")]
    NoManagement,
    #[error("it records read-only calls only")]
    ReadOnly,
    #[error("it leaves the calls of {0} out")]
    LeavesOut(String),
}

/// Whose calls are asked for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Source {
    /// Those of this event source.
    Of(String),
    /// Those of services that the rule does not name one by one.
    Unnamed {
        /// The rule.
        rule: String,
    },
}

pub(super) fn records(trail: &Trail, source: &Source) -> Records {
    let selectors = match &trail.selectors {
        Err(error) => return Records::NobodyKnows(error.to_string()),
        Ok(selectors) => selectors,
    };
    // One that does is enough, whatever the others leave out; one that nobody can read may do it.
    let mut all = Records::No(Why::NoManagement);
    for selector in selectors {
        all = match (of_selector(selector, source), all) {
            (Records::Yes, _) => return Records::Yes,
            (_, unknown @ Records::NobodyKnows(_)) | (unknown @ Records::NobodyKnows(_), _) => unknown,
            (Records::No(why), Records::No(other)) => Records::No(why.max(other)),
            (Records::No(_), Records::Yes) => Records::Yes,
        };
    }
    all
}

fn of_selector(selector: &Selectors, source: &Source) -> Records {
    match (selector, source) {
        (Selectors::Basic { management: false, .. }, _) => Records::No(Why::NoManagement),
        (Selectors::Basic { writes: false, .. }, _) => Records::No(Why::ReadOnly),
        (Selectors::Basic { excluded, .. }, Source::Of(source)) if excluded.contains(source) => {
            Records::No(Why::LeavesOut(source.clone()))
        }
        (Selectors::Basic { excluded, .. }, Source::Unnamed { rule }) if !excluded.is_empty() => {
            unnamed(rule, &format!("leaves the calls of {} out", excluded.join(", ")))
        }
        (Selectors::Basic { .. }, _) => Records::Yes,
        (Selectors::Advanced(fields), _) => of_fields(fields, source),
    }
}

/// All fields have to let it through, so one that does not decides, wherever it stands.
fn of_fields(fields: &[Field], source: &Source) -> Records {
    let all: Vec<Records> = fields.iter().map(|field| of_field(field, source)).collect();
    let no = all.iter().find(|records| matches!(records, Records::No(_)));
    no.or_else(|| all.iter().find(|records| **records != Records::Yes)).cloned().unwrap_or(Records::Yes)
}

fn of_field(field: &Field, source: &Source) -> Records {
    let refuses = |value: &str| {
        // What fits none of these may begin or end as it has to.
        let is = field.more || field.is.is_empty() || field.is.iter().any(|one| one == value);
        !is || field.is_not.iter().any(|one| one == value)
    };
    let asks = !field.is.is_empty() || !field.is_not.is_empty();
    match (field.name.as_str(), source) {
        ("eventCategory", _) if refuses("Management") => return Records::No(Why::NoManagement),
        ("readOnly", _) if refuses("false") => return Records::No(Why::ReadOnly),
        ("eventSource", Source::Of(source)) if refuses(source) => return Records::No(Why::LeavesOut(source.clone())),
        ("eventSource", Source::Unnamed { rule }) if asks || field.more => {
            return unnamed(rule, "chooses by eventSource");
        }
        ("eventCategory" | "readOnly" | "eventSource", _) if !field.more => return Records::Yes,
        _ if !asks && !field.more => return Records::Yes,
        _ => {}
    }
    Records::NobodyKnows(format!("an advanced selector lets through what its {} says, and no more", field.name))
}

fn unnamed(rule: &str, does: &str) -> Records {
    Records::NobodyKnows(format!(
        "it {does}, and the pattern of {rule} does not name the event sources that it asks for"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(name: &str, is: &[&str], is_not: &[&str]) -> Field {
        let texts = |all: &[&str]| all.iter().map(|text| (*text).to_owned()).collect();
        Field { name: name.to_owned(), is: texts(is), is_not: texts(is_not), more: false }
    }

    fn of_source(selectors: &[Selectors], source: &Source) -> Records {
        let trail = Trail {
            name: "t".to_owned(),
            home_region: "eu-west-1".to_owned(),
            is_logging: Ok(true),
            selectors: Ok(selectors.to_vec()),
        };
        records(&trail, source)
    }

    fn of(selectors: &[Selectors]) -> Records {
        of_source(selectors, &Source::Of("sqs.amazonaws.com".to_owned()))
    }

    #[test]
    fn what_a_trail_leaves_out_is_judged_for_the_service_that_is_asked_for() {
        let kms = "kms.amazonaws.com";
        let basic = Selectors::Basic { management: true, writes: true, excluded: vec![kms.to_owned()] };
        let without = Selectors::Advanced(vec![field("eventSource", &[], &[kms])]);
        let only = Selectors::Advanced(vec![field("eventSource", &[kms], &[])]);
        let source = |name: &str| Source::Of(name.to_owned());
        let unnamed = Source::Unnamed { rule: "r".to_owned() };
        for leaves_out in [basic, without] {
            let leaves_out = std::slice::from_ref(&leaves_out);
            assert_eq!(of_source(leaves_out, &source("iam.amazonaws.com")), Records::Yes);
            let no = Records::No(Why::LeavesOut(kms.to_owned()));
            assert_eq!(of_source(leaves_out, &source(kms)), no);
            assert!(
                matches!(of_source(leaves_out, &unnamed), Records::NobodyKnows(why) if why.contains("of r does not name"))
            );
        }
        let only = std::slice::from_ref(&only);
        assert_eq!(of_source(only, &source(kms)), Records::Yes);
        assert!(matches!(of_source(only, &source("iam.amazonaws.com")), Records::No(_)));
        let all = Selectors::Basic { management: true, writes: true, excluded: Vec::new() };
        assert_eq!(of_source(&[all], &unnamed), Records::Yes, "one that leaves nothing out records all");
    }

    #[test]
    fn what_records_calls_that_change_something_feeds_the_rules() {
        let basic = |management, writes| Selectors::Basic { management, writes, excluded: Vec::new() };
        let management = || field("eventCategory", &["Management"], &[]);
        let advanced = |more: Vec<Field>| Selectors::Advanced([vec![management()], more].concat());
        assert_eq!(of(&[basic(true, true)]), Records::Yes);
        assert_eq!(of(&[basic(false, true), basic(true, true)]), Records::Yes);
        assert_eq!(of(&[advanced(vec![])]), Records::Yes);
        assert_eq!(of(&[advanced(vec![field("readOnly", &["false"], &[])])]), Records::Yes);
        assert_eq!(of(&[advanced(vec![field("eventSource", &[], &["kms.amazonaws.com"])])]), Records::Yes);
        let no: [&[Selectors]; 6] = [
            &[],
            &[basic(false, true)],
            &[basic(true, false)],
            &[Selectors::Advanced(vec![field("eventCategory", &["Data"], &[])])],
            &[advanced(vec![field("readOnly", &["true"], &[])])],
            &[advanced(vec![field("eventSource", &[], &["sqs.amazonaws.com"])])],
        ];
        for selectors in no {
            assert!(matches!(of(selectors), Records::No(_)), "{selectors:?}");
        }
        let narrow = advanced(vec![field("userIdentity.arn", &["arn:aws:iam::111122223333:user/bob"], &[])]);
        assert!(matches!(of(std::slice::from_ref(&narrow)), Records::NobodyKnows(_)));
        assert!(matches!(of(&[narrow.clone(), basic(true, false)]), Records::NobodyKnows(_)));
        assert_eq!(of(&[narrow, basic(true, true)]), Records::Yes);
    }

    #[test]
    fn the_reason_is_the_most_particular_one_in_whatever_order() {
        let sqs = "sqs.amazonaws.com";
        let basic = |management, writes, excluded: &[&str]| Selectors::Basic {
            management,
            writes,
            excluded: excluded.iter().map(|&source| source.to_owned()).collect(),
        };
        let mut selectors = vec![basic(true, true, &[sqs]), basic(true, false, &[]), basic(false, true, &[])];
        for _ in 0..selectors.len() {
            selectors.rotate_left(1);
            assert_eq!(of(&selectors), Records::No(Why::LeavesOut(sqs.to_owned())), "{selectors:?}");
        }
        assert_eq!(of(&[basic(true, false, &[]), basic(false, true, &[])]), Records::No(Why::ReadOnly));
        assert_eq!(Why::LeavesOut(sqs.to_owned()).to_string(), "it leaves the calls of sqs.amazonaws.com out");
    }

    #[test]
    fn a_field_that_refuses_decides_behind_one_that_nobody_can_judge() {
        let narrow = field("userIdentity.arn", &["arn:aws:iam::111122223333:user/bob"], &[]);
        let beginning = Field { more: true, ..field("eventSource", &[], &["sqs.amazonaws.com"]) };
        for (refusing, why) in [
            (field("eventCategory", &["Data"], &[]), Why::NoManagement),
            (field("readOnly", &["true"], &[]), Why::ReadOnly),
            (field("eventSource", &["kms.amazonaws.com"], &[]), Why::LeavesOut("sqs.amazonaws.com".to_owned())),
            (beginning, Why::LeavesOut("sqs.amazonaws.com".to_owned())),
        ] {
            for fields in [vec![narrow.clone(), refusing.clone()], vec![refusing, narrow.clone()]] {
                assert_eq!(of(&[Selectors::Advanced(fields.clone())]), Records::No(why.clone()), "{fields:?}");
            }
        }
        let unnamed = Source::Unnamed { rule: "r".to_owned() };
        let fields = vec![field("eventSource", &[], &["kms.amazonaws.com"]), field("readOnly", &["true"], &[])];
        assert_eq!(of_source(&[Selectors::Advanced(fields)], &unnamed), Records::No(Why::ReadOnly));
        let beginning = Field { more: true, ..field("eventSource", &["kms.amazonaws.com"], &[]) };
        assert!(matches!(of(&[Selectors::Advanced(vec![beginning])]), Records::NobodyKnows(_)));
    }
}
