"""Looks at the functions that `sam build` made: would Lambda's provided.al2 on x86_64 start them?

For each function of template.yaml: the file is there, is called bootstrap, may be executed, is an ELF program for
x86_64, is the very binary that BuildProperties names, and needs no symbol of a glibc newer than that of Amazon Linux 2.
Prints a table and leaves with 1 if anything is amiss. Reads ELF itself, so that no binutils are needed.
"""

import json
import os
import pathlib
import struct
import subprocess
import sys

import yaml

GLIBC = (2, 26)
EM_X86_64 = 62
SHT_DYNSYM, SHT_GNU_VERNEED, SHT_GNU_VERSYM = 11, 0x6FFFFFFE, 0x6FFFFFFF


class Amiss(Exception):
    """What is wrong with one function, as a sentence."""


def functions(template):
    """Logical id -> binary name, of every function in the template."""

    class Loader(yaml.SafeLoader):
        pass

    # !Ref, !Sub and the rest mean nothing here.
    Loader.add_multi_constructor("!", lambda loader, tag, node: None)
    resources = yaml.load(template.read_text(), Loader)["Resources"]
    return {
        name: resource["Metadata"]["BuildProperties"]["Binary"]
        for name, resource in resources.items()
        if resource["Type"] == "AWS::Serverless::Function"
    }


def text(table, offset):
    return table[offset : table.index(b"\0", offset)].decode()


def needed_symbols(elf):
    """Pairs of (symbol, version such as GLIBC_2.17) that an ELF program wants from its libraries."""
    if elf[:6] != b"\x7fELF\x02\x01":
        raise Amiss("is no little-endian 64-bit ELF file")
    machine = struct.unpack_from("<H", elf, 18)[0]
    if machine != EM_X86_64:
        raise Amiss(f"is for machine {machine}, not for x86_64")
    table, size, count = (*struct.unpack_from("<Q", elf, 40), *struct.unpack_from("<HH", elf, 58))
    # Of each section header: type, offset, length, the section it refers to.
    sections = [struct.unpack_from("<4xI16xQQI", elf, table + size * i) for i in range(count)]

    def content(wanted):
        for kind, offset, length, link in sections:
            if kind == wanted:
                strings = sections[link]
                return elf[offset : offset + length], elf[strings[1] : strings[1] + strings[2]]
        raise Amiss(f"has no section of type {wanted:#x}, so its symbols can't be read")

    needs, names = content(SHT_GNU_VERNEED)
    versions, entry = {}, 0
    while True:
        aux_count, aux_offset, following = struct.unpack_from("<2xH4xII", needs, entry)
        aux = entry + aux_offset
        for _ in range(aux_count):
            index, name, step = struct.unpack_from("<6xHII", needs, aux)
            versions[index] = text(names, name)
            aux += step
        if following == 0:
            break
        entry += following

    symbols, names = content(SHT_DYNSYM)
    indices, _ = content(SHT_GNU_VERSYM)
    for i in range(len(symbols) // 24):
        version = versions.get(struct.unpack_from("<H", indices, 2 * i)[0] & 0x7FFF)
        if version is not None:
            yield text(names, struct.unpack_from("<I", symbols, 24 * i)[0]), version


def glibc_version(version):
    """GLIBC_2.17 -> (2, 17); None for another library's; GLIBC_PRIVATE is nobody's to use."""
    if not version.startswith("GLIBC_"):
        return None
    try:
        return tuple(int(part) for part in version.removeprefix("GLIBC_").split("."))
    except ValueError:
        raise Amiss(f"needs {version}") from None


def look_at(path, original):
    """(bytes, symbols counted, newest glibc needed) of one bootstrap file."""
    if not path.is_file():
        raise Amiss(f"{path} is missing")
    if not os.access(path, os.X_OK):
        raise Amiss(f"{path} may not be executed")
    beside = sorted(entry.name for entry in path.parent.iterdir())
    if beside != ["bootstrap"]:
        raise Amiss(f"{path.parent} should hold bootstrap alone, and holds {beside}")
    elf = path.read_bytes()
    if not original.is_file() or original.read_bytes() != elf:
        raise Amiss(f"{path} is not {original}")
    found = [(symbol, glibc_version(version)) for symbol, version in needed_symbols(elf)]
    found = [(symbol, version) for symbol, version in found if version]
    if not found:
        raise Amiss(f"{path} needs no glibc symbol at all: the check has read nothing")
    newer = [f"{symbol} ({'.'.join(map(str, version))})" for symbol, version in found if version > GLIBC]
    if newer:
        raise Amiss(f"{path} needs symbols newer than GLIBC_{'.'.join(map(str, GLIBC))}: {', '.join(newer)}")
    return len(elf), len(found), max(version for _, version in found)


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    metadata = subprocess.run(
        ["cargo", "metadata", "--no-deps", "--format-version", "1"], cwd=root, check=True, capture_output=True
    )
    target = pathlib.Path(json.loads(metadata.stdout)["target_directory"])
    wanted = functions(root / "template.yaml")
    failures = 0
    if not wanted:
        print("template.yaml has no function", file=sys.stderr)
        failures += 1
    for name, binary in wanted.items():
        path = root / ".aws-sam" / "build" / name / "bootstrap"
        try:
            size, symbols, newest = look_at(path, target / "lambda" / binary / "bootstrap")
        except Amiss as problem:
            print(f"{name}: {problem}", file=sys.stderr)
            failures += 1
            continue
        newest = ".".join(map(str, newest))
        print(f"{name:22} {binary:15} {size / 2**20:6.2f} MiB  {symbols:4} glibc symbols, newest GLIBC_{newest}")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
