//! From a row to a request: pure, and every defect of the row is named at once.

mod change;
mod layout;

pub(crate) use layout::Layout;

use super::defect::{Defect, Reason};
use super::profile::Profile;
use super::spec::Meaning;
use super::time::{self, Moment};
use beffroi_wire::pb::event::v1::{Channel, Coordinates, Nature, Place, Source};
use beffroi_wire::pb::intake::v1::ImportedServiceRequest;
use chrono::{Datelike, Weekday};
use chrono_tz::Tz;
use csv::StringRecord;
use layout::Opened;

const PROMISED_YEARS_MAX: i32 = 20;

/// What became of a row.
#[derive(Debug)]
pub(crate) struct Mapped {
    /// `None` when one of the defects rejects the row.
    pub(crate) request: Option<ImportedServiceRequest>,
    pub(crate) defects: Vec<Defect>,
}

/// Maps one row of a file that has this layout.
pub(crate) fn map(profile: &Profile, layout: &Layout, record: &StringRecord) -> Mapped {
    let mut row = Row { profile, layout, record, defects: Vec::new() };
    let request = row.check_shape().and_then(|()| row.request());
    Mapped { request, defects: row.defects }
}

struct Row<'a> {
    profile: &'a Profile,
    layout: &'a Layout,
    record: &'a StringRecord,
    defects: Vec<Defect>,
}

/// The zones of a row.
#[derive(Clone, Copy)]
struct Zones {
    city: Tz,
    written: Tz,
}

/// The times of a row.
struct Times {
    opened: Moment,
    promised: Option<Moment>,
    closed: Option<Moment>,
    updated: Option<Moment>,
}

