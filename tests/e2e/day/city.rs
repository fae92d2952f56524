//! The city of the day: its calendar, its products, and what it promises for each.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use beffroi_domain::catalogue::Catalogue;
use beffroi_domain::{City, Warn};
use beffroi_server::{read_catalogue, read_city};

/// How a delay is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    /// By the closing of the n-th business day.
    BusinessDays(usize),
    /// So many minutes of working time.
    Worked(i64),
    /// So many days later at the same time of day.
    CalendarDays(i64),
    /// So many minutes later.
    Time(i64),
}

/// What is promised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Delay {
    pub by: By,
    pub warnings: &'static [Warn],
}

/// A product, and what is promised for it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Product {
    pub code: &'static str,
    pub resolution: Option<Delay>,
    pub first_answer: Option<Delay>,
    /// How long before the day such requests may have come, so that they fall due on it.
    pub came_hours_before: i64,
}

const HALF: Warn = Warn::Percent(50);
const ONE_HOUR_BEFORE: Warn = Warn::WorkingSecs(-3600);
const TWO_HOURS_BEFORE: Warn = Warn::WorkingSecs(-7200);

/// The first answer to whatever comes by e-mail, unless its product promises another.
pub(crate) static TO_EMAIL: Delay =
    Delay { by: By::BusinessDays(1), warnings: &[Warn::Percent(90)] };

pub(crate) static PRODUCTS: [Product; 7] = [
    Product {
        code: "arbre",
        resolution: Some(Delay {
            by: By::BusinessDays(2),
            warnings: &[Warn::Percent(80), ONE_HOUR_BEFORE, TWO_HOURS_BEFORE],
        }),
        first_answer: None,
        came_hours_before: 120,
    },
    Product {
        code: "conduite",
        resolution: Some(Delay {
            by: By::Worked(390),
            warnings: &[HALF, Warn::Percent(80), Warn::Percent(99)],
        }),
        first_answer: Some(Delay { by: By::Worked(45), warnings: &[HALF] }),
        came_hours_before: 40,
    },
    Product {
        code: "feu",
        resolution: Some(Delay { by: By::Worked(90), warnings: &[Warn::DEFAULT] }),
        first_answer: None,
        came_hours_before: 10,
    },
    Product {
        code: "lampadaire",
        resolution: Some(Delay {
            by: By::Time(30 * 60),
            warnings: &[Warn::Percent(75), ONE_HOUR_BEFORE],
        }),
        first_answer: Some(Delay { by: By::Time(8 * 60), warnings: &[] }),
        came_hours_before: 30,
    },
    Product {
        code: "neige",
        resolution: Some(Delay { by: By::CalendarDays(2), warnings: &[Warn::Percent(60)] }),
        first_answer: None,
        came_hours_before: 48,
    },
    Product {
        code: "ordures",
        resolution: Some(Delay { by: By::BusinessDays(1), warnings: &[] }),
        first_answer: None,
        came_hours_before: 24,
    },
    // Only an answer is promised, and late: it comes and goes as requests are reclassified.
    Product {
        code: "question",
        resolution: None,
        first_answer: Some(Delay { by: By::Worked(600), warnings: &[TWO_HOURS_BEFORE] }),
        came_hours_before: 60,
    },
];

/// The programme in which requests are planned.
pub(crate) const PROGRAMME: &str = "refection";

const CITY: &str = r#"
name = "Ville"
time_zone = "America/Toronto"
known_until = 2028-12-31
holidays = [2026-03-09]

[hours]
monday = ["08:00-12:00", "13:00-19:00"]
tuesday = ["08:00-12:00", "13:00-19:00"]
wednesday = ["08:00-12:00", "13:00-19:00"]
thursday = ["08:00-12:00", "13:00-19:00"]
friday = ["08:00-12:00", "13:00-19:00"]
saturday = "09:00-13:00"

[[exception]]
date = 2026-03-11
hours = "10:00-16:00"

[[closing]]
date = 2026-03-12
hours = "15:00-15:30"
"#;

/// The city, read from its file as an operator writes it.
pub(crate) fn city(folder: &Path) -> City {
    let file = folder.join("city.toml");
    fs::write(&file, CITY).unwrap();
    read_city(&file).unwrap()
}

/// Its catalogue, read from the files as a city writes them.
pub(crate) fn catalogue(folder: &Path) -> Catalogue {
    let mut text = format!(
        r#"
        name = {{ fr = "Ville", en = "City" }}
        [[unit]]
        code = "unite"
        name = {{ fr = "Unité", en = "Unit" }}
        [[programme]]
        code = "{PROGRAMME}"
        name = {{ fr = "Réfection", en = "Rebuilding" }}
        notice = {{ fr = "Cela prendra du temps.", en = "It takes time." }}
        "#
    );
    for product in &PRODUCTS {
        let code = product.code;
        write!(
            text,
            r#"
            [[product]]
            code = "{code}"
            name = {{ fr = "{code}", en = "{code}" }}
            unit = "unite"
            nature = "service"
            "#
        )
        .unwrap();
        let promises =
            [("resolution", &product.resolution), ("first_answer", &product.first_answer)];
        for (promise, delay) in promises {
            if let Some(delay) = delay {
                text += &commitment(promise, &format!("product = \"{code}\""), code, delay);
            }
        }
    }
    text += &commitment("first_answer", "channel = \"email\"", "courriel", &TO_EMAIL);
    let folder = folder.join("catalogue");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("catalogue.toml"), text).unwrap();
    read_catalogue(&folder).unwrap()
}

fn commitment(promise: &str, which: &str, name: &str, delay: &Delay) -> String {
    let by = match delay.by {
        By::BusinessDays(days) => format!("business_days = {days}"),
        By::Worked(minutes) => format!("rule = \"business_time_v1\"\nminutes = {minutes}"),
        By::CalendarDays(days) => format!("rule = \"calendar_days_v1\"\ndays = {days}"),
        By::Time(minutes) => format!("rule = \"calendar_time_v1\"\nminutes = {minutes}"),
    };
    let (mut percents, mut hours) = (Vec::new(), Vec::new());
    for warn in delay.warnings {
        match warn {
            Warn::Percent(percent) => percents.push(i64::from(*percent)),
            Warn::WorkingSecs(secs) => hours.push(-secs / 3600),
            Warn::BusinessDays(_) => panic!("no promise warns by days here"),
        }
    }
    let code = format!("{name}-{}", promise.replace('_', "-"));
    format!(
        r#"
        [[commitment]]
        code = "{code}"
        name = {{ fr = "{code}", en = "{code}" }}
        promise = "{promise}"
        {which}
        {by}
        warn_at_percent = {percents:?}
        warn_hours_before = {hours:?}
        "#
    )
}
