//! The client and the server, over real sockets.

use smpp_edge_tokio::smpp_edge::messenger::{SegmentOutcome, SentSms};
use smpp_edge_tokio::smpp_edge::pdu::{EsmClass, Pdu, QuerySm};
use smpp_edge_tokio::smpp_edge::session::{BindType, CloseReason, Reconnect};
use smpp_edge_tokio::*;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::{Duration, timeout};

/// No step takes so long, however busy the machine is.
const PATIENCE: Duration = Duration::from_secs(60);

async fn soon<T>(future: impl Future<Output = T>) -> T {
    timeout(PATIENCE, future).await.expect("it takes too long")
}

const RECEIPT: &[u8] = b"id:m1 sub:001 dlvrd:001 submit date:2601021530 done date:2601021531 stat:DELIVRD err:000 text:Hi";

/// What the server of a test saw.
#[derive(Default)]
struct Seen {
    binds: Vec<BindRequest>,
    texts: Vec<String>,
    connections: Vec<Connection>,
}

#[derive(Clone)]
struct Smsc {
    seen: Arc<Mutex<Seen>>,
    ended: mpsc::UnboundedSender<CloseReason>,
}

impl Handler for Smsc {
    async fn bind(&self, connection: &Connection, bind: BindRequest) -> CommandStatus {
        let mut seen = self.seen.lock().unwrap();
        seen.connections.push(connection.clone());
        seen.binds.push(bind.clone());
        if bind.password == "secret" {
            CommandStatus::ESME_ROK
        } else {
            CommandStatus::ESME_RINVPASWD
        }
    }

    async fn submit(
        &self,
        _: &Connection,
        message: InboundMessage,
    ) -> Result<String, CommandStatus> {
        let text = message.text().unwrap_or_default().to_owned();
        let mut seen = self.seen.lock().unwrap();
        seen.texts.push(text.clone());
        match text.as_str() {
            "refused" => Err(CommandStatus::ESME_RINVDSTADR),
            _ => Ok(format!("m{}", seen.texts.len())),
        }
    }

    async fn closed(&self, _: &Connection, reason: CloseReason) {
        let _ = self.ended.send(reason);
    }
}

struct Fixture {
    seen: Arc<Mutex<Seen>>,
    ended: mpsc::UnboundedReceiver<CloseReason>,
    url: String,
}

impl Fixture {
    async fn new() -> Self {
        let (sender, ended) = mpsc::unbounded_channel();
        let smsc = Smsc {
            seen: Arc::default(),
            ended: sender,
        };
        let seen = Arc::clone(&smsc.seen);
        let server = Server::bind("127.0.0.1:0").await.unwrap();
        let url = format!("smpp://esme:secret@{}", server.local_addr().unwrap());
        tokio::spawn(server.serve(smsc));
        Self { seen, ended, url }
    }

    fn connection(&self) -> Connection {
        self.seen
            .lock()
            .unwrap()
            .connections
            .last()
            .unwrap()
            .clone()
    }
}

fn receipt() -> OutgoingSms {
    let mut receipt = OutgoingSms::binary("+1234567890", RECEIPT);
    receipt.esm_class = EsmClass(4);
    receipt
}

#[tokio::test]
async fn a_message_is_sent_and_its_report_comes_back() {
    let mut fixture = Fixture::new().await;
    let client = soon(Client::connect(&fixture.url)).await.unwrap();
    let mut reports = client.reports();
    let sent = soon(client.send_sms(OutgoingSms::text("+1234567890", "Grüße").from("Acme")))
        .await
        .unwrap();
    assert_eq!(sent.message_id(), "m1");
    let connection = fixture.connection();
    let delivering = tokio::spawn(async move { connection.deliver(receipt()).await });
    let report = soon(reports.recv()).await.unwrap();
    assert_eq!(report.message_id, "m1");
    assert!(report.accept().is_final);
    assert!(soon(delivering).await.unwrap().unwrap().is_accepted());

    soon(client.close()).await;
    assert_eq!(soon(client.closed()).await, CloseReason::Unbound);
    assert_eq!(
        soon(fixture.ended.recv()).await,
        Some(CloseReason::PeerUnbound)
    );
    assert!(soon(reports.recv()).await.is_none());
    assert!(matches!(
        soon(client.send_sms(OutgoingSms::text("+1", "a"))).await,
        Err(Error::Closed(CloseReason::Unbound))
    ));
    let seen = fixture.seen.lock().unwrap();
    assert_eq!(seen.texts, ["Grüße"]);
    assert_eq!(
        (seen.binds[0].bind, seen.binds[0].system_id.as_str()),
        (BindType::Transceiver, "esme")
    );
    assert!(!format!("{:?}", seen.binds[0]).contains("secret"));
}

