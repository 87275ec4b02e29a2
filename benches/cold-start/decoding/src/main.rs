//! What reading an event alone costs with the type of aws_lambda_events: the baseline of `benches/event.rs`, which starts it.
//!
//! In Trailhook's own build that type also keeps the members that it has no field for, because the envelope needs one of
//! them, and that costs it a quarter more. So it is built here, with nothing that nobody else asks for.
//!
//! `decoding TIMES` is sent the event in one line, and writes how many allocations that takes and how many bytes those have;
//! then, for each line that it is sent, how many nanoseconds TIMES events took. It ends with its standard input.

use allocation_counter::measure;
use aws_lambda_events::cloudwatch_events::cloudtrail::AWSAPICall;
use aws_lambda_events::eventbridge::EventBridgeEvent;
use std::error::Error;
use std::hint::black_box;
use std::io::{BufRead, Write};
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    let times: u32 = std::env::args().nth(1).ok_or("no number of events is named")?.parse()?;
    let mut lines = std::io::stdin().lock().lines();
    let event = lines.next().ok_or("there is no event")??.into_bytes();
    // What can't be read is read quickly.
    read(&event)?;
    let one = measure(|| drop(black_box(read(&event))));
    let mut out = std::io::stdout().lock();
    writeln!(out, "{} {}", one.count_total, one.bytes_total)?;
    out.flush()?;
    for line in lines {
        line?;
        let begun = Instant::now();
        (0..times).for_each(|_| drop(black_box(read(black_box(&event)))));
        writeln!(out, "{}", begun.elapsed().as_nanos())?;
        out.flush()?;
    }
    Ok(())
}

fn read(event: &[u8]) -> serde_json::Result<EventBridgeEvent<AWSAPICall>> {
    serde_json::from_slice(event)
}
