"""The pages of the patient's way: referral, screening, consent, recovery, diary, results."""

from fastapi import APIRouter

from foramen.web.clinic import (
    audit,
    consent,
    diary,
    diary_staff,
    discharge,
    leaflet,
    medication,
    recovery,
    referral,
    results,
    screening,
)
from foramen.web.clinic.body_map import page as body_map

ROUTERS: tuple[APIRouter, ...] = (
    referral.router,
    screening.router,
    body_map.router,
    medication.router,
    consent.router,
    recovery.router,
    discharge.router,
    leaflet.router,
    diary.router,
    diary_staff.router,
    results.router,
    audit.router,
)
