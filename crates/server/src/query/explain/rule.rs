//! What a rule means, in one sentence.

use crate::language::choose;
use beffroi_domain::{CutOff, Days, Language, Rule};

pub(super) fn meaning(rule: Rule, language: Language) -> String {
    match language {
        Language::French => french(rule),
        Language::English => english(rule),
    }
}

fn english(rule: Rule) -> String {
    let later = |days: Days| {
        format!("Due {} later, at the same time of day", said(days, Language::English))
    };
    match rule {
        Rule::BusinessDaysEodV1(days) => format!(
            "Due at the closing of {}; reception on a day off counts as reception on the next \
             business day, and reception after hours does not cost a day.",
            nth(days, Language::English)
        ),
        Rule::BusinessDaysLandingV1(days) => format!(
            "Due at the closing of {}; where the reception is on a day off, the next business day \
             is day 1.",
            nth(days, Language::English)
        ),
        Rule::BusinessDaysSameTimeV1(days) => format!("{}, within hours or not.", later(days)),
        Rule::BusinessDaysMidnightV1(days) => format!(
            "{}; reception on a day off counts from the midnight with which the next business day \
             begins.",
            later(days)
        ),
        Rule::BusinessDaysOpeningV1(days) => format!(
            "{}; reception out of hours counts from the next opening, and what would be due out \
             of hours is due at the next opening.",
            later(days)
        ),
        Rule::BusinessDaysThenOpeningV1(days) => {
            format!("{}, or at the next opening where that is out of hours.", later(days))
        }
        Rule::BusinessDaysWithinV1(days) => format!(
            "{}, at the latest at that day's closing; reception on a day off counts from the \
             opening of the next business day.",
            later(days)
        ),
        Rule::BusinessDaysClosingV1(days) => format!(
            "{}; reception on a day off counts from the closing of the next business day, which \
             is day 1.",
            later(days)
        ),
        Rule::BusinessDaysCutOffV1(days, cut_off) => {
            format!("{}; {}.", later(days), cut_off_in_english(cut_off))
        }
        Rule::BusinessTimeV1 { secs } => format!(
            "Due when {} of working time are used up; used up exactly at a closing, it is due \
             then.",
            duration(secs)
        ),
        Rule::BusinessTimeOpeningV1 { secs } => format!(
            "Due when {} of working time are used up; used up exactly at a closing, it is due at \
             the next opening.",
            duration(secs)
        ),
        Rule::CalendarDaysV1(days) => format!(
            "Due {} later at the same time of day, days off or not.",
            count(days, Language::English, ("day", "days"))
        ),
        Rule::CalendarTimeV1 { secs } => {
            format!("Due {} later, whatever the clocks show.", duration(secs))
        }
        Rule::Source => "The system from which the request was imported gave this time: no rule \
             of the city's was applied."
            .to_owned(),
    }
}

