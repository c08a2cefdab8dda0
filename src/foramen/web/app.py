"""The application, put together: the record, the middleware, the routers, and what errors look like."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Depends, FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.middleware.trustedhost import TrustedHostMiddleware

from foramen import __version__
from foramen.records import Records
from foramen.web import api, clinic, csrf, error_pages, images, shell
from foramen.web.api.answers import PROBLEMS
from foramen.web.app_settings import AppSettings
from foramen.web.headers import SecurityHeaders
from foramen.web.limits import Limits
from foramen.web.pages import STATIC
from foramen.web.shell import conflict, openid
from foramen.web.zone import take_zone


def create_app(settings: AppSettings) -> FastAPI:
    """Make the application on one record.

    Parameters
    ----------
    settings : AppSettings
        Where the record lies and how people reach it.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.records = Records.open(settings.record_url, store=settings.store)
        take_zone(app)
        try:
            yield
        finally:
            app.state.records.close()

    app = FastAPI(
        title="Foramen",
        version=__version__,
        summary="The case record of image-guided lumbar nerve root injections.",
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        dependencies=[Depends(csrf.protect)],
        responses=PROBLEMS,
    )
    app.state.settings = settings
    app.state.limits = Limits()
    app.add_middleware(error_pages.OwnFaults)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(settings.hosts))
    app.add_middleware(SecurityHeaders, secure=settings.secure_cookies)
    openid.install(app, settings)
    error_pages.install(app)
    conflict.install(app)
    # The case's own page comes last: its address would take `/cases/new` too.
    for router in (*api.ROUTERS, *clinic.ROUTERS, *images.ROUTERS, *shell.ROUTERS):
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    return app
