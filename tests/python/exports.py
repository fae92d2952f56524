"""Reads an export of planned requests with Python's own parsers, and says what is in it.

usage: exports.py geojson|csv FILE

Prints a JSON array: of each request its number, programme, product, borough and coordinates. Fails
when the file is not what RFC 7946 or RFC 4180 say.
"""

import csv
import json
import sys


def of_geojson(file):
    """The requests of a feature collection."""
    with open(file, encoding="utf-8") as opened:
        collection = json.load(opened)
    assert collection["type"] == "FeatureCollection"
    for feature in collection["features"]:
        assert feature["type"] == "Feature"
        properties, geometry = feature["properties"], feature["geometry"]
        assert feature["id"] == properties["number"]
        longitude, latitude = None, None
        if geometry is not None:
            assert geometry["type"] == "Point"
            longitude, latitude = geometry["coordinates"]
            assert -180 <= longitude <= 180 and -90 <= latitude <= 90
        assert (latitude, longitude) == (properties["latitude"], properties["longitude"])
        yield properties


def of_csv(file):
    """The requests of a table."""
    with open(file, "rb") as opened:
        data = opened.read()
    assert data.endswith(b"\r\n") and not data.startswith(b"\xef\xbb\xbf")
    rows = csv.reader(data.decode("utf-8").split("\r\n")[:-1], strict=True)
    header = next(rows)
    for row in rows:
        assert len(row) == len(header), row
        request = {name: value or None for name, value in zip(header, row)}
        for name in ("latitude", "longitude"):
            request[name] = request[name] and float(request[name])
        yield request


def main():
    form, file = sys.argv[1:]
    requests = {"geojson": of_geojson, "csv": of_csv}[form](file)
    names = ["number", "programme", "product", "borough", "latitude", "longitude"]
    print(json.dumps([{name: request[name] for name in names} for request in requests]))


main()
