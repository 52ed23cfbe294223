//! A session as JavaScript drives it.

use super::error::Thrown;
use super::read::{number, octets};
use super::{
    PduInput, SessionConfig, SessionState, SessionStats, SmppEvents, SmsMessage, config, encode,
    events, sms,
};
use js_sys::{Math, Uint8Array};
use serde::Serialize;
use smpp_edge::messenger::{Messenger, SmsId};
use smpp_edge::pdu::{CommandStatus, HEADER_LEN};
use smpp_edge::session::{Instant, Sequence, State};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn monotonic() -> f64;
}

/// The largest time, ticket and request: every whole number up to it is one that JavaScript has.
const LARGEST: f64 = 9e15;

/// The time that was given, or that of `clock`.
fn time(now: &JsValue, clock: impl FnOnce() -> f64) -> Result<Instant, Thrown> {
    let millis = if now.is_undefined() {
        clock()
    } else {
        number("now", now, 0.0, LARGEST)?
    };
    Ok(Instant::from_millis(millis as u64))
}

/// The time that was given, or that of `performance.now()`.
fn at(now: &JsValue) -> Result<Instant, Thrown> {
    time(now, monotonic)
}

/// A number that this package gave, as ticket or request.
fn given(name: &str, value: &JsValue) -> Result<u64, Thrown> {
    let number = number(name, value, 0.0, LARGEST)?;
    if number.fract() == 0.0 {
        Ok(number as u64)
    } else {
        Err(Thrown::invalid(name, "expected a whole number"))
    }
}

/// One handle for both parts of a sequence; JavaScript's numbers hold it exactly for two million connections.
pub(super) fn handle(sequence: Sequence) -> u64 {
    u64::from(sequence.connection()) << 32 | u64::from(sequence.number())
}

fn sequence(handle: u64) -> Sequence {
    Sequence::new((handle >> 32) as u32, handle as u32)
}

/// An SMPP session over bytes: you own the socket and the timer. Each time is in milliseconds of one clock, `performance.now()`
/// unless you give it.
#[wasm_bindgen]
pub struct SmppSession {
    /// `None` once it was freed.
    messenger: Option<Box<Messenger>>,
}

impl SmppSession {
    fn messenger(&mut self) -> Result<&mut Messenger, Thrown> {
        self.messenger.as_deref_mut().ok_or_else(Thrown::freed)
    }