#[tokio::test]
async fn what_nobody_accepts_is_refused_for_now() {
    let fixture = Fixture::new().await;
    let client = soon(Client::connect(&fixture.url)).await.unwrap();
    let connection = fixture.connection();
    let refused = |result: Result<SentSms, Error>| match result {
        Err(Error::NotAccepted(sms)) => sms.segments[0].outcome,
        other => panic!("{other:?}"),
    };
    let later = SegmentOutcome::Rejected(CommandStatus::ESME_RX_T_APPN);
    // Without a stream, by a stream that goes, dropped, and refused for good.
    assert_eq!(refused(soon(connection.deliver(receipt())).await), later);
    let reports = client.reports();
    let deliver = || {
        let connection = connection.clone();
        tokio::spawn(async move { connection.deliver(receipt()).await })
    };
    let first = deliver();
    let mut other = client.reports();
    let taken = soon(other.recv()).await.unwrap();
    drop(taken);
    assert_eq!(refused(soon(first).await.unwrap()), later);
    let second = deliver();
    soon(other.recv())
        .await
        .unwrap()
        .refuse(CommandStatus::ESME_RX_P_APPN);
    assert_eq!(
        refused(soon(second).await.unwrap()),
        SegmentOutcome::Rejected(CommandStatus::ESME_RX_P_APPN)
    );
    let third = deliver();
    drop((reports, other));
    assert_eq!(refused(soon(third).await.unwrap()), later);
}

#[tokio::test]
async fn long_messages_go_both_ways() {
    let fixture = Fixture::new().await;
    let client = soon(Client::connect(&fixture.url)).await.unwrap();
    let mut messages = client.messages();
    let sent = soon(client.send_sms(OutgoingSms::text("+1234567890", "ж".repeat(100))))
        .await
        .unwrap();
    assert_eq!(sent.segments.len(), 2);
    let connection = fixture.connection();
    let text = "Grüße ".repeat(50);
    let sms = OutgoingSms::text("12345", text.clone()).from("+4915112345");
    let delivering = tokio::spawn(async move { connection.deliver(sms).await });
    let message = soon(messages.recv()).await.unwrap();
    assert_eq!(
        (message.text(), message.from.to_string()),
        (Some(text.as_str()), "+4915112345".into())
    );
    let _ = message.accept();
    assert!(soon(delivering).await.unwrap().is_ok());
}

#[tokio::test]
async fn every_refusal_says_what_was_refused() {
    let fixture = Fixture::new().await;
    let client = soon(Client::connect(&fixture.url)).await.unwrap();
    let Err(error) = soon(client.send_sms(OutgoingSms::text("+1", "refused"))).await else {
        panic!("accepted")
    };
    assert_eq!(
        error.to_string(),
        "1 of 1 segments not accepted: ESME_RINVDSTADR"
    );
    let Err(error) = soon(client.send_sms(OutgoingSms::text("hello", "a"))).await else {
        panic!("accepted")
    };
    assert!(
        error
            .to_string()
            .starts_with("to: \"hello\" is not a phone number"),
        "{error}"
    );
    let query = QuerySm {
        message_id: b"m1",
        ..QuerySm::default()
    };
    // The server takes messages alone.
    assert!(matches!(
        soon(client.request(&query)).await,
        Err(Error::Rejected(_))
    ));

    let wrong = fixture.url.replace("secret", "wrong");
    let refused = soon(Client::connect(&wrong)).await;
    assert!(matches!(
        refused,
        Err(Error::Closed(CloseReason::BindRefused(
            CommandStatus::ESME_RINVPASWD
        )))
    ));
    assert!(matches!(
        soon(Client::connect("http://host")).await,
        Err(Error::Url(_))
    ));
    let long = soon(
        Client::builder(&fixture.url)
            .unwrap()
            .config(|config| config.system_type = vec![b'a'; 99])
            .connect(),
    )
    .await;
    assert!(matches!(long, Err(Error::Config(error)) if error.field == "system_type"));
}

