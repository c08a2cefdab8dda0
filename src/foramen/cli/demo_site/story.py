"""How a demo case is told: each thing that happened, by whom and when, on top of what was told before."""

from dataclasses import dataclass
from datetime import datetime

from foramen.pathway.answer import Answer
from foramen.pathway.consent import Consent, basis_of
from foramen.pathway.facts import Referral
from foramen.pathway.medication import read_policy
from foramen.pathway.screening import screen
from foramen.records import Actor, Case, Records, Role
from foramen.records.events import CaseOpened, Consented, Content, Identity, ReferralRecorded, Screened

Staff = dict[Role, Actor]


@dataclass(frozen=True)
class Story:
    """One case as it is told."""

    records: Records
    staff: Staff
    case_id: str

    @classmethod
    def begins(
        cls, records: Records, staff: Staff, patient: Identity, referral: Referral, at: datetime, reason: str
    ) -> "Story":
        """A clerk opens the case with what the referral says."""
        roots = tuple(str(target) for target in referral.request.targets or ())
        opened = CaseOpened(patient=patient, roots=roots, referrer="Dr R. Example, general practice", reason=reason)
        story = cls(records, staff, records.open_case(opened, by=staff[Role.CLERK], at=at))
        story.tell(ReferralRecorded(referral=referral), by=Role.CLERK, at=at)
        return story

    @property
    def case(self) -> Case:
        """As it stands."""
        return self.records.case(self.case_id)

    def tell(self, *contents: Content, by: Role, at: datetime) -> None:
        """Something happened."""
        after = self.case.version
        self.records.append(self.case_id, after=after, contents=contents, by=self.staff[by], at=at)

    def is_screened(self, at: datetime) -> None:
        """A nurse has the rules applied."""
        site = self.records.settings.current().settings.site
        referral = self.case.referral
        assert referral is not None
        screening = screen(referral, read_policy(site.policy), at, sign_offs=site.sign_offs)
        self.tell(Screened(screening=screening, policy=site.policy), by=Role.NURSE, at=at)

    def is_consented(self, root: str, at: datetime) -> None:
        """A radiologist goes through every risk, and the patient signs by name."""
        referral = self.case.referral
        assert referral is not None
        basis = basis_of(referral, root)
        consent = Consent(
            basis=basis,
            explained_by=self.staff[Role.RADIOLOGIST].name,
            risks_gone_through=basis.risks,
            questions_answered=Answer.YES,
            questions="How long will the leg be numb?",
            has_capacity=Answer.YES,
            signed_by="patient",
            signed_at=at,
        )
        self.tell(Consented(consent=consent, signed_name=self.case.patient.name), by=Role.RADIOLOGIST, at=at)
