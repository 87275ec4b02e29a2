//! What was looked at, and what is wrong.

use super::{counted, table};
use crate::validate::{Row, Verdict};
use serde_json::{Value, json};
use std::fmt::Write;
use trailhook::shown_line;

/// A table of all that was looked at, and of what is not good the cause and the fix.
pub fn validated(rows: &[Row], read_only: bool, ended_early: bool) -> String {
    let cells = rows.iter().map(|row| {
        let after = row.after_ms.map(time).unwrap_or_default();
        let seen = if row.verdict == Verdict::Good { shown_line(&row.seen) } else { "see below".to_owned() };
        [word(row.verdict).to_owned(), row.check.to_owned(), shown_line(&row.subject), seen, after]
    });
    let mut text = table::table(["", "check", "of", "seen", "after the call"], cells);
    text.push('\n');
    for row in rows.iter().filter(|row| row.verdict != Verdict::Good) {
        // Writing into a text can't fail, here and below.
        writeln!(text, "{:<7} {} {}", word(row.verdict), row.check, shown_line(&row.subject)).ok();
        writeln!(
            text,
            "        {:<5}  {}",
            if row.verdict == Verdict::Note { "seen" } else { "cause" },
            shown_line(&row.seen)
        )
        .ok();
        if let Some(fix) = &row.fix {
            writeln!(text, "        fix    {}", shown_line(fix)).ok();
        }
    }
    let count = |verdict| rows.iter().filter(|row| row.verdict == verdict).count();
    let (bad, untold, notes) = (count(Verdict::Bad), count(Verdict::Untold), count(Verdict::Note));
    let sum = match (bad, untold) {
        _ if ended_early => "it was ended early; so far",
        (0, 0) if read_only => "all that can be seen without a call is right",
        (0, 0) => "it works",
        (0, _) => "nobody can say whether it works",
        _ => "it does not work as it should",
    };
    write!(text, "{sum}: {} good, {}, {bad} bad, {untold} not told", count(Verdict::Good), counted(notes, "note")).ok();
    text
}

/// All of it for programs.
pub fn validated_json(rows: &[Row], good: bool, region: &str, ended_early: bool) -> Value {
    json!({ "ok": good && !ended_early, "region": region, "endedEarly": ended_early, "rows": rows })
}

pub(super) fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Good => "ok",
        Verdict::Note => "note",
        Verdict::Untold => "UNTOLD",
        Verdict::Bad => "BAD",
    }
}

pub(super) fn time(milliseconds: u64) -> String {
    let seconds = std::time::Duration::from_millis(milliseconds).as_secs_f64();
    format!("{seconds:.1} s")
}
