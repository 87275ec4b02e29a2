//! Who is told what happens on the stage: a screen, a test, or nobody.

use tokio::sync::mpsc;

/// One who is told. What is told to nobody, or to one who listens no more, is forgotten.
#[derive(Debug)]
pub struct Observer<T>(Option<mpsc::UnboundedSender<T>>);

impl<T> Observer<T> {
    /// One who listens at the other end. What he leaves there stays there, so he should keep listening.
    pub fn new() -> (Observer<T>, mpsc::UnboundedReceiver<T>) {
        let (told, listens) = mpsc::unbounded_channel();
        (Observer(Some(told)), listens)
    }

    /// Nobody.
    pub fn nobody() -> Observer<T> {
        Observer(None)
    }

    pub(super) fn tell(&self, what: T) {
        if let Some(told) = &self.0 {
            // Nobody listens any more.
            told.send(what).ok();
        }
    }
}

impl<T> Clone for Observer<T> {
    fn clone(&self) -> Self {
        Observer(self.0.clone())
    }
}
