"""Conversations as kept: questions, their whole answers, and which versions of which sources those cite."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, func, insert, select, update

from rag.library import tables as t
from rag.library.database import Database
from rag.library.superseded import drop_uncited
from rag.schema import Answer

LONGEST_TITLE = 120
_TITLE_FROM_QUESTION = 80  # characters of a first question that become the title


@dataclass(frozen=True)
class KeptConversation:
    """What a conversation is called, when it was begun and last added to, and how many questions it has."""

    id: str
    title: str
    created_at: str
    updated_at: str
    questions: int


@dataclass(frozen=True)
class KeptExchange:
    """A question of a conversation with its answer, or None if that was never finished."""

    id: str
    conversation_id: str
    question: str
    asked_at: str
    answer: Answer | None = None
    verdict: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Mention:
    """Where a source was cited: the answer, its question, and in which version."""

    conversation_id: str
    answer_id: str
    question: str
    asked_at: str
    version: int


class Conversations:
    """The conversations of a library. Thread-safe; every write is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # -- reading -------------------------------------------------------------------------------------------------

    def list(self, words: str = "") -> Sequence[KeptConversation]:
        """Conversations whose title, questions or answers have all these words, the latest first."""
        x = t.exchanges.c
        with self._database.read() as connection:
            rows = connection.execute(_with_count().order_by(t.conversations.c.updated_at.desc(), t.conversations.c.id))
            found = [KeptConversation(**row._mapping) for row in rows]
            for word in words.casefold().split():
                said = select(x.conversation_id).where(x.words.contains(word, autoescape=True))
                saying = set(connection.execute(said).scalars())
                found = [one for one in found if one.id in saying or word in one.title.casefold()]
        return found

    def get(self, conversation_id: str) -> KeptConversation | None:
        """One conversation, or None if there is none with that id."""
        with self._database.read() as connection:
            row = connection.execute(_with_count().where(t.conversations.c.id == conversation_id)).first()
        return None if row is None else KeptConversation(**row._mapping)

    def exchanges(self, conversation_id: str) -> Sequence[KeptExchange]:
        """The questions of a conversation with their answers, in order."""
        x = t.exchanges.c
        query = select(t.exchanges).where(x.conversation_id == conversation_id).order_by(x.position)
        with self._database.read() as connection:
            return [_to_exchange(row) for row in connection.execute(query)]

    def exchange(self, exchange_id: str) -> KeptExchange | None:
        """One question with its answer, or None if there is none with that id."""
        with self._database.read() as connection:
            row = connection.execute(select(t.exchanges).where(t.exchanges.c.id == exchange_id)).first()
        return None if row is None else _to_exchange(row)

    def citing(self, source_id: str) -> Sequence[Mention]:
        """The answers that cite a source, the latest first."""
        x, c = t.exchanges.c, t.cited.c
        query = (
            select(x.conversation_id, x.id, x.question, x.asked_at, c.version_id)
            .join(t.cited, c.exchange_id == x.id)
            .where(c.source_id == source_id)
            .order_by(x.asked_at.desc())
        )
        with self._database.read() as connection:
            return [Mention(*row) for row in connection.execute(query)]

    # -- writing -------------------------------------------------------------------------------------------------

    def ask(self, question: str, conversation_id: str | None = None, instead_of: str | None = None) -> KeptExchange:
        """Keeps a question at the end of a conversation, yet without an answer.

        Args:
            question: The question.
            conversation_id: None begins a new conversation, as does one that was deleted meanwhile.
            instead_of: An exchange that goes first, with all that came after it.
        """
        x, now = t.exchanges.c, _now()
        exchange = KeptExchange(_new_id(), conversation_id or _new_id(), question, now)
        with self._database.write() as connection:
            here = t.conversations.c.id == exchange.conversation_id
            title = connection.execute(select(t.conversations.c.title).where(here)).scalar()
            if title is None:
                exchange = KeptExchange(exchange.id, _new_id(), question, now)
                connection.execute(
                    insert(t.conversations).values(
                        id=exchange.conversation_id, title=title_from(question), created_at=now, updated_at=now
                    )
                )
            else:
                if instead_of is not None:
                    title = _cut(connection, exchange, instead_of, title)
                connection.execute(update(t.conversations).where(here).values(updated_at=now, title=title))
            last = select(func.max(x.position)).where(x.conversation_id == exchange.conversation_id)
            position = connection.execute(last).scalar()
            connection.execute(
                insert(t.exchanges).values(
                    id=exchange.id,
                    conversation_id=exchange.conversation_id,
                    position=0 if position is None else position + 1,
                    question=question,
                    words=question.casefold(),
                    asked_at=now,
                )
            )
        return exchange

    def answered(self, exchange_id: str, answer: Answer) -> None:
        """Keeps the whole answer to a question, if the question is still there.

        Raises:
            ValueError: The answer is only a part of one.
        """
        if not answer.complete:
            raise ValueError("Only whole answers are kept.")
        here = t.exchanges.c.id == exchange_id
        with self._database.write() as connection:
            question = connection.execute(select(t.exchanges.c.question).where(here)).scalar()
            if question is None:
                return
            words = f"{question}\n{answer.answer}".casefold()
            connection.execute(
                update(t.exchanges).where(here).values(answer=answer.model_dump(mode="json"), words=words)
            )
            versions = {(cited.version, cited.source_id) for cited in answer.citations}
            connection.execute(delete(t.cited).where(t.cited.c.exchange_id == exchange_id))
            for version, source_id in versions:
                connection.execute(
                    insert(t.cited).values(exchange_id=exchange_id, version_id=version, source_id=source_id)
                )

    def judge(self, exchange_id: str, verdict: str, reason: str | None) -> None:
        """Notes what was said of an answer."""
        with self._database.write() as connection:
            connection.execute(
                update(t.exchanges).where(t.exchanges.c.id == exchange_id).values(verdict=verdict, reason=reason)
            )

    def rename(self, conversation_id: str, title: str) -> None:
        """Gives a conversation another title; an empty one changes nothing."""
        line = " ".join(title.split())[:LONGEST_TITLE]
        if line:
            with self._database.write() as connection:
                here = t.conversations.c.id == conversation_id
                connection.execute(update(t.conversations).where(here).values(title=line))

    def delete(self, conversation_id: str) -> None:
        """Deletes a conversation with all that was asked and answered in it, from the disk too."""
        with self._database.write() as connection:
            connection.execute(delete(t.conversations).where(t.conversations.c.id == conversation_id))
            drop_uncited(connection)
        self._database.flush()

    def drop_uncited_versions(self) -> None:
        """Drops the texts of replaced versions that no answer cites."""
        with self._database.write() as connection:
            drop_uncited(connection)


