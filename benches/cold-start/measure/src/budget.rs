//! Instructions instead of seconds: what a start, the first event and ten more cost, counted by valgrind, held against a
//! budget that is stored. They are the same on any machine of a kind, whatever else it does.

use crate::Result;
use crate::arguments::Arguments;
use crate::built;
use crate::programs;
use crate::run::Place;
use crate::runtime_api::Events;
use crate::seen::Shared;
use serde_json::{Map, Value};
use std::path::{Path, PathBuf};

/// So many events, and what they are called.
const SCENARIOS: [(&str, usize); 3] = [("start", 0), ("first event", 1), ("ten more events", 11)];
/// Where valgrind writes what it counts.
const COUNTED: &str = "counted";
/// As much over the budget may be.
const MORE: f64 = 1.05;

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
            let all = instructions(&place, name, &folder.join(name), events, calls).await?;
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
async fn instructions(place: &Place, name: &str, binary: &Path, events: usize, calls: usize) -> Result<u64> {
    let mut program = programs::function(name, binary.to_owned());
    let out = place.file(COUNTED);
    let option = |name: &str, value: &Path| PathBuf::from(format!("{name}={}", value.display()));
    program.command =
        [PathBuf::from("valgrind"), "--tool=callgrind".into(), option("--callgrind-out-file", &out), binary.to_owned()]
            .into();
    // What an earlier program cost is nobody else's.
    match std::fs::remove_file(&out) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    let seen = Shared::default();
    let handed = Events { event: place.event.clone().into(), times: events, ends: true };
    let mut child = place.command(&program, &program.command, handed, &seen).await?.spawn();
    let child = child.as_mut().map_err(|error| format!("valgrind: {error}"))?;
    // It ends because the Runtime API says that it is over, and says so itself.
    let ended = tokio::time::timeout(crate::run::PATIENCE, child.wait()).await;
    let seen = std::mem::take(&mut *seen.lock());
    if ended.is_err() || seen.answered.len() != events || !seen.wrong.is_empty() {
        let said = place.said()?;
        return Err(format!(
            "{name}: {} of {events} events answered; {}\n{said}",
            seen.answered.len(),
            seen.wrong.join(", ")
        )
        .into());
    }
    // Who no longer does its work is cheap.
    if usize::try_from(seen.calls)? != calls * events {
        return Err(format!("{name}: {} calls for {events} events, and not {calls} for each", seen.calls).into());
    }
    let told = std::fs::read_to_string(&out)?;
    let totals = told.lines().find_map(|line| line.strip_prefix("totals: ").or_else(|| line.strip_prefix("summary: ")));
    let totals = totals.ok_or("valgrind counted nothing")?;
    Ok(totals.trim().parse()?)
}
