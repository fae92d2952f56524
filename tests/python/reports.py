"""What a city's file says by product, channel and period of opening, counted with the csv module.

Prints JSON: for each list of keys the counts of the requests and of those that are resolved, as
`beffroi report requests --by KEYS` has them. Montréal's file gives the month of the opening alone;
Boston's gives its local time, and Boston's clocks are those of Québec.
"""

import collections
import csv
import datetime
import json
import sys

import counts

MONTREAL_NATURES = {"Requete": "service", "Commentaire": "comment", "Plainte": "complaint"}
MONTREAL_KEYS = [
    ["product"],
    ["channel", "month"],
    ["product", "year"],
    ["nature", "status"],
    ["borough"],
    ["year", "channel", "nature"],
]
BOSTON_KEYS = [
    ["month"],
    ["week", "channel"],
    ["day"],
    ["unit", "year"],
    ["borough", "month"],
]


def montreal(row):
    """A row's keys."""
    channel, product, status = counts.montreal(row)
    return {
        "channel": channel,
        "product": product,
        "status": status,
        "nature": MONTREAL_NATURES[row["nature"]],
        "borough": row["arrondissement"],
        "month": row["mois_creation"],
        "year": row["mois_creation"][:4],
    }


def boston(row):
    """A row's keys."""
    channel, product, status = counts.boston(row)
    opened = datetime.date.fromisoformat(row["open_dt"][:10])
    year, week, _ = opened.isocalendar()
    return {
        "channel": channel,
        "product": product,
        "status": status,
        "unit": row["department"].strip(),
        "borough": row["neighborhood"].strip(),
        "day": opened.isoformat(),
        "week": f"{year}-W{week:02}",
        "month": row["open_dt"][:7],
        "year": row["open_dt"][:4],
    }


def main():
    city, path = sys.argv[1:]
    read, lists = {"montreal": (montreal, MONTREAL_KEYS), "boston": (boston, BOSTON_KEYS)}[city]
    found = [collections.defaultdict(lambda: [0, 0]) for _ in lists]
    with open(path, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            keys = read(row)
            for by, rows in zip(lists, found):
                figures = rows[tuple(keys[key] for key in by)]
                figures[0] += 1
                figures[1] += keys["status"] == "resolved"
    reports = [
        {
            "by": by,
            "rows": [
                {**dict(zip(by, key)), "requests": requests, "resolved": resolved}
                for key, (requests, resolved) in rows.items()
            ],
        }
        for by, rows in zip(lists, found)
    ]
    json.dump(reports, sys.stdout, ensure_ascii=False)


main()
