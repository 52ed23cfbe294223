//! Sends an SMS and waits for its report: `SMPP_URL=smpp://smppclient1:password@127.0.0.1:2775 cargo run --example client`.

use smpp_edge_tokio::{Client, OutgoingSms, ReportRequest};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let url = std::env::var("SMPP_URL")?;
    let client = Client::connect(&url).await?;
    let mut reports = client.reports();
    let sms = OutgoingSms::text("+1234567890", "Hello World").from("12345");
    let sent = client.send_sms(sms.report(ReportRequest::Always)).await?;
    println!("accepted as {}", sent.message_id());
    while let Some(report) = reports.recv().await {
        let report = report.accept();
        println!("{} is {}", report.message_id, report.status.as_str());
        // Reports of earlier messages come, too.
        if report.message_id == sent.message_id() && report.is_final {
            break;
        }
    }
    client.close().await;
    Ok(())
}
