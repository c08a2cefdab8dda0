"""From a structure's name, as segmentation software writes it, to Foramen's vocabulary."""

import re

from foramen.anatomy.structures import Structure

UNUSED = frozenset({"face", "brain", "body", "body_trunc", "body_extremities", "vertebrae_body", "vertebrae",
                    "subcutaneous_fat", "torso_fat", "skeletal_muscle", "endplate", "background"})  # fmt: skip
"""Names that are known and dropped: no needle comes there, or they say nothing that another label does not."""

ONE: dict[str, Structure] = {
    "other_bone": Structure.OTHER_BONE,
    "other_vessel": Structure.OTHER_VESSEL,
    "other_organ": Structure.OTHER_ORGAN,
    "s1": Structure.S1,
    "sacrum": Structure.SACRUM,
    "coccyx": Structure.COCCYX,
    "sternum": Structure.OTHER_BONE,
    "skull": Structure.OTHER_BONE,
    "costal_cartilages": Structure.OTHER_BONE,
    "metal": Structure.METAL,
    "hip_implant": Structure.METAL,
    "intervertebral_discs": Structure.DISC,
    "intervertebral_disc": Structure.DISC,
    "disc": Structure.DISC,
    "spinal_canal": Structure.SPINAL_CANAL,
    "thecal_sac": Structure.THECAL_SAC,
    "dural_sac": Structure.THECAL_SAC,
    "spinal_cord": Structure.SPINAL_CORD,
    "nerve_root": Structure.NERVE_ROOT,
    "ganglion": Structure.GANGLION,
    "aorta": Structure.AORTA,
    "vena_cava": Structure.VENA_CAVA,
    "inferior_vena_cava": Structure.VENA_CAVA,
    "postcava": Structure.VENA_CAVA,
    "portal_vein": Structure.PORTAL_VEIN,
    "portal_vein_and_splenic_vein": Structure.PORTAL_VEIN,
    "superior_vena_cava": Structure.OTHER_VESSEL,
    "pulmonary_vein": Structure.OTHER_VESSEL,
    "pulmonary_artery": Structure.OTHER_VESSEL,
    "brachiocephalic_trunk": Structure.OTHER_VESSEL,
    "colon": Structure.COLON,
    "small_bowel": Structure.SMALL_BOWEL,
    "small_intestine": Structure.SMALL_BOWEL,
    "duodenum": Structure.DUODENUM,
    "stomach": Structure.STOMACH,
    "liver": Structure.LIVER,
    "spleen": Structure.SPLEEN,
    "pancreas": Structure.PANCREAS,
    "gallbladder": Structure.GALLBLADDER,
    "urinary_bladder": Structure.BLADDER,
    "bladder": Structure.BLADDER,
    **dict.fromkeys(
        ("prostate", "uterus", "esophagus", "oesophagus", "trachea", "thyroid_gland", "heart", "heart_myocardium",
         "pulmonary_vessels"),
        Structure.OTHER_ORGAN,
    ),
}  # fmt: skip
"""Structures without a side."""

