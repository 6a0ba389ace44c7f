"""What the analysis of one question looks at: the register, the events and the passages at one ledger state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from tearline.investigation.keeping import Kept
from tearline.ledger import LedgerState
from tearline.matching import Matcher, matcher
from tearline.matching.bilingual import Sentences
from tearline.pathway import LogSurvey, survey_logs
from tearline.pathway.clocks import survey_clocks
from tearline.records.clocks import ClockOffset
from tearline.records.errors import BadInput
from tearline.records.kinds import Stream
from tearline.records.markings import MarkingScheme
from tearline.records.products import Disclosure, Product
from tearline.records.times import Interval
from tearline.text.sentence_model import find_model
from tearline.views.events import EventsView
from tearline.views.kept_documents import events_fingerprint, keep_document, kept_document
from tearline.views.lineage import Lineage
from tearline.views.passage_files import passage_index
from tearline.views.passages import PassageIndex, build_index
from tearline.views.register import Register
from tearline.views.reuse import Reuse
from tearline.views.reuse_files import reuse_view
from tearline.views.sentence_vectors import sentence_vectors

READ = tuple(stream for stream in Stream if stream is not Stream.LOOKUPS)
"""The streams that analysis reads. Who looked at what is no evidence of what happened; who confirmed it is."""


@dataclass(frozen=True)
class Scene:
    """Read-only, at one state of the ledger. `passages`: where the passage index lies; `key`: what seals it;
    `confirmed`: who confirmed which entries by hand.

    `period`: events that certainly lie outside it are not looked at. `whole`: the scene of which this one is a
    part, where its register holds fewer products. `kept`: what has been worked out for this state, shared by the
    threads that ask.
    """

    state: LedgerState
    register: Register
    view: EventsView
    scheme: MarkingScheme
    passages: Path
    key: bytes
    confirmed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    period: Interval | None = None
    whole: Scene | None = field(default=None, repr=False)
    kept: Kept = field(default_factory=Kept, repr=False, compare=False)

    @property
    def matcher(self) -> Matcher:
        """Every registered product's passages and all earlier public reporting, made ready for matching."""
        return self.kept.once("matcher", self._matcher)

    def _matcher(self) -> Matcher:
        model = find_model(self.passages.parent.parent / "models")
        sentences = None
        if model is not None:
            vectors = sentence_vectors(self.index, model, self.passages, self.key)
            sentences = Sentences(model, vectors)
        return matcher(self.index, tuple(self.register.public.values()), sentences)

    @property
    def index(self) -> PassageIndex:
        """The passages of every registered product, from disk where the index there is of just these products."""
        return self.kept.once("index", self._index)

    def _index(self) -> PassageIndex:
        if self.whole is not None:  # the one on disk is of all products
            return build_index(self.register.products.values())
        return passage_index(self.register.products.values, self.passages, self.fingerprint, self.key)

    @property
    def fingerprint(self) -> str:
        """Of which products the passage index is: those of the stream but for retracted batches."""
        root = self.state.streams[Stream.PRODUCTS].root
        return sha256(" ".join([root, *sorted(self.register.retracted)]).encode()).hexdigest()[:32]

    @property
    def lineage(self) -> Lineage:
        """Which products restate which portions, found by content."""
        return self.kept.once("lineage", lambda: Lineage(self.register.products, lambda: self.reuse))

    @property
    def reuse(self) -> Reuse:
        """The text reuse among all products: found once and kept; a part of a scene takes that of the whole."""
        if self.whole is not None:
            return self.whole.reuse
        kept = self.passages.parent / "reuse"
        return reuse_view(self.register.products.values, kept, self.fingerprint, self.key)

    @property
    def logs(self) -> LogSurvey:
        """Which organisation's systems are on record at all, and where their logs have holes: of the whole record,
        for a log has no hole where it speaks of other products."""
        if self.whole is not None:
            return self.whole.logs
        return self.kept.once("logs", self._logs)

    def _logs(self) -> LogSurvey:
        place, rests_on = self.passages.parent / "logs" / "survey.json", events_fingerprint(self.state)
        kept = kept_document(place, rests_on, self.key)
        if kept is not None:
            return LogSurvey.of_document(kept)
        found = survey_logs(self.register, self.view, self.state)
        keep_document(place, rests_on, self.key, found.document())
        return found

    @property
    def clocks(self) -> tuple[ClockOffset, ...]:
        """How far the clocks of logs stand apart: of the whole record, which names nobody."""
        if self.whole is not None:
            return self.whole.clocks
        return self.kept.once("clocks", lambda: survey_clocks(self.register, self.view, self.state, {}).clocks)

    def events_of(self, products: Sequence[str]) -> pa.Table:
        """Handling events of these products (columns of STORED_EVENTS), without retracted batches."""
        return self._in_period(self.view.of_products(products, self.state, self.register.retracted))

    def all_events(self) -> pa.Table:
        """Every handling event that counts, in memory."""
        if self.whole is not None:
            return self.events_of(sorted(self.register.products))
        return self.view.all_events(self.state, self.register.retracted)

    def scan(self) -> pa.RecordBatchReader:
        """Every handling event that counts, as batches."""
        if self.whole is not None:
            return self.all_events().to_reader()
        return self.view.scan(self.state, self.register.retracted)

    def _in_period(self, events: pa.Table) -> pa.Table:
        if self.period is None:
            return events
        begun = pc.less_equal(events["at_earliest"], self.period.latest)
        return events.filter(pc.and_(begun, pc.greater_equal(events["at_latest"], self.period.earliest)))

    def product(self, identifier: str) -> Product:
        """A registered product by its id. Raises BadInput naming what to do."""
        found = self.register.products.get(identifier)
        if found is None:
            raise BadInput(
                f"no product {identifier!r} is registered",
                field="PRODUCT",
                remedy="Look for its id among those loaded, or load it with `tearline load products.jsonl`",
            )
        return found

    def disclosure(self, identifier: str) -> Disclosure:
        """A registered public item by its id. Raises BadInput naming what to do."""
        found = self.register.disclosures.get(identifier) or self.register.public.get(identifier)
        if found is None:
            raise BadInput(
                f"no public item {identifier!r} is registered",
                field="DISCLOSURE",
                remedy="Load it first: tearline load disclosures.jsonl, or an .html, .txt, .pdf or .docx file",
            )
        return found
