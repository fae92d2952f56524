//! The wire: code generated from `proto/`, and conversions that parse it into domain types.

pub mod calendar;
pub mod catalogue;
pub mod event;
pub mod time;
pub mod vocabulary;

/// The compiled descriptors of every proto file, for server reflection.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));

/// The header of every answer that names the city's time zone, such as `America/Toronto`.
pub const TIME_ZONE: &str = "beffroi-time-zone";

/// Generated code, as `proto/` documents it.
#[expect(
    missing_docs,
    clippy::allow_attributes,
    clippy::large_enum_variant,
    clippy::pedantic,
    reason = "generated from documented protos"
)]
pub mod pb {
    pub mod catalogue {
        pub mod v1 {
            tonic::include_proto!("beffroi.catalogue.v1");
        }
    }
    pub mod centre {
        pub mod v1 {
            tonic::include_proto!("beffroi.centre.v1");
        }
    }
    pub mod citizen {
        pub mod v1 {
            tonic::include_proto!("beffroi.citizen.v1");
        }
    }
    pub mod event {
        pub mod v1 {
            tonic::include_proto!("beffroi.event.v1");
        }
    }
    pub mod intake {
        pub mod v1 {
            tonic::include_proto!("beffroi.intake.v1");
        }
    }
    pub mod operations {
        pub mod v1 {
            tonic::include_proto!("beffroi.operations.v1");
        }
    }
    pub mod programme {
        pub mod v1 {
            tonic::include_proto!("beffroi.programme.v1");
        }
    }
    pub mod query {
        pub mod v1 {
            tonic::include_proto!("beffroi.query.v1");
        }
    }
    pub mod report {
        pub mod v1 {
            tonic::include_proto!("beffroi.report.v1");
        }
    }
}
