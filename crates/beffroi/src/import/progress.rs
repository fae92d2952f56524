//! How far an import is: a bar at a terminal, else a line now and then. Always on standard error.

use std::io::{IsTerminal as _, stderr};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::output::warn;
use crate::words::{self, Lang};

const LINE_EVERY: Duration = Duration::from_secs(5);

/// Progress as the caller can see it.
pub(crate) struct Shown {
    form: Form,
    lang: Lang,
    started: Instant,
}

enum Form {
    Bar(ProgressBar),
    Lines { last: Instant },
}

impl Shown {
    /// Nothing is shown before the first update.
    pub(crate) fn new(lang: Lang) -> Self {
        let started = Instant::now();
        let form =
            if stderr().is_terminal() { Form::Bar(bar()) } else { Form::Lines { last: started } };
        Self { form, lang, started }
    }

    /// Shows that so many bytes and rows are done.
    pub(crate) fn update(&mut self, bytes_done: u64, bytes_total: u64, rows: u64) {
        let rate = rate(rows, self.started.elapsed());
        let rows_name = words::ROWS.in_lang(self.lang).to_lowercase();
        match &mut self.form {
            Form::Bar(bar) => {
                bar.set_length(bytes_total);
                bar.set_position(bytes_done);
                bar.set_message(format!("{rows} {rows_name} · {rate}/s"));
            }
            Form::Lines { last } => {
                if last.elapsed() >= LINE_EVERY {
                    *last = Instant::now();
                    let percent = percent(bytes_done, bytes_total);
                    warn(&format!("{percent} % · {rows} {rows_name} · {rate}/s"));
                }
            }
        }
    }

    /// Leaves the terminal clean for what comes next.
    pub(crate) fn finish(self) {
        match self.form {
            Form::Bar(bar) => bar.finish_and_clear(),
            Form::Lines { .. } => {}
        }
    }
}

fn bar() -> ProgressBar {
    let template = "{bar:30} {percent:>3} % · {bytes}/{total_bytes} · {msg} · {eta}";
    let style = ProgressStyle::with_template(template);
    ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn rate(rows: u64, elapsed: Duration) -> u128 {
    u128::from(rows) * 1000 / elapsed.as_millis().max(1)
}

fn percent(done: u64, total: u64) -> u128 {
    u128::from(done.min(total)) * 100 / u128::from(total.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_and_rates_have_no_holes() {
        assert_eq!(percent(0, 0), 0);
        assert_eq!(percent(u64::MAX, u64::MAX), 100);
        assert_eq!(percent(2, 1), 100);
        assert_eq!(rate(10, Duration::ZERO), 10_000);
        assert_eq!(rate(500, Duration::from_secs(2)), 250);
    }
}
