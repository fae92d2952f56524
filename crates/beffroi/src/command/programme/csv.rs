//! Requests as CSV (RFC 4180) in UTF-8, for spreadsheets: no text in it is taken for a formula.

use std::io::{self, Write};

use ::csv::{Terminator, WriterBuilder};
use beffroi_wire::pb::query::v1::ServiceRequest;

use super::export::{Rows, Sink};
use crate::view::PlannedView;

/// Writes one request a line, below a header.
pub(super) struct Writer<W: Write> {
    out: ::csv::Writer<W>,
}

impl<W: Write> Writer<W> {
    pub(super) fn new(out: W) -> Self {
        let mut builder = WriterBuilder::new();
        builder.terminator(Terminator::CRLF).has_headers(false);
        Self { out: builder.from_writer(out) }
    }

    fn header(&mut self) -> io::Result<()> {
        Ok(self.out.write_record(PlannedView::COLUMNS)?)
    }

    fn record(&mut self, request: &ServiceRequest) -> io::Result<()> {
        Ok(self.out.serialize(PlannedView::from(request).for_spreadsheet())?)
    }

    fn into_inner(self) -> io::Result<W> {
        self.out.into_inner().map_err(::csv::IntoInnerError::into_error)
    }
}

impl Rows for Writer<Sink> {
    fn begin(&mut self) -> io::Result<()> {
        self.header()
    }

    fn row(&mut self, request: &ServiceRequest) -> io::Result<()> {
        self.record(request)
    }

    fn end(self) -> io::Result<Sink> {
        self.into_inner()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::samples::planned;
    use beffroi_wire::pb::event::v1::{Coordinates, Place};

    fn text(requests: &[ServiceRequest]) -> String {
        let mut writer = Writer::new(Vec::new());
        writer.header().expect("written");
        for request in requests {
            writer.record(request).expect("written");
        }
        String::from_utf8(writer.into_inner().expect("flushed")).expect("UTF-8")
    }

    #[test]
    fn lines_end_as_the_standard_says_and_begin_with_the_number() {
        assert_eq!(
            text(&[planned()]),
            "number,programme,product,product_code,precision,borough,unit,urgency,opened_at,\
             approximate,planned_since,duplicates,latitude,longitude\r\n\
             26-0000001-2,refection-trottoirs,Eau potable,,,Limoilou,Travaux publics,normal,\
             2026-11-02T13:30:00Z,false,2026-11-02T13:31:00Z,0,46.83,-71.22\r\n"
        );
    }

    #[test]
    fn no_request_is_a_header_alone() {
        assert_eq!(text(&[]).lines().count(), 1);
    }

    #[test]
    fn the_header_names_what_the_lines_hold() {
        let json = serde_json::to_value(PlannedView::from(&planned())).expect("JSON");
        let keys: Vec<_> = json.as_object().expect("an object").keys().cloned().collect();
        let mut columns = PlannedView::COLUMNS.map(str::to_owned).to_vec();
        columns.sort_unstable();
        assert_eq!(keys, columns);
    }

    #[test]
    fn quotes_commas_and_what_is_absent_come_back_from_a_reader() {
        let product = "Trottoir, « brisé » \"ou\" fendu";
        let request = ServiceRequest { product: product.to_owned(), place: None, ..planned() };
        let text = text(&[request]);
        let mut reader = ::csv::Reader::from_reader(text.as_bytes());
        let record = reader.records().next().expect("a line").expect("well formed");
        assert_eq!(record.get(2), Some(product));
        assert_eq!((record.get(5), record.get(12), record.get(13)), (Some(""), Some(""), Some("")));
    }

    #[test]
    fn no_text_is_taken_for_a_formula_and_numbers_stay_numbers() {
        let place = Place {
            borough: "@Limoilou".to_owned(),
            coordinates: Some(Coordinates { latitude: -46.83, longitude: -71.22 }),
        };
        let request = ServiceRequest {
            product: "=HYPERLINK(\"http://x\",\"Trottoir\")".to_owned(),
            precision: "+1".to_owned(),
            unit: "-1".to_owned(),
            place: Some(place),
            ..planned()
        };
        let harmless = ServiceRequest { precision: "1+1=2".to_owned(), ..planned() };
        let text = text(&[request, harmless]);
        let mut reader = ::csv::Reader::from_reader(text.as_bytes());
        let records: Vec<_> = reader.records().map(|it| it.expect("well formed")).collect();
        let cells = |row: usize, columns: [usize; 6]| columns.map(|it| &records[row][it]);
        assert_eq!(
            cells(0, [2, 4, 5, 6, 12, 13]),
            [
                "'=HYPERLINK(\"http://x\",\"Trottoir\")",
                "'+1",
                "'@Limoilou",
                "'-1",
                "-46.83",
                "-71.22"
            ]
        );
        assert_eq!(cells(1, [2, 4, 5, 6, 12, 13])[1], "1+1=2");
        for start in ["\t", "\r"] {
            let request = ServiceRequest { product: format!("{start}=1"), ..planned() };
            let view = PlannedView::from(&request).for_spreadsheet();
            let json = serde_json::to_value(view).expect("JSON");
            assert_eq!(json["product"], format!("'{start}=1"));
        }
    }
}
