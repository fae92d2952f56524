//! Requests as a GeoJSON feature collection (RFC 7946), for maps.

use std::io::{self, Write};

use beffroi_wire::pb::query::v1 as pb;
use serde::Serialize;

use super::export::{Rows, Sink};
use crate::view::PlannedView;

/// Writes one feature a line.
#[derive(Debug)]
pub(super) struct Writer<W> {
    out: W,
    empty: bool,
}

impl<W> Writer<W> {
    pub(super) fn new(out: W) -> Self {
        Self { out, empty: true }
    }
}

#[derive(Serialize)]
struct Feature {
    r#type: &'static str,
    id: String,
    geometry: Option<Point>,
    properties: PlannedView,
}

#[derive(Serialize)]
struct Point {
    r#type: &'static str,
    /// Longitude first.
    coordinates: [f64; 2],
}

impl From<&pb::ServiceRequest> for Feature {
    fn from(request: &pb::ServiceRequest) -> Self {
        let properties = PlannedView::from(request);
        let point = properties.longitude.zip(properties.latitude);
        Self {
            r#type: "Feature",
            id: request.number.clone(),
            geometry: point.map(|(longitude, latitude)| Point {
                r#type: "Point",
                coordinates: [longitude, latitude],
            }),
            properties,
        }
    }
}

impl<W: Write> Writer<W> {
    fn open(&mut self) -> io::Result<()> {
        self.out.write_all(b"{\"type\":\"FeatureCollection\",\"features\":[")
    }

    fn feature(&mut self, request: &pb::ServiceRequest) -> io::Result<()> {
        self.out.write_all(if self.empty { b"\n" } else { b",\n" })?;
        self.empty = false;
        Ok(serde_json::to_writer(&mut self.out, &Feature::from(request))?)
    }

    fn close(&mut self) -> io::Result<()> {
        self.out.write_all(b"\n]}\n")
    }
}

impl Rows for Writer<Sink> {
    fn begin(&mut self) -> io::Result<()> {
        self.open()
    }

    fn row(&mut self, request: &pb::ServiceRequest) -> io::Result<()> {
        self.feature(request)
    }

    fn end(mut self) -> io::Result<Sink> {
        self.close()?;
        Ok(self.out)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::view::samples::planned;

    fn collection(requests: &[pb::ServiceRequest]) -> Value {
        let mut writer = Writer::new(Vec::new());
        writer.open().expect("begun");
        for request in requests {
            writer.feature(request).expect("written");
        }
        writer.close().expect("ended");
        serde_json::from_slice(&writer.out).expect("JSON")
    }

    #[test]
    fn no_request_is_an_empty_collection() {
        assert_eq!(collection(&[]), json!({"type": "FeatureCollection", "features": []}));
    }

    #[test]
    fn longitude_comes_first() {
        let feature = &collection(&[planned()])["features"][0];
        let point = json!({"type": "Point", "coordinates": [-71.22, 46.83]});
        assert_eq!(feature["geometry"], point);
        assert_eq!(feature["id"], json!("26-0000001-2"));
        assert_eq!(feature["properties"]["programme"], json!("refection-trottoirs"));
    }

    #[test]
    fn what_has_no_coordinates_has_no_geometry() {
        let nowhere = pb::ServiceRequest { place: None, ..planned() };
        let features = &collection(&[planned(), nowhere])["features"];
        assert_eq!(features[1]["geometry"], Value::Null);
        assert_eq!(features[1]["type"], json!("Feature"));
        assert_eq!(features[1]["properties"]["borough"], Value::Null);
    }

    #[test]
    fn nothing_says_who_asked() {
        let somebody = "0192f0c1-2f5e-7c3a-9d41-5f0f6a9be777";
        let request = pb::ServiceRequest {
            citizen_id: somebody.to_owned(),
            followers: vec![somebody.to_owned()],
            ..planned()
        };
        assert!(!collection(&[request]).to_string().contains(somebody));
    }
}
