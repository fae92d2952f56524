//! The centre, for people.

use beffroi_wire::pb::centre::v1 as pb;
use beffroi_wire::pb::event::v1 as event;
use beffroi_wire::pb::intake::v1 as intake;
use beffroi_wire::pb::query::v1 as query;

use super::{Reader, cell, label, one_line, pairs, plain, table};
use crate::words::{self, Lang, Text};

/// The regime that holds, the hours, and what is announced.
pub(crate) fn centre(answer: &pb::GetCentreResponse, reader: Reader) -> String {
    let lang = reader.lang;
    let (state, word, at) = if answer.open {
        (words::CENTRE_OPEN, words::CLOSES_AT, answer.closes_at.as_ref())
    } else {
        (words::CENTRE_CLOSED, words::OPENS_AT, answer.opens_at.as_ref())
    };
    let hours = answer.hours.clone().unwrap_or_default();
    let card = pairs(
        [
            (words::REGIME, label::<event::RegimeKind>(answer.kind, lang).to_owned()),
            (words::CENTRE, state.in_lang(lang).to_owned()),
            (word, reader.minutes(at, false)),
            (words::HOURS, weekly(&hours, lang)),
            (words::TIME_ZONE, answer.time_zone.clone()),
        ],
        lang,
    );
    let mut parts = Vec::new();
    if let Some(holds) = &answer.regime {
        parts.push(plain(&holds.notice));
    }
    parts.push(card.to_string());
    if let Some(holds) = &answer.regime {
        parts.push(regime(holds, reader));
    }
    if let Some(announced) = &answer.announced {
        let heading = words::ANNOUNCED.in_lang(lang);
        parts.push(format!("{heading}\n{}", regime(announced, reader)));
    }
    parts.join("\n\n")
}

/// A card of one regime.
pub(crate) fn regime(it: &pb::Regime, reader: Reader) -> String {
    let lang = reader.lang;
    let hours = it.hours.as_ref().map(|it| weekly(it, lang)).unwrap_or_default();
    let card = pairs(
        [
            (words::REGIME, label::<event::RegimeKind>(it.kind, lang).to_owned()),
            (words::FROM, reader.minutes(it.from.as_ref(), false)),
            (words::UNTIL, reader.minutes(it.until.as_ref(), false)),
            (words::LIFTED_AT, reader.minutes(it.lifted_at.as_ref(), false)),
            (words::HOURS, hours),
            (words::PRODUCTS, it.products.join(", ")),
            (words::NOTICE, it.notice.clone()),
        ],
        lang,
    );
    card.to_string()
}

/// A table of regimes.
pub(crate) fn regimes(regimes: &[pb::Regime], reader: Reader) -> String {
    let lang = reader.lang;
    if regimes.is_empty() {
        return words::NO_REGIME.in_lang(lang).to_owned();
    }
    let heading = [words::REGIME, words::FROM, words::UNTIL, words::LIFTED_AT, words::NOTICE];
    let mut table = table(heading, lang);
    for it in regimes {
        table.add_row([
            cell(label::<event::RegimeKind>(it.kind, lang)),
            cell(&reader.minutes(it.from.as_ref(), false)),
            cell(&reader.minutes(it.until.as_ref(), false)),
            cell(&reader.minutes(it.lifted_at.as_ref(), false)),
            cell(&one_line(&it.notice)),
        ]);
    }
    table.to_string()
}

/// What a text suggests.
pub(crate) fn screened(answer: &pb::ScreenTextResponse, lang: Lang) -> String {
    if answer.instruction.is_empty() {
        return words::NO_EMERGENCY.in_lang(lang).to_owned();
    }
    let emergency = label::<event::Emergency>(answer.emergency, lang);
    format!("{emergency}\n{}", plain(&answer.instruction))
}

/// A card, below what the public is told while an exceptional regime holds.
pub(crate) fn with_notice(regime: Option<&query::RegimeNotice>, card: String) -> String {
    match regime {
        Some(regime) => format!("{}\n\n{card}", plain(&regime.notice)),
        None => card,
    }
}

/// A card, below what a description suggests: a person decides.
pub(crate) fn with_suggestion(
    suggestion: Option<&intake::EmergencySuggestion>,
    card: String,
    lang: Lang,
) -> String {
    let Some(it) = suggestion else { return card };
    let emergency = label::<event::Emergency>(it.emergency, lang);
    let warning = words::PERHAPS_AN_EMERGENCY.in_lang(lang);
    format!("{warning}\n  {emergency}\n  {}\n\n{card}", plain(&it.instruction))
}

/// The hours of a week, days with the same hours together: `mon-fri 08:00-19:00`.
fn weekly(hours: &pb::WeeklyHours, lang: Lang) -> String {
    if hours.around_the_clock {
        return words::AROUND_THE_CLOCK.in_lang(lang).to_owned();
    }
    let days: [(Text, &str); 7] = [
        (words::MON, &hours.monday),
        (words::TUE, &hours.tuesday),
        (words::WED, &hours.wednesday),
        (words::THU, &hours.thursday),
        (words::FRI, &hours.friday),
        (words::SAT, &hours.saturday),
        (words::SUN, &hours.sunday),
    ];
    let spans = days.chunk_by(|(_, one), (_, next)| one == next).filter_map(|span| {
        let ((first, hours), (last, _)) = (span.first()?, span.last()?);
        let (first, last) = (first.in_lang(lang), last.in_lang(lang));
        let days = if first == last { first.to_owned() } else { format!("{first}-{last}") };
        (!hours.is_empty()).then(|| format!("{days} {hours}"))
    });
    spans.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_an_emergency_stands_before_everything_else() {
        let suggestion = intake::EmergencySuggestion {
            emergency: event::Emergency::LifeInDanger.into(),
            instruction: "Composez le 9-1-1.".to_owned(),
        };
        let card = || "une carte".to_owned();
        let text = with_suggestion(Some(&suggestion), card(), Lang::Fr);
        assert!(text.starts_with("ATTENTION : la description"), "{text}");
        assert!(text.ends_with("\n  Composez le 9-1-1.\n\nune carte"), "{text}");
        let text = with_suggestion(Some(&suggestion), card(), Lang::En);
        assert!(text.starts_with("ATTENTION: the description"), "{text}");
        assert_eq!(with_suggestion(None, card(), Lang::Fr), card());
    }

    #[test]
    fn days_with_the_same_hours_stand_together() {
        let usual = "08:00-19:00".to_owned();
        let hours = pb::WeeklyHours {
            monday: usual.clone(),
            tuesday: usual.clone(),
            wednesday: "10:00-19:00".to_owned(),
            thursday: usual.clone(),
            friday: usual,
            ..pb::WeeklyHours::default()
        };
        let expected = "lun-mar 08:00-19:00\nmer 10:00-19:00\njeu-ven 08:00-19:00";
        assert_eq!(weekly(&hours, Lang::Fr), expected);
        let always = pb::WeeklyHours { around_the_clock: true, ..pb::WeeklyHours::default() };
        assert_eq!(weekly(&always, Lang::En), "day and night");
    }
}
