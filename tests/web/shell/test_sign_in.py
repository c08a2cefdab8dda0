"""Signing in and out."""

from foramen.records import Role


def test_name_and_password_lead_to_the_worklist(site, browse):
    page = browse(site)
    page.goto("/")
    page.get_by_label("Name").fill("nurse")
    page.get_by_label("Password").fill("a long enough password")
    page.get_by_role("button", name="Sign in").click()
    assert page.get_by_role("heading", name="Worklist").is_visible()
