//! The question before something is sent.

use super::show::counted;
use std::io::{BufRead, IsTerminal, Write};
use tokio::sync::oneshot;
use trailhook::shown_line;

/// Whether there is a terminal, and so perhaps a person.
pub(super) fn somebody_is_there() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Whether somebody said yes to sending so many events to each of these.
pub(super) async fn confirmed(targets: &[(String, usize)]) -> bool {
    let question = question(targets);
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

/// What is asked: whoever says yes knows to whom.
fn question(targets: &[(String, usize)]) -> String {
    let to: Vec<String> =
        targets.iter().map(|(called, events)| format!("{events} to {}", shown_line(called))).collect();
    let events = targets.iter().map(|(_, events)| events).sum();
    format!("Send {} again: {}? [y/N] ", counted(events, "event"), to.join(", "))
}

fn is_yes(answer: &str) -> bool {
    ["y", "yes"].contains(&answer.trim().to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_question_names_each_target_with_its_events() {
        let targets = [("log group /aws/events/t".to_owned(), 1), ("notify:live".to_owned(), 2)];
        assert_eq!(question(&targets), "Send 3 events again: 1 to log group /aws/events/t, 2 to notify:live? [y/N] ");
    }

    #[test]
    fn only_a_yes_is_one() {
        assert!(["y\n", "Y", " yes \r\n"].into_iter().all(is_yes));
        assert!(["", "\n", "n", "no", "ja", "yes, but", "y y"].into_iter().all(|answer| !is_yes(answer)));
    }
}
