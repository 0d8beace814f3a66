//! The layer below HTTP: a connection's socket, on which a reply can be cut short, reset or slowed
//! down. hyper writes the whole reply with its full Content-Length and is unaware of this.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Sleep;

/// One write of a slowed body has at most this fraction of a second's bytes and of the body, but at
/// least 1 byte.
const STEPS_PER_S: u64 = 20;
/// The end of a reply's head.
const HEAD_END: &[u8; 4] = b"\r\n\r\n";

/// Faults in the delivery of a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Delivery {
    /// Size of its body in bytes.
    pub(crate) body: u64,
    /// The connection ends after this many bytes of body, in this way.
    pub(crate) end: Option<(u64, End)>,
    /// Bytes of body per second; unlimited when absent.
    pub(crate) bytes_per_s: Option<u64>,
}

/// The end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// An orderly close.
    Close,
    /// A TCP reset.
    Reset,
}

/// The channel by which a connection's service gives orders to its line.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fate(Arc<Mutex<Orders>>);

#[derive(Debug, Default)]
struct Orders {
    delivery: Option<Delivery>,
    reset: bool,
}

impl Fate {
    fn orders(&self) -> MutexGuard<'_, Orders> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Applies `delivery` to the next reply.
    pub(crate) fn deliver(&self, delivery: Delivery) {
        self.orders().delivery = Some(delivery);
    }

    /// Ends the connection with a reset.
    pub(crate) fn reset(&self) {
        self.orders().reset = true;
    }
}

/// A connection's socket.
pub(crate) struct Line {
    /// Absent once this side has ended the connection.
    stream: Option<TcpStream>,
    fate: Fate,
    sending: Option<Sending>,
    patience: Patience,
}

/// Ends the connection if its client has read nothing for `time`.
struct Patience {
    time: Duration,
    /// Runs while a write is blocked.
    stuck: Option<Pin<Box<Sleep>>>,
}

