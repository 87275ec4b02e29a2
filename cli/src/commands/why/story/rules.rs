//! Which rules hand an event over, and which can't be told to.

use super::super::facts::Facts;
use super::Story;
use crate::aws::Rule;
use crate::stage::is_read_only;
use serde_json::Value;
use trailhook::pattern::Pattern;

/// The rules, by whether they hand the event over; those that do not are left out.
pub(super) struct Rules<'f> {
    pub(super) matching: Vec<&'f Rule>,
    /// The names of those of which nobody can say it.
    pub(super) not_known: Vec<String>,
}

/// Whether a rule hands an event over.
enum Hands {
    Over,
    Not,
    NotKnown,
}

impl Story {
    /// Says of each rule whether it matches.
    pub(super) fn rules<'f>(&mut self, facts: &'f Facts) -> Rules<'f> {
        let mut rules = Rules { matching: Vec::new(), not_known: Vec::new() };
        for rule in &facts.rules {
            let (hands, told) = match &facts.event {
                None if rule.state == "DISABLED" => (Hands::Not, "is disabled".to_owned()),
                None => (Hands::NotKnown, "nothing has the record, so nobody can say whether it matches".to_owned()),
                Some(event) => matched(rule, event),
            };
            self.line("rule", &rule.name, None, told);
            match hands {
                Hands::Over => rules.matching.push(rule),
                Hands::Not => {}
                Hands::NotKnown => rules.not_known.push(rule.name.clone()),
            }
        }
        for (name, why) in &facts.rules_untold {
            self.line("rule", name, None, format!("not known whether it hands the event over: the rule {why}"));
            rules.not_known.push(name.clone());
        }
        self.whole &= rules.not_known.is_empty();
        rules
    }
}

/// Whether a rule hands the event over, and which field decided.
fn matched(rule: &Rule, event: &Value) -> (Hands, String) {
    let explained = Pattern::parse(&rule.pattern).map(|pattern| pattern.explain(event));
    let pattern = match &explained {
        Ok(explained) => format!("its pattern {explained}"),
        Err(error) => format!("its pattern can't be read: {error}"),
    };
    let on_default = rule.bus == "default" || rule.bus.ends_with("/default");
    match (rule.state.as_str(), explained) {
        ("DISABLED", _) => (Hands::Not, format!("it is disabled, and hands nothing over; {pattern}")),
        ("ENABLED", _) if is_read_only(event) => {
            let why = "a read-only call never reaches a rule whose state is ENABLED (ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS gets it)";
            (Hands::Not, format!("{why}; {pattern}"))
        }
        // EventBridge has taken it, so it may well match.
        (_, Err(_)) => (Hands::NotKnown, format!("not known whether it hands the event over: {pattern}")),
        (_, Ok(explained)) if explained.matched && on_default => (Hands::Over, "matches".to_owned()),
        (_, Ok(explained)) if explained.matched => (Hands::Over, format!("matches, on the bus {}", rule.bus)),
        (_, Ok(explained)) => (Hands::Not, explained.to_string()),
    }
}
