"""Any sequence of what people can do leaves the record as a plain list of what was said would have it."""

import shutil
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from foramen.records import Actor, Conflict, Records, Refused, Role, Stage
from foramen.records import events as e

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PEOPLE = [Actor(name="Ruth", role=Role.RADIOLOGIST, person="r"), Actor(name="Ole", role=Role.NURSE, person="o")]
NAMES = ["Müller, Anna", "Muster, Otto", "Øster, Zoë"]


@dataclass
class Written:
    """One event as the model remembers it."""

    by: Actor
    at: datetime
    content: e.Content


@dataclass
class Model:
    """What a plain list knows of a case."""

    written: list[Written] = field(default_factory=list)

    def counts(self, number: int) -> bool:
        """Whether an event counts: no later correction that counts names it."""
        return not any(
            isinstance(later.content, e.Corrected) and later.content.number == number and self.counts(n)
            for n, later in enumerate(self.written[number:], start=number + 1)
        )

    @property
    def standing(self) -> list[e.Content]:
        return [w.content for n, w in enumerate(self.written, start=1) if self.counts(n)]

    @property
    def stage(self) -> Stage:
        ended = Stage.REFERRED
        for content in self.standing:
            if isinstance(content, e.Stopped):
                ended = Stage.STOPPED
            elif isinstance(content, e.Closed) and ended is not Stage.STOPPED:
                ended = Stage.FINISHED
            elif isinstance(content, e.Reopened):
                ended = Stage.REFERRED
        return ended

    @property
    def name(self) -> str:
        named = [c.patient.name for c in self.standing if isinstance(c, e.CaseOpened | e.IdentityCorrected)]
        return named[-1]


def said(names: st.SearchStrategy[str]) -> st.SearchStrategy[e.Content]:
    """Something that a person may write."""
    text = st.text(min_size=1, max_size=30).filter(str.strip)
    return st.one_of(
        st.builds(e.Noted, text=text),
        st.builds(e.Stopped, reason=text),
        st.builds(e.Reopened, reason=text),
        st.just(e.Closed()),
        st.builds(e.Corrected, number=st.integers(1, 12), reason=text),
        st.builds(e.IdentityCorrected, patient=names.map(identity), reason=text),
    )


def identity(name: str) -> e.Identity:
    return e.Identity(name=name, born=date(1960, 1, 1))


class Clinic(RuleBasedStateMachine):
    """Two people, each with the case as they last saw it."""

    url = ""

    cases = Bundle("cases")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.records = Records.open(self.place(), store=self.folder / "store")
        self.models: dict[str, Model] = {}
        self.seen: dict[tuple[str, str], int] = {}
        self.looks: list[tuple[str, str]] = []
        self.now = START

    def place(self) -> str:
        raise NotImplementedError

    def teardown(self) -> None:
        self.records.close()
        shutil.rmtree(self.folder)

    @initialize(target=cases)
    def begin(self) -> object:
        return multiple()

    @rule(target=cases, name=st.sampled_from(NAMES), by=st.sampled_from(PEOPLE))
    def open(self, name: str, by: Actor) -> str:
        content = e.CaseOpened(patient=identity(name))
        case_id = self.records.open_case(content, by=by, at=self.tick())
        self.models[case_id] = Model([Written(by, self.now, content)])
        return case_id

    @rule(case_id=cases, by=st.sampled_from(PEOPLE))
    def look(self, case_id: str, by: Actor) -> None:
        case = self.records.read(case_id, by=by, at=self.tick(), what="case")
        self.seen[by.person, case_id] = case.version
        self.looks.append((by.person, case_id))
        model = self.models[case_id]
        assert [(event.by, event.at, event.content) for event in case.history] == [
            (w.by, w.at, w.content) for w in model.written
        ]
        assert [event.content for event in case.standing] == model.standing

    @rule(case_id=cases, by=st.sampled_from(PEOPLE), contents=st.lists(said(st.sampled_from(NAMES)), max_size=3))
    def write(self, case_id: str, by: Actor, contents: list[e.Content]) -> None:
        """On the version that the writer saw last, which may be old."""
        self._append(case_id, by, contents, self.seen.get((by.person, case_id), 1))

    @rule(case_id=cases, by=st.sampled_from(PEOPLE), contents=st.lists(said(st.sampled_from(NAMES)), max_size=2))
    def write_behind(self, case_id: str, by: Actor, contents: list[e.Content]) -> None:
        """Without having looked."""
        self._append(case_id, by, contents, None)

    def _append(self, case_id: str, by: Actor, contents: list[e.Content], after: int | None) -> None:
        model = self.models[case_id]
        there = len(model.written)
        try:
            written = self.records.append(case_id, after=after, contents=contents, by=by, at=self.tick())
        except Refused:
            assert not contents or self._forbidden(contents, after, there)
            return
        except Conflict as conflict:
            self._told_what_was_missed(conflict, model, after)
            return
        assert contents
        assert not self._forbidden(contents, after, there)
        assert after in (None, there)
        assert [event.number for event in written] == list(range(there + 1, there + 1 + len(contents)))
        model.written += [Written(by, self.now, content) for content in contents]
        self.seen[by.person, case_id] = written[-1].number

    @staticmethod
    def _told_what_was_missed(conflict: Conflict, model: Model, after: int | None) -> None:
        assert after is not None
        assert after != len(model.written)
        assert [event.content for event in conflict.missed] == [w.content for w in model.written[after:]]

    @staticmethod
    def _forbidden(contents: list[e.Content], after: int | None, there: int) -> bool:
        corrections = [(n, c.number) for n, c in enumerate(contents, there + 1) if isinstance(c, e.Corrected)]
        unfounded = after is None and not all(isinstance(content, e.Noted) for content in contents)
        return unfounded or any(number == 1 or number >= own for own, number in corrections)

    @rule()
    def lose_the_worklist(self) -> None:
        self.records.rebuild_worklist()

    @invariant()
    def the_worklist_shows_every_case(self) -> None:
        lines = {line.case_id: line for line in self.records.worklist(limit=1000).lines}
        assert lines.keys() == self.models.keys()
        for case_id, model in self.models.items():
            line = lines[case_id]
            assert (line.version, line.name, line.stage) == (len(model.written), model.name, model.stage)
            assert line.changed_at == model.written[-1].at
        assert sum(self.records.counts().values()) == len(self.models)

    @invariant()
    def the_record_is_whole(self) -> None:
        found = self.records.verify()
        assert found.events == sum(len(model.written) for model in self.models.values())
        assert found.cases == len(self.models)
        assert found.reads == len(self.looks)

    def tick(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


def test_the_record_does_as_a_plain_list_would(request: pytest.FixtureRequest, url: str, sqlite_template: Path) -> None:
    class Here(Clinic):
        def place(self) -> str:
            if url.startswith("postgresql"):
                return str(request.getfixturevalue("server").emptied("record_1"))
            shutil.copy(sqlite_template, self.folder / "record.sqlite")
            return f"sqlite:///{self.folder / 'record.sqlite'}"

    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
