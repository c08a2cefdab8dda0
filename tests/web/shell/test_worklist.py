"""The worklist: what waits, for whom, and finding somebody without a name in any address."""

from datetime import timedelta

from foramen.records import Role
from foramen.records.events import Noted, Stopped


def test_each_case_says_who_which_side_which_level_what_now_and_who_next(shared_site, browse):
    shared_site.open_case("Lindqvist, Maria", "L4-right", "L5-right")
    page = browse(shared_site, Role.NURSE)
    page.goto("/")
    row = page.get_by_role("row").filter(has_text="Lindqvist, Maria")
    for words in ("L4 RIGHT", "L5 RIGHT", "born 3 Feb 1961", "481021", "The referral's details", "nurse", "referred"):
        assert row.get_by_text(words).first.is_visible(), words


def test_keyboard_alone_leads_from_sign_in_over_the_worklist_to_a_case(site, somebody, browse):
    somebody(site.records, Role.NURSE, at=site.clock(), login="ada", password="a long enough password")
    case = site.open_case("Okafor, Daniel", "L5-left")
    page = browse(site)
    page.goto("/")

    def tab_to(name: str) -> None:
        for _ in range(40):
            page.keyboard.press("Tab")
            focused = page.evaluate(
                "(document.activeElement.textContent || '') + '|' + (document.activeElement.id || '')"
            )
            if name in focused:
                outline = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
                assert outline == "3px", "where the keyboard is can be seen"
                return
        raise AssertionError(f"{name} is not reached with the keyboard")

    tab_to("|name")
    page.keyboard.type("ada")
    tab_to("|password")
    page.keyboard.type("a long enough password")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site.url}/")
    tab_to("Okafor, Daniel")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/cases/{case}")
    tab_to("|text")
    page.keyboard.type("She called: is on her way.")
    tab_to("Add the note")
    page.keyboard.press("Enter")
    page.get_by_text("She called: is on her way.").wait_for()
    assert site.records.case(case).history[-1].content.text == "She called: is on her way."


def test_a_search_finds_the_beginning_of_a_name_while_it_is_typed_and_no_address_names_anybody(site, browse):
    site.open_case("Haddad, Samira", "S1-left")
    site.open_case("Okafor, Daniel", "L5-left")
    page = browse(site, Role.CLERK)
    addresses = []
    page.on("request", lambda request: addresses.append(request.url))
    page.goto("/")
    page.get_by_label("Find a patient").press_sequentially("sami")
    page.get_by_text("Okafor, Daniel").wait_for(state="detached")
    assert page.get_by_role("link", name="Haddad, Samira").is_visible()
    assert not any("sami" in address.lower() for address in addresses)


def test_a_search_works_without_any_script(site):
    site.open_case("Haddad, Samira", "S1-left")
    site.open_case("Okafor, Daniel", "L5-left")
    found = site.client(Role.CLERK).post("/search", data={"search": "okaf"}).text
    assert "Okafor, Daniel" in found
    assert "Haddad" not in found
    nobody = site.client(Role.CLERK).post("/search", data={"search": "nobody at all"}).text
    assert "No case fits" in nobody


def test_pages_follow_one_another(site):
    for number in range(120):
        site.clock.move(timedelta(seconds=1))
        site.open_case(f"Patient {number:03d}, Test")
    client, seen, form = site.client(Role.CLERK), [], {}
    for _ in range(3):
        page = client.post("/search", data=form).text
        names = [part.split(",")[0] for part in page.split('class="name"')[1:]]
        seen += [name.split("Patient ")[1] for name in names]
        after = page.split('name="after" value="')
        form = {"after": after[1].split('"')[0].replace("&#34;", '"')} if len(after) > 1 else {}
    assert seen == [f"{number:03d}" for number in reversed(range(120))]


def test_a_stage_shows_its_own_cases(site):
    going, ended = site.open_case("Going, Anna"), site.open_case("Ended, Bert")
    by = site.people[Role.RADIOLOGIST].actor
    site.records.append(ended, after=1, contents=[Stopped(reason="pain gone")], by=by, at=site.clock())
    site.records.append(going, after=None, contents=[Noted(text="waits")], by=by, at=site.clock())
    shown = site.client(Role.CLERK).get("/?stage=stopped").text
    assert "Ended, Bert" in shown
    assert "Going, Anna" not in shown
    assert site.client(Role.CLERK).get("/?stage=nowhere").status_code == 404


def test_who_sees_no_patients_begins_elsewhere(shared_site):
    assert shared_site.client(Role.AUDITOR).get("/").headers["location"] == "/audit"
    assert shared_site.client(Role.ADMINISTRATOR).get("/").headers["location"] == "/reads"


def test_looking_is_kept(site):
    case = site.open_case()
    client = site.client(Role.NURSE)
    client.get("/")
    client.get(f"/cases/{case}")
    looks = site.records.reads.find()
    assert [(look.by.person, look.what, look.case_id) for look in looks] == [
        (site.people[Role.NURSE].id, "case", case),
        (site.people[Role.NURSE].id, "worklist", ""),
    ]