    fn view(&self) -> Result<&Messenger, Thrown> {
        self.messenger.as_deref().ok_or_else(Thrown::freed)
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Stats {
    in_flight: usize,
    queued: usize,
    unacknowledged: usize,
    sent: f64,
    responses: f64,
    received: f64,
    throttled: f64,
    timeouts: f64,
    lost: f64,
    binds: f64,
    rtt: f64,
    octets_in: f64,
    octets_out: f64,
}

#[wasm_bindgen]
impl SmppSession {
    /// A session without connection. Throws a `SmppError` that names the setting which can't be used.
    #[wasm_bindgen(constructor)]
    pub fn new(
        config: &SessionConfig,
        #[wasm_bindgen(unchecked_optional_param_type = "number")] now: &JsValue,
    ) -> Result<SmppSession, JsValue> {
        let now = at(now)?;
        let seed = (Math::random() * 9e15) as u64;
        let (config, options) = config::read(config, seed)?;
        Ok(SmppSession {
            messenger: Some(Box::new(Messenger::new(config, options, now))),
        })
    }

    /// Ends the session at once and releases its memory: every later call throws a `SmppError` with the code `"closed"`. It takes the
    /// place of the method that wasm-bindgen writes, behind which the session is an invalid pointer.
    #[wasm_bindgen(skip_typescript)]
    pub fn free(&mut self) {
        self.messenger = None;
    }

    /// Asks for a connection: the event `connect` follows, now and for each reconnection.
    pub fn connect(
        &mut self,
        #[wasm_bindgen(unchecked_optional_param_type = "number")] now: &JsValue,
    ) -> Result<(), JsValue> {
        self.messenger()?.connect(at(now)?);
        Ok(())
    }

    /// The connection is open: binds.
    pub fn bind(
        &mut self,
        #[wasm_bindgen(unchecked_optional_param_type = "number")] now: &JsValue,
    ) -> Result<(), JsValue> {
        self.messenger()?.bind(at(now)?);
        Ok(())
    }

    /// Bytes came from the SMSC, in any chunks.
    pub fn receive(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "Uint8Array")] bytes: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "number")] now: &JsValue,
    ) -> Result<(), JsValue> {
        let messenger = self.messenger()?;
        let bytes = octets("bytes", bytes)?;
        messenger.handle_input(at(now)?, &bytes);
        Ok(())
    }

    /// Takes the bytes to write to the socket; empty if there are none.
    pub fn transmit(&mut self) -> Result<Uint8Array, JsValue> {
        let messenger = self.messenger()?;
        let bytes = messenger.poll_transmit();
        let length = bytes.len();
        let copy = Uint8Array::from(bytes);
        if length > 0 {
            messenger.handle_transmitted(length);
        }
        Ok(copy)
    }

    /// Takes the events since the last call.
    pub fn poll(&mut self) -> Result<SmppEvents, JsValue> {
        let messenger = self.messenger()?;
        let events = std::iter::from_fn(|| messenger.poll_event());
        Ok(events::objects(events)?.unchecked_into())
    }

    /// Queues an SMS and returns its ticket, which the event `sent` repeats.
    #[wasm_bindgen(js_name = sendSms)]
    pub fn send_sms(
        &mut self,
        message: &SmsMessage,
        #[wasm_bindgen(unchecked_optional_param_type = "number")] now: &JsValue,
    ) -> Result<f64, JsValue> {
        let messenger = self.messenger()?;
        let now = at(now)?;
        let message = sms::read(message)?;
        let id = messenger.send_sms(now, &message).map_err(Thrown::from)?;
        Ok(id.0 as f64)
    }

    /// Queues any other request and returns its ticket, which the event `response` repeats.
    pub fn request(
        &mut self,
        pdu: &PduInput,
        #[wasm_bindgen(unchecked_optional_param_type = "number")] now: &JsValue,
    ) -> Result<f64, JsValue> {
        let messenger = self.messenger()?;
        let now = at(now)?;
        let (command_id, bytes) = encode::request(pdu)?;
        let body = bytes.get(HEADER_LEN..).unwrap_or_default();
        let id = messenger
            .send_request(now, command_id, body)
            .map_err(|error| Thrown::from(smpp_edge::messenger::MessageError::from(error)))?;
        Ok(id.0 as f64)
    }

    /// Gives up what is left of a message or request. Returns whether anything was left.
    pub fn cancel(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "number")] ticket: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "number")] now: &JsValue,
    ) -> Result<bool, JsValue> {
        let messenger = self.messenger()?;
        let ticket = given("ticket", ticket)?;
        Ok(messenger.cancel(at(now)?, SmsId(ticket)))
    }

    /// Answers a report, message or request, with ESME_ROK unless you give another status. Returns `false` if it was answered
    /// already, or its connection is gone.
    pub fn respond(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "number | undefined")] request: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "number | StatusName")] status: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "number")] now: &JsValue,
    ) -> Result<bool, JsValue> {
        let messenger = self.messenger()?;
        let (status, now) = (read_status(status)?, at(now)?);
        // An incomplete message has no request that could be answered.
        if request.is_undefined() {
            return Ok(false);
        }
        let request = sequence(given("request", request)?);
        Ok(messenger.respond(now, request, status))
    }

    /// When `timeout()` is due, in milliseconds of the session's clock; `undefined` if nothing waits. Any call may change it.
    pub fn deadline(&self) -> Result<Option<f64>, JsValue> {
        let due = self.view()?.poll_timeout();
        Ok(due.map(|due| due.as_millis() as f64))
    }

    /// The deadline passed.
    pub fn timeout(
        &mut self,
        #[wasm_bindgen(unchecked_optional_param_type = "number")] now: &JsValue,
    ) -> Result<(), JsValue> {
        let messenger = self.messenger()?;
        // A deadline is a whole number of milliseconds: a clock that is a fraction behind has reached it.
        let now = time(now, || monotonic().ceil())?;
        messenger.handle_timeout(now);
        Ok(())
    }

    /// Sends what is queued, unbinds, and ends the session.
    pub fn close(
        &mut self,
        #[wasm_bindgen(unchecked_optional_param_type = "number")] now: &JsValue,
    ) -> Result<(), JsValue> {
        self.messenger()?.unbind(at(now)?);
        Ok(())
    }

    /// Ends the session at once.
    pub fn abort(
        &mut self,
        #[wasm_bindgen(unchecked_optional_param_type = "number")] now: &JsValue,
    ) -> Result<(), JsValue> {
        self.messenger()?.abort(at(now)?);
        Ok(())
    }

    /// The connection ended, or could not be opened.
    pub fn closed(
        &mut self,
        #[wasm_bindgen(unchecked_optional_param_type = "number")] now: &JsValue,
    ) -> Result<(), JsValue> {
        self.messenger()?.handle_close(at(now)?);
        Ok(())
    }

    /// Where the session stands.
    #[wasm_bindgen(getter)]
    pub fn state(&self) -> Result<SessionState, JsValue> {
        let name = match self.view()?.session().state() {
            State::Closed => "closed",
            State::Waiting => "waiting",
            State::Connecting => "connecting",
            State::Open | State::Outbound => "open",
            State::Binding => "binding",
            State::Bound(_) => "bound",
            State::Unbinding(_) => "unbinding",
            _ => "unbound",
        };
        Ok(JsValue::from_str(name).unchecked_into())
    }

    /// Figures over all connections.
    #[wasm_bindgen(getter)]
    pub fn stats(&self) -> Result<SessionStats, JsValue> {
        let session = self.view()?.session();
        let stats = session.stats();
        let value = serde_wasm_bindgen::to_value(&Stats {
            in_flight: session.in_flight(),
            queued: session.queued(),
            unacknowledged: session.unacknowledged(),
            sent: stats.sent as f64,
            responses: stats.responses as f64,
            received: stats.received as f64,
            throttled: stats.throttled as f64,
            timeouts: stats.timeouts as f64,
            lost: stats.lost as f64,
            binds: stats.binds as f64,
            rtt: stats.rtt,
            octets_in: stats.octets_in as f64,
            octets_out: stats.octets_out as f64,
        });
        Ok(value.map_err(Thrown::from)?.unchecked_into())
    }
}

/// A command_status by number or name; ESME_ROK if it is absent.
fn read_status(status: &JsValue) -> Result<CommandStatus, Thrown> {
    let refused = || {
        Thrown::invalid(
            "status",
            "expected a command_status: a number, or a name such as \"ESME_RX_T_APPN\"",
        )
    };
    if status.is_undefined() {
        return Ok(CommandStatus::ESME_ROK);
    }
    match (status.as_f64(), status.as_string()) {
        (Some(number), _) if f64::from(number as u32) == number => Ok(CommandStatus(number as u32)),
        (_, Some(name)) => CommandStatus::by_name(&name).ok_or_else(refused),
        _ => Err(refused()),
    }
}
