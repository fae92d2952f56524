//! Events come back from their bytes as they were, and bytes that are none are refused.

use super::*;
use beffroi_domain::catalogue::{
    Answer, AnswerKind, Answered, Bilingual, Catalogue, Draft, ProductDraft, QuestionDraft,
    UnitDraft, Words,
};
use beffroi_domain::level::{Definition, HangUps, Measure, Share};
use beffroi_domain::{
    Attachment, CalendarDraft, CalendarPublished, CatalogueEntry, CataloguePublished, Channel,
    CitizenFact, CitizenId, CitizenSaved, Closing, Code, Contact, ContactOutcome, CutOff, Days,
    Declaration, Delay, Duplicate, Emergency, Event, EventId, ExceptionalHours, FollowUp,
    HoldReason, Holiday, Hours, IdentifierHash, IdentifierKind, KeyId, Kind, Language, LevelFact,
    LevelFactKind, MergedInto, Meta, Nature, Opened, Origin, Period, Personal, PersonalData, Place,
    PromiseKind, PromiseRef, Promised, QuarantineReleased, Reclassified, RegimeFact, RegimeKind,
    Relation, RelationKind, RequestId, Revision, RevisionCause, Rule, Source, Status, Term,
    Timestamp, Urgency, Warn, Warning, Week, Window,
};
use chrono::NaiveDate;
use proptest::prelude::*;
use uuid::Uuid;

fn at(secs: i64) -> Timestamp {
    Timestamp::from_micros(secs * 1_000_000 + 17).unwrap()
}

fn terms() -> Vec<Term> {
    let rule = Rule::BusinessDaysEodV1(20);
    let kind = PromiseKind::Resolution;
    vec![
        Term {
            kind,
            commitment: None,
            rule,
            warnings: vec![Warning { warn: Warn::DEFAULT, at: at(5) }],
            due_at: at(9),
        },
        Term { kind, commitment: None, rule: Rule::Source, warnings: Vec::new(), due_at: at(-9) },
    ]
}

fn opened() -> Opened {
    Opened {
        citizen: Some(CitizenId::new(Uuid::from_u128(3)).unwrap()),
        product: "Eau potable".parse().unwrap(),
        precision: Some("Goût et odeur".parse().unwrap()),
        nature: Nature::Service,
        urgency: Urgency::Normal,
        entry: None,
        programme: None,
        screened: false,
        answers: Vec::new(),
        language: Language::English,
        other_channels: vec![Channel::App, Channel::Email],
        unit: Some("Travaux publics".parse().unwrap()),
        place: Place {
            borough: Some("Limoilou".parse().unwrap()),
            coordinates: Some((468_140_000, -712_080_000)),
        },
        source: Some(Source { system: "a".parse().unwrap(), id: "0017".parse().unwrap() }),
        number_year: 2026,
        terms: terms(),
    }
}

fn contact() -> Contact {
    Contact {
        citizen: None,
        nature: Nature::Information,
        language: Language::French,
        outcome: ContactOutcome::TransferredTo911,
        request: Some(RequestId::new(Uuid::from_u128(8)).unwrap()),
        emergency: None,
        product: None,
        product_code: None,
        waited_secs: 119,
        handled_secs: 240,
    }
}

fn kinds() -> Vec<Kind> {
    let fact = PromiseRef {
        kind: PromiseKind::Resolution,
        cycle: 2,
        due_at: at(9),
        noticed_at: at(10),
        based_on: 77,
        revision: 0,
        threshold: None,
    };
    vec![
        Kind::Opened(Box::new(opened())),
        Kind::Assigned(None),
        Kind::PutOnHold(HoldReason::ThirdParty),
        Kind::Resumed(terms()),
        Kind::FollowUpAdded(FollowUp::Internal),
        Kind::Resolved,
        Kind::Reopened(Vec::new()),
        Kind::Cancelled,
        Kind::ContactRecorded(Box::new(contact())),
        Kind::PromiseWarned(PromiseRef { threshold: Some(Warn::DEFAULT), ..fact }),
        Kind::PromiseBreached(fact),
    ]
    .into_iter()
    .chain(later_kinds())
    .collect()
}

