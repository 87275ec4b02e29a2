//! A report as people see it: drawn by a browser, light and dark, wide and narrow, without a network.

use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use trailhook_tests::chromium::{Chromium, Picture};
use trailhook_tests::command::{folder, trailhook};
use trailhook_tests::report::texts;
use trailhook_tests::root;
use trailhook_tests::stage::Stage;
use trailhook_tests::validation::{Validation, changed};

/// The colours of `page.css`: the paper, what would be done, what failed, what was left alone.
struct Colours {
    paper: [u8; 3],
    act: [u8; 3],
    failed: [u8; 3],
    other: [[u8; 3]; 4],
}
const LIGHT: Colours = Colours {
    paper: [0xff, 0xff, 0xff],
    act: [0x0b, 0x62, 0xc4],
    failed: [0xc8, 0x10, 0x2e],
    other: [[0x7d, 0x87, 0x92], [0xa3, 0xab, 0xb4], [0x62, 0x6b, 0x75], [0xd3, 0xd8, 0xde]],
};
const DARK: Colours = Colours {
    paper: [0x14, 0x17, 0x1b],
    act: [0x58, 0xa6, 0xff],
    failed: [0xff, 0x6b, 0x6b],
    other: [[0x7b, 0x86, 0x92], [0x5c, 0x66, 0x72], [0x99, 0xa3, 0xae], [0x3d, 0x44, 0x4d]],
};

/// The frames that a page of ours looks into: their widths, and what would tell of trouble.
const LOOK: &str = r#"<!DOCTYPE html><body>
<iframe src="report.html" style="width:400px;height:900px;border:0"></iframe>
<iframe src="report.html" style="width:1200px;height:900px;border:0"></iframe>
<script>
onload = () => {
  const seen = [...document.querySelectorAll("iframe")].map(frame => {
    const page = frame.contentDocument, room = frame.clientWidth;
    const box = element => element.getBoundingClientRect();
    const outside = [...page.body.querySelectorAll("*")].filter(element => box(element).right > room || box(element).left < 0);
    return {
      room, needs: page.documentElement.scrollWidth, outside: outside.map(element => element.outerHTML.slice(0, 200)),
      title: page.title, elements: page.querySelectorAll("*").length,
      strange: page.querySelectorAll("script, img, iframe, object, embed, form, a").length,
      loaded: frame.contentWindow.performance.getEntriesByType("resource").map(entry => entry.name),
      bars: [...page.querySelectorAll("svg.parts")].map(bar => box(bar).width / box(page.body).width),
      unnamed: page.querySelectorAll("svg[role=img]:not([aria-labelledby])").length,
    };
  });
  document.body.textContent = JSON.stringify(seen).replace(/[<>&]/g, sign => "\\u00" + sign.charCodeAt(0).toString(16));
  console.error("the page was measured");
};
</script>"#;

/// A report of made-up log files, samples, bad input and a caller with a long name, with its sums.
fn report(place: &Path) -> (PathBuf, Value) {
    let (logs, long, html) = (place.join("logs"), place.join("long.jsonl"), place.join("report.html"));
    trailhook(["generate", logs.to_str().unwrap(), "--size", "1MB", "--matches", "0.08"]).unwrap();
    let sample = std::fs::read(root().join("events/sqs/CreateQueue.success.json")).unwrap();
    let mut record = serde_json::from_slice::<Value>(&sample).unwrap()["detail"].take();
    let names =
        ["W".repeat(5_000), "<script>document.title='owned'</script>".to_owned(), "<img src=//x.test/>".to_owned()];
    let record = |name: &String| {
        record["userIdentity"] = json!({"type": "IAMUser", "userName": name, "accountId": "111122223333"});
        // Often enough to be among the first.
        format!("{record}\n").repeat(20)
    };
    std::fs::write(&long, names.iter().map(record).collect::<String>()).unwrap();
    let from = [logs.to_str().unwrap(), long.to_str().unwrap(), "events/sqs", "events/bad"];
    let more =
        ["--parameter", "EventNames=CreateQueue,DeleteQueue,TagQueue", "--html", html.to_str().unwrap(), "--json"];
    let done = trailhook([&["replay"], &from[..], &more].concat()).unwrap();
    (html, serde_json::from_slice(&done.stdout).unwrap())
}

#[tokio::test]
async fn a_report_looks_as_its_figures_say() {
    let place = folder("report-pictures").unwrap();
    let Some(chromium) = Chromium::find(&place).unwrap() else { return };
    let (html, tally) = report(&place);
    let look = place.join("look.html");
    std::fs::write(&look, LOOK).unwrap();
    let ((light, told), (dark, told_dark), (dom, told_looking)) = tokio::try_join!(
        chromium.picture(&html, 1200, 1000, false),
        chromium.picture(&html, 1200, 1000, true),
        chromium.dom(&look),
    )
    .unwrap();
    // The console can be heard, and the report says nothing on it: no policy broken, nothing refused, nothing run.
    let heard: Vec<&str> = told_looking.lines().filter(|line| line.contains("CONSOLE")).collect();
    assert!(heard.len() == 1 && heard[0].contains("the page was measured"), "{heard:?}");
    assert!(!told.contains("CONSOLE") && !told_dark.contains("CONSOLE"), "{told}{told_dark}");
    fits_and_loads_nothing(&dom, "What would have been done", 300, 3);
    for (picture, colours) in [(&light, &LIGHT), (&dark, &DARK)] {
        assert_eq!((picture.width, picture.height), (1200, 1000));
        let corner = picture.rows().next().unwrap()[0];
        assert_eq!(corner, colours.paper);
        bars_are_as_long_as_the_figures_say(picture, colours, &tally);
    }
}

