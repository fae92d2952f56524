//! The `[[level]]` tables of a city's file: the shares that it promises to reach.

use super::calendar::{date, name};
use super::file::{Level as Table, Way};
use super::words::both;
use super::{InvalidCity, Source};
use beffroi_domain::catalogue::Bilingual;
use beffroi_domain::level::{Definition, HangUps, Measure};
use beffroi_domain::{Channel, Level, Period};
use chrono::NaiveDate;
use std::ops::Range;
use toml::Spanned;
use toml::value::Datetime;

/// The longest wait that a level can speak of, in seconds: a day, as for contacts.
const SECS_MAX: u32 = 86_400;
/// The most levels of a city.
const LEVELS_MAX: usize = 100;

/// Reads all tables.
pub(super) fn parse(
    source: &Source<'_>,
    tables: &[Spanned<Table>],
) -> Result<Vec<Level>, InvalidCity> {
    if let Some(last) = tables.get(LEVELS_MAX) {
        let what = both(
            format!("il y en a plus de {LEVELS_MAX} : ôtez-en"),
            format!("there are more than {LEVELS_MAX}: remove some"),
        );
        return Err(source.wrong("level", &last.span(), what));
    }
    let mut levels: Vec<Level> = Vec::with_capacity(tables.len());
    for (index, table) in tables.iter().enumerate() {
        let given = Given { source, key: format!("level[{index}]"), table };
        let level = given.level()?;
        if levels.iter().any(|it| it.code == level.code) {
            let code = &level.code;
            return Err(given.wrong(
                "code",
                format!("`{code}` sert deux fois : donnez à chaque niveau le sien"),
                format!("`{code}` is given twice: give each level its own"),
            ));
        }
        levels.push(level);
    }
    Ok(levels)
}

/// A table, and where it stands.
struct Given<'a> {
    source: &'a Source<'a>,
    key: String,
    table: &'a Spanned<Table>,
}

