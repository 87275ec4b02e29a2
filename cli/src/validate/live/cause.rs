//! Why a hop did not come, as far as what was looked at says it: a hop needs the trail, rules, targets and a function, and
//! what is wrong with others is none of its causes.

use super::super::{Row, Seen, Verdict, checks};
use crate::aws::{Function, Rule, Target, arn};
use std::collections::BTreeSet;

/// The checks of rules and targets that keep an event from a target.
const ON_THE_WAY: [&str; 9] = [
    "rule",
    "rule-state",
    "rule-bus",
    "rule-pattern",
    "target",
    "target-arn",
    "target-region",
    "target-role",
    "target-permission",
];

/// The checks of a function that keep it from deciding, with those of its target's input, its table and its topic.
const OF_FUNCTION: [&str; 7] = ["target-input", "function", "function-concurrency", "mode", "table", "topic", "role"];

/// What a hop needs.
pub(super) struct Needs {
    trail: bool,
    of_function: bool,
    rules: BTreeSet<String>,
    /// Each with its rule.
    targets: BTreeSet<(String, String)>,
    /// The function, its table and its topic.
    others: BTreeSet<String>,
}

impl Needs {
    /// What an event needs to come to a target of these rules.
    pub(super) fn of_target<'a>(
        rules: impl Iterator<Item = &'a Rule>,
        is_meant: impl Fn(&Target) -> bool,
        trail: bool,
    ) -> Needs {
        let (mut with_it, mut targets) = (BTreeSet::new(), BTreeSet::new());
        for rule in rules {
            for target in rule.targets.iter().filter(|target| is_meant(target)) {
                with_it.insert(rule.name.clone());
                targets.insert((rule.name.clone(), target.id.clone()));
            }
        }
        Needs { trail, of_function: false, rules: with_it, targets, others: BTreeSet::new() }
    }

    /// What a function needs to decide about an event that these rules let through; whether that needs the trail too,
    /// where it is not known to have come.
    pub(super) fn of_function(seen: &Seen, rules: &[Rule], function: &Function, trail: bool) -> Needs {
        let mut needs = Needs::of_target(rules.iter(), |target| target.arn == function.arn, trail);
        needs.of_function = true;
        needs.others.insert(checks::called(function, seen));
        needs.others.extend(function.setting("TRAILHOOK_TABLE").map(str::to_owned));
        needs.others.extend(function.setting("TRAILHOOK_TOPIC_ARN").map(|topic| arn::name(topic).to_owned()));
        needs
    }

    fn are_about(&self, row: &Row) -> bool {
        if row.check.starts_with("trail") {
            return self.trail;
        }
        let counts = ON_THE_WAY.contains(&row.check) || self.of_function && OF_FUNCTION.contains(&row.check);
        counts
            && match &row.rule {
                Some(rule) => self.targets.contains(&(rule.clone(), row.subject.clone())),
                None => self.rules.contains(&row.subject) || self.others.contains(&row.subject),
            }
    }
}

