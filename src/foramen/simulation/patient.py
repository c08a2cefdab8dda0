"""The digital patient: parameters in; CT, exact label map and true landmarks out."""

from dataclasses import dataclass, field
from functools import cached_property

from foramen.anatomy.label_map import LabelMap
from foramen.anatomy.spine import Spine
from foramen.anatomy.structures import Structure
from foramen.imaging.ct import Ct, ScanIdentity
from foramen.imaging.volume import Grid, Volume
from foramen.simulation import nerves, sacrum
from foramen.simulation.bowel import bowel_parts
from foramen.simulation.canal import canal_parts, canal_solids, ligament_part
from foramen.simulation.column import Column, build_column
from foramen.simulation.habitus import Habitus
from foramen.simulation.morphometry import LEVELS
from foramen.simulation.muscles import muscle_parts, wall_parts
from foramen.simulation.noise import as_scanned
from foramen.simulation.organs import organ_parts
from foramen.simulation.parameters import PatientParameters
from foramen.simulation.pelvis import hip_muscle_parts, hip_parts
from foramen.simulation.protocol import ScanProtocol
from foramen.simulation.solids import Part, pack
from foramen.simulation.trunk import fat_parts, lung_parts, rib_parts, table_parts, visceral_fat_part
from foramen.simulation.truth import true_spine
from foramen.simulation.vertebra import disc_part, vertebra_part
from foramen.simulation.vessels import vessel_parts
from foramen.simulation.voxelise import voxelise

PATIENT_NAME = "Digital^Patient"


@dataclass(frozen=True, eq=False)
class DigitalScan:
    """One scan of the digital patient.

    Attributes
    ----------
    ct
        In HU. Its grid is sheared where the gantry was tilted, as the raw stack of a scanner is.
    labels
        What each voxel's centre is, on the CT's grid.
    truth
        The spine in the same world frame, from the model.
    body
        Whether each voxel's centre lies within the skin.
    protocol
        How it was scanned.
    """

    ct: Ct
    labels: LabelMap
    truth: Spine
    body: Volume
    protocol: ScanProtocol


@dataclass(frozen=True, eq=False)
class DigitalPatient:
    """A patient of known anatomy from T10 to S3, in LPS mm with the centre of L3 at the origin.

    Examples
    --------
    >>> patient = DigitalPatient(PatientParameters(stature_cm=180))
    >>> scan = patient.scan(ScanProtocol(spacing_mm=(2, 2, 3)))  # doctest: +SKIP
    """

    parameters: PatientParameters = field(default_factory=PatientParameters)

    @cached_property
    def column(self) -> Column:
        """Frames and sizes of the bones of the spine."""
        return build_column(self.parameters)

    @cached_property
    def truth(self) -> Spine:
        """Frames, pedicles, foramina and roots, exact by construction."""
        parts = self._spine_parts
        return true_spine(self.column, pack(parts), {part.name: number for number, part in enumerate(parts)})

    def scan(self, protocol: ScanProtocol | None = None) -> DigitalScan:
        """Scan the patient.

        Parameters
        ----------
        protocol : ScanProtocol, optional
            Head first, prone, 0.9 × 0.9 × 2 mm from T11 to S2 where not given.
        """
        protocol = protocol or ScanProtocol()
        return self.scan_on(protocol.grid, protocol)

    def scan_on(self, grid: Grid, protocol: ScanProtocol) -> DigitalScan:
        """Scan the patient on a grid of your own, with the protocol's position and noise."""
        inside, around = self._parts(protocol), table_parts(self._body_plan, protocol.up)
        packed = pack([*inside, *around])
        hu, labels, body = voxelise(packed, len(inside), grid, protocol.up, self.parameters.seed)
        tilted = () if grid.is_straight else ("The gantry was tilted: this is the raw, sheared stack.",)
        voxels = as_scanned(hu, grid.spacing_mm, protocol.noise_hu, protocol.seed)
        identity = ScanIdentity(
            patient_name=PATIENT_NAME,
            patient_id="DIGITAL",
            sex=self.parameters.sex[0].upper(),
            series_description="Digital patient",
            patient_position=protocol.position,
            manufacturer="Foramen",
        )
        ct = Ct(voxels, grid.affine, identity=identity, warnings=tilted)
        label_map = LabelMap(labels, grid.affine, scheme="digital patient", can_hold=self.structures)
        return DigitalScan(ct, label_map, self.truth, Volume(body, grid.affine), protocol)

    @cached_property
    def structures(self) -> frozenset[Structure]:
        """Every structure that the patient has."""
        return frozenset(part.label for part in self._parts(ScanProtocol())) - {Structure.BACKGROUND}

    @cached_property
    def _body_plan(self) -> Habitus:
        return Habitus(self.column, self.parameters)

    @cached_property
    def _spine_parts(self) -> list[Part]:
        column, patient = self.column, self.parameters
        canal = canal_solids(column)
        return [
            *canal_parts(column),
            *(vertebra_part(column, patient, level, canal) for level in LEVELS),
            sacrum.sacrum_part(column, patient, canal),
            *nerves.nerve_parts(column),
            *(disc_part(column, patient, level) for level in LEVELS),
            *hip_parts(column, patient),
            ligament_part(column),
            sacrum.fat_part(column),
            nerves.fat_part(column, patient),
        ]

    def _parts(self, protocol: ScanProtocol) -> list[Part]:
        """Everything within the skin, what is seen first first."""
        body, up = self._body_plan, protocol.up
        return [
            *self._spine_parts,
            *rib_parts(body),
            *vessel_parts(body),
            *muscle_parts(body),
            *hip_muscle_parts(body),
            *organ_parts(body, up),
            *lung_parts(body),
            *bowel_parts(body, up),
            visceral_fat_part(body),
            *wall_parts(body),
            *fat_parts(body, up),
        ]
