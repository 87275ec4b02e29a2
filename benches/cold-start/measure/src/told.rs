//! Measures all programs in turns, and tells of them: a table, and JSON.

use crate::Result;
use crate::arguments::Arguments;
use crate::built::{Built, built};
use crate::programs::{self, Program};
use crate::run::{Place, Took};
use comfy_table::{CellAlignment, Table};
use flate2::Compression;
use flate2::write::DeflateEncoder;
use serde::Serialize;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

/// A slow program is started so many times less often.
const SLOW: u32 = 5;

/// What became of a program's runs: medians, in microseconds.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Figures {
    name: String,
    runs: usize,
    exec_to_first_poll: f64,
    exec_to_first_call: Option<f64>,
    exec_to_first_answer: Option<f64>,
    warm_median: Option<f64>,
    /// 99 of a hundred are no slower.
    warm_p99: Option<f64>,
    /// What the program itself says of its calls, where it does.
    calls_median: Option<f64>,
    memory_bytes: u64,
    binary_bytes: Option<u64>,
    /// Of the binary alone, as zip packs it.
    zip_bytes: Option<u64>,
}

/// Measures, and tells.
pub async fn measured(arguments: &Arguments) -> Result<()> {
    let built: Built = built(arguments)?;
    let wanted = |program: &Program| {
        program.name == "bare"
            || arguments.only.is_empty()
            || arguments.only.iter().any(|word| program.name.contains(word))
    };
    let programs: Vec<Program> = programs::all(&built).into_iter().filter(wanted).collect();
    let place = Place::new()?;
    let mut runs: Vec<Vec<Took>> = programs.iter().map(|_| Vec::new()).collect();
    // Each once before anything counts: files are read, and nothing is compiled for the first time.
    for round in 0..=arguments.runs {
        for (program, took) in programs.iter().zip(&mut runs) {
            if program.is_slow && round % SLOW != 0 {
                continue;
            }
            let one = place.run(program, 1 + arguments.warm as usize).await?;
            if round > 0 {
                took.push(one);
            }
        }
        eprint!("\r{round} of {} runs", arguments.runs);
    }
    eprintln!();
    let mut figures = Vec::new();
    for (program, runs) in programs.iter().zip(&runs) {
        figures.push(Figures::of(program, runs)?);
    }
    println!("{}", table(&figures, arguments));
    if let Some(file) = &arguments.json {
        fs::write(file, format!("{:#}\n", serde_json::to_value(&figures)?))?;
    }
    Ok(())
}

impl Figures {
    fn of(program: &Program, runs: &[Took]) -> Result<Figures> {
        let all = |of: fn(&Took) -> &[Duration]| runs.iter().flat_map(of).copied().collect::<Vec<_>>();
        let some = |of: fn(&Took) -> Option<Duration>| runs.iter().filter_map(of).collect::<Vec<_>>();
        let memory = runs.iter().map(|took| took.memory).max();
        let (binary_bytes, zip_bytes) = match &program.binary {
            Some(binary) => (Some(fs::metadata(binary)?.len()), Some(zipped(binary)?)),
            None => (None, None),
        };
        let polls = some(|took| Some(took.first_poll));
        Ok(Figures {
            name: program.name.clone(),
            runs: runs.len(),
            exec_to_first_poll: nth(polls, 50).ok_or("no run was measured")?,
            exec_to_first_call: nth(some(|took| took.first_call), 50),
            exec_to_first_answer: nth(some(|took| took.first_answer), 50),
            warm_median: nth(all(|took| &took.warm), 50),
            warm_p99: nth(all(|took| &took.warm), 99),
            calls_median: nth(all(|took| &took.calls), 50),
            memory_bytes: memory.unwrap_or_default(),
            binary_bytes,
            zip_bytes,
        })
    }
}

/// That of which so many of a hundred are no more, in microseconds.
fn nth(mut all: Vec<Duration>, of_a_hundred: usize) -> Option<f64> {
    all.sort_unstable();
    let place = all.len().saturating_sub(1) * of_a_hundred / 100;
    all.get(place).map(|took| took.as_secs_f64() * 1e6)
}

fn zipped(binary: &Path) -> Result<u64> {
    let mut packed = DeflateEncoder::new(Vec::new(), Compression::default());
    packed.write_all(&fs::read(binary)?)?;
    Ok(u64::try_from(packed.finish()?.len())?)
}

/// A row for each; ratios are to the bare program's first poll.
fn table(figures: &[Figures], arguments: &Arguments) -> Table {
    let mut table = Table::new();
    table.load_style(comfy_table::presets::NOTHING);
    table.set_header([
        "",
        "first poll ms",
        "ratio",
        "first call ms",
        "ratio",
        "first answer ms",
        "warm ms",
        "p99",
        "calls ms",
        "memory MB",
        "binary MB",
        "zip MB",
    ]);
    let bare = figures.first().map_or(1.0, |bare| bare.exec_to_first_poll);
    let millis = |micros: Option<f64>| micros.map_or_else(String::new, |micros| format!("{:.2}", micros / 1e3));
    let ratio = |micros: Option<f64>| micros.map_or_else(String::new, |micros| format!("{:.2}", micros / bare));
    let mega = |bytes: Option<u64>| bytes.map_or_else(String::new, |bytes| format!("{:.2}", bytes as f64 / 1e6));
    for of in figures {
        table.add_row([
            of.name.clone(),
            millis(Some(of.exec_to_first_poll)),
            ratio(Some(of.exec_to_first_poll)),
            millis(of.exec_to_first_call),
            ratio(of.exec_to_first_call),
            millis(of.exec_to_first_answer),
            millis(of.warm_median),
            millis(of.warm_p99),
            millis(of.calls_median),
            mega(Some(of.memory_bytes)),
            mega(of.binary_bytes),
            mega(of.zip_bytes),
        ]);
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    println!(
        "medians of {} starts, {} warm events in each; memory is the most of any; ratios are to the bare program's first poll",
        arguments.runs, arguments.warm
    );
    table
}
