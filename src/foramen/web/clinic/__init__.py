"""The pages of the patient's way: referral, screening, consent, recovery, diary, results."""

from fastapi import APIRouter

from foramen.web.clinic import referral, screening

ROUTERS: tuple[APIRouter, ...] = (referral.router, screening.router)
