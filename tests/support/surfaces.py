"""Surfaces of label masks, and whether a line meets them: VTK's word, which shares no code with the planner."""

import numpy as np
import vtk
from numpy.typing import NDArray
from vtk.util import numpy_support

from foramen.imaging.volume import Volume


def surface_of(mask: NDArray[np.bool_], volume: Volume) -> vtk.vtkPolyData:
    """The surface halfway between marked and unmarked voxels, in LPS mm."""
    padded = np.pad(mask, 1).astype(np.float32)
    image = vtk.vtkImageData()
    image.SetDimensions(*padded.shape)
    image.GetPointData().SetScalars(numpy_support.numpy_to_vtk(padded.ravel(order="F"), deep=True))
    edges = vtk.vtkFlyingEdges3D()
    edges.SetInputData(image)
    edges.SetValue(0, 0.5)
    edges.ComputeNormalsOff()
    edges.ComputeGradientsOff()
    edges.Update()
    surface = edges.GetOutput()
    points = numpy_support.vtk_to_numpy(surface.GetPoints().GetData())
    world = numpy_support.numpy_to_vtk(volume.to_world(points - 1.0), deep=True)
    surface.GetPoints().SetData(world)
    return surface


class Lines:
    """Asks whether lines meet a surface."""

    def __init__(self, surface: vtk.vtkPolyData) -> None:
        self.surface = surface
        self.locator = vtk.vtkStaticCellLocator()
        self.locator.SetDataSet(surface)
        self.locator.BuildLocator()

    def meets(self, start: NDArray[np.float64], end: NDArray[np.float64]) -> bool:
        t, sub, x, p = vtk.mutable(0.0), vtk.mutable(0), [0.0] * 3, [0.0] * 3
        return bool(self.locator.IntersectWithLine(start, end, 1e-6, t, x, p, sub))

    def distance(self, point: NDArray[np.float64]) -> float:
        cell, sub, distance2, nearest = vtk.mutable(0), vtk.mutable(0), vtk.mutable(0.0), [0.0] * 3
        self.locator.FindClosestPoint(point, nearest, cell, sub, distance2)
        return float(np.sqrt(distance2.get()))
