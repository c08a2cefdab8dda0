"""A procedure report in words: the sections in the order that radiologists expect, every unknown said as such."""

from dataclasses import dataclass
from datetime import datetime

from foramen.anatomy.root import Root
from foramen.reports import words
from foramen.reports.content import Fact, Table
from foramen.reports.procedure.content import ProcedureReport

NOT_RECORDED = "not recorded"
LEAST_SHOWN_ML = 0.005
NOTICE = (
    "Foramen is decision support and research software, not a certified medical device. "
    "The named clinicians decided every step."
)
OUTCOME = {"completed": "Completed", "ended-early": "Ended early", "under-way": "Under way"}


@dataclass(frozen=True)
class Section:
    """One section: facts, a table, sentences, each where there are any."""

    title: str
    facts: tuple[Fact, ...] = ()
    table: Table | None = None
    sentences: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """Everything that page and paper set in type."""

    title: str
    heading: str
    who: str
    made: str
    state: str
    draft: bool
    notice: str
    warnings: tuple[str, ...]
    sections: tuple[Section, ...]
    log: Table
    pictures: tuple[tuple[str, str, str], ...]


def sheet(report: ProcedureReport) -> Sheet:
    """Say a report in words."""
    outcome = f"{OUTCOME[report.outcome]}. {words.sentence(report.outcome_words)}".strip()
    signed = f"Signed by {report.signed_by}, {_moment(report.signed_at)}" if report.is_signed else "DRAFT, not signed"
    return Sheet(
        title="Nerve root injection: procedure report",
        heading=Root.parse(report.request.root).title,
        who=" · ".join(filter(None, (words.person(report.patient.name or ""), report.patient.number))) or "Not named",
        made=words.moment(report.made_at),
        state=f"{outcome} {signed}.",
        draft=not report.is_signed,
        notice=("The patient does not exist: this is a simulated procedure. " if report.simulated else "") + NOTICE,
        warnings=tuple(words.sentence(text) for text in report.warnings),
        sections=tuple(
            make(report)
            for make in (
                _request, _indication, _consent, _technique, _medication, _contrast, _findings, _complications,
                _radiation, _response, _aftercare, _approvals, _provenance,
            )
        ),
        log=Table(
            ("Time", "Step", "Detail"),
            tuple((_clock(step.at).rstrip(": "), words.sentence(step.what), step.detail) for step in report.steps),
        ),
        pictures=tuple((picture.name, picture.title, picture.words) for picture in report.pictures),
    )  # fmt: skip


def _request(report: ProcedureReport) -> Section:
    who, asked = report.patient, report.request
    return Section(
        "Patient and request",
        (
            Fact("Patient", words.person(who.name) if who.name else NOT_RECORDED),
            _fact("Patient number", who.number),
            Fact("Born", words.dicom_day(who.birth_date) if who.birth_date else NOT_RECORDED),
            _fact("Sex", {"F": "female", "M": "male", "O": "other"}.get(who.sex or "", who.sex)),
            Fact("Asked for", f"Nerve root injection {Root.parse(asked.root).title}"),
            _fact("Asked by", asked.referrer),
            Fact("Asked on", _moment(asked.requested_at)),
            _fact("Accession number", asked.accession_number),
            _fact("Institution", asked.institution),
        ),
        sentences=(words.sentence(asked.text),) if asked.text else (),
    )


def _indication(report: ProcedureReport) -> Section:
    why = report.indication
    return Section(
        "Indication",
        (_fact("Intent", why.intent), _fact("Imaging", why.imaging)),
        sentences=(words.sentence(why.text or NOT_RECORDED),),
    )


def _consent(report: ProcedureReport) -> Section:
    asked = report.consent
    return Section(
        "Consent and time-out",
        (
            Fact("Consent", asked.consent_by or NOT_RECORDED, _moment(asked.consent_at) if asked.consent_at else ""),
            _fact("Identity by", ", ".join(asked.identifiers) if asked.identifiers else None),
            _fact("Side said by the patient", asked.side_said_by_patient),
            _fact("Side marked", asked.side_marked),
            _fact("Allergies read out", _yes_no(asked.allergies_read_out)),
            Fact(
                "Stop before the needle",
                ", ".join(asked.stop_moment_by) if asked.stop_moment_by else NOT_RECORDED,
                _moment(asked.stop_moment_at) if asked.stop_moment_at else "",
            ),
        ),
    )


def _technique(report: ProcedureReport) -> Section:
    how = report.technique
    return Section(
        "Technique",
        (
            Fact("Level and side", Root.parse(report.request.root).title),
            _fact("Guidance", how.guidance),
            _fact("Position", how.position),
            _fact("Skin", how.skin_preparation),
            _fact("Approach", how.approach),
            _fact("Needle", how.needle),
            _fact("Entry from midline", how.entry),
            _fact("Angles", how.angles),
            _fact("Depth", None if how.depth_mm is None else words.mm(how.depth_mm)),
            _fact("Control scans", None if how.control_scans is None else str(how.control_scans)),
            _fact("Corrections", None if how.corrections is None else str(how.corrections)),
        ),
    )


