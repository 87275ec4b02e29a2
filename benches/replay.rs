//! `trailhook replay` beside what it can be measured against, on log files that `trailhook generate` makes up. Run
//! it with `cargo bench --bench replay`.
//!
//! Everything is measured in one run, on the same bytes, after they have been read once: reading, unpacking,
//! reading every record as `serde_json::Value` and as the type of aws_lambda_events, jq and Python where they are
//! there. It says how much faster or slower a replay is, what memory it takes, what a second thread brings, and
//! whether a gigabyte costs the same in small and in large inputs. It fails when a replay fails or the sums of two threads are not those of one;
//! speed is told, and for people to judge.
//!
//! `REPLAY_SIZE` says how much (4GB), `REPLAY_LARGEST` how much there is of one size at most (10GB), `REPLAY_FOLDER`
//! in which folder a new one is made for it (target; three times the one and the other must fit in, and in memory).

use aws_lambda_events::event::cloudwatch_events::cloudtrail::AWSAPICall;
use bytesize::ByteSize;
use flate2::bufread::MultiGzDecoder;
use std::error::Error;
use std::fs::File;
use std::hint::black_box;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use trailhook_cli::stored::{Split, files};
use trailhook_tests::functions::binaries;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// The best of so many.
const TIMES: usize = 3;
/// What is slow is measured on this part of the input.
const SLOW: u64 = 16;
const BUFFER: usize = 256 * 1024;
/// What jq and Python are asked for: what the rule's pattern asks for.
const JQ: &str = r#".Records[] | select(.eventSource == "sqs.amazonaws.com" and .eventName == "CreateQueue")"#;
const PYTHON: &str = "import json, sys
for name in sys.argv[1:]:
    with open(name) as file:
        for record in json.load(file)['Records']:
            if record['eventSource'] == 'sqs.amazonaws.com' and record['eventName'] == 'CreateQueue':
                print(record['eventID'])";

/// So many bytes in so long.
#[derive(Clone, Copy)]
struct Speed {
    bytes: u64,
    took: Duration,
    /// Records, and those that matched, where that was asked.
    sums: [u64; 2],
}

/// The largest memory of any replay.
static MEMORY: AtomicU64 = AtomicU64::new(0);

