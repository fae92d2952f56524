"""What a city's file says, counted with nothing but the csv module.

Prints JSON: `volumes` has the requests by channel, product and status, as `beffroi report volumes`
has them; `verdicts` has the verdict of each closed request that had a target.
"""

import collections
import csv
import json
import sys

MONTREAL_CHANNELS = {
    "": "unknown",
    "Téléphone": "telephone",
    "Mobile": "app",
    "Site internet": "web_form",
    "Courriel": "email",
    "En personne": "in_person",
    "Courrier": "mail",
    "Médias sociaux": "social_media",
}
MONTREAL_STATUSES = {
    "Terminée": "resolved",
    "Prise en charge": "assigned",
    "Transmise pour traitement": "assigned",
    "Acceptée": "assigned",
    "Refusée": "cancelled",
    "Annulée": "cancelled",
    "Supprimée": "cancelled",
    "Réactivée": "open",
    "Urgente": "open",
}
BOSTON_CHANNELS = {
    "Constituent Call": "telephone",
    "Self Service": "web_form",
    "Citizens Connect App": "app",
    "Employee Generated": "employee",
    "Maximo Integration": "system",
    "Twitter": "social_media",
}


def montreal(row):
    """A row's channel, product and status."""
    channel = row["provenances"].split("|")[0]
    return MONTREAL_CHANNELS[channel], row["activite"], MONTREAL_STATUSES[row["dernier_statut"]]


def boston(row):
    """A row's channel, product and status."""
    status = {"Closed": "resolved", "Open": "open"}[row["case_status"]]
    return BOSTON_CHANNELS[row["source"]], row["type"] or row["reason"], status


def boston_verdict(row):
    """Whether a closed request with a target was on time; None for another."""
    if row["case_status"] != "Closed" or not row["target_dt"] or not row["closed_dt"]:
        return None
    verdict = "on_time" if row["closed_dt"] <= row["target_dt"] else "late"
    by_the_city = {"ONTIME": "on_time", "OVERDUE": "late", "": verdict}[row["ontime"]]
    assert verdict == by_the_city, row
    return verdict


def main():
    city, path = sys.argv[1:]
    volumes = collections.Counter()
    verdicts = {}
    with open(path, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if city == "montreal":
                volumes[montreal(row)] += 1
            else:
                volumes[boston(row)] += 1
                if verdict := boston_verdict(row):
                    verdicts[row["case_enquiry_id"]] = verdict
    rows = [
        {"channel": channel, "product": product, "status": status, "count": count}
        for (channel, product, status), count in volumes.items()
    ]
    rows.sort(key=lambda row: (row["channel"], row["product"], row["status"]))
    json.dump({"volumes": rows, "verdicts": verdicts}, sys.stdout, ensure_ascii=False)


if __name__ == "__main__":
    main()
