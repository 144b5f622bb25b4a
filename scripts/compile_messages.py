"""Compiles every locale/*/LC_MESSAGES/*.po that is newer than its .mo. Needs Babel, not GNU gettext."""

import sys
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

from portal.services.problems import ServiceProblem

ROOT = Path(__file__).resolve().parent.parent


def compile_messages(root: Path = ROOT) -> int:
    """How many catalogs were compiled; raises ServiceProblem, with file and line, for one that can't be read."""
    count = 0
    for source in sorted(root.glob("locale/*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        try:
            with source.open("rb") as file:
                catalog = read_po(file, locale=source.parts[-3], abort_invalid=True)
        except PoFileError as error:
            raise ServiceProblem(
                f"{source}, line {error.lineno + 1} is no line of a catalog: {error.line.strip()!r}. Mend it."
            ) from error
        except ValueError as error:
            raise ServiceProblem(f"{source} can't be read ({error}). Mend it.") from error
        fresh = target.with_suffix(".mo.new")
        with fresh.open("wb") as file:
            write_mo(file, catalog)
        fresh.replace(target)
        count += 1
    return count


def main() -> int:
    """Compiles, and says what was done."""
    try:
        count = compile_messages()
    except ServiceProblem as problem:
        print(problem, file=sys.stderr)
        return 1
    print(f"Messages: {count} catalogs compiled." if count else "Messages: up to date.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
