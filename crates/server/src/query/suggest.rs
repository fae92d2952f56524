//! Duplicates of a request, suggested by product, place and time. A person decides.

use super::find;
use super::view::View;
use crate::error::{ApiError, Problem};
use crate::language::choose;
use crate::parse::Fields;
use crate::shared::Shared;
use beffroi_aggregator::{Search, Snapshot, Spot, Spots};
use beffroi_domain::catalogue::{Catalogue, DuplicateRule};
use beffroi_domain::{Label, Language, Place, Request, Timestamp};
use beffroi_wire::pb::query::v1 as pb;
use pb::suggest_duplicates_request::About;

const METRES_DEFAULT: u32 = 100;
const METRES_MAX: u32 = 5_000;
const DAYS_DEFAULT: u32 = 30;
const DAYS_MAX: u32 = 3_660;
const RESULTS_DEFAULT: usize = 10;
const RESULTS_MAX: usize = 100;
/// Rows of the index looked at: more is not looked through by anybody.
const SCAN_MAX: usize = 20_000;
const DAY_MICROS: i64 = 86_400_000_000;

/// How far duplicates may be apart.
struct Reach {
    metres: u32,
    days: u32,
}

/// What a caller says of it.
struct Asked {
    metres: Option<u32>,
    days: Option<u32>,
}

impl Asked {
    fn parse(fields: &mut Fields, call: &pb::SuggestDuplicatesRequest) -> Option<Self> {
        let mut within = |field, wish: Option<u32>, max| match wish {
            None => Some(None),
            Some(wish) => fields.at_most(field, wish, max).map(Some),
        };
        let metres = within("within_metres", call.within_metres, METRES_MAX);
        let days = within("within_days", call.within_days, DAYS_MAX);
        Some(Self { metres: metres?, days: days? })
    }

    /// What the caller says, else the product's rule, else what holds for every product.
    fn or_rule(&self, rule: Option<DuplicateRule>) -> Reach {
        let rule = rule
            .unwrap_or(DuplicateRule { within_metres: METRES_DEFAULT, within_days: DAYS_DEFAULT });
        Reach {
            metres: self.metres.unwrap_or(rule.within_metres).min(METRES_MAX),
            days: self.days.unwrap_or(rule.within_days).min(DAYS_MAX),
        }
    }
}

/// What a duplicate is sought of.
struct Sought {
    /// Its ordinal is not known, its id is: it is no duplicate of itself.
    request: Option<Request>,
    product: Label,
    precision: Option<Label>,
    place: Place,
    at: Timestamp,
}

impl From<Request> for Sought {
    fn from(request: Request) -> Self {
        Self {
            product: request.product.clone(),
            precision: request.precision.clone(),
            place: request.place.clone(),
            at: request.opened_at,
            request: Some(request),
        }
    }
}

pub(super) async fn suggest(
    node: &Shared,
    call: pb::SuggestDuplicatesRequest,
    language: Language,
) -> Result<pb::SuggestDuplicatesResponse, ApiError> {
    let mut fields = Fields::default();
    let asked = Asked::parse(&mut fields, &call);
    let results = results_max(&mut fields, call.max_results);
    let parsed = match &call.about {
        None => {
            fields.wrong("about", Problem::Missing);
            None
        }
        Some(About::ServiceRequest(_)) => Some(None),
        Some(About::Sought(sought)) => parse(&mut fields, sought, node.clock.now()).map(Some),
    };
    let parsed = (|| Some((parsed?, asked?, results?)))();
    let (sought, asked, results) = fields.finish(parsed)?;
    node.at_least(call.min_position.as_ref()).await?;
    let snapshot = node.projections.snapshot()?;
    let mut sought = match (sought, &call.about) {
        (None, Some(About::ServiceRequest(text))) => {
            find(&snapshot, "service_request", text)?.request.into()
        }
        (None, _) => return Err(Problem::Missing.at("about").into()),
        (Some(sought), _) => sought,
    };
    let in_force = node.catalogues.in_force(&snapshot)?;
    let rule = in_force.and_then(|it| by_catalogue(&it.catalogue, &mut sought));
    let reach = asked.or_rule(rule);
    let search = move || {
        let found = search(&snapshot, &sought, &reach)?;
        Ok::<_, ApiError>((found, sought, snapshot))
    };
    let (found, sought, snapshot) = node.admission.reads.run(search).await?;
    let view = View::new(node, &snapshot, language);
    let incomplete = found.incomplete;
    let mut candidates = Vec::new();
    for spot in ranked(found, &sought) {
        if candidates.len() == results {
            break;
        }
        let row = snapshot.request_at(spot.ordinal)?;
        if sought.request.as_ref().is_some_and(|it| it.id == row.request.id) {
            continue;
        }
        let service_request = Some(view.service_request(&row)?);
        candidates.push(candidate(&sought, &spot, (service_request, language)));
    }
    let position = Some(node.position(snapshot.checkpoint().sequence));
    Ok(pb::SuggestDuplicatesResponse { candidates, incomplete, position })
}

