//! Arguments of the commands that tell Beffroi something.

use beffroi_wire::pb::event::v1::{Author, Channel, ContactOutcome, Emergency, HoldReason, Nature};
use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};
use uuid::Uuid;

use super::AnswersArgs;
use super::parse::{instant, word};
use crate::words::Lang;

/// Arguments of `open`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  beffroi open --product 'Eau potable' --precision 'Goût et odeur' --borough Limoilou
  beffroi open --product 'Nid-de-poule' --exchange --waited-secs 35 --handled-secs 240
  beffroi open --product 'Nid-de-poule' --nature rapid-intervention --channel app \\
      --latitude 46.8139 --longitude=-71.2080 --id 0192f0c1-2f5e-7c3a-9d41-5f0f6a9be001")]
pub(crate) struct OpenArgs {
    /// What it is about: a product of the catalogue by code or name, any words where none is
    /// published.
    #[arg(long)]
    pub product: String,
    /// The precision within the product.
    #[arg(long)]
    pub precision: Option<String>,
    /// What is wanted [default: what the catalogue says, else service].
    #[arg(long, value_parser = word::<Nature>())]
    pub nature: Option<Nature>,
    /// What the caller said when asked whether it is an emergency.
    #[arg(long, value_parser = word::<Emergency>())]
    pub emergency: Option<Emergency>,
    /// Answers to the product's questions.
    #[command(flatten)]
    pub answers: AnswersArgs,
    /// The channel could not ask, as with a letter: required answers may be missing.
    #[arg(long)]
    pub unasked: bool,
    /// How it came.
    #[arg(long, value_parser = word::<Channel>(), default_value = "telephone")]
    pub channel: Channel,
    /// Who asks: a pseudonymous UUID [default: whoever is found by telephone, e-mail or account,
    /// else anonymous].
    #[arg(long, value_name = "UUID")]
    pub citizen: Option<Uuid>,
    /// The asker's language, when it is known.
    #[arg(long, value_enum, value_name = "LANG")]
    pub language: Option<Lang>,
    /// In the asker's words.
    #[arg(long)]
    pub description: Option<String>,
    /// How to reach the asker.
    #[command(flatten)]
    pub details: Details,
    /// The place it is about.
    #[command(flatten)]
    pub place: PlaceArgs,
    /// The exchange in which it is opened.
    #[command(flatten)]
    pub exchange: ExchangeArgs,
    /// When, by whom, under which id.
    #[command(flatten)]
    pub common: Common,
}

/// Contact details, kept sealed.
#[derive(Args, Debug)]
pub(crate) struct Details {
    /// The asker's name (kept sealed).
    #[arg(long)]
    pub name: Option<String>,
    /// The asker's telephone number (kept sealed).
    #[arg(long)]
    pub telephone: Option<String>,
    /// The asker's e-mail address (kept sealed).
    #[arg(long)]
    pub email: Option<String>,
    /// The asker's account of the app (kept sealed).
    #[arg(long, value_name = "ACCOUNT")]
    pub app_account: Option<String>,
    /// Make a citizen who is found by these, when nobody is yet.
    #[arg(long)]
    pub register_citizen: bool,
    /// The address it is about (kept sealed).
    #[arg(long)]
    pub address: Option<String>,
}

/// A place.
#[derive(Args, Debug)]
pub(crate) struct PlaceArgs {
    /// The borough or neighbourhood.
    #[arg(long)]
    pub borough: Option<String>,
    /// Degrees north, WGS 84.
    #[arg(long, value_name = "DEGREES", allow_negative_numbers = true, requires = "longitude")]
    pub latitude: Option<f64>,
    /// Degrees east, WGS 84.
    #[arg(long, value_name = "DEGREES", allow_negative_numbers = true, requires = "latitude")]
    pub longitude: Option<f64>,
}

/// The exchange in which a request is opened or followed up.
#[derive(Args, Debug)]
pub(crate) struct ExchangeArgs {
    /// Record the exchange as well, as a contact.
    #[arg(long)]
    pub exchange: bool,
    /// Seconds waited before the answer.
    #[arg(long, value_name = "N", requires = "exchange")]
    pub waited_secs: Option<u32>,
    /// Seconds of the exchange itself.
    #[arg(long, value_name = "N", requires = "exchange")]
    pub handled_secs: Option<u32>,
}

/// When, by whom, and under which id.
#[derive(Args, Debug)]
pub(crate) struct Common {
    /// When it happened [default: now].
    #[arg(long, value_name = "TIME", value_parser = instant)]
    pub occurred_at: Option<DateTime<Utc>>,
    /// Who enters it, such as agent:417. Never a person's name.
    #[arg(long)]
    pub actor: Option<String>,
    /// Its id; sending it again under the same id changes nothing [default: a new UUID].
    #[arg(long, value_name = "UUID")]
    pub id: Option<Uuid>,
}

/// Arguments of `contact`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  beffroi contact --outcome informed --product 'Collecte des matières' --waited-secs 35
  beffroi contact --outcome transferred-to-911 --emergency road-accident
  beffroi contact --outcome request-opened --request 26-0012345-7")]
