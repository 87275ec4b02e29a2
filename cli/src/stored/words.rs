//! Which records may match a rule: those with the words in them that the rule's pattern asks for.
//!
//! The other records are not parsed. It refuses to miss one: where JSON may write a word in another way, the
//! record counts as having it.

use super::split::Text;
use aho_corasick::{AhoCorasick, MatchKind};
use memchr::memmem::Finder;
use std::collections::{BTreeMap, BTreeSet};
use trailhook::pattern::Pattern;

/// Records with a word of each list; all records, where there are no lists.
#[derive(Clone, Debug, Default)]
pub struct Wanted(Vec<Words>);

/// Words of which one must be there.
#[derive(Clone, Debug)]
enum Words {
    One(Box<Finder<'static>>),
    Several(AhoCorasick),
}

impl Wanted {
    /// Records with one of these words.
    pub fn with(words: &[&str]) -> Wanted {
        Wanted::lists([words.iter().copied().collect()])
    }

    /// Records that one of the rules' patterns may match, in whatever account and Region: the patterns come once for
    /// each way in which the rules may be deployed, and what differs between those is not asked for.
    pub fn of(deployed: &[Vec<Pattern>]) -> Wanted {
        let mut each = deployed.iter().map(|patterns| asked(patterns));
        let mut all = each.next().unwrap_or_default();
        each.for_each(|other| all.retain(|path, words| other.get(path) == Some(words)));
        // Only the record is as it was stored: the envelope around it may be ours.
        Wanted::lists(all.into_iter().filter(|(path, _)| path.starts_with("detail.")).map(|(_, words)| words))
    }

    /// Whether a record may be wanted. What is none is, so that somebody says so.
    pub fn may_be(&self, record: Text<'_>) -> bool {
        record.odd
            || self.0.iter().all(|words| words.are_in(record.bytes))
            || (record.escapes && spells_otherwise(record.bytes))
    }

    fn lists<'w>(lists: impl IntoIterator<Item = BTreeSet<&'w str>>) -> Wanted {
        let mut lists: Vec<BTreeSet<&str>> = lists.into_iter().collect();
        lists.retain(|words| words.iter().all(|word| is_written_as_it_reads(word)));
        // One long word is found soonest.
        lists.sort_by_key(|words| (words.len(), std::cmp::Reverse(words.iter().map(|word| word.len()).min())));
        Wanted(lists.iter().filter_map(Words::of).collect())
    }
}

impl Words {
    /// `None` for words that can't be looked for: then they aren't asked for.
    fn of(words: &BTreeSet<&str>) -> Option<Words> {
        match words.iter().collect::<Vec<_>>().as_slice() {
            [word] => Some(Words::One(Box::new(Finder::new(word.as_bytes()).into_owned()))),
            // Looked for with SIMD where there are few of them, which is so for this kind of match only.
            words => AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(words).ok().map(Words::Several),
        }
    }

    fn are_in(&self, record: &[u8]) -> bool {
        match self {
            Words::One(word) => word.find(record).is_some(),
            Words::Several(words) => words.is_match(record),
        }
    }
}

/// What each event must hold that one of these patterns matches.
fn asked(patterns: &[Pattern]) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut each = patterns.iter().map(Pattern::words);
    let first = each.next().unwrap_or_default();
    // What some pattern does not ask for, an event may lack.
    each.fold(first, |all, words| {
        all.into_iter().filter_map(|(path, texts)| Some((path, &texts | words.get(path)?))).collect()
    })
}

/// Whether JSON writes a word so, unless it escapes what need not be escaped.
fn is_written_as_it_reads(word: &str) -> bool {
    !word.chars().any(|character| character.is_control() || matches!(character, '"' | '\\'))
}

/// Whether there are escapes that can stand for what a word holds.
fn spells_otherwise(record: &[u8]) -> bool {
    memchr::memchr_iter(b'\\', record).any(|at| matches!(record.get(at + 1), Some(b'u' | b'/')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn may_be(wanted: &Wanted, record: &str) -> bool {
        wanted.may_be(Text { bytes: record.as_bytes(), escapes: record.contains('\\'), odd: false, too_large: false })
    }

    #[test]
    fn a_record_that_a_pattern_matches_is_never_left_out() {
        let pattern = |text: &str| Pattern::parse(text).unwrap();
        let queues = pattern(r#"{"source": ["aws.sqs"], "detail": {"eventName": ["CreateQueue", "DeleteQueue"]}}"#);
        let trails = pattern(r#"{"detail": {"eventName": ["StopLogging"], "awsRegion": ["eu-west-1"]}}"#);
        let any = pattern(r#"{"source": ["aws.sqs"]}"#);
        let quoted = pattern(r#"{"detail": {"userAgent": ["a\"b"]}}"#);
        let [create, stop, other] =
            ["CreateQueue", "StopLogging", "ListQueues"].map(|name| format!(r#"{{"eventName":"{name}"}}"#));
        let escaped = r#"{"eventName":"Create\u0051ueue"}"#;
        for (patterns, record, expected) in [
            (vec![queues.clone()], create.as_str(), true),
            (vec![queues.clone()], &other, false),
            (vec![queues.clone()], escaped, true),
            (vec![queues.clone()], r#"{"eventName":"ListQueues","a":"\"\\\n"}"#, false),
            (vec![queues.clone(), trails.clone()], &stop, true),
            (vec![queues.clone(), trails.clone()], &other, false),
            (vec![trails.clone()], &stop, false),
            (vec![queues.clone(), any], &other, true),
            (vec![quoted], &other, true),
            (vec![], &other, true),
        ] {
            assert_eq!(
                may_be(&Wanted::of(&[patterns.clone(), patterns.clone()]), record),
                expected,
                "{patterns:?}: {record}"
            );
        }
        // A pattern with the account in it is another one in each account.
        assert!(may_be(&Wanted::of(&[vec![trails], vec![queues]]), &other));
        assert!(may_be(&Wanted::with(&["CreateQueue"]), &create) && !may_be(&Wanted::with(&["CreateQueue"]), &stop));
    }
}
