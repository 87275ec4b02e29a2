//! The question before something is sent.

use super::show::counted;
use std::io::{BufRead, IsTerminal, Write};
use tokio::sync::oneshot;

/// Whether there is a terminal, and so perhaps a person.
pub(super) fn somebody_is_there() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Whether somebody said yes.
pub(super) async fn confirmed(events: usize, functions: usize, log_groups: usize) -> bool {
    let to = [(functions, "function"), (log_groups, "log group")];
    let to: Vec<String> =
        to.iter().filter(|(number, _)| *number > 0).map(|(number, what)| counted(*number, what)).collect();
    let question = format!("Send {} again to {}? [y/N] ", counted(events, "event"), to.join(" and "));
    let (says, said) = oneshot::channel();
    // A thread of its own, which nobody waits for at the end: it may wait for a person.
    std::thread::spawn(move || {
        let mut terminal = std::io::stderr().lock();
        let asked = write!(terminal, "{question}").and_then(|()| terminal.flush());
        drop(terminal);
        let mut answer = String::new();
        let read = asked.and_then(|()| std::io::stdin().lock().read_line(&mut answer));
        // What can't be asked was not answered with yes; and who asked may have gone.
        says.send(read.is_ok() && is_yes(&answer)).ok();
    });
    said.await.unwrap_or(false)
}

fn is_yes(answer: &str) -> bool {
    ["y", "yes"].contains(&answer.trim().to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_yes_is_one() {
        assert!(["y\n", "Y", " yes \r\n"].into_iter().all(is_yes));
        assert!(["", "\n", "n", "no", "ja", "yes, but", "y y"].into_iter().all(|answer| !is_yes(answer)));
    }
}
