//! From the tables of commitments to a draft.

use super::defect::FileFlaw;
use super::document::{Document, Entry};
use super::draft::{NATURES, Table, URGENCIES};
use crate::city::delay::{FORMS, Form, RULES, minute_of_day};
use beffroi_domain::catalogue::{CommitmentDraft, Part};
use beffroi_domain::{Channel, CutOff, Days, PromiseKind, Rule, Warn};

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
    "cut_off",
    "warn_at_percent",
    "warn_hours_before",
    "warn_business_days_before",
];

const CUT_OFF_KEYS: &[&str] = &["at", "restart", "waits_for_restart", "day_off_restarts"];

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
    let form = it.word("rule", (&RULES, &FORMS));
    let days = it.count("days");
    let (hours, minutes) = (it.count("hours"), it.count("minutes"));
    let cut_off = cut_off(it);
    let timed = hours.is_some() || minutes.is_some();
    if form.is_none() && it.has("rule") {
        return None;
    }
    if form.is_none() && short.is_none() && days.is_none() && !timed && cut_off.is_none() {
        // That a delay is missing is found with the catalogue.
        return None;
    }
    let secs = u64::from(hours.unwrap_or(0)) * 3600 + u64::from(minutes.unwrap_or(0)) * 60;
    let both = |days: u32| Some(Days { days, extra_secs: u32::try_from(secs).ok()? });
    let rule = match (form, short, days, cut_off) {
        (None, Some(days), None, None) if !timed => Some(Rule::BusinessDaysEodV1(days)),
        (Some(Form::Days(rule)), None, Some(days), None) if !timed => Some(rule(days)),
        (Some(Form::DaysAndTime(rule)), None, Some(days), None) => both(days).map(rule),
        (Some(Form::CutOff), None, Some(days), Some(cut_off)) => {
            both(days).map(|days| Rule::BusinessDaysCutOffV1(days, cut_off))
        }
        (Some(Form::Time(rule)), None, None, None) if timed => Some(rule(secs)),
        (None | Some(_), ..) => None,
    };
    if rule.is_none() {
        it.flawed("rule", FileFlaw::RuleUnclear);
    }
    rule
}

fn cut_off(it: &mut Entry<'_, '_>) -> Option<CutOff> {
    let (part, (table, span)) = (it.part(), it.table("cut_off")?);
    let mut it = it.document.entry((part, table), span, CUT_OFF_KEYS);
    let (at, restart) = (it.text("at"), it.text("restart"));
    let waits_for_restart = it.boolean("waits_for_restart").unwrap_or(false);
    let day_off_restarts = it.boolean("day_off_restarts").unwrap_or(false);
    let cut_off = minute_of_day(&at).zip(minute_of_day(&restart));
    if cut_off.is_none() {
        it.flawed("at", FileFlaw::RuleUnclear);
    }
    let (at_minute, restart_minute) = cut_off?;
    Some(CutOff { at_minute, restart_minute, waits_for_restart, day_off_restarts })
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
