//! The loop between a socket and a messenger: it runs as one task a session.

use crate::stream::{Endpoint, Reader, Writer, open};
use crate::trace;
use smpp_edge::messenger::{MessageError, Messenger, MessengerEvent, OutgoingSms, SmsId};
use smpp_edge::pdu::{Body, CommandId, CommandStatus, MessageIdResp};
use smpp_edge::session::{CloseReason, Instant, SendError, Sequence};
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::mpsc::UnboundedReceiver;

/// Bytes of the read buffer, and commands taken at once.
const ROOM: usize = 64 * 1024;
const COMMANDS: usize = 256;

/// How long the last bytes of a session may take to be written.
const LAST_WRITE: Duration = Duration::from_secs(5);

/// What the application asks of a session.
#[derive(Debug)]
pub(crate) enum Command {
    Send {
        sms: Box<OutgoingSms>,
        mark: u64,
    },
    Request {
        command_id: CommandId,
        body: Vec<u8>,
        mark: u64,
    },
    /// `message_id`: for the response to a submission.
    Respond {
        request: Sequence,
        status: CommandStatus,
        message_id: Option<String>,
    },
    Close,
}

/// What a session reports to.
pub(crate) trait Application: Send {
    /// A command with this mark was taken, and its outcome will have the id; or it was not.
    fn taken(&mut self, mark: u64, result: Result<SmsId, MessageError>);
    fn event(&mut self, event: MessengerEvent);
    /// The connection could not be opened.
    fn connect_failed(&mut self, error: io::Error);
    /// Last of all.
    fn ended(&mut self, reason: CloseReason);
}

type Opening = Pin<Box<dyn Future<Output = io::Result<(Reader, Writer)>> + Send>>;

pub(crate) struct Driver<A> {
    messenger: Messenger,
    application: A,
    commands: UnboundedReceiver<Command>,
    endpoints: Vec<Endpoint>,
    started: tokio::time::Instant,
    opening: Option<Opening>,
    reader: Option<Reader>,
    writer: Option<Writer>,
    /// Written, but perhaps not flushed.
    unflushed: bool,
    /// Set with the last event.
    end: Option<CloseReason>,
}

/// What a turn of the loop waited for.
enum Woken {
    Commands(usize),
    Opened(io::Result<(Reader, Writer)>),
    Read(io::Result<usize>),
    Written(io::Result<usize>),
    Flushed(io::Result<()>),
    Deadline,
}

impl<A: Application> Driver<A> {
    pub(crate) fn new(
        messenger: Messenger,
        application: A,
        commands: UnboundedReceiver<Command>,
        endpoints: Vec<Endpoint>,
        started: tokio::time::Instant,
    ) -> Self {
        Self {
            messenger,
            application,
            commands,
            endpoints,
            started,
            opening: None,
            reader: None,
            writer: None,
            unflushed: false,
            end: None,
        }
    }

    fn now(&self) -> Instant {
        Instant::from_millis(0) + self.started.elapsed()
    }

    /// Connects, and runs until the session is over.
    pub(crate) async fn connect(mut self) {
        self.messenger.connect(self.now());
        self.run().await;
    }

    /// Runs a session that a peer opened.
    pub(crate) async fn accept(mut self, (reader, writer): (Reader, Writer)) {
        self.reader = Some(reader);
        self.writer = Some(writer);
        self.messenger.accept(self.now());
        self.run().await;
    }

    async fn run(&mut self) {
        let mut input = Vec::with_capacity(ROOM);
        let mut commands = Vec::with_capacity(COMMANDS);
        let mut open_commands = true;
        self.take_events().await;
        while self.end.is_none() {
            let woken = self.wait(&mut input, &mut commands, open_commands).await;
            let now = self.now();
            match woken {
                Woken::Commands(0) => {
                    // Nobody is left who could ask for anything.
                    open_commands = false;
                    self.messenger.unbind(now);
                }
                Woken::Commands(_) => {
                    for command in commands.drain(..) {
                        self.obey(now, command);
                    }
                }
                Woken::Opened(Ok((reader, writer))) => {
                    self.opening = None;
                    (self.reader, self.writer) = (Some(reader), Some(writer));
                    self.messenger.bind(now);
                }
                Woken::Opened(Err(error)) => {
                    self.opening = None;
                    trace::connect_failed(&error);
                    self.application.connect_failed(error);
                    self.messenger.handle_close(now);
                }
                Woken::Read(Ok(0) | Err(_))
                | Woken::Written(Ok(0) | Err(_))
                | Woken::Flushed(Err(_)) => {
                    self.forget_connection();
                    self.messenger.handle_close(now);
                }
                Woken::Read(Ok(_)) => {
                    self.messenger.handle_input(now, &input);
                    input.clear();
                }
                Woken::Written(Ok(length)) => {
                    self.messenger.handle_transmitted(length);
                    self.unflushed = true;
                }
                Woken::Flushed(Ok(())) => self.unflushed = false,
                Woken::Deadline => {}
            }
            if self.messenger.poll_timeout().is_some_and(|due| due <= now) {
                self.messenger.handle_timeout(now);
            }
            self.take_events().await;
        }
        let reason = self.end.take().unwrap_or(CloseReason::Lost);
        self.application.ended(reason);
    }

