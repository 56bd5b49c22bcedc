"""Reads a Parquet file as pyarrow sees it."""

import json
import sys

import pyarrow.parquet

table = pyarrow.parquet.read_table(sys.argv[1])
metadata = pyarrow.parquet.read_metadata(sys.argv[1]).metadata
print(
    json.dumps(
        {
            "rows": table.to_pylist(),
            "types": {field.name: str(field.type) for field in table.schema},
            "meanings": {name.decode(): text.decode() for name, text in metadata.items() if name != b"ARROW:schema"},
        }
    )
)
