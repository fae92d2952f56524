//! The calendar as callers send it: taken in, published on the log, shown.

mod problem;
mod publish;
mod show;

pub(crate) use problem::CalendarProblem;
pub(crate) use publish::publish;
pub(crate) use show::show;

use crate::error::Problem;
use crate::parse::Fields;
use beffroi_domain::Calendar;
use beffroi_wire::calendar::from_pb;
use beffroi_wire::pb::event::v1 as event;

/// The calendar in a field; what is wrong with it is said of its own fields.
pub(crate) fn parse(fields: &mut Fields, name: &str, it: &event::Calendar) -> Option<Calendar> {
    match from_pb(it) {
        Ok(calendar) => Some(calendar),
        Err(defects) => {
            for defect in defects.into_iter().take(100) {
                let field = match defect.place.as_str() {
                    "" => name.to_owned(),
                    place => format!("{name}.{place}"),
                };
                fields.wrong(&field, Problem::Calendar(CalendarProblem::Flaw(defect.flaw)));
            }
            None
        }
    }
}