fn french(rule: Rule) -> String {
    let later = |days: Days| {
        format!("L'échéance est {} plus tard, à la même heure", said(days, Language::French))
    };
    match rule {
        Rule::BusinessDaysEodV1(days) => format!(
            "L'échéance est la fermeture {} ; une réception un jour non ouvrable compte comme celle du \
             jour ouvrable suivant, et une réception après la fermeture ne coûte pas de jour.",
            nth(days, Language::French)
        ),
        Rule::BusinessDaysLandingV1(days) => format!(
            "L'échéance est la fermeture {} ; après une réception un jour non ouvrable, le jour ouvrable \
             suivant est le premier.",
            nth(days, Language::French)
        ),
        Rule::BusinessDaysSameTimeV1(days) => {
            format!("{}, que l'on soit ouvert ou non.", later(days))
        }
        Rule::BusinessDaysMidnightV1(days) => format!(
            "{} ; une réception un jour non ouvrable compte depuis le minuit où commence le jour \
             ouvrable suivant.",
            later(days)
        ),
        Rule::BusinessDaysOpeningV1(days) => format!(
            "{} ; une réception hors des heures compte depuis l'ouverture suivante, et une \
             échéance hors des heures est remise à l'ouverture suivante.",
            later(days)
        ),
        Rule::BusinessDaysThenOpeningV1(days) => {
            format!("{}, ou à l'ouverture suivante si c'est hors des heures.", later(days))
        }
        Rule::BusinessDaysWithinV1(days) => format!(
            "{}, au plus tard à la fermeture de ce jour ; une réception un jour non ouvrable \
             compte depuis l'ouverture du jour ouvrable suivant.",
            later(days)
        ),
        Rule::BusinessDaysClosingV1(days) => format!(
            "{} ; une réception un jour non ouvrable compte depuis la fermeture du jour ouvrable \
             suivant, qui est le premier.",
            later(days)
        ),
        Rule::BusinessDaysCutOffV1(days, cut_off) => {
            format!("{} ; {}.", later(days), cut_off_in_french(cut_off))
        }
        Rule::BusinessTimeV1 { secs } => format!(
            "L'échéance est l'instant où {} d'ouverture sont écoulées ; écoulées juste à une \
             fermeture, c'est cette fermeture.",
            duration(secs)
        ),
        Rule::BusinessTimeOpeningV1 { secs } => format!(
            "L'échéance est l'instant où {} d'ouverture sont écoulées ; écoulées juste à une \
             fermeture, c'est l'ouverture suivante.",
            duration(secs)
        ),
        Rule::CalendarDaysV1(days) => format!(
            "L'échéance est {} plus tard à la même heure, jours ouvrables ou non.",
            count(days, Language::French, ("jour", "jours"))
        ),
        Rule::CalendarTimeV1 { secs } => {
            format!("L'échéance est {} plus tard, quoi que montrent les horloges.", duration(secs))
        }
        Rule::Source => "Le système d'où la demande a été importée a donné ce délai : aucune \
             règle de la ville n'a été appliquée."
            .to_owned(),
    }
}

fn cut_off_in_english(it: CutOff) -> String {
    let (ends, restarts) = (minute(it.at_minute), minute(it.restart_minute));
    let early = if it.waits_for_restart {
        format!(", what comes before {restarts} waits until then")
    } else {
        String::new()
    };
    let day_off = if it.day_off_restarts {
        format!("from {restarts} of the next business day")
    } else {
        "as on the next business day at the same time".to_owned()
    };
    format!(
        "what comes from {ends} on counts from {restarts} of the next business day{early}, and \
         what comes on a day off counts {day_off}"
    )
}

fn cut_off_in_french(it: CutOff) -> String {
    let (ends, restarts) = (minute(it.at_minute), minute(it.restart_minute));
    let early = if it.waits_for_restart {
        format!(", ce qui arrive avant {restarts} attend cette heure")
    } else {
        String::new()
    };
    let day_off = if it.day_off_restarts {
        format!("depuis {restarts} le jour ouvrable suivant")
    } else {
        "comme le jour ouvrable suivant à la même heure".to_owned()
    };
    format!(
        "ce qui arrive à partir de {ends} compte depuis {restarts} le jour ouvrable \
         suivant{early}, et ce qui arrive un jour non ouvrable compte {day_off}"
    )
}

/// The n-th business day, as what it is the closing of.
fn nth(days: u32, language: Language) -> String {
    let (french, english) = match days {
        0 => ("du jour de la réception".to_owned(), "the day of reception".to_owned()),
        1 => (
            "du 1er jour ouvrable après celui de la réception".to_owned(),
            "the 1st business day after the day of reception".to_owned(),
        ),
        n => {
            let ending = match (n % 10, n % 100) {
                (_, 11..=13) => "th",
                (1, _) => "st",
                (2, _) => "nd",
                (3, _) => "rd",
                _ => "th",
            };
            (
                format!("du {n}e jour ouvrable après celui de la réception"),
                format!("the {n}{ending} business day after the day of reception"),
            )
        }
    };
    choose(language, french, english)
}

