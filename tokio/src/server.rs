//! The SMSC's side: accepts connections, binds and messages, and delivers.

use crate::builder::random;
use crate::driver::{Application, Command, Driver};
use crate::error::Error;
use crate::stream::split;
use crate::trace;
use smpp_edge::messenger::{
    InboundMessage, MessageError, Messenger, MessengerEvent, MessengerOptions, OutgoingSms,
    SentSms, SmsId,
};
use smpp_edge::pdu::{Bind, Body, CommandStatus, HEADER_LEN, Header};
use smpp_edge::session::{BindType, CloseReason, Config, Instant, Sequence};
use std::collections::HashMap;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::{TcpListener, ToSocketAddrs};
use tokio::sync::{mpsc, oneshot};

/// A bind that asks to be let in.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct BindRequest {
    /// What the session is for.
    pub bind: BindType,
    /// The account.
    pub system_id: String,
    /// Its password.
    pub password: String,
    /// system_type.
    pub system_type: String,
}

impl std::fmt::Debug for BindRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BindRequest")
            .field("bind", &self.bind)
            .field("system_id", &self.system_id)
            .field("system_type", &self.system_type)
            .finish_non_exhaustive()
    }
}

/// What a server does with its clients.
pub trait Handler: Send + Sync + 'static {
    /// Decides on a bind: ESME_ROK lets the client in, anything else refuses it, for example ESME_RINVPASWD.
    fn bind(
        &self,
        connection: &Connection,
        bind: BindRequest,
    ) -> impl Future<Output = CommandStatus> + Send;

    /// Takes a message and returns its id, or refuses it with a status. The segments of a long message come one by one.
    fn submit(
        &self,
        connection: &Connection,
        message: InboundMessage,
    ) -> impl Future<Output = Result<String, CommandStatus>> + Send;

    /// The connection ended.
    fn closed(
        &self,
        connection: &Connection,
        reason: CloseReason,
    ) -> impl Future<Output = ()> + Send {
        let _ = (connection, reason);
        std::future::ready(())
    }
}

/// A client's connection. It can be cloned, and stays when the connection has ended: deliveries fail then.
#[derive(Clone)]
pub struct Connection {
    id: u64,
    peer: SocketAddr,
    commands: mpsc::UnboundedSender<Command>,
    replies: Arc<Replies>,
}

#[derive(Default)]
struct Replies {
    next_mark: AtomicU64,
    open: Mutex<HashMap<u64, oneshot::Sender<Result<SentSms, Error>>>>,
}

impl Replies {
    fn take(&self, mark: u64) -> Option<oneshot::Sender<Result<SentSms, Error>>> {
        self.open
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&mark)
    }
}

impl Connection {
    /// Differs from one connection of the server to the next.
    #[must_use]
    pub fn id(&self) -> u64 {
        self.id
    }

    /// The client's address.
    #[must_use]
    pub fn peer(&self) -> SocketAddr {
        self.peer
    }

    /// Delivers a message or, with `esm_class` 4, a receipt, and waits for the client's answer.
    ///
    /// # Errors
    ///
    /// If the message is refused before it is sent, the client refuses it, or the connection ends.
    pub async fn deliver(&self, sms: OutgoingSms) -> Result<SentSms, Error> {
        let (reply, result) = oneshot::channel();
        let mark = self.replies.next_mark.fetch_add(1, Ordering::Relaxed);
        self.replies
            .open
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(mark, reply);
        if self
            .commands
            .send(Command::Send {
                sms: Box::new(sms),
                mark,
            })
            .is_err()
        {
            self.replies.take(mark);
        }
        match result.await {
            Ok(Ok(sms)) if sms.is_accepted() => Ok(sms),
            Ok(Ok(sms)) => Err(Error::NotAccepted(sms)),
            Ok(Err(error)) => Err(error),
            Err(_) => Err(Error::Closed(CloseReason::Lost)),
        }
    }

    /// Unbinds the client.
    pub fn close(&self) {
        // An ended connection is closed already.
        let _ = self.commands.send(Command::Close);
    }
}

/// An SMPP server that waits for clients.
pub struct Server {
    listener: TcpListener,
    config: Config,
}

