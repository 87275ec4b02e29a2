//! What would have been done, as a page. The figures are those of the sums, and no others.

use crate::args::ReplayArguments;
use crate::commands::{Outcomes, Tally};
use crate::report::{Cell, Fact, Page, Part, Section, Stack, Table, Timeline, Tone, figure, top};
use crate::stored;
use crate::template::{ChangedParameter, RuleState};
use chrono::Utc;
use std::collections::BTreeSet;
use std::path::Path;

/// So many of the callers, calls and Regions are named.
const TOP: usize = 15;
/// So many problems and paths are shown.
const PROBLEMS: usize = 200;
const PATHS: usize = 10;

/// What there is to tell.
pub struct Replayed<'a> {
    /// What was asked.
    pub arguments: &'a ReplayArguments,
    /// The template's file.
    pub template: &'a Path,
    /// The parameters that are not the template's own.
    pub changed: Vec<ChangedParameter>,
    /// The rules.
    pub rules: Vec<RuleAsked>,
    /// Functions that are not replayed, for nobody here knows them.
    pub unknown: &'a BTreeSet<String>,
    /// The sums.
    pub tally: &'a Tally,
    /// Whether it was ended before everything was read.
    pub ended: bool,
}

/// A rule, and the functions that it hands events to.
#[derive(Debug)]
pub struct RuleAsked {
    /// Its name in the template.
    pub name: String,
    /// Whether it is at work.
    pub state: RuleState,
    /// Its event pattern, as JSON.
    pub pattern: String,
    /// The functions' binaries, with their modes where the template says them.
    pub functions: Vec<(String, Option<String>)>,
}

/// The page.
pub fn replayed_page(replayed: &Replayed<'_>) -> Page {
    let tally = replayed.tally;
    let mut sections = vec![responses(replayed), when(tally), who(tally), read(replayed), setting(replayed)];
    if tally.problem_count > 0 {
        sections.push(problems(tally));
    }
    let figures = [
        (tally.records, "records read"),
        (tally.matched, "events got by a rule"),
        (acted_on(tally), "of them would be acted on"),
        (tally.problem_count, "problems"),
    ];
    let span = tally.first.zip(tally.last).map(|(first, last)| [first, last].map(|time| time.date_naive()));
    let span = span.map(|[first, last]| format!(" from {first} to {last}")).unwrap_or_default();
    Page {
        title: "What would have been done".to_owned(),
        lead: format!("What Trailhook's rules and responses would have done about stored events{span}."),
        notice: notice(replayed),
        figures: figures.map(|(count, what)| (figure(count), what.to_owned())).to_vec(),
        sections,
        foot: vec![
            "A replay looks at nothing and changes nothing. “Would act” means: would have acted, had the live state agreed, \
             and were the response set to act. Every event counts as young and as delivered once, and no circuit breaker \
             holds anything back. What the reasons mean is in docs/guards.md."
                .to_owned(),
            format!("Made by trailhook {} on {}.", env!("CARGO_PKG_VERSION"), Utc::now().format("%Y-%m-%d at %H:%M UTC")),
        ],
    }
}

fn acted_on(tally: &Tally) -> u64 {
    tally.calls.values().sum()
}

fn notice(replayed: &Replayed<'_>) -> Option<String> {
    let problems = replayed.tally.problem_count;
    match (replayed.ended, problems) {
        (true, _) => {
            Some("It was ended before everything was read: the figures are of what was read by then.".to_owned())
        }
        (false, 0) => None,
        (false, 1) => {
            Some("Something could not be read or decided, and is in none of the figures: see Problems.".to_owned())
        }
        (false, _) => {
            let problems = figure(problems);
            Some(format!("{problems} times something could not be read or decided: see Problems."))
        }
    }
}

fn responses(replayed: &Replayed<'_>) -> Section {
    let stack = |(response, outcomes): (&String, &Outcomes)| {
        let mode = replayed.rules.iter().flat_map(|rule| &rule.functions).find(|(name, _)| name == response);
        let mode = mode.and_then(|(_, mode)| mode.as_deref());
        let events = figure(outcomes.values().sum());
        let note = mode.map_or_else(|| format!("{events} events"), |mode| format!("{events} events; mode {mode}"));
        Stack::of(response, note, parts(outcomes))
    };
    let stacks: Vec<Stack> = replayed.tally.responses.iter().map(stack).collect();
    let part = match stacks.is_empty() {
        true => Part::Text("No rule got an event.".to_owned()),
        false => Part::Stacks(stacks),
    };
    Section::of("What each response would have done", part)
}

/// The outcomes, with what matters most first.
fn parts(outcomes: &Outcomes) -> Vec<(Tone, String, u64)> {
    let tone = |outcome: &str| match outcome.split(':').next().unwrap_or(outcome) {
        "would act" => Tone::Act,
        "failed" => Tone::Failed,
        "skipped" => Tone::Skip0,
        "nothing" => Tone::Nothing,
        _ => Tone::Later,
    };
    let mut parts: Vec<(Tone, String, u64)> =
        outcomes.iter().map(|(outcome, count)| (tone(outcome), outcome.clone(), *count)).collect();
    parts.sort_by_key(|(tone, _, count)| (*tone, std::cmp::Reverse(*count)));
    // Neighbours differ.
    let shades = [Tone::Skip0, Tone::Skip1, Tone::Skip2].into_iter().cycle();
    let skipped = parts.iter_mut().filter(|(tone, _, _)| *tone == Tone::Skip0);
    skipped.zip(shades).for_each(|(part, shade)| part.0 = shade);
    parts
}

