"""The words that the facts are told in."""

from enum import StrEnum


class Side(StrEnum):
    """The patient's own left and right."""

    LEFT = "left"
    RIGHT = "right"


class Level(StrEnum):
    """A nerve root's level. The cervical and thoracic ones can be named so that they can be refused by name."""

    L1 = "L1"
    L2 = "L2"
    L3 = "L3"
    L4 = "L4"
    L5 = "L5"
    S1 = "S1"
    S2 = "S2"
    THORACIC = "thoracic"
    CERVICAL = "cervical"


class Interspace(StrEnum):
    """Where two vertebrae meet: the disc and the foramen pair beside it."""

    L1_2 = "L1/2"
    L2_3 = "L2/3"
    L3_4 = "L3/4"
    L4_5 = "L4/5"
    L5_S1 = "L5/S1"


class Zone(StrEnum):
    """Where in the axial picture a finding lies."""

    CENTRAL = "central"
    LATERAL_RECESS = "lateral-recess"
    FORAMINAL = "foraminal"
    EXTRAFORAMINAL = "extraforaminal"


class Cause(StrEnum):
    """What presses on or irritates the root (S4-2 to S4-5, S1-7)."""

    HERNIATION = "herniation"
    FACET_ARTHROSIS = "facet-arthrosis"
    CANAL_NARROWING = "canal-narrowing"
    OUTLET_NARROWING = "outlet-narrowing"
    SCAR = "scar"
    OTHER = "other"


class Extent(StrEnum):
    """How marked a finding is."""

    MILD = "mild"
    MODERATE = "moderate"
    SEVERE = "severe"


class Intent(StrEnum):
    """What the injection is for."""

    DIAGNOSTIC = "diagnostic"
    THERAPEUTIC = "therapeutic"


class Sex(StrEnum):
    """Sex as it matters to doses and to pregnancy."""

    FEMALE = "female"
    MALE = "male"
    UNKNOWN = "unknown"


class Course(StrEnum):
    """How a deficit has gone over time."""

    NEW = "new"
    WORSENING = "worsening"
    STABLE = "stable"
    IMPROVING = "improving"
    UNKNOWN = "unknown"


class Movement(StrEnum):
    """The movements that tell the lumbar myotomes apart."""

    HIP_FLEXION = "hip-flexion"
    KNEE_EXTENSION = "knee-extension"
    ANKLE_DORSIFLEXION = "ankle-dorsiflexion"
    GREAT_TOE_EXTENSION = "great-toe-extension"
    ANKLE_PLANTARFLEXION = "ankle-plantarflexion"


class Reflex(StrEnum):
    """A tendon reflex as found."""

    NORMAL = "normal"
    REDUCED = "reduced"
    ABSENT = "absent"
    BRISK = "brisk"
    UNKNOWN = "unknown"


class Area(StrEnum):
    """A patch of skin on the body map."""

    GROIN = "groin"
    BUTTOCK = "buttock"
    UPPER_ANTERIOR_THIGH = "upper-anterior-thigh"
    LOWER_ANTERIOR_THIGH = "lower-anterior-thigh"
    POSTERIOR_THIGH = "posterior-thigh"
    MEDIAL_KNEE = "medial-knee"
    MEDIAL_CALF = "medial-calf"
    LATERAL_CALF = "lateral-calf"
    POSTERIOR_CALF = "posterior-calf"
    MEDIAL_FOOT = "medial-foot"
    DORSUM_OF_FOOT = "dorsum-of-foot"
    GREAT_TOE = "great-toe"
    LATERAL_FOOT = "lateral-foot"
    SOLE = "sole"


class Modality(StrEnum):
    """How an imaging study was made, or how the needle will be guided."""

    CT = "ct"
    MR = "mr"
    FLUOROSCOPY = "fluoroscopy"
    DSA = "dsa"
    MYELOGRAPHY = "myelography"


class Diabetes(StrEnum):
    """Whether the patient has diabetes and how it is treated."""

    NONE = "none"
    DIET = "diet"
    TABLETS = "tablets"
    INSULIN = "insulin"
    UNKNOWN = "unknown"
