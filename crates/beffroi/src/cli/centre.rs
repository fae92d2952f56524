//! Arguments of the commands about the centre: its regime and its hours.

use super::parse::{instant, word};
use beffroi_wire::pb::centre::v1::WeeklyHours;
use beffroi_wire::pb::event::v1::RegimeKind;
use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};
use uuid::Uuid;

/// Arguments of `centre`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  beffroi centre show
  beffroi centre declare --kind civil-security --until 2026-04-20T12:00:00-04:00 \\
    --hours 'mon-sun 00:00-24:00' --product inondation \\
    --notice-fr 'Inondation : le 311 répond jour et nuit.' \\
    --notice-en 'Flood: 311 answers day and night.'
  beffroi centre extend --until 2026-04-25T12:00:00-04:00
  beffroi centre lift
  beffroi centre screen 'ça sent le gaz'")]
pub(crate) struct CentreArgs {
    /// What to do.
    #[command(subcommand)]
    pub action: CentreAction,
}

/// What can be asked of the centre.
#[derive(Debug, Subcommand)]
pub(crate) enum CentreAction {
    /// Show the regime that holds, the opening hours, whether the centre is open and until when.
    Show {
        /// At another instant than now, as far as the regimes are known.
        #[arg(long, value_name = "TIME", value_parser = instant)]
        at: Option<DateTime<Utc>>,
    },
    /// Declare an exceptional regime.
    Declare(Box<DeclareArgs>),
    /// Let the regime that stands end later.
    Extend {
        /// When it is planned to end now.
        #[arg(long, value_name = "TIME", value_parser = instant)]
        until: DateTime<Utc>,
        /// Its opening hours from now on [default: as before].
        #[arg(long, value_name = "HOURS", value_parser = weekly_hours)]
        hours: Option<WeeklyHours>,
        /// Who, and under which id.
        #[command(flatten)]
        change: ChangeId,
    },
    /// End the regime that stands; one that is still to come never begins.
    Lift {
        /// Who, and under which id.
        #[command(flatten)]
        change: ChangeId,
    },
    /// List the exceptional regimes so far, newest first.
    History {
        /// How many at most.
        #[arg(long, value_name = "N", default_value_t = 20)]
        #[arg(value_parser = clap::value_parser!(u32).range(1..=1000))]
        limit: u32,
    },
    /// Tell what a text suggests: whether it may belong to 9-1-1. Nothing is recorded.
    Screen {
        /// The text, in French or English.
        text: String,
    },
}

/// Arguments of `centre declare`.
#[derive(Args, Debug)]
pub(crate) struct DeclareArgs {
    /// Which regime.
    #[arg(long, value_parser = word::<RegimeKind>())]
    pub kind: RegimeKind,
    /// When it begins [default: now].
    #[arg(long, value_name = "TIME", value_parser = instant)]
    pub from: Option<DateTime<Utc>>,
    /// When it is planned to end.
    #[arg(long, value_name = "TIME", value_parser = instant)]
    pub until: DateTime<Utc>,
    /// Its opening hours, such as 'mon-fri 08:00-22:00, sat 10:00-12:00, 13:00-16:00', on holidays
    /// too; days that are not named are closed; 22:00-06:00 runs past midnight [default: the
    /// calendar's].
    #[arg(long, value_name = "HOURS", value_parser = weekly_hours)]
    pub hours: Option<WeeklyHours>,
    /// A product that its hours serve, by code; may be given several times [default: all].
    #[arg(long = "product", value_name = "CODE")]
    pub products: Vec<String>,
    /// What the public is told, in French.
    #[arg(long, value_name = "TEXT")]
    pub notice_fr: String,
    /// What the public is told, in English.
    #[arg(long, value_name = "TEXT")]
    pub notice_en: String,
    /// Who, and under which id.
    #[command(flatten)]
    pub change: ChangeId,
}

