//! The `[[level]]` tables of a city's file: the shares that it promises to reach.

use super::{InvalidCity, label, wrong};
use beffroi_domain::catalogue::Bilingual;
use beffroi_domain::level::{Definition, HangUps, Measure};
use beffroi_domain::{Channel, Label, Level, Period, PromiseKind};
use chrono::NaiveDate;
use serde::Deserialize;

/// The longest wait that a level can speak of, in seconds: a day, as for contacts.
const SECS_MAX: u32 = 86_400;
/// The most levels of a city.
const LEVELS_MAX: usize = 100;

/// A table of the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    code: String,
    name: Name,
    contacts: Option<Vec<Channel>>,
    within_secs: Option<u32>,
    hang_ups: Option<Way>,
    short_secs: Option<u32>,
    requests: Option<PromiseKind>,
    percent: u8,
    windows: Vec<Period>,
    from: Option<toml::value::Datetime>,
    to: Option<toml::value::Datetime>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Name {
    french: String,
    english: String,
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum Way {
    Ignored,
    Offered,
    ShortExcluded,
    ShortGood,
}

/// Reads all tables.
pub(super) fn levels(tables: &[Table]) -> Result<Vec<Level>, InvalidCity> {
    if tables.len() > LEVELS_MAX {
        return Err(wrong("level", format!("there are more than {LEVELS_MAX}: remove some")));
    }
    let levels = tables.iter().enumerate().map(|(at, table)| level(at, table));
    let levels = levels.collect::<Result<Vec<_>, _>>()?;
    for (at, level) in levels.iter().enumerate() {
        if levels.iter().take(at).any(|it| it.code == level.code) {
            let what = format!("`{}` is given twice: give each level its own", level.code);
            return Err(wrong(format!("level[{at}].code"), what));
        }
    }
    Ok(levels)
}

fn level(at: usize, table: &Table) -> Result<Level, InvalidCity> {
    let key = |key: &str| format!("level[{at}].{key}");
    let code = table.code.parse().map_err(|error| wrong(key("code"), format!("{error}")))?;
    let name = name(&key("name"), &table.name)?;
    let percent = table.percent;
    if percent == 0 || percent > 100 {
        return Err(wrong(key("percent"), "must be 1 to 100".to_owned()));
    }
    let windows = windows(&key("windows"), &table.windows)?;
    let first_day = day(&key("from"), table.from.as_ref())?;
    let last_day = day(&key("to"), table.to.as_ref())?;
    if first_day.zip(last_day).is_some_and(|(first, last)| last < first) {
        return Err(wrong(key("to"), "comes before `from`".to_owned()));
    }
    let measure = measure(&key, table)?;
    Ok(Level {
        code,
        name,
        definition: Definition { measure, percent },
        windows,
        first_day,
        last_day,
    })
}

fn name(key: &str, name: &Name) -> Result<Bilingual<Label>, InvalidCity> {
    let french = label(&format!("{key}.french"), &name.french)?;
    let english = label(&format!("{key}.english"), &name.english)?;
    Ok(Bilingual { french, english })
}

fn windows(key: &str, windows: &[Period]) -> Result<Vec<Period>, InvalidCity> {
    let mut taken = windows.to_vec();
    taken.sort_unstable();
    taken.dedup();
    let is_year = taken.contains(&Period::Year);
    if taken.is_empty() || taken.len() != windows.len() || is_year {
        let what = "must be some of `day`, `week` and `month`, each once";
        return Err(wrong(key, what.to_owned()));
    }
    Ok(taken)
}

fn day(key: &str, day: Option<&toml::value::Datetime>) -> Result<Option<NaiveDate>, InvalidCity> {
    let Some(day) = day else { return Ok(None) };
    let date = day.to_string().parse();
    date.map(Some).map_err(|_| wrong(key, format!("`{day}` is not a date such as 2026-06-24")))
}

fn measure(key: &impl Fn(&str) -> String, table: &Table) -> Result<Measure, InvalidCity> {
    let none = |given: bool, name: &str, why: &str| {
        if given { Err(wrong(key(name), format!("{why}: leave it out"))) } else { Ok(()) }
    };
    match (&table.contacts, table.requests) {
        (Some(_), Some(_)) | (None, None) => {
            let what = "give what is counted: either `contacts`, with the channels, or `requests`, \
                        with the kind of promise";
            Err(wrong(key("contacts"), what.to_owned()))
        }
        (None, Some(promise)) => {
            let why = "it is of contacts, and this level counts `requests`";
            none(table.within_secs.is_some(), "within_secs", why)?;
            none(table.hang_ups.is_some(), "hang_ups", why)?;
            none(table.short_secs.is_some(), "short_secs", why)?;
            Ok(Measure::Requests { promise })
        }
        (Some(channels), None) => {
            let within_secs = secs(&key("within_secs"), table.within_secs)?;
            let hang_ups = hang_ups(key, table)?;
            if channels.is_empty() || channels.contains(&Channel::Unknown) {
                let what = "must name the channels that are counted, such as `telephone`";
                return Err(wrong(key("contacts"), what.to_owned()));
            }
            Ok(Measure::Contacts { channels: channels.clone(), within_secs, hang_ups })
        }
    }
}

fn hang_ups(key: &impl Fn(&str) -> String, table: &Table) -> Result<HangUps, InvalidCity> {
    let short = || secs(&key("short_secs"), table.short_secs);
    let hang_ups = match table.hang_ups {
        None => {
            let what = "is missing: one of `ignored`, `offered`, `short_excluded`, `short_good`";
            return Err(wrong(key("hang_ups"), what.to_owned()));
        }
        Some(Way::Ignored) => HangUps::Ignored,
        Some(Way::Offered) => HangUps::Offered,
        Some(Way::ShortExcluded) => HangUps::ShortExcluded { secs: short()? },
        Some(Way::ShortGood) => HangUps::ShortGood { secs: short()? },
    };
    match hang_ups {
        HangUps::Ignored | HangUps::Offered if table.short_secs.is_some() => {
            let what = format!("`{}` knows no short wait: leave it out", hang_ups.name());
            Err(wrong(key("short_secs"), what))
        }
        HangUps::Ignored
        | HangUps::Offered
        | HangUps::ShortExcluded { .. }
        | HangUps::ShortGood { .. } => Ok(hang_ups),
    }
}

fn secs(key: &str, secs: Option<u32>) -> Result<u32, InvalidCity> {
    secs.filter(|it| *it <= SECS_MAX)
        .ok_or_else(|| wrong(key, format!("must be given, in seconds, 0 to {SECS_MAX}")))
}

#[cfg(test)]
mod tests {
    use super::super::{default_city, parse};
    use super::*;

    const CITY: &str = "name = \"A\"\ntime_zone = \"America/Toronto\"\n\
                        [hours]\nmonday = \"08:00-19:00\"\n";
    const CALLS: &str = "code = \"appels\"\nname = { french = \"F\", english = \"E\" }\n\
                         percent = 80\nwindows = [\"day\"]\n";

    fn read(levels: &str) -> Result<Vec<Level>, String> {
        let city = parse(&format!("{CITY}{levels}"));
        city.map(|it| it.levels).map_err(|error| error.to_string())
    }

    #[test]
    fn quebec_answers_its_telephone_within_two_minutes() {
        let levels = default_city().unwrap().levels;
        let [level] = levels.as_slice() else { panic!("{levels:?}") };
        assert_eq!(level.windows, [Period::Day, Period::Week, Period::Month]);
        let measure = Measure::Contacts {
            channels: vec![Channel::Telephone],
            within_secs: 120,
            hang_ups: HangUps::Ignored,
        };
        assert_eq!(level.definition, Definition { measure, percent: 80 });
    }

    #[test]
    fn a_level_says_all_that_its_figure_depends_on() {
        let soon = "contacts = [\"telephone\", \"in_person\"]\nwithin_secs = 30\n\
                    hang_ups = \"short_good\"\nshort_secs = 5\nfrom = 2026-04-01\nto = 2027-03-31\n";
        let levels = read(&format!("[[level]]\n{CALLS}{soon}")).unwrap();
        assert_eq!(
            levels[0].definition.measure,
            Measure::Contacts {
                channels: vec![Channel::Telephone, Channel::InPerson],
                within_secs: 30,
                hang_ups: HangUps::ShortGood { secs: 5 },
            }
        );
        assert_eq!(levels[0].last_day, "2027-03-31".parse().ok());
        let requests = read(&format!("[[level]]\n{CALLS}requests = \"first_answer\"\n")).unwrap();
        let promise = PromiseKind::FirstAnswer;
        assert_eq!(requests[0].definition.measure, Measure::Requests { promise });
    }

    #[test]
    fn a_wrong_value_is_named() {
        let check = |levels: &str, expected: &str| {
            let error = read(levels).unwrap_err();
            assert!(error.contains(expected), "{error}");
        };
        let calls = |rest: &str| format!("[[level]]\n{CALLS}contacts = [\"telephone\"]\n{rest}");
        let valid = calls("within_secs = 9\nhang_ups = \"offered\"\n");
        assert!(read(&valid).is_ok());
        check(&format!("{valid}{valid}"), "`level[1].code`: `appels` is given twice");
        check(&calls("hang_ups = \"offered\"\n"), "`level[0].within_secs`");
        check(&calls("within_secs = 9\n"), "`level[0].hang_ups`");
        check(&calls("within_secs = 9\nhang_ups = \"short_good\"\n"), "`level[0].short_secs`");
        check(&format!("{valid}short_secs = 5\n"), "`offered` knows no short wait");
        check(&format!("{valid}requests = \"resolution\"\n"), "either `contacts`");
        check(&format!("[[level]]\n{CALLS}"), "either `contacts`");
        check(
            &format!("[[level]]\n{CALLS}requests = \"resolution\"\nwithin_secs = 9\n"),
            "`level[0].within_secs`: it is of contacts",
        );
        check(&valid.replace("80", "0"), "`level[0].percent`");
        check(&valid.replace("\"day\"", "\"year\""), "`level[0].windows`");
        check(&valid.replace("\"day\"", "\"day\", \"day\""), "`level[0].windows`");
        check(&valid.replace("appels", "Appels"), "`level[0].code`");
        check(&valid.replace("\"F\"", "\"\""), "`level[0].name.french`");
        check(&format!("{valid}from = 2026-02-01\nto = 2026-01-01\n"), "`level[0].to`");
        check(&format!("{valid}from = 07:00:00\n"), "`level[0].from`");
    }
}
