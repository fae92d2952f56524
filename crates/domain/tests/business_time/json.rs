//! Calendars, times and quantities as the files of cases write them.

use beffroi_domain::{
    Calendar, CalendarDraft, Closing, ExceptionalHours, Holiday, Hours, InvalidCalendar, Pause,
    Timestamp, Window,
};
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use chrono_tz::Tz;
use serde_json::Value;

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// A case of a file.
#[derive(Debug)]
pub(crate) struct Case(pub(crate) Value);

impl Case {
    pub(crate) fn id(&self) -> &str {
        self.text("id")
    }

    pub(crate) fn text(&self, key: &str) -> &str {
        self.0[key].as_str().unwrap_or_else(|| panic!("{}: no text `{key}`", self.0["id"]))
    }

    pub(crate) fn at(&self, key: &str) -> Timestamp {
        instant(self.text(key))
    }

    pub(crate) fn check(&self, key: &str) -> &Value {
        &self.0["check"][key]
    }

    pub(crate) fn pauses(&self) -> Vec<Pause> {
        let pauses = self.0["pauses"].as_array().cloned().unwrap_or_default();
        let bound = |it: &Value, key: &str| instant(it[key].as_str().unwrap());
        pauses.iter().map(|it| Pause::new(bound(it, "from"), bound(it, "to")).unwrap()).collect()
    }

    pub(crate) fn tz(&self) -> Tz {
        self.0["calendar"]["tz"].as_str().unwrap().parse().unwrap()
    }

    /// The calendar; what is closed every year is so around the case's time.
    pub(crate) fn calendar(&self) -> Result<Calendar, InvalidCalendar> {
        self.draft().build()
    }

    pub(crate) fn draft(&self) -> CalendarDraft {
        let it = &self.0["calendar"];
        let week = DAYS.map(|day| hours(&it["weekly"][day]));
        let mut draft = CalendarDraft::new(self.tz(), week);
        let year: i32 = self.text("start")[..4].parse().unwrap();
        let years = year - 2..year + 12;
        let ranges = it["holiday_ranges"].as_array().cloned().unwrap_or_default();
        let single = it["holidays"].as_array().cloned().unwrap_or_default();
        let single = single.into_iter().map(|it| Value::from(vec![it.clone(), it]));
        for range in single.chain(ranges) {
            let bound = |at: usize| range[at].as_str().unwrap();
            let dates = years.clone().flat_map(|year| range_of(bound(0), bound(1), year));
            draft.holidays.extend(dates.map(|date| Holiday { date, name: None }));
        }
        for (date, windows) in it["exceptions"].as_object().into_iter().flatten() {
            let date = date.parse().unwrap();
            let hours = hours(windows);
            draft.exceptions.push(ExceptionalHours { date, hours, name: None });
        }
        for (date, windows) in it["breaks"].as_object().into_iter().flatten() {
            let date = date.parse().unwrap();
            draft.closings.push(Closing { date, hours: hours(windows), name: None });
        }
        draft
    }

    /// The seconds of `value` units of `unit_secs`, exactly.
    pub(crate) fn secs(&self, unit_secs: u64) -> u64 {
        let value = self.0["target"]["value"].to_string();
        let (whole, fraction) = value.split_once('.').unwrap_or((&value, "0"));
        let parts = 10_u64.pow(u32::try_from(fraction.len()).unwrap());
        let fraction: u64 = fraction.parse().unwrap();
        assert_eq!(fraction * unit_secs % parts, 0, "{}: {value}", self.id());
        whole.parse::<u64>().unwrap() * unit_secs + fraction * unit_secs / parts
    }
}

/// The dates of a range, once or (without a year) every year; it may end in the year after.
fn range_of(from: &str, to: &str, year: i32) -> Vec<NaiveDate> {
    let date = |text: &str| match text.len() {
        5 => format!("{year}-{text}").parse::<NaiveDate>().ok(),
        _ => text.parse().ok().filter(|it: &NaiveDate| it.year() == year || to.len() == 10),
    };
    let every_year = from.len() == 5;
    let (Some(from), Some(mut to)) = (date(from), date(to)) else { return Vec::new() };
    if !every_year && from.year() != year {
        return Vec::new();
    }
    if to < from {
        to = to.with_year(to.year() + 1).unwrap();
    }
    from.iter_days().take_while(|it| *it <= to).collect()
}

fn hours(windows: &Value) -> Hours {
    let windows = windows.as_array().cloned().unwrap_or_default();
    let text = |it: &Value| format!("{}-{}", it[0].as_str().unwrap(), it[1].as_str().unwrap());
    let windows = windows.iter().map(|it| text(it).parse::<Window>().unwrap());
    Hours::new(windows).unwrap()
}

/// The cases of a file.
pub(crate) fn cases(text: &str) -> Vec<Case> {
    let file: Value = serde_json::from_str(text).unwrap();
    file["cases"].as_array().unwrap().iter().cloned().map(Case).collect()
}

pub(crate) fn instant(text: &str) -> Timestamp {
    let time: DateTime<Utc> = text.parse().unwrap();
    time.try_into().unwrap()
}
