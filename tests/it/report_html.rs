//! `trailhook replay --html`: the report says what the sums say, nothing in an event becomes more than text in it, and it
//! is there whole or not at all.

use serde_json::{Value, json};
use std::path::Path;
use trailhook_cli::report::{Cell, Fact, Page, Part, Section, Stack, Table, Tone, top};
use trailhook_tests::command::{folder, told, trailhook};
use trailhook_tests::report::texts;
use trailhook_tests::root;

/// What a caller may call himself, his queue or his file.
const HOSTILE: [&str; 8] = [
    "<script>document.title = 'owned'</script>",
    "\"><img src=x onerror=alert(1)>",
    "'><svg/onload=alert(1)>",
    "</title></style></svg><h1>gone",
    "{{ 7 * 7 }}{% include 'x' %}",
    "&lt;b&gt; <!-- ]]>",
    "moc.elpmaxe\u{202e}\u{2066}\u{0}\u{7f}\r\n\u{2028}",
    "שלום ومرحبا",
];

fn record() -> Value {
    let sample = std::fs::read(root().join("events/sqs/CreateQueue.success.json")).unwrap();
    serde_json::from_slice::<Value>(&sample).unwrap()["detail"].take()
}

/// A call by a user of this name.
fn called_by(name: &str) -> Value {
    let mut record = record();
    record["userIdentity"] = json!({"type": "IAMUser", "userName": name, "accountId": "111122223333",
        "arn": format!("arn:aws:iam::111122223333:user/{name}")});
    record
}

