//! Where a command that stays up writes its lines: a thread of its own.
//!
//! Whoever reads may stop reading, as a terminal does at Ctrl-S and a pager at the end of its page. A
//! stage that waited for that would answer nobody, and could not even be ended. So lines wait here, and
//! when too many do, further ones are left out, and counted.

use std::io::{Error, ErrorKind, Result, Write};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, channel, sync_channel};
use std::thread;
use std::time::Duration;

/// How many lines wait before some are left out.
const WAITING: usize = 10_000;

/// How long the last lines may take when the command ends.
const LAST_LINES: Duration = Duration::from_secs(2);

/// Lines on their way to the standard output.
#[derive(Debug)]
pub struct Screen {
    lines: SyncSender<String>,
    /// How the thread ended: with the last line, or with an error before.
    ended: Receiver<Result<()>>,
    left_out: usize,
}

impl Screen {
    /// A screen on the standard output.
    pub fn open() -> Screen {
        Screen::on(std::io::stdout(), WAITING)
    }

    fn on(mut out: impl Write + Send + 'static, waiting: usize) -> Screen {
        let (lines, written) = sync_channel::<String>(waiting);
        let (tells, ended) = channel();
        thread::spawn(move || {
            let all = written.iter().try_for_each(|line| writeln!(out, "{line}").and_then(|()| out.flush()));
            // Nobody asks any more.
            tells.send(all).ok();
        });
        Screen { lines, ended, left_out: 0 }
    }

    /// Says a line, or leaves it out when nobody has read for long.
    ///
    /// # Errors
    /// The standard output is gone.
    pub fn say(&mut self, line: impl Into<String>) -> Result<()> {
        if self.left_out > 0 {
            let note = format!("left out {} lines, because nobody read them", self.left_out);
            match self.lines.try_send(note) {
                Ok(()) => self.left_out = 0,
                Err(TrySendError::Full(_)) => {}
                Err(TrySendError::Disconnected(_)) => return self.gone(),
            }
        }
        match self.lines.try_send(line.into()) {
            Ok(()) => Ok(()),
            Err(TrySendError::Full(_)) => {
                self.left_out += 1;
                Ok(())
            }
            Err(TrySendError::Disconnected(_)) => self.gone(),
        }
    }

    /// Waits for the last lines, though not for ever.
    ///
    /// # Errors
    /// The standard output is gone, or nobody reads it.
    pub fn close(self) -> Result<()> {
        drop(self.lines);
        let late = || Err(Error::new(ErrorKind::TimedOut, "nobody reads the standard output"));
        self.ended.recv_timeout(LAST_LINES).unwrap_or_else(|_| late())
    }

    fn gone(&self) -> Result<()> {
        self.ended.try_recv().unwrap_or_else(|_| Err(ErrorKind::BrokenPipe.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Paper(Arc<Mutex<Vec<u8>>>);

    impl Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> Result<()> {
            Ok(())
        }
    }

    #[test]
    fn every_line_is_written_while_somebody_reads() {
        let paper = Paper::default();
        let mut screen = Screen::on(paper.clone(), 100);
        (0..50).for_each(|line| screen.say(line.to_string()).unwrap());
        screen.close().unwrap();
        assert_eq!(String::from_utf8(paper.0.lock().unwrap().clone()).unwrap().lines().count(), 50);
    }

    #[test]
    fn who_says_something_never_waits_for_who_does_not_read() {
        let paper = Paper::default();
        let reads_not = paper.0.lock().unwrap();
        let mut screen = Screen::on(paper.clone(), 10);
        // Who writes takes one line, sooner or later, and waits with it; then there is never room again.
        while screen.left_out < 100 {
            screen.say("a line").unwrap();
        }
        drop(reads_not);
        // One more, as soon as there is room, says how many are missing.
        while screen.left_out > 0 {
            screen.say("at last").unwrap();
        }
        screen.close().unwrap();
        let written = String::from_utf8(paper.0.lock().unwrap().clone()).unwrap();
        assert!(written.contains("left out "), "{written}");
    }
}