fn said(it: Days, language: Language) -> String {
    let names =
        choose(language, ("jour ouvrable", "jours ouvrables"), ("business day", "business days"));
    let days = count(it.days, language, names);
    if it.extra_secs == 0 {
        return days;
    }
    let extra = duration(it.extra_secs.into());
    choose(
        language,
        format!("{days} et {extra} d'ouverture"),
        format!("{days} and {extra} of working time"),
    )
}

fn count(number: u32, language: Language, (one, many): (&str, &str)) -> String {
    // None is one in French, and many in English.
    let is_one = number == 1 || number == 0 && language == Language::French;
    format!("{number} {}", if is_one { one } else { many })
}

fn minute(of_day: u16) -> String {
    format!("{:02}:{:02}", of_day / 60, of_day % 60)
}

/// The same in both languages: `1 h 30 min`.
fn duration(secs: u64) -> String {
    let parts = [(secs / 3600, "h"), (secs / 60 % 60, "min"), (secs % 60, "s")];
    let said = parts.iter().filter(|(number, _)| *number > 0);
    let said: Vec<_> = said.map(|(number, unit)| format!("{number} {unit}")).collect();
    if said.is_empty() { "0 min".to_owned() } else { said.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn both(rule: Rule) -> (String, String) {
        (meaning(rule, Language::French), meaning(rule, Language::English))
    }

    #[test]
    fn a_rule_is_told_with_its_numbers() {
        let (french, english) = both(Rule::BusinessDaysEodV1(22));
        assert!(
            french.starts_with("L'échéance est la fermeture du 22e jour ouvrable après"),
            "{french}"
        );
        assert!(english.starts_with("Due at the closing of the 22nd business day "), "{english}");
        let (french, english) = both(Rule::BusinessDaysEodV1(1));
        assert!(french.contains(" du 1er jour ouvrable "), "{french}");
        assert!(english.contains(" the 1st business day "), "{english}");
        let days = Days { days: 1, extra_secs: 9_000 };
        let (french, english) = both(Rule::BusinessDaysSameTimeV1(days));
        assert!(
            french.starts_with("L'échéance est 1 jour ouvrable et 2 h 30 min d'ouverture "),
            "{french}"
        );
        assert!(english.starts_with("Due 1 business day and 2 h 30 min of working "), "{english}");
    }

    #[test]
    fn a_cut_off_is_told_in_full() {
        let cut_off = CutOff {
            at_minute: 1020,
            restart_minute: 510,
            waits_for_restart: true,
            day_off_restarts: true,
        };
        let (french, english) = both(Rule::BusinessDaysCutOffV1(Days::whole(2), cut_off));
        assert_eq!(
            english,
            "Due 2 business days later, at the same time of day; what comes from 17:00 on counts \
             from 08:30 of the next business day, what comes before 08:30 waits until then, and \
             what comes on a day off counts from 08:30 of the next business day."
        );
        assert!(french.contains("ce qui arrive avant 08:30 attend cette heure"), "{french}");
    }

    #[test]
    fn every_rule_is_one_sentence_in_each_language() {
        let days = Days::whole(3);
        let cut_off = CutOff {
            at_minute: 1020,
            restart_minute: 510,
            waits_for_restart: false,
            day_off_restarts: false,
        };
        for rule in [
            Rule::BusinessDaysEodV1(0),
            Rule::Source,
            Rule::BusinessDaysLandingV1(13),
            Rule::BusinessDaysSameTimeV1(days),
            Rule::BusinessDaysMidnightV1(days),
            Rule::BusinessDaysOpeningV1(days),
            Rule::BusinessDaysThenOpeningV1(days),
            Rule::BusinessDaysWithinV1(days),
            Rule::BusinessDaysClosingV1(days),
            Rule::BusinessDaysCutOffV1(days, cut_off),
            Rule::BusinessTimeV1 { secs: 3600 },
            Rule::BusinessTimeOpeningV1 { secs: 61 },
            Rule::CalendarDaysV1(0),
            Rule::CalendarTimeV1 { secs: 0 },
        ] {
            let (french, english) = both(rule);
            for sentence in [&french, &english] {
                assert!(sentence.ends_with('.') && !sentence.contains(". "), "{sentence}");
            }
            assert_ne!(french, english);
        }
    }
}