/// What was wrong before, in short, for a hop that did not come, and what mends it; else what nobody could ask.
pub(super) fn because(before: &[Row], needs: &Needs, otherwise: &str) -> (String, String) {
    for (verdict, said) in [(Verdict::Bad, ""), (Verdict::Untold, "what it needs could not all be asked: ")] {
        let mut found = before.iter().filter(|row| row.verdict == verdict && needs.are_about(row));
        if let Some(row) = found.next() {
            let more = found.count();
            let more = if more == 0 { String::new() } else { format!(" ({more} more above)") };
            let cause = format!("{said}{} {}: {}{more}", row.check, row.subject, row.seen);
            return (cause, row.fix.clone().unwrap_or_default());
        }
    }
    ("all that it needs looks right".to_owned(), otherwise.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TAG: &str = "arn:aws:lambda:eu-west-1:111122223333:function:tag";
    const NOTIFY: &str = "arn:aws:lambda:eu-west-1:111122223333:function:notify";

    fn seen() -> Seen {
        let target = |id: &str, arn: &str| Target { id: id.to_owned(), arn: arn.to_owned(), ..Target::default() };
        let targets = vec![
            target("Tag", TAG),
            target("Notify", NOTIFY),
            target("EventLog", "arn:aws:logs:eu-west-1:111122223333:log-group:g"),
        ];
        let rule = Rule { name: "r".to_owned(), targets, ..Rule::default() };
        Seen { rules: [("r".to_owned(), Ok(rule))].into_iter().collect(), ..Seen::nothing("eu-west-1") }
    }

    fn function(name: &str, arn: &str) -> Function {
        let variables =
            [("TRAILHOOK_TOPIC_ARN".to_owned(), format!("arn:aws:sns:eu-west-1:111122223333:{name}-topic"))];
        Function { name: name.to_owned(), arn: arn.to_owned(), variables: variables.into(), ..Function::default() }
    }

    #[test]
    fn what_is_wrong_with_others_is_no_cause() {
        let seen = seen();
        let rules: Vec<Rule> = seen.told_rules().cloned().collect();
        let tag = Needs::of_function(&seen, &rules, &function("tag", TAG), false);
        let notify = Needs::of_function(&seen, &rules, &function("notify", NOTIFY), false);
        let group = Needs::of_target(seen.told_rules(), |target| target.id == "EventLog", true);
        let cause = |row: &Row, needs: &Needs| because(std::slice::from_ref(row), needs, "wait").0;
        let right = "all that it needs looks right";
        let of_rule = |rule: &str, row: Row| Row { rule: Some(rule.to_owned()), ..row };
        let permission = of_rule("r", Row::bad("target-permission", "Notify", "nothing lets it", "add one"));
        assert_eq!(cause(&permission, &notify), "target-permission Notify: nothing lets it");
        assert_eq!([cause(&permission, &tag), cause(&permission, &group)], [right, right]);
        let topic = Row::bad("topic", "notify-topic", "it is gone", "deploy");
        assert_eq!(cause(&topic, &notify), "topic notify-topic: it is gone");
        assert_eq!(cause(&topic, &tag), right);
        let stopped = Row::bad("function-concurrency", "tag", "it is 0", "delete it");
        assert_eq!(cause(&stopped, &tag), "function-concurrency tag: it is 0");
        assert_eq!([cause(&stopped, &notify), cause(&stopped, &group)], [right, right]);
        assert_eq!(cause(&of_rule("another", permission), &notify), right, "another rule's target of that name");
        let role = of_rule("r", Row::bad("target-role", "EventLog", "it has one", "take it off"));
        assert_eq!(cause(&role, &group), "target-role EventLog: it has one");
        let state = Row::bad("rule-state", "r", "disabled", "enable it");
        assert!([&tag, &notify, &group].into_iter().all(|needs| cause(&state, needs) == "rule-state r: disabled"));
        assert_eq!(cause(&Row::bad("rule-state", "another", "disabled", "enable it"), &group), right);
        let trail = Row::bad("trail", "eu-west-1", "no trail", "make one");
        assert_eq!(cause(&trail, &group), "trail eu-west-1: no trail");
        assert_eq!(cause(&trail, &tag), right, "the event came, so a trail told of it");
    }

    #[test]
    fn what_could_not_be_asked_is_not_said_to_look_right() {
        let seen = seen();
        let group = Needs::of_target(seen.told_rules(), |target| target.id == "EventLog", true);
        let untold = Row::untold("trail", "eu-west-1", "you may not", "ask with more");
        let also = Row::untold("rule-state", "r", "its state is new", "look");
        let told = because(&[untold.clone(), also], &group, "wait");
        let said = "what it needs could not all be asked: trail eu-west-1: you may not (1 more above)";
        assert_eq!(told, (said.to_owned(), "ask with more".to_owned()));
        // What is known to be wrong is told before what is not known.
        let bad = Row::bad("rule-state", "r", "disabled", "enable it");
        let told = because(&[untold, bad], &group, "wait");
        assert_eq!(told, ("rule-state r: disabled".to_owned(), "enable it".to_owned()));
    }
}