/// What came after the first release, in the order in which it came.
fn later_kinds() -> Vec<Kind> {
    let other = RequestId::new(Uuid::from_u128(8)).unwrap();
    let code = |text: &str| text.parse::<Code>().unwrap();
    let entry = CatalogueEntry {
        product: code("eau-potable"),
        precision: Some(code("gout-odeur")),
        promised: vec![Delay::resolved_within(5).into()],
        reopen_within_days: Some(0),
    };
    let reclassified = Reclassified {
        product: "Eau potable".parse().unwrap(),
        precision: None,
        nature: Nature::Complaint,
        urgency: Urgency::Urgent,
        entry: None,
        unit: Some("Réseaux d'eau".parse().unwrap()),
        programme: Some(code("drainage")),
        terms: terms(),
    };
    let merged = MergedInto {
        into: other,
        status: Status::Planned,
        unit: None,
        programme: Some(code("drainage")),
        terms: Vec::new(),
    };
    let attachment =
        Attachment { media_type: "image/jpeg".parse().unwrap(), bytes: 9, sha256: [7; 32] };
    vec![
        Kind::Opened(Box::new(Opened {
            urgency: Urgency::Urgent,
            entry: Some(entry),
            programme: Some(code("drainage")),
            screened: true,
            ..opened()
        })),
        Kind::ContactRecorded(Box::new(Contact {
            emergency: Some(Emergency::RoadAccident),
            product_code: Some(code("eau-potable")),
            ..contact()
        })),
        Kind::Reclassified(Box::new(reclassified)),
        Kind::Transferred("Réseaux d'eau".parse().unwrap()),
        Kind::ProgrammeEntered(code("drainage")),
        Kind::ProgrammeLeft(terms()),
        Kind::Merged(Box::new(merged.clone())),
        Kind::Unmerged,
        Kind::DuplicateAdded(Duplicate { request: other, citizen: None }),
        Kind::DuplicateRemoved(other),
        Kind::Related(Relation { request: other, kind: RelationKind::Continues }),
        Kind::Unrelated(other),
        Kind::AttachmentAdded(attachment),
    ]
    .into_iter()
    .chain(citizen_kinds())
    .chain([Kind::Merged(Box::new(MergedInto { status: Status::Open, terms: terms(), ..merged }))])
    .chain(catalogue_kinds())
    .chain(regime_kinds())
    .chain(ledger_kinds())
    .chain(business_time_kinds())
    .chain(commitment_kinds())
    .chain(level_kinds())
    .chain(calendar_kinds())
    .chain([Kind::FollowUpAdded(FollowUp::Shared)])
    .chain(quarantine_kinds())
    .collect()
}

fn citizen_kinds() -> Vec<Kind> {
    let citizen = CitizenId::new(Uuid::from_u128(4)).unwrap();
    let hash = |kind| IdentifierHash { kind, key_id: KeyId([3; 8]), digest: [9; 32] };
    let facts = [
        CitizenFact::Saved(CitizenSaved {
            added: vec![hash(IdentifierKind::Telephone), hash(IdentifierKind::Email)],
            withdrawn: vec![hash(IdentifierKind::AppAccount)],
            language: Some(Language::English),
        }),
        CitizenFact::Merged { into: citizen },
        CitizenFact::Absorbed { citizen },
        CitizenFact::Unmerged { from: citizen },
        CitizenFact::Released { citizen },
    ];
    facts.into_iter().map(Kind::Citizen).collect()
}

fn catalogue_kinds() -> [Kind; 2] {
    let both = |text: &str| Words { french: format!("{text} fr"), english: format!("{text} en") };
    let product = ProductDraft {
        code: "eau-potable".to_owned(),
        name: both("Eau"),
        unit: "eau".to_owned(),
        nature: Some(Nature::Service),
        questions: vec![QuestionDraft {
            code: "coloree".to_owned(),
            text: both("Colorée"),
            kind: Some(AnswerKind::YesNo),
            required: true,
            ..QuestionDraft::default()
        }],
        ..ProductDraft::default()
    };
    let catalogue = Catalogue::new(&Draft {
        name: both("Ville"),
        units: vec![UnitDraft { code: "eau".to_owned(), name: both("Réseaux") }],
        programmes: Vec::new(),
        commitments: Vec::new(),
        products: vec![product],
    });
    let published = CataloguePublished { version: 1, catalogue: catalogue.unwrap() };
    let answered = |question: &str, answer| Answered {
        product: "eau-potable".parse().unwrap(),
        question: question.parse().unwrap(),
        answer,
    };
    let text = Answer::Text(Personal("Au robinet".parse().unwrap()));
    let answers = vec![answered("coloree", Answer::YesNo(true)), answered("ou", text)];
    [
        Kind::CataloguePublished(Box::new(published)),
        Kind::Opened(Box::new(Opened { answers, ..opened() })),
    ]
}

fn regime_kinds() -> [Kind; 3] {
    let text = |text: &str| text.parse().unwrap();
    let mut days = [Window::new(8 * 60, 22 * 60); 7];
    days[6] = None;
    let declaration = Declaration {
        kind: RegimeKind::CivilSecurity,
        from: at(1),
        until: at(9),
        hours: Some(Week::new(days).unwrap()),
        products: vec!["eau-potable".parse().unwrap()],
        notice: Bilingual { french: text("Inondation"), english: text("Flood") },
    };
    let hours = Some(Week::AROUND_THE_CLOCK);
    let facts = [
        RegimeFact::Declared(Box::new(declaration)),
        RegimeFact::Extended { until: at(20), hours },
        RegimeFact::Lifted,
    ];
    facts.map(Kind::Regime)
}

