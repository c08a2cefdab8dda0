/** What every page runs: htmx, and the few behaviours that plain HTML does not have. */

import htmx from "htmx.org";
import { askBefore } from "./ask";
import { carryFormToken } from "./form_token";
import { spaceIsNext } from "./space";
import { followUploads } from "./upload";

carryFormToken(htmx);
askBefore();
followUploads();
spaceIsNext();