fn replay(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = trailhook([&["replay"], arguments].concat()).unwrap();
    let (status, errors) = told(&output);
    (status, String::from_utf8(output.stdout).unwrap(), errors)
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn the_report_says_what_the_sums_say() {
    let place = folder("report-figures").unwrap();
    let (html, decisions) = (place.join("report.html"), place.join("decisions.jsonl"));
    let more = [
        "--parameter",
        "EventNames=CreateQueue,DeleteQueue,TagQueue",
        "--parameter",
        "ExemptQueues=invoices",
        "--since",
        "2026-06-01",
    ];
    let files = ["--html", text(&html), "--decisions", text(&decisions), "--json"];
    let (status, out, _) = replay(&[&["events/sqs", "events/bad"][..], &more, &files].concat());
    assert_eq!(status, Some(1), "some of it is bad: {out}");
    let tally: Value = serde_json::from_str(&out).unwrap();
    assert!(!decisions.with_extension("jsonl.unfinished").exists() && decisions.exists());
    let html = std::fs::read_to_string(html).unwrap();
    let texts = texts(&html).unwrap();
    let follows = |one: &str, other: &str| texts.windows(2).any(|pair| pair == [one, other]);
    let of =
        |name: &str| tally[name].as_object().unwrap().iter().map(|(name, count)| (name.clone(), count.to_string()));
    let records = tally["records"].to_string();
    assert!(
        follows("records", &records) && follows("events got by a rule", &tally["matched"].to_string()),
        "{texts:?}"
    );
    for name in ["callers", "calls", "regions"] {
        for (name, count) in of(name).filter(|(_, count)| count != "1") {
            assert!(follows(&name, &count), "{name} {count}: {texts:?}");
        }
    }
    for (day, count) in of("days").filter(|(day, _)| day != "unknown") {
        assert!(texts.contains(&format!("{day}: {count}")), "{day}: {texts:?}");
    }
    let responses = tally["responses"].as_object().unwrap();
    assert_eq!(responses.len(), 3);
    for (response, outcomes) in responses {
        let outcomes = outcomes.as_object().unwrap();
        let begins = texts.iter().position(|text| text == response).unwrap();
        let ends = texts.iter().skip(begins).position(|text| text.ends_with(" %)")).unwrap();
        assert!(ends > 0, "the bar is told in words too");
        for (outcome, count) in outcomes {
            assert!(texts[begins..].windows(2).any(|pair| pair == [outcome.clone(), count.to_string()]), "{outcome}");
        }
        let drawn = html.split(&format!("<bdi>{response}</bdi>")).nth(1).unwrap();
        let drawn = drawn.split("</svg>").next().unwrap();
        assert_eq!(drawn.matches("<rect").count(), outcomes.len(), "{response}");
    }
    for problem in tally["problems"].as_array().unwrap() {
        let problem = trailhook::shown_line(problem.as_str().unwrap());
        assert!(texts.contains(&problem) || problem.chars().count() > 600, "{problem}");
    }
    for expected in ["CreateQueue,DeleteQueue,TagQueue", "invoices", "(empty)", "rule ApiCallRule", "template"] {
        assert!(texts.iter().any(|text| text == expected), "{expected}: {texts:?}");
    }
    assert!(texts.iter().any(|text| text.contains("revert (dry-run)")), "{texts:?}");
}

#[test]
fn nothing_in_an_event_becomes_more_than_text() {
    let place = folder("report-hostile").unwrap();
    let long = "W".repeat(100_000);
    let lines: Vec<String> =
        HOSTILE.iter().copied().chain([long.as_str()]).map(|name| called_by(name).to_string()).collect();
    let events = place.join("<img src=x onerror=alert(1)>&\"'.jsonl");
    std::fs::write(&events, lines.join("\n") + "\n{\"eventName\": \"CreateQueue</li><script>\", sqs.amazonaws.com")
        .unwrap();
    let html = place.join("report.html");
    let (status, _, errors) = replay(&[text(&events), "--html", text(&html)]);
    assert_eq!(status, Some(1), "the last line is cut off: {errors}");
    let html = std::fs::read_to_string(html).unwrap();
    let texts = texts(&html).unwrap();
    for name in HOSTILE {
        let shown = trailhook::shown_line(name);
        assert!(texts.iter().any(|text| text.contains(shown.trim())), "{shown:?}: {texts:?}");
    }
    assert!(texts.iter().any(|text| text.ends_with("W… (1,012 characters)")), "a long name is cut: {texts:?}");
    assert!(html.len() < 100_000, "{} bytes", html.len());
    let seen =
        |character: char| character == '\n' || trailhook::shown_line(&character.to_string()).starts_with(character);
    assert!(html.chars().all(seen), "{:?}", html.chars().find(|character| !seen(*character)));
}

/// Of every kind of part, in every place.
#[test]
fn no_part_of_a_page_takes_a_text_for_html() {
    for hostile in HOSTILE {
        let own = || hostile.to_owned();
        let counts = [(own(), 3)].into();
        let table = Table { head: vec![own(), own()], more: Some(own()), ..top(hostile, hostile, &counts, 1) };
        let code = Table { rows: vec![vec![Cell::Text(own()), Cell::Code(own())]], ..table.clone() };
        let parts = vec![
            Part::Text(own()),
            Part::Facts(vec![Fact::of(hostile, [own()])]),
            Part::Table(code),
            Part::Tables(vec![table]),
            Part::Stacks(vec![Stack::of(hostile, hostile, vec![(Tone::Act, own(), 1), (Tone::Failed, own(), 2)])]),
            Part::List { items: vec![own()], more: Some(own()) },
        ];
        let page = Page {
            title: own(),
            lead: own(),
            notice: Some(own()),
            figures: vec![(own(), own())],
            sections: vec![Section { title: own(), parts }],
            foot: vec![own()],
        };
        let texts = texts(&page.html().unwrap()).unwrap();
        let shown = trailhook::shown_line(hostile);
        let told = texts.iter().filter(|text| text.contains(shown.trim())).count();
        assert!(told >= 26, "{hostile:?} is there {told} times: {texts:#?}");
    }
}

#[test]
fn it_loads_nothing_and_says_so() {
    let html = Page::default().html().unwrap();
    let policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";
    assert!(html.contains(policy), "{html}");
    for wrong in ["http://", "https://", "url(", "@import", "<script", "src="] {
        assert!(!html.contains(wrong), "{wrong}");
    }
}

#[test]
fn it_is_there_whole_or_not_at_all() {
    let place = folder("report-whole").unwrap();
    let (events, html) = (place.join("events.jsonl"), place.join("report.html"));
    std::fs::write(&events, format!("{}\nnot JSON\n", record())).unwrap();
    std::fs::write(&html, "that of yesterday").unwrap();
    let events = text(&events);
    let (status, _, errors) = replay(&[events, "--html", text(&html), "--strict"]);
    assert!(status == Some(1) && errors.contains("what was read is in"), "{errors}");
    assert_eq!(std::fs::read_to_string(&html).unwrap(), "that of yesterday");
    let unfinished = std::fs::read_to_string(place.join("report.html.unfinished")).unwrap();
    assert!(unfinished.contains("ended before everything was read"), "{unfinished}");
    let nothing = folder("report-nothing").unwrap();
    let beside = nothing.join("report.html");
    for (arguments, expected) in [
        (&[events, "--html", events][..], "--html"),
        (&[events, "--html", "x.html", "--decisions", "./x.html"], "--decisions and --html name the same file"),
        (&[events, "--html", "-", "--json"], "--html - and --json both write to the standard output"),
        (&[events, "--html", "-", "--decisions", "-"], "--decisions - and --html - both write"),
        (&[events, "--html", "no/such/folder/x.html"], "no/such/folder/x.html: No such file"),
        (&[text(&nothing), "--html", text(&beside)], "there is no file of events there"),
    ] {
        let (status, out, errors) = replay(arguments);
        assert!(status == Some(2) && errors.contains(expected), "{arguments:?}: {errors}");
        assert_eq!(out, "", "{arguments:?}");
    }
    assert_eq!(std::fs::read_dir(&nothing).unwrap().count(), 0, "nothing is left behind");
    let (status, out, _) = replay(&[events, "--html", "-"]);
    assert!(status == Some(1) && out.starts_with("<!DOCTYPE html>") && out.ends_with("</html>\n"), "{out}");
    let (_, _, errors) = replay(&[events, "--html", text(&html)]);
    assert!(std::fs::read_to_string(&html).unwrap().ends_with("</html>\n"), "{errors}");
}
