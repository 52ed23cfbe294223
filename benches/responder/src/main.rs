//! An SMSC that answers as cheaply as can be: a read, all answers to it in one write.
//!
//! It listens on a free port of 127.0.0.1 and prints the port. Every bind is accepted. One whose system_id is two numbers,
//! `"50000/100"`, gets 50,000 delivery receipts, 100 of them unanswered at a time. One whose system_id is `reports` gets a receipt
//! behind the response to each message. It ends with its standard input.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::{io, process, thread};

const HEADER: usize = 16;
const RESPONSE: u32 = 0x8000_0000;
const BINDS: [u32; 3] = [0x1, 0x2, 0x9];
const SUBMIT_SM: u32 = 0x4;
const DELIVER_SM: u32 = 0x5;
const UNBIND: u32 = 0x6;
const GENERIC_NACK: u32 = 0x8000_0000;

fn main() -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("{}", listener.local_addr()?.port());
    thread::spawn(|| {
        let _ = io::copy(&mut io::stdin(), &mut io::sink());
        process::exit(0);
    });
    for stream in listener.incoming() {
        let stream = stream?;
        // A peer that breaks the connection off is done with it.
        thread::spawn(move || Session::default().serve(stream));
    }
    Ok(())
}

/// One connection.
#[derive(Default)]
struct Session {
    out: Vec<u8>,
    message_id: u32,
    receipts: Receipts,
    /// Each message gets its receipt at once.
    reports: bool,
    unbound: bool,
}

impl Session {
    fn serve(&mut self, mut stream: TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        let mut input = vec![0; 1 << 20];
        let mut filled = 0;
        while !self.unbound {
            let read = stream.read(&mut input[filled..])?;
            if read == 0 {
                break;
            }
            filled += read;
            let used = self.answer(&input[..filled])?;
            input.copy_within(used..filled, 0);
            filled -= used;
            self.receipts.fill(&mut self.out);
            stream.write_all(&self.out)?;
            self.out.clear();
        }
        Ok(())
    }

    /// Answers every whole PDU in `input`; returns how many octets they are.
    fn answer(&mut self, input: &[u8]) -> io::Result<usize> {
        let mut used = 0;
        while let Some(header) = input[used..].first_chunk::<HEADER>() {
            let [length, id, _, sequence] =
                [0, 4, 8, 12].map(|i| u32::from_be_bytes([0, 1, 2, 3].map(|j| header[i + j])));
            if !(HEADER as u32..1 << 16).contains(&length) {
                return Err(io::ErrorKind::InvalidData.into());
            }
            let Some(pdu) = input[used..].get(..length as usize) else {
                break;
            };
            used += pdu.len();
            self.answer_one(id, sequence, &pdu[HEADER..]);
        }
        Ok(used)
    }

    fn answer_one(&mut self, id: u32, sequence: u32, body: &[u8]) {
        match id {
            SUBMIT_SM => {
                self.message_id = self.message_id.wrapping_add(1);
                let body = digits(self.message_id);
                write(&mut self.out, id | RESPONSE, sequence, &[&body, b"\0"]);
                if self.reports {
                    receipt(&mut self.out, self.message_id);
                }
            }
            _ if id == DELIVER_SM | RESPONSE => {
                self.receipts.unanswered = self.receipts.unanswered.saturating_sub(1);
            }
            _ if BINDS.contains(&id) => {
                let system_id = body.split(|&octet| octet == 0).next().unwrap_or_default();
                self.receipts = Receipts::asked_for(system_id).unwrap_or_default();
                self.reports = system_id == b"reports";
                write(&mut self.out, id | RESPONSE, sequence, &[b"responder\0"]);
            }
            _ if id & RESPONSE == 0 => {
                self.unbound = id == UNBIND;
                write(&mut self.out, id | RESPONSE, sequence, &[]);
            }
            GENERIC_NACK => panic!("the client refused a PDU"),
            _ => {}
        }
    }
}

/// The receipts that a connection is to get.
#[derive(Default)]
struct Receipts {
    left: u32,
    window: u32,
    unanswered: u32,
}

impl Receipts {
    fn asked_for(system_id: &[u8]) -> Option<Self> {
        let (count, window) = str::from_utf8(system_id).ok()?.split_once('/')?;
        Some(Receipts {
            left: count.parse().ok()?,
            window: window.parse().ok()?,
            unanswered: 0,
        })
    }

    /// Appends as many as the window has room for.
    fn fill(&mut self, out: &mut Vec<u8>) {
        while self.left > 0 && self.unanswered < self.window {
            receipt(out, self.left);
            self.left -= 1;
            self.unanswered += 1;
        }
    }
}

/// Appends a deliver_sm with the receipt of a message; its number is the message's.
fn receipt(out: &mut Vec<u8>, number: u32) {
    let id = digits(number);
    write(
        out,
        DELIVER_SM,
        number,
        &[
            // service_type; source_addr; destination_addr
            b"\0\x01\x01491701234567\0\x00\x0012345\0",
            // esm_class: a receipt; …; registered_delivery …; sm_length
            b"\x04\x00\x00\0\0\x00\x00\x00\x00\x78",
            b"id:",
            &id,
            b" sub:001 dlvrd:001 submit date:2601021504 done date:2601021505 stat:DELIVRD err:000 text:Your code is 123456 ",
            // receipted_message_id; message_state: delivered
            b"\x00\x1e\x00\x09",
            &id,
            b"\0\x04\x27\x00\x01\x02",
        ],
    );
}

/// Eight decimal digits.
fn digits(mut number: u32) -> [u8; 8] {
    let mut text = [b'0'; 8];
    for digit in text.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
    text
}

fn write(out: &mut Vec<u8>, id: u32, sequence: u32, body: &[&[u8]]) {
    let length = HEADER + body.iter().map(|part| part.len()).sum::<usize>();
    for word in [length as u32, id, 0, sequence] {
        out.extend_from_slice(&word.to_be_bytes());
    }
    for part in body {
        out.extend_from_slice(part);
    }
}
