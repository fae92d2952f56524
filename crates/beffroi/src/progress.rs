//! Progress of long work, on standard error.

use indicatif::{ProgressBar, ProgressStyle};
use std::time::{Duration, Instant};

/// A bar that shows itself when the work takes longer than a second.
#[derive(Debug)]
pub(crate) struct Progress {
    what: &'static str,
    since: Instant,
    bar: Option<ProgressBar>,
}

const PATIENCE: Duration = Duration::from_secs(1);

impl Progress {
    pub(crate) fn new(what: &'static str) -> Self {
        Self { what, since: Instant::now(), bar: None }
    }

    pub(crate) fn at(&mut self, done: u64, total: u64) {
        if self.bar.is_none() && self.since.elapsed() < PATIENCE {
            return;
        }
        let bar = self.bar.get_or_insert_with(|| {
            let style = ProgressStyle::with_template(
                "{msg} {wide_bar} {human_pos}/{human_len} {per_sec} {eta}",
            );
            let bar = ProgressBar::new(total).with_message(self.what);
            bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        });
        bar.set_length(total);
        bar.set_position(done);
    }

    pub(crate) fn finish(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }
}
