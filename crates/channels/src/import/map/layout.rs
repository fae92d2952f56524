//! Where the columns of a profile are in one file.

use super::super::defect::{Defect, Reason};
use super::super::profile::Profile;
use super::super::spec::Roughly;
use csv::StringRecord;

/// Where the columns of a profile are in one file.
#[derive(Debug)]
pub(crate) struct Layout {
    header: Vec<String>,
    pub(super) system: Option<usize>,
    pub(super) id: usize,
    pub(super) product: Vec<usize>,
    pub(super) precision: Option<usize>,
    pub(super) nature: Option<usize>,
    pub(super) channel: Option<usize>,
    pub(super) status: Option<usize>,
    pub(super) unit: Option<usize>,
    pub(super) borough: Option<usize>,
    pub(super) latitude: Option<usize>,
    pub(super) longitude: Option<usize>,
    pub(super) opened: Opened,
    pub(super) promised: Option<usize>,
    pub(super) closed: Option<usize>,
    pub(super) updated: Option<usize>,
    pub(super) zone: Option<usize>,
    pub(super) written: Option<usize>,
}

/// How an opening is written.
#[derive(Clone, Copy, Debug)]
pub(super) enum Opened {
    At(usize),
    Roughly(Roughly<usize>),
}

impl Opened {
    pub(super) fn first(self) -> usize {
        match self {
            Self::At(column) => column,
            Self::Roughly(columns) => columns.month,
        }
    }
}

impl Layout {
    /// Finds the profile's columns in a header, or says which are missing.
    pub(crate) fn new(profile: &Profile, header: &StringRecord) -> Result<Self, Defect> {
        let header: Vec<String> = header.iter().map(|it| clean(it).to_owned()).collect();
        let mut finder = Finder { header: &header, missing: Vec::new() };
        let layout = finder.layout(profile);
        let missing = finder.missing.join(", ");
        let found = header.join(", ");
        let layout = layout.filter(|_| missing.is_empty()).ok_or_else(|| {
            Defect::of(Reason::WRONG_HEADER, &missing, &found).saying(
                format!("colonnes manquantes : {missing} ; colonnes trouvées : {found}"),
                format!("columns missing: {missing}; columns found: {found}"),
            )
        })?;
        Ok(Self { header, ..layout })
    }

    /// How many fields a row has.
    pub(crate) fn width(&self) -> usize {
        self.header.len()
    }

    /// The name of a column.
    pub(crate) fn name(&self, column: usize) -> &str {
        self.header.get(column).map_or("", String::as_str)
    }

    /// The columns of which a field of the API was made, and what stands there in a row; `None` for a
    /// field that is made of none.
    pub(crate) fn column_of(&self, field: &str, row: &StringRecord) -> Option<(String, String)> {
        let text = |column: usize| row.get(column).unwrap_or_default().trim();
        let first = |columns: &[Option<usize>]| {
            let mut known = columns.iter().flatten().copied();
            let found = known.clone().find(|it| !text(*it).is_empty());
            found.or_else(|| known.next()).into_iter().collect::<Vec<_>>()
        };
        let opened = || match self.opened {
            Opened::At(column) => vec![column],
            Opened::Roughly(Roughly { month, weekday, hour }) => vec![month, weekday, hour],
        };
        let (_, of_change) = field.split_once("].").unwrap_or_default();
        let columns = match (field, of_change) {
            (_, "occurred_at") => {
                let dated = first(&[self.closed, self.updated]);
                if dated.is_empty() { opened() } else { dated }
            }
            ("source_status", _) => first(&[self.status, self.closed]),
            (it, _) if it.starts_with("changes[") => first(&[self.status, self.closed]),
            ("source.system", _) => first(&[self.system]),
            ("source.id", _) => vec![self.id],
            ("product", _) => first(&self.product.iter().copied().map(Some).collect::<Vec<_>>()),
            ("precision", _) => first(&[self.precision]),
            ("nature", _) => first(&[self.nature]),
            ("channel" | "other_channels", _) => first(&[self.channel]),
            ("unit", _) => first(&[self.unit]),
            ("place.borough", _) => first(&[self.borough]),
            ("place" | "place.coordinates", _) => {
                [self.latitude, self.longitude].into_iter().flatten().collect()
            }
            ("opened_at", _) => opened(),
            ("promised_by", _) => first(&[self.promised]),
            ("time_zone", _) => first(&[self.zone]),
            ("known_at", _) => first(&[self.updated]),
            _ => Vec::new(),
        };
        let names: Vec<_> = columns.iter().map(|it| self.name(*it)).collect();
        let values: Vec<_> = columns.iter().map(|it| text(*it)).collect();
        (!columns.is_empty()).then(|| (names.join("+"), values.join(" ")))
    }

    /// True for a row that is the header again.
    pub(super) fn is_header(&self, record: &StringRecord) -> bool {
        record.len() == self.header.len()
            && record.iter().zip(&self.header).all(|(field, name)| clean(field) == name)
    }
}

fn clean(name: &str) -> &str {
    name.trim_start_matches('\u{feff}').trim()
}

struct Finder<'a> {
    header: &'a [String],
    missing: Vec<String>,
}

impl Finder<'_> {
    fn find(&mut self, name: &str) -> Option<usize> {
        let column = self.header.iter().position(|it| it == name.trim());
        if column.is_none() && !self.missing.iter().any(|it| it == name) {
            self.missing.push(name.to_owned());
        }
        column
    }

    fn find_if(&mut self, name: Option<&String>) -> Option<usize> {
        name.and_then(|it| self.find(it))
    }

    /// `None` only when a column is missing.
    fn layout(&mut self, profile: &Profile) -> Option<Layout> {
        let (columns, time) = (&profile.spec.columns, &profile.spec.time);
        let id = self.find(&columns.id);
        let opened = self.opened(profile);
        let product: Vec<_> = columns.product.iter().map(|it| self.find(it)).collect();
        let layout = Layout {
            header: Vec::new(),
            system: self.find_if(profile.spec.system_column.as_ref()),
            id: id.unwrap_or_default(),
            product: product.into_iter().flatten().collect(),
            precision: self.find_if(columns.precision.as_ref()),
            nature: self.find_if(columns.nature.as_ref()),
            channel: self.find_if(columns.channel.as_ref()),
            status: self.find_if(columns.status.as_ref()),
            unit: self.find_if(columns.unit.as_ref()),
            borough: self.find_if(columns.borough.as_ref()),
            latitude: self.find_if(columns.latitude.as_ref()),
            longitude: self.find_if(columns.longitude.as_ref()),
            opened: opened.unwrap_or(Opened::At(0)),
            promised: self.find_if(columns.promised.as_ref()),
            closed: self.find_if(columns.closed.as_ref()),
            updated: self.find_if(columns.updated.as_ref()),
            zone: self.find_if(time.zone_by.as_ref().map(|it| &it.column)),
            written: self.find_if(time.written_by.as_ref().map(|it| &it.column)),
        };
        self.missing.is_empty().then_some(layout)
    }

    fn opened(&mut self, profile: &Profile) -> Option<Opened> {
        let columns = &profile.spec.columns;
        if let Some(it) = &columns.opened_roughly {
            let found = (self.find(&it.month), self.find(&it.weekday), self.find(&it.hour));
            let (Some(month), Some(weekday), Some(hour)) = found else { return None };
            return Some(Opened::Roughly(Roughly { month, weekday, hour }));
        }
        self.find_if(columns.opened.as_ref()).map(Opened::At)
    }
}
