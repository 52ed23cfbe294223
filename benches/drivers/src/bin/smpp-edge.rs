use smpp_edge_drivers::{FROM, MESSAGES, TEXT, TO, WINDOW, Watch, address, send_all};
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
    let accepted = send_all(|| {
        let sms = OutgoingSms::text(format!("+{TO}"), TEXT)
            .from(FROM)
            .report(ReportRequest::Always);
        let sent = client.send_sms(sms);
        async { sent.await.is_ok() }
    })
    .await;
    let receipts = taking.await.expect("all reports");
    watch.report(accepted, receipts);
}
