// pages-data - the pages of quarantine, conflicts, duplicates, statistics and reference data.
import type { Page } from "./pages";

export const dataPages: readonly Page[] = [];