#[tokio::test]
async fn a_connection_that_cannot_be_opened_says_why_and_the_next_endpoint_is_tried() {
    let fixture = Fixture::new().await;
    let gone = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    let refused = soon(Client::connect(&format!("smpp://esme:secret@{gone}"))).await;
    assert!(matches!(refused, Err(Error::Connect(_))));
    let builder = Client::builder(&format!("smpp://esme:secret@{gone}")).unwrap();
    let client = soon(builder.endpoint(&fixture.url).unwrap().connect())
        .await
        .unwrap();
    assert_eq!(
        soon(client.send_sms(OutgoingSms::text("+1", "a")))
            .await
            .unwrap()
            .message_id(),
        "m1"
    );
}

/// Reads one PDU of a raw peer.
async fn read_pdu(stream: &mut TcpStream) -> Vec<u8> {
    let mut pdu = vec![0; 4];
    stream.read_exact(&mut pdu).await.unwrap();
    let length = u32::from_be_bytes([pdu[0], pdu[1], pdu[2], pdu[3]]) as usize;
    pdu.resize(length, 0);
    stream.read_exact(&mut pdu[4..]).await.unwrap();
    pdu
}

/// Answers a request with ESME_ROK and a body that is one NUL.
async fn answer(stream: &mut TcpStream, request: &[u8]) {
    let mut response = [&[0, 0, 0, 17], &request[4..16], &[0]].concat();
    response[4] = 0x80;
    stream.write_all(&response).await.unwrap();
}

#[tokio::test]
async fn what_is_in_flight_is_unknown_when_the_link_is_lost_and_what_is_queued_goes_on() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smpp://esme:secret@{}", listener.local_addr().unwrap());
    let peer = tokio::spawn(async move {
        let (mut first, _) = listener.accept().await.unwrap();
        let bind = read_pdu(&mut first).await;
        answer(&mut first, &bind).await;
        read_pdu(&mut first).await;
        drop(first);
        let (mut second, _) = listener.accept().await.unwrap();
        let bind = read_pdu(&mut second).await;
        answer(&mut second, &bind).await;
        let submit = read_pdu(&mut second).await;
        answer(&mut second, &submit).await;
        submit
    });
    let builder = Client::builder(&url).unwrap().config(|config| {
        config.window = 1;
        config.reconnect = Some(Reconnect::new(
            Duration::from_millis(1),
            Duration::from_millis(10),
        ));
    });
    let client = soon(builder.connect()).await.unwrap();
    let in_flight = client.send_sms(OutgoingSms::text("+1", "in flight"));
    let queued = client.send_sms(OutgoingSms::text("+1", "queued"));
    let Err(Error::NotAccepted(sms)) = soon(in_flight).await else {
        panic!("accepted")
    };
    assert!(matches!(
        sms.segments[0].outcome,
        SegmentOutcome::Unknown(_)
    ));
    assert!(soon(queued).await.unwrap().is_accepted());
    let submit = soon(peer).await.unwrap();
    let (_, Pdu::SubmitSm(submit)) = Pdu::decode(&submit).unwrap() else {
        panic!("no submit_sm")
    };
    assert_eq!(submit.short_message, b"queued");
}

#[tokio::test]
async fn the_session_unbinds_with_its_last_client() {
    let mut fixture = Fixture::new().await;
    let client = soon(Client::connect(&fixture.url)).await.unwrap();
    let other = client.clone();
    drop(client);
    assert!(
        soon(other.send_sms(OutgoingSms::text("+1", "a")))
            .await
            .is_ok()
    );
    drop(other);
    assert_eq!(
        soon(fixture.ended.recv()).await,
        Some(CloseReason::PeerUnbound)
    );
}

#[tokio::test]
async fn many_messages_at_once() {
    let fixture = Fixture::new().await;
    let client = Client::builder(&fixture.url)
        .unwrap()
        .config(|config| config.window = 100);
    let client = soon(client.connect()).await.unwrap();
    let sending: Vec<_> = (0..2_000)
        .map(|n| client.send_sms(OutgoingSms::text("+1", format!("message {n}"))))
        .collect();
    for sent in sending {
        soon(sent).await.unwrap();
    }
    assert_eq!(fixture.seen.lock().unwrap().texts.len(), 2_000);
}
