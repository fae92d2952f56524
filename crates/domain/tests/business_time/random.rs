//! Random calendars and times: several windows a day, across midnight, holidays, exceptions and
//! closings, often close to a clock change.

use beffroi_domain::{
    CalendarDraft, Closing, ExceptionalHours, Holiday, Hours, Pause, Timestamp, Window, Zone,
};
use chrono::{NaiveDate, Offset, TimeDelta, TimeZone};
use chrono_tz::Tz;
use proptest::prelude::*;
use std::sync::LazyLock;

const MINUTE: i64 = 60_000_000;
const DAY: i64 = 1440 * MINUTE;
/// 1990 and 2100.
const YEARS: std::ops::Range<i64> = 7_305..47_482;

const ZONES: [Tz; 16] = [
    chrono_tz::America::Toronto,
    chrono_tz::Australia::Lord_Howe,
    chrono_tz::Pacific::Apia,
    chrono_tz::Africa::Casablanca,
    chrono_tz::America::Sao_Paulo,
    chrono_tz::Asia::Kathmandu,
    chrono_tz::Europe::Dublin,
    chrono_tz::America::St_Johns,
    chrono_tz::America::Havana,
    chrono_tz::Antarctica::Troll,
    chrono_tz::Asia::Tehran,
    chrono_tz::Africa::Cairo,
    chrono_tz::Pacific::Kiritimati,
    chrono_tz::Europe::Paris,
    chrono_tz::Asia::Pyongyang,
    chrono_tz::UTC,
];

/// The days before the clock changes of each zone.
static CHANGES: LazyLock<Vec<Vec<i64>>> = LazyLock::new(|| {
    let offset = |tz: Tz, day: i64| {
        let utc = chrono::DateTime::from_timestamp(day * 86_400, 0).unwrap().naive_utc();
        tz.offset_from_utc_datetime(&utc).fix().local_minus_utc()
    };
    let changes = |tz: Tz| YEARS.filter(|day| offset(tz, *day) != offset(tz, *day + 1)).collect();
    ZONES.iter().map(|tz| changes(*tz)).collect()
});

/// A calendar, and a time at which something comes in.
#[derive(Clone, Debug)]
pub(crate) struct Situation {
    pub(crate) draft: CalendarDraft,
    pub(crate) received: Timestamp,
}

fn hours() -> impl Strategy<Value = Hours> {
    let cuts = prop::collection::btree_set(0_u16..=1440, 0..=6);
    let round = prop::collection::btree_set((0_u16..=24).prop_map(|it| it * 60), 0..=6);
    let night = prop::option::weighted(0.3, (0_u16..1440, 0_u16..600));
    let any = (prop_oneof![cuts, round], night).prop_map(|(cuts, night)| {
        let cuts: Vec<u16> = cuts.into_iter().collect();
        let windows = cuts.chunks_exact(2).filter_map(|it| Window::new(it[0], it[1]));
        let mut windows: Vec<Window> = windows.collect();
        if let Some((opens, closes)) = night {
            let opens = opens.max(windows.last().map_or(0, |it| it.closes()));
            windows.extend(Window::overnight(opens, closes));
        }
        Hours::new(windows).unwrap()
    });
    prop_oneof![
        3 => Just(Hours::CLOSED),
        1 => Just(Hours::ALL_DAY),
        2 => Just("08:00-12:00, 13:00-17:00".parse().unwrap()),
        1 => Just("22:00-06:00".parse().unwrap()),
        4 => any,
    ]
}

/// Some days around an instant have hours of their own.
fn days<T: std::fmt::Debug>(
    what: impl Strategy<Value = T>,
) -> impl Strategy<Value = Vec<(i64, T)>> {
    prop::collection::vec((-2_i64..12, what), 0..4)
}

pub(crate) fn situation() -> impl Strategy<Value = Situation> {
    let time = (0..ZONES.len(), any::<prop::sample::Index>(), YEARS, 0..3 * DAY / MINUTE, 0_u8..4);
    let week = prop::array::uniform7(hours());
    let special = (days(Just(())), days(hours()), days(hours()));
    (time, week, special).prop_map(|(time, week, (holidays, exceptions, closings))| {
        let (zone, index, day, minute, kind) = time;
        let changes = &CHANGES[zone];
        // Mostly within two days of a clock change.
        let day = if kind == 0 || changes.is_empty() { day } else { *index.get(changes) - 1 };
        let received = Timestamp::from_micros(day * DAY + minute * MINUTE).unwrap();
        let date =
            |offset: i64| -> NaiveDate { received.utc().date_naive() + TimeDelta::days(offset) };
        let mut draft = CalendarDraft::new(Zone::from(ZONES[zone]), week);
        let name = None;
        draft.holidays =
            holidays.into_iter().map(|it| Holiday { date: date(it.0), name: None }).collect();
        let mut given = std::collections::BTreeMap::new();
        given.extend(exceptions.into_iter().map(|it| (date(it.0), it.1)));
        draft.exceptions = (given.into_iter())
            .map(|(date, hours)| ExceptionalHours { date, hours, name: name.clone() })
            .collect();
        draft.closings = (closings.into_iter())
            .map(|(offset, hours)| Closing { date: date(offset), hours, name: name.clone() })
            .collect();
        Situation { draft, received }
    })
}

/// Pauses that begin around a reception.
pub(crate) fn pauses() -> impl Strategy<Value = Vec<(i64, i64)>> {
    prop::collection::vec((-2_000_i64..10_000, 0_i64..3_000), 0..5)
}

impl Situation {
    pub(crate) fn pauses(&self, pauses: &[(i64, i64)]) -> Vec<Pause> {
        let after = |minutes: i64| self.received.saturating_add_micros(minutes * MINUTE);
        pauses.iter().map(|it| Pause::new(after(it.0), after(it.0 + it.1)).unwrap()).collect()
    }
}
