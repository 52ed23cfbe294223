//! The buffers that JavaScript and Rust share. JavaScript looks straight into the module's memory; Rust only tells where.
//!
//! There is one set for all sessions. It is taken out while it is in use, so that a trap leaves nothing borrowed: the next
//! call makes a new one.

use std::cell::Cell;

thread_local! {
    static IO: Cell<Option<Box<Io>>> = const { Cell::new(None) };
}

/// Words that [`Io::publish`] fills, read by js/engine/events.ts and link.ts.
const BLOCK: usize = 12;

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

/// "Not there", for an optional value.
pub(super) const NOTHING: u32 = u32::MAX;
/// As a string, or as octets.
pub(super) const ABSENT: [u32; 2] = [NOTHING, 0];

/// In the length of a string: it lies at its own address, for as long as the module does.
const LASTING: u32 = 1 << 31;
/// In the length of a string: it is one of those in UTF-8.
const WIDE: u32 = 1 << 30;

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

    /// A string that `write` makes.
    pub(super) fn text_with(&mut self, write: impl FnOnce(&mut String)) {
        let place = self.place_with(write);
        self.words(&place);
    }

    /// As [`text_with`](Self::text_with), for a record that is put together by the caller.
    pub(super) fn place_with(&mut self, write: impl FnOnce(&mut String)) -> [u32; 2] {
        let mut string = std::mem::take(&mut self.string);
        string.clear();
        write(&mut string);
        let place = self.place_text(&string);
        self.string = string;
        place
    }

    pub(super) fn text(&mut self, text: &str) {
        let place = self.place_text(text);
        self.words(&place);
    }

    /// Where a string is, as the words of a record tell it.
    fn place_text(&mut self, text: &str) -> [u32; 2] {
        if text.is_ascii() {
            return self.place_ascii(text.as_bytes());
        }
        let start = self.wide_units;
        let units = text.encode_utf16().count() as u32;
        self.wide.extend_from_slice(text.as_bytes());
        self.wide_units += units;
        [start, units | WIDE]
    }

    fn place_ascii(&mut self, octets: &[u8]) -> [u32; 2] {
        let start = self.ascii.len() as u32;
        self.ascii.extend_from_slice(octets);
        [start, octets.len() as u32]
    }

    /// A string that lasts: JavaScript is told where it lies, and makes it once.
    pub(super) fn name(&mut self, name: &'static str) {
        self.words(&Io::lasting(name));
    }

    /// The words of a string that lasts.
    pub(super) fn lasting(text: &str) -> [u32; 2] {
        [text.as_ptr() as usize as u32, text.len() as u32 | LASTING]
    }

    /// Octets of a C-octet string, as Latin-1.
    pub(super) fn latin1(&mut self, octets: &[u8]) {
        let place = self.place_latin1(octets);
        self.words(&place);
    }

    /// As [`latin1`](Self::latin1), for a record that is put together by the caller.
    pub(super) fn place_latin1(&mut self, octets: &[u8]) -> [u32; 2] {
        if octets.is_ascii() {
            return self.place_ascii(octets);
        }
        let text: String = octets.iter().map(|&o| char::from(o)).collect();
        self.place_text(&text)
    }

    pub(super) fn place_optional(&mut self, octets: Option<&[u8]>) -> [u32; 2] {
        octets.map_or(ABSENT, |octets| self.place_latin1(octets))
    }

    pub(super) fn octets(&mut self, octets: &[u8]) {
        let place = self.keep(octets);
        self.words(&place);
    }

    pub(super) fn optional_octets(&mut self, octets: Option<&[u8]>) {
        match octets {
            Some(octets) => self.octets(octets),
            None => self.words(&ABSENT),
        }
    }

    /// As [`octets`](Self::octets), for a record that is put together by the caller.
    pub(super) fn keep(&mut self, octets: &[u8]) -> [u32; 2] {
        let start = self.octets.len() as u32;
        self.octets.extend_from_slice(octets);
        [start, octets.len() as u32]
    }

    /// Tells where everything is. Returns the address of the block that says so.
    pub(super) fn publish(&mut self, out: &[u8], deadline: Option<u64>, state: u32) -> usize {
        *self.block = [
            self.words.as_ptr() as usize as f64,
            self.words.len() as f64,
            self.ascii.as_ptr() as usize as f64,
            self.ascii.len() as f64,
            self.octets.as_ptr() as usize as f64,
            self.octets.len() as f64,
            out.as_ptr() as usize as f64,
            out.len() as f64,
            deadline.map_or(f64::INFINITY, |millis| millis as f64),
            f64::from(state),
            self.wide.as_ptr() as usize as f64,
            self.wide.len() as f64,
        ];
        self.block.as_ptr() as usize
    }
}