pub(crate) struct ContactArgs {
    /// What it came to.
    #[arg(long, value_parser = word::<ContactOutcome>())]
    pub outcome: ContactOutcome,
    /// How.
    #[arg(long, value_parser = word::<Channel>(), default_value = "telephone")]
    pub channel: Channel,
    /// What was wanted.
    #[arg(long, value_parser = word::<Nature>(), default_value = "information")]
    pub nature: Nature,
    /// The request that was opened or followed up.
    #[arg(long, value_name = "NUMBER|UUID")]
    pub request: Option<String>,
    /// Who called: a pseudonymous UUID [default: whoever is found by telephone, e-mail or account,
    /// else anonymous].
    #[arg(long, value_name = "UUID")]
    pub citizen: Option<Uuid>,
    /// The caller's telephone number, to find them by (not kept).
    #[arg(long)]
    pub telephone: Option<String>,
    /// The caller's e-mail address, to find them by (not kept).
    #[arg(long)]
    pub email: Option<String>,
    /// The caller's account of the app, to find them by (not kept).
    #[arg(long, value_name = "ACCOUNT")]
    pub app_account: Option<String>,
    /// The language of the exchange, when it is known.
    #[arg(long, value_enum, value_name = "LANG")]
    pub language: Option<Lang>,
    /// What it was about: a product of the catalogue by code or name, any words where none is
    /// published.
    #[arg(long)]
    pub product: Option<String>,
    /// What it was sent to 9-1-1 for.
    #[arg(long, value_parser = word::<Emergency>())]
    pub emergency: Option<Emergency>,
    /// Seconds waited before the answer.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub waited_secs: u32,
    /// Seconds of the exchange itself.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub handled_secs: u32,
    /// When, by whom, under which id.
    #[command(flatten)]
    pub common: Common,
}

/// Arguments of `follow-up`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  beffroi follow-up 26-0012345-7 'Une équipe passera jeudi.'
  beffroi follow-up 26-0012345-7 'Valve 1182 à remplacer' --internal")]
pub(crate) struct FollowUpArgs {
    /// The request.
    #[arg(value_name = "NUMBER|UUID")]
    pub request: String,
    /// The text (kept sealed).
    pub text: String,
    /// Only the city's staff may read it.
    #[arg(long)]
    pub internal: bool,
    /// Who speaks in it [default: city].
    #[arg(long, value_parser = word::<Author>())]
    pub from: Option<Author>,
    /// The channel it came by.
    #[arg(long, value_parser = word::<Channel>())]
    pub channel: Option<Channel>,
    /// The exchange in which it is written.
    #[command(flatten)]
    pub exchange: ExchangeArgs,
    /// Who took part in the exchange: a pseudonymous UUID [default: anonymous].
    #[arg(long, value_name = "UUID", requires = "exchange")]
    pub citizen: Option<Uuid>,
    /// When, by whom, under which id.
    #[command(flatten)]
    pub common: Common,
}

/// Arguments of `change`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  beffroi change 26-0012345-7 assign --unit 'Travaux publics'
  beffroi change 26-0012345-7 hold --reason citizen --note 'Quelle est la porte exacte ?'
  beffroi change 26-0012345-7 resolve --occurred-at 2026-11-02T15:00:00-05:00
  beffroi change 26-0012345-7 reclassify --product 'Trottoir' --precision 'Dalle brisée'
  beffroi change 26-0012345-7 enter-programme refection-trottoirs")]
pub(crate) struct ChangeArgs {
    /// The request.
    #[arg(value_name = "NUMBER|UUID")]
    pub request: String,
    /// What changes.
    #[command(subcommand)]
    pub change: Change,
    /// Options of every change.
    #[command(flatten)]
    pub common: ChangeCommon,
}

/// Options of every change.
#[derive(Args, Debug)]
pub(crate) struct ChangeCommon {
    /// Why, or what was done: the citizen sees it (kept sealed).
    #[arg(long, global = true)]
    pub note: Option<String>,
    /// When it happened [default: now].
    #[arg(long, global = true, value_name = "TIME", value_parser = instant)]
    pub occurred_at: Option<DateTime<Utc>>,
    /// Who does it, such as agent:417. Never a person's name.
    #[arg(long, global = true)]
    pub actor: Option<String>,
    /// The id of the change; sending it again changes nothing [default: a new UUID].
    #[arg(long, global = true, value_name = "UUID")]
    pub id: Option<Uuid>,
}

/// A change of state.
#[derive(Debug, Subcommand)]
pub(crate) enum Change {
    /// A unit takes charge (open or assigned).
    Assign {
        /// The unit.
        #[arg(long)]
        unit: String,
    },
    /// The request waits; its clock stops (open or assigned).
    Hold {
        /// On whom it waits.
        #[arg(long, value_parser = word::<HoldReason>())]
        reason: HoldReason,
    },
    /// The wait is over (on hold).
    Resume,
    /// It is done (open, assigned, on hold or planned).
    Resolve,
    /// It was not done after all (resolved).
    Reopen,
    /// It is given up or refused (open, assigned, on hold or planned).
    Cancel,
    /// It is about something else than was thought; delays count again from the reception.
    Reclassify {
        /// What it is about.
        #[arg(long)]
        product: String,
        /// The precision within the product [default: none].
        #[arg(long)]
        precision: Option<String>,
        /// What is wanted [default: as before].
        #[arg(long, value_parser = word::<Nature>())]
        nature: Option<Nature>,
        /// The unit that becomes responsible [default: as before].
        #[arg(long)]
        unit: Option<String>,
    },
    /// Another unit becomes responsible (open, assigned, on hold or planned).
    Transfer {
        /// The unit.
        #[arg(long)]
        unit: String,
    },
    /// It enters a planned intervention programme: no delay runs (open, assigned or on hold).
    EnterProgramme {
        /// The programme's code.
        #[arg(value_name = "CODE")]
        programme: String,
    },
    /// It leaves its programme; new delays count from then on (planned).
    LeaveProgramme,
}
