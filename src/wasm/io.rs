//! The buffers that JavaScript and Rust share. JavaScript looks straight into the module's memory; Rust only says where.
//!
//! There is one set for all sessions. It is taken out while it is in use, so that a trap leaves nothing borrowed: the next
//! call makes a new one.

use super::layout::{Block, LinkState, Place, Record, StringKind};
use crate::receipt::canonicalise;
use std::cell::Cell;

thread_local! {
    static IO: Cell<Option<Box<Io>>> = const { Cell::new(None) };
}

const BLOCK: usize = Block::State as usize + 1;

#[derive(Default)]
pub(super) struct Io {
    /// Octets and records from JavaScript.
    pub(super) scratch: Vec<u8>,
    /// Event records for JavaScript.
    pub(super) words: Vec<u32>,
    /// Their strings that are ASCII. One character beyond it would make JavaScript take two octets for each.
    ascii: Vec<u8>,
    /// Their other strings, in UTF-8.
    wide: Vec<u8>,
    /// Length of `wide` in UTF-16 units.
    wide_units: u32,
    /// The string being written, and room for octets that are to be one.
    string: String,
    pub(super) room: Vec<u8>,
    /// Their octets.
    pub(super) octets: Vec<u8>,
    block: Box<[f64; BLOCK]>,
}

impl Io {
    /// Lends the buffers to `use_`.
    pub(super) fn with<T>(use_: impl FnOnce(&mut Io) -> T) -> T {
        let mut io = IO.take().unwrap_or_default();
        let result = use_(&mut io);
        IO.set(Some(io));
        result
    }

    /// Room for `length` octets from JavaScript; its address is a multiple of 8. It stays where it is until more is asked for.
    pub(super) fn scratch(&mut self, length: usize) -> usize {
        // A little more than asked, for the alignment.
        if self.scratch.len() < length + 8 {
            self.scratch.resize(length + 8, 0);
        }
        let octets = &self.scratch[..];
        octets[octets.as_ptr().align_offset(8)..].as_ptr() as usize
    }

    /// The first `length` octets that JavaScript wrote to [`scratch`](Self::scratch).
    ///
    /// # Panics
    ///
    /// If the scratch room is smaller: js/engine asked for less than it wrote.
    pub(super) fn written(&self, length: usize) -> &[u8] {
        let start = self.scratch.as_ptr().align_offset(8);
        &self.scratch[start..start + length]
    }

    pub(super) fn clear(&mut self) {
        self.words.clear();
        self.ascii.clear();
        self.wide.clear();
        self.wide_units = 0;
        self.octets.clear();
    }

    /// Puts a record.
    #[inline(always)]
    pub(super) fn put(&mut self, record: impl Record) {
        self.words(record.words().as_ref());
    }

    /// Puts a word of its own, such as how long a list is.
    pub(super) fn word(&mut self, value: u32) {
        self.words(&[value]);
    }

    /// Called everywhere: inlined, it would be much of the module. They are few: one by one is quicker than as a block.
    #[inline(never)]
    pub(super) fn words(&mut self, values: &[u32]) {
        self.words.reserve(values.len());
        for value in values {
            self.words.push(*value);
        }
    }

    /// Keeps a string that `write` makes.
    pub(super) fn text_with(&mut self, write: impl FnOnce(&mut String)) -> Place {
        let mut string = std::mem::take(&mut self.string);
        string.clear();
        write(&mut string);
        let place = self.text(&string);
        self.string = string;
        place
    }

    /// Keeps a string.
    pub(super) fn text(&mut self, text: &str) -> Place {
        if text.is_ascii() {
            return self.ascii(text.as_bytes());
        }
        let at = self.wide_units;
        let units = text.encode_utf16().count() as u32;
        self.wide.extend_from_slice(text.as_bytes());
        self.wide_units += units;
        Place {
            at,
            length: units | StringKind::Wide as u32,
        }
    }

    fn ascii(&mut self, octets: &[u8]) -> Place {
        let at = self.ascii.len() as u32;
        self.ascii.extend_from_slice(octets);
        Place {
            at,
            length: octets.len() as u32,
        }
    }

    /// Keeps the octets of a C-octet string, as Latin-1.
    pub(super) fn latin1(&mut self, octets: &[u8]) -> Place {
        if octets.is_ascii() {
            return self.ascii(octets);
        }
        let text: String = octets.iter().map(|&o| char::from(o)).collect();
        self.text(&text)
    }

    pub(super) fn optional_latin1(&mut self, octets: Option<&[u8]>) -> Place {
        octets.map_or(Place::NOWHERE, |octets| self.latin1(octets))
    }

    /// Makes of a message identifier what two writings of it have in common, and keeps that if it is not the identifier itself.
    pub(super) fn key(&mut self, id: &mut Vec<u8>) -> Place {
        let changed = canonicalise(id);
        self.optional_latin1(Some(&id[..]).filter(|_| changed))
    }

    /// Keeps octets.
    pub(super) fn octets(&mut self, octets: &[u8]) -> Place {
        let at = self.octets.len() as u32;
        self.octets.extend_from_slice(octets);
        Place {
            at,
            length: octets.len() as u32,
        }
    }

    pub(super) fn optional_octets(&mut self, octets: Option<&[u8]>) -> Place {
        octets.map_or(Place::NOWHERE, |octets| self.octets(octets))
    }

    /// Returns the address of the block that says where everything is.
    pub(super) fn publish(&mut self, out: &[u8], deadline: Option<u64>, state: LinkState) -> usize {
        let block = &mut self.block;
        for (at, address, length) in [
            (Block::Words, self.words.as_ptr() as usize, self.words.len()),
            (Block::Ascii, self.ascii.as_ptr() as usize, self.ascii.len()),
            (Block::Wide, self.wide.as_ptr() as usize, self.wide.len()),
            (
                Block::Octets,
                self.octets.as_ptr() as usize,
                self.octets.len(),
            ),
            (Block::Out, out.as_ptr() as usize, out.len()),
        ] {
            block[at as usize] = address as f64;
            block[at as usize + 1] = length as f64;
        }
        block[Block::Deadline as usize] = deadline.map_or(f64::INFINITY, |millis| millis as f64);
        block[Block::State as usize] = f64::from(state as u32);
        self.block.as_ptr() as usize
    }
}