impl Patience {
    /// Returns `written`, or a time-out if writes have been blocked for `time`.
    fn with(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if written.is_ready() {
            self.stuck = None;
            return written;
        }
        let stuck = self.stuck.get_or_insert_with(|| Box::pin(tokio::time::sleep(self.time)));
        std::task::ready!(stuck.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

/// A reply with faults in its delivery.
struct Sending {
    delivery: Delivery,
    /// The last bytes of the head so far, to find its end across writes; absent once the head is
    /// sent.
    head: Option<Vec<u8>>,
    /// Bytes of the body that are sent.
    sent: u64,
    pause: Option<Pin<Box<Sleep>>>,
}

impl Line {
    pub(crate) fn new(stream: TcpStream, fate: Fate, time: Duration) -> Self {
        Self { stream: Some(stream), fate, sending: None, patience: Patience { time, stuck: None } }
    }

    fn end(&mut self, end: End) {
        if end == End::Reset {
            self.fate.reset();
        }
        self.close();
    }

    /// Closes the socket, with a reset if one was ordered.
    fn close(&mut self) {
        if let Some(stream) = self.stream.take()
            && self.fate.orders().reset
        {
            // With a linger time of zero the system drops queued bytes and sends a reset.
            let _ = SockRef::from(&stream).set_linger(Some(Duration::ZERO));
        }
    }

    /// Writes the part of a faulty reply that may be sent now.
    fn poll_sending(&mut self, cx: &mut Context<'_>, buffer: &[u8]) -> Poll<io::Result<usize>> {
        let (Some(sending), Some(stream)) = (&mut self.sending, &mut self.stream) else {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        };
        if let Some(pause) = &mut sending.pause {
            std::task::ready!(pause.as_mut().poll(cx));
            sending.pause = None;
        }
        let allowed = sending.allowed(buffer);
        let written = Pin::new(stream).poll_write(cx, &buffer[..allowed]);
        let written = std::task::ready!(self.patience.with(cx, written))?;
        sending.wrote(&buffer[..written]);
        match sending.state() {
            State::Goes => {}
            State::Done => self.sending = None,
            State::Ends(end) => {
                self.sending = None;
                self.end(end);
            }
        }
        Poll::Ready(Ok(written))
    }
}

enum State {
    Goes,
    Done,
    Ends(End),
}

impl Sending {
    fn new(delivery: Delivery) -> Self {
        Self { delivery, head: Some(Vec::new()), sent: 0, pause: None }
    }

    /// Bytes of `buffer` that may be written at once. Head and body are never written together.
    fn allowed(&self, buffer: &[u8]) -> usize {
        match &self.head {
            Some(before) => head_end(before, buffer).unwrap_or(buffer.len()),
            None => {
                let end = self.delivery.end.map_or(self.delivery.body, |(at, _)| at);
                let step = self.delivery.bytes_per_s.map_or(u64::MAX, |rate| self.step(rate));
                let allowed = end.saturating_sub(self.sent).min(step);
                buffer.len().min(usize::try_from(allowed).unwrap_or(usize::MAX))
            }
        }
    }

    /// Bytes of one write: few enough that even a short body is sent with pauses.
    fn step(&self, rate: u64) -> u64 {
        (rate / STEPS_PER_S).min(self.delivery.body / STEPS_PER_S).max(1)
    }

    fn wrote(&mut self, bytes: &[u8]) {
        let Some(before) = &mut self.head else {
            self.sent += bytes.len() as u64;
            if let Some(rate) = self.delivery.bytes_per_s {
                let ms = (bytes.len() as u64).saturating_mul(1_000) / rate.max(1);
                self.pause = Some(Box::pin(tokio::time::sleep(Duration::from_millis(ms))));
            }
            return;
        };
        if head_end(before, bytes) == Some(bytes.len()) {
            self.head = None;
            return;
        }
        before.extend_from_slice(bytes);
        let surplus = before.len().saturating_sub(HEAD_END.len() - 1);
        before.drain(..surplus);
    }

    fn state(&self) -> State {
        match (self.head.is_some(), self.delivery.end) {
            (true, _) => State::Goes,
            (false, Some((at, end))) if self.sent >= at => State::Ends(end),
            (false, None) if self.sent >= self.delivery.body => State::Done,
            _ => State::Goes,
        }
    }
}

/// Position in `buffer` where the head ends, if `before` are the bytes before it.
fn head_end(before: &[u8], buffer: &[u8]) -> Option<usize> {
    let joined = [before, buffer].concat();
    let end = joined.windows(HEAD_END.len()).position(|window| window == HEAD_END)?;
    Some((end + HEAD_END.len()).saturating_sub(before.len()))
}

impl AsyncRead for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match &mut self.stream {
            Some(stream) => Pin::new(stream).poll_read(cx, buffer),
            None => Poll::Ready(Ok(())),
        }
    }
}

impl AsyncWrite for Line {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &[u8]) -> Poll<io::Result<usize>> {
        let delivery = self.fate.orders().delivery.take();
        if let Some(delivery) = delivery {
            self.sending = Some(Sending::new(delivery));
        }
        let plain = self.sending.is_none();
        match &mut self.stream {
            Some(stream) if plain => {
                let written = Pin::new(stream).poll_write(cx, buffer);
                self.patience.with(cx, written)
            }
            _ => self.poll_sending(cx, buffer),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let plain = self.sending.is_none() && self.fate.orders().delivery.is_none();
        if let (true, Some(stream)) = (plain, &mut self.stream) {
            let written = Pin::new(stream).poll_write_vectored(cx, buffers);
            return self.patience.with(cx, written);
        }
        let first = buffers.iter().find(|buffer| !buffer.is_empty()).map_or(&[][..], |buffer| buffer);
        self.poll_write(cx, first)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.stream {
            Some(stream) => Pin::new(stream).poll_flush(cx),
            None => Poll::Ready(Ok(())),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.fate.orders().reset {
            self.close();
        }
        match &mut self.stream {
            Some(stream) => Pin::new(stream).poll_shutdown(cx),
            None => Poll::Ready(Ok(())),
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.close();
    }
}
