//! The delay of a commitment: by which rule its due time is counted, and how much of what.

use super::file::{CutOff, Promised};
use super::words::both;
use super::{InvalidCity, Source};
use beffroi_domain::{self as domain, Days, Rule};
use std::ops::Range;
use toml::Spanned;

/// The longest promise that can be made, in days of any kind.
const DAYS_MAX: u32 = 2_000;
const HOUR: u32 = 3_600;

/// A rule, and what it takes.
#[derive(Clone, Copy)]
pub(crate) enum Form {
    /// Whole days.
    Days(fn(u32) -> Rule),
    /// Days, and working time after them if need be.
    DaysAndTime(fn(Days) -> Rule),
    /// The same with a cut-off.
    CutOff,
    /// Time.
    Time(fn(u64) -> Rule),
}

/// The rules that can be promised, by name.
pub(crate) const RULES: [&str; 13] = [
    "business_days_eod_v1",
    "business_days_landing_v1",
    "business_days_same_time_v1",
    "business_days_midnight_v1",
    "business_days_opening_v1",
    "business_days_then_opening_v1",
    "business_days_within_v1",
    "business_days_closing_v1",
    "business_days_cut_off_v1",
    "business_time_v1",
    "business_time_opening_v1",
    "calendar_days_v1",
    "calendar_time_v1",
];

/// What each of [`RULES`] takes.
pub(crate) const FORMS: [Form; 13] = [
    Form::Days(Rule::BusinessDaysEodV1),
    Form::Days(Rule::BusinessDaysLandingV1),
    Form::DaysAndTime(Rule::BusinessDaysSameTimeV1),
    Form::DaysAndTime(Rule::BusinessDaysMidnightV1),
    Form::DaysAndTime(Rule::BusinessDaysOpeningV1),
    Form::DaysAndTime(Rule::BusinessDaysThenOpeningV1),
    Form::DaysAndTime(Rule::BusinessDaysWithinV1),
    Form::DaysAndTime(Rule::BusinessDaysClosingV1),
    Form::CutOff,
    Form::Time(|secs| Rule::BusinessTimeV1 { secs }),
    Form::Time(|secs| Rule::BusinessTimeOpeningV1 { secs }),
    Form::Days(Rule::CalendarDaysV1),
    Form::Time(|secs| Rule::CalendarTimeV1 { secs }),
];

/// Reads `business_days = 2`, or `rule` with `days`, `hours`, `minutes` and `cut_off` as it takes
/// them.
pub(super) fn parse(
    source: &Source<'_>,
    key: &str,
    given: &Spanned<Promised>,
) -> Result<Rule, InvalidCity> {
    let it = given.get_ref();
    let Some(rule) = &it.rule else {
        let others = [it.days.as_ref(), it.hours.as_ref(), it.minutes.as_ref()];
        let other = others.into_iter().flatten().map(Spanned::span).next();
        let other = other.or(it.cut_off.as_ref().map(Spanned::span));
        return match (&it.business_days, other) {
            (Some(days), None) => Ok(Rule::BusinessDaysEodV1(within(
                source,
                format!("{key}.business_days"),
                days,
                DAYS_MAX,
            )?)),
            (_, other) => Err(no_rule(source, key, &other.unwrap_or(given.span()))),
        };
    };
    if let Some(days) = &it.business_days {
        return Err(no_rule(source, key, &days.span()));
    }
    let taken = Taken { source, key, given };
    let form = RULES.iter().zip(&FORMS).find(|(name, _)| *name == rule.get_ref());
    match form.map(|(_, form)| form) {
        None => Err(unknown(source, key, rule)),
        Some(Form::Days(form)) => {
            taken.nothing_of(&[("hours", it.hours.as_ref()), ("minutes", it.minutes.as_ref())])?;
            taken.no_cut_off()?;
            Ok(form(taken.days()?))
        }
        Some(Form::DaysAndTime(form)) => {
            taken.no_cut_off()?;
            Ok(form(taken.days_and_time()?))
        }
        Some(Form::CutOff) => {
            Ok(Rule::BusinessDaysCutOffV1(taken.days_and_time()?, taken.cut_off()?))
        }
        Some(Form::Time(form)) => {
            taken.nothing_of(&[("days", it.days.as_ref())])?;
            taken.no_cut_off()?;
            match taken.secs()? {
                0 => Err(taken.missing(
                    "hours",
                    ("donnez des heures ou des minutes", "give hours or minutes"),
                )),
                secs => Ok(form(secs.into())),
            }
        }
    }
}

fn no_rule(source: &Source<'_>, key: &str, span: &Range<usize>) -> InvalidCity {
    let what = both(
        "donnez soit `business_days`, soit `rule` et ce qu'elle compte",
        "give either `business_days`, or `rule` and what it counts",
    );
    source.wrong(key, span, what)
}

