//! Requests that wait for their response, and the numbers they carry.

use super::event::Ticket;
use super::instant::Instant;
use super::queue::OwnRequest;
use alloc::collections::VecDeque;

/// The last sequence_number before they start again at 1 (SMPP 5.0, 3.2.1.5).
const LAST: u64 = 0x7FFF_FFFF;

/// Room that is kept when the window is empty.
const KEPT: usize = 1_024;

impl OwnRequest {
    /// Its sequence_number on the wire.
    pub(super) fn number(&self) -> u32 {
        number(self.serial)
    }
}

fn number(serial: u64) -> u32 {
    // The first lap, which few connections outlast, without a division.
    if serial <= LAST {
        serial as u32
    } else {
        ((serial - 1) % LAST + 1) as u32
    }
}

/// Requests in the order they were sent; mostly they are answered in that order too, so the front is the usual match.
pub(super) struct Window {
    open: VecDeque<OwnRequest>,
    last_serial: u64,
}

impl Window {
    pub(super) fn new() -> Self {
        Self {
            open: VecDeque::new(),
            last_serial: 0,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.open.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    /// A new connection counts from 1 again. Only for an empty window.
    pub(super) fn restart(&mut self) {
        debug_assert!(self.open.is_empty());
        self.last_serial = 0;
    }

    /// The number of the next request: one up, 1 after the last, none that is still in use here or by `other`.
    pub(super) fn next_number(&mut self, other: Option<u32>) -> u32 {
        loop {
            self.last_serial += 1;
            let number = number(self.last_serial);
            // Only a request that has been open for a whole lap can have it.
            let oldest = self.open.front().map(|r| r.serial);
            let free =
                oldest.is_none_or(|at| at + LAST > self.last_serial) || self.find(number).is_none();
            if free && other != Some(number) {
                return number;
            }
        }
    }

    /// Notes that a request is on the wire, with the number that [`next_number`](Self::next_number) gave last.
    pub(super) fn push(
        &mut self,
        mut request: OwnRequest,
        sent_at: Instant,
        response_timeout: u64,
        place: u64,
    ) {
        request.serial = self.last_serial;
        request.sent_at = sent_at;
        request.deadline = sent_at.deadline(response_timeout);
        request.place = place;
        self.open.push_back(request);
    }

    /// Takes the request that a response of this number answers.
    pub(super) fn take(&mut self, number: u32) -> Option<OwnRequest> {
        let at = self.find(number)?;
        let request = self.open.remove(at);
        if self.open.is_empty() && self.open.capacity() > KEPT {
            self.open = VecDeque::new();
        }
        request
    }

    fn find(&self, number: u32) -> Option<usize> {
        let number = u64::from(number);
        if number == 0 || number > LAST {
            return None;
        }
        // The newest serial that makes this number, then those of the laps before.
        let mut serial = match self.last_serial.checked_sub(number)? {
            0..LAST => number,
            behind => number + behind / LAST * LAST,
        };
        let oldest = self.open.front()?.serial;
        while serial >= oldest {
            if let Some(at) = self.position(serial) {
                return Some(at);
            }
            serial = serial.checked_sub(LAST)?;
        }
        None
    }

    fn position(&self, serial: u64) -> Option<usize> {
        let front = self.open.front()?.serial;
        let guess = serial.checked_sub(front)? as usize;
        if self.open.get(guess).is_some_and(|r| r.serial == serial) {
            return Some(guess);
        }
        self.open.binary_search_by_key(&serial, |r| r.serial).ok()
    }

    /// Gives memory back that nothing needs now.
    pub(super) fn shrink(&mut self) {
        if self.open.is_empty() {
            self.open = VecDeque::new();
        }
    }

    /// When the oldest request's time is over.
    pub(super) fn next_deadline(&self) -> Option<Instant> {
        self.open.front()?.deadline
    }

    /// When the oldest request was sent.
    pub(super) fn oldest_sent_at(&self) -> Option<Instant> {
        Some(self.open.front()?.sent_at)
    }

    /// Takes the oldest request if its time is over.
    pub(super) fn take_expired(&mut self, now: Instant) -> Option<OwnRequest> {
        self.next_deadline().filter(|&at| at <= now)?;
        self.open.pop_front()
    }

    /// Takes the oldest request.
    pub(super) fn take_oldest(&mut self) -> Option<OwnRequest> {
        self.open.pop_front()
    }

    /// Takes the oldest request that `matches`.
    pub(super) fn take_where(
        &mut self,
        matches: impl Fn(&OwnRequest) -> bool,
    ) -> Option<OwnRequest> {
        let at = self.open.iter().position(matches)?;
        self.open.remove(at)
    }

    /// All requests, to be looked at or changed.
    pub(super) fn requests_mut(&mut self) -> impl Iterator<Item = &mut OwnRequest> {
        self.open.iter_mut()
    }

    /// Takes the oldest request whose ticket `matches`.
    pub(super) fn forget(&mut self, matches: impl Fn(Ticket) -> bool) -> Option<OwnRequest> {
        self.take_where(|request| request.ticket.is_some_and(&matches))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn push(window: &mut Window) -> u32 {
        let number = window.next_number(None);
        window.push(OwnRequest::empty(), Instant::default(), 0, 0);
        number
    }

    #[test]
    fn a_number_that_is_in_use_elsewhere_is_passed_over() {
        let mut window = Window::new();
        window.last_serial = LAST - 1;
        assert_eq!(window.next_number(Some(0x7FFF_FFFF)), 1);
        assert_eq!(window.next_number(Some(1)), 2);
    }

    #[test]
    fn a_window_answered_out_of_order_over_the_wrap_is_matched_once_each() {
        let mut window = Window::new();
        window.last_serial = LAST - 50;
        let mut numbers: Vec<u32> = (0..100).map(|_| push(&mut window)).collect();
        assert_eq!((numbers[49], numbers[50]), (0x7FFF_FFFF, 1));
        // Every third, from the back: neither order.
        numbers.sort_by_key(|n| (n % 3, u32::MAX - n));
        for number in numbers {
            assert_eq!(window.take(number).map(|r| r.number()), Some(number));
            assert!(window.take(number).is_none());
        }
        assert!(window.is_empty());
    }

    #[test]
    fn numbers_count_from_one() {
        let mut window = Window::new();
        assert_eq!([push(&mut window), push(&mut window)], [1, 2]);
    }

    #[test]
    fn after_the_last_number_comes_one_again_without_those_in_use() {
        let mut window = Window::new();
        assert_eq!(push(&mut window), 1);
        window.last_serial = LAST - 1;
        assert_eq!(push(&mut window), 0x7FFF_FFFF);
        assert_eq!(push(&mut window), 2);
        assert_eq!(window.take(1).map(|r| r.number()), Some(1));
        assert_eq!(window.take(2).map(|r| r.number()), Some(2));
        assert_eq!(
            window.take(0x7FFF_FFFF).map(|r| r.number()),
            Some(0x7FFF_FFFF)
        );
        assert!(window.is_empty());
    }

    #[test]
    fn a_request_that_stays_open_keeps_its_number_through_many_laps() {
        let mut window = Window::new();
        let first = push(&mut window);
        for lap in 1..5 {
            window.last_serial = lap * LAST;
            let next = push(&mut window);
            assert_eq!(next, first + 1);
            assert_eq!(window.take(next).map(|r| r.number()), Some(next));
        }
        assert_eq!(window.take(first).map(|r| r.number()), Some(first));
    }

    #[test]
    fn a_number_that_is_in_use_for_a_whole_lap_is_passed_over() {
        let mut window = Window::new();
        window.last_serial = 99;
        assert_eq!(push(&mut window), 100);
        window.last_serial = LAST + 99;
        assert_eq!(push(&mut window), 101);
    }

    #[test]
    fn a_number_is_matched_once_in_any_order() {
        let mut window = Window::new();
        for _ in 0..100 {
            push(&mut window);
        }
        for number in (1..=100).rev() {
            assert_eq!(window.take(number).map(|r| r.number()), Some(number));
            assert!(window.take(number).is_none());
        }
    }

    #[test]
    fn numbers_never_given_match_nothing() {
        let mut window = Window::new();
        push(&mut window);
        for number in [0, 2, 0x7FFF_FFFF, 0x8000_0000, 0x8000_0001, u32::MAX] {
            assert!(window.take(number).is_none());
        }
        for (last_serial, given) in [(3 * LAST, 1), (3 * LAST - 1, 0x7FFF_FFFF)] {
            let mut window = Window::new();
            window.last_serial = last_serial;
            assert_eq!(push(&mut window), given);
            for number in [0, 2, 0x8000_0000, 0x8000_0001, u32::MAX] {
                assert!(window.take(number).is_none());
            }
        }
    }
}
