"""The application in the browser.

`app` puts it together, `deps` is what every route may ask for, `pages` renders. Each group of pages is a package with
its routers: `shell` (sign-in, worklist, case, people, settings), `clinic` (from referral to outcome) and `images` (plan
and procedure). Pages are server-rendered HTML that works without any script; scripts only make it smoother.
"""