impl Given<'_> {
    fn span(&self) -> Range<usize> {
        self.table.span()
    }

    fn wrong(
        &self,
        key: &str,
        french: impl Into<String>,
        english: impl Into<String>,
    ) -> InvalidCity {
        self.source.wrong(format!("{}.{key}", self.key), &self.span(), both(french, english))
    }

    fn level(&self) -> Result<Level, InvalidCity> {
        let it = self.table.get_ref();
        let code = it.code.parse().map_err(|_| {
            let code: String = it.code.chars().take(70).collect();
            self.wrong(
                "code",
                format!("`{code}` n'est pas un code : minuscules sans accent, chiffres et tirets"),
                format!(
                    "`{code}` is not a code: lower-case letters without accents, digits, dashes"
                ),
            )
        })?;
        let name = name(self.source, &self.key, Some(&it.name), &self.span())?;
        let name: Bilingual<_> =
            name.ok_or_else(|| self.wrong("name", "donnez un nom", "give a name"))?;
        if it.percent == 0 || it.percent > 100 {
            return Err(self.wrong("percent", "doit être de 1 à 100", "must be 1 to 100"));
        }
        let (first_day, last_day) =
            (self.day("from", it.from.as_ref())?, self.day("to", it.to.as_ref())?);
        if first_day.zip(last_day).is_some_and(|(first, last)| last < first) {
            return Err(self.wrong("to", "précède `from`", "comes before `from`"));
        }
        let definition = Definition { measure: self.measure()?, percent: it.percent };
        Ok(Level { code, name, definition, windows: self.windows()?, first_day, last_day })
    }

    fn day(
        &self,
        key: &str,
        given: Option<&Spanned<Datetime>>,
    ) -> Result<Option<NaiveDate>, InvalidCity> {
        let read = |it: &Spanned<Datetime>| {
            date(self.source, &format!("{}.{key}", self.key), it.get_ref(), &it.span())
        };
        given.map(read).transpose()
    }

    fn windows(&self) -> Result<Vec<Period>, InvalidCity> {
        let given = &self.table.get_ref().windows;
        let mut taken = given.clone();
        taken.sort_unstable();
        taken.dedup();
        if taken.is_empty() || taken.len() != given.len() || taken.contains(&Period::Year) {
            return Err(self.wrong(
                "windows",
                "doit être fait de `day`, `week` et `month`, chacun au plus une fois",
                "must be some of `day`, `week` and `month`, each once",
            ));
        }
        Ok(taken)
    }

    fn measure(&self) -> Result<Measure, InvalidCity> {
        let it = self.table.get_ref();
        match (&it.contacts, it.requests) {
            (Some(_), Some(_)) | (None, None) => Err(self.wrong(
                "contacts",
                "donnez ce qui est compté : soit `contacts` et ses canaux, soit `requests` et la \
                 sorte d'engagement",
                "give what is counted: either `contacts`, with the channels, or `requests`, with \
                 the kind of promise",
            )),
            (None, Some(promise)) => {
                self.not_of_requests(it.within_secs.is_some(), "within_secs")?;
                self.not_of_requests(it.hang_ups.is_some(), "hang_ups")?;
                self.not_of_requests(it.short_secs.is_some(), "short_secs")?;
                Ok(Measure::Requests { promise })
            }
            (Some(channels), None) => {
                let within_secs = self.secs("within_secs", it.within_secs)?;
                let hang_ups = self.hang_ups()?;
                if channels.is_empty() || channels.contains(&Channel::Unknown) {
                    return Err(self.wrong(
                        "contacts",
                        "doit nommer les canaux comptés, tels que `telephone`",
                        "must name the channels that are counted, such as `telephone`",
                    ));
                }
                Ok(Measure::Contacts { channels: channels.clone(), within_secs, hang_ups })
            }
        }
    }

    fn not_of_requests(&self, given: bool, key: &str) -> Result<(), InvalidCity> {
        if !given {
            return Ok(());
        }
        Err(self.wrong(
            key,
            "est des contacts, et ce niveau compte des `requests` : omettez-le",
            "it is of contacts, and this level counts `requests`: leave it out",
        ))
    }

    fn hang_ups(&self) -> Result<HangUps, InvalidCity> {
        let it = self.table.get_ref();
        let short = || self.secs("short_secs", it.short_secs);
        let hang_ups = match it.hang_ups {
            None => {
                return Err(self.wrong(
                    "hang_ups",
                    "manque : l'un de `ignored`, `offered`, `short_excluded`, `short_good`",
                    "is missing: one of `ignored`, `offered`, `short_excluded`, `short_good`",
                ));
            }
            Some(Way::Ignored) => HangUps::Ignored,
            Some(Way::Offered) => HangUps::Offered,
            Some(Way::ShortExcluded) => HangUps::ShortExcluded { secs: short()? },
            Some(Way::ShortGood) => HangUps::ShortGood { secs: short()? },
        };
        match hang_ups {
            HangUps::Ignored | HangUps::Offered if it.short_secs.is_some() => {
                let name = hang_ups.name();
                Err(self.wrong(
                    "short_secs",
                    format!("`{name}` ne connaît pas d'attente courte : omettez-le"),
                    format!("`{name}` knows no short wait: leave it out"),
                ))
            }
            HangUps::Ignored
            | HangUps::Offered
            | HangUps::ShortExcluded { .. }
            | HangUps::ShortGood { .. } => Ok(hang_ups),
        }
    }

    fn secs(&self, key: &str, secs: Option<u32>) -> Result<u32, InvalidCity> {
        secs.filter(|it| *it <= SECS_MAX).ok_or_else(|| {
            self.wrong(
                key,
                format!("est à donner, en secondes, de 0 à {SECS_MAX}"),
                format!("must be given, in seconds, 0 to {SECS_MAX}"),
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{default_city, parse};
    use super::*;
    use beffroi_domain::PromiseKind;

    const CITY: &str = "name = \"A\"\ntime_zone = \"America/Toronto\"\n\
                        [hours]\nmonday = \"08:00-19:00\"\n";
    const CALLS: &str = "code = \"appels\"\nname = { fr = \"F\", en = \"E\" }\n\
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
        check(&format!("{valid}{valid}"), "`appels` is given twice");
        check(&calls("hang_ups = \"offered\"\n"), "`level[0].within_secs`");
        check(&calls("within_secs = 9\n"), "`level[0].hang_ups`");
        check(&calls("within_secs = 9\nhang_ups = \"short_good\"\n"), "`level[0].short_secs`");
        check(&format!("{valid}short_secs = 5\n"), "`offered` knows no short wait");
        check(&format!("{valid}requests = \"resolution\"\n"), "either `contacts`");
        check(&format!("[[level]]\n{CALLS}"), "either `contacts`");
        check(
            &format!("[[level]]\n{CALLS}requests = \"resolution\"\nwithin_secs = 9\n"),
            "it is of contacts",
        );
        check(&valid.replace("80", "0"), "`level[0].percent`");
        check(&valid.replace("\"day\"", "\"year\""), "`level[0].windows`");
        check(&valid.replace("\"day\"", "\"day\", \"day\""), "`level[0].windows`");
        check(&valid.replace("appels", "Appels"), "`level[0].code`");
        check(&valid.replace("\"F\"", "\"\""), "`level[0].name`");
        check(&format!("{valid}from = 2026-02-01\nto = 2026-01-01\n"), "`level[0].to`");
        check(&format!("{valid}from = 07:00:00\n"), "`level[0].from`");
    }
}
