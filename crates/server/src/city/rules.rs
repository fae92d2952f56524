//! The rules of a city's file that propose its holidays.

use super::file::{Moved, Rule, Weekday};
use super::words::both;
use super::{InvalidCity, Source, calendar};
use beffroi_domain::{self as domain, HolidayDate, HolidayRule};
use toml::Spanned;

pub(super) fn parse(
    source: &Source<'_>,
    rules: &[Spanned<Rule>],
) -> Result<Vec<HolidayRule>, InvalidCity> {
    rules.iter().enumerate().map(|(index, it)| rule(source, index, it)).collect()
}

fn rule(
    source: &Source<'_>,
    index: usize,
    given: &Spanned<Rule>,
) -> Result<HolidayRule, InvalidCity> {
    let key = format!("holiday_rule[{index}]");
    let it = given.get_ref();
    let forms = "`fixed = \"06-24\"`, `easter = -2`, `weekday`, `nth` and `month`, or `weekday` and \
                 `before = \"05-25\"`";
    let forms_in_french = "`fixed = \"06-24\"`, `easter = -2`, `weekday`, `nth` et `month`, ou \
                           `weekday` et `before = \"05-25\"`";
    let what = both(
        format!("donnez l'un de {forms_in_french}, tels que le jour existe"),
        format!("give one of {forms}, such that the day exists"),
    );
    let date = date(it).filter(|it| it.is_possible());
    let date = date.ok_or_else(|| source.wrong(key.as_str(), &given.span(), what))?;
    let moved = match it.moved {
        Moved::No => domain::Moved::No,
        Moved::NextWeekday => domain::Moved::NextWeekday,
        Moved::SundayToWeekday => domain::Moved::SundayToWeekday,
        Moved::NearestWeekday => domain::Moved::NearestWeekday,
    };
    let name = calendar::name(source, &key, it.name.as_ref(), &given.span())?;
    Ok(HolidayRule { name, date, moved })
}

/// The date of a rule, if it says one and only one.
fn date(it: &Rule) -> Option<HolidayDate> {
    let forms = (it.fixed.as_deref(), it.easter, it.weekday, it.before.as_deref());
    match (forms, it.nth.zip(it.month), it.nth.or(it.month.map(|_| 0))) {
        ((Some(fixed), None, None, None), None, None) => {
            let (month, day) = month_and_day(fixed)?;
            Some(HolidayDate::Fixed { month, day })
        }
        ((None, Some(days), None, None), None, None) => Some(HolidayDate::Easter { days }),
        ((None, None, Some(weekday), None), Some((nth, month)), _) => {
            Some(HolidayDate::Nth { nth, weekday: weekday.into(), month })
        }
        ((None, None, Some(weekday), Some(before)), None, None) => {
            let (month, day) = month_and_day(before)?;
            Some(HolidayDate::Before { weekday: weekday.into(), month, day })
        }
        _ => None,
    }
}

/// Reads `06-24`.
fn month_and_day(text: &str) -> Option<(u32, u32)> {
    let (month, day) = text.split_once('-')?;
    let two = |it: &str| it.parse().ok().filter(|_| it.len() == 2 && !it.starts_with('+'));
    Some((two(month)?, two(day)?))
}

impl From<Weekday> for chrono::Weekday {
    fn from(weekday: Weekday) -> Self {
        match weekday {
            Weekday::Monday => Self::Mon,
            Weekday::Tuesday => Self::Tue,
            Weekday::Wednesday => Self::Wed,
            Weekday::Thursday => Self::Thu,
            Weekday::Friday => Self::Fri,
            Weekday::Saturday => Self::Sat,
            Weekday::Sunday => Self::Sun,
        }
    }
}
