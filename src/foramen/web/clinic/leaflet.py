"""The leaflet for the way home, on one sheet of paper."""

from fastapi import APIRouter
from fastapi.responses import Response

from foramen.pathway.recovery import analgesic_plan, leaflet
from foramen.web.clinic.afterwards import injected_roots, visit_of
from foramen.web.clinic.desk import Reader, referral_of, screen_now
from foramen.web.faults import RequestError
from foramen.web.pages import render

router = APIRouter(include_in_schema=False)


@router.get("/cases/{case_id}/leaflet")
def page(case_id: str, desk: Reader, root: str = "") -> Response:
    """The leaflet of one root, to print."""
    case, site = desk.case(case_id, "leaflet"), desk.site
    done = injected_roots(case)
    if not done:
        raise RequestError(422, "Nothing was injected yet, so there is no leaflet to give.")
    if not site.phone:
        raise RequestError(422, "The leaflet names a number to call day and night; enter it in the settings first.")
    which = root if root in done else done[0]
    visit = visit_of(case, which, site)
    if visit is None:
        raise RequestError(422, "The time of the injection is not noted, so the leaflet can't name it.")
    referral = referral_of(case, visit.injected_at)
    plans = screen_now(case, site, visit.injected_at).medication_plan
    document = leaflet(referral, visit, analgesic_plan(referral, site.site.sign_offs), plans, site.language)
    return render(desk.request, "clinic/leaflet.html", case=case, document=document, roots=done, this_root=which)
