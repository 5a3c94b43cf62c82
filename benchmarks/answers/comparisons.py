"""Whether answers to comparisons cite both sides: `python -m benchmarks.answers.comparisons DATA_DIR`.

DATA_DIR holds HotpotQA paragraphs (`corpus.jsonl`) and questions with their two gold paragraphs (`qa.jsonl`). Each
paragraph becomes a source of a library, which is asked as the product is.
"""

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

from rag.schema import Inquiry
from rag.settings import load_settings
from ui.workspace import open_workspace


def rows(path: Path) -> list[dict[str, Any]]:
    """The lines of a JSONL file."""
    return [json.loads(line) for line in path.open(encoding="utf-8")]


def main() -> None:
    """Builds the library, unless it is there, asks, and prints a line for each type of question."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "footnote-comparisons")
    args = parser.parse_args()
    titles = {row["_id"]: row["title"] for row in rows(args.data / "corpus.jsonl")}
    sources = args.cache / "sources"
    sources.mkdir(parents=True, exist_ok=True)
    for row in rows(args.data / "corpus.jsonl"):
        (sources / f"{row['_id']}.md").write_text(f"# {row['title']}\n\n{row['text']}\n", encoding="utf-8")
    asked: dict[str, list[tuple[bool, bool, int]]] = {}
    with open_workspace(load_settings({"library": args.cache / "library"})) as workspace:
        workspace.ingest([str(sources)])
        for row in rows(args.data / "qa.jsonl"):
            answer = workspace.ask(Inquiry(question=row["question"]))
            gold = {titles[i] for i in row["evidence"]}
            cited, found = ({each.title for each in some} for some in (answer.citations, answer.passages))
            asked.setdefault(row["type"], []).append((gold <= cited, gold <= found, len(answer.answer)))
    print("| type | questions | both gold paragraphs cited | both among the passages | characters, mean |")
    for kind, some in asked.items():
        cited, found, characters = (sum(column) for column in zip(*some, strict=True))
        print(f"| {kind} | {len(some)} | {cited} | {found} | {characters / len(some):.0f} |")


if __name__ == "__main__":
    main()