def _medication(report: ProcedureReport) -> Section:
    given = report.medication.given
    if given is None:
        return Section("Medication", sentences=(words.sentence(NOT_RECORDED),))
    rows = tuple(
        (
            medicine.product,
            medicine.purpose,
            NOT_RECORDED if medicine.volume_ml is None else f"{medicine.volume_ml:g} ml",
            "" if medicine.dose_mg is None else f"{medicine.dose_mg:g} mg",
            medicine.batch or NOT_RECORDED,
            medicine.expires or NOT_RECORDED,
            f"{medicine.at:%H:%M}" if medicine.at else NOT_RECORDED,
        )
        for medicine in given
    )
    share = report.medication.anaesthetic_share
    facts = (
        () if share is None else (Fact("Local anaesthetic", f"{share:.0%} of the largest dose", "summed over agents"),)
    )
    headings = ("Product", "For", "Volume", "Dose", "Batch", "Expires", "Time")
    if not rows:
        return Section("Medication", facts, sentences=("Nothing was given.",))
    return Section("Medication", facts, Table(headings, rows))


def _contrast(report: ProcedureReport) -> Section:
    seen = report.contrast
    if seen.pattern is None:
        return Section("Contrast spread", sentences=(words.sentence(NOT_RECORDED),))
    volumes = ", ".join(
        f"{place} {ml:.2f} ml"
        for place, ml in sorted(seen.compartments_ml.items(), key=lambda i: -i[1])
        if ml >= LEAST_SHOWN_ML
    )
    return Section(
        "Contrast spread",
        (
            Fact("Pattern", seen.pattern),
            _fact("Decision", seen.release),
            _fact("Pfirrmann type", None if seen.pfirrmann_type is None else str(seen.pfirrmann_type)),
            _fact("Along the root", None if seen.length_along_root_mm is None else words.mm(seen.length_along_root_mm)),
            Fact("Found in", volumes or NOT_RECORDED),
            Fact("Other roots reached", ", ".join(seen.also_reached) or "none seen"),
            _fact("Injections of contrast", None if seen.injections is None else str(seen.injections)),
        ),
        sentences=tuple(words.sentence(text) for text in (*seen.reasons, *seen.limits)),
    )


def _findings(report: ProcedureReport) -> Section:
    found = report.findings
    return Section(
        "Findings", (_fact("Tip", found.tip),), sentences=(words.sentence(found.text),) if found.text else ()
    )


def _complications(report: ProcedureReport) -> Section:
    told = report.complications
    if told is None:
        return Section("Complications", sentences=(words.sentence(NOT_RECORDED),))
    if not told:
        return Section("Complications", sentences=("None.",))
    said = (f"{_clock(one.at)}{words.sentence(one.what)} {words.sentence(one.done or '')}".strip() for one in told)
    return Section("Complications", sentences=tuple(said))


def _radiation(report: ProcedureReport) -> Section:
    dose = report.radiation
    return Section(
        "Radiation dose",
        (
            _fact("DLP", None if dose.dlp_mgy_cm is None else f"{dose.dlp_mgy_cm:.1f} mGy·cm"),
            _fact("CTDIvol", None if dose.ctdi_vol_mgy is None else f"{dose.ctdi_vol_mgy:.1f} mGy"),
            _fact("Scans", None if dose.scans is None else str(dose.scans)),
        ),
    )


def _response(report: ProcedureReport) -> Section:
    felt = report.response
    after = None if felt.pain_after_nrs is None else f"{felt.pain_after_nrs:g} of 10"
    note = "" if felt.minutes_after is None else f"{felt.minutes_after:.0f} min after the needle"
    return Section(
        "Immediate response",
        (
            _fact("Pain before", None if felt.pain_before_nrs is None else f"{felt.pain_before_nrs:g} of 10"),
            Fact("Pain after", after or NOT_RECORDED, note),
            _fact("Pain during", felt.pain_during),
            _fact("Power of the legs", felt.power),
        ),
    )


def _aftercare(report: ProcedureReport) -> Section:
    after = report.aftercare
    return Section(
        "Plan",
        (
            _fact("Blood thinner", after.anticoagulant),
            _fact("Review", after.review),
            Fact(
                "Home", after.discharged_by or NOT_RECORDED, _moment(after.discharged_at) if after.discharged_at else ""
            ),
        ),
        sentences=tuple(words.sentence(text) for text in (after.plan or (NOT_RECORDED,))),
    )


def _approvals(report: ProcedureReport) -> Section:
    rows = [(one.what, one.by or NOT_RECORDED, _moment(one.at)) for one in report.approvals]
    rows.append(("This report", report.signed_by or "not signed", _moment(report.signed_at)))
    return Section("Who approved what", table=Table(("What", "By", "When"), tuple(rows)))


def _provenance(report: ProcedureReport) -> Section:
    made = report.provenance
    return Section(
        "Sources",
        (
            Fact("Software", made.software),
            _fact("Planning CT", made.scan_fingerprint),
            _fact("Study UID", made.study_uid),
            *(Fact("Made from", source) for source in made.sources),
        ),
    )


def _fact(label: str, value: str | None) -> Fact:
    return Fact(label, value or NOT_RECORDED)


def _yes_no(value: bool | None) -> str | None:
    return None if value is None else "yes" if value else "no"


def _moment(when: datetime | None) -> str:
    return NOT_RECORDED if when is None else words.moment(when)


def _clock(when: datetime | None) -> str:
    return "" if when is None else f"{when:%H:%M}: "
