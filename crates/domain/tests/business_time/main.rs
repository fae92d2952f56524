//! Business time against what others compute: peers' own test suites, cities' own due dates, and a
//! slow count that asks every minute for its local time.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

mod bad_input;
mod data;
mod examples;
mod json;
mod laws;
mod laws_over_time;
mod minutes;
mod peers;
mod quebec;
mod random;
mod rules;
