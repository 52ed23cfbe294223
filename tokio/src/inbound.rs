//! Reports and messages on their way to the application.

use crate::driver::Command;
use futures_core::Stream;
use smpp_edge::messenger::{DeliveryReport, InboundMessage};
use smpp_edge::pdu::CommandStatus;
use smpp_edge::session::Sequence;
use std::collections::VecDeque;
use std::ops::Deref;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use tokio::sync::mpsc::WeakUnboundedSender;

/// A report or message that waits for its answer. Dropped without [`accept`](Self::accept), it is refused for now
/// (ESME_RX_T_APPN), so that the SMSC redelivers it.
#[derive(Debug)]
pub struct Received<T> {
    value: Option<T>,
    answer: Answer,
}

/// The answer that a request of the peer waits for.
#[derive(Debug)]
struct Answer {
    /// `None` once it was given, or where none is wanted.
    request: Option<Sequence>,
    commands: WeakUnboundedSender<Command>,
}

impl Answer {
    fn give(&mut self, status: CommandStatus) {
        if let (Some(request), Some(commands)) = (self.request.take(), self.commands.upgrade()) {
            // Without a driver there is no connection either.
            let _ = commands.send(Command::Respond {
                request,
                status,
                message_id: None,
            });
        }
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.give(CommandStatus::ESME_RX_T_APPN);
    }
}

impl<T> Received<T> {
    pub(crate) fn new(
        value: T,
        request: Option<Sequence>,
        commands: WeakUnboundedSender<Command>,
    ) -> Self {
        Self {
            value: Some(value),
            answer: Answer { request, commands },
        }
    }

    /// Acknowledges it to the SMSC, and returns it.
    ///
    /// # Panics
    ///
    /// Never: the value is there until this call takes it.
    #[must_use]
    pub fn accept(mut self) -> T {
        self.answer.give(CommandStatus::ESME_ROK);
        self.value.take().expect("the value is taken once")
    }

    /// Refuses it with a status: ESME_RX_T_APPN asks the SMSC to redeliver it, ESME_RX_P_APPN to give it up.
    pub fn refuse(mut self, status: CommandStatus) {
        self.answer.give(status);
    }
}

impl<T> Deref for Received<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.value.as_ref().expect("the value is taken once")
    }
}

/// What waits for the application, and who waits for it.
struct Queue<T> {
    waiting: VecDeque<Received<T>>,
    wakers: Vec<Waker>,
    /// Streams that may take something.
    takers: usize,
    ended: bool,
}

/// The driver's end of a stream.
pub(crate) struct Shared<T>(Arc<Mutex<Queue<T>>>);

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Default for Shared<T> {
    fn default() -> Self {
        let queue = Queue {
            waiting: VecDeque::new(),
            wakers: Vec::new(),
            takers: 0,
            ended: false,
        };
        Self(Arc::new(Mutex::new(queue)))
    }
}

impl<T> Shared<T> {
    fn lock(&self) -> MutexGuard<'_, Queue<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands an item over. Without a stream that could take it, it is dropped, which refuses it.
    pub(crate) fn push(&self, item: Received<T>) {
        let mut queue = self.lock();
        if queue.takers == 0 {
            return;
        }
        queue.waiting.push_back(item);
        for waker in queue.wakers.drain(..) {
            waker.wake();
        }
    }

    /// Nothing follows.
    pub(crate) fn end(&self) {
        let mut queue = self.lock();
        queue.ended = true;
        for waker in queue.wakers.drain(..) {
            waker.wake();
        }
    }

    fn taker(&self) -> Taker<T> {
        self.lock().takers += 1;
        Taker(self.clone())
    }
}

/// The application's end of a stream.
struct Taker<T>(Shared<T>);

impl<T> Taker<T> {
    fn poll(&mut self, context: &Context<'_>) -> Poll<Option<Received<T>>> {
        let mut queue = self.0.lock();
        if let Some(item) = queue.waiting.pop_front() {
            return Poll::Ready(Some(item));
        }
        if queue.ended {
            return Poll::Ready(None);
        }
        if !queue
            .wakers
            .iter()
            .any(|waker| waker.will_wake(context.waker()))
        {
            queue.wakers.push(context.waker().clone());
        }
        Poll::Pending
    }
}

impl<T> Drop for Taker<T> {
    fn drop(&mut self) {
        let mut queue = self.0.lock();
        queue.takers -= 1;
        if queue.takers == 0 {
            // Refused, outside the lock.
            let refused = std::mem::take(&mut queue.waiting);
            drop(queue);
            drop(refused);
        }
    }
}

macro_rules! stream {
    ($(#[$doc:meta])* $name:ident of $item:ty) => {
        $(#[$doc])*
        pub struct $name(Taker<$item>);

        impl $name {
            pub(crate) fn of(shared: &Shared<$item>) -> Self {
                Self(shared.taker())
            }

            /// The next one; `None` once the client has ended.
            pub async fn recv(&mut self) -> Option<Received<$item>> {
                std::future::poll_fn(|context| self.0.poll(context)).await
            }
        }

        impl Stream for $name {
            type Item = Received<$item>;

            fn poll_next(
                mut self: Pin<&mut Self>,
                context: &mut Context<'_>,
            ) -> Poll<Option<Self::Item>> {
                self.0.poll(context)
            }
        }
    };
}

stream! {
    /// The delivery reports that come in. Several streams of one client share them.
    Reports of DeliveryReport
}

stream! {
    /// The messages that come in, their segments joined. Several streams of one client share them.
    Messages of InboundMessage
}
