// staff - the people of the service as every page here needs them: to choose one, to name one.
import { capital, T, t, valueWord } from "../core/words";
import type { Option } from "../ui/field";
import { useAdmin } from "./ask";

export interface Member {
	id: string;
	name: string;
	profession: string;
	unit: string;
}

export function useStaff() {
	const asked = useAdmin<{ staff: Member[] }>("staff", "list");
	return { ...asked, staff: asked.data?.staff ?? [] };
}

// By name, with what tells two of one name apart.
export function staffOptions(staff: readonly Member[]): Option[] {
	return [...staff].sort((a, b) => a.name.localeCompare(b.name)).map((one) => ({ value: one.id, label: [one.name, one.unit].filter(Boolean).join(", ") }));
}

export function professionText(profession: string): string {
	return profession === "" ? "–" : profession === "OTHER" ? T("ui.console_people.other") : capital(valueWord("profession", profession));
}

export function roleText(role: string): string {
	return capital(role === "VISIT" ? t("ui.console_assignments.visit") : valueWord("assignment_role", role));
}

// Ids are shown by their first digits; the whole one is in what is copied.
export function shortId(id: string): string {
	return id.slice(0, 8);
}

export interface Whose {
	family_name?: string;
	given_names?: string;
	municipality?: string;
}

// The client's name where the role sees it and the node knows it, else the case by its first digits.
export function whoseText(one: Whose & { case_id: string }): string {
	return one.family_name === undefined ? t("ui.console_assignments.case_id", { id: shortId(one.case_id) }) : `${one.family_name} ${one.given_names ?? ""}`.trim();
}
