// pages-data - the pages of quarantine, conflicts, duplicates, statistics and reference data.
import { Bulletins } from "./bulletins";
import { Conflicts } from "./conflicts";
import { Matches } from "./matches";
import type { Page } from "./pages";
import { Quarantine } from "./quarantine";
import { Reference } from "./reference";
import { Statistics } from "./statistics";

export const dataPages: readonly Page[] = [
	{ path: "quarantine", title: "ui.console_quarantine.title", group: "records", roles: ["MUNICIPAL_ADMIN"], show: () => <Quarantine /> },
	{ path: "duplicates", title: "ui.console_matches.title", group: "records", roles: ["MUNICIPAL_ADMIN"], show: () => <Matches /> },
	{ path: "conflicts", title: "ui.console_conflicts.title", group: "records", roles: ["MUNICIPAL_ADMIN"], show: () => <Conflicts /> },
	{ path: "statistics", title: "ui.console_statistics.title", group: "oversight", roles: ["MUNICIPAL_ADMIN"], show: ([quarter]) => <Statistics quarter={quarter} /> },
	{ path: "reference", title: "ui.console_reference.title", group: "service", roles: [], show: ([type]) => <Reference type={type} /> },
	{ path: "bulletins", title: "ui.console_bulletins.title", group: "service", roles: [], show: () => <Bulletins /> },
];
