use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use smpp_edge_drivers::{FROM, MESSAGES, TEXT, TO, WINDOW, Watch, address};
use smpp_edge_tokio::{Client, OutgoingSms, ReportRequest};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let client = Client::builder(&format!("smpp://reports:secret@{}", address()))
        .expect("a URL")
        .config(|config| config.window = WINDOW)
        .connect()
        .await
        .expect("a bind");
    let mut reports = client.reports();
    let taking = tokio::spawn(async move {
        for _ in 0..MESSAGES {
            drop(reports.recv().await.expect("a report").accept());
        }
        MESSAGES
    });
    let watch = Watch::new();
    let mut sending = FuturesUnordered::new();
    let mut accepted = 0;
    for _ in 0..MESSAGES {
        if sending.len() == WINDOW {
            accepted += usize::from(
                sending
                    .next()
                    .await
                    .is_some_and(|sent: Result<_, _>| sent.is_ok()),
            );
        }
        let sms = OutgoingSms::text(format!("+{TO}"), TEXT)
            .from(FROM)
            .report(ReportRequest::Always);
        sending.push(client.send_sms(sms));
    }
    while let Some(sent) = sending.next().await {
        accepted += usize::from(sent.is_ok());
    }
    let receipts = taking.await.expect("all reports");
    watch.report(accepted, receipts);
}