/// Who changes the regime, and under which id.
#[derive(Args, Debug)]
pub(crate) struct ChangeId {
    /// Who does it, such as agent:417. Never a person's name.
    #[arg(long)]
    pub actor: Option<String>,
    /// The id of the change; sending it again changes nothing [default: a new UUID].
    #[arg(long, value_name = "UUID")]
    pub id: Option<Uuid>,
}

/// The days of a week, in English and in French.
const DAYS: [[&str; 2]; 7] = [
    ["mon", "lun"],
    ["tue", "mar"],
    ["wed", "mer"],
    ["thu", "jeu"],
    ["fri", "ven"],
    ["sat", "sam"],
    ["sun", "dim"],
];

/// Reads `mon-fri 08:00-22:00, sat 10:00-12:00, 13:00-16:00`: what begins with no day goes on with the
/// days before it.
fn weekly_hours(text: &str) -> Result<WeeklyHours, String> {
    let mut hours = WeeklyHours::default();
    let mut named: Option<(usize, usize)> = None;
    for part in text.split(',').map(str::trim) {
        let (days, window) = match part.split_once(char::is_whitespace) {
            Some((days, window)) if days.starts_with(char::is_alphabetic) => (Some(days), window),
            Some(_) | None => (None, part),
        };
        if let Some(days) = days {
            named = Some(range_of(days, &mut hours)?);
        }
        let is_window = window.trim_start().starts_with(|it: char| it.is_ascii_digit());
        let (first, last) = named
            .filter(|_| is_window)
            .ok_or_else(|| format!("`{part}` is not of the form 'mon-fri 08:00-22:00'"))?;
        for at in first..=last {
            let day = day_of(&mut hours, at);
            if !day.is_empty() {
                day.push_str(", ");
            }
            day.push_str(window.trim());
        }
    }
    Ok(hours)
}

/// The days of `mon-fri`, none of which has hours yet.
fn range_of(days: &str, hours: &mut WeeklyHours) -> Result<(usize, usize), String> {
    let (first, last) = days.split_once('-').unwrap_or((days, days));
    let (first, last) = (day(first)?, day(last)?);
    if last < first {
        return Err(format!("`{days}` does not follow the week from mon to sun"));
    }
    if (first..=last).any(|at| !day_of(hours, at).is_empty()) {
        return Err(format!("`{days}` names a day that has hours already"));
    }
    Ok((first, last))
}

fn day(name: &str) -> Result<usize, String> {
    let name = name.trim().to_lowercase();
    let found = DAYS.iter().position(|names| names.contains(&name.as_str()));
    found.ok_or_else(|| format!("`{name}` is no day: mon, tue, wed, thu, fri, sat or sun"))
}

fn day_of(hours: &mut WeeklyHours, at: usize) -> &mut String {
    match at {
        0 => &mut hours.monday,
        1 => &mut hours.tuesday,
        2 => &mut hours.wednesday,
        3 => &mut hours.thursday,
        4 => &mut hours.friday,
        5 => &mut hours.saturday,
        _ => &mut hours.sunday,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_name_days_and_ranges_of_days() {
        let hours = weekly_hours("mon-fri 08:00-22:00, sam 10:00-16:00").expect("valid");
        assert_eq!((hours.monday.as_str(), hours.friday.as_str()), ("08:00-22:00", "08:00-22:00"));
        assert_eq!((hours.saturday.as_str(), hours.sunday.as_str()), ("10:00-16:00", ""));
        let hours =
            weekly_hours("mon-tue 08:00-12:00, 13:00-17:00, sun 22:00-06:00").expect("valid");
        assert_eq!(hours.tuesday, "08:00-12:00, 13:00-17:00");
        assert_eq!(hours.sunday, "22:00-06:00");
        for text in
            ["", "08:00-22:00", "noday 08:00-22:00", "fri-mon 8-9", "mon 8-9, mon-tue 8-9", "mon"]
        {
            assert!(weekly_hours(text).is_err(), "{text}");
        }
    }
}
