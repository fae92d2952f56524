//! What happened to a request since it was opened, as far as its row tells.

use super::super::defect::Reason;
use super::super::spec::Meaning;
use super::super::time::{self, Moment};
use super::{Row, Times};
use beffroi_wire::pb::intake::v1::{
    Assign, Cancel, ImportedChange, Resolve, imported_change::Change,
};
use chrono::Datelike;

/// Closings before this year, and before their opening, stand for "not known".
const SENTINEL_BEFORE_YEAR: i32 = 2000;

/// The closing time of a row.
enum Closing {
    Absent,
    /// Not a time at all.
    Sentinel,
    /// A time that cannot be.
    Impossible,
    At(Moment),
}

impl Row<'_> {
    /// The change that leads to the row's status, if it is not simply open.
    pub(super) fn change(
        &mut self,
        meaning: Meaning,
        times: &Times,
        unit: &str,
    ) -> Option<ImportedChange> {
        let closing = self.closing(times);
        let unit = unit.to_owned();
        let (change, at) = match (meaning, &closing) {
            (Meaning::ByClosing, Closing::Absent | Closing::Sentinel) => return None,
            (Meaning::Open, _) => {
                self.doubt_closing(&closing);
                return None;
            }
            (Meaning::Assigned, _) => {
                self.doubt_closing(&closing);
                (Change::Assign(Assign { unit }), last_known(times))
            }
            (Meaning::Cancelled, _) => (Change::Cancel(Cancel {}), self.closed(&closing, times)),
            (Meaning::Resolved | Meaning::ByClosing, _) => {
                (Change::Resolve(Resolve {}), self.closed(&closing, times))
            }
        };
        Some(ImportedChange {
            occurred_at: Some(time::to_pb(at.at)),
            approximate: at.approximate,
            source_status: self.text(self.layout.status).to_owned(),
            change: Some(change),
        })
    }

    fn closing(&mut self, times: &Times) -> Closing {
        match times.closed {
            None => Closing::Absent,
            Some(closed) if times.opened.at <= closed.at => Closing::At(closed),
            Some(closed) if closed.wall.year() < SENTINEL_BEFORE_YEAR => {
                self.note(Reason::CLOSED_SENTINEL, self.layout.closed);
                Closing::Sentinel
            }
            Some(_) => {
                self.note(Reason::CLOSED_BEFORE_OPENED, self.layout.closed);
                Closing::Impossible
            }
        }
    }

    fn doubt_closing(&mut self, closing: &Closing) {
        match closing {
            Closing::Absent => {}
            Closing::Sentinel | Closing::Impossible | Closing::At(_) => {
                self.note(Reason::CLOSING_DATE_ON_OPEN_REQUEST, self.layout.closed);
            }
        }
    }

    fn closed(&mut self, closing: &Closing, times: &Times) -> Moment {
        match closing {
            Closing::At(closed) => *closed,
            Closing::Sentinel | Closing::Impossible => roughly(times.opened),
            Closing::Absent => {
                // A source that never gives closing times is not at fault row by row.
                if self.layout.closed.is_some() {
                    self.note(Reason::CLOSED_WITHOUT_DATE, self.layout.closed);
                }
                last_known(times)
            }
        }
    }
}

/// The last update, unless it is before the opening.
fn last_known(times: &Times) -> Moment {
    let updated = times.updated.filter(|it| times.opened.at <= it.at);
    roughly(updated.unwrap_or(times.opened))
}

fn roughly(moment: Moment) -> Moment {
    Moment { approximate: true, ..moment }
}