    async fn wait(
        &mut self,
        input: &mut Vec<u8>,
        commands: &mut Vec<Command>,
        open_commands: bool,
    ) -> Woken {
        let due = self.messenger.poll_timeout();
        let deadline = due.and_then(|due| on_the_clock(self.started, due));
        let output = self.messenger.poll_transmit();
        tokio::select! {
            biased;
            count = self.commands.recv_many(commands, COMMANDS), if open_commands => Woken::Commands(count),
            result = maybe(self.opening.as_mut()), if self.opening.is_some() => Woken::Opened(result),
            result = read(self.reader.as_mut(), input), if self.reader.is_some() => Woken::Read(result),
            woken = push(self.writer.as_mut(), output), if !output.is_empty() || self.unflushed => woken,
            () = until(deadline) => Woken::Deadline,
        }
    }

    fn obey(&mut self, now: Instant, command: Command) {
        match command {
            Command::Send { sms, mark } => {
                let result = self.messenger.send_sms(now, &sms);
                self.application.taken(mark, result);
            }
            Command::Request {
                command_id,
                body,
                mark,
            } => {
                let result = self.messenger.send_request(now, command_id, &body);
                self.application
                    .taken(mark, result.map_err(|error: SendError| error.into()));
            }
            Command::Respond {
                request,
                status,
                message_id: None,
            } => {
                self.messenger.respond(now, request, status);
            }
            Command::Respond {
                request,
                status,
                message_id: Some(message_id),
            } => {
                let body = MessageIdResp {
                    message_id: message_id.as_bytes(),
                    ..MessageIdResp::default()
                };
                let answered = self
                    .messenger
                    .respond_with(now, request, status, |out, _| body.encode(out));
                if answered.is_err() {
                    // An id that can't be written: the submission is refused.
                    self.messenger
                        .respond(now, request, CommandStatus::ESME_RSYSERR);
                }
            }
            Command::Close => self.messenger.unbind(now),
        }
    }

    async fn take_events(&mut self) {
        while let Some(event) = self.messenger.poll_event() {
            trace::event(&event);
            match event {
                MessengerEvent::Connect { endpoint } => {
                    if let Some(endpoint) = self.endpoints.get(endpoint).cloned() {
                        self.opening = Some(Box::pin(open(endpoint)));
                    }
                }
                MessengerEvent::Disconnect {
                    ref reason,
                    retry_in,
                } => {
                    if retry_in.is_none() {
                        self.end = Some(reason.clone());
                    }
                    self.application.event(event);
                    self.disconnect().await;
                }
                event => self.application.event(event),
            }
        }
    }

    /// Writes what is left and closes the connection.
    async fn disconnect(&mut self) {
        self.opening = None;
        if let Some(mut writer) = self.writer.take() {
            let bytes = self.messenger.poll_transmit().to_vec();
            let last = async {
                writer.write_all(&bytes).await?;
                writer.shutdown().await
            };
            // The peer may have gone already.
            let _ = tokio::time::timeout(LAST_WRITE, last).await;
            self.messenger.handle_transmitted(bytes.len());
        }
        self.forget_connection();
    }

    fn forget_connection(&mut self) {
        (self.reader, self.writer) = (None, None);
        self.unflushed = false;
    }
}

/// The outcome of what is there; without anything, none ever.
async fn maybe(opening: Option<&mut Opening>) -> io::Result<(Reader, Writer)> {
    match opening {
        Some(opening) => opening.await,
        None => std::future::pending().await,
    }
}

async fn read(reader: Option<&mut Reader>, input: &mut Vec<u8>) -> io::Result<usize> {
    match reader {
        Some(reader) => reader.read_buf(input).await,
        None => std::future::pending().await,
    }
}

/// Writes what there is, or flushes what was written.
async fn push(writer: Option<&mut Writer>, output: &[u8]) -> Woken {
    match writer {
        Some(writer) if output.is_empty() => Woken::Flushed(writer.flush().await),
        Some(writer) => Woken::Written(writer.write(output).await),
        None => std::future::pending().await,
    }
}

/// A time of the session as the clock has it, which showed `started` at its beginning; `None` if the clock never shows it.
fn on_the_clock(started: tokio::time::Instant, due: Instant) -> Option<tokio::time::Instant> {
    started.checked_add(Duration::from_millis(due.as_millis()))
}

async fn until(deadline: Option<tokio::time::Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_time_that_never_comes_is_waited_for() {
        // The last that this platform's clock can show, but for a moment.
        let mut late = tokio::time::Instant::now();
        for bit in (0..64).rev() {
            late = late
                .checked_add(Duration::from_secs(1 << bit))
                .unwrap_or(late);
        }
        assert!(on_the_clock(late, Instant::from_millis(0)).is_some());
        let never = on_the_clock(late, Instant::from_millis(u64::MAX));
        assert_eq!(never, None);
        let waited = tokio::time::timeout(Duration::from_millis(1), until(never)).await;
        assert!(waited.is_err());
    }
}