SIDED: dict[str, tuple[Structure, Structure]] = {
    "hip": (Structure.HIP_LEFT, Structure.HIP_RIGHT),
    "hip_bone": (Structure.HIP_LEFT, Structure.HIP_RIGHT),
    "femur": (Structure.FEMUR_LEFT, Structure.FEMUR_RIGHT),
    "rib": (Structure.RIB_LEFT, Structure.RIB_RIGHT),
    "humerus": (Structure.OTHER_BONE, Structure.OTHER_BONE),
    "scapula": (Structure.OTHER_BONE, Structure.OTHER_BONE),
    "clavicula": (Structure.OTHER_BONE, Structure.OTHER_BONE),
    "clavicle": (Structure.OTHER_BONE, Structure.OTHER_BONE),
    "iliac_artery": (Structure.ILIAC_ARTERY_LEFT, Structure.ILIAC_ARTERY_RIGHT),
    "iliac_vena": (Structure.ILIAC_VEIN_LEFT, Structure.ILIAC_VEIN_RIGHT),
    "iliac_vein": (Structure.ILIAC_VEIN_LEFT, Structure.ILIAC_VEIN_RIGHT),
    "subclavian_artery": (Structure.OTHER_VESSEL, Structure.OTHER_VESSEL),
    "common_carotid_artery": (Structure.OTHER_VESSEL, Structure.OTHER_VESSEL),
    "brachiocephalic_vein": (Structure.OTHER_VESSEL, Structure.OTHER_VESSEL),
    "kidney": (Structure.KIDNEY_LEFT, Structure.KIDNEY_RIGHT),
    "kidney_cyst": (Structure.KIDNEY_LEFT, Structure.KIDNEY_RIGHT),
    "adrenal": (Structure.ADRENAL_LEFT, Structure.ADRENAL_RIGHT),
    "adrenal_gland": (Structure.ADRENAL_LEFT, Structure.ADRENAL_RIGHT),
    "atrial_appendage": (Structure.OTHER_ORGAN, Structure.OTHER_ORGAN),
    "heart_atrium": (Structure.OTHER_ORGAN, Structure.OTHER_ORGAN),
    "heart_ventricle": (Structure.OTHER_ORGAN, Structure.OTHER_ORGAN),
    "lung": (Structure.LUNG_LEFT, Structure.LUNG_RIGHT),
    "lung_upper_lobe": (Structure.LUNG_LEFT, Structure.LUNG_RIGHT),
    "lung_middle_lobe": (Structure.LUNG_LEFT, Structure.LUNG_RIGHT),
    "lung_lower_lobe": (Structure.LUNG_LEFT, Structure.LUNG_RIGHT),
    "back_muscle": (Structure.BACK_MUSCLE_LEFT, Structure.BACK_MUSCLE_RIGHT),
    "autochthon": (Structure.BACK_MUSCLE_LEFT, Structure.BACK_MUSCLE_RIGHT),
    "iliopsoas": (Structure.ILIOPSOAS_LEFT, Structure.ILIOPSOAS_RIGHT),
    "psoas": (Structure.ILIOPSOAS_LEFT, Structure.ILIOPSOAS_RIGHT),
    "gluteal": (Structure.GLUTEAL_LEFT, Structure.GLUTEAL_RIGHT),
    "gluteus_maximus": (Structure.GLUTEAL_LEFT, Structure.GLUTEAL_RIGHT),
    "gluteus_medius": (Structure.GLUTEAL_LEFT, Structure.GLUTEAL_RIGHT),
    "gluteus_minimus": (Structure.GLUTEAL_LEFT, Structure.GLUTEAL_RIGHT),
}
"""Structures on both sides: the patient's left, then his right."""

ORDINALS = {name: number for number, name in enumerate(
    ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
     "twelfth", "thirteenth"), start=1)}  # fmt: skip
REGIONS = {"cervical": "C", "thoracic": "T", "lumbar": "L", "sacral": "S"}


class UnknownNameError(ValueError):
    """A name that is neither in the vocabulary nor known to be of no use."""


def structure_named(name: str) -> Structure | None:
    """The structure of a name such as `vertebrae_L5`, `Left Kidney`, `lung_lower_lobe_left` or `L5`.

    Returns
    -------
    Structure or None
        None where the name is known and has no place in the vocabulary (`brain`, `subcutaneous_fat`).

    Raises
    ------
    UnknownNameError
        If the name is not known.
    """
    words = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    if words in UNUSED:
        return None
    found = _vertebra(words) or ONE.get(words) or _disc(words) or _sided(words)
    if found is None:
        raise UnknownNameError(name)
    return found


def _vertebra(words: str) -> Structure | None:
    """`vertebrae_L5`, `L5`, `L5 vertebra` or `fifth lumbar vertebra`; above T1 one bone is as good as another."""
    spelled = re.fullmatch(rf"({'|'.join(ORDINALS)})_({'|'.join(REGIONS)})_vertebra", words)
    if spelled:
        words = f"{REGIONS[spelled[2]]}{ORDINALS[spelled[1]]}".lower()
    match = re.fullmatch(r"(?:vertebrae?_)?([ctls]\d{1,2})(?:_vertebrae?)?", words)
    if not match:
        return None
    level = match[1].upper()
    if level.startswith("C"):
        return Structure.OTHER_BONE if 1 <= int(level[1:]) <= 7 else None
    return Structure.__members__.get(level)


def _disc(words: str) -> Structure | None:
    return Structure.DISC if re.fullmatch(r"(disc|vertebrae|ivd)_[ctl]\d+_([ctls]\d*)", words) else None


def _sided(words: str) -> Structure | None:
    parts = words.split("_")
    sides = [part for part in parts if part in ("left", "right")]
    if len(sides) != 1:
        return None
    rest = "_".join(part for part in parts if part not in ("left", "right") and not part.isdigit())
    pair = SIDED.get(rest) or SIDED.get(rest.removesuffix("s"))
    return None if pair is None else pair[sides[0] == "right"]
