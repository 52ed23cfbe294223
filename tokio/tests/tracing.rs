//! What the feature `tracing` reports.

use smpp_edge_tokio::*;
use std::fmt::{Debug, Write as _};
use std::sync::{Arc, Mutex};
use tokio::time::{Duration, timeout};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// Writes each span and event as a line.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<String>>>);

impl Lines {
    fn add(&self, metadata: &Metadata<'_>, record: impl FnOnce(&mut dyn Visit)) {
        let mut line = Line(format!("{} {}", metadata.level(), metadata.target()));
        record(&mut line);
        self.0.lock().unwrap().push(line.0);
    }
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {}={value:?}", field.name()).unwrap();
    }
}

impl Subscriber for Lines {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("smpp_edge_tokio")
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.add(span.metadata(), |line| span.record(line));
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        self.add(event.metadata(), |line| event.record(line));
    }

    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

struct Smsc;

impl Handler for Smsc {
    async fn bind(&self, _: &Connection, _: BindRequest) -> CommandStatus {
        CommandStatus::ESME_ROK
    }

    async fn submit(&self, _: &Connection, _: InboundMessage) -> Result<String, CommandStatus> {
        Ok("m1".into())
    }
}

#[tokio::test]
async fn a_session_is_reported_without_text_number_or_password() {
    let lines = Lines::default();
    let _guard = tracing::subscriber::set_default(lines.clone());
    let server = Server::bind("127.0.0.1:0").await.unwrap();
    let address = server.local_addr().unwrap();
    tokio::spawn(server.serve(Smsc));
    let exchange = async {
        let url = format!("smpp://id:s3cret@{address}");
        let client = Client::connect(&url).await.unwrap();
        let sms = OutgoingSms::text("+447700900123", "Hello World").from("12345");
        client.send_sms(sms).await.unwrap();
        client.close().await;
    };
    timeout(Duration::from_secs(60), exchange).await.unwrap();
    let lines = lines.0.lock().unwrap();
    let has = |words: &str| {
        assert!(
            lines.iter().any(|line| line.contains(words)),
            "{words}: {lines:#?}"
        );
    };
    has(&format!("role=\"esme\" peer=\"{address}\""));
    has("role=\"smsc\"");
    has("message=connecting endpoint=0");
    has("message=bound system_id=\"smpp-edge\" version=52");
    has("message=message sent id=0 segments=1 accepted=true");
    has("message=message received segments=1");
    has("message=disconnected reason=closed");
    for secret in ["s3cret", "Hello", "447700900123", "12345"] {
        assert!(
            !lines.iter().any(|line| line.contains(secret)),
            "{secret}: {lines:#?}"
        );
    }
}
