//! From the tables of commitments to a draft.

use super::defect::FileFlaw;
use super::document::{Document, Entry};
use super::draft::{NATURES, Table, URGENCIES};
use beffroi_domain::catalogue::{CommitmentDraft, Part};
use beffroi_domain::{Channel, Days, PromiseKind, Rule, Warn};

const KEYS: &[&str] = &[
    "code",
    "name",
    "promise",
    "product",
    "precision",
    "channel",
    "nature",
    "urgency",
    "business_days",
    "rule",
    "days",
    "hours",
    "minutes",
    "warn_at_percent",
    "warn_hours_before",
    "warn_business_days_before",
];

const PROMISES: (&[&str], &[PromiseKind]) =
    (&["resolution", "first_answer"], &[PromiseKind::Resolution, PromiseKind::FirstAnswer]);
const CHANNELS: (&[&str], &[Channel]) = (
    &[
        "telephone",
        "app",
        "email",
        "web_form",
        "in_person",
        "mail",
        "social_media",
        "employee",
        "system",
        "other",
    ],
    &[
        Channel::Telephone,
        Channel::App,
        Channel::Email,
        Channel::WebForm,
        Channel::InPerson,
        Channel::Mail,
        Channel::SocialMedia,
        Channel::Employee,
        Channel::System,
        Channel::Other,
    ],
);

/// What a rule counts.
#[derive(Clone, Copy)]
enum Counts {
    /// Whole days.
    Whole(fn(u32) -> Rule),
    /// Days, and time after them.
    Days(fn(Days) -> Rule),
    /// Time.
    Time(fn(u64) -> Rule),
}

const RULES: (&[&str], &[Counts]) = (
    &[
        "business_days_eod_v1",
        "business_days_landing_v1",
        "business_days_same_time_v1",
        "business_days_midnight_v1",
        "business_days_opening_v1",
        "business_days_then_opening_v1",
        "business_days_within_v1",
        "business_days_closing_v1",
        "business_time_v1",
        "business_time_opening_v1",
        "calendar_days_v1",
        "calendar_time_v1",
    ],
    &[
        Counts::Whole(Rule::BusinessDaysEodV1),
        Counts::Whole(Rule::BusinessDaysLandingV1),
        Counts::Days(Rule::BusinessDaysSameTimeV1),
        Counts::Days(Rule::BusinessDaysMidnightV1),
        Counts::Days(Rule::BusinessDaysOpeningV1),
        Counts::Days(Rule::BusinessDaysThenOpeningV1),
        Counts::Days(Rule::BusinessDaysWithinV1),
        Counts::Days(Rule::BusinessDaysClosingV1),
        Counts::Time(|secs| Rule::BusinessTimeV1 { secs }),
        Counts::Time(|secs| Rule::BusinessTimeOpeningV1 { secs }),
        Counts::Whole(Rule::CalendarDaysV1),
        Counts::Time(|secs| Rule::CalendarTimeV1 { secs }),
    ],
);

pub(super) fn read(
    part: Part,
    (table, span): Table<'_>,
    document: &mut Document<'_>,
) -> CommitmentDraft {
    let mut it = document.entry((part, table), span, KEYS);
    CommitmentDraft {
        code: it.text("code"),
        name: it.words("name"),
        promise: it.word("promise", PROMISES).unwrap_or_default(),
        rule: rule(&mut it),
        warnings: warnings(&mut it),
        product: it.text("product"),
        precision: it.text("precision"),
        channel: it.word("channel", CHANNELS),
        nature: it.word("nature", NATURES),
        urgency: it.word("urgency", URGENCIES),
    }
}

/// `business_days = 2`, or a rule with what it counts.
fn rule(it: &mut Entry<'_, '_>) -> Option<Rule> {
    let short = it.count("business_days");
    let named = it.word("rule", RULES);
    let days = it.count("days");
    let (hours, minutes) = (it.count("hours"), it.count("minutes"));
    let time = hours.is_some() || minutes.is_some();
    let secs = u64::from(hours.unwrap_or(0)) * 3600 + u64::from(minutes.unwrap_or(0)) * 60;
    let (counts, days) = match (named, short, days) {
        (None, Some(days), None) => (Counts::Whole(Rule::BusinessDaysEodV1), Some(days)),
        (Some(counts), None, days) => (counts, days),
        // Of none, nothing is said here: that it is missing is found with the catalogue.
        (None, None, None) if !time => return None,
        (None, ..) | (Some(_), Some(_), _) => {
            it.flawed("rule", FileFlaw::RuleUnclear);
            return None;
        }
    };
    let rule = match (counts, days) {
        (Counts::Whole(rule), Some(days)) if !time => Some(rule(days)),
        (Counts::Days(rule), Some(days)) => {
            u32::try_from(secs).ok().map(|extra_secs| rule(Days { days, extra_secs }))
        }
        (Counts::Time(rule), None) if time => Some(rule(secs)),
        (Counts::Whole(_) | Counts::Days(_) | Counts::Time(_), _) => None,
    };
    if rule.is_none() {
        it.flawed("rule", FileFlaw::RuleUnclear);
    }
    rule
}

/// After four fifths of the delay where nothing is said.
fn warnings(it: &mut Entry<'_, '_>) -> Vec<Warn> {
    let percents = it.counts("warn_at_percent");
    let hours = it.counts("warn_hours_before");
    let days = it.counts("warn_business_days_before");
    if percents.is_none() && hours.is_none() && days.is_none() {
        return vec![Warn::DEFAULT];
    }
    let percents = percents.into_iter().flatten().map(Warn::Percent);
    let hours = hours.into_iter().flatten().map(|it| Warn::WorkingSecs(-i64::from(it) * 3600));
    let days = days.into_iter().flatten().map(|it| {
        // More than fits is out of range all the same.
        Warn::BusinessDays(i32::try_from(it).map_or(0, |it| -it))
    });
    percents.chain(hours).chain(days).collect()
}
