//! What docs/operations.md and docs/several-accounts.md say of the templates.

use crate::template::stack;
use serde_json::Value;
use std::collections::BTreeSet;
use trailhook_tests::root;

fn page(name: &str) -> String {
    std::fs::read_to_string(root().join("docs").join(name)).unwrap()
}

/// The names in a template's section of parameters.
fn parameters(file: &str) -> BTreeSet<String> {
    let text = std::fs::read_to_string(root().join(file)).unwrap();
    let section = text.split("\nParameters:\n").nth(1).unwrap();
    let lines = section.lines().take_while(|line| line.is_empty() || line.starts_with(' '));
    let names =
        lines.filter(|line| line.starts_with("  ") && !line[2..].starts_with([' ', '#']) && line.ends_with(':'));
    names.map(|line| line.trim().trim_end_matches(':').to_owned()).collect()
}

/// A parameter that no page explains is one that nobody sets, or sets wrong.
#[test]
fn every_parameter_is_explained() {
    for (file, page, fewest) in [
        ("template.yaml", "docs/operations.md", 40),
        ("organisation/forwarding.yaml", "docs/several-accounts.md", 5),
        ("organisation/central.yaml", "docs/several-accounts.md", 4),
        ("organisation/role.yaml", "docs/several-accounts.md", 5),
    ] {
        let names = parameters(file);
        assert!(names.len() >= fewest, "{file}: {names:?}");
        let text = std::fs::read_to_string(root().join(page)).unwrap();
        for name in names {
            assert!(text.contains(&format!("`{name}`")) || text.contains(&format!("`{name}=")), "{page} has no {name}");
        }
    }
}

/// The estimate counts the metrics of the alarms, which is what CloudWatch bills.
#[test]
fn the_estimate_counts_the_alarms_as_they_are_billed() {
    let stack = stack(&[]);
    let alarms = stack.resources("AWS::CloudWatch::Alarm").unwrap();
    let billed: usize = alarms
        .iter()
        .map(|id| {
            let metrics = stack.properties(id).unwrap()["Metrics"].clone();
            metrics.as_array().map_or(1, |all| all.iter().filter(|one| one["MetricStat"].is_object()).count())
        })
        .sum();
    let page = page("operations.md");
    let told = format!("{} alarms on {billed} metrics", alarms.len());
    assert!(page.contains(&told), "the page should say: {told}");
}

/// Whoever hears an alarm, or sees a query, can look up what it means.
#[test]
fn every_alarm_and_every_query_is_explained() {
    let text = page("operations.md").split_whitespace().collect::<Vec<_>>().join(" ");
    let stack = stack(&[("ExpectEventsDaily", "true")]);
    for alarm in stack.resources("AWS::CloudWatch::Alarm").unwrap() {
        assert!(text.contains(&format!("`{alarm}`")), "{alarm}");
    }
    for query in stack.resources("AWS::Logs::QueryDefinition").unwrap() {
        let name = stack.properties(query).unwrap()["Name"].as_str().unwrap().replace("trailhook/", "");
        assert!(text.contains(&format!("*{name}*")), "{name}");
    }
}

/// The policy that the page gives for a key of one's own lets in all that the stack's own key lets in, and the log groups.
#[test]
fn the_key_policy_of_the_page_is_enough() {
    let page = page("operations.md");
    let section = page.split("\n## A key of your own\n").nth(1).unwrap();
    let policy = section.split("```json\n").nth(1).unwrap().split("```").next().unwrap();
    let policy: Value = serde_json::from_str(policy).unwrap();
    let statements = policy["Statement"].as_array().unwrap();
    let stack = stack(&[]);
    // But for the names, it is the policy of the stack's own key, statement by statement.
    let same = |own: &&Value, said: &&Value| {
        ["Principal", "Action", "Condition", "Resource", "Effect"].iter().all(|part| {
            own[part] == said[part] || own[part].as_array().is_some_and(|one| one.as_slice() == [said[part].clone()])
        })
    };
    for own in stack.properties("MessagesKey").unwrap()["KeyPolicy"]["Statement"].as_array().unwrap() {
        assert!(statements.iter().any(|said| same(&own, &said)), "the page's policy lacks {own}");
    }
    let logs = statements.iter().find(|one| one["Principal"]["Service"] == "logs.eu-west-1.amazonaws.com").unwrap();
    let patterns = logs["Condition"]["ArnLike"]["kms:EncryptionContext:aws:logs:arn"].as_array().unwrap();
    for group in stack.log_groups().unwrap() {
        let arn = format!("arn:aws:logs:eu-west-1:111122223333:log-group:{group}");
        let covers = |pattern: &str| match pattern.strip_suffix('*') {
            Some(beginning) => arn.starts_with(beginning),
            None => arn == pattern,
        };
        assert!(patterns.iter().any(|pattern| covers(pattern.as_str().unwrap())), "{arn}");
    }
}