impl<'a> Row<'a> {
    /// The field of a column, trimmed; empty for a column that the profile does not have.
    fn text(&self, column: impl Into<Option<usize>>) -> &'a str {
        column.into().and_then(|it| self.record.get(it)).unwrap_or_default().trim()
    }

    fn note(&mut self, reason: &'static Reason, column: impl Into<Option<usize>>) {
        let column = column.into();
        let name = column.map_or("", |it| self.layout.name(it));
        self.defects.push(Defect::of(reason, name, self.text(column)));
    }

    fn check_shape(&mut self) -> Option<()> {
        if self.layout.is_header(self.record) {
            self.defects.push(Defect::whole(Reason::REPEATED_HEADER));
            return None;
        }
        let (found, expected) = (self.record.len(), self.layout.width());
        if found == expected {
            return Some(());
        }
        let is_open = self.record.as_slice().contains('\n');
        let (ouvert, open) = if is_open {
            (" : un guillemet n'est-il pas fermé ?", ": is a quotation mark not closed?")
        } else {
            ("", "")
        };
        self.defects.push(Defect::whole(Reason::WRONG_NUMBER_OF_FIELDS).saying(
            format!("la ligne a {found} champs, l'en-tête {expected}{ouvert}"),
            format!("the row has {found} fields, the header {expected}{open}"),
        ));
        None
    }

    fn request(&mut self) -> Option<ImportedServiceRequest> {
        // All parts are looked at before any is missed, so that one run names all defects.
        let source = self.source();
        let product = self.product();
        let zones = self.zones();
        let meaning = self.meaning();
        let times = zones.and_then(|it| self.times(it));
        let (source, product, meaning) = (source?, product?, meaning?);
        let (zones, times) = (zones?, times?);
        self.doubt_promise(&times);
        let (channel, other_channels) = self.channels();
        let unit = self.text(self.layout.unit);
        let change = self.change(meaning, &times, unit);
        let known_at = times.updated.map(|it| it.at).or(self.profile.extracted_at);
        // A change carries its own word; without one the request does.
        let source_status = if change.is_some() { "" } else { self.text(self.layout.status) };
        Some(ImportedServiceRequest {
            source: Some(source),
            product,
            precision: self.text(self.layout.precision).to_owned(),
            nature: self.nature().into(),
            channel: channel.into(),
            other_channels: other_channels.into_iter().map(i32::from).collect(),
            unit: unit.to_owned(),
            place: self.place(),
            opened_at: Some(time::to_pb(times.opened.at)),
            approximate: times.opened.approximate,
            promised_by: times.promised.map(|it| time::to_pb(it.at)),
            changes: change.into_iter().collect(),
            time_zone: zones.city.name().to_owned(),
            source_status: source_status.to_owned(),
            known_at: known_at.map(time::to_pb),
        })
    }

    fn source(&mut self) -> Option<Source> {
        let system = match &self.profile.spec.system {
            Some(system) => system.trim(),
            None => self.text(self.layout.system),
        };
        let id = self.text(self.layout.id);
        if system.is_empty() {
            self.note(Reason::MISSING_SYSTEM, self.layout.system);
        }
        if id.is_empty() {
            self.note(Reason::MISSING_ID, self.layout.id);
        }
        let is_named = !system.is_empty() && !id.is_empty();
        is_named.then(|| Source { system: system.to_owned(), id: id.to_owned() })
    }

    fn product(&mut self) -> Option<String> {
        let columns = self.layout.product.iter();
        let mut texts = columns.map(|it| self.text(*it)).filter(|it| !it.is_empty());
        let product = texts.next().or(self.profile.spec.product_otherwise.as_deref());
        if product.is_none() {
            self.note(Reason::MISSING_PRODUCT, self.layout.product.first().copied());
        }
        product.map(str::to_owned)
    }

    fn zones(&mut self) -> Option<Zones> {
        let time = &self.profile.spec.time;
        let city = time
            .zone
            .or_else(|| time.zone_by.as_ref()?.zones.get(self.text(self.layout.zone)).copied());
        let Some(city) = city else {
            self.note(Reason::UNKNOWN_TIME_ZONE, self.layout.zone);
            return None;
        };
        let written = time.written_by.as_ref();
        let written = written.and_then(|it| it.zones.get(self.text(self.layout.written)));
        Some(Zones { city: city.0, written: written.unwrap_or(&city).0 })
    }

    fn meaning(&mut self) -> Option<Meaning> {
        if self.layout.status.is_none() {
            return Some(Meaning::ByClosing);
        }
        let meaning = self.profile.spec.status.get(self.text(self.layout.status));
        if meaning.is_none() {
            self.note(Reason::UNKNOWN_STATUS, self.layout.status);
        }
        meaning.copied()
    }

    fn times(&mut self, zones: Zones) -> Option<Times> {
        let opened = match self.layout.opened {
            Opened::At(column) => self.time(Some(column), zones),
            Opened::Roughly(columns) => self.rough_time(columns, zones),
        };
        if opened == Ok(None) {
            self.note(Reason::MISSING_OPENED_AT, self.layout.opened.first());
        }
        let promised = self.time(self.layout.promised, zones);
        let closed = self.time(self.layout.closed, zones);
        let updated = self.time(self.layout.updated, zones);
        let mut opened = opened.ok()??;
        let mut closed = closed.ok()?;
        if self.profile.spec.time.midnight_is_date_only {
            opened.approximate |= is_midnight(&opened);
            if let Some(closed) = &mut closed {
                closed.approximate |= is_midnight(closed);
            }
        }
        // "Closed that day" is no earlier than an opening in the course of that day.
        if let Some(it) = closed
            && it.approximate
            && it.wall.date() == opened.wall.date()
        {
            closed = time::end_of_day(it.wall, zones.written).or(closed);
        }
        Some(Times { opened, promised: promised.ok()?, closed, updated: updated.ok()? })
    }

    /// `Ok(None)` for an empty field, `Err` for one that is not a time.
    fn time(&mut self, column: Option<usize>, zones: Zones) -> Result<Option<Moment>, ()> {
        let text = self.text(column);
        if text.is_empty() {
            return Ok(None);
        }
        let read = self.profile.formats.iter().find_map(|it| it.read(text, zones.written));
        if read.is_none() {
            self.note(Reason::UNREADABLE_TIME, column);
        }
        read.map(Some).ok_or(())
    }

    fn rough_time(
        &mut self,
        columns: super::spec::Roughly<usize>,
        zones: Zones,
    ) -> Result<Option<Moment>, ()> {
        let (month, hour) = (self.text(columns.month), self.text(columns.hour));
        let weekday = self.text(columns.weekday);
        if month.is_empty() || weekday.is_empty() || hour.is_empty() {
            return Ok(None);
        }
        let weekday = weekday.to_lowercase();
        let names = &self.profile.spec.time.weekdays;
        let weekday = names.iter().position(|it| it.to_lowercase() == weekday);
        let weekday = weekday.and_then(|it| Weekday::try_from(u8::try_from(it).ok()?).ok());
        let read = weekday.and_then(|it| time::first_in_month(month, it, hour, zones.written));
        if read.is_none() {
            let names = [columns.month, columns.weekday, columns.hour];
            let value = names.map(|it| self.text(it)).join(" ");
            let names = names.map(|it| self.layout.name(it)).join("+");
            self.defects.push(Defect::of(Reason::UNREADABLE_TIME, &names, &value));
        }
        read.map(Some).ok_or(())
    }

    fn doubt_promise(&mut self, times: &Times) {
        let Some(promised) = times.promised else { return };
        let latest = times.opened.wall.with_year(times.opened.wall.year() + PROMISED_YEARS_MAX);
        if promised.at < times.opened.at {
            self.note(Reason::PROMISED_BEFORE_OPENED, self.layout.promised);
        } else if latest.is_some_and(|it| it < promised.wall) {
            self.note(Reason::PROMISED_FAR_FUTURE, self.layout.promised);
        }
    }

    fn nature(&mut self) -> Nature {
        let word = self.text(self.layout.nature);
        match self.profile.spec.nature.get(word) {
            Some(nature) => (*nature).into(),
            None if word.is_empty() => Nature::Unspecified,
            None => {
                self.note(Reason::UNKNOWN_NATURE, self.layout.nature);
                Nature::Unspecified
            }
        }
    }

    fn channels(&self) -> (Channel, Vec<Channel>) {
        let spec = &self.profile.spec.channel;
        let text = self.text(self.layout.channel);
        let words: Vec<&str> = match &spec.separator {
            Some(separator) => text.split(separator.as_str()).collect(),
            None => vec![text],
        };
        let mut channels: Vec<Channel> = Vec::new();
        for word in words.into_iter().map(str::trim) {
            let channel = match spec.words.get(word) {
                Some(channel) => (*channel).into(),
                None if word.is_empty() => Channel::Unspecified,
                None => spec.otherwise.into(),
            };
            if channel != Channel::Unspecified && !channels.contains(&channel) {
                channels.push(channel);
            }
        }
        let mut channels = channels.into_iter();
        (channels.next().unwrap_or_default(), channels.collect())
    }

    fn place(&mut self) -> Option<Place> {
        let borough = self.text(self.layout.borough);
        let coordinates = self.coordinates();
        let is_known = !borough.is_empty() || coordinates.is_some();
        is_known.then(|| Place { borough: borough.to_owned(), coordinates })
    }

    fn coordinates(&mut self) -> Option<Coordinates> {
        let texts = (self.text(self.layout.latitude), self.text(self.layout.longitude));
        if texts == ("", "") {
            return None;
        }
        let degrees =
            |text: &str, max: f64| text.parse().ok().filter(|it: &f64| (-max..=max).contains(it));
        let Some((latitude, longitude)) = degrees(texts.0, 90.0).zip(degrees(texts.1, 180.0))
        else {
            self.note(Reason::UNREADABLE_COORDINATES, self.layout.latitude);
            return None;
        };
        if latitude.abs() < f64::EPSILON && longitude.abs() < f64::EPSILON {
            self.note(Reason::COORDINATES_SENTINEL, self.layout.latitude);
            return None;
        }
        Some(Coordinates { latitude, longitude })
    }
}

fn is_midnight(moment: &Moment) -> bool {
    moment.wall.time() == chrono::NaiveTime::MIN
}