fn results_max(fields: &mut Fields, wish: i32) -> Option<usize> {
    match usize::try_from(wish) {
        Ok(0) => Some(RESULTS_DEFAULT),
        Ok(wish) => Some(wish.min(RESULTS_MAX)),
        Err(_) => {
            fields.wrong("max_results", Problem::Negative);
            None
        }
    }
}

fn parse(fields: &mut Fields, sought: &pb::Sought, now: Timestamp) -> Option<Sought> {
    let product = fields.label("sought.product", &sought.product);
    let precision = fields.optional_label("sought.precision", &sought.precision);
    let place = fields.place("sought.place", sought.place.as_ref());
    if place.as_ref().is_some_and(|it| *it == Place::default()) {
        fields.wrong("sought.place", Problem::Missing);
    }
    let at = fields.optional_past("sought.occurred_at", sought.occurred_at.as_ref(), now);
    Some(Sought {
        request: None,
        product: product?,
        precision: precision?,
        place: place?,
        at: at?.unwrap_or(now),
    })
}

/// The product's rule. What is not recorded yet is named as requests of the catalogue are.
fn by_catalogue(catalogue: &Catalogue, sought: &mut Sought) -> Option<DuplicateRule> {
    let precision = sought.precision.as_ref().map(Label::as_str);
    let class = catalogue.by_alias(sought.product.as_str(), precision)?;
    let rule = class.product.duplicates;
    if sought.request.is_none() {
        if let Some(precision) = class.precision {
            sought.precision = Some(precision.name.french.clone());
        }
        sought.product = class.product.name.french.clone();
    }
    rule
}

fn search(snapshot: &Snapshot, sought: &Sought, reach: &Reach) -> Result<Spots, ApiError> {
    let span = i64::from(reach.days) * DAY_MICROS;
    let opened = sought.at.saturating_add_micros(-span)..=sought.at.saturating_add_micros(span);
    let search = Search { product: sought.product.as_str(), opened, scan_max: SCAN_MAX };
    let mut spots = match sought.place.coordinates {
        Some(point) => snapshot.active_near(&search, point, reach.metres)?,
        None => Spots::default(),
    };
    if let Some(borough) = &sought.place.borough {
        // Those that have coordinates are near or they are not.
        let without_point = sought.place.coordinates.is_some();
        let within = snapshot.active_in(&search, borough.as_str(), without_point)?;
        spots.found.extend(within.found);
        spots.incomplete |= within.incomplete;
    }
    Ok(spots)
}

fn is_same_precision(sought: &Sought, spot: &Spot) -> bool {
    sought.precision.as_ref().map(Label::as_str) == spot.precision.as_deref()
}

/// Likeliest first; what is alike, in the order in which it was recorded.
fn ranked(found: Spots, sought: &Sought) -> Vec<Spot> {
    let mut spots = found.found;
    spots.sort_by_cached_key(|spot| {
        let apart = spot.opened_at.micros().abs_diff(sought.at.micros());
        (!is_same_precision(sought, spot), metres(spot).unwrap_or(u32::MAX), apart, spot.ordinal)
    });
    spots
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most METRES_MAX")]
fn metres(spot: &Spot) -> Option<u32> {
    spot.metres.map(|it| it.round() as u32)
}

fn candidate(
    sought: &Sought,
    spot: &Spot,
    (service_request, language): (Option<pb::ServiceRequest>, Language),
) -> pb::DuplicateCandidate {
    let before = sought.at.micros() - spot.opened_at.micros();
    let same_precision = is_same_precision(sought, spot);
    pb::DuplicateCandidate {
        service_request,
        distance_metres: metres(spot),
        opened_before_secs: before / 1_000_000,
        same_precision,
        reason: reason(
            language,
            metres(spot),
            (same_precision && sought.precision.is_some(), before),
        ),
    }
}

fn reason(language: Language, metres: Option<u32>, (precise, before): (bool, i64)) -> String {
    let place = match metres {
        Some(metres) => choose(language, format!("à {metres} m"), format!("{metres} m away")),
        None => choose(language, "dans le même arrondissement", "in the same borough").to_owned(),
    };
    let what = match (language, precise) {
        (Language::French, true) => "même produit et même précision",
        (Language::French, false) => "même produit",
        (Language::English, true) => "same product and precision",
        (Language::English, false) => "same product",
    };
    let when = match (before / DAY_MICROS, before > 0) {
        (0, _) => choose(language, "à moins d'un jour", "within a day").to_owned(),
        (days, true) => choose(
            language,
            format!("ouverte {days} j plus tôt"),
            format!("opened {days} d earlier"),
        ),
        (days, false) => choose(
            language,
            format!("ouverte {} j plus tard", -days),
            format!("opened {} d later", -days),
        ),
    };
    format!("{place}, {what}, {when}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_read_well_in_both_languages() {
        assert_eq!(
            reason(Language::French, Some(42), (true, 3 * DAY_MICROS)),
            "à 42 m, même produit et même précision, ouverte 3 j plus tôt"
        );
        assert_eq!(
            reason(Language::English, None, (false, -DAY_MICROS)),
            "in the same borough, same product, opened 1 d later"
        );
        assert_eq!(
            reason(Language::English, Some(0), (false, -7)),
            "0 m away, same product, within a day"
        );
    }
}
