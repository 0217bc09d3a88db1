// pages-devices - the pages of devices and of the service itself.
import { DevicePage, Devices } from "./devices";
import { Enrol } from "./enrol";
import { HealthPage } from "./health";
import type { Page } from "./pages";
import { Sessions } from "./sessions";
import { System } from "./system";

export const devicePages: readonly Page[] = [
	{ path: "health", title: "ui.console_health.title", group: "devices", roles: ["TECHNICAL_ADMIN", "MUNICIPAL_ADMIN"], show: () => <HealthPage /> },
	{ path: "devices", title: "ui.console_devices.title", group: "devices", roles: ["TECHNICAL_ADMIN", "MUNICIPAL_ADMIN"], show: ([node]) => node === undefined ? <Devices /> : <DevicePage key={node} node={node} /> },
	{ path: "enrol", title: "ui.console_enrol.title", group: "devices", roles: ["TECHNICAL_ADMIN"], show: () => <Enrol /> },
	{ path: "system", title: "ui.console_system.title", group: "service", roles: ["TECHNICAL_ADMIN"], show: () => <System /> },
	{ path: "sessions", title: "ui.console_sessions.title", group: "service", roles: [], show: () => <Sessions /> },
];
