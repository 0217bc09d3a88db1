// pages-people - the pages of people, assignments, handovers, the access log and retention.
import type { Page } from "./pages";

export const peoplePages: readonly Page[] = [];
