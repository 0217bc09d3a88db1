// pages-people - the pages of people, assignments, handovers, the access log and retention.
import { Access } from "./access";
import { AssignmentsPage } from "./assignments";
import { Handovers } from "./handovers";
import type { Page } from "./pages";
import { NewPerson, People, PersonPage } from "./people";
import { Retention } from "./retention";

export const peoplePages: readonly Page[] = [
	{ path: "people", title: "ui.console_people.title", group: "people", roles: ["MUNICIPAL_ADMIN", "TECHNICAL_ADMIN", "DATA_PROTECTION_OFFICER"], show: ([id]) => id === undefined ? <People /> : id === "new" ? <NewPerson /> : <PersonPage key={id} id={id} /> },
	{ path: "assignments", title: "ui.console_assignments.title", group: "people", roles: ["MUNICIPAL_ADMIN", "TECHNICAL_ADMIN"], show: (rest) => <AssignmentsPage rest={rest} /> },
	{ path: "handovers", title: "ui.console_handovers.title", group: "people", roles: ["MUNICIPAL_ADMIN", "TECHNICAL_ADMIN"], show: () => <Handovers /> },
	{ path: "access", title: "ui.console_access.title", group: "oversight", roles: ["MUNICIPAL_ADMIN", "TECHNICAL_ADMIN", "DATA_PROTECTION_OFFICER"], show: (rest, query) => <Access rest={rest} query={query} /> },
	{ path: "retention", title: "ui.console_retention.title", group: "oversight", roles: ["MUNICIPAL_ADMIN", "DATA_PROTECTION_OFFICER"], show: (rest) => <Retention rest={rest} /> },
];
