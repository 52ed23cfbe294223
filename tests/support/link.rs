//! One connection between two sessions: a stream of octets each way, late, in pieces, and cut at any octet.

use super::rng::Rng;

/// What a connection does to what goes through it.
#[derive(Clone, Copy, Debug)]
pub struct Weather {
    /// Longest time on the way, milliseconds.
    pub delay: u64,
    /// Octets in a piece at most.
    pub piece: u64,
    /// In a hundred connections, how many are cut.
    pub cuts: u64,
    /// In a hundred cuts, how many neither side is told of.
    pub silent: u64,
}

/// One direction of a connection.
pub struct Pipe {
    /// Octets that still pass before the cut.
    left: Option<u64>,
    /// When the last octet so far arrives.
    last: u64,
    weather: Weather,
}

/// What becomes of octets that are written.
pub enum Passage {
    /// They arrive in these pieces.
    Pieces(Vec<(u64, Vec<u8>)>),
    /// Some arrive, then there is nothing more.
    Cut(Vec<(u64, Vec<u8>)>),
    /// They are gone.
    Gone,
}

impl Pipe {
    pub fn new(rng: &mut Rng, weather: Weather) -> Self {
        let left = rng.percent(weather.cuts).then(|| rng.range(0, 6_000));
        Self {
            left,
            last: 0,
            weather,
        }
    }

    pub fn write(&mut self, rng: &mut Rng, now: u64, octets: &[u8]) -> Passage {
        let passing = match &mut self.left {
            None => octets.len(),
            Some(0) => return Passage::Gone,
            Some(left) => {
                let passing = octets.len().min(*left as usize);
                *left -= passing as u64;
                passing
            }
        };
        let mut pieces = Vec::new();
        let mut rest = &octets[..passing];
        while !rest.is_empty() {
            let size = rng.range(1, self.weather.piece).min(rest.len() as u64);
            let (piece, behind) = rest.split_at(size as usize);
            self.last = self.last.max(now + rng.range(0, self.weather.delay));
            pieces.push((self.last, piece.to_vec()));
            rest = behind;
        }
        match self.left {
            Some(0) => Passage::Cut(pieces),
            _ => Passage::Pieces(pieces),
        }
    }

    /// When the end of the connection arrives that is made now.
    pub fn end(&mut self, rng: &mut Rng, now: u64) -> u64 {
        self.last.max(now + rng.range(0, self.weather.delay))
    }
}
