"""Whether two scans carry the names of one patient: asked before any position is taken from one to the other."""

from foramen.errors import InputError
from foramen.imaging.ct import Ct

OTHER_NUMBER = "The two scans carry different patient numbers but the same date of birth: check whose they are."


def same_patient(control: Ct, planning: Ct) -> tuple[str, ...]:
    """What must be said of whose scans they are; nothing where the files do not say.

    Raises
    ------
    InputError
        If they are two patients' by date of birth, or by number where no date tells otherwise.
    """
    one, other = control.identity, planning.identity
    dated = bool(one.birth_date and other.birth_date)
    another_day = dated and one.birth_date != other.birth_date
    another_number = bool(one.patient_id and other.patient_id) and one.patient_id.strip() != other.patient_id.strip()
    if another_day or (another_number and not dated):
        what = "date of birth" if another_day else "patient number"
        raise InputError(
            f"The control scan carries another {what} than the planning CT: it may be another patient's. "
            "Give this patient's scan; if the files were anonymised and you have checked them, say --identity-checked."
        )
    return (OTHER_NUMBER,) if another_number else ()