fn main() -> Result<()> {
    let folder =
        std::env::var_os("REPLAY_FOLDER").map_or_else(|| trailhook_tests::root().join("target"), PathBuf::from);
    let place = folder.join(format!("replay-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    // New, and so ours to be removed.
    std::fs::create_dir(&place)?;
    let (size, largest) = (sized("REPLAY_SIZE", "4GB")?, sized("REPLAY_LARGEST", "10GB")?);
    println!("{} of log files, one record in a thousand can match; the best of {TIMES}", ByteSize(size));
    let rare = generate(&place.join("rare"), size, "8MB", "0.001", true)?;
    let packed = generate(&place.join("packed"), size, "8MB", "0.001", false)?;
    let one = generate(&place.join("one"), size, &size.to_string(), "0.001", true)?;
    let all = generate(&place.join("all"), size / SLOW, "8MB", "1", true)?;

    println!("\nplain, one thread                            GB/s  replay is faster by");
    let plain = replay(&rare, 1)?;
    let first = part(&rare, size / SLOW)?;
    told("replay", plain, plain);
    told("reading alone", best(|| each(&rare, 1, |file| read(File::open(file)?)))?, plain);
    told("serde_json::Value, every record", best(|| each(&first, 1, records::<serde_json::Value>))?, plain);
    told("aws_lambda_events, every record", best(|| each(&first, 1, records::<AWSAPICall>))?, plain);
    for (name, arguments) in [("jq", ["-c", JQ]), ("python3", ["-c", PYTHON])] {
        match best(|| program(name, &arguments, &first)) {
            Ok(speed) => told(name, speed, plain),
            Err(error) => println!("{name:<40} not measured: {error}"),
        }
    }
    let dense = replay(&all, 1)?;
    told("replay, where all records match", dense, plain);

    println!("\npacked                                       GB/s  times the time of unpacking alone");
    for threads in [1, 2] {
        let alone = best(|| {
            each(&packed, threads, |file| {
                read(MultiGzDecoder::new(BufReader::with_capacity(BUFFER, File::open(file)?)))
            })
        })?;
        let replayed = replay(&packed, threads)?;
        println!("unpacking alone, {threads} threads {:>20.2}", alone.rate());
        println!("replay, {threads} threads {:>29.2}  {:.2}", replayed.rate(), alone.rate() / replayed.rate());
    }

    println!("\na second thread                              GB/s  times the speed of one");
    for (name, folder) in [("files", &rare), ("one large file", &one), ("packed files", &packed), ("all match", &all)] {
        let [one, two] = [replay(folder, 1)?, replay(folder, 2)?];
        if one.sums != two.sums {
            return Err(format!("{name}: {:?} by one thread, {:?} by two", one.sums, two.sums).into());
        }
        println!("{name:<40} {:>8.2}  {:.2}", two.rate(), two.rate() / one.rate());
    }

    // What it takes before the first byte is read, which a small input pays as a large one does.
    let tiny = generate(&place.join("tiny"), 200_000, "200KB", "0.1", true)?;
    let start = replay(&tiny, 2)?.took;
    println!(
        "\nhow much, two threads                        GB/s  times the speed at {}; without the start",
        ByteSize(size)
    );
    let usual = replay(&rare, 2)?;
    for bytes in [100_000_000, 1_000_000_000, largest] {
        let some = generate(&place.join(format!("some-{bytes}")), bytes, "8MB", "0.001", true)?;
        let speed = replay(&some, 2)?;
        let [of_all, of_rest] = [speed.rate() / usual.rate(), speed.after(start).rate() / usual.after(start).rate()];
        println!("{:<40} {:>8.2}  {of_all:.2}  {of_rest:.2}", ByteSize(bytes).to_string(), speed.rate());
        std::fs::remove_dir_all(&some)?;
    }
    println!("the start: {:.0} ms", start.as_secs_f64() * 1e3);
    println!("\nlargest memory of a replay: {:.0} MB", MEMORY.load(Ordering::Relaxed) as f64 / 1e6);
    Ok(std::fs::remove_dir_all(&place)?)
}

impl Speed {
    /// In GB a second.
    fn rate(self) -> f64 {
        self.bytes as f64 / self.took.as_secs_f64() / 1e9
    }

    /// The same without what it took before the first byte.
    fn after(self, start: Duration) -> Speed {
        Speed { took: self.took.saturating_sub(start), ..self }
    }
}

fn told(what: &str, speed: Speed, replay: Speed) {
    println!("{what:<40} {:>8.2}  {:.1}", speed.rate(), replay.rate() / speed.rate());
}

fn sized(name: &str, default: &str) -> Result<u64> {
    let text = std::env::var(name).unwrap_or_else(|_| default.to_owned());
    Ok(text.parse::<ByteSize>().map_err(|error| format!("{name}: {error}"))?.0)
}

fn generate(folder: &Path, size: u64, file: &str, matches: &str, plain: bool) -> Result<PathBuf> {
    let mut command = Command::new(binaries()?.join("trailhook"));
    command.arg("generate").arg(folder).args(["--size", &size.to_string(), "--file-size", file, "--matches", matches]);
    let done = command.args(plain.then_some("--plain")).stdout(Stdio::null()).status()?;
    if done.success() { Ok(folder.to_owned()) } else { Err(format!("generate: {done}").into()) }
}

/// The first files of a folder, in a folder of their own.
fn part(folder: &Path, size: u64) -> Result<PathBuf> {
    let part = folder.with_extension("part");
    std::fs::create_dir_all(&part)?;
    let mut there = 0;
    for file in files(&[folder.to_owned()]) {
        let file = file?;
        if there < size {
            there += std::fs::copy(&file, part.join(file.file_name().ok_or("no name")?))?;
        }
    }
    Ok(part)
}

/// The command itself, from its start to its end.
fn replay(folder: &Path, threads: usize) -> Result<Speed> {
    best(|| {
        let begun = Instant::now();
        let mut command = Command::new(binaries()?.join("trailhook"));
        command.args(["replay", "--json", "--threads", &threads.to_string()]).arg(folder);
        let child = command.current_dir(trailhook_tests::root()).stdout(Stdio::piped()).spawn()?;
        let status = PathBuf::from(format!("/proc/{}/status", child.id()));
        let watching = std::thread::spawn(move || {
            let mut memory = 0;
            while let Some(now) = std::fs::read_to_string(&status).ok().and_then(|status| peak(&status)) {
                memory = now;
                std::thread::sleep(Duration::from_millis(5));
            }
            memory
        });
        let output = child.wait_with_output()?;
        let took = begun.elapsed();
        let memory = watching.join().map_err(|_| "nobody watched the memory")?;
        let tally: serde_json::Value = serde_json::from_slice(&output.stdout)?;
        let of = |name: &str| tally.get(name).and_then(serde_json::Value::as_u64).ok_or("a sum is missing");
        if !output.status.success() || of("problemCount")? > 0 || of("matched")? == 0 {
            return Err(format!("{}: {tally}", output.status).into());
        }
        MEMORY.fetch_max(memory, Ordering::Relaxed);
        Ok(Speed { bytes: of("bytes")?, took, sums: [of("records")?, of("matched")?] })
    })
}

/// The largest memory so far, in bytes.
fn peak(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().trim_end_matches(" kB").parse::<u64>().ok()? * 1024)
}

fn program(name: &str, arguments: &[&str], folder: &Path) -> Result<Speed> {
    let names: Vec<PathBuf> = files(&[folder.to_owned()]).collect::<std::result::Result<_, _>>()?;
    let bytes = names.iter().map(|name| Ok(std::fs::metadata(name)?.len())).sum::<std::io::Result<u64>>()?;
    let begun = Instant::now();
    let done = Command::new(name).args(arguments).args(&names).stdout(Stdio::null()).status()?;
    if done.success() { Ok(Speed { bytes, took: begun.elapsed(), sums: [0; 2] }) } else { Err(done.to_string().into()) }
}

fn best(measure: impl Fn() -> Result<Speed>) -> Result<Speed> {
    let mut all = (0..TIMES).map(|_| measure()).collect::<Result<Vec<_>>>()?;
    all.sort_by(|one, other| other.rate().total_cmp(&one.rate()));
    Ok(*all.first().ok_or("never measured")?)
}

/// Does something with each file of a folder; it says how many bytes there were.
fn each(folder: &Path, threads: usize, of: impl Fn(&Path) -> Result<u64> + Sync) -> Result<Speed> {
    let names: Vec<PathBuf> = files(&[folder.to_owned()]).collect::<std::result::Result<_, _>>()?;
    let (begun, next) = (Instant::now(), AtomicUsize::new(0));
    let share = || {
        let mut bytes = 0;
        while let Some(name) = names.get(next.fetch_add(1, Ordering::Relaxed)) {
            bytes += of(name)?;
        }
        Ok(bytes)
    };
    let shares: Vec<Result<u64>> = std::thread::scope(|scope| {
        let sharing: Vec<_> = (0..threads).map(|_| scope.spawn(share)).collect();
        sharing.into_iter().map(|thread| thread.join().unwrap_or_else(|_| Err("a thread panicked".into()))).collect()
    });
    let bytes = shares.into_iter().sum::<Result<u64>>()?;
    Ok(Speed { bytes, took: begun.elapsed(), sums: [0; 2] })
}

fn read(mut from: impl Read) -> Result<u64> {
    let (mut buffer, mut all) = (vec![0; BUFFER], 0);
    loop {
        match from.read(&mut buffer)? {
            0 => return Ok(all),
            read => all += black_box(read) as u64,
        }
    }
}

/// Every record of a file, as this type. A record that the type can't take counts as read: it was looked at.
fn records<T: serde::de::DeserializeOwned>(file: &Path) -> Result<u64> {
    let mut split = Split::new(File::open(file)?);
    while let Some(text) = split.record()? {
        // Which records fail is not the question here.
        drop(black_box(serde_json::from_slice::<T>(text.bytes)));
    }
    Ok(split.at())
}
