//! `GET /?to=+1234567890&text=Hello`: binds to the SMSC, sends the SMS, and answers when its delivery report is in.

use futures_util::future::{Either, select};
use smpp_edge::messenger::{Messenger, MessengerEvent, MessengerOptions, OutgoingSms, ReportRequest};
use smpp_edge::pdu::CommandStatus;
use smpp_edge::session::{Config, Instant};
use std::pin::pin;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use worker::{Context, Date, Delay, Env, Error, Request, Response, Result, Socket, event};

fn now() -> Instant {
    Instant::from_millis(Date::now().as_millis())
}

#[event(fetch)]
async fn fetch(request: Request, env: Env, _context: Context) -> Result<Response> {
    let url = request.url()?;
    let parameter = |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    let (Some(to), Some(text)) = (parameter("to"), parameter("text")) else {
        return Response::error("to and text are needed", 400);
    };
    let variable = |name: &str| env.var(name).map(|value| value.to_string());
    let port = variable("SMPP_PORT")?.parse::<u16>().map_err(|_| Error::from("SMPP_PORT is no port"))?;
    let socket = Socket::builder().connect(variable("SMPP_HOST")?, port)?;
    socket.opened().await?;

    // Another seed for every session, so that reference numbers differ.
    let (id, password) = (variable("SMPP_ID")?, variable("SMPP_PASSWORD")?);
    let config = Config::esme(id.as_bytes(), password.as_bytes(), Date::now().as_millis()).with(|config| config.reconnect = None);
    let messenger = Messenger::new(config, MessengerOptions::default(), now());
    match send(messenger, socket, OutgoingSms::text(to, text)).await {
        Ok(answer) => Response::ok(answer),
        Err(error) => Response::error(error.to_string(), 502),
    }
}

/// Drives the session until the report is in and the SMSC has answered the unbind.
async fn send(mut messenger: Messenger, mut socket: Socket, sms: OutgoingSms) -> Result<String> {
    let mut sms = Some(sms.from("12345").report(ReportRequest::Always));
    let mut answer = None;
    let mut message_id = None;
    let mut room = vec![0; 16 * 1024];
    messenger.bind(now());
    loop {
        while let Some(event) = messenger.poll_event() {
            match event {
                MessengerEvent::Bound { .. } => {
                    if let Some(sms) = sms.take() {
                        messenger.send_sms(now(), &sms).map_err(|error| Error::from(error.to_string()))?;
                    }
                }
                MessengerEvent::Sent { sms, .. } if sms.is_accepted() => message_id = Some(sms.message_id().to_owned()),
                MessengerEvent::Sent { sms, .. } => {
                    answer = Some(Err(Error::from(format!("{:?}", sms.segments))));
                    messenger.unbind(now());
                }
                MessengerEvent::Report { request, report } => {
                    if let Some(request) = request {
                        messenger.respond(now(), request, CommandStatus::ESME_ROK);
                    }
                    // Reports of earlier messages come, too.
                    if message_id.as_ref() == Some(&report.message_id) {
                        answer = Some(Ok(format!("{}: {}", report.message_id, report.status.as_str())));
                        messenger.unbind(now());
                    }
                }
                MessengerEvent::Disconnect { reason, .. } => {
                    return answer.unwrap_or_else(|| Err(Error::from(reason.to_string())));
                }
                _ => {}
            }
        }
        let bytes = messenger.poll_transmit().to_vec();
        socket.write_all(&bytes).await?;
        messenger.handle_transmitted(bytes.len());

        let wait = messenger.poll_timeout().map_or(60_000, |at| at.as_millis().saturating_sub(now().as_millis()));
        let read = pin!(socket.read(&mut room));
        match select(read, Delay::from(Duration::from_millis(wait))).await {
            Either::Left((Ok(0) | Err(_), _)) => messenger.handle_close(now()),
            Either::Left((Ok(count), _)) => messenger.handle_input(now(), &room[..count]),
            Either::Right(_) => messenger.handle_timeout(now()),
        }
    }
}
