//! Tasks whose panics are not lost.

use std::cell::Cell;
use std::panic::AssertUnwindSafe;

use futures::FutureExt as _;

thread_local! {
    static PANICKED: Cell<bool> = const { Cell::new(false) };
}

/// Runs a task on the runtime of this thread; [`check`] finds out whether it panicked.
pub(crate) fn spawn(task: impl Future<Output = ()> + Send + 'static) {
    tokio::spawn(async move {
        if AssertUnwindSafe(task).catch_unwind().await.is_err() {
            PANICKED.set(true);
        }
    });
}

/// Panics if a task has.
pub(crate) fn check() {
    assert!(!PANICKED.take(), "a task panicked");
}

/// A runtime whose clock goes on by itself when nothing else happens.
pub(crate) fn runtime() -> tokio::runtime::Runtime {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_time().start_paused(true).build().unwrap()
}
