"""What an answer took of a chat model, in words: for the terminal and the web."""

from collections.abc import Mapping


def spent(usage: Mapping[str, int], cost: float | None, *, estimated: bool = False) -> str:
    """Such as "900 tokens read and 40 written, cost 0.0031"; empty if no model was asked."""
    if not usage:
        return ""
    read, written = usage.get("input_tokens", 0), usage.get("output_tokens", 0)
    tokens = f"{read:,} tokens read and {written:,} written"
    if estimated:
        tokens = f"about {tokens}, counted here"
    return tokens if cost is None else f"{tokens}, cost {cost:.4f}"