impl Server {
    /// Listens on an address.
    ///
    /// # Errors
    ///
    /// If the address can't be bound.
    pub async fn bind(address: impl ToSocketAddrs) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        Ok(Self {
            listener,
            config: Config::smsc(b"smpp-edge", random()),
        })
    }

    /// Changes the settings of its sessions.
    #[must_use]
    pub fn config(mut self, change: impl FnOnce(&mut Config)) -> Self {
        change(&mut self.config);
        self
    }

    /// The address it listens on.
    ///
    /// # Errors
    ///
    /// As of [`TcpListener::local_addr`].
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves clients until the future is dropped; their connections go on then until they end.
    ///
    /// # Errors
    ///
    /// If no connection can be accepted any more.
    pub async fn serve(self, handler: impl Handler) -> io::Result<()> {
        let handler = Arc::new(handler);
        let mut next_id = 0;
        loop {
            let (stream, peer) = self.listener.accept().await?;
            let Ok(halves) = split(stream) else {
                continue;
            };
            let (commands, receiver) = mpsc::unbounded_channel();
            let connection = Connection {
                id: next_id,
                peer,
                commands,
                replies: Arc::default(),
            };
            next_id += 1;
            let mut config = self.config.clone();
            config.seed = random();
            let options = MessengerOptions::default();
            let messenger = Messenger::new(config, options, Instant::from_millis(0));
            let application = ServerApplication {
                connection,
                handler: Arc::clone(&handler),
                open: HashMap::new(),
            };
            let started = tokio::time::Instant::now();
            let driver = Driver::new(messenger, application, receiver, Vec::new(), started);
            let session = driver.accept(halves);
            tokio::spawn(trace::session("smsc", &peer.to_string(), session));
        }
    }
}

struct ServerApplication<H> {
    connection: Connection,
    handler: Arc<H>,
    open: HashMap<SmsId, u64>,
}

impl<H: Handler> ServerApplication<H> {
    fn respond(
        connection: &Connection,
        request: Sequence,
        status: CommandStatus,
        message_id: Option<String>,
    ) {
        // Without a driver the connection has ended.
        let _ = connection.commands.send(Command::Respond {
            request,
            status,
            message_id,
        });
    }

    fn ask(&self, request: Sequence, pdu: &[u8]) {
        let (connection, handler) = (self.connection.clone(), Arc::clone(&self.handler));
        let Some(bind) = bind_request(pdu) else {
            return Self::respond(&connection, request, CommandStatus::ESME_RINVCMDID, None);
        };
        tokio::spawn(async move {
            let status = handler.bind(&connection, bind).await;
            Self::respond(&connection, request, status, None);
        });
    }
}

fn bind_request(pdu: &[u8]) -> Option<BindRequest> {
    let (header, body) = pdu.split_first_chunk::<HEADER_LEN>()?;
    let header = Header::decode(header);
    let bind = BindType::from_command_id(header.command_id)?;
    let fields = Bind::decode(&header, body).ok()?;
    let text = |bytes: &[u8]| bytes.iter().copied().map(char::from).collect();
    Some(BindRequest {
        bind,
        system_id: text(fields.system_id),
        password: text(fields.password),
        system_type: text(fields.system_type),
    })
}

impl<H: Handler> Application for ServerApplication<H> {
    fn taken(&mut self, mark: u64, result: Result<SmsId, MessageError>) {
        match result {
            Ok(id) => drop(self.open.insert(id, mark)),
            Err(error) => {
                if let Some(reply) = self.connection.replies.take(mark) {
                    let _ = reply.send(Err(Error::Message(error)));
                }
            }
        }
    }

    fn event(&mut self, event: MessengerEvent) {
        match event {
            MessengerEvent::Request { request, pdu } => self.ask(request, &pdu),
            MessengerEvent::Message {
                request: Some(request),
                message,
            } => {
                let (connection, handler) = (self.connection.clone(), Arc::clone(&self.handler));
                tokio::spawn(async move {
                    let (status, message_id) = match handler.submit(&connection, message).await {
                        Ok(message_id) => (CommandStatus::ESME_ROK, Some(message_id)),
                        Err(status) => (status, None),
                    };
                    Self::respond(&connection, request, status, message_id);
                });
            }
            MessengerEvent::Sent { id, sms } => {
                let mark = self.open.remove(&id);
                if let Some(reply) = mark.and_then(|mark| self.connection.replies.take(mark)) {
                    let _ = reply.send(Ok(sms));
                }
            }
            _ => {}
        }
    }

    fn connect_failed(&mut self, _: io::Error) {}

    fn ended(&mut self, reason: CloseReason) {
        self.connection
            .replies
            .open
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
        let (connection, handler) = (self.connection.clone(), Arc::clone(&self.handler));
        tokio::spawn(async move { handler.closed(&connection, reason).await });
    }
}
