//! What is stated of levels, on the wire.

use super::decode::{Error, code, instant, word, wrong};
use crate::pb::event::v1 as pb;
use crate::{time, vocabulary};
use beffroi_domain::catalogue::Bilingual;
use beffroi_domain::level::{Definition, HangUps, Measure, Share};
use beffroi_domain::{Label, LevelFact, LevelFactKind, Period};
use chrono::NaiveDate;
use pb::event::Kind as Wire;
use pb::level_definition::Measure as WireMeasure;

pub(super) fn encode(kind: LevelFactKind, fact: &LevelFact) -> Wire {
    let level = Some(fact_to_pb(fact));
    match kind {
        LevelFactKind::Breached => Wire::LevelBreached(pb::LevelBreached { level }),
        LevelFactKind::Restored => Wire::LevelRestored(pb::LevelRestored { level }),
    }
}

fn fact_to_pb(it: &LevelFact) -> pb::LevelFact {
    pb::LevelFact {
        code: it.code.to_string(),
        name: Some(pb::Bilingual {
            french: it.name.french.to_string(),
            english: it.name.english.to_string(),
        }),
        definition: Some(definition_to_pb(&it.definition)),
        length: window_length_to_pb(it.window.period()).into(),
        first_day: it.window.first().to_string(),
        within: it.share.within,
        of: it.share.of,
        figure_revision: it.figure_revision,
        revision: it.revision,
        noticed_at: Some(time::to_pb(it.noticed_at)),
        based_on: it.based_on,
    }
}

/// What a level must reach, on the wire.
pub fn definition_to_pb(it: &Definition) -> pb::LevelDefinition {
    let measure = match &it.measure {
        Measure::Contacts { channels, within_secs, hang_ups } => {
            let (hang_ups, short_secs) = match *hang_ups {
                HangUps::Ignored => (pb::HangUps::Ignored, 0),
                HangUps::Offered => (pb::HangUps::Offered, 0),
                HangUps::ShortExcluded { secs } => (pb::HangUps::ShortExcluded, secs),
                HangUps::ShortGood { secs } => (pb::HangUps::ShortGood, secs),
            };
            let channels = channels.iter().map(|it| vocabulary::channel::to_pb(*it).into());
            WireMeasure::Contacts(pb::ContactMeasure {
                channels: channels.collect(),
                within_secs: *within_secs,
                hang_ups: hang_ups.into(),
                short_secs,
            })
        }
        Measure::Requests { promise } => WireMeasure::Requests(pb::RequestMeasure {
            promise: vocabulary::promise_kind::to_pb(*promise).into(),
        }),
    };
    pb::LevelDefinition { measure: Some(measure), percent: it.percent.into() }
}

/// How long a level's windows are, on the wire. A level has none of a year.
pub fn window_length_to_pb(it: Period) -> pb::WindowLength {
    match it {
        Period::Day => pb::WindowLength::Day,
        Period::Week => pb::WindowLength::Week,
        Period::Month => pb::WindowLength::Month,
        Period::Year => pb::WindowLength::Unspecified,
    }
}

pub(super) fn decode(it: Option<pb::LevelFact>) -> Result<Box<LevelFact>, Error> {
    let it = it.ok_or_else(|| wrong("level", "missing"))?;
    let period = match pb::WindowLength::try_from(it.length) {
        Ok(pb::WindowLength::Day) => Some(Period::Day),
        Ok(pb::WindowLength::Week) => Some(Period::Week),
        Ok(pb::WindowLength::Month) => Some(Period::Month),
        Ok(pb::WindowLength::Unspecified) | Err(_) => None,
    };
    let first: NaiveDate = it.first_day.parse().map_err(|_| wrong("first_day", "not a date"))?;
    let window = word("length", period)?.of(first);
    if window.first() != first {
        return Err(wrong("first_day", "not the first day of a window"));
    }
    let name = it.name.unwrap_or_default();
    let label = |text: &str| text.parse::<Label>().map_err(|it| wrong("name", it.to_string()));
    Ok(Box::new(LevelFact {
        code: code("code", &it.code)?.ok_or_else(|| wrong("code", "missing"))?,
        name: Bilingual { french: label(&name.french)?, english: label(&name.english)? },
        definition: definition(it.definition)?,
        window,
        share: Share { within: it.within, of: it.of },
        figure_revision: it.figure_revision,
        revision: it.revision,
        noticed_at: instant("noticed_at", it.noticed_at.as_ref())?,
        based_on: it.based_on,
    }))
}

fn definition(it: Option<pb::LevelDefinition>) -> Result<Definition, Error> {
    let it = it.ok_or_else(|| wrong("definition", "missing"))?;
    let measure = match it.measure.ok_or_else(|| wrong("measure", "missing"))? {
        WireMeasure::Contacts(it) => contacts(&it)?,
        WireMeasure::Requests(it) => Measure::Requests {
            promise: word("promise", vocabulary::promise_kind::from_pb(it.promise))?,
        },
    };
    let percent = u8::try_from(it.percent).ok().filter(|it| (1..=100).contains(it));
    let percent = percent.ok_or_else(|| wrong("percent", "not 1 to 100"))?;
    Ok(Definition { measure, percent })
}

fn contacts(it: &pb::ContactMeasure) -> Result<Measure, Error> {
    let channels = it.channels.iter().map(|it| vocabulary::channel::from_pb(*it));
    let secs = it.short_secs;
    let hang_ups = match pb::HangUps::try_from(it.hang_ups) {
        Ok(pb::HangUps::Ignored) => Some(HangUps::Ignored),
        Ok(pb::HangUps::Offered) => Some(HangUps::Offered),
        Ok(pb::HangUps::ShortExcluded) => Some(HangUps::ShortExcluded { secs }),
        Ok(pb::HangUps::ShortGood) => Some(HangUps::ShortGood { secs }),
        Ok(pb::HangUps::Unspecified) | Err(_) => None,
    };
    Ok(Measure::Contacts {
        channels: word("channels", channels.collect())?,
        within_secs: it.within_secs,
        hang_ups: word("hang_ups", hang_ups)?,
    })
}
