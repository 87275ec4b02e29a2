//! Instructions instead of seconds: what a start, the first event and ten more cost, counted by valgrind, held against a
//! budget that is stored. They are the same on any machine of a kind, whatever else it does.

use crate::Result;
use crate::arguments::Arguments;
use crate::built;
use crate::programs::{self, Program};
use crate::run::{PATIENCE, Place};
use crate::seen::Shared;
use serde_json::{Map, Value};
use std::path::{Path, PathBuf};

/// So many events, and what they are called.
const SCENARIOS: [(&str, usize); 3] = [("start", 0), ("first event", 1), ("ten more events", 11)];
/// Where valgrind writes what it counts.
const COUNTED: &str = "counted";
/// What a function says last, when the Runtime API is gone.
const LAST: &str = "polling the Runtime API ended";
/// As much over the budget may be.
const MORE: f64 = 1.05;
/// Under so much of it, the budget would let most of what was gained be lost again unseen.
const LESS: f64 = 0.8;

/// Counts, and says whether all of it is within the budget; or writes that.
pub async fn kept(arguments: &Arguments, budget: &Path) -> Result<bool> {
    let folder = built::functions(arguments)?;
    let place = Place::new()?;
    let known: Map<String, Value> = match std::fs::read_to_string(budget) {
        Ok(text) => serde_json::from_str(&text)?,
        Err(_) if arguments.write => Map::new(),
        Err(error) => return Err(format!("{}: {error}", budget.display()).into()),
    };
    let (mut counted, mut is_kept) = (Map::new(), true);
    println!("{:<34} {:>12} {:>12} {:>7}", "instructions", "counted", "budget", "ratio");
    for (name, calls) in programs::FUNCTIONS {
        let mut before = 0;
        for (what, events) in SCENARIOS {
            let all = instructions(&place, &programs::function(name, calls, &folder.join(name)), events).await?;
            let instructions = all.saturating_sub(before);
            before = all;
            let key = format!("{name}: {what}");
            if let Some(folder) = &arguments.profiles {
                std::fs::copy(place.file(COUNTED), folder.join(format!("{name}.{events}")))?;
            }
            let allowed = known.get(&key).and_then(Value::as_u64);
            let ratio = allowed.map(|allowed| instructions as f64 / allowed as f64);
            let verdict = match ratio {
                Some(ratio) if ratio > MORE => "over the budget",
                Some(ratio) if ratio < LESS => "far under it: `.ci/budget --write` holds what was gained",
                None if !arguments.write => "not in the budget",
                _ => "",
            };
            is_kept &= verdict.is_empty();
            let (allowed, ratio) = (allowed.unwrap_or_default(), ratio.unwrap_or_default());
            println!("{key:<34} {instructions:>12} {allowed:>12} {ratio:>7.3} {verdict}");
            counted.insert(key, instructions.into());
        }
    }
    if arguments.write {
        std::fs::write(budget, format!("{:#}\n", Value::Object(counted)))?;
        return Ok(true);
    }
    Ok(is_kept)
}

/// All instructions of a program, from its start to its end after so many events.
async fn instructions(place: &Place, program: &Program, events: usize) -> Result<u64> {
    let out = place.file(COUNTED);
    let out_file = PathBuf::from(format!("--callgrind-out-file={}", out.display()));
    let mut words: Vec<PathBuf> = vec!["valgrind".into(), "--tool=callgrind".into(), out_file];
    words.extend(program.command.iter().cloned());
    // What an earlier program cost is nobody else's.
    match std::fs::remove_file(&out) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    let seen = Shared::default();
    let mut child = place.command(program, &words, (events, true), &seen).await?.spawn();
    let child = child.as_mut().map_err(|error| format!("valgrind: {error}"))?;
    let ended = tokio::time::timeout(PATIENCE, child.wait()).await;
    let (seen, said) = (std::mem::take(&mut *seen.lock()), place.said()?);
    let mut wrong = program.undone(&seen, events);
    // The Runtime API hangs up, and it ends as it would in Lambda: it says so, and fails. A panic would be counted as well.
    match ended {
        Ok(status) if status.as_ref().is_ok_and(|status| status.code() == Some(1)) && said.contains(LAST) => {}
        Ok(status) => wrong.push(format!("its end: {}", status?)),
        Err(_) => wrong.push(format!("it is not done after {PATIENCE:?}")),
    }
    if !wrong.is_empty() {
        return Err(format!("{}: {}\n{said}", program.name, wrong.join("; ")).into());
    }
    let told = std::fs::read_to_string(&out)?;
    let totals = told.lines().find_map(|line| line.strip_prefix("totals: ").or_else(|| line.strip_prefix("summary: ")));
    let totals = totals.ok_or("valgrind counted nothing")?;
    Ok(totals.trim().parse()?)
}
