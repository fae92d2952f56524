//! Which of the requests that wait are asked for.

use crate::error::{ApiError, Problem};
use crate::parse::Fields;
use crate::query::list::time_of;
use beffroi_aggregator::PlannedRow;
use beffroi_domain::{Area, Code, InvalidArea, Label, Timestamp};
use beffroi_wire::pb::programme::v1 as pb;

const DAY_MICROS: i64 = 24 * 3600 * 1_000_000;

/// What must hold of a request, all at once.
#[derive(Debug)]
pub(super) struct Filter {
    /// The programme.
    pub programme: Option<Code>,
    product: Option<Label>,
    borough: Option<Label>,
    opened_from: Option<Timestamp>,
    opened_before: Option<Timestamp>,
    area: Option<Area>,
}

impl Filter {
    pub(super) fn parse(wire: &pb::ProgrammeFilter, now: Timestamp) -> Result<Self, ApiError> {
        let mut fields = Fields::default();
        let programme = code(&mut fields, &wire.programme);
        let product = fields.optional_label("filter.product", &wire.product);
        let borough = fields.optional_label("filter.borough", &wire.borough);
        let opened_from = time_of(&mut fields, "filter.opened_from", wire.opened_from.as_ref());
        let opened_before =
            time_of(&mut fields, "filter.opened_before", wire.opened_before.as_ref());
        let area = area(&mut fields, wire.area.as_ref());
        let aged = (wire.older_than_days > 0).then(|| ago(now, wire.older_than_days));
        let parsed = (|| {
            Some(Self {
                programme: programme?,
                product: product?,
                borough: borough?,
                opened_from: opened_from?,
                opened_before: opened_before?.into_iter().chain(aged).min(),
                area: area?,
            })
        })();
        Ok(fields.finish(parsed)?)
    }

    pub(super) fn takes(&self, row: &PlannedRow) -> bool {
        self.programme.as_ref().is_none_or(|it| *it == row.programme)
            && self.product.as_ref().is_none_or(|it| is_product(it, row))
            && self.borough.as_ref().is_none_or(|it| Some(it) == row.borough.as_ref())
            && self.opened_from.is_none_or(|it| row.opened_at >= it)
            && self.opened_before.is_none_or(|it| row.opened_at < it)
            && self.area.is_none_or(|it| row.coordinates.is_some_and(|at| it.contains(at)))
    }
}

fn ago(now: Timestamp, days: u32) -> Timestamp {
    now.saturating_add_micros(i64::from(days).saturating_mul(-DAY_MICROS))
}

fn is_product(named: &Label, row: &PlannedRow) -> bool {
    let code = row.product_code.as_ref();
    *named == row.product || code.is_some_and(|it| it.as_str() == named.as_str())
}

fn code(fields: &mut Fields, text: &str) -> Option<Option<Code>> {
    if text.trim().is_empty() {
        return Some(None);
    }
    match text.parse() {
        Ok(code) => Some(Some(code)),
        Err(error) => {
            fields.wrong("filter.programme", Problem::Code(error));
            None
        }
    }
}

