//! The client.

use crate::builder::ClientBuilder;
use crate::driver::{Application, Command};
use crate::error::Error;
use crate::inbound::{Messages, Received, Reports, Shared};
use smpp_edge::messenger::{
    DeliveryReport, InboundMessage, MessageError, MessengerEvent, OutgoingSms, SentSms, SmsId,
};
use smpp_edge::pdu::{CommandStatus, PduBuf, Request};
use smpp_edge::session::CloseReason;
use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::mpsc::{UnboundedSender, WeakUnboundedSender};
use tokio::sync::{oneshot, watch};

/// An SMPP client. It can be cloned; with the last clone the session unbinds.
#[derive(Clone)]
pub struct Client {
    pub(crate) commands: UnboundedSender<Command>,
    pub(crate) shared: Arc<ClientShared>,
}

/// What a client and its driver have in common.
#[derive(Default)]
pub(crate) struct ClientShared {
    next_mark: AtomicU64,
    replies: Mutex<HashMap<u64, Reply>>,
    reports: Shared<DeliveryReport>,
    messages: Shared<InboundMessage>,
    pub(crate) ended: watch::Sender<Option<CloseReason>>,
}

enum Reply {
    Sms(oneshot::Sender<Result<SentSms, Error>>),
    Request(oneshot::Sender<Result<PduBuf, Error>>),
}

impl ClientShared {
    fn take(&self, mark: u64) -> Option<Reply> {
        self.replies
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&mark)
    }

    fn put(&self, reply: Reply) -> u64 {
        let mark = self.next_mark.fetch_add(1, Ordering::Relaxed);
        self.replies
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(mark, reply);
        mark
    }
}

impl Client {
    /// Connects and binds, with the default settings.
    ///
    /// # Errors
    ///
    /// If the URL can't be used, no connection can be opened, or the SMSC refuses the bind.
    pub async fn connect(url: &str) -> Result<Self, Error> {
        Self::builder(url)?.connect().await
    }

    /// A client with settings of its own.
    ///
    /// # Errors
    ///
    /// If the URL can't be used.
    pub fn builder(url: &str) -> Result<ClientBuilder, Error> {
        ClientBuilder::new(url)
    }

    /// Sends a message and waits until the SMSC has answered for all its segments.
    ///
    /// The message is queued by the call itself: dropping the future does not withdraw it.
    ///
    /// # Errors
    ///
    /// If it is refused before it is sent, or not every segment is accepted.
    pub fn send_sms(
        &self,
        sms: OutgoingSms,
    ) -> impl Future<Output = Result<SentSms, Error>> + Send + use<> {
        let (reply, result) = oneshot::channel();
        let mark = self.shared.put(Reply::Sms(reply));
        let queued = self.commands.send(Command::Send {
            sms: Box::new(sms),
            mark,
        });
        if queued.is_err() {
            self.shared.take(mark);
        }
        let shared = Arc::clone(&self.shared);
        async move {
            match result.await {
                Ok(Ok(sms)) if sms.is_accepted() => Ok(sms),
                Ok(Ok(sms)) => Err(Error::NotAccepted(sms)),
                Ok(Err(error)) => Err(error),
                Err(_) => Err(shared.closed()),
            }
        }
    }

    /// Sends any other request, such as query_sm, and returns the response PDU.
    ///
    /// # Errors
    ///
    /// If a field can't be written, the request is not sent, or the SMSC refuses it.
    pub async fn request<'a>(&self, request: &impl Request<'a>) -> Result<PduBuf, Error> {
        let command_id = request.command_id();
        let mut encoded = Vec::new();
        request
            .encode(&mut encoded)
            .map_err(|error| Error::Message(error.into()))?;
        let (reply, result) = oneshot::channel();
        let mark = self.shared.put(Reply::Request(reply));
        if self
            .commands
            .send(Command::Request {
                command_id,
                body: encoded,
                mark,
            })
            .is_err()
        {
            self.shared.take(mark);
        }
        result.await.unwrap_or_else(|_| Err(self.shared.closed()))
    }

    /// The delivery reports that come in. While nobody holds such a stream, reports are refused for now, so that the SMSC
    /// redelivers them.
    #[must_use]
    pub fn reports(&self) -> Reports {
        Reports::of(&self.shared.reports)
    }

    /// The messages that come in. While nobody holds such a stream, messages are refused for now, so that the SMSC redelivers
    /// them.
    #[must_use]
    pub fn messages(&self) -> Messages {
        Messages::of(&self.shared.messages)
    }

    /// Sends what is queued, unbinds, and waits for the end.
    pub async fn close(&self) {
        if self.commands.send(Command::Close).is_ok() {
            self.closed().await;
        }
    }

    /// Waits until the session is over, and returns why.
    pub async fn closed(&self) -> CloseReason {
        let mut ended = self.shared.ended.subscribe();
        match ended.wait_for(Option::is_some).await {
            Ok(reason) => reason.clone().unwrap_or(CloseReason::Lost),
            Err(_) => CloseReason::Lost,
        }
    }
}