/// Who speaks, and a breach that was none.
fn ledger_kinds() -> [Kind; 2] {
    let withdrawn = PromiseRef {
        kind: PromiseKind::FirstAnswer,
        cycle: 1,
        due_at: at(9),
        noticed_at: at(11),
        based_on: 78,
        revision: 1,
        threshold: None,
    };
    [Kind::FollowUpAdded(FollowUp::FromCitizen), Kind::BreachWithdrawn(withdrawn)]
}

/// Every rule, and hours of several windows.
fn business_time_kinds() -> [Kind; 2] {
    let days = Days { days: 1, extra_secs: 7_200 };
    let cut_off = CutOff {
        at_minute: 17 * 60,
        restart_minute: 8 * 60 + 30,
        waits_for_restart: true,
        day_off_restarts: false,
    };
    let rules = [
        Rule::BusinessDaysLandingV1(3),
        Rule::BusinessDaysSameTimeV1(days),
        Rule::BusinessDaysMidnightV1(days),
        Rule::BusinessDaysOpeningV1(days),
        Rule::BusinessDaysThenOpeningV1(days),
        Rule::BusinessDaysWithinV1(days),
        Rule::BusinessDaysClosingV1(days),
        Rule::BusinessDaysCutOffV1(days, cut_off),
        Rule::BusinessTimeV1 { secs: 3_600 },
        Rule::BusinessTimeOpeningV1 { secs: 0 },
        Rule::CalendarDaysV1(545),
        Rule::CalendarTimeV1 { secs: 86_400 },
    ];
    let kind = PromiseKind::Resolution;
    let terms = rules.map(|rule| Term {
        kind,
        commitment: None,
        rule,
        warnings: Vec::new(),
        due_at: at(9),
    });
    let mut week = [Hours::CLOSED; 7];
    week[0] = "08:00-12:00, 13:00-17:00, 22:00-06:00".parse().unwrap();
    week[5] = "10:00-24:00".parse().unwrap();
    let hours = Some(Week::new(week).unwrap());
    [Kind::Resumed(terms.into()), Kind::Regime(RegimeFact::Extended { until: at(20), hours })]
}

/// Several warnings, and what a catalogue promises by its commitments.
fn commitment_kinds() -> [Kind; 2] {
    let commitment: Option<Code> = Some("courriel".parse().unwrap());
    let thresholds = [Warn::Percent(50), Warn::WorkingSecs(-7_200), Warn::BusinessDays(-1)];
    let delay = Delay {
        promise: PromiseKind::FirstAnswer,
        rule: Rule::BusinessTimeV1 { secs: 3_600 },
        warnings: thresholds.into(),
    };
    let entry = CatalogueEntry {
        product: "eau-potable".parse().unwrap(),
        precision: None,
        promised: vec![
            Promised { commitment: commitment.clone(), delay },
            Delay::resolved_within(5).into(),
        ],
        reopen_within_days: None,
    };
    let term = Term {
        kind: PromiseKind::FirstAnswer,
        commitment,
        rule: Rule::BusinessTimeV1 { secs: 3_600 },
        warnings: thresholds
            .into_iter()
            .zip(5..)
            .map(|(warn, it)| Warning { warn, at: at(it) })
            .collect(),
        due_at: at(9),
    };
    let warned = PromiseRef {
        kind: PromiseKind::FirstAnswer,
        cycle: 1,
        due_at: at(9),
        noticed_at: at(10),
        based_on: 79,
        revision: 0,
        threshold: Some(Warn::Percent(50)),
    };
    let opened = Opened { entry: Some(entry), terms: vec![term], ..opened() };
    [Kind::Opened(Box::new(opened)), Kind::PromiseWarned(warned)]
}

