use async_trait::async_trait;
use smpp_edge_drivers::{FROM, MESSAGES, TEXT, TO, WINDOW, Watch, address, send_all};
use smpp34::client::{BIND_TYPE, SMSC, SmppClient, SmppClientListener};
use smpp34::{SmppConnectionInformation, deliver_sm, deliver_sm_resp};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::{Mutex, Notify, oneshot};

struct Listener {
    bound: Mutex<Option<oneshot::Sender<Arc<SMSC>>>>,
    receipts: AtomicUsize,
    all: Notify,
}

#[async_trait]
impl SmppClientListener for Listener {
    async fn on_smsc_bound(&self, smsc: SMSC, _: &String) {
        if let Some(bound) = self.bound.lock().await.take() {
            _ = bound.send(Arc::new(smsc));
        }
    }

    async fn on_deliver_sm(
        &self,
        request: deliver_sm,
        _: &SmppConnectionInformation,
        _: &String,
    ) -> deliver_sm_resp {
        if self.receipts.fetch_add(1, Ordering::Relaxed) + 1 == MESSAGES {
            self.all.notify_one();
        }
        request.accept()
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let address = address();
    let (host, port) = address.rsplit_once(':').expect("host:port");
    let (bound, smsc) = oneshot::channel();
    let listener = Arc::new(Listener {
        bound: Mutex::new(Some(bound)),
        receipts: AtomicUsize::new(0),
        all: Notify::new(),
    });
    let mut client = SmppClient::new(
        host.into(),
        port.parse().expect("a port"),
        false,
        BIND_TYPE::TRX,
        "reports".into(),
        "secret".into(),
        String::new(),
        0,
        0,
        String::new(),
        listener.clone(),
        WINDOW,
    );
    client.start().await;
    let smsc = smsc.await.expect("a bind");
    let watch = Watch::new();
    let accepted = send_all(|| {
        let smsc = smsc.clone();
        async move {
            smsc.submit_sm()
                .source_addr(FROM)
                .destination_addr(TO)
                .registered_delivery(1)
                .short_message(TEXT.as_bytes())
                .send()
                .await
                .is_ok()
        }
    })
    .await;
    listener.all.notified().await;
    watch.report(accepted, listener.receipts.load(Ordering::Relaxed));
}
