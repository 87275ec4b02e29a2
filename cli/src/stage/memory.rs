//! How much memory a process has had, and whether that is more than it may have.
//!
//! What counts is the process's own resident memory, the most there ever was of it, as Linux keeps it
//! under `/proc`: what it had between two looks is seen too. What its children have is not counted.
//! Where there is no `/proc`, nothing is known and nothing is enforced.

use std::time::Duration;

/// How often a process is looked at while it is at work.
const EVERY: Duration = Duration::from_millis(50);

/// The memory of a process; what was seen last stays known when the process has ended.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Memory {
    process: Option<u32>,
    peak_kb: Option<u64>,
}

impl Memory {
    /// That of the process with this id; of one that has ended nothing is known.
    pub(super) fn of(process: Option<u32>) -> Memory {
        Memory { process, peak_kb: None }
    }

    /// Waits until it has had more than this many MB; without a limit, and where nothing is known, for ever.
    pub(super) async fn outgrows(&mut self, limit_mb: Option<u32>) {
        while !self.has_outgrown(limit_mb) {
            tokio::time::sleep(EVERY).await;
        }
    }

    /// Whether it has had more than this many MB by now.
    pub(super) fn has_outgrown(&mut self, limit_mb: Option<u32>) -> bool {
        self.look();
        limit_mb.zip(self.peak_kb).is_some_and(|(limit, peak)| peak > u64::from(limit) * 1024)
    }

    /// The most that it has had, in MB, as far as was seen.
    pub(super) fn peak_mb(&self) -> Option<u64> {
        self.peak_kb.map(|peak| peak.div_ceil(1024))
    }

    fn look(&mut self) {
        let Some(process) = self.process else { return };
        // An error means that it has ended, or that there is no /proc here: what is known stays.
        let Ok(status) = std::fs::read_to_string(format!("/proc/{process}/status")) else { return };
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let peak = peak.and_then(|peak| peak.trim().trim_end_matches(" kB").parse().ok());
        self.peak_kb = peak.or(self.peak_kb);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn this_process_has_some_and_not_all_there_is() {
        let mut memory = Memory::of(Some(std::process::id()));
        assert!(memory.has_outgrown(Some(0)));
        assert!(!memory.has_outgrown(Some(1_000_000)) && !memory.has_outgrown(None));
        assert!(memory.peak_mb().is_some_and(|peak| peak > 0));
    }

    #[test]
    fn of_a_process_that_is_not_there_nothing_is_known() {
        let mut memory = Memory::of(None);
        assert!(!memory.has_outgrown(Some(0)));
        assert_eq!(memory.peak_mb(), None);
    }
}
