//! The wish to end, heard while something is under way.
//!
//! A call that takes or sends something is not broken off: what SQS has given would be held by nobody, and nobody would know
//! what was sent. So the first wish lets it come to its end, and says so; the second one does not wait.

use super::super::CommandError;
use std::io::Write;
use std::pin::Pin;

/// Who listens for it. The future is asked again after it has said when: each answer is one more wish.
pub(in crate::commands) struct Ending<'a, F> {
    asked: Pin<&'a mut F>,
    /// Whether it was said twice: nothing more is waited for.
    pub(super) at_once: bool,
}

impl<'a, F: Future<Output = u8>> Ending<'a, F> {
    pub(in crate::commands) fn new(asked: Pin<&'a mut F>) -> Self {
        Ending { asked, at_once: false }
    }

    /// Does what may be broken off.
    ///
    /// # Errors
    /// It is to end.
    pub(in crate::commands) async fn or<T>(&mut self, work: impl Future<Output = T>) -> Result<T, CommandError> {
        tokio::select! {
            biased;
            status = &mut self.asked => Err(CommandError::Ended(status)),
            done = work => Ok(done),
        }
    }

    /// Does what is not broken off once it has begun: what came of it, and whether it goes on after that.
    ///
    /// # Errors
    /// It is to end, and this was not begun; or was broken off because somebody said so twice.
    pub(in crate::commands) async fn whole<T>(
        &mut self,
        call: impl Future<Output = T>,
    ) -> Result<(T, Result<(), CommandError>), CommandError> {
        self.or(std::future::ready(())).await?;
        let mut call = std::pin::pin!(call);
        let status = tokio::select! {
            biased;
            status = &mut self.asked => status,
            done = &mut call => return Ok((done, Ok(()))),
        };
        let note = "it ends as soon as the call under way is answered; ended once more, it does not wait";
        // The terminal may have gone.
        writeln!(std::io::stderr().lock(), "trailhook: {note}").ok();
        match self.or(call).await {
            Ok(done) => Ok((done, Err(CommandError::Ended(status)))),
            Err(error) => {
                self.at_once = true;
                Err(error)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::{pending, poll_fn, ready};
    use std::pin::pin;
    use std::task::Poll;

    /// Says it after each of so many questions.
    fn wishes(mut after: Vec<usize>) -> impl Future<Output = u8> {
        poll_fn(move |context| {
            context.waker().wake_by_ref();
            match after.first_mut() {
                Some(0) => {
                    after.remove(0);
                    Poll::Ready(130)
                }
                Some(left) => {
                    *left -= 1;
                    Poll::Pending
                }
                None => Poll::Pending,
            }
        })
    }

    #[tokio::test]
    async fn the_first_wish_waits_for_the_call_and_the_second_does_not() {
        let mut asked = pin!(wishes(vec![1]));
        let mut ending = Ending::new(asked.as_mut());
        let mut looks = 0;
        let call = poll_fn(|context| {
            context.waker().wake_by_ref();
            looks += 1;
            if looks < 4 { Poll::Pending } else { Poll::Ready("taken") }
        });
        let (done, goes_on) = ending.whole(call).await.unwrap();
        assert!(done == "taken" && matches!(goes_on, Err(CommandError::Ended(130))) && !ending.at_once);

        let mut asked = pin!(wishes(vec![1, 1]));
        let mut ending = Ending::new(asked.as_mut());
        assert!(matches!(ending.whole(pending::<()>()).await, Err(CommandError::Ended(130))));
        assert!(ending.at_once);

        let mut asked = pin!(wishes(vec![0]));
        let mut ending = Ending::new(asked.as_mut());
        let begun = std::cell::Cell::new(false);
        let call = async { begun.set(true) };
        assert!(ending.whole(call).await.is_err() && !begun.get() && !ending.at_once, "it is not begun");
        assert!(matches!(ending.whole(ready(7)).await, Ok((7, Ok(())))));
    }
}