fn when(tally: &Tally) -> Section {
    let mut section = Section { title: "When".to_owned(), parts: Vec::new() };
    match Timeline::of(&tally.days) {
        Some(timeline) => {
            section.parts.push(Part::Text("Events that some response would have acted on, in UTC.".to_owned()));
            section.parts.push(Part::Timeline(timeline));
        }
        None => section.parts.push(Part::Text("There is no event that a response would have acted on.".to_owned())),
    }
    if let Some(unknown) = tally.days.get("unknown") {
        section.parts.push(Part::Text(format!("Not in it: {} without a time.", figure(*unknown))));
    }
    section
}

fn who(tally: &Tally) -> Section {
    let tables = [
        top("Callers", "who", &tally.callers, TOP),
        top("Calls", "what", &tally.calls, TOP),
        top("Regions", "where", &tally.regions, TOP),
    ];
    let mut section = Section::of("Who, what and where", Part::Tables(tables.to_vec()));
    let text = "Of the events that some response would have acted on.";
    section.parts.insert(0, Part::Text(text.to_owned()));
    section
}

fn read(replayed: &Replayed<'_>) -> Section {
    let (tally, arguments) = (replayed.tally, replayed.arguments);
    let mut paths: Vec<String> = arguments.from.iter().take(PATHS).map(|path| stored::name(path)).collect();
    if let Some(more) = arguments.from.len().checked_sub(PATHS).filter(|more| *more > 0) {
        paths.push(format!("and {more} more"));
    }
    let mut asked = Vec::new();
    let since = arguments.since.map(|since| format!("from {since}"));
    let until = arguments.until.map(|until| format!("before {until}"));
    let account = arguments.template.account.as_ref().map(|account| format!("account {account}"));
    let region = arguments.template.region.as_ref().map(|region| format!("Region {region}"));
    asked.extend([since, until, account, region].into_iter().flatten());
    if asked.is_empty() {
        asked.push("all times, accounts and Regions".to_owned());
    }
    let mut left = Vec::new();
    if tally.files_passed_by > 0 {
        left.push(format!("files not opened, by what their paths say: {}", figure(tally.files_passed_by)));
    }
    if tally.not_asked_for > 0 {
        let count = figure(tally.not_asked_for);
        left.push(format!("events of another time, account or Region than asked for: {count}"));
    }
    let undelivered = tally.undelivered.iter();
    left.extend(
        undelivered
            .map(|(why, count)| format!("events that matched and were not delivered, {why}: {}", figure(*count))),
    );
    if left.is_empty() {
        left.push("nothing".to_owned());
    }
    let span = tally.first.zip(tally.last).map(|(first, last)| format!("{first} to {last}"));
    let facts = vec![
        Fact::of("from", paths),
        Fact::of("files", [figure(tally.files)]),
        Fact::of("records", [figure(tally.records)]),
        Fact::of("bytes, unpacked", [format!("{} ({:.1} MB)", figure(tally.bytes), tally.bytes as f64 / 1e6)]),
        Fact::of("asked for", asked),
        Fact::of("left out", left),
        Fact::of("events that a rule got", [figure(tally.matched)].into_iter().chain(span)),
    ];
    Section::of("What was read", Part::Facts(facts))
}

fn setting(replayed: &Replayed<'_>) -> Section {
    let arguments = replayed.arguments;
    let given = |asked: &Option<String>| asked.clone().unwrap_or_else(|| "that of each event".to_owned());
    let mut facts = vec![
        Fact::of("template", [replayed.template.display().to_string()]),
        Fact::of("account", [given(&arguments.template.account)]),
        Fact::of("Region", [given(&arguments.template.region)]),
    ];
    if let Some(file) = &arguments.pattern {
        let tried = format!("that of {}, in the place of the rules' own", file.display());
        facts.push(Fact::of("event pattern", [tried]));
    }
    if !replayed.unknown.is_empty() {
        facts.push(Fact::of("not built in, so not replayed", replayed.unknown.iter().cloned()));
    }
    let parameters = replayed.changed.iter().map(|changed| {
        let default = changed.default.clone().unwrap_or_else(|| "none".to_owned());
        let shown = |text: &String| Cell::Code(if text.is_empty() { "(empty)".to_owned() } else { text.clone() });
        [&changed.name, &changed.value, &default].map(shown).to_vec()
    });
    facts.extend(replayed.rules.iter().map(rule));
    let head = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let parameters = Table {
        caption: "Parameters that are not the template's own".to_owned(),
        head: head(&["parameter", "value", "the template's own"]),
        rows: parameters.collect(),
        more: None,
    };
    let parts = vec![Part::Facts(facts), Part::Table(parameters)];
    Section { title: "Rules and settings".to_owned(), parts }
}

fn rule(rule: &RuleAsked) -> Fact {
    let state = match rule.state {
        RuleState::Enabled => "on",
        RuleState::EnabledWithReadOnlyCalls => "on, for read-only calls too",
        RuleState::Disabled => "off",
    };
    let function = |(name, mode): &(String, Option<String>)| match mode {
        Some(mode) => format!("{name} ({mode})"),
        None => name.clone(),
    };
    let functions: Vec<String> = rule.functions.iter().map(function).collect();
    let to = format!("{state}; hands events to {}", functions.join(", "));
    Fact::of(format!("rule {}", rule.name), [to, rule.pattern.clone()])
}

fn problems(tally: &Tally) -> Section {
    let items: Vec<String> = tally.problems.iter().take(PROBLEMS).cloned().collect();
    let left = tally.problem_count - items.len() as u64;
    let more = (left > 0).then(|| format!("and {} more; --json tells the first thousand", figure(left)));
    Section::of("Problems", Part::List { items, more })
}
