use futures_util::StreamExt;
use rusmpp::CommandId;
use rusmpp::pdus::{BindTransceiver, DeliverSmResp, SubmitSm};
use rusmpp::types::{COctetString, OctetString};
use rusmpp::values::{Npi, RegisteredDelivery, Ton};
use rusmppc::{ConnectionBuilder, Event};
use smpp_edge_drivers::{FROM, MESSAGES, TEXT, TO, Watch, address, send_all};
use std::str::FromStr;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let (client, mut events) = ConnectionBuilder::new()
        .connect(&format!("smpp://{}", address()))
        .await
        .expect("a connection");
    let bind = BindTransceiver::builder()
        .system_id(COctetString::from_str("reports").unwrap())
        .password(COctetString::from_str("secret").unwrap())
        .build();
    client.bind_transceiver(bind).await.expect("a bind");
    let answering = client.clone();
    let taking = tokio::spawn(async move {
        let mut receipts = 0;
        while receipts < MESSAGES {
            match events.next().await {
                Some(Event::Incoming(command)) if command.id() == CommandId::DeliverSm => {
                    answering
                        .deliver_sm_resp(command.sequence_number(), DeliverSmResp::default())
                        .await
                        .expect("a response");
                    receipts += 1;
                }
                Some(_) => {}
                None => break,
            }
        }
        receipts
    });
    let watch = Watch::new();
    let accepted = send_all(|| {
        let message = SubmitSm::builder()
            .source_addr(COctetString::from_str(FROM).unwrap())
            .dest_addr_ton(Ton::International)
            .dest_addr_npi(Npi::Isdn)
            .destination_addr(COctetString::from_str(TO).unwrap())
            .registered_delivery(RegisteredDelivery::request_all())
            .short_message(OctetString::from_str(TEXT).unwrap())
            .build();
        let client = client.clone();
        async move { client.submit_sm(message).await.is_ok() }
    })
    .await;
    let receipts = taking.await.expect("all receipts");
    watch.report(accepted, receipts);
}
