//! How late a request of a product may be reopened.

use crate::town::{Town, entry, opening};
use beffroi_domain::{Change, Rejection};

fn resolved(reopen_within_days: Option<u32>) -> Town {
    let mut open = opening(1, "Arbres");
    open.entry = Some(entry(reopen_within_days));
    Town::default().when(1, "02 10:00", Change::Open(Box::new(open))).when(
        1,
        "03 10:00",
        Change::Resolve,
    )
}

#[test]
fn within_its_days_and_not_after() {
    let refused = Rejection::ReopenTooLate(7);
    resolved(Some(7)).then_refused(1, ("10 11:01", Change::Reopen), refused).when(
        1,
        "10 11:00",
        Change::Reopen,
    );
}

#[test]
fn never_where_the_product_says_so() {
    let refused = Rejection::ReopenTooLate(0);
    assert!(refused.to_string().contains("not reopened"));
    resolved(Some(0)).then_refused(1, ("03 10:00", Change::Reopen), refused);
}

#[test]
fn at_any_time_where_nothing_is_said() {
    resolved(None).when(1, "31 10:00", Change::Reopen);
}
