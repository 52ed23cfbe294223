//! The buffers that JavaScript and Rust share. JavaScript looks straight into the module's memory; Rust only tells where.
//!
//! There is one set for all sessions. It is taken out while it is in use, so that a trap leaves nothing borrowed: the next
//! call makes a new one.

use std::cell::Cell;

thread_local! {
    static IO: Cell<Option<Box<Io>>> = const { Cell::new(None) };
}

/// Words that [`Io::publish`] fills, read by js/engine/events.ts and link.ts.
const BLOCK: usize = 10;

#[derive(Default)]
pub(super) struct Io {
    /// Octets and records from JavaScript.
    pub(super) scratch: Vec<u8>,
    /// Event records for JavaScript.
    pub(super) words: Vec<u32>,
    /// Their strings.
    pub(super) text: String,
    /// Length of `text` in UTF-16 units.
    text_units: u32,
    /// Their octets.
    pub(super) octets: Vec<u8>,
    block: Box<[f64; BLOCK]>,
}

/// "Not there", for an optional value.
pub(super) const NOTHING: u32 = u32::MAX;

/// In the length of a string: it lies at its own address, for as long as the module does.
const LASTING: u32 = 1 << 31;

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
    pub(super) fn written(&self, length: usize) -> &[u8] {
        let start = self.scratch.as_ptr().align_offset(8);
        self.scratch.get(start..start + length).unwrap_or_default()
    }

    pub(super) fn clear(&mut self) {
        self.words.clear();
        self.text.clear();
        self.text_units = 0;
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

    pub(super) fn double(&mut self, value: f64) {
        let bits = value.to_bits();
        self.words(&[bits as u32, (bits >> 32) as u32]);
    }

    /// A string that `write` appends.
    pub(super) fn text_with(&mut self, write: impl FnOnce(&mut String)) {
        let from = self.text.len();
        write(&mut self.text);
        let added = self.text.get(from..).unwrap_or_default();
        let units = if added.is_ascii() {
            added.len()
        } else {
            added.encode_utf16().count()
        } as u32;
        self.words(&[self.text_units, units]);
        self.text_units += units;
    }

    pub(super) fn text(&mut self, text: &str) {
        self.text_with(|heap| heap.push_str(text));
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
        match std::str::from_utf8(octets) {
            Ok(text) if text.is_ascii() => self.text.push_str(text),
            _ => self.text.extend(octets.iter().map(|&o| char::from(o))),
        }
        let units = octets.len() as u32;
        self.words(&[self.text_units, units]);
        self.text_units += units;
    }

    pub(super) fn optional_latin1(&mut self, octets: Option<&[u8]>) {
        match octets {
            Some(octets) => self.latin1(octets),
            None => self.words(&[NOTHING, 0]),
        }
    }

    pub(super) fn octets(&mut self, octets: &[u8]) {
        self.words(&[self.octets.len() as u32, octets.len() as u32]);
        self.octets.extend_from_slice(octets);
    }

    pub(super) fn optional_octets(&mut self, octets: Option<&[u8]>) {
        match octets {
            Some(octets) => self.octets(octets),
            None => self.words(&[NOTHING, 0]),
        }
    }

    /// Tells where everything is. Returns the address of the block that says so.
    pub(super) fn publish(&mut self, out: &[u8], deadline: Option<u64>, state: u32) -> usize {
        *self.block = [
            self.words.as_ptr() as usize as f64,
            self.words.len() as f64,
            self.text.as_ptr() as usize as f64,
            self.text.len() as f64,
            self.octets.as_ptr() as usize as f64,
            self.octets.len() as f64,
            out.as_ptr() as usize as f64,
            out.len() as f64,
            deadline.map_or(f64::INFINITY, |millis| millis as f64),
            f64::from(state),
        ];
        self.block.as_ptr() as usize
    }
}
