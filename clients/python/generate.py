"""Generates the stubs of the services from the .proto files into a folder.

Usage: python generate.py [FOLDER], by default the one in which they are checked in. Needs grpcio-tools.
"""

import pathlib
import sys

from grpc_tools import protoc

HERE = pathlib.Path(__file__).resolve().parent
PROTO = HERE.parent.parent / "proto"
FILES = sorted(PROTO.glob("claudoom/*/v1/*.proto"))


def generate(out: pathlib.Path) -> None:
    """Writes messages, their types and the clients of services."""
    well_known = pathlib.Path(protoc.__file__).parent / "_proto"
    out.mkdir(parents=True, exist_ok=True)
    arguments = ["protoc", f"-I{PROTO}", f"-I{well_known}", f"--python_out={out}", f"--pyi_out={out}", f"--grpc_python_out={out}"]
    code = protoc.main([*arguments, *map(str, FILES)])
    if code != 0:
        raise SystemExit(code)
    for folder in sorted({file.parent.relative_to(PROTO) for file in FILES}):
        for package in (folder, folder.parent):
            marker = out / package / "__init__.py"
            if not marker.exists() and package != pathlib.Path("claudoom"):
                marker.write_text('"""Generated from the .proto files."""\n')


if __name__ == "__main__":
    generate(pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "src")