impl ClientShared {
    fn closed(&self) -> Error {
        Error::Closed(self.ended.borrow().clone().unwrap_or(CloseReason::Unbound))
    }
}

/// The client's side of the driver.
pub(crate) struct ClientApplication {
    pub(crate) shared: Arc<ClientShared>,
    pub(crate) commands: WeakUnboundedSender<Command>,
    /// Receives the first bind, or why there is none.
    pub(crate) first: Option<oneshot::Sender<Result<(), Error>>>,
    pub(crate) connect_error: Option<io::Error>,
    pub(crate) open: HashMap<SmsId, u64>,
}

impl ClientApplication {
    fn settle_request(&mut self, id: SmsId, result: Result<PduBuf, Error>) {
        let mark = self.open.remove(&id);
        if let Some(Reply::Request(reply)) = mark.and_then(|mark| self.shared.take(mark)) {
            // Whoever asked may have stopped waiting.
            let _ = reply.send(result);
        }
    }

    fn fail_first(&mut self, error: Error) {
        if let Some(first) = self.first.take() {
            let _ = first.send(Err(error));
        }
    }
}

impl Application for ClientApplication {
    fn taken(&mut self, mark: u64, result: Result<SmsId, MessageError>) {
        let error = match result {
            Ok(id) => {
                self.open.insert(id, mark);
                return;
            }
            Err(error) => Error::Message(error),
        };
        match self.shared.take(mark) {
            Some(Reply::Sms(reply)) => drop(reply.send(Err(error))),
            Some(Reply::Request(reply)) => drop(reply.send(Err(error))),
            None => {}
        }
    }

    fn event(&mut self, event: MessengerEvent) {
        match event {
            MessengerEvent::Bound { .. } => {
                if let Some(first) = self.first.take() {
                    let _ = first.send(Ok(()));
                }
            }
            MessengerEvent::Sent { id, sms } => {
                let mark = self.open.remove(&id);
                if let Some(Reply::Sms(reply)) = mark.and_then(|mark| self.shared.take(mark)) {
                    let _ = reply.send(Ok(sms));
                }
            }
            MessengerEvent::Response { id, status, pdu } => {
                let result = if status == CommandStatus::ESME_ROK {
                    Ok(pdu)
                } else {
                    Err(Error::Rejected(status))
                };
                self.settle_request(id, result);
            }
            MessengerEvent::RequestFailed { id, failure, .. } => {
                self.settle_request(id, Err(Error::Failed(failure)));
            }
            MessengerEvent::Report { request, report } => {
                let item = Received::new(report, request, self.commands.clone());
                self.shared.reports.push(item);
            }
            MessengerEvent::Message { request, message } => {
                let item = Received::new(message, request, self.commands.clone());
                self.shared.messages.push(item);
            }
            MessengerEvent::Request { request, .. } => {
                // Nothing here takes it: refused for now.
                drop(Received::new((), Some(request), self.commands.clone()));
            }
            // The first connection is tried once at each endpoint.
            MessengerEvent::Disconnect { reason, retry_in }
                if self.first.is_some() && retry_in != Some(0) =>
            {
                let error = match self.connect_error.take() {
                    Some(error) if reason == CloseReason::ConnectFailed => Error::Connect(error),
                    _ => Error::Closed(reason),
                };
                self.fail_first(error);
            }
            _ => {}
        }
    }

    fn connect_failed(&mut self, error: io::Error) {
        self.connect_error = Some(error);
    }

    fn ended(&mut self, reason: CloseReason) {
        self.fail_first(Error::Closed(reason.clone()));
        self.shared.ended.send_replace(Some(reason));
        self.shared.reports.end();
        self.shared.messages.end();
        // What is left has nobody who could settle it.
        self.shared
            .replies
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }
}
