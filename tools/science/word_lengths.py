"""References for word lengths: the first design of every size in the tables of Chen, Sun and Wu (1993).

A catalogue of two-level and three-level fractional factorial designs with small runs, International Statistical Review
61 (1993) 131-145, tables 2, 3 and 4: 16, 32 and 64 runs. Their text comes from the package csw93, which has it
transcribed, without its own dependencies. The lengths are as printed, the first of them that of words of `shortest`
letters; `clear` is the printed number of clear two-factor interactions. Run from the root:
python3 tools/science/word_lengths.py > crates/science/tests/references/word_lengths.json
"""

import csv
import importlib.metadata
import json

table = importlib.metadata.distribution("csw93").locate_file("csw93/data/tables.csv")


def integers(text):
    return [int(number) for number in text.split(",")]


def design(row):
    return {
        "runs": int(row["n.runs"]),
        "factors": int(row["n.cols"]),
        "columns": integers(row["cols"]),
        "shortest": 4 if row["n.runs"] == "64" else 3,
        "lengths": integers(row["wlp"]),
        "clear": int(row["clear.2fi"]),
    }


with open(table, newline="") as file:
    first = [row for row in csv.DictReader(file) if row["author"] == "Csw" and row["design.rank"] == "1"]
designs = sorted(map(design, first), key=lambda design: (design["runs"], design["factors"]))
print('{"chen_sun_wu": [')
print(",\n".join(json.dumps(design) for design in designs))
print("]}")
