// pages-devices - the pages of devices and of the service itself.
import type { Page } from "./pages";
import { Sessions } from "./sessions";

export const devicePages: readonly Page[] = [
	{ path: "sessions", title: "ui.console_sessions.title", group: "service", roles: [], show: () => <Sessions /> },
];
