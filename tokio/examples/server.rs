//! An SMSC that lets everyone in and delivers a receipt for each message: `cargo run --example server -- 127.0.0.1:2775`.

use smpp_edge_tokio::smpp_edge::messenger::OutgoingContent;
use smpp_edge_tokio::smpp_edge::pdu::{EsmClass, RegisteredDelivery};
use smpp_edge_tokio::smpp_edge::receipt::{ReceiptFields, Status, write_receipt};
use smpp_edge_tokio::smpp_edge::text::EncodingName;
use smpp_edge_tokio::{
    BindRequest, CommandStatus, Connection, Handler, InboundMessage, OutgoingSms, Server,
};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

#[derive(Default)]
struct Smsc {
    accepted: AtomicU64,
}

impl Handler for Smsc {
    async fn bind(&self, _: &Connection, bind: BindRequest) -> CommandStatus {
        println!("{} binds", bind.system_id);
        CommandStatus::ESME_ROK
    }

    async fn submit(
        &self,
        connection: &Connection,
        message: InboundMessage,
    ) -> Result<String, CommandStatus> {
        let id = self.accepted.fetch_add(1, Ordering::Relaxed).to_string();
        println!("{id}: {}", message.text().unwrap_or("(binary)"));
        if message.registered_delivery != RegisteredDelivery(0) {
            let (connection, receipt) = (connection.clone(), receipt(&id, message));
            // After the response.
            tokio::spawn(async move {
                if let Err(error) = connection.deliver(receipt).await {
                    println!("no receipt: {error}");
                }
            });
        }
        Ok(id)
    }
}

fn receipt(id: &str, message: InboundMessage) -> OutgoingSms {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_millis() as i64;
    let mut text = Vec::new();
    write_receipt(
        &ReceiptFields {
            id: id.as_bytes(),
            sub: 1,
            dlvrd: 1,
            submit_date: now,
            done_date: now,
            stat: Status::Delivered,
            err: b"000",
            text: message.text().unwrap_or_default().as_bytes(),
            seconds: false,
        },
        &mut text,
    );
    let content = OutgoingContent::Encoded(text, EncodingName::Gsm7);
    let mut receipt = OutgoingSms::new(message.from, content).from(message.to);
    receipt.esm_class = EsmClass(0x04);
    receipt
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::io::Result<()> {
    let address = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "127.0.0.1:2775".into());
    let server = Server::bind(address).await?;
    println!("listening on {}", server.local_addr()?);
    server.serve(Smsc::default()).await
}
