//! `calendar`: the days of a city, as its file and as its server have them.

use std::path::Path;

use beffroi_domain::{Calendar, Cause, HolidayRule, propose_holidays};
use beffroi_server::{InvalidCity, default_holiday_rules, read_holiday_rules};
use beffroi_wire::calendar::to_pb;
use beffroi_wire::pb::centre::v1::{GetCalendarRequest, PublishCalendarRequest};
use chrono::{Datelike as _, NaiveDate};

use super::id_or_new;
use crate::cli::{CalendarAction, CalendarArgs, HolidaysArgs, PublishArgs, ShowArgs};
use crate::client;
use crate::failure::{Exit, Failure};
use crate::output::{Console, print};
use crate::render;
use crate::serve;
use crate::view::{CalendarAnswer, CalendarVersionView, HolidayView, HolidaysAnswer};
use crate::words::error::Said;

/// Runs the command.
pub(crate) async fn run(args: CalendarArgs, url: &str, console: Console) -> Result<Exit, Failure> {
    match args.action {
        CalendarAction::Holidays(args) => holidays(&args, console),
        CalendarAction::Publish(args) => publish(args, url, console).await,
        CalendarAction::Show(args) => show(&args, url, console).await,
    }
}

async fn publish(args: PublishArgs, url: &str, console: Console) -> Result<Exit, Failure> {
    let id = id_or_new(args.id);
    let city = serve::city(Some(&args.file)).map_err(Failure::Usage)?;
    let mut client = client::connect(url, console.lang).await?;
    let call = PublishCalendarRequest {
        publication_id: id.to_string(),
        calendar: Some(to_pb(&city.calendar)),
        holds_from: args.from.map(|it| it.to_string()).unwrap_or_default(),
        actor: args.actor.unwrap_or_default(),
    };
    let answer = client.centre.publish_calendar(call).await;
    let answer = answer.map_err(|status| Failure::of_write(status, id))?.into_inner();
    let version = answer.version.unwrap_or_default();
    let view = CalendarVersionView::from(version.clone());
    console.answer(&view, |reader| render::calendar_versions(&[version], reader))?;
    Ok(Exit::Done)
}

async fn show(args: &ShowArgs, url: &str, console: Console) -> Result<Exit, Failure> {
    let mut client = client::connect(url, console.lang).await?;
    let version = args.version.unwrap_or_default();
    let call = GetCalendarRequest { version, min_position: None };
    let answer = client.centre.get_calendar(call).await?.into_inner();
    let view = CalendarAnswer::from(answer.clone());
    let today = chrono::Utc::now().date_naive();
    let shown = |date: NaiveDate| args.year.map_or(today <= date, |year| date.year() == year);
    console.answer(&view, |reader| render::calendar(&view, (&answer.versions, &shown), reader))?;
    Ok(Exit::Done)
}

fn holidays(args: &HolidaysArgs, console: Console) -> Result<Exit, Failure> {
    let calendar = serve::city(args.city.as_deref())?.calendar;
    let rules = rules(args.city.as_deref()).map_err(anyhow::Error::new)?;
    if rules.is_empty() {
        let path = args.city.as_deref().unwrap_or(Path::new("")).display();
        let fr = format!(
            "le fichier de la ville `{path}` n'a pas de règles : ajoutez des `[[holiday_rule]]`"
        );
        let en = format!("the city's file `{path}` has no rules: add some `[[holiday_rule]]`");
        return Err(Failure::Other(Said::new(fr, en).into()));
    }
    let holidays = of_year(&calendar, &rules, args.year);
    let view = HolidaysAnswer { year: args.year, holidays };
    if args.toml {
        print(&render::holiday_lines(&view))?;
    } else {
        console.answer(&view, |reader| render::holidays(&view, reader))?;
    }
    Ok(Exit::Done)
}

fn rules(city: Option<&Path>) -> Result<Vec<HolidayRule>, InvalidCity> {
    city.map_or_else(default_holiday_rules, read_holiday_rules)
}

/// What the rules propose, and what the calendar has besides.
fn of_year(calendar: &Calendar, rules: &[HolidayRule], year: i32) -> Vec<HolidayView> {
    let holiday = |date: NaiveDate| match calendar.cause_of(date) {
        Some(Cause::Holiday(name)) => Some(name.clone()),
        Some(Cause::Exception(_) | Cause::Closing(_) | Cause::Regime) | None => None,
    };
    let proposed = propose_holidays(rules, year);
    let is_proposed = |date: &NaiveDate| proposed.iter().any(|it| it.date == *date);
    let first = NaiveDate::from_ymd_opt(year, 1, 1).into_iter();
    let dates = first.flat_map(|it| it.iter_days()).take_while(|it| it.year() == year);
    let others = dates.filter(|it| !is_proposed(it)).filter_map(|date| {
        let name = holiday(date)?;
        Some(HolidayView::new(date, name.as_ref(), None, (false, true)))
    });
    let mut all: Vec<HolidayView> = (proposed.iter())
        .map(|it| {
            let places = (true, holiday(it.date).is_some());
            HolidayView::new(it.date, it.name.as_ref(), it.moved_from, places)
        })
        .chain(others)
        .collect();
    all.sort_by_key(|it| it.date);
    all
}
