//! What happens to the regimes, on the wire.

use super::decode::{Error, code, instant, text, word, wrong};
use crate::pb::event::v1 as pb;
use crate::{time, vocabulary};
use beffroi_domain::catalogue::Bilingual;
use beffroi_domain::{Declaration, Hours, RegimeFact, Text, Week, Window};
use pb::event::Kind as Wire;

pub(super) fn encode(fact: &RegimeFact) -> Wire {
    match fact {
        RegimeFact::Declared(it) => Wire::RegimeDeclared(pb::RegimeDeclared {
            kind: vocabulary::regime_kind::to_pb(it.kind).into(),
            from: Some(time::to_pb(it.from)),
            until: Some(time::to_pb(it.until)),
            hours: it.hours.as_ref().map(week),
            products: it.products.iter().map(ToString::to_string).collect(),
            notice: Some(notice(&it.notice)),
        }),
        RegimeFact::Extended { until, hours } => Wire::RegimeExtended(pb::RegimeExtended {
            until: Some(time::to_pb(*until)),
            hours: hours.as_ref().map(week),
        }),
        RegimeFact::Lifted => Wire::RegimeLifted(pb::RegimeLifted {}),
    }
}

pub(super) fn declared(it: &pb::RegimeDeclared) -> Result<RegimeFact, Error> {
    let products = it
        .products
        .iter()
        .map(|product| code("products", product)?.ok_or_else(|| wrong("products", "not a code")));
    Ok(RegimeFact::Declared(Box::new(Declaration {
        kind: word("kind", vocabulary::regime_kind::from_pb(it.kind))?,
        from: instant("from", it.from.as_ref())?,
        until: instant("until", it.until.as_ref())?,
        hours: hours(it.hours.as_ref())?,
        products: products.collect::<Result<_, _>>()?,
        notice: told(it.notice.as_ref())?,
    })))
}

pub(super) fn extended(it: &pb::RegimeExtended) -> Result<RegimeFact, Error> {
    let until = instant("until", it.until.as_ref())?;
    Ok(RegimeFact::Extended { until, hours: hours(it.hours.as_ref())? })
}

fn week(it: &Week) -> pb::WeekHours {
    pb::WeekHours { days: it.days().iter().map(hours_to_pb).collect() }
}

/// The hours of a day, on the wire.
pub fn hours_to_pb(hours: &Hours) -> pb::DayHours {
    let Some((first, rest)) = hours.windows().split_first() else {
        return pb::DayHours::default();
    };
    let more = |it: &Window| pb::MoreHours { opens: it.opens().into(), closes: it.closes().into() };
    pb::DayHours {
        opens: first.opens().into(),
        closes: first.closes().into(),
        more: rest.iter().map(more).collect(),
    }
}

fn hours(it: Option<&pb::WeekHours>) -> Result<Option<Week>, Error> {
    let Some(it) = it else { return Ok(None) };
    let days = it.days.iter().map(hours_from_pb).collect::<Result<Vec<_>, _>>()?;
    let days: [Hours; 7] =
        days.try_into().map_err(|_| wrong("hours", "not those of seven days"))?;
    Week::new(days).map(Some).map_err(|error| wrong("hours", error.to_string()))
}

/// The hours of a day, from the wire.
pub fn hours_from_pb(it: &pb::DayHours) -> Result<Hours, Error> {
    if *it == pb::DayHours::default() {
        return Ok(Hours::CLOSED);
    }
    let first = window(it.opens, it.closes);
    let more = it.more.iter().map(|it| window(it.opens, it.closes));
    let windows = [first].into_iter().chain(more).collect::<Result<Vec<_>, _>>()?;
    Hours::new(windows).map_err(|error| wrong("hours", error.to_string()))
}

fn window(opens: u32, closes: u32) -> Result<Window, Error> {
    let minutes = |it: u32| u16::try_from(it).ok();
    let window = || Window::of_minutes(minutes(opens)?, minutes(closes)?);
    window().ok_or_else(|| wrong("hours", "not within a day"))
}

fn notice(it: &Bilingual<Text>) -> pb::Bilingual {
    let (french, english) = (it.french.as_str().to_owned(), it.english.as_str().to_owned());
    pb::Bilingual { french, english }
}

fn told(it: Option<&pb::Bilingual>) -> Result<Bilingual<Text>, Error> {
    let it = it.ok_or_else(|| wrong("notice", "missing"))?;
    let words = |it: &str| text("notice", it)?.ok_or_else(|| wrong("notice", "missing"));
    Ok(Bilingual { french: words(&it.french)?, english: words(&it.english)? })
}