fn unknown(source: &Source<'_>, key: &str, rule: &Spanned<String>) -> InvalidCity {
    let names = RULES.map(|name| format!("`{name}`")).join(", ");
    let name = rule.get_ref();
    let what = both(
        format!("`{name}` n'est pas une règle, qui sont {names}"),
        format!("`{name}` is no rule, which are {names}"),
    );
    source.wrong(format!("{key}.rule"), &rule.span(), what)
}

fn within(
    source: &Source<'_>,
    key: String,
    given: &Spanned<u32>,
    max: u32,
) -> Result<u32, InvalidCity> {
    let it = *given.get_ref();
    if (1..=max).contains(&it) {
        return Ok(it);
    }
    let what = both(format!("doit être de 1 à {max}"), format!("must be 1 to {max}"));
    Err(source.wrong(key, &given.span(), what))
}

/// What a commitment gives, taken as its rule asks for it.
struct Taken<'a> {
    source: &'a Source<'a>,
    key: &'a str,
    given: &'a Spanned<Promised>,
}

impl Taken<'_> {
    fn missing(&self, key: &str, what: (&str, &str)) -> InvalidCity {
        self.source.wrong(format!("{}.{key}", self.key), &self.given.span(), both(what.0, what.1))
    }

    fn not_taken(&self, key: &str, span: &Range<usize>) -> InvalidCity {
        let what = both("la règle n'en veut pas : ôtez-le", "the rule takes none: remove it");
        self.source.wrong(format!("{}.{key}", self.key), span, what)
    }

    fn nothing_of(&self, keys: &[(&str, Option<&Spanned<u32>>)]) -> Result<(), InvalidCity> {
        match keys.iter().find_map(|(key, given)| Some((key, (*given)?))) {
            Some((key, given)) => Err(self.not_taken(key, &given.span())),
            None => Ok(()),
        }
    }

    fn no_cut_off(&self) -> Result<(), InvalidCity> {
        match &self.given.get_ref().cut_off {
            Some(given) => Err(self.not_taken("cut_off", &given.span())),
            None => Ok(()),
        }
    }

    fn days(&self) -> Result<u32, InvalidCity> {
        let days = self.given.get_ref().days.as_ref();
        let days = days
            .ok_or_else(|| self.missing("days", ("donnez le nombre de jours", "give the days")))?;
        within(self.source, format!("{}.days", self.key), days, DAYS_MAX)
    }

    /// The hours and minutes, in seconds; 0 when there are none.
    fn secs(&self) -> Result<u32, InvalidCity> {
        let it = self.given.get_ref();
        let part = |key: &str, given: &Option<Spanned<u32>>, unit: u32| match given {
            Some(given) => {
                let max = DAYS_MAX * (24 * HOUR / unit);
                within(self.source, format!("{}.{key}", self.key), given, max).map(|it| it * unit)
            }
            None => Ok(0),
        };
        // Twice 2,000 days of seconds are less than 2^32.
        Ok(part("hours", &it.hours, HOUR)? + part("minutes", &it.minutes, 60)?)
    }

    fn days_and_time(&self) -> Result<Days, InvalidCity> {
        Ok(Days { days: self.days()?, extra_secs: self.secs()? })
    }

    fn cut_off(&self) -> Result<domain::CutOff, InvalidCity> {
        let what = (
            "donnez-la, par exemple { at = \"17:00\", restart = \"08:30\" }",
            "give one such as { at = \"17:00\", restart = \"08:30\" }",
        );
        let given = self.given.get_ref().cut_off.as_ref();
        let CutOff { at, restart, waits_for_restart, day_off_restarts } =
            given.ok_or_else(|| self.missing("cut_off", what))?.get_ref();
        Ok(domain::CutOff {
            at_minute: self.minute("cut_off.at", at)?,
            restart_minute: self.minute("cut_off.restart", restart)?,
            waits_for_restart: *waits_for_restart,
            day_off_restarts: *day_off_restarts,
        })
    }

    fn minute(&self, key: &str, text: &Spanned<String>) -> Result<u16, InvalidCity> {
        minute_of_day(text.get_ref()).ok_or_else(|| {
            let given = text.get_ref();
            let what = both(
                format!("`{given}` n'est pas une heure telle que 08:30"),
                format!("`{given}` is not a time such as 08:30"),
            );
            self.source.wrong(format!("{}.{key}", self.key), &text.span(), what)
        })
    }
}

/// Reads `08:30`.
pub(crate) fn minute_of_day(text: &str) -> Option<u16> {
    let two = |it: &str| it.parse().ok().filter(|_| it.len() == 2 && !it.starts_with('+'));
    let (hour, minute): (u16, u16) =
        text.split_once(':').and_then(|(h, m)| Some((two(h)?, two(m)?)))?;
    (hour < 24 && minute < 60).then_some(hour * 60 + minute)
}
