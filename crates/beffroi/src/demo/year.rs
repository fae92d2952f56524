//! A generated year of a city: the same seed always gives the same year.
//!
//! Volumes and shares are those of Québec's presentation of its centre; the mix of products, the
//! hours and the delays follow what cities publish of their requests.

use beffroi_wire::pb::event::v1::{Channel, ContactOutcome, HoldReason, Nature};
use chrono::{DateTime, Datelike, Days, NaiveDate, TimeDelta, TimeZone, Timelike, Utc, Weekday};
use chrono_tz::America::Toronto;
use fastrand::Rng;
use uuid::Uuid;

/// Contacts of Québec in a year: calls, e-mails, requests by the app.
const CALLS: u32 = 260_000;
const EMAILS: u32 = 38_000;
const APP: u32 = 52_000;
/// The same, together.
pub(super) const CONTACTS: u32 = CALLS + EMAILS + APP;

/// Something that happens to a request.
#[derive(Clone, Debug)]
pub(super) struct Act {
    pub at: DateTime<Utc>,
    /// The request, by its place in the year.
    pub request: usize,
    pub what: What,
}

/// What happens to a request.
#[derive(Clone, Debug)]
pub(super) enum What {
    Open(Box<Opening>),
    Assign(&'static str),
    FollowUp(&'static str),
    Hold(HoldReason),
    Resume,
    Resolve,
    Reopen,
    Cancel,
}

impl What {
    /// Who opens a request.
    pub(super) fn citizen(&self) -> Option<Uuid> {
        if let Self::Open(opening) = self { opening.citizen } else { None }
    }
}

/// How a request begins.
#[derive(Clone, Debug)]
pub(super) struct Opening {
    pub citizen: Option<Uuid>,
    pub product: &'static Product,
    pub nature: Nature,
    pub channel: Channel,
    pub borough: &'static str,
}

/// An exchange on a channel.
#[derive(Clone, Debug)]
pub(super) struct Contact {
    pub at: DateTime<Utc>,
    pub id: Uuid,
    pub citizen: Option<Uuid>,
    pub channel: Channel,
    pub nature: Nature,
    pub outcome: ContactOutcome,
    pub product: &'static str,
    pub request: Option<usize>,
    pub waited_secs: u32,
    pub handled_secs: u32,
}

/// What requests are about, and how the city deals with it.
#[derive(Debug)]
pub(super) struct Product {
    pub name: &'static str,
    pub precision: &'static str,
    unit: &'static str,
    words: &'static str,
    share: u32,
    // The mean time until it is done, in hours.
    hours: f64,
}

const fn product(
    (name, precision): (&'static str, &'static str),
    (unit, words): (&'static str, &'static str),
    share: u32,
    hours: f64,
) -> Product {
    Product { name, precision, unit, words, share, hours }
}

/// No product of the catalogue lets its requests be reopened for less time than this.
const REOPENING_MAX: TimeDelta = TimeDelta::days(5);

const WASTE: &str = "Gestion des matières résiduelles";
const ROADS: &str = "Travaux publics";
const WATER: &str = "Réseaux d'eau";
const GREEN: &str = "Foresterie urbaine";
const CITIZENS: &str = "Relations avec les citoyens";

/// Shares are per thousand.
static PRODUCTS: &[Product] = &[
    product(("Dépôt illégal", "Déchets"), (WASTE, "Ramassage fait ce matin."), 130, 60.0),
    product(("Nettoyage du domaine public", "Rue"), (ROADS, "Nettoyage planifié."), 90, 70.0),
    product(("Collecte", "Recyclage oublié"), (WASTE, "Le camion repassera demain."), 90, 30.0),
    product(("Bac roulant", "Bac brisé"), (WASTE, "Un nouveau bac sera livré."), 85, 160.0),
    product(("Déneigement", "Trottoir"), (ROADS, "L'équipe est en route."), 95, 26.0),
    product(("Nid-de-poule", "Chaussée"), (ROADS, "Réparation faite."), 80, 90.0),
    product(("Signalisation", "Panneau endommagé"), (ROADS, "Panneau remplacé."), 60, 120.0),
    product(("Éclairage", "Lampadaire éteint"), (ROADS, "Électricien prévu."), 55, 150.0),
    product(("Eau potable", "Goût et odeur"), (WATER, "Échantillon prélevé."), 35, 48.0),
    product(("Eau potable", "Fuite"), (WATER, "La fuite est localisée."), 45, 40.0),
    product(("Égout", "Puisard bouché"), (WATER, "Puisard débloqué."), 35, 80.0),
    product(("Abattage d'arbre", "Arbre public"), (GREEN, "Inspection faite."), 40, 430.0),
    product(("Élagage", "Branche tombée"), (GREEN, "Branche ramassée."), 40, 110.0),
    product(("Parc", "Mobilier brisé"), (GREEN, "Mobilier réparé."), 30, 140.0),
    product(("Stationnement", "Vignette"), (CITIZENS, "Vignette postée."), 45, 60.0),
    product(("Bruit", "Chantier"), (CITIZENS, "Vérification faite."), 25, 50.0),
    product(("Permis", "Rénovation"), (CITIZENS, "Dossier à l'étude."), 20, 200.0),
];

static BOROUGHS: &[&str] = &[
    "La Cité-Limoilou",
    "Les Rivières",
    "Sainte-Foy–Sillery–Cap-Rouge",
    "Charlesbourg",
    "Beauport",
    "La Haute-Saint-Charles",
];

/// A year: what happens to requests, in order of time, and the contacts of each day.
#[derive(Debug)]
pub(super) struct Year {
    pub acts: Vec<Act>,
    pub contacts: Vec<Contact>,
    pub requests: Vec<Uuid>,
}

/// Makes up the year that ends with the day `last`, with about `contacts` contacts.
pub(super) fn year(seed: u64, contacts: u32, last: NaiveDate) -> Year {
    let mut maker = Maker { rng: Rng::with_seed(seed), year: Year::empty(), opened: Vec::new() };
    let days: Vec<NaiveDate> = (last - Days::new(364)).iter_days().take(365).collect();
    let scale = f64::from(contacts) / f64::from(CONTACTS);
    let open_days =
        f64::from(u32::try_from(days.iter().filter(|it| is_open(**it)).count()).unwrap_or(1));
    for day in &days {
        if is_open(*day) {
            maker.day(*day, Channel::Telephone, f64::from(CALLS) * scale / open_days);
        }
        let written = if is_open(*day) { 1.25 } else { 0.4 } / 365.0;
        maker.day(*day, Channel::Email, f64::from(EMAILS) * scale * written);
        maker.day(*day, Channel::App, f64::from(APP) * scale * written);
    }
    let mut year = maker.year;
    // What the city has not come to by the end of the year is left open.
    let end = local(last + Days::new(1), 0, 0);
    year.acts.retain(|act| act.at < end);
    year.contacts.retain(|contact| contact.at < end);
    year.acts.sort_by_key(|act| act.at);
    year.contacts.sort_by_key(|contact| contact.at);
    year
}

/// The day before the one it is in Québec at `now`.
pub(super) fn yesterday(now: DateTime<Utc>) -> NaiveDate {
    now.with_timezone(&Toronto).date_naive() - Days::new(1)
}

fn is_open(day: NaiveDate) -> bool {
    !matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

impl Year {
    fn empty() -> Self {
        Self { acts: Vec::new(), contacts: Vec::new(), requests: Vec::new() }
    }
}

struct Maker {
    rng: Rng,
    year: Year,
    /// When each request was opened.
    opened: Vec<DateTime<Utc>>,
}

impl Maker {
    /// The contacts of a day on a channel, about `mean` of them.
    fn day(&mut self, day: NaiveDate, channel: Channel, mean: f64) {
        let mut left = mean * (0.75 + self.rng.f64() / 2.0);
        while left >= 1.0 || self.rng.f64() < left {
            left -= 1.0;
            let at = self.time(day, channel);
            self.contact(at, channel);
        }
    }

    fn time(&mut self, day: NaiveDate, channel: Channel) -> DateTime<Utc> {
        let hours = if channel == Channel::Telephone { 8..19 } else { 6..23 };
        local(day, self.rng.u32(hours), self.rng.u32(0..3600))
    }

    fn contact(&mut self, at: DateTime<Utc>, channel: Channel) {
        let product = self.product(at);
        let citizen = self.citizen(channel);
        let nature = self.nature();
        let outcome = self.outcome(channel, nature);
        let request = match outcome {
            ContactOutcome::RequestOpened => {
                let borough = self.borough();
                let opening = Opening { citizen, product, nature, channel, borough };
                Some(self.request(at, opening))
            }
            ContactOutcome::FollowedUp => self.recent(at),
            ContactOutcome::Unspecified
            | ContactOutcome::Informed
            | ContactOutcome::TransferredTo911
            | ContactOutcome::Abandoned => None,
        };
        let outcome = match (outcome, request) {
            (ContactOutcome::FollowedUp, None) => ContactOutcome::Informed,
            (outcome, _) => outcome,
        };
        let (waited_secs, handled_secs) = self.durations(channel);
        let id = self.uuid();
        let product = product.name;
        self.year.contacts.push(Contact {
            at,
            id,
            citizen,
            channel,
            nature,
            outcome,
            product,
            request,
            waited_secs,
            handled_secs,
        });
    }

    /// A recent request that was open by `at`.
    fn recent(&mut self, at: DateTime<Utc>) -> Option<usize> {
        let back = self.rng.usize(1..200);
        let request = self.opened.len().checked_sub(back)?;
        self.opened.get(request).is_some_and(|opened| *opened < at).then_some(request)
    }

    /// Over 80 % of calls are settled in the call itself.
    fn outcome(&mut self, channel: Channel, nature: Nature) -> ContactOutcome {
        let draw = self.rng.u32(0..1000);
        let (informed, opened, followed) = if channel == Channel::Telephone {
            (820, 940, 985)
        } else if channel == Channel::Email {
            (420, 900, 1000)
        } else {
            (0, 920, 1000)
        };
        if nature == Nature::Complaint && channel != Channel::Telephone {
            return ContactOutcome::RequestOpened;
        }
        match draw {
            it if it < informed => ContactOutcome::Informed,
            it if it < opened => ContactOutcome::RequestOpened,
            it if it < followed => ContactOutcome::FollowedUp,
            it if it < 997 => ContactOutcome::Abandoned,
            _ => ContactOutcome::TransferredTo911,
        }
    }

    /// What becomes of a request.
    fn request(&mut self, at: DateTime<Utc>, opening: Opening) -> usize {
        let request = self.year.requests.len();
        let id = self.uuid();
        self.year.requests.push(id);
        self.opened.push(at);
        let product = opening.product;
        self.act(at, request, What::Open(Box::new(opening)));
        if self.rng.u32(0..100) < 3 {
            let at = self.later(at, 20.0);
            self.act(at, request, What::Cancel);
            return request;
        }
        let mut at = self.later(at, 5.0);
        self.act(at, request, What::Assign(product.unit));
        if self.rng.u32(0..100) < 8 {
            at = self.later(at, 8.0);
            self.act(at, request, What::Hold(HoldReason::Citizen));
            at = self.later(at, 30.0);
            self.act(at, request, What::Resume);
        }
        if self.rng.u32(0..100) < 35 {
            at = self.later(at, product.hours / 3.0);
            self.act(at, request, What::FollowUp(product.words));
        }
        at = self.later(at, product.hours * 0.7);
        self.act(at, request, What::Resolve);
        if self.rng.u32(0..100) < 2 {
            let resolved = at;
            at = self.later(at, 24.0);
            if at <= resolved + REOPENING_MAX {
                self.act(at, request, What::Reopen);
                at = self.later(at, product.hours);
                self.act(at, request, What::Resolve);
            }
        }
        request
    }

    fn act(&mut self, at: DateTime<Utc>, request: usize, what: What) {
        self.year.acts.push(Act { at, request, what });
    }

    /// A moment after `at`, `mean` hours on average, when people are at work.
    fn later(&mut self, at: DateTime<Utc>, mean: f64) -> DateTime<Utc> {
        let hours = -mean * (1.0 - self.rng.f64()).ln();
        // Bounded to a year: the cast cannot lose anything.
        #[expect(clippy::cast_possible_truncation, reason = "bounded above")]
        let secs = (hours.min(8_000.0) * 3600.0) as i64 + 60;
        let time = (at + TimeDelta::seconds(secs)).with_timezone(&Toronto);
        let mut day = time.date_naive();
        let mut hour = time.hour();
        if hour >= 17 {
            day = day + Days::new(1);
            hour = 8;
        }
        while !is_open(day) {
            day = day + Days::new(1);
            hour = 8;
        }
        local(day, hour.max(8), self.rng.u32(0..3600)).max(at + TimeDelta::seconds(1))
    }

    fn product(&mut self, at: DateTime<Utc>) -> &'static Product {
        let winter = matches!(at.month(), 12 | 1 | 2 | 3);
        loop {
            let mut draw = self.rng.u32(0..1000);
            for product in PRODUCTS {
                if draw < product.share && (winter || product.name != "Déneigement") {
                    return product;
                }
                draw = draw.saturating_sub(product.share);
            }
        }
    }

    fn nature(&mut self) -> Nature {
        match self.rng.u32(0..100) {
            0..22 => Nature::Information,
            22..82 => Nature::Service,
            82..93 => Nature::RapidIntervention,
            93..97 => Nature::Comment,
            _ => Nature::Complaint,
        }
    }

    /// The app knows its user; a caller is known one time in three. Some come back often.
    fn citizen(&mut self, channel: Channel) -> Option<Uuid> {
        let known = channel == Channel::App || self.rng.u32(0..3) == 0;
        known.then(|| {
            let regular = self.rng.u32(0..4) == 0;
            let person = if regular { self.rng.u32(0..500) } else { self.rng.u32(0..400_000) };
            Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("demo citizen {person}").as_bytes())
        })
    }

    fn borough(&mut self) -> &'static str {
        let at = self.rng.usize(0..BOROUGHS.len());
        BOROUGHS.get(at).copied().unwrap_or_default()
    }