def title_from(question: str) -> str:
    """The title of a conversation that begins with a question."""
    line = " ".join(question.split())
    return line if len(line) <= _TITLE_FROM_QUESTION else line[:_TITLE_FROM_QUESTION].rsplit(" ", 1)[0] + " …"


def _with_count() -> Select[Any]:
    count = select(func.count()).where(t.exchanges.c.conversation_id == t.conversations.c.id).scalar_subquery()
    return select(t.conversations, count.label("questions"))


def _cut(connection: Connection, new: KeptExchange, exchange_id: str, title: str) -> str:
    """Takes an exchange and what came after it out of its conversation; returns the title from now on."""
    x = t.exchanges.c
    here = x.conversation_id == new.conversation_id
    first = connection.execute(select(x.position, x.question).where(here, x.id == exchange_id)).first()
    if first is None:
        return title
    connection.execute(delete(t.exchanges).where(here, x.position >= first.position))
    drop_uncited(connection)
    unnamed = first.position == 0 and title == title_from(first.question)
    return title_from(new.question) if unnamed else title


def _to_exchange(row: Row[Any]) -> KeptExchange:
    return KeptExchange(
        id=row.id,
        conversation_id=row.conversation_id,
        question=row.question,
        asked_at=row.asked_at,
        # An older or newer Footnote may have kept fields that this one doesn't know.
        answer=None if row.answer is None else Answer.model_validate(row.answer, extra="ignore"),
        verdict=row.verdict,
        reason=row.reason,
    )


def _new_id() -> str:
    return secrets.token_hex(8)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")
