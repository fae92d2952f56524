//! Which facts a caller wants.

use super::kind;
use crate::error::{ApiError, Problem};
use crate::parse::Fields;
use beffroi_aggregator::{BreachRow, FactRow};
use beffroi_domain::{Code, Label, PromiseKind, Urgency};
use beffroi_wire::pb::query::v1 as pb;
use beffroi_wire::vocabulary;

/// How many values a list of a filter may have.
const VALUES_MAX: usize = 100;

/// Which facts are wanted. A list that is empty asks for nothing.
#[derive(Debug)]
pub(super) struct Filter {
    kind: Option<pb::BreachKind>,
    unit: Option<String>,
    kinds: Vec<pb::BreachKind>,
    units: Vec<Label>,
    products: Vec<Label>,
    promises: Vec<PromiseKind>,
    urgencies: Vec<Urgency>,
}

impl Filter {
    /// Whether the fact is wanted.
    pub(super) fn takes(&self, row: &FactRow) -> bool {
        let kind = kind(row);
        let of_kind = self.kind.is_none_or(|it| it == kind) && any(&self.kinds, |it| *it == kind);
        of_kind
            && match row {
                FactRow::Promise(row) => self.takes_promise(row),
                // No unit, product, promise or urgency is that of a level.
                FactRow::Level(_) => self.asks_only_for_kinds(),
            }
    }

    fn asks_only_for_kinds(&self) -> bool {
        self.unit.is_none()
            && self.units.is_empty()
            && self.products.is_empty()
            && self.promises.is_empty()
            && self.urgencies.is_empty()
    }

    fn takes_promise(&self, row: &BreachRow) -> bool {
        let code = row.product_code.as_ref().map(Code::as_str);
        self.unit.as_ref().is_none_or(|it| Some(it) == row.unit.as_ref())
            && any(&self.units, |it| Some(it.as_str()) == row.unit.as_deref())
            && any(&self.products, |it| it.as_str() == row.product || Some(it.as_str()) == code)
            && any(&self.promises, |it| *it == row.promise)
            && any(&self.urgencies, |it| *it == row.urgency)
    }
}

fn any<T>(wanted: &[T], is_it: impl Fn(&T) -> bool) -> bool {
    wanted.is_empty() || wanted.iter().any(is_it)
}

/// Reads the fields `kind` and `unit` and the filter beside them; names every wrong field.
pub(super) fn parse(
    (kind, unit): (i32, &str),
    wire: &pb::BreachFilter,
) -> Result<Filter, ApiError> {
    let mut fields = Fields::default();
    let kind = if kind == 0 { Some(None) } else { fields.word("kind", kind, fact(kind)).map(Some) };
    let unit = unit.trim();
    let unit = (!unit.is_empty()).then(|| unit.to_owned());
    let kinds =
        list(&mut fields, "kinds", &wire.kinds, |fields, at, it| fields.word(at, *it, fact(*it)));
    let label = |fields: &mut Fields, at: &str, it: &String| fields.label(at, it);
    let units = list(&mut fields, "units", &wire.units, label);
    let products = list(&mut fields, "products", &wire.products, label);
    let promises = list(&mut fields, "promise_kinds", &wire.promise_kinds, |fields, at, it| {
        fields.known(at, *it, vocabulary::promise_kind::from_pb(*it))
    });
    let urgencies = list(&mut fields, "urgencies", &wire.urgencies, |fields, at, it| {
        fields.known(at, *it, vocabulary::urgency::from_pb(*it))
    });
    let parsed = (|| {
        Some(Filter {
            kind: kind?,
            unit,
            kinds: kinds?,
            units: units?,
            products: products?,
            promises: promises?,
            urgencies: urgencies?,
        })
    })();
    Ok(fields.finish(parsed)?)
}

/// Each value of a list, or `None` when one is wrong or there are too many.
fn list<W, T>(
    fields: &mut Fields,
    name: &str,
    values: &[W],
    value: impl Fn(&mut Fields, &str, &W) -> Option<T>,
) -> Option<Vec<T>> {
    if values.len() > VALUES_MAX {
        let problem = Problem::TooMany { found: values.len(), max: VALUES_MAX };
        fields.wrong(&format!("filter.{name}"), problem);
        return None;
    }
    let values = values.iter().enumerate();
    let values: Vec<_> =
        values.map(|(at, it)| value(fields, &format!("filter.{name}[{at}]"), it)).collect();
    values.into_iter().collect()
}

fn fact(number: i32) -> Option<pb::BreachKind> {
    pb::BreachKind::try_from(number).ok().filter(|it| *it != pb::BreachKind::Unspecified)
}