    fn durations(&mut self, channel: Channel) -> (u32, u32) {
        if channel == Channel::Telephone {
            (self.rng.u32(0..70) + self.rng.u32(0..90), self.rng.u32(60..420))
        } else {
            (0, 0)
        }
    }

    fn uuid(&mut self) -> Uuid {
        uuid::Builder::from_random_bytes(self.rng.u128(..).to_be_bytes()).into_uuid()
    }
}

/// A local time of Québec; of an hour that a clock change repeats, the first.
fn local(day: NaiveDate, hour: u32, second: u32) -> DateTime<Utc> {
    let naive = day.and_hms_opt(hour, 0, 0).unwrap_or_default();
    let naive = naive + TimeDelta::seconds(second.into());
    let time = Toronto.from_local_datetime(&naive).earliest();
    time.map_or_else(|| naive.and_utc(), |it| it.with_timezone(&Utc))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn year(seed: u64, contacts: u32) -> Year {
        super::year(seed, contacts, NaiveDate::from_ymd_opt(2025, 12, 31).unwrap())
    }

    #[test]
    fn the_same_seed_gives_the_same_year() {
        assert_eq!(format!("{:?}", year(7, 2_000)), format!("{:?}", year(7, 2_000)));
        assert_ne!(format!("{:?}", year(7, 2_000)), format!("{:?}", year(8, 2_000)));
    }

    #[test]
    fn a_year_ends_with_its_last_day_whatever_the_calendar_year() {
        let last = NaiveDate::from_ymd_opt(2026, 6, 3).unwrap();
        let year = super::year(311, 5_000, last);
        let days = year.contacts.iter().map(|it| it.at.with_timezone(&Toronto).date_naive());
        assert_eq!(days.clone().max(), Some(last));
        assert_eq!(days.min(), NaiveDate::from_ymd_opt(2025, 6, 4));
        assert!(year.acts.iter().all(|act| act.at.with_timezone(&Toronto).date_naive() <= last));
    }

    #[test]
    fn volumes_are_in_the_proportions_of_the_presentation() {
        let year = year(311, 35_000);
        let of = |channel| year.contacts.iter().filter(|it| it.channel == channel).count();
        let calls = of(Channel::Telephone);
        let informed = year.contacts.iter().filter(|it| {
            it.channel == Channel::Telephone && it.outcome == ContactOutcome::Informed
        });
        assert!((25_000..27_000).contains(&calls), "{calls}");
        assert!((3_500..4_100).contains(&of(Channel::Email)), "{}", of(Channel::Email));
        assert!((4_900..5_500).contains(&of(Channel::App)), "{}", of(Channel::App));
        assert!(informed.count() * 100 > calls * 80);
    }

    #[test]
    fn the_acts_of_a_request_are_in_order_of_time() {
        let year = year(311, 5_000);
        assert!(year.acts.is_sorted_by_key(|act| act.at));
        let mut opened = vec![false; year.requests.len()];
        for act in &year.acts {
            opened[act.request] |= matches!(act.what, What::Open(_));
            assert!(opened[act.request]);
        }
    }

    #[test]
    fn a_contact_follows_up_what_was_opened_before() {
        let year = year(311, 20_000);
        let mut opened = vec![DateTime::<Utc>::MAX_UTC; year.requests.len()];
        for act in &year.acts {
            if let What::Open(_) = act.what {
                opened[act.request] = act.at;
            }
        }
        for contact in &year.contacts {
            assert!(contact.request.is_none_or(|it| opened[it] <= contact.at), "{contact:?}");
        }
    }
}