fn area(fields: &mut Fields, wire: Option<&pb::BoundingBox>) -> Option<Option<Area>> {
    let Some(wire) = wire else { return Some(None) };
    match Area::new(wire.south, wire.west, wire.north, wire.east) {
        Ok(area) => Some(Some(area)),
        Err(error @ (InvalidArea::OffGlobe | InvalidArea::UpsideDown)) => {
            fields.wrong("filter.area", Problem::Area(error));
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 366 days after the row was opened.
    const NOW: i64 = (1_772_463_600 + 366 * 86_400) * 1_000_000;

    fn parsed(filter: &pb::ProgrammeFilter) -> Result<Filter, ApiError> {
        Filter::parse(filter, Timestamp::from_micros(NOW).unwrap())
    }

    fn row() -> PlannedRow {
        PlannedRow {
            programme: "trottoirs".parse().unwrap(),
            product: "Trottoir brisé".parse().unwrap(),
            product_code: Some("trottoir".parse().unwrap()),
            borough: Some("Limoilou".parse().unwrap()),
            opened_at: Timestamp::from_micros(1_772_463_600_000_000).unwrap(),
            coordinates: Some((468_139_000, -712_080_000)),
        }
    }

    fn check(filter: &pb::ProgrammeFilter, takes: bool) {
        assert_eq!(parsed(filter).unwrap().takes(&row()), takes, "{filter:?}");
    }

    fn at(seconds: i64) -> prost_types::Timestamp {
        prost_types::Timestamp { seconds, nanos: 0 }
    }

    #[test]
    fn every_field_that_is_set_must_hold() {
        let any = pb::ProgrammeFilter::default;
        check(&any(), true);
        for (programme, takes) in [("trottoirs", true), ("arbres", false)] {
            check(&pb::ProgrammeFilter { programme: programme.to_owned(), ..any() }, takes);
        }
        for (product, takes) in
            [("Trottoir brisé", true), ("trottoir", true), ("Trottoir", false), ("arbre", false)]
        {
            check(&pb::ProgrammeFilter { product: product.to_owned(), ..any() }, takes);
        }
        for (borough, takes) in [("Limoilou", true), ("Beauport", false)] {
            check(&pb::ProgrammeFilter { borough: borough.to_owned(), ..any() }, takes);
        }
        for (seconds, from, before) in [
            (1_772_463_599, true, false),
            (1_772_463_600, true, false),
            (1_772_463_601, false, true),
        ] {
            check(&pb::ProgrammeFilter { opened_from: Some(at(seconds)), ..any() }, from);
            check(&pb::ProgrammeFilter { opened_before: Some(at(seconds)), ..any() }, before);
        }
        check(
            &pb::ProgrammeFilter {
                programme: "trottoirs".to_owned(),
                borough: "Beauport".to_owned(),
                ..any()
            },
            false,
        );
    }

    #[test]
    fn age_is_counted_in_days_before_now() {
        let older = |older_than_days, opened_before| pb::ProgrammeFilter {
            older_than_days,
            opened_before,
            ..pb::ProgrammeFilter::default()
        };
        for (days, takes) in [(0, true), (365, true), (366, false), (367, false)] {
            check(&older(days, None), takes);
        }
        check(&older(u32::MAX, None), false);
        // Both must hold.
        check(&older(365, Some(at(1_772_463_600))), false);
        check(&older(366, Some(at(1_772_463_601))), false);
        check(&older(365, Some(at(1_772_463_601))), true);
    }

    #[test]
    fn an_area_leaves_out_what_has_no_coordinates() {
        let globe = pb::BoundingBox { south: -90.0, west: -180.0, north: 90.0, east: 180.0 };
        let filter = pb::ProgrammeFilter { area: Some(globe), ..pb::ProgrammeFilter::default() };
        check(&filter, true);
        let nowhere = PlannedRow { coordinates: None, ..row() };
        assert!(!parsed(&filter).unwrap().takes(&nowhere));
    }

    #[test]
    fn a_wrong_filter_names_every_field() {
        let filter = pb::ProgrammeFilter {
            programme: "Trottoirs".to_owned(),
            product: "\u{7}".to_owned(),
            area: Some(pb::BoundingBox { south: 47.0, north: 46.0, west: 0.0, east: 0.0 }),
            opened_from: Some(at(i64::MAX)),
            ..pb::ProgrammeFilter::default()
        };
        let Err(ApiError::Invalid(violations)) = parsed(&filter) else {
            panic!("it must be refused")
        };
        let fields: Vec<_> = violations.iter().map(|it| it.field.as_str()).collect();
        let expected = ["filter.programme", "filter.product", "filter.opened_from", "filter.area"];
        assert_eq!(fields, expected);
    }
}
