//! Which seeds are run, and what is told of them.

use std::fmt::Display;
use std::ops::AddAssign;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// Whether the long form is run.
pub(crate) fn is_long() -> bool {
    std::env::var("BEFFROI_LONG").is_ok_and(|it| it == "1")
}

fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} is not a number: {text}")))
}

/// Runs `short` seeds, or `long` or as many as `BEFFROI_SEEDS` says in the long form, or the one of
/// `BEFFROI_SEED`; prints
/// what came of them all.
pub(crate) fn run<T: Default + Display + AddAssign + Send>(
    name: &str,
    (short, long): (u64, u64),
    one: impl Fn(u64) -> T + Sync,
) {
    let started = Instant::now();
    let (first, count) = match number("BEFFROI_SEED") {
        Some(seed) => (seed, 1),
        None if is_long() => (1, number("BEFFROI_SEEDS").unwrap_or(long)),
        None => (1, short),
    };
    let next = AtomicU64::new(first);
    let worker = || {
        let mut sum = T::default();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= first + count {
                return sum;
            }
            match catch_unwind(AssertUnwindSafe(|| one(seed))) {
                Ok(counts) => sum += counts,
                Err(panic) => {
                    next.store(u64::MAX / 2, Ordering::Relaxed);
                    eprintln!("{name}: run it again with BEFFROI_SEED={seed}");
                    resume_unwind(panic);
                }
            }
        }
    };
    let total = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..2).map(|_| scope.spawn(worker)).collect();
        let mut total = T::default();
        for worker in workers {
            match worker.join() {
                Ok(sum) => total += sum,
                Err(panic) => resume_unwind(panic),
            }
        }
        total
    });
    let secs = started.elapsed().as_secs_f64();
    println!("{name}: {count} seeds, {total}, {secs:.1} s");
}