fn calendar_kinds() -> [Kind; 4] {
    let week = ["08:00-12:00, 13:00-17:00", "22:00-06:00", "", "", "", "", ""];
    let week = week.map(|it| it.parse::<Hours>().unwrap());
    let date = |text: &str| text.parse::<NaiveDate>().unwrap();
    let name =
        Bilingual { french: "Noël".parse().unwrap(), english: "Christmas".parse().unwrap() };
    let draft = CalendarDraft {
        holidays: vec![Holiday { date: date("2026-12-25"), name: Some(name) }],
        exceptions: vec![ExceptionalHours {
            date: date("2026-12-26"),
            hours: "09:00-12:00".parse().unwrap(),
            name: None,
        }],
        // What is left of a Tuesday's night begins on Wednesday.
        closings: vec![Closing {
            date: date("2026-12-29"),
            hours: "22:00-02:00".parse().unwrap(),
            name: None,
        }],
        known_until: Some(date("2027-12-31")),
        ..CalendarDraft::new(chrono_tz::America::Toronto, week)
    };
    let first =
        CalendarPublished { version: 1, holds_from: None, calendar: draft.build().unwrap() };
    let next = CalendarPublished {
        version: 2,
        holds_from: Some(date("2026-06-01")),
        calendar: CalendarDraft::new(chrono_tz::America::Toronto, week).build().unwrap(),
    };
    let revised = Revision { cycle: 2, terms: terms(), cause: RevisionCause::Calendar(2) };
    [
        Kind::CalendarPublished(Box::new(first)),
        Kind::CalendarPublished(Box::new(next)),
        Kind::PromisesRevised(Box::new(revised.clone())),
        Kind::PromisesRevised(Box::new(Revision { cause: RevisionCause::Regime, ..revised })),
    ]
}

fn quarantine_kinds() -> [Kind; 1] {
    let why = "illisible, ressaisi".parse().unwrap();
    [Kind::QuarantineReleased(Box::new(QuarantineReleased { sequence: 417, why }))]
}

fn level_kinds() -> [Kind; 2] {
    let channels = vec![Channel::Telephone, Channel::InPerson];
    let hang_ups = HangUps::ShortExcluded { secs: 5 };
    let breached = LevelFact {
        code: "telephone".parse().unwrap(),
        name: Bilingual {
            french: "Téléphone".parse().unwrap(),
            english: "Telephone".parse().unwrap(),
        },
        definition: Definition {
            measure: Measure::Contacts { channels, within_secs: 120, hang_ups },
            percent: 80,
        },
        window: Period::Week.of("2026-03-04".parse().unwrap()),
        share: Share { within: 7, of: 9 },
        figure_revision: 0,
        revision: 0,
        noticed_at: at(12),
        based_on: 79,
    };
    let promise = PromiseKind::FirstAnswer;
    let restored = LevelFact {
        definition: Definition { measure: Measure::Requests { promise }, percent: 100 },
        window: Period::Month.of("2026-03-01".parse().unwrap()),
        figure_revision: 3,
        revision: 1,
        ..breached.clone()
    };
    [
        Kind::Level(LevelFactKind::Breached, Box::new(breached)),
        Kind::Level(LevelFactKind::Restored, Box::new(restored)),
    ]
}

fn event(kind: Kind) -> Event {
    let uuid = Uuid::from_u128(2);
    Event {
        id: EventId::new(Uuid::from_u128(1)).unwrap(),
        about: kind.about(uuid).unwrap(),
        meta: Meta {
            occurred_at: at(1),
            approximate: true,
            origin: Origin::Imported,
            actor: Some("agent:417".parse().unwrap()),
            channel: Channel::Telephone,
            causation: Some(Uuid::from_u128(5)),
            correlation: None,
            catalogue_version: 3,
            source_status: Some("Prise en charge".parse().unwrap()),
        },
        personal: Personal(PersonalData {
            text: Some("Deux\nlignes".parse().unwrap()),
            email: Some("a@b.example".parse().unwrap()),
            ..PersonalData::default()
        }),
        kind,
    }
}

#[test]
fn every_kind_is_read_back_as_written() {
    for kind in kinds() {
        let event = event(kind);
        assert_eq!(decode(&encode(&event)), Ok(event));
    }
}

/// The bytes of every event ever released must decode forever: a line is added for each new
/// shape, none is ever changed.
#[test]
fn every_released_version_decodes() {
    let fixture = include_str!("../../tests/events_v1.hex");
    let bytes = |line: &str| -> Vec<u8> {
        let pair = |at| u8::from_str_radix(&line[at..at + 2], 16).unwrap();
        (0..line.len()).step_by(2).map(pair).collect()
    };
    let decoded: Vec<Event> = fixture.lines().map(|line| decode(&bytes(line)).unwrap()).collect();
    assert_eq!(decoded, kinds().into_iter().map(event).collect::<Vec<_>>());
}

#[test]
fn an_event_of_a_later_version_says_so() {
    let later = prost::Message::encode_to_vec(&crate::pb::event::v1::Event::default());
    assert_eq!(decode(&later), Err(Error::UnknownKind));
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = decode(&bytes);
    }

    #[test]
    fn no_damage_panics(kind in prop::sample::select(kinds()), at in any::<prop::sample::Index>(), byte: u8) {
        let mut bytes = encode(&event(kind)).to_vec();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let _ = decode(&bytes);
    }
}