/// Of a stage whose rule is disabled: something good, something bad, and a note.
#[tokio::test]
async fn a_validation_looks_as_its_rows_say() {
    let place = folder("validate-pictures").unwrap();
    let Some(chromium) = Chromium::find(&place).unwrap() else { return };
    let template = changed("pictures", |text| text.replacen("State: ENABLED", "State: DISABLED", 1)).unwrap();
    let stage = Stage::start(&["--template", template.to_str().unwrap()]).unwrap();
    let (html, look) = (place.join("report.html"), place.join("look.html"));
    let asked = ["--stack-name", "trailhook", "--wait", "1", "--html", html.to_str().unwrap()];
    let told = Validation::of(&stage.endpoint, &asked).unwrap();
    std::fs::write(&look, LOOK).unwrap();
    let ((light, said), (dark, said_dark), (dom, _)) = tokio::try_join!(
        chromium.picture(&html, 1200, 1000, false),
        chromium.picture(&html, 1200, 1000, true),
        chromium.dom(&look),
    )
    .unwrap();
    assert!(!said.contains("CONSOLE") && !said_dark.contains("CONSOLE"), "{said}{said_dark}");
    fits_and_loads_nothing(&dom, "Does trailhook work?", 200, 1);
    let count = |verdict| told.named(verdict).len();
    let counts = json!({"would act": count("good"), "failed": count("bad"), "skipped": count("note")});
    for (picture, colours) in [(&light, &LIGHT), (&dark, &DARK)] {
        bars_are_as_long_as_the_figures_say(picture, colours, &json!({"responses": {"all": counts}}));
    }
    // Every row is on the page, what is bad with its fix.
    let page = std::fs::read_to_string(&html).unwrap();
    let texts = texts(&page).unwrap().join(" ");
    for row in told.rows() {
        let shown: String = row["seen"].as_str().unwrap().chars().take(60).collect();
        assert!(texts.contains(&shown), "{row}");
        let fix = row["fix"].as_str().unwrap_or_default().chars().take(60).collect::<String>();
        assert!(texts.contains(&fix), "{row}");
    }
}

fn fits_and_loads_nothing(dom: &str, title: &str, least: u64, stacks: usize) {
    let seen = dom.split("<body>").nth(1).and_then(|rest| rest.split("</body>").next()).unwrap_or(dom);
    let seen: Value = serde_json::from_str(seen.trim()).unwrap_or_else(|error| panic!("{error}: {dom}"));
    let frames = seen.as_array().unwrap();
    assert_eq!(frames.iter().map(|frame| frame["room"].as_u64().unwrap()).collect::<Vec<_>>(), [400, 1200]);
    for frame in frames {
        assert!(frame["needs"].as_u64() <= frame["room"].as_u64(), "it has to be scrolled sideways: {frame:#}");
        assert_eq!(frame["outside"], json!([]), "what nobody sees");
        assert_eq!(frame["title"], title);
        assert!(frame["elements"].as_u64() > Some(least), "{frame:#}");
        assert_eq!((&frame["strange"], &frame["loaded"], &frame["unnamed"]), (&json!(0), &json!([]), &json!(0)));
        let bars = frame["bars"].as_array().unwrap();
        assert_eq!(bars.len(), stacks);
        assert!(bars.iter().all(|bar| bar.as_f64().unwrap() > 0.85), "bars are as wide as the page: {bars:?}");
    }
}

/// A bar is a run of rows that the colours of the parts fill for most of the page's width.
fn bars_are_as_long_as_the_figures_say(picture: &Picture, colours: &Colours, tally: &Value) {
    let count = |row: &[[u8; 3]], wanted: &[[u8; 3]]| row.iter().filter(|pixel| wanted.contains(pixel)).count();
    let parts =
        |row: &[[u8; 3]]| [count(row, &[colours.act]), count(row, &[colours.failed]), count(row, &colours.other)];
    let rows: Vec<[usize; 3]> = picture.rows().map(parts).collect();
    let is_bar = |row: &&[usize; 3]| row.iter().sum::<usize>() > 900;
    let bars: Vec<&[[usize; 3]]> =
        rows.chunk_by(|one, other| is_bar(&one) == is_bar(&other)).filter(|chunk| is_bar(&&chunk[0])).collect();
    let responses = tally["responses"].as_object().unwrap();
    assert_eq!(bars.len(), responses.len(), "{bars:?}");
    for (bar, (response, outcomes)) in bars.iter().zip(responses) {
        assert!((15..40).contains(&bar.len()), "{response}: {} pixels high", bar.len());
        let row = bar[bar.len() / 2];
        let filled = row.iter().sum::<usize>();
        assert!(filled > 1_030, "{response}: {filled} of 1,068 pixels: what is left are lines between the parts");
        let width = filled as f64;
        let events = |is: fn(&str) -> bool| -> f64 {
            outcomes
                .as_object()
                .unwrap()
                .iter()
                .filter(|(name, _)| is(name))
                .map(|(_, count)| count.as_f64().unwrap())
                .sum()
        };
        let all = events(|_| true);
        let figures: [f64; 3] = [
            events(|name| name == "would act"),
            events(|name| name.starts_with("failed")),
            events(|name| name.starts_with("skipped") || name.starts_with("nothing")),
        ];
        assert_eq!(figures.iter().sum::<f64>(), all, "{outcomes}");
        assert!(figures.iter().all(|figure| *figure > 0.0), "each is to be seen: {outcomes}");
        for (drawn, figure) in row.iter().zip(figures) {
            let (drawn, share) = (*drawn as f64 / width, figure / all);
            // Lines between the parts take a pixel of each, and what is rare is drawn wider than it is.
            assert!((drawn - share).abs() < 0.03, "{response}: {drawn} of the bar for {share}: {outcomes}");
        }
    }
}
