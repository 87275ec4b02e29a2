//! A body that is passed on as it comes, and kept beside, so that who has to know it can read it when
//! it is at its end.

use axum::body::{Body, HttpBody};
use bytes::{Bytes, BytesMut};
use http_body::{Frame, SizeHint};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// A body that tells what it was when it has passed: at its end, or when nobody wants the rest.
pub(super) struct Noted<F: FnOnce(Bytes)> {
    body: Body,
    kept: BytesMut,
    most: usize,
    told: Option<F>,
}

impl<F: FnOnce(Bytes) + Unpin> Noted<F> {
    /// Keeps at most this many bytes; a longer body is told as an empty one.
    pub(super) fn new(body: Body, most: usize, told: F) -> Noted<F> {
        Noted { body, kept: BytesMut::new(), most, told: Some(told) }
    }
}

impl<F: FnOnce(Bytes)> Noted<F> {
    fn tell(&mut self) {
        if let Some(told) = self.told.take() {
            let kept = std::mem::take(&mut self.kept).freeze();
            told(if kept.len() > self.most { Bytes::new() } else { kept });
        }
    }
}

impl<F: FnOnce(Bytes) + Unpin> HttpBody for Noted<F> {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = self.get_mut();
        let frame = ready!(Pin::new(&mut this.body).poll_frame(context));
        match &frame {
            Some(Ok(frame)) => {
                // One byte more than may be kept says that it is too long.
                if let Some(data) = frame.data_ref() {
                    let room = (this.most + 1).saturating_sub(this.kept.len());
                    this.kept.extend_from_slice(data.get(..room).unwrap_or(data));
                }
            }
            Some(Err(_)) | None => this.tell(),
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl<F: FnOnce(Bytes)> Drop for Noted<F> {
    fn drop(&mut self) {
        self.tell();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    async fn passed(body: &'static str, most: usize) -> (Bytes, Bytes) {
        let told = Arc::new(Mutex::new(Bytes::new()));
        let tells = told.clone();
        let noted = Noted::new(Body::from(body), most, move |bytes| *tells.lock().unwrap() = bytes);
        let passed = axum::body::to_bytes(Body::new(noted), usize::MAX).await.unwrap();
        let told = told.lock().unwrap().clone();
        (passed, told)
    }

    #[tokio::test]
    async fn a_body_is_passed_on_whole_and_told_if_it_is_not_too_long() {
        assert_eq!(passed("orders", 6).await, (Bytes::from("orders"), Bytes::from("orders")));
        assert_eq!(passed("orders", 5).await, (Bytes::from("orders"), Bytes::new()));
        assert_eq!(passed("", 5).await, (Bytes::new(), Bytes::new()));
    }
}
