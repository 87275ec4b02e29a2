//! Each mistake that makes people say "nothing happens", made on a stage: `trailhook validate` names it in the row where
//! it belongs, with what mends it.

use std::collections::BTreeSet;
use std::path::PathBuf;
use trailhook_tests::between::{Between, Meet};
use trailhook_tests::command::with_script;
use trailhook_tests::mistakes::Made::{Answered, Asked, Crashes, Gone, Said, Template};
use trailhook_tests::mistakes::{FAULTS, Fault};
use trailhook_tests::say;
use trailhook_tests::stage::Stage;
use trailhook_tests::validation::{Validation, changed};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_mistake_is_named_by_its_row_with_what_mends_it() {
    assert!(FAULTS.len() >= 15);
    let (mut table, mut checks) = (Vec::new(), BTreeSet::new());
    for fault in FAULTS {
        let told = validated(fault).await;
        let [verdict, check, subject, cause, fix] = fault.row;
        let text = |row: &serde_json::Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
        let row = told.rows().find(|row| text(row, "check") == check && text(row, "subject") == subject);
        let row = row.unwrap_or_else(|| panic!("{}: no row {check} {subject}: {:#}", fault.name, told.told));
        assert_eq!(text(row, "verdict"), verdict, "{}: {row:#}", fault.name);
        assert!(text(row, "seen").contains(cause), "{}: the cause: {row:#}", fault.name);
        assert!(text(row, "fix").contains(fix), "{}: the fix: {row:#}", fault.name);
        assert_eq!(told.status, Some(i32::from(verdict != "note")), "{}: {:?}", fault.name, told.named("bad"));
        // What is right is not blamed: without a call nothing but the mistake is bad. (An answer stands for both rules.)
        let others: Vec<String> = told.named("bad").into_iter().filter(|row| !row.starts_with(check)).collect();
        let is_alone = fault.is_seen && !matches!(fault.made, Answered(..));
        assert!(!is_alone || others.is_empty(), "{}: {others:?}", fault.name);
        let cut = |text: String| text.chars().take(90).collect::<String>();
        table.push(format!("{:<40} {check:<22} {:<92} {}", fault.name, cut(text(row, "seen")), cut(text(row, "fix"))));
        checks.extend(told.rows().map(|row| text(row, "check")));
    }
    let page = std::fs::read_to_string(trailhook_tests::root().join("docs/operations.md")).unwrap();
    let unsaid: Vec<&String> = checks.iter().filter(|check| !page.contains(&format!("`{check}`"))).collect();
    assert!(unsaid.is_empty(), "docs/operations.md doesn't say what these rows ask: {unsaid:?}");
    say(format!("{} mistakes, each named by its row:\n{}", table.len(), table.join("\n")));
}

async fn validated(fault: &Fault) -> Validation {
    let mut stage: Vec<String> = Vec::new();
    let mut asked = vec!["--stack-name", "trailhook"];
    match &fault.made {
        Template(change) => {
            let name = fault.name.replace([' ', ':', '*', '\''], "-");
            stage.extend(["--template".to_owned(), path(changed(&name, change).unwrap())]);
        }
        Said(arguments) => stage.extend(arguments.iter().map(|text| (*text).to_owned())),
        Crashes(function) => {
            let folder = with_script(&format!("validate-{function}"), function, "exit 1").unwrap();
            stage.extend(["--functions".to_owned(), path(folder), "--retry-delay".to_owned(), "0.1".to_owned()]);
        }
        Asked(arguments) => asked.extend(*arguments),
        Gone(_) | Answered(..) => {}
    }
    let stage: Vec<&str> = stage.iter().map(String::as_str).collect();
    let stage = Stage::start(&stage).unwrap_or_else(|error| panic!("{}: {error}", fault.name));
    if let Gone(resource) = fault.made {
        take(&stage, resource).await;
    }
    let between = match fault.made {
        Answered(call, status, body) => {
            let answer = move |asked: &str, _| {
                if asked == call { Meet::Answer((status, body.to_owned())) } else { Meet::Pass }
            };
            Some(Between::start(&stage.endpoint, answer).await.unwrap())
        }
        _ => None,
    };
    let endpoint = between.as_ref().map_or(&stage.endpoint, |between| &between.endpoint);
    asked.extend(if fault.is_seen { ["--read-only"].as_slice() } else { ["--wait", "6"].as_slice() });
    Validation::of(endpoint, &asked).unwrap_or_else(|error| panic!("{}: {error}", fault.name))
}

/// Takes a resource away, as somebody with too many rights does.
async fn take(stage: &Stage, resource: &str) {
    let configuration = stage.configuration("ci");
    let name = format!("trailhook-{resource}-1A2B3C");
    match resource {
        "NotificationTopic" => {
            let arn = format!("arn:aws:sns:eu-west-1:111122223333:{name}");
            aws_sdk_sns::Client::new(&configuration).delete_topic().topic_arn(arn).send().await.unwrap();
        }
        "LedgerTable" => {
            aws_sdk_dynamodb::Client::new(&configuration).delete_table().table_name(name).send().await.unwrap();
        }
        "JournalLogGroup" => {
            let logs = aws_sdk_cloudwatchlogs::Client::new(&configuration);
            logs.delete_log_group().log_group_name(name).send().await.unwrap();
        }
        _ => {
            let sqs = stage.sqs("ci");
            let url = sqs.get_queue_url().queue_name(name).send().await.unwrap();
            sqs.delete_queue().queue_url(url.queue_url().unwrap()).send().await.unwrap();
        }
    }
}

fn path(path: PathBuf) -> String {
    path.to_str().unwrap().to_owned()
}
