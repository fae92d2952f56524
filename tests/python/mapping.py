"""Which requests of a city's file belong to which product, told with the csv and tomllib modules.

mapping.py CSV COLUMN CATALOGUE_DIR prints JSON: `products` has the rows of each product by its
code, `unmapped` those of each activity that no product takes. An alias of a product or of one of
its precisions holds first, as it is written; else the name of a product in either language,
whatever its case.
"""

import collections
import csv
import json
import pathlib
import sys
import tomllib


def products(folder):
    """The products of all files of a catalogue."""
    for path in sorted(pathlib.Path(folder).glob("*.toml")):
        yield from tomllib.loads(path.read_text(encoding="utf-8")).get("product", [])


def words(folder):
    """The code of a product by alias, and by name in lower case."""
    aliases, names = {}, {}
    for product in products(folder):
        for part in [product, *product.get("precision", [])]:
            for alias in part.get("aliases", []):
                aliases[alias] = product["code"]
        for name in product["name"].values():
            names[name.lower()] = product["code"]
    return aliases, names


def main(path, column, folder):
    """Prints the rows of each product, and of each activity without one."""
    aliases, names = words(folder)
    found, unmapped = collections.Counter(), collections.Counter()
    with open(path, encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            activity = row[column]
            code = aliases.get(activity) or names.get(activity.lower())
            if code:
                found[code] += 1
            else:
                unmapped[activity] += 1
    result = {"products": found, "unmapped": unmapped}
    json.dump(result, sys.stdout, ensure_ascii=False, indent=1, sort_keys=True)
    print()


if __name__ == "__main__":
    main(*sys.argv[1:])
